//! Letters as files: private, the same again, and nothing of the archive changed by them.

mod common;

use common::{art20, fixture, scratch};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const AT: [&str; 4] = ["--received", "2026-11-02", "--as-of", "2026-11-23T12:00:00Z"];

fn run(folder: &Path, command: &str, more: &[&str]) {
    let config = fixture("trexlabel/art20.toml");
    let output = art20()
        .args([command, "-q", "-c", config.to_str().unwrap(), "--reference", "r-1"])
        .args(AT)
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn text(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    std::fs::read_to_string(path).unwrap()
}

fn export(folder: &Path, more: &[&str]) {
    let anna = ["-s", "email:anna.mueller@example.org", "--identity-check", "account-login"];
    run(folder, "export", &[&anna, more].concat());
}

#[test]
fn the_letter_is_private_and_the_same_again_and_the_archive_is_as_without_it() {
    let (with, again, without) = (scratch(), scratch(), scratch());
    export(with.path(), &["--letter", "letter.txt"]);
    export(again.path(), &["--letter", "letter.txt"]);
    export(without.path(), &[]);
    let letter = text(with.path(), "letter.txt");
    assert_eq!(letter, text(again.path(), "letter.txt"));
    let archive = |folder: &Path| std::fs::read(folder.join("r-1.zip")).unwrap();
    assert!(archive(with.path()) == archive(without.path()));
    assert!(!letter.contains("anna.mueller"), "it needs no identifier of the person");
}

#[test]
fn the_letter_speaks_of_every_activity_and_every_code_of_the_example() {
    let folder = scratch();
    export(folder.path(), &["--letter", "letter.txt"]);
    let letter = text(folder.path(), "letter.txt");
    let titles = std::fs::read_to_string(fixture("trexlabel/art20.toml")).unwrap();
    let titles: Vec<(&str, &str)> = titles
        .lines()
        .filter_map(|line| line.strip_prefix("title = { en = \"")?.strip_suffix("\" }")?.split_once("\", zh-CN = \""))
        .collect();
    assert!(titles.len() >= 13, "{}", titles.len());
    let dense = letter.replace(['\n', ' '], "");
    for (en, zh) in titles {
        assert!(dense.contains(&en.replace(' ', "")) && dense.contains(&zh.replace(' ', "")), "{en} {zh}");
    }
    let receipt = std::fs::read_to_string(folder.path().join("r-1.receipt.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    let mut codes = 0;
    for line in receipt["ledger"].as_array().unwrap() {
        for part in ["excluded", "withheld"] {
            for code in line[part].as_object().unwrap().keys() {
                let sentence = art20::records::Code::named(code).unwrap().sentence();
                assert!(dense.contains(&sentence.en.replace(' ', "")) && dense.contains(sentence.zh), "{code}");
                codes += 1;
            }
        }
    }
    assert!(codes > 10, "{codes}");
}

#[test]
fn a_refusal_names_reasons_authority_and_court_in_the_language_asked_for() {
    let folder = scratch();
    run(folder.path(), "refuse", &["--reason", "deceased", "--regime", "pipl", "--language", "zh-CN"]);
    let letter = text(folder.path(), "r-1.refusal.txt").replace(['\n', ' '], "");
    for words in ["《个人信息保护法》第五十条", "《个人信息保护法》第四十九条", "向人民法院提起诉讼", "已故者"]
    {
        assert!(letter.contains(words), "{words}");
    }
    assert!(!letter.contains("Youasked"), "no other language");
    let record = text(folder.path(), "r-1.refusal.json");
    assert!(record.contains("\"reason\": \"deceased\""));
}

#[test]
fn an_extension_tells_the_day_three_months_from_receipt() {
    let folder = scratch();
    let why = ["--reason", "complexity", "--explanation", "Eleven systems have to be read."];
    run(folder.path(), "extend", &why);
    let letter = text(folder.path(), "r-1.extension.txt");
    assert_eq!(letter.matches("2027-02-02").count(), 2, "once in each language");
    assert_eq!(letter.matches("Eleven systems have to be read.").count(), 2);
}
