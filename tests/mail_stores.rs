//! Maildirs and mailboxes in one file as stores: every message with the person's address is found, none of anybody
//! else's; its bytes come as they were; damaged mail neither stops the run nor vanishes.

mod common;

use art20::archive::formats::mail::{DROPPED, strip_headers};
use art20::controller::Controller;
use art20::records::{BlobAddress, Cell, Contents, RowAddress};
use art20::stores::{StoreError, Stores, Surroundings, Wish};
use art20::subject::{ColumnTest, Finder, RowId, Test};
use common::unpacked::{records, unpacked};
use common::{art20, fixture, root, scratch};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
own_addresses = ["support@example.com"]
[activity.letters]
legal_basis = "contract"
purpose = "Answering"
[store.mail]
url = "STORE"
[collection.mails]
store = "mail"
kind = "message"
activity = "letters"
"#;

/// A folder with a configuration for this store.
fn controller(url: &str) -> tempfile::TempDir {
    let folder = scratch();
    fs::write(folder.path().join("art20.toml"), CONFIGURATION.replace("STORE", url)).unwrap();
    folder
}

fn stores(folder: &Path) -> Result<(Controller, Stores), StoreError> {
    let controller = Controller::read(&folder.join("art20.toml")).unwrap();
    let surroundings = Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: Default::default() };
    let stores = Stores::open(&controller, &surroundings, &[])?;
    Ok((controller, stores))
}

/// The receipt and the files of an export.
fn export(folder: &Path, subjects: &[String]) -> (Value, BTreeMap<String, Vec<u8>>) {
    let mut command = art20();
    command.current_dir(folder).args(["export", "-q", "--json", "--identity-check", "in-person", "-o", "a.zip"]);
    command.args(["--as-of", "2026-01-01T00:00:00Z", "--reference", "r"]);
    subjects.iter().for_each(|subject| {
        command.args(["-s", subject]);
    });
    let run = command.output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let files = unpacked(&folder.join("a.zip"));
    fs::remove_file(folder.join("a.zip")).unwrap();
    fs::remove_file(folder.join("a.receipt.json")).unwrap();
    (serde_json::from_slice(&run.stdout).unwrap(), files)
}

/// Makes an empty Maildir.
fn maildir(path: &Path) {
    ["cur", "new", "tmp"].iter().for_each(|part| fs::create_dir_all(path.join(part)).unwrap());
}

