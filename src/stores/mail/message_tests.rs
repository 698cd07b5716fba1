//! Tests of the columns of e-mails, as real and damaged mails have them.

use super::*;
use crate::records::party::parse_list;

fn column(header: &str, name: &str) -> Option<String> {
    let values = HeaderValues::read(header.as_bytes()).unwrap();
    match values.column(name).unwrap() {
        Cell::Null => None,
        cell => Some(cell.utf8().unwrap()),
    }
}

#[test]
fn correspondents_come_with_their_names_in_a_form_that_is_read_back() {
    for (header, expected) in [
        ("To: ann@x.org\n\n", "ann@x.org"),
        ("To: Ann <ann@x.org>, b@y\n", "\"Ann\" <ann@x.org>, b@y"),
        ("To: =?utf-8?Q?Doe=2C_J=C3=B6rg?= <j@x>\nTo: b@y\n", "\"Doe, Jörg\" <j@x>, b@y"),
        ("To: \"A \\\"B\\\" <C>\" <a@x>\n", "\"A \\\"B\\\" <C>\" <a@x>"),
        ("To: Team: a@x, Bob <b@y>;\n", "a@x, \"Bob\" <b@y>"),
        ("To: undisclosed-recipients:;\n", r#"[{"address":null,"name":"undisclosed-recipients"}]"#),
        ("To: Ann <ann@x.org\n", "\"Ann\" <ann@x.org>"),
        ("To:\n", ""),
        ("TO : a@x,\r\n b@y\r\n", "a@x, b@y"),
    ] {
        assert_eq!(column(header, "to").as_deref(), Some(expected), "{header}");
    }
    assert_eq!(column("From: a@x\nFrom: b@y\n", "from").as_deref(), Some("a@x"));
    assert_eq!(column("From: a@x\n", "to"), None);
}

#[test]
fn no_address_by_which_a_message_is_found_is_missing_from_its_columns() {
    for value in ["\"Ann <ann@x.org>, b@y", "ann@x.org b@y", "<ann@x.org> <b@y>", "Ann ann@x.org (", "'ann@x.org'"] {
        let mut scan = AddressScan::default();
        scan.take(value.as_bytes());
        let text = column(&format!("Cc: {value}\n"), "cc").unwrap();
        for address in scan.finish() {
            let parties = parse_list(&text);
            let stands = |party: &Party| party.address.as_ref().is_some_and(|known| known.contains(&address));
            assert!(text.starts_with('[') && text.contains(&address) || parties.iter().any(stands), "{value}: {text}");
        }
    }
}

#[test]
fn dates_are_read_as_people_wrote_them_or_stay_as_they_stand() {
    for (date, expected) in [
        ("Fri, 1 Mar 2024 09:00:00 +0100", "2024-03-01T09:00:00+01:00"),
        ("Mon, 01 Mar 24 09:00 EST", "2024-03-01T09:00:00-05:00"),
        ("1 Mar 2024 09:00:00 -0000 (somewhere)", "2024-03-01T09:00:00+00:00"),
        ("Fri, 31 Feb 2024 09:00:00 +0000", "Fri, 31 Feb 2024 09:00:00 +0000"),
        ("yesterday", "yesterday"),
    ] {
        assert_eq!(column(&format!("Date: {date}\n"), "date").as_deref(), Some(expected), "{date}");
    }
    let received =
        "Received: from a by b;\n\tFri, 1 Mar 2024 09:00:01 +0000\nReceived: from c; 1 Jan 2020 00:00:00 +0000\n";
    assert_eq!(column(received, "date").as_deref(), Some("2024-03-01T09:00:01+00:00"));
    assert_eq!(column("Subject: x\n", "date"), None);
}

#[test]
fn subjects_and_ids_lose_nothing() {
    let subject = |value: &[u8]| {
        let header = [b"Subject: ", value, b"\r\n\r\nbody"].concat();
        HeaderValues::read(header.as_slice()).unwrap().column("subject").unwrap()
    };
    let text = |text: &str| Cell::Text(text.into());
    assert_eq!(subject("=?utf-8?B?5p2O6Zu3?= =?gb2312?Q?=C4=E3?=".as_bytes()), text("李雷你"));
    assert_eq!(subject(b"a\r\n\tb"), text("a\tb"));
    assert_eq!(subject(b"caf\xe9"), Cell::Text(b"caf\xe9".to_vec()));
    assert_eq!(subject(b"nul\0l"), text("nul\0l"));
    assert_eq!(subject(b""), text(""));
    assert!(!subject(b"=?nonsense?Q?=ff=fe?=").is_null());
    let threads = "Message-ID: <3@x>\nIn-Reply-To: Your mail <2@x>\nReferences: <1@x>\n <2@x>\n";
    let ids = ["message_id", "in_reply_to", "thread"].map(|name| column(threads, name).unwrap());
    assert_eq!(ids, ["<3@x>", "<2@x>", "<1@x>"]);
    assert_eq!(column("Message-ID: none\n", "message_id").as_deref(), Some("none"));
}

#[test]
fn a_field_of_a_hundred_megabytes_takes_no_memory() {
    let field = std::io::repeat(b'a').take(100_000_000);
    let values = HeaderValues::read((&b"To: "[..]).chain(field).chain(&b"\nSubject: x\n\n"[..])).unwrap();
    assert!(values.values[1][0].capacity() < 4 * LONGEST);
    assert_eq!(values.column("to"), Some(Cell::Null));
    assert_eq!(values.column("subject"), Some(Cell::Text(b"x".to_vec())));
}
