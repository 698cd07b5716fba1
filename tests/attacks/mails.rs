//! Mails made to do harm: those of `fixtures/attacks/mails/`, and bombs of many parts, levels and headers.

use crate::common::unpacked::{records, unpacked};
use crate::common::{assurance, fixture, scratch};
use crate::texts::harmless;
use crate::{configuration, exported};
use std::fs;
use std::path::Path;

const HEAD: &str = "From: Xi <xi@example.org>\r\nTo: desk@attacked.example\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n";

/// Mails that no file should hold, by name.
fn bombs() -> Vec<(String, Vec<u8>)> {
    let multipart = |boundary: &str| format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n");
    let mut nested = format!("{HEAD}Subject: nested\r\n");
    for level in 0..5_000 {
        nested.push_str(&format!("{}--b{level}\r\n", multipart(&format!("b{level}"))));
    }
    let mut wide = format!("{HEAD}Subject: wide\r\n{}", multipart("w"));
    for nth in 0..5_000 {
        wide.push_str(&format!("--w\r\nContent-Disposition: attachment; filename=\"{nth}\"\r\n\r\nx\r\n"));
    }
    let messages = format!("{HEAD}Subject: forwarded\r\nContent-Type: message/rfc822\r\n\r\n").repeat(2_000);
    let headers: String = (0..20_000).map(|nth| format!("X-{nth}: {nth}\r\n")).collect();
    let recipients: String = (0..20_000).map(|nth| format!("p{nth}@example.net,\r\n ")).collect();
    let words = "=?utf-8?B?QUFBQQ==?= ".repeat(20_000);
    let parameters: String = (0..5_000).map(|nth| format!(";\r\n name*{nth}=x")).collect();
    let comments = "(".repeat(20_000);
    let all = [
        ("nested parts", nested + "\r\n"),
        ("many parts", wide + "--w--\r\n"),
        ("mails in mails", messages + "end\r\n"),
        ("many headers", format!("{HEAD}{headers}Subject: x\r\n\r\nbody\r\n")),
        ("many recipients", format!("{HEAD}Cc: {recipients}last@example.net\r\nSubject: x\r\n\r\nbody\r\n")),
        ("a long subject of encoded words", format!("{HEAD}Subject: {words}\r\n\r\nbody\r\n")),
        ("many parameters", format!("{HEAD}Subject: x\r\nContent-Type: text/plain{parameters}\r\n\r\nbody\r\n")),
        ("open comments", format!("{HEAD}Cc: {comments}\r\nSubject: x\r\n\r\nbody\r\n")),
        ("a line of a megabyte", format!("{HEAD}Subject: x\r\n\r\n{}\r\n", "x".repeat(1_000_000))),
        (
            "base64 without end",
            format!("{HEAD}Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", "QUFB".repeat(500_000)),
        ),
        ("nothing but the sender", "From: xi@example.org".to_owned()),
    ];
    all.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect()
}

fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(fixture("attacks/mails"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    all.sort();
    assert!(all.len() >= 15);
    all.extend(bombs());
    all
}

fn write_configuration(folder: &Path, url: &str) {
    let text = configuration(url);
    let text = &text[..text.find("[collection.values]").unwrap()];
    let collection = "[collection.mails]\nstore = \"s\"\nkind = \"message\"\nactivity = \"all\"\n";
    fs::write(folder.join("art20.toml"), format!("{text}{collection}")).unwrap();
}

#[test]
fn every_hostile_mail_comes_out_of_a_maildir_with_its_bytes() {
    let corpus = corpus();
    let folder = scratch();
    fs::create_dir_all(folder.path().join("mail/cur")).unwrap();
    ["new", "tmp"].iter().for_each(|name| fs::create_dir(folder.path().join("mail").join(name)).unwrap());
    for (nth, (_, bytes)) in corpus.iter().enumerate() {
        fs::write(folder.path().join(format!("mail/cur/{nth:03}.m:2,S")), bytes).unwrap();
    }
    // A mail of somebody else that tries to be hers by everything but a header of its own.
    let other = "From: mallory@example.net\r\nTo: desk@attacked.example\r\nSubject: x\r\n\r\nTo: xi@example.org\r\nOTHER-CANARY\r\n";
    fs::write(folder.path().join("mail/cur/999.m:2,S"), other).unwrap();
    write_configuration(folder.path(), "maildir:mail");
    exported(folder.path());
    let files = unpacked(&folder.path().join("a.zip"));
    let all = records(&files);
    assert_eq!(all.len(), corpus.len());
    let sent: Vec<&Vec<u8>> = files.iter().filter(|(path, _)| path.ends_with(".eml")).map(|(_, bytes)| bytes).collect();
    for (name, bytes) in &corpus {
        // Nothing of these is a header that is taken out.
        assert!(sent.contains(&bytes), "{name} is not there as it was");
    }
    for (path, bytes) in &files {
        assert!(!bytes.windows(12).any(|window| window == b"OTHER-CANARY"), "somebody else's mail in {path}");
    }
    harmless(&files, "mails");
    assurance::tell(
        "hostile mails: header injection, bombs of parts, levels and headers, mazes of addresses, scripts",
        "fixtures/attacks/mails/ and generated ones in a Maildir",
        corpus.len(),
        "each in the archive byte for byte, the archive verifies, nothing of anybody else",
    );
}

#[test]
fn every_hostile_mail_comes_out_of_an_mbox_and_without_other_people() {
    let corpus: Vec<(String, Vec<u8>)> =
        corpus().into_iter().filter(|(name, _)| name != "a line of a megabyte").collect();
    let folder = scratch();
    let mut mbox: Vec<u8> = Vec::new();
    for (_, bytes) in &corpus {
        mbox.extend(b"From xi@example.org Mon Jan  5 10:00:00 2026\n");
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.iter().skip_while(|byte| **byte == b'>').copied().collect::<Vec<u8>>().starts_with(b"From ") {
                mbox.push(b'>');
            }
            mbox.extend(line);
        }
        mbox.extend(b"\n\n");
    }
    fs::write(folder.path().join("s.mbox"), mbox).unwrap();
    write_configuration(folder.path(), "mbox:s.mbox");
    exported(folder.path());
    assert_eq!(records(&unpacked(&folder.path().join("a.zip"))).len(), corpus.len());
    for mode in ["pseudonymise", "omit"] {
        let output = crate::common::art20()
            .current_dir(folder.path())
            .args(["export", "-q", "--identity-check", "account-login", "--third-parties", mode, "--reference", "r"])
            .args(["-s", "email:xi@example.org", "-o", &format!("{mode}.zip")])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", crate::said(&output));
        let files = unpacked(&folder.path().join(format!("{mode}.zip")));
        harmless(&files, mode);
        let text: String = files.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
        for other in ["p19999@example.net", "last@example.net", "mallory@example.net", "e@f.example"] {
            assert!(!text.contains(other), "{mode}: {other} is named");
        }
    }
    assurance::tell(
        "hostile mails: header injection, bombs of parts, levels and headers, mazes of addresses, scripts",
        "the same in an mbox, kept, pseudonymised and without other people",
        3 * corpus.len(),
        "each is in the archive; in the other modes no correspondent is named",
    );
}
