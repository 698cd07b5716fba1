//! Encoded words (RFC 2047) that belong together, as one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::borrow::Cow;

/// An encoded word.
struct Word<'v> {
    charset: &'v [u8],
    base64: bool,
    data: &'v [u8],
}

/// A header section, or the value of one field, with neighbouring words of one charset and encoding made one. Each
/// should hold whole characters (section 5), but mail programs cut Chinese and Japanese names anywhere, and decoded
/// word by word nothing but the halves of a character would be left.
pub fn joined(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (mut new, mut copied, mut at) = (Vec::new(), 0, 0);
    while let Some(start) = bytes[at..].windows(2).position(|pair| pair == b"=?").map(|found| at + found) {
        let Some((word, mut end)) = word(bytes, start) else {
            at = start + 2;
            continue;
        };
        let mut whole = None;
        while let Some((next, next_end)) = gap(bytes, end).and_then(|next| self::word(bytes, next)) {
            let Some(data) = next.decoded().filter(|_| word.is_like(&next)) else { break };
            // What was decoded is kept: a header field may hold thousands of words.
            let Some(so_far) = whole.take().or_else(|| word.decoded().map(Cow::into_owned)) else { break };
            let mut so_far: Vec<u8> = so_far;
            so_far.extend_from_slice(&data);
            (end, whole) = (next_end, Some(so_far));
        }
        if let Some(data) = whole {
            new.extend_from_slice(&bytes[copied..start]);
            new.extend_from_slice(&word.with(&data));
            copied = end;
        }
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    new.extend_from_slice(&bytes[copied..]);
    Cow::Owned(new)
}

/// The word that begins here, and where it ends.
fn word(bytes: &[u8], start: usize) -> Option<(Word<'_>, usize)> {
    let rest = bytes.get(start..)?.strip_prefix(b"=?")?;
    let mut parts = rest.splitn(3, |byte| *byte == b'?');
    let (charset, encoding, data) = (parts.next()?, parts.next()?, parts.next()?);
    let length = data.iter().position(|byte| *byte == b'?' || byte.is_ascii_whitespace())?;
    let fits =
        data.get(length..length + 2)? == b"?=" && !charset.is_empty() && charset.iter().all(u8::is_ascii_graphic);
    let base64 = match encoding {
        b"B" | b"b" => true,
        b"Q" | b"q" => false,
        _ => return None,
    };
    // The language that RFC 2231, section 5, lets follow.
    let charset = charset.split(|byte| *byte == b'*').next()?;
    let end = start + 2 + (data.as_ptr() as usize - rest.as_ptr() as usize) + length + 2;
    fits.then_some((Word { charset, base64, data: &data[..length] }, end))
}

/// Where the white space ends that stands between two words.
fn gap(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let folded = |(at, byte): (usize, &u8)| *byte != b'\n' || matches!(rest.get(at + 1), Some(b' ' | b'\t'));
    (length > 0 && rest[..length].iter().enumerate().all(folded)).then_some(end + length)
}

impl<'v> Word<'v> {
    /// Whether another word is written like this one.
    fn is_like(&self, other: &Word<'_>) -> bool {
        self.charset.eq_ignore_ascii_case(other.charset) && self.base64 == other.base64
    }

    /// What can be put together: bytes of base64, and quoted-printable as it stands.
    fn decoded(&self) -> Option<Cow<'v, [u8]>> {
        if !self.base64 {
            return Some(Cow::Borrowed(self.data));
        }
        let letters = self.data.len() - self.data.iter().rev().take_while(|byte| **byte == b'=').count();
        STANDARD_NO_PAD.decode(&self.data[..letters]).ok().map(Cow::Owned)
    }

    /// The same word with other data.
    fn with(&self, data: &[u8]) -> Vec<u8> {
        let encoded = if self.base64 { STANDARD.encode(data).into_bytes() } else { data.to_vec() };
        let encoding: &[u8] = if self.base64 { b"?B?" } else { b"?Q?" };
        [b"=?", self.charset, encoding, &encoded, b"?="].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_was_cut_in_two_is_whole_again() {
        for (written, expected) in [
            // 王小明, cut within its second and its third character.
            ("=?UTF-8?B?546L5Q==?= =?utf-8?B?sI/m?=\r\n =?UTF-8?B?mI4=?=", "=?UTF-8?B?546L5bCP5piO?="),
            ("=?UTF-8?Q?=E7=8E?=\n\t=?UTF-8?q?=8B_x?= y", "=?UTF-8?Q?=E7=8E=8B_x?= y"),
            ("=?UTF-8*zh?Q?a?= =?UTF-8?Q?b?= =?UTF-8?Q?c?=", "=?UTF-8?Q?abc?="),
        ] {
            assert_eq!(String::from_utf8_lossy(&joined(written.as_bytes())), expected);
        }
    }

    #[test]
    fn whatever_does_not_belong_together_stays_as_it_is() {
        for written in [
            "",
            "=?",
            "=?UTF-8?B?546L?=",
            "=?UTF-8?B?546L?==?UTF-8?B?546L?=",
            "=?UTF-8?B?546L?= =?GBK?B?zfU=?=",
            "=?UTF-8?B?546L?= =?UTF-8?Q?b?=",
            "=?UTF-8?Q?a?= b =?UTF-8?Q?c?=",
            "Subject: =?UTF-8?Q?a?=\r\nComments: =?UTF-8?Q?c?=",
            "=?UTF-8?Q?a?=\r\n=?UTF-8?Q?c?=",
            "=?UTF-8?X?a?= =?UTF-8?X?c?=",
            "=?UTF-8?B?***?= =?UTF-8?B?546L?=",
            "=?UTF-8?Q?a b?= =?UTF-8?Q?c?= =?UTF-8?Q?c",
        ] {
            assert_eq!(String::from_utf8_lossy(&joined(written.as_bytes())), written);
        }
    }

    #[test]
    fn a_million_bytes_of_words_are_joined_at_once() {
        let started = std::time::Instant::now();
        for (word, whole) in [("=?x?B?YWFh?=\r\n ", "YWFh"), ("=?x?Q?a?= ", "a")] {
            let count = 1_000_000 / word.len();
            let joined = joined(word.repeat(count).trim_end().as_bytes()).into_owned();
            assert!(joined == format!("=?x?{}?{}?=", &word[4..5], whole.repeat(count)).into_bytes());
        }
        // Less than a second where nothing is optimised; put together anew for each word it would take a minute.
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
