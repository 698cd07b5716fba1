//! Messages made from records, read back by an independent reader.

use super::super::super::sample::{party, record, text, time};
use super::*;
use crate::records::Kind;
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;

fn message(entries: Vec<(&'static str, FieldValue)>) -> Record {
    record(Kind::Message, "7", entries)
}

fn file<'a>(name: &'a str, media_type: &'a str, content: &'a [u8]) -> io::Result<Attachment<'a>> {
    Ok(Attachment { name: Some(name), media_type: Some(media_type), content: Box::new(content) })
}

fn composed<'a>(record: &Record, files: impl IntoIterator<Item = io::Result<Attachment<'a>>>) -> String {
    let mut out = Vec::new();
    compose(record, files, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let (head, _) = out.split_once("\r\n\r\n").unwrap();
    for line in out.split("\r\n") {
        assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    for line in head.split("\r\n") {
        assert!(line.len() <= 400 && (line.starts_with(' ') || line.contains(':')), "{line:?}");
        assert!(!line.contains("=?") || line.len() <= 76, "{line:?}");
    }
    out
}

#[test]
fn a_message_of_everything_is_read_back_as_it_was() {
    let mut from_lines =
        String::from("From the start\r\n>From quoted\n>>From twice\n.\n.dot\nFrom a@x Fri Mar  1 2024\n");
    from_lines.push_str("trailing \t\nlone\rreturn =41 \0 end 李雷 👩‍👩‍👧‍👦 ");
    let html = format!("<p>שלום {}</p>", "x".repeat(3000));
    let record = message(vec![
        ("sent_at", time("2024-03-01T09:00:00.250+05:30")),
        ("from", FieldValue::Party(party("Zoë \"Zo\" Ångström, PhD", "zoe@example.com"))),
        ("to", FieldValue::Parties(vec![party("李雷", "li@例子.中国"), party("", "b@y.org"), party("O\"K\\", "c@z")])),
        ("cc", FieldValue::Parties(vec![party("Ann", "")])),
        ("bcc", FieldValue::Parties(vec![party("", "secret@x.org")])),
        ("subject", text("frågor och mycket långa ämnesrader  李雷 =?utf-8?q?x?= \r\nBcc: evil@x\0.")),
        ("text", text(&from_lines)),
        ("html", text(&html)),
        ("thread", text("t-1")),
        ("message_id", text("<a b>\r\nBcc: x <q-1@x.org>")),
        ("in_reply_to", text("<p@x> <q@y>")),
    ]);
    let big: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
    let name = "合同 (最终版) \"v2\" 100%/../".repeat(4);
    let out = composed(&record, [file("a b.pdf", "application/pdf", b""), file(&name, "message/rfc822", &big)]);
    assert_eq!(out, composed(&record, [file("a b.pdf", "application/pdf", b""), file(&name, "message/rfc822", &big)]));
    assert!(!out.contains("secret@x.org") && !out.contains("\nBcc:") && !out.contains("\nFrom "));
    assert!(out.starts_with("Date: Fri, 01 Mar 2024 09:00:00 +0530\r\n"));

    let read = MessageParser::default().parse(&out).unwrap();
    let from = read.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Zoë \"Zo\" Ångström, PhD"), Some("zoe@example.com")));
    let to: Vec<_> = read.to().unwrap().iter().map(|addr| (addr.name(), addr.address())).collect();
    assert_eq!(to, [(Some("李雷"), Some("li@例子.中国")), (None, Some("b@y.org")), (Some("O\"K\\"), Some("c@z"))]);
    assert_eq!(read.cc().unwrap().first().unwrap().name(), Some("Ann"));
    assert_eq!(read.subject(), Some("frågor och mycket långa ämnesrader  李雷 =?utf-8?q?x?=  Bcc: evil@x\0."));
    assert_eq!(read.message_id(), Some("q-1@x.org"));
    assert_eq!(read.in_reply_to().as_text_list().unwrap(), ["p@x", "q@y"]);
    assert_eq!(read.references().as_text_list().unwrap().len(), 3);
    assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), from_lines.replace("\r\n", "\n"));
    assert_eq!(read.body_html(0).unwrap(), html);
    let attachments: Vec<_> = read.attachments().collect();
    assert_eq!((attachments[0].attachment_name(), attachments[0].contents()), (Some("a b.pdf"), &b""[..]));
    assert_eq!(attachments[1].attachment_name(), Some(name.replace('/', "_").as_str()));
    assert_eq!(attachments[1].contents(), big);
}