/// Every row with these columns.
fn rows(
    controller: &Controller,
    stores: &Stores,
    tests: &[ColumnTest<'_>],
    columns: &[&str],
) -> Vec<(RowId, Vec<Cell>)> {
    let mut all = Vec::new();
    let mut visit = |row: art20::subject::FoundRow| {
        all.push((row.row, row.cells));
        Ok(())
    };
    stores.find(&controller.collections[0], tests, columns, &mut visit).unwrap();
    all
}

fn without_headers(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    strip_headers(raw, &mut out, &DROPPED).unwrap();
    out
}

#[test]
fn every_message_with_an_address_of_the_person_is_found_and_nobody_elses() {
    let folder = controller("mbox:inbox.mbox");
    fs::copy(fixture("mailbox/inbox.mbox"), folder.path().join("inbox.mbox")).unwrap();
    let (receipt, files) = export(folder.path(), &["email:ann@example.org".into()]);
    assert_eq!(receipt["ledger"][0]["matched"], json!(5));
    assert_eq!(receipt["ledger"][0]["portable"], json!(5));
    let records = records(&files);
    let of = |path: &str| records.iter().map(|record| record[path].clone()).collect::<Vec<_>>();
    assert_eq!(of("channel"), vec![json!("email"); 5]);
    assert_eq!(
        of("direction"),
        [json!("from_subject"), json!("to_subject"), json!("to_subject"), json!("to_subject"), Value::Null]
    );
    assert_eq!(of("origin"), ["provided", "exchanged", "exchanged", "exchanged", "exchanged"]);
    assert_eq!(of("subject"), ["请帮忙", "Re: help", "group", "damaged", "envelope alone"]);
    assert_eq!(
        of("sent_at"),
        [
            json!("2024-03-01T10:00:00+01:00"),
            json!("2024-03-02T09:00:00Z"),
            json!("2024-03-03T09:00:00Z"),
            Value::Null,
            Value::Null
        ]
    );
    assert_eq!(records[3]["verbatim"]["sent_at"], json!("some day"));
    assert_eq!(records[0]["from"], json!({"name": "Ann Müller", "address": "Ann@Example.org"}));
    assert_eq!(records[0]["to"], json!([{"name": "Support, T-Rex", "address": "support@example.com"}]));
    assert_eq!(records[1]["cc"], json!([{"name": "Bob Example", "address": "bob@example.net"}]));
    assert_eq!(records[2]["to"].as_array().unwrap().len(), 2);
    assert_eq!(records[0]["text"], json!("你好,\n\nFrom now on please call me 安娜.\n>From is what I quoted.\n"));
    assert_eq!(records[1]["text"], json!("Gerne, Frau Müller"));
    assert_eq!(records[1]["html"], json!("<p>Gerne</p>"));
    assert_eq!(
        (&records[1]["thread"], &records[1]["in_reply_to"]),
        (&json!("<1@example.org>"), &json!("<1@example.org>"))
    );
    // The stored bytes, but for the headers that are not hers.
    let path = records[1]["raw"]["path"].as_str().unwrap();
    let eml = String::from_utf8(files[path].clone()).unwrap();
    assert!(eml.contains("JVBERi0xLjQK\n--b--\n") && !eml.contains("Bcc"));
    let all: Vec<u8> = files.values().flatten().copied().collect();
    for canary in ["MALLORY-CANARY", "BCC-CANARY", "hidden@example.net"] {
        assert!(!String::from_utf8_lossy(&all).contains(canary), "{canary}");
    }
}

#[test]
fn an_address_counts_in_each_of_these_fields_however_it_is_written_and_in_no_other() {
    let fields =
        ["From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Resent-From", "Resent-To", "Resent-Cc", "Delivered-To"];
    let ways = [
        "ann@xn--mnchen-3ya.example",
        "ANN@MÜNCHEN.example",
        "\"Müller, Ann\" <Ann@münchen.example>, b@y.example",
        "Bob <b@y.example>,\n\t=?gb18030?B?wO4=?= <ann@XN--MNCHEN-3YA.example>",
        "Team: b@y.example, ann@mu\u{308}nchen.example (Ann (at home));",
        "(Ann) ann\n @ münchen.example",
        "=?utf-8?Q?Ann_<ann=40m=C3=BCnchen.example>?=",
    ];
    let others = [
        "Return-Path: <ann@münchen.example>",
        "Envelope-To: ann@münchen.example",
        "X-To: ann@münchen.example",
        "Subject: ann@münchen.example",
        "References: <ann@münchen.example>",
        "To: joann@münchen.example, ann@münchen.example.org, ann@muenchen.example",
        "To: \"ann@münchen.example\" <b@y.example>",
        "To: b@y.example\n\nTo: ann@münchen.example",
    ];
    let folder = controller("maildir:Mail");
    maildir(&folder.path().join("Mail"));
    let mine = fields.iter().flat_map(|field| ways.iter().map(move |way| format!("{field}: {way}\nX: y\n\nMINE\n")));
    let strange = others.iter().map(|other| format!("{other}\nX: y\n\nCANARY\n"));
    let mut all = 0;
    for (at, mail) in mine.chain(strange).enumerate() {
        let mail = if at % 2 == 0 { mail } else { mail.replace('\n', "\r\n") };
        fs::write(folder.path().join(format!("Mail/cur/{at:03}.x:2,S")), mail).unwrap();
        all += 1;
    }
    let (receipt, files) = export(folder.path(), &["email:ann@münchen.example".into()]);
    assert_eq!(receipt["ledger"][0]["portable"], json!(fields.len() * ways.len()));
    assert_eq!(all, fields.len() * ways.len() + others.len());
    assert!(files.values().all(|bytes| !String::from_utf8_lossy(bytes).contains("CANARY")));
}

#[test]
fn the_same_messages_give_the_same_records_in_a_maildir_but_for_their_names() {
    let (one, many) = (controller("mbox:inbox.mbox"), controller("maildir:Mail"));
    fs::copy(fixture("mailbox/inbox.mbox"), one.path().join("inbox.mbox")).unwrap();
    let text = fs::read_to_string(fixture("mailbox/inbox.mbox")).unwrap();
    let folders = ["", ".Sent", ".Lists.bob", "plain", ""];
    maildir(&many.path().join("Mail"));
    for (at, message) in text.split("\nFrom ").enumerate() {
        let message =
            message.split_once('\n').unwrap().1.replace("\n>From now", "\nFrom now").replace("\n>>From", "\n>From");
        let folder = many.path().join("Mail").join(folders[at % 5]);
        maildir(&folder);
        let name = if at % 2 == 0 { format!("cur/1000{at}.x.host:2,RS") } else { format!("new/1000{at}.x.host") };
        fs::write(folder.join(name), message).unwrap();
        fs::write(folder.join("tmp/1.y.host"), "To: ann@example.org\n\nstill being delivered").unwrap();
        fs::write(folder.join("dovecot.index"), "To: ann@example.org").unwrap();
    }
    let without_names = |files: &BTreeMap<String, Vec<u8>>| -> Vec<Value> {
        let mut records = records(files);
        records.iter_mut().for_each(|record| {
            record.as_object_mut().unwrap().remove("uid");
        });
        records
    };
    let subject = ["email:ann@example.org".to_owned()];
    let (_, expected) = export(one.path(), &subject);
    let (_, found) = export(many.path(), &subject);
    assert_eq!(without_names(&found), without_names(&expected));
    let mails = |files: &BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
        files.iter().filter(|(path, _)| path.ends_with(".eml")).map(|(p, b)| (p.clone(), b.clone())).collect()
    };
    assert_eq!(mails(&found), mails(&expected));
}

