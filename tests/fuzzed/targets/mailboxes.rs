//! Mail that anybody may have sent: lists of addresses, header sections, mailboxes in one file.

use super::letters;
use art20::archive::formats::mail::{DROPPED, strip_headers};
use art20::controller::Controller;
use art20::records::Cell;
use art20::records::headers::matches;
use art20::records::party::parse_list;
use art20::stores::{Stores, Surroundings};
use art20::subject::Finder;
use mail_parser::{Header, HeaderValue, MessageParser};
use std::cell::RefCell;
use std::path::Path;

/// No letter and no digit of a list of correspondents is lost, or there twice.
pub fn addresses(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parties = parse_list(text);
    let sorted = |text: String| {
        let mut all: Vec<char> = text.chars().collect();
        all.sort_unstable();
        all
    };
    let read: String = parties.iter().flat_map(|party| [&party.name, &party.address]).flatten().cloned().collect();
    assert_eq!(sorted(letters(&read)), sorted(letters(text)), "{text:?}");
    assert!(parties.iter().all(|party| party.name.is_some() || party.address.is_some()), "nobody in {text:?}");
}

/// A message less the header fields that are not the person's: nothing else goes, and no reader finds them any more.
pub fn mail(raw: &[u8]) {
    let strip = |raw: &[u8], drop: &[&str]| {
        let mut out = Vec::new();
        let stripped = strip_headers(raw, &mut out, drop).unwrap();
        (out, stripped.names)
    };
    assert!(strip(raw, &[]) == (raw.to_vec(), Vec::new()), "nothing was to be dropped");
    let (out, names) = strip(raw, &DROPPED);
    assert!(raw.ends_with(body(&out)), "the body is another");
    assert_eq!(names.is_empty(), out == raw);
    // Behind two lone CR some readers are in the body, which is kept, and others are not.
    if raw.windows(3).any(|three| three.starts_with(b"\r\r") && three[2] != b'\n') {
        return;
    }
    assert!(strip(&out, &DROPPED) == (out.clone(), Vec::new()), "something was left to drop");
    let Some(read) = MessageParser::default().parse_headers(&out) else { return };
    for header in read.headers().iter().filter(|header| is_field(header, &out)) {
        let name = header.name.as_str();
        assert!(!DROPPED.iter().any(|pattern| matches(pattern, name)), "{name} is still there");
    }
}

/// Whether this is a field to most readers: a line without a colon is none, whatever it begins with; nor is one behind a
/// space, which goes on with the line before, or without a name, with a space or a lone CR in it or without end.
fn is_field(header: &Header<'_>, message: &[u8]) -> bool {
    let (before, line) = message.split_at(header.offset_field as usize);
    let name = line.split(|byte| *byte == b':').next().unwrap_or(line);
    let spaces = name.iter().rev().take_while(|byte| b" \t".contains(byte)).count();
    let parted = name[..name.len() - spaces].iter().any(|byte| b" \t\r".contains(byte));
    let begin = before.rsplit(|byte| b"\r\n".contains(byte)).next().unwrap_or(before);
    let goes_on = begin.iter().any(|byte| b" \t".contains(byte));
    let has_length = (1..256).contains(&name.len());
    !matches!(header.value, HeaderValue::Empty) && !goes_on && !parted && has_length
}

/// What stands behind the blank line, if there is one.
fn body(message: &[u8]) -> &[u8] {
    let blank = [&b"\r\n\r\n"[..], b"\n\n"].into_iter();
    let at = blank.filter_map(|end| message.windows(end.len()).position(|w| w == end).map(|at| at + end.len())).min();
    at.map_or(b"", |at| &message[at..])
}

/// A mailbox of any bytes: every line is in a message but those that part messages, and every column can be read. A
/// first line `variant = "…"` declares how it was written.
pub fn mbox(bytes: &[u8]) {
    thread_local!(static FOLDER: RefCell<tempfile::TempDir> = RefCell::new(tempfile::tempdir().unwrap()));
    let first = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let variants = ["mboxo", "mboxrd", "mboxcl2"].map(|name| format!("variant = \"{name}\""));
    let declared = variants.into_iter().find(|variant| variant.as_bytes() == &bytes[..first]);
    let file = if declared.is_some() { &bytes[first + 1..] } else { bytes };
    FOLDER.with_borrow(|folder| {
        std::fs::write(folder.path().join("box"), file).unwrap();
        lines_are_kept(folder.path(), declared.as_deref().unwrap_or(""), file);
    });
}

fn lines_are_kept(folder: &Path, declared: &str, file: &[u8]) {
    let configuration = CONFIGURATION.replace("VARIANT", declared);
    let controller = Controller::parse(&folder.join("art20.toml"), configuration).unwrap();
    let surroundings = Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: Default::default() };
    let stores = Stores::open(&controller, &surroundings, &[]).unwrap();
    let columns = ["raw", "from", "to", "cc", "bcc", "date", "subject", "message_id", "text", "html", "addresses"];
    let mut messages = Vec::new();
    let collection = &controller.collections[0];
    let found = stores.find(collection, &[], &columns, &mut |row| {
        messages.push(match row.cells.into_iter().next() {
            Some(Cell::Blob(raw)) => raw,
            other => panic!("a message is bytes, not {other:?}"),
        });
        Ok(())
    });
    found.unwrap();
    assert_eq!(stores.count(collection).unwrap(), messages.len() as u64);
    let mut kept = messages.iter().flat_map(|raw| raw.split_inclusive(|byte| *byte == b'\n')).map(bare).peekable();
    for line in file.split_inclusive(|byte| *byte == b'\n').map(bare) {
        let unquoted = line.strip_prefix(b">").unwrap_or(line);
        if kept.next_if(|kept| *kept == line || *kept == unquoted).is_none() {
            let parts = line.is_empty() || line.starts_with(b"From ");
            assert!(parts, "the line {:?} is in no message", String::from_utf8_lossy(line));
        }
    }
    assert!(kept.all(<[u8]>::is_empty), "there are more lines than in the file");
}

/// A line without its end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
[activity.letters]
legal_basis = "contract"
purpose = "Answering"
[store.mail]
url = "mbox:box"
VARIANT
[collection.mails]
store = "mail"
kind = "message"
activity = "letters"
"#;
