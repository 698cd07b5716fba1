//! Synthetic stores serve as stores do: requests about their subjects are answered, and nobody gets another's data.

mod common;

use art20::demo::{Size, identifiers, synthetic};
use common::{art20, scratch};
use rusqlite::Connection;
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

const SIZE: Size = Size { subjects: 40, messages: 6, seed: 1 };

fn export(stores: &Path, identifier: &str, archive: &Path) -> Value {
    let result = art20()
        .args(["export", "--identity-check", "account-login", "--reference", "R-1", "--as-of", "2026-11-23T12:00:00Z"])
        .args(["--json", "-s", identifier, "-c"])
        .arg(stores.join("art20.toml"))
        .arg("-o")
        .arg(archive)
        .output()
        .unwrap();
    assert!(result.status.success(), "{}", String::from_utf8_lossy(&result.stderr));
    serde_json::from_slice(&result.stdout).unwrap()
}

/// Every file of an archive as text.
fn contents(archive: &Path) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut all = Vec::new();
    for at in 0..zip.len() {
        zip.by_index(at).unwrap().read_to_end(&mut all).unwrap();
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn a_synthetic_subject_gets_every_message_and_nothing_that_is_not_theirs() {
    let stores = scratch();
    synthetic(stores.path(), SIZE, &mut |_, _| {}).unwrap();
    let secret = ["SECRET-", "DERIVED-", "INFERRED-", "TAX-", "MANUAL-", "HOLD-", "ROUTING-"];
    // 2 has little, 5 a merged duplicate and Chinese letters, 6 Arabic ones, 9 invoices in yen and withdrawn consents.
    for number in [1, 2, 5, 6, 9] {
        let answers = identifiers(number).map(|identifier| {
            let folder = scratch();
            let archive = folder.path().join("a.zip");
            let receipt = export(stores.path(), &identifier, &archive);
            let verified = art20().arg("verify").arg(&archive).output().unwrap();
            assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
            (receipt["ledger"].clone(), contents(&archive))
        });
        let (ledger, contents) = &answers[0];
        assert_eq!(ledger, &answers[1].0, "either identifier leads to the other");
        let matched = |name: &str| {
            let line = ledger.as_array().unwrap().iter().find(|line| line["collection"] == name).unwrap();
            line["matched"].as_i64().unwrap()
        };
        assert_eq!(matched("emails"), 6);
        let billing = Connection::open(stores.path().join("billing.db")).unwrap();
        let owed = format!("SELECT count(*) FROM invoices WHERE substr(number, 3, 6) = '{number:06}'");
        assert_eq!(matched("invoices"), billing.query_row(&owed, [], |row| row.get::<_, i64>(0)).unwrap());
        for other in (1..=SIZE.subjects).filter(|other| *other != number) {
            let [email, customer] = identifiers(other).map(|one| one.split_once(':').unwrap().1.to_owned());
            assert!(!contents.contains(&email) && !contents.contains(&customer), "{number} has something of {other}");
        }
        for canary in secret {
            assert!(!contents.contains(canary), "{number}: {canary}");
        }
    }
}

#[test]
fn check_finds_nothing_wrong_with_synthetic_stores() {
    let stores = scratch();
    synthetic(stores.path(), SIZE, &mut |_, _| {}).unwrap();
    let checked = art20().arg("check").arg("-c").arg(stores.path().join("art20.toml")).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned() + &String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}");
    assert!(!said.contains("index"), "{said}");
}