#[test]
fn a_message_is_found_again_when_its_flags_change_and_missed_when_it_is_gone() {
    let folder = controller("maildir:Mail");
    let mail = folder.path().join("Mail");
    maildir(&mail);
    for name in ["cur/1.a.host:2,", "new/2.b.host", "cur/3.c.host:2,S"] {
        fs::write(mail.join(name), format!("To: ann@example.org\n\n{name}")).unwrap();
    }
    let (controller, stores) = stores(folder.path()).unwrap();
    fs::rename(mail.join("cur/1.a.host:2,"), mail.join("cur/1.a.host:2,FS")).unwrap();
    fs::rename(mail.join("new/2.b.host"), mail.join("cur/2.b.host:2,S")).unwrap();
    fs::write(mail.join("new/4.d.host"), "To: ann@example.org\n\nlater").unwrap();
    let texts = |stores: &Stores| -> Vec<String> {
        rows(&controller, stores, &[], &["raw"]).into_iter().map(|(_, cells)| cells[0].utf8().unwrap()).collect()
    };
    assert_eq!(texts(&stores).len(), 3);
    assert!(texts(&stores)[1].ends_with("new/2.b.host"));
    fs::rename(mail.join("cur/1.a.host:2,FS"), mail.join("cur/1.a.host:2,")).unwrap();
    assert_eq!(texts(&stores).len(), 3);

    let read = |stores: &Stores| {
        let wishes = [Wish { column: "raw", in_pieces: true, is_condition: false }];
        stores.read_rows(&controller.collections[0], &[&RowId::Number(3)], &wishes, &mut |_, _| Ok(()))
    };
    read(&stores).unwrap();
    // Another file of the same name is another message.
    let text = fs::read(mail.join("cur/3.c.host:2,S")).unwrap();
    fs::remove_file(mail.join("cur/3.c.host:2,S")).unwrap();
    fs::write(mail.join("cur/other"), &text).unwrap();
    assert!(matches!(read(&stores), Err(StoreError::Changed { .. })));
    fs::write(mail.join("cur/3.c.host:2,T"), &text).unwrap();
    assert!(matches!(read(&stores), Err(StoreError::Changed { .. })));
}

#[test]
fn messages_of_one_name_in_several_folders_are_several_messages() {
    let folder = controller("maildir:Mail");
    let mail = folder.path().join("Mail");
    for (folder, name) in [("", "cur/1.a:2,S"), ("", "cur/1.a:2,"), (".Sent", "cur/1.a:2,"), (".Sent", "new/2.b")] {
        maildir(&mail.join(folder));
        fs::write(mail.join(folder).join(name), format!("To: ann@example.org\n\n{folder}{name}")).unwrap();
    }
    let (controller, stores) = stores(folder.path()).unwrap();
    let keys: Vec<String> =
        rows(&controller, &stores, &[], &["key"]).into_iter().map(|(_, cells)| cells[0].utf8().unwrap()).collect();
    assert_eq!(keys, [".Sent/cur/1.a", "2.b", "cur/1.a:2,", "cur/1.a:2,S"]);
    let (receipt, _) = export(folder.path(), &["email:ann@example.org".into()]);
    assert_eq!(receipt["ledger"][0]["portable"], json!(4));
}

