//! Tests of mailboxes in one file: what each variant wrote is read back, and no byte of a file is unaccounted for.

use super::*;
use proptest::prelude::*;
use std::io::Write as _;
use tempfile::NamedTempFile;

fn watched(bytes: &[u8]) -> (NamedTempFile, WatchedFile) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let watched = WatchedFile::open("mail", file.path()).unwrap();
    (file, watched)
}

fn listed(file: &WatchedFile, variant: Option<MboxVariant>) -> Mbox {
    list(file, variant, &mut Indexing::default(), &AtomicBool::new(false)).unwrap().unwrap()
}

fn messages(bytes: &[u8], variant: Option<MboxVariant>) -> Vec<String> {
    let (_kept, file) = watched(bytes);
    let mbox = listed(&file, variant);
    let read = |place: &Place| {
        let mut raw = Vec::new();
        mbox.open(&file, place).read_to_end(&mut raw).unwrap();
        assert_eq!(raw.len() as u64, place.bytes());
        String::from_utf8_lossy(&raw).into_owned()
    };
    mbox.places.iter().map(read).collect()
}

const LINE: &str = "From ann@x.org Fri Mar  1 09:00:00 2024\n";

#[test]
fn messages_stand_between_from_lines_behind_empty_lines() {
    let text = format!("{LINE}To: a@x\n\nHello\n\nFrom now on\n\n{LINE}To: b@y\n\n\n\n{LINE}To: c@z\n\n{LINE}\nlast");
    let expected = ["To: a@x\n\nHello\n\nFrom now on\n", "To: b@y\n\n\n", "To: c@z\n\n", "\nlast"];
    assert_eq!(messages(text.as_bytes(), None), expected);
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(messages(crlf.as_bytes(), None), expected.map(|message| message.replace('\n', "\r\n")));
}

#[test]
fn a_from_line_without_an_empty_line_before_it_counts_if_everything_else_is_right() {
    let text = format!("{LINE}To: a@x\n\nHello\n{LINE}To: b@y\n\nFrom me at 09:00 in 2024\nto you");
    assert_eq!(messages(text.as_bytes(), None), ["To: a@x\n\nHello\n", "To: b@y\n\nFrom me at 09:00 in 2024\nto you"]);
    // Without a time, but followed by a header.
    assert_eq!(messages(b"From x\nTo: a@x\n\nhi\n\nFrom y\nTo: b@y\n", None).len(), 2);
}

#[test]
fn what_stands_before_the_first_from_line_is_a_message_unless_it_is_empty() {
    assert_eq!(messages(b"To: a@x\n\nno mailbox at all", None), ["To: a@x\n\nno mailbox at all"]);
    assert_eq!(messages(format!("\n\n{LINE}To: a@x\n").as_bytes(), None), ["To: a@x\n"]);
    assert_eq!(messages(b"\n\n", None), Vec::<String>::new());
    assert_eq!(messages(b"", None), Vec::<String>::new());
}

#[test]
fn escaped_lines_are_read_back_as_the_variant_wrote_them() {
    let text = format!("{LINE}To: a@x\n\n>From me\n>>From you\n> From\nx>From\n");
    let body = |lines: &str| vec![format!("To: a@x\n\n{lines}\n> From\nx>From\n")];
    assert_eq!(messages(text.as_bytes(), None), body("From me\n>From you"));
    assert_eq!(messages(text.as_bytes(), Some(MboxVariant::Mboxrd)), body("From me\n>From you"));
    assert_eq!(messages(text.as_bytes(), Some(MboxVariant::Mboxo)), body("From me\n>>From you"));
    assert_eq!(messages(text.as_bytes(), Some(MboxVariant::Mboxcl2)), body(">From me\n>>From you"));
}

fn with_lengths(bodies: &[&str]) -> String {
    bodies.iter().map(|body| format!("{LINE}To: a@x\nContent-Length: {}\n\n{body}\n", body.len())).collect()
}