#[test]
fn an_empty_record_is_a_message_that_readers_accept() {
    let out = composed(&message(vec![("subject", FieldValue::Null), ("text", text(""))]), []);
    assert!(out.starts_with("From: <unknown@address.invalid>\r\nMessage-ID: <") && out.ends_with("\r\n\r\n"));
    assert!(!out.contains("Date:") && !out.contains("To:") && !out.contains("Subject:"));
    assert_eq!(MessageParser::default().parse(&out).unwrap().body_text(0).as_deref(), Some(""));
}

#[test]
fn a_correspondent_without_an_address_is_still_named() {
    let of = |name, address| composed(&message(vec![("from", FieldValue::Party(party(name, address)))]), []);
    assert!(of("", "+49 30 123").contains("From: \"+49 30 123\"\r\n <unknown@address.invalid>\r\n"));
    assert!(of("Ann", "anna_99").contains("\"Ann (anna_99)\"\r\n <unknown@address.invalid>"));
    assert!(of("", "a@x>, <evil@y").contains("\"a@x>, <evil@y\"\r\n <unknown@address.invalid>"));
    assert!(of("", "a@x\r\nBcc: y@z").contains("\"a@x Bcc: y@z\"\r\n <unknown@address.invalid>"));
}

#[test]
fn a_day_says_no_time_zone_and_messages_of_one_thread_refer_to_the_same() {
    let out = composed(&message(vec![("sent_at", time("2024-03-01")), ("thread", text("ticket 9"))]), []);
    assert!(out.starts_with("Date: Fri, 01 Mar 2024 00:00:00 -0000\r\n"), "{out}");
    let other = composed(&record(Kind::Message, "8", vec![("thread", text("ticket 9"))]), []);
    let references = |out: &str| out.lines().find(|line| line.starts_with("References:")).unwrap().to_owned();
    assert_eq!(references(&out), references(&other));
    assert_ne!(out.lines().find(|l| l.starts_with("Message-ID")), other.lines().find(|l| l.starts_with("Message-ID")));
}

#[test]
fn a_subject_of_a_megabyte_comes_through() {
    for subject in ["x".repeat(1_000_000), "李 ".repeat(250_000).trim_end().to_owned()] {
        let out = composed(&message(vec![("subject", text(&subject))]), []);
        assert_eq!(MessageParser::default().parse(&out).unwrap().subject(), Some(subject.as_str()));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let broken = Attachment { name: None, media_type: None, content: Box::new(Broken) };
    assert!(compose(&message(vec![]), [Ok(broken)], &mut Vec::new()).is_err());
    assert!(compose(&message(vec![]), [Err(io::Error::other("gone"))], &mut Vec::new()).is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_equal(
        subject in "\\PC{0,200}",
        name in "\\PC{1,60}",
        body in "(\\PC|\n|>?From |\\.| \n){0,300}",
        filename in "\\PC{1,90}",
        content in proptest::collection::vec(any::<u8>(), 0..500),
    ) {
        let record = message(vec![
            ("from", FieldValue::Party(party(&format!("x{name}x"), "a@x.org"))),
            ("subject", text(&format!("x{subject}x"))),
            ("text", text(&body)),
        ]);
        let filename = format!("x{filename}x");
        let out = composed(&record, [file(&filename, "image/x; charset=\"GBK\"", &content)]);
        prop_assert!(!out.contains("\nFrom ") && !out.contains("\n>From ") && !out.contains("\n.\r"));
        let read = MessageParser::default().parse(&out).unwrap();
        let flat = |text: String| text.replace(['\u{2028}', '\u{2029}'], " ");
        prop_assert_eq!(read.subject().unwrap(), flat(format!("x{subject}x")));
        prop_assert_eq!(read.from().unwrap().first().unwrap().name().unwrap(), flat(format!("x{name}x")));
        prop_assert_eq!(read.part(read.text_body[0]).unwrap().text_contents().unwrap().replace("\r\n", "\n"), body);
        let part = read.attachment(0).unwrap();
        prop_assert_eq!(part.attachment_name().unwrap(), filename.replace(['/', '\\'], "_"));
        prop_assert_eq!(part.contents(), content);
    }
}