#[test]
fn what_is_no_maildir_or_no_file_is_said_without_names_of_messages() {
    for (url, made, expected) in [
        ("maildir:Mail", None, "does not exist"),
        ("maildir:Mail", Some("Mail/ann@example.org"), "it is no Maildir"),
        ("mbox:Mail", Some("Mail/ann@example.org"), "it is a folder, not a file"),
        ("mbox:other", None, "does not exist"),
    ] {
        let folder = controller(url);
        made.iter().for_each(|path| fs::create_dir_all(folder.path().join(path)).unwrap());
        let run = art20().current_dir(folder.path()).args(["check"]).output().unwrap();
        let errors = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{errors}");
        assert!(errors.contains(expected) && !errors.contains("ann@"), "{errors}");
    }
    let folder = controller("maildir:Mail");
    maildir(&folder.path().join("Mail"));
    std::os::unix::fs::symlink("..", folder.path().join("Mail/.Loop")).unwrap();
    let Err(error) = stores(folder.path()) else { panic!("a folder that leads elsewhere") };
    assert!(error.to_string().contains("symbolic link"), "{error}");
}

#[test]
fn a_collection_may_say_more_than_it_needs_but_nothing_else() {
    let folder = scratch();
    fs::copy(fixture("mailbox/inbox.mbox"), folder.path().join("inbox.mbox")).unwrap();
    let run = |more: &str| {
        let text = CONFIGURATION.replace("STORE", "mbox:inbox.mbox").replace("kind = \"message\"\n", "") + more;
        fs::write(folder.path().join("art20.toml"), text).unwrap();
        let run = art20().current_dir(folder.path()).args(["check"]).output().unwrap();
        (run.status.code(), String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned())
    };
    assert_eq!(run("").0, Some(0));
    let columns = "[collection.mails.columns]\nfrom = \"from\"\nto = \"to\"\ncc = \"cc\"\nbcc = \"bcc\"\ndate = \"sent_at\"\nmessage_id = \"message_id\"\nraw = \"raw\"\n";
    let (status, text) = run(columns);
    assert!(status == Some(3) && text.contains("the column `subject`"), "{text}");
    assert_eq!(
        run(&format!("match = [\"from has subject.email\"]\n{columns}subject = {{ omit = \"x\" }}\ntext = \"text\"\n"))
            .0,
        Some(0)
    );
    let (status, text) = run("kind = \"contact\"\n");
    assert!(status == Some(3) && text.contains("holds e-mails"), "{text}");
    let (status, text) = run("[store.other]\nurl = \"mbox:inbox.mbox\"\n");
    assert!(status == Some(3) && text.contains("the table `messages` of the store `other`"), "{text}");
    let (status, text) = run("where = \"1\"\n");
    assert!(status == Some(3) && text.contains("`where` is a condition in SQL"), "{text}");
}

/// Real mails, whole and damaged, each also sent to one person; none where the shared data are not beside the project.
fn real_mails() -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for part in ["malformed", "rfc", "thirdparty"] {
        let Ok(entries) = fs::read_dir(root().join("../shared/data/eml").join(part)) else { continue };
        let prefixed = |path: PathBuf| {
            let raw = fs::read(&path).unwrap();
            (path, [b"Delivered-To: all@example.org\n", raw.as_slice()].concat())
        };
        all.extend(entries.map(|entry| prefixed(entry.unwrap().path())));
    }
    all.sort();
    all
}

#[test]
fn real_mails_are_found_by_each_of_their_addresses_and_come_byte_for_byte() {
    let mails = real_mails();
    if mails.is_empty() {
        println!("skipped: shared/data/eml is not beside the project");
        return;
    }
    let (one, many) = (controller("mbox:all.mbox"), controller("maildir:Mail"));
    maildir(&many.path().join("Mail"));
    let mut mbox = fs::File::create(one.path().join("all.mbox")).unwrap();
    for (at, (_, raw)) in mails.iter().enumerate() {
        fs::write(many.path().join(format!("Mail/cur/{at:04}.x:2,S")), raw).unwrap();
        // mboxrd, with an empty line behind each message.
        writeln!(mbox, "From x@example.org Fri Mar  1 09:00:00 2024").unwrap();
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let plain = line.iter().position(|byte| *byte != b'>').unwrap_or(line.len());
            if line[plain..].starts_with(b"From ") {
                mbox.write_all(b">").unwrap();
            }
            mbox.write_all(line).unwrap();
        }
        mbox.write_all(if raw.ends_with(b"\n") { b"\n" } else { b"\n\n" }).unwrap();
    }
    drop(mbox);
    for folder in [&one, &many] {
        let (controller, stores) = stores(folder.path()).unwrap();
        let all = rows(&controller, &stores, &[], &["addresses", "from", "to", "cc", "date", "subject", "text", "raw"]);
        assert_eq!(all.len(), mails.len());
        let mut by_address: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (at, (_, cells)) in all.iter().enumerate() {
            let addresses: Vec<String> = serde_json::from_str(&cells[0].utf8().unwrap()).unwrap();
            addresses.into_iter().for_each(|address| {
                by_address.entry(address).or_default().insert(at);
            });
            let Cell::Blob(raw) = &cells[7] else { panic!("{at}") };
            let expected = &mails[at].1;
            assert!(raw == expected || raw.strip_suffix(b"\n") == Some(expected), "{:?}", mails[at].0);
        }
        assert!(by_address.len() > 20, "{}", by_address.len());
        for (address, expected) in &by_address {
            let values = [address.clone().into_bytes()];
            let test = Test::ListHas { kind: "email", values: &values };
            let found = rows(&controller, &stores, &[ColumnTest { column: "addresses", test }], &["addresses"]);
            let positions: BTreeSet<usize> =
                found.iter().map(|(row, _)| all.iter().position(|(other, _)| other == row).unwrap()).collect();
            assert_eq!(&positions, expected, "{address}");
        }
        let (receipt, files) = export(folder.path(), &["email:all@example.org".into()]);
        assert_eq!(receipt["ledger"][0]["portable"], json!(mails.len()));
        for ((path, raw), record) in mails.iter().zip(records(&files)) {
            let eml = &files[record["raw"]["path"].as_str().unwrap()];
            let expected = without_headers(raw);
            assert!(*eml == expected || eml.strip_suffix(b"\n") == Some(&expected), "{path:?}");
        }
    }
}