#[test]
fn content_length_is_believed_where_the_program_wrote_it_and_nowhere_else() {
    let inside = format!("Hello\n\n{LINE}To: inside@x\n\n>From me\n");
    let text = with_lengths(&[&inside, "second", ""]);
    let found = messages(text.as_bytes(), None);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].ends_with(&inside) && found[1].ends_with("\n\nsecond"));
    // One that the sender made up leads nowhere.
    let forged = format!("{LINE}Content-Length: 99\n\nhi\n\n{LINE}To: b@y\n\n>From x\n");
    assert_eq!(messages(forged.as_bytes(), None), ["Content-Length: 99\n\nhi\n", "To: b@y\n\nFrom x\n"]);
    assert_eq!(messages(forged.as_bytes(), Some(MboxVariant::Mboxcl2)).len(), 2);
    // A later one that swallows others is not believed in a file whose messages carry none.
    let length = LINE.len() + "To: b@y\n\nsecret\n\n".len() + "hi\n\n".len();
    let greedy = format!(
        "{LINE}To: a@x\n\n\n{LINE}Content-Length: {length}\n\nhi\n\n{LINE}To: b@y\n\nsecret\n\n{LINE}To: c@z\n"
    );
    assert_eq!(messages(greedy.as_bytes(), None).len(), 4);
}

/// Puts messages into a file as the variants do.
fn written(bodies: &[String], variant: MboxVariant) -> String {
    let mut text = String::new();
    for body in bodies {
        text.push_str(LINE);
        if variant == MboxVariant::Mboxcl2 {
            text.push_str(&format!("Content-Length: {}\n", body.len()));
        }
        text.push('\n');
        for line in body.split_inclusive('\n') {
            let escape = match variant {
                MboxVariant::Mboxrd => line.trim_start_matches('>').starts_with("From "),
                MboxVariant::Mboxo => line.starts_with("From "),
                MboxVariant::Mboxcl2 => false,
            };
            text.push_str(if escape { ">" } else { "" });
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

fn body() -> impl Strategy<Value = String> {
    let pieces =
        vec!["From ", ">From ", "x", "09:00 2024", "\n", "\n\n", "\r\n", "To: a@x", LINE, "Content-Length: 3\n"];
    let pieces = prop::collection::vec(prop::sample::select(pieces), 0..12);
    pieces.prop_map(|pieces| format!("{}\n", pieces.concat()))
}

proptest! {
    #[test]
    fn every_variant_is_read_back(bodies in prop::collection::vec(body(), 1..5)) {
        for variant in [MboxVariant::Mboxrd, MboxVariant::Mboxcl2] {
            let text = written(&bodies, variant);
            let found = messages(text.as_bytes(), Some(variant));
            let after_header = |text: &String| text.split_once("\n\n").map_or(text[1..].to_owned(), |(_, body)| body.to_owned());
            let expected: Vec<String> = bodies.clone();
            let found: Vec<String> = match variant {
                MboxVariant::Mboxcl2 => found.iter().map(after_header).collect(),
                _ => found.iter().map(|message| message[1..].to_owned()).collect(),
            };
            prop_assert_eq!(found, expected, "{:?}", text);
        }
    }

    #[test]
    fn every_byte_of_any_file_is_accounted_for(
        pieces in prop::collection::vec(prop_oneof![
            body(),
            prop::sample::select(vec![LINE.to_owned(), "\n".into(), "\0\r".into(), ">From x\n".into()]),
        ], 0..12),
        noise in prop::collection::vec(any::<u8>(), 0..30),
    ) {
        let bytes = [pieces.concat().into_bytes(), noise].concat();
        let (_kept, file) = watched(&bytes);
        for variant in [None, Some(MboxVariant::Mboxo), Some(MboxVariant::Mboxcl2)] {
            let places = listed(&file, variant).places;
            let mut at = 0;
            for place in &places {
                let between = &bytes[at..usize::try_from(place.start).unwrap()];
                prop_assert!(between.iter().all(|byte| b"\r\n".contains(byte)), "{:?}", between);
                prop_assert!(place.end >= place.start + u64::from(place.from_line));
                at = usize::try_from(place.end).unwrap();
            }
            prop_assert!(bytes[at..].iter().all(|byte| b"\r\n".contains(byte)));
        }
    }
}
