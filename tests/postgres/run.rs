//! Runs the program on a configuration made for the test.

use crate::common::art20;
use crate::common::postgres::PASSWORD;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An export of one subject, ready to be run.
pub fn exporting(configuration: &Path, subject: &str, output: &Path) -> Command {
    let mut command = art20();
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PG")) {
        command.env_remove(name);
    }
    command
        .args(["export", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"])
        .args(["--reference", "r", "-s", subject, "-c"])
        .arg(configuration)
        .arg("-o")
        .arg(output)
        .env("HOME", configuration.parent().unwrap())
        .env("PGPASSWORD", PASSWORD);
    command
}

/// An export of one subject.
pub fn export(configuration: &Path, subject: &str, output: &Path) -> Output {
    exporting(configuration, subject, output).output().unwrap()
}

/// What the program says when it fails, and that nothing is left behind.
pub fn failure(mut command: Command, folder: &Path, status: i32) -> String {
    let before = names(folder);
    let run = command.output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(status), "{said}");
    assert!(said.contains("what to do: "), "{said}");
    assert!(!said.contains("CANARY"), "{said}");
    assert_eq!(names(folder), before, "nothing is left behind");
    said
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

/// Writes a configuration with one store, and these collections.
pub fn configuration(folder: &Path, store: &str, collections: &str) -> PathBuf {
    let text = format!(
        r#"version = 1
[controller]
name = "Shop"
id = "https://shop.example"
email = "privacy@shop.example"
country = "DE"
time_zone = "Europe/Berlin"
languages = ["en"]
[activity.account]
title = "Account"
legal_basis = "contract"
purpose = "Keeping the account"
[store.shop]
{store}
{collections}
"#
    );
    let path = folder.join("art20.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A collection of the kind `other` with these columns, each to a field of its name.
pub fn collection(name: &str, table: &str, key: &str, matches: &str, columns: &[&str]) -> String {
    let columns: String = columns.iter().map(|column| format!("{column} = \"additional.{column}\"\n")).collect();
    format!(
        r#"[collection.{name}]
store = "shop"
table = '{table}'
kind = "other"
activity = "account"
origin = "provided"
key = [{key}]
match = ['{matches}']
[collection.{name}.columns]
{columns}"#
    )
}
