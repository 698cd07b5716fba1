//! Which of several workers takes a request: a stable hash of its reference, so that workers need not know each other.

use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;

/// One of so many shards of a list of requests, counted from 0.
///
/// A request belongs to the shard whose number is the first eight bytes of the SHA-256 of its reference, read as one
/// big-endian number, modulo the number of shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

/// Why a text is no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a shard is I/N with I from 0 to N-1, such as 0/3")]
pub struct ShardError;

impl Shard {
    /// Whether the shard has the request with this reference.
    pub fn has(self, reference: &str) -> bool {
        let digest = Sha256::digest(reference.as_bytes());
        let first = digest.iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        first % self.of == self.number
    }

    /// Its number, from 0.
    pub fn number(self) -> u64 {
        self.number
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Shard, ShardError> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u64>().ok().filter(|_| digits).ok_or(ShardError)
        };
        let (own, of) = text.split_once('/').ok_or(ShardError)?;
        let shard = Shard { number: number(own)?, of: number(of)? };
        if shard.number < shard.of { Ok(shard) } else { Err(ShardError) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_is_in_exactly_one_shard_and_always_in_the_same() {
        for of in [1, 2, 3, 7, 64] {
            let shards: Vec<Shard> = (0..of).map(|number| Shard { number, of }).collect();
            let mut sizes = vec![0; shards.len()];
            for n in 0..2_000 {
                let reference = format!("2026-{n:05}");
                let takers: Vec<usize> = (0..shards.len()).filter(|at| shards[*at].has(&reference)).collect();
                assert_eq!(takers.len(), 1);
                sizes[takers[0]] += 1;
            }
            assert!(sizes.iter().all(|size| *size >= 2_000 / of / 4), "{sizes:?}");
        }
        // `printf %s R-1 | sha256sum` begins with aee554ed8db7f7e6; the rule is public, so it may not change.
        let taker = (0..3).find(|number| Shard { number: *number, of: 3 }.has("R-1"));
        assert_eq!(taker, Some(u64::from_str_radix(FIRST_OF_R_1, 16).unwrap() % 3));
    }

    const FIRST_OF_R_1: &str = "aee554ed8db7f7e6";

    #[test]
    fn a_shard_is_a_number_of_a_greater_number() {
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
        for wrong in ["", "1", "3/3", "0/0", "-1/3", "1/", "/3", "a/b", "1/3/5", "+1/3"] {
            assert_eq!(wrong.parse::<Shard>(), Err(ShardError), "{wrong}");
        }
    }
}
