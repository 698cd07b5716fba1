//! Bytes looked at many together: an iterator that may stop at any byte looks at them one by one.

/// How many are looked at together.
const TOGETHER: usize = 16;

/// Whether a test holds for any of these bytes.
pub fn any(bytes: &[u8], test: impl Fn(u8) -> bool) -> bool {
    let (together, rest) = bytes.as_chunks();
    together.iter().any(|part| any_of(part, &test)) || rest.iter().any(|byte| test(*byte))
}

/// For how many bytes at the beginning a test holds.
pub fn first(bytes: &[u8], test: impl Fn(u8) -> bool) -> usize {
    let (together, _) = bytes.as_chunks();
    let many = together.iter().take_while(|part| !any_of(part, &|byte| !test(byte))).count() * TOGETHER;
    many + bytes[many..].iter().take_while(|byte| test(**byte)).count()
}

fn any_of(part: &[u8; TOGETHER], test: &impl Fn(u8) -> bool) -> bool {
    part.iter().fold(0, |found, byte| found | u8::from(test(*byte))) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_seen_wherever_it_stands() {
        let is_it = |byte| byte == b'x';
        for length in 0..70 {
            let mut bytes = vec![b'.'; length];
            assert!(!any(&bytes, is_it) && first(&bytes, |byte| !is_it(byte)) == length);
            for at in 0..length {
                bytes[at] = b'x';
                assert!(any(&bytes, is_it) && first(&bytes, |byte| !is_it(byte)) == at, "{at} of {length}");
                bytes[at] = b'.';
            }
        }
    }
}
