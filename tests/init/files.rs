//! What is proposed for JSON Lines and mailboxes.

use super::common::{fixture, scratch};
use super::{answers, matched, proposed};
use std::path::Path;

const EVENTS: &str = r#"{"id": 1, "customer": {"id": "K-1", "email": "ann@example.org", "api_key": "SECRET-CANARY"}, "tags": ["a"], "seen": 1740000000}
{"id": 2, "customer": {"id": "K-2", "email": "bob@example.org", "api_key": "SECRET-CANARY"}, "tags": [], "seen": 1750000000}
{"id": 3, "customer": {"id": "K-1", "email": null}, "tags": [], "seen": 1760000000}
"#;

#[test]
fn json_lines_get_a_configuration_by_what_is_nested_in_them() {
    let folder = scratch();
    std::fs::create_dir(folder.path().join("events")).unwrap();
    std::fs::write(folder.path().join("events/logins.jsonl"), EVENTS).unwrap();
    let refunds =
        "{\"nr\": \"R-1\", \"login_id\": 1, \"amount\": 19.90}\n{\"nr\": \"R-2\", \"login_id\": 2, \"amount\": 5}\n";
    std::fs::write(folder.path().join("events/refunds.jsonl"), refunds).unwrap();
    let text = proposed(folder.path(), &["--from", "jsonl:events"]);
    for value in ["SECRET-CANARY", "example.org", "K-1"] {
        assert!(!text.contains(value), "no value is printed: {value}");
    }
    for line in [
        "url = \"jsonl:events\"",
        r#""\"/customer/email\" = subject.email""#,
        r#""/customer/api_key" = { secret = true, omit = "looks like a secret", review = true }"#,
        r#"match = ["login_id = logins.id"]"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert!(matched(&receipt, "logins") >= 1);
    assert_eq!(matched(&receipt, "refunds"), 1);
}

fn maildir(path: &Path) {
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(path.join(part)).unwrap();
    }
}

#[test]
fn a_maildir_with_folders_gets_a_configuration_that_finds_every_message_of_the_person() {
    let folder = scratch();
    let mail = folder.path().join("Mail");
    maildir(&mail);
    maildir(&mail.join(".Sent"));
    let message = |from: &str, to: &str| format!("From: {from}\r\nTo: {to}\r\nSubject: Blue?\r\n\r\nIs it?\r\n");
    std::fs::write(mail.join("cur/1:2,S"), message("ann@example.org", "shop@shop.example")).unwrap();
    std::fs::write(mail.join("new/2"), message("bob@example.org", "shop@shop.example")).unwrap();
    std::fs::write(mail.join(".Sent/cur/3:2,S"), message("shop@shop.example", "Ann <ANN@example.org>")).unwrap();
    let text = proposed(folder.path(), &["--from", "support=maildir:Mail"]);
    assert!(text.contains("[store.support]\nurl = \"maildir:Mail\"\n"), "{text}");
    assert!(!text.contains("example.org"), "{text}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert_eq!(matched(&receipt, "mails"), 2);
}

#[test]
fn a_mailbox_in_one_file_gets_a_configuration_that_finds_what_its_own_finds() {
    let folder = scratch();
    std::fs::copy(fixture("mailbox/inbox.mbox"), folder.path().join("inbox.mbox")).unwrap();
    proposed(folder.path(), &["--from", "mbox:inbox.mbox"]);
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert_eq!(matched(&receipt, "mails"), 5);
}
