//! The readable texts of a stored e-mail.

use mail_parser::{MessageParser, PartType};
use std::io::{self, Read};

/// So much of an e-mail is looked at: a text that begins behind it, or does not end before it, is only in the e-mail.
const LOOKED_AT: u64 = 8 * 1024 * 1024;
/// What a parser would be asked to do at most: lines that may part something, times the bytes that it looks through
/// for each. Real mails stay far below.
const MOST_WORK: usize = 4_000_000_000;
/// More parts than this are built to exhaust a reader.
const MOST_PARTS: usize = 20_000;
/// E-mails within e-mails, at most.
const MOST_NESTED: usize = 200;

/// The plain and the formatted text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Texts {
    pub plain: Option<String>,
    pub html: Option<String>,
}

/// Reads the texts of an e-mail that is so many bytes long.
///
/// # Errors
/// When the source cannot be read.
pub(super) fn texts(source: impl Read, bytes: u64) -> io::Result<Texts> {
    let mut raw = Vec::new();
    source.take(LOOKED_AT).read_to_end(&mut raw)?;
    let whole = raw.len() as u64 == bytes;
    if !is_reasonable(&raw) {
        return Ok(Texts::default());
    }
    let Some(message) = MessageParser::default().parse(&raw) else { return Ok(Texts::default()) };
    let complete = |end: u32| whole || (end as usize) < raw.len();
    let mut texts = Texts::default();
    for part in message.text_bodies().filter(|part| complete(part.offset_end)) {
        if let PartType::Text(text) = &part.body {
            append(&mut texts.plain, text);
        }
    }
    for part in message.html_bodies().filter(|part| complete(part.offset_end)) {
        if let PartType::Html(text) = &part.body {
            append(&mut texts.html, text);
        }
    }
    Ok(texts)
}

/// Several texts of one message follow each other, as mail programs show them.
fn append(all: &mut Option<String>, text: &str) {
    match all {
        Some(all) => {
            all.push('\n');
            all.push_str(text);
        }
        None => *all = Some(text.to_owned()),
    }
}

/// Whether a parser can be trusted with these bytes: not many parts, not deeply nested.
fn is_reasonable(raw: &[u8]) -> bool {
    let parting = memchr::memmem::find_iter(raw, b"--").count();
    let nested = |word: &[u8]| {
        let (low, high) = (word[0], word[0].to_ascii_uppercase());
        memchr::memchr2_iter(low, high, raw)
            .filter(|at| raw.get(*at..*at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))
            .count()
    };
    parting <= MOST_PARTS
        && parting.saturating_mul(raw.len()) <= MOST_WORK
        && nested(b"rfc822") + nested(b"global") + nested(b"digest") <= MOST_NESTED
}