#[test]
fn mails_that_were_built_to_do_harm_are_exported_whole() {
    let head = "From: ann@example.org\nSubject: x\nMIME-Version: 1.0\n";
    let mut nested = String::new();
    for at in 0..10_000 {
        nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n"));
    }
    let letters = "Content-Type: message/rfc822\n\n".repeat(10_000);
    let attachments = "--b\nContent-Disposition: attachment; filename=a\n\n".repeat(50_000);
    let many_names = format!("Content-Type: multipart/mixed; boundary=b\n\n{attachments}");
    let long_name = format!("Content-Type: text/plain; name=\"{}\"\n\nhi", "n".repeat(1_000_000));
    let unfolded = format!("X-Long: {}\nTo: b@y\n\nhi", "y".repeat(30_000_000));
    let mails = [nested, letters, many_names, long_name, unfolded, "\0\0\0\r\r\n\0".into(), "\rTo: c@z\r\rhi".into()];
    let folder = controller("maildir:Mail");
    maildir(&folder.path().join("Mail"));
    for (at, mail) in mails.iter().enumerate() {
        fs::write(folder.path().join(format!("Mail/new/{at}.x")), format!("{head}{mail}")).unwrap();
    }
    fs::write(folder.path().join("Mail/new/empty"), "").unwrap();
    fs::write(folder.path().join("Mail/new/noise"), [0xff, 0xfe, 0, b'@', 0x80, b'\r', b'>']).unwrap();
    let (receipt, files) = export(folder.path(), &["email:ann@example.org".into()]);
    assert_eq!(receipt["ledger"][0]["portable"], json!(mails.len()));
    for (mail, record) in mails.iter().zip(records(&files)) {
        let eml = &files[record["raw"]["path"].as_str().unwrap()];
        assert!(*eml == without_headers(format!("{head}{mail}").as_bytes()));
    }
    assert!(records(&files)[3]["text"].as_str().is_some_and(|text| text.starts_with("hi")));
}

#[test]
fn a_large_message_is_left_in_the_store_and_opened_there() {
    let folder = controller("mbox:inbox.mbox");
    let body = "x".repeat(100_000) + "\n>>From me\n";
    let text =
        format!("From a Fri Mar  1 09:00:00 2024\nTo: ann@example.org\n\n{body}\nFrom b Fri Mar  1 09:00:00 2024\n\n");
    fs::write(folder.path().join("inbox.mbox"), text).unwrap();
    let (controller, stores) = stores(folder.path()).unwrap();
    let wishes = [Wish { column: "raw", in_pieces: true, is_condition: false }];
    let mut sizes = Vec::new();
    let mut visit = |_, cells: Vec<Cell>| {
        sizes.push(cells[0].clone());
        Ok(())
    };
    stores.read_rows(&controller.collections[0], &[&RowId::Number(1)], &wishes, &mut visit).unwrap();
    let expected = format!("To: ann@example.org\n\n{}", body.replace(">>From", ">From"));
    assert_eq!(sizes, [Cell::Large(expected.len() as u64)]);
    let address = BlobAddress {
        store: "mail".into(),
        table: "messages".into(),
        column: "raw".into(),
        row: RowAddress::Number(1),
        bytes: 0,
        base64: false,
    };
    let mut raw = String::new();
    Contents::open(&stores, &address).unwrap().read_to_string(&mut raw).unwrap();
    assert!(raw == expected);
}
