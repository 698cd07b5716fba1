//! Data made to do harm, by other subjects or by chance: every reader and every writer meets the whole corpus of
//! `fixtures/attacks/` and what [`bombs`] makes. Nothing is lost, nothing is obeyed, nobody else's archive changes.
//! The judges (`tests/judges.rs`) accept an archive of the same corpus.

#[path = "../common/mod.rs"]
mod common;

mod bombs;
mod databases;
mod mails;
mod requests;
mod texts;

use common::art20;
use std::path::Path;
use std::process::Output;

/// Exports the attacked subject to `a.zip`.
fn export(folder: &Path) -> Output {
    let _ = std::fs::remove_file(folder.join("a.zip"));
    let _ = std::fs::remove_file(folder.join("a.receipt.json"));
    art20()
        .current_dir(folder)
        .args(["export", "-q", "--json", "--identity-check", "account-login", "--as-of", "2026-06-15T12:00:00Z"])
        .args(["--reference", "r", "-s", "email:xi@example.org", "-o", "a.zip"])
        .env("PGPASSWORD", common::postgres::PASSWORD)
        .output()
        .unwrap()
}

fn exported(folder: &Path) {
    let output = export(folder);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let verified = art20().current_dir(folder).args(["verify", "a.zip"]).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(4000).collect::<String>();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

/// A configuration with one collection of `additional` texts on the table `values` of a store.
fn configuration(url: &str) -> String {
    format!(
        r#"version = 1
[controller]
name = "Attacked"
id = "https://attacked.example"
languages = ["en", "zh-CN"]
own_addresses = ["desk@attacked.example"]
[activity.all]
legal_basis = "contract"
purpose = "Trying what does harm"
[store.s]
url = "{url}"
[collection.values]
store = "s"
table = "values"
kind = "other"
activity = "all"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
[collection.values.columns]
id = {{ omit = "row number" }}
email = {{ omit = "link" }}
value = "additional.value"
"#
    )
}
