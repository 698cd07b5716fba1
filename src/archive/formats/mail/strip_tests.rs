//! What is kept and what goes from the header section of a stored message.

use super::*;
use proptest::prelude::*;

fn stripped(raw: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut out = Vec::new();
    let result = strip_headers(raw, &mut out, &DROPPED).unwrap();
    (out, result.names)
}

fn text(raw: &str) -> String {
    String::from_utf8(stripped(raw.as_bytes()).0).unwrap()
}

#[test]
fn listed_fields_go_with_their_continuation_lines_and_all_else_stays_byte_for_byte() {
    let raw = "From a@x Fri Mar  1 09:00:00 2024\nReceived: by x;\n\tFri\n \n  end\r\nSubject: Hi\n Bcc: no\n\
               bcC \t: secret@x\r\nX-Spam-Status: No,\n score=1\nDKIM-Signature: v=1\r\nX-Spam-status: again\n\r\n\
               Bcc: in the body\r\nReceived: too\n";
    let (out, names) = stripped(raw.as_bytes());
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "From a@x Fri Mar  1 09:00:00 2024\nSubject: Hi\n Bcc: no\nDKIM-Signature: v=1\r\n\r\n\
         Bcc: in the body\r\nReceived: too\n"
    );
    assert_eq!(names, ["bcC", "Received", "X-Spam-Status"]);
}

#[test]
fn no_line_end_that_some_reader_knows_hides_a_field() {
    // For a reader that wants LF, To is the next line before and after.
    assert_eq!(text("Subject: a\rBcc: s@x\r\nTo: b\r\n\r\nx"), "Subject: a\r\nTo: b\r\n\r\nx");
    assert_eq!(text("Subject: a\rBcc: s@x\rof it\r\n\nBcc: body"), "Subject: a\r\n\nBcc: body");
    assert_eq!(text("Received: a\r\r\nBcc: s@x\r\r\nTo: b\r\r\n\r\r\nx"), "To: b\r\r\n\r\r\nx");
    assert_eq!(text("To: b\rBcc: s@x\r\rBcc: body\r"), "To: b\r\rBcc: body\r");
    assert_eq!(text("To: b\rBcc: s@x\r\r body\nno field\nBcc: s@x"), "To: b\r\r body\nno field\n");
    assert_eq!(text("To: b\nB\u{17}c\0c: s@x\n\0Bcc: s@x\n\nx"), "To: b\n\nx");
    // For a reader that wants LF, the header section goes on.
    assert_eq!(text("To: b\r\rbody\nBcc: s@x\nCc: c\n\nBcc: body"), "To: b\r\rbody\nCc: c\n\nBcc: body");
    assert_eq!(text("Received: from a\rby b\r\nTo: b\r\n\r\n"), "To: b\r\n\r\n");
    assert_eq!(text("\u{feff}Bcc: s@x\nTo: b\n\n"), "To: b\n\n");
    assert_eq!(text("To: b\n\rBcc: s@x\n\nx"), "To: b\n\r\nx");
    assert_eq!(text("Bcc: a\n\n"), "\n");
}

#[test]
fn what_is_no_header_is_kept() {
    for raw in [
        "",
        "\n",
        "\r\n",
        "no header at all",
        ": nameless\n\n",
        "Bccx: a\nX Received: b\n\n",
        "To: b\nHello, no blank line\n>From me\n",
        " Bcc: continuation of nothing\n\n",
    ] {
        assert_eq!(text(raw), raw, "{raw:?}");
    }
    let long = format!("{}: x\n\n", "B".repeat(100_000));
    assert_eq!(text(&long), long);
}

#[test]
fn a_message_may_end_anywhere() {
    let raw = b"To: b\r\nReceived: x\r\n y\r\n\r\nbody";
    for end in 0..raw.len() {
        let (out, _) = stripped(&raw[..end]);
        assert!(raw.starts_with(b"To: b\r\n") && out.len() <= end);
        if (8..16).contains(&end) {
            // "Received" without its colon is not known to be a field.
            assert_eq!(out, &raw[..end]);
        }
    }
    assert_eq!(stripped(b"Received: x\nBc").0, b"Bc");
}

#[test]
fn a_line_of_any_length_goes_by_in_pieces() {
    struct Counter(u64);
    impl Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    const HUGE: u64 = 10_000_000;
    for (start, kept) in [("Subject: ", HUGE + 9), ("Bcc: ", 0), ("", HUGE)] {
        let mut out = Counter(0);
        strip_headers(start.as_bytes().chain(io::repeat(b'x').take(HUGE)), &mut out, &DROPPED).unwrap();
        assert_eq!(out.0, kept, "{start}");
    }
    // As many different names as one likes are reported by their pattern.
    let many: String = (0..10_000).map(|n| format!("X-Spam-{n}: 1\n")).collect();
    let (out, names) = stripped(many.as_bytes());
    assert!(out.is_empty() && names.len() == MOST_NAMES + 1 && names.contains(&"X-Spam*".to_owned()));
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same_and_an_independent_reader_finds_no_hidden_recipient(
        lines in proptest::collection::vec(
            ("(To|Bcc|bcc|Received|Subject|X-Spam-Flag|Resent-Bcc|Date|x)", "( ?)", ":[ a-z<>@]{0,9}", "(\r\n|\n|\r|\r\r\n|\n \t?x\r\n)"),
            0..12),
        body in "(|(\r\n|\n)[ -~]{0,20})",
        piece in 1usize..9,
    ) {
        let raw: String = lines.iter().map(|(a, b, c, d)| format!("{a}{b}{c}{d}")).collect::<String>() + &body;
        let (whole, names) = stripped(raw.as_bytes());
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = self.1.min(self.0.len()).min(buffer.len());
                buffer[..length].copy_from_slice(&self.0[..length]);
                self.0 = &self.0[length..];
                Ok(length)
            }
        }
        let mut out = Vec::new();
        let again = strip_headers(Pieces(raw.as_bytes(), piece), &mut out, &DROPPED).unwrap();
        prop_assert_eq!(&out, &whole);
        prop_assert_eq!(again.names, names);
        if let Some(message) = mail_parser::MessageParser::default().parse(&whole) {
            prop_assert!(message.header_raw("Bcc").is_none(), "{:?} -> {:?}", raw, String::from_utf8_lossy(&whole));
            prop_assert!(message.header_raw("Received").is_none());
        }
        // Nothing is added: what remains is a subsequence of what was there.
        let mut rest = raw.bytes();
        prop_assert!(whole.iter().all(|byte| rest.any(|other| other == *byte)));
    }
}
