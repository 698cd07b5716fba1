//! Other people in the subject's data: `--third-parties pseudonymise` and `omit` leave no trace of anybody whom art20
//! knows, `keep` leaves what the subject already saw (contract 6, requirements D1-D12).

#[path = "../common/mod.rs"]
mod common;

mod hostile;
mod mails;
mod traces;
mod world;

use common::scratch;
use common::unpacked::records;
use mail_parser::MessageParser;
use serde_json::Value;
use std::collections::BTreeSet;
use traces::traces;
use world::{BEN, Files, OTHERS, ZOE, archive, export, write, write_mailbox};

const MODES: [&str; 2] = ["pseudonymise", "omit"];

fn of<'r>(records: &'r [Value], collection: &str) -> Vec<&'r Value> {
    records.iter().filter(|record| record["source"]["collection"] == collection).collect()
}

/// Every text of an archive together.
fn everything(files: &Files) -> String {
    files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

fn mails(files: &Files) -> Vec<&[u8]> {
    files.iter().filter(|(path, _)| path.ends_with(".eml")).map(|(_, bytes)| bytes.as_slice()).collect()
}

#[test]
fn nobody_whom_art20_knows_is_found_in_any_byte_however_it_is_written() {
    for mode in MODES {
        let found = traces(&archive(ZOE, mode), &OTHERS);
        assert!(found.is_empty(), "{mode}: {found:#?}");
    }
    // What finds nothing must be able to find: in `keep` the same people stand there.
    let kept: BTreeSet<String> = traces(&archive(ZOE, "keep"), &OTHERS).into_iter().map(|(_, who)| who).collect();
    // In `keep` exactly those whom the subject saw: not who had a blind copy.
    let unseen: Vec<&str> = OTHERS.into_iter().filter(|who| !kept.contains(*who)).collect();
    assert_eq!(unseen, ["hidden@others.example"]);
}

#[test]
fn a_mailbox_tells_by_its_headers_alone_whom_to_replace() {
    let folder = scratch();
    write_mailbox(folder.path());
    // Whom only a text names, nobody can know of.
    let known = [
        "Kim Novak",
        "kim.novak@others.example",
        "kim@home.example",
        "王小明",
        "xiaoming@xn--gmq11b.example",
        "Грета Лунд",
    ];
    for mode in MODES {
        let files = export(folder.path(), ZOE, mode, "r-1", &format!("{mode}.zip"));
        assert_eq!(mails(&files).len(), 3);
        let found = traces(&files, &known);
        assert!(found.is_empty(), "{mode}: {found:#?}");
        assert!(everything(&files).contains("Zoë Ångström"), "what the subject calls itself is its name");
    }
}

#[test]
fn the_subject_and_the_staff_stay() {
    for mode in MODES {
        let files = archive(ZOE, mode);
        let all = everything(&files);
        for who in
            ["Zoë Ångström", "zoe@subject.example", "+49 40 123456", "help@canary.example", "Z-1", "+49 30 111222"]
        {
            assert!(all.contains(who), "{mode}: {who}");
        }
        let records = records(&files);
        assert_eq!(of(&records, "transfers")[2]["counterparty"]["name"], "Zoë Ångström");
        assert_eq!(of(&records, "transfers")[2]["counterparty"]["account"], "DE75 5121 0800 1245 1261 99");
        assert_eq!(of(&records, "mails")[2]["from"]["address"], "help@canary.example");
    }
}

#[test]
fn one_person_has_one_pseudonym_everywhere_in_an_archive() {
    let files = archive(ZOE, "pseudonymise");
    let records = records(&files);
    let contact = of(&records, "contacts")[0];
    // Numbers go by first appearance: the street comes before the notes.
    assert_eq!(contact["addresses"][0]["street"], "c/o Person 1, Hauptstraße 1");
    assert_eq!(contact["notes"], "Met through Person 2 (Person 2).");
    assert_eq!(contact["additional"]["relation"], "Person 2");
    let transfers = of(&records, "transfers");
    assert_eq!(transfers[0]["counterparty"]["name"], "Person 2");
    assert_eq!(transfers[0]["counterparty"]["account"], "Person 2");
    let tobias = transfers[1]["counterparty"]["name"].as_str().unwrap();
    assert_eq!(transfers[1]["counterparty"]["account"], tobias);
    assert_eq!(transfers[0]["description"], format!("for {tobias}, IBAN {tobias}"));
    let mails_of = of(&records, "mails");
    assert_eq!(mails_of[0]["from"], serde_json::json!({"name": "Person 2", "address": "person2@withheld.invalid"}));
    let text = mails_of[0]["text"].as_str().unwrap();
    assert!(
        text.contains("ask Person 2 or ") && text.contains("的朋友, or mailto:person2@withheld.invalid."),
        "{text}"
    );
    // Two addresses under one name, written both ways round.
    assert_eq!(mails_of[1]["to"][0]["address"], "person2@withheld.invalid");
    assert_eq!(mails_of[1]["to"][1]["name"], "Person 2");
    let quoted = mails_of[1]["text"].as_str().unwrap();
    assert!(quoted.starts_with("On Monday, Person 2 <person2@withheld.invalid> wrote:"), "{quoted}");
    assert_eq!(of(&records, "calls")[0]["transcript"], {
        let caller = of(&records, "calls")[0]["from"]["address"].as_str().unwrap();
        format!("Hello, Person 2 here, call me at {caller}.")
    });
    // Nobody is told by the number of digits: one person, one number.
    let all = everything(&files);
    let numbers: BTreeSet<u32> = all
        .split("Person ")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .collect();
    assert_eq!(numbers, (1..=7).collect(), "numbers begin at 1 and leave nothing out");
}

#[test]
fn left_out_people_leave_a_mark_and_no_number() {
    let files = archive(ZOE, "omit");
    let records = records(&files);
    assert_eq!(of(&records, "mails")[0]["from"], serde_json::json!({"name": "[withheld]", "address": "[withheld]"}));
    assert_eq!(of(&records, "contacts")[0]["additional"]["relation"], "[withheld]");
    let report = String::from_utf8(files["README.html"].clone()).unwrap();
    // The report may explain what a pseudonym is, but no value is one.
    assert!(!report.contains("Person 1"), "no pseudonyms");
    assert!(records.iter().all(|record| !record.to_string().contains("Person ")));
}

#[test]
fn files_that_the_subject_did_not_send_are_withheld_and_its_own_stay() {
    for mode in MODES {
        let files = archive(ZOE, mode);
        let records = records(&files);
        let mails_of = of(&records, "mails");
        for (mail, nth) in [(0, 0), (2, 0)] {
            let file = &mails_of[mail]["attachments"][nth];
            assert_eq!(file["withheld"]["content"], "unsearchable", "{mode}");
            assert!(file.get("path").is_none_or(Value::is_null), "{file}");
        }
        let picture = &mails_of[1]["attachments"][0];
        assert_eq!(files[picture["path"].as_str().unwrap()], b"\x89PNG\x00");
        let list = String::from_utf8(files[mails_of[1]["attachments"][1]["path"].as_str().unwrap()].clone()).unwrap();
        assert!(list.ends_with("Zoë Ångström,zoe@subject.example") && list.contains("name,mail\r\n"), "{list}");
        let calls = of(&records, "calls");
        assert_eq!(calls[0]["withheld"]["recording"], "unsearchable");
        assert_eq!(files[calls[1]["recording"]["path"].as_str().unwrap()], b"\x00\x02");
        // Values about others that no pseudonym can stand for.
        assert_eq!(of(&records, "contacts")[0]["withheld"]["additional.relation_age"], "third-party");
    }
    let kept = records(&archive(ZOE, "keep"));
    assert!(kept.iter().all(|record| !record.to_string().contains("unsearchable")));
}

#[test]
fn a_stored_e_mail_that_names_others_is_made_anew_and_any_other_stays_byte_for_byte() {
    let files = archive(ZOE, "pseudonymise");
    let raw = mails::harmless().replace('\n', "\r\n").into_bytes();
    assert!(mails(&files).contains(&raw.as_slice()));
    let all: Vec<_> = mails(&files).into_iter().filter_map(|raw| MessageParser::default().parse(raw)).collect();
    let subject = |text: &str| all.iter().find(|mail| mail.subject() == Some(text)).unwrap();
    let received = subject("About Person 2");
    assert_eq!(received.from().unwrap().first().unwrap().address(), Some("person2@withheld.invalid"));
    assert_eq!(received.to().unwrap().first().unwrap().name(), Some("Zoë Ångström"));
    assert!(received.body_text(0).unwrap().contains("and Person 2 say hello to Zoë."));
    assert!(
        received.body_html(0).unwrap().contains("?cc=person2@withheld.invalid\">Person 2<"),
        "{:?}",
        received.body_html(0)
    );
    assert!(received.header_raw("X-Sender-Info").is_none() && received.header_raw("X-Mailer").is_some());
    let sent = subject("calendar");
    assert!(sent.body_text(0).unwrap().contains("你好"));
    assert_eq!(sent.attachments().filter(|part| part.contents() == b"\x89PNG\r\n\x1a\nMINE").count(), 1);
    // The thread holds together: what is answered is named as the message names itself.
    assert_eq!(sent.in_reply_to().as_text(), received.message_id());
    assert_eq!(sent.message_id(), Some("88@subject.example"));
    assert!(received.message_id().unwrap().ends_with("@withheld.invalid"));
    // The record tells what went.
    let records = records(&files);
    let record =
        of(&records, "mails").into_iter().find(|record| record["withheld"]["raw.DKIM-Signature"].is_string()).unwrap();
    assert_eq!(record["withheld"]["raw.Bcc"], "third-party");
    assert_eq!(record["withheld"]["raw.X-Sender-Info"], "unsearchable");
    assert_eq!(record["withheld"]["raw.attachment"].as_array().unwrap().len(), 2);
}

#[test]
fn two_archives_share_no_name_of_a_record_that_concerns_others() {
    let folder = scratch();
    write(folder.path());
    let concerning = |files: &Files| -> BTreeSet<String> {
        let all = records(files);
        let children = all.iter().flat_map(|record| record["attachments"].as_array().into_iter().flatten());
        all.iter().chain(children).map(|record| record["uid"].as_str().unwrap().to_owned()).collect()
    };
    for mode in MODES {
        let zoe = export(folder.path(), ZOE, mode, "r-1", &format!("zoe-{mode}.zip"));
        let ben = export(folder.path(), BEN, mode, "r-1", &format!("ben-{mode}.zip"));
        let later = export(folder.path(), ZOE, mode, "r-2", &format!("later-{mode}.zip"));
        let kept = concerning(&export(folder.path(), ZOE, "keep", "r-1", &format!("keep-{mode}.zip")));
        let (first, second) = (concerning(&zoe), concerning(&ben));
        assert!(first.is_disjoint(&second), "the e-mail that both received has a name in each");
        // The subject's own records keep theirs, so that a later export names the same thing the same way.
        let own: Vec<_> = first.intersection(&kept).collect();
        assert_eq!(own.len(), 3, "the transfer to oneself, the call to the controller, an e-mail: {own:?}");
        assert_eq!(concerning(&later).intersection(&first).count(), own.len());
        // No message id, boundary or hidden name is common to both either.
        let ids = |files: &Files| -> BTreeSet<String> {
            let words = everything(files);
            let words = words.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'));
            words.filter(|word| word.len() == 36).map(str::to_owned).collect()
        };
        let archive = |files: &Files| {
            let text = String::from_utf8(files["data/archive.json"].clone()).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()["archive"]["id"].as_str().unwrap()[9..].to_owned()
        };
        let common: Vec<_> = ids(&zoe).intersection(&ids(&ben)).cloned().collect();
        let named: BTreeSet<String> = [archive(&zoe)].into();
        let strange: Vec<_> = common.iter().filter(|id| !named.contains(*id)).collect();
        // The names of folders and the address book come from the archive's own.
        assert!(strange.len() <= 4, "{strange:?}");
    }
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let folder = scratch();
    write(folder.path());
    for mode in MODES {
        export(folder.path(), ZOE, mode, "r-1", &format!("{mode}-1.zip"));
        export(folder.path(), ZOE, mode, "r-1", &format!("{mode}-2.zip"));
        let bytes = |nth| std::fs::read(folder.path().join(format!("{mode}-{nth}.zip"))).unwrap();
        assert!(bytes(1) == bytes(2), "{mode}");
    }
}

#[test]
fn the_statement_the_receipt_and_the_report_tell_what_was_done() {
    for (mode, english, chinese) in
        [("pseudonymise", "have pseudonyms", "化名"), ("omit", "other people are left out", "他人的信息已略去")]
    {
        let files = archive(ZOE, mode);
        let statement: Value = serde_json::from_slice(&files["data/statement.jsonld"]).unwrap();
        assert_eq!(statement["third_parties"]["mode"], mode);
        assert_eq!(statement["third_parties"]["people"], 7);
        assert_eq!(statement["third_parties"]["replaced"][0]["collection"], "calls");
        let report = String::from_utf8(files["README.html"].clone()).unwrap();
        for text in [english, chinese, "may still name somebody in another way", "自由文本或您自己发送的文件仍可能"]
        {
            assert!(report.contains(text), "{mode}: {text}");
        }
    }
    let kept = archive(ZOE, "keep");
    let statement: Value = serde_json::from_slice(&kept["data/statement.jsonld"]).unwrap();
    assert_eq!(statement["third_parties"], serde_json::json!({"mode": "keep"}));
}

/// Two people write from one office; each has an address of their own as well.
fn write_office(folder: &std::path::Path) {
    write(folder);
    let configuration = std::fs::read_to_string(folder.join("art20.toml")).unwrap();
    let learn = "learn = { phone = [\"phone\"], customer = [\"no\"] }";
    let shared = "person = \"no\"\nlearn = { phone = [\"phone\"], customer = [\"no\"], email = [\"notes\"] }";
    let configuration = configuration.replace(learn, shared);
    assert!(configuration.contains("person"));
    std::fs::write(folder.join("art20.toml"), configuration).unwrap();
    let store = rusqlite::Connection::open(folder.join("s.db")).unwrap();
    let raw = "From: The office <office@subject.example>\r\nTo: help@canary.example\r\nCc: zoe@subject.example\r\n\
               Subject: office\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nSee.\r\n\
               --o\r\nContent-Type: application/pdf; name=o.pdf\r\n\r\n%PDF-OF-THE-OFFICE\u{1}\r\n--o--\r\n";
    store
        .execute_batch(
            "DELETE FROM contacts; DELETE FROM files; DELETE FROM mails;
             INSERT INTO contacts (id, no, name, email, notes) VALUES
               (1, 'Z-1', 'Zoë Ångström', 'zoe@subject.example', 'office@subject.example'),
               (2, 'B-2', 'Ben Okoro', 'ben@second.example', 'office@subject.example'),
               (3, 'B-2', 'Ben Okoro', 'office@subject.example', NULL);
             INSERT INTO files VALUES (1, 1, 'o.bin', 'application/octet-stream', x'00FFEE');",
        )
        .unwrap();
    let mail = "INSERT INTO mails (id, \"from\", \"to\", cc, raw) VALUES (1, 'office@subject.example', 'help@canary.example', 'zoe@subject.example', CAST(?1 AS BLOB))";
    store.execute(mail, [raw]).unwrap();
}

#[test]
fn files_from_an_address_that_the_subject_shares_are_withheld_and_stay_where_others_are_kept() {
    let folder = scratch();
    write_office(folder.path());
    for mode in ["keep", "pseudonymise", "omit"] {
        let files = export(folder.path(), ZOE, mode, "r-1", &format!("{mode}.zip"));
        let records = records(&files);
        let mail = of(&records, "mails")[0];
        assert_eq!(mail["direction"], "from_subject", "{mode}");
        let file = &mail["attachments"][0];
        let withheld = mode != "keep";
        assert_eq!(file["withheld"]["content"] == "unsearchable", withheld, "{mode}: {file}");
        assert_eq!(mail["withheld"]["raw.attachment"] == "unsearchable", withheld, "{mode}: {mail}");
        assert_eq!(everything(&files).contains("%PDF-OF-THE-OFFICE"), !withheld, "{mode}");
        let there = files.values().any(|bytes| bytes.as_slice() == b"\x00\xff\xee");
        assert_eq!(there, !withheld, "{mode}");
    }
}
