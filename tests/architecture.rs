//! The shape of the source: imports of the rooms point one way, every file says what it is, none is long, nothing is
//! left open, and one thing has one word.

mod common;

use common::root;
use std::path::{Path, PathBuf};

/// The rooms in the order that a record passes through them: each may know those before it.
const ROOMS: [&str; 21] = [
    "records",
    "controller",
    "subject",
    "request",
    "stores",
    "normalize",
    "scope",
    "archive",
    "receipt",
    "findings",
    "letter",
    "guess",
    "check",
    "fulfil",
    "export",
    "batch",
    "import",
    "init",
    "schema",
    "demo",
    "cli",
];

/// Rooms that know less than their place would allow: the archive can be read without stores and configuration.
const STRICTER: [(&str, &[&str]); 1] = [("archive", &["records", "scope"])];

const LONGEST: usize = 400;

/// One source file: the room it is in, its path below `src`, its text.
struct Source {
    room: String,
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let top = root().join("src");
    let mut paths = Vec::new();
    walk(&top, &mut paths);
    paths.sort();
    assert!(paths.len() > 50, "the source is where it was");
    paths
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(&top).unwrap().to_str().unwrap().to_owned();
            let room = below.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            Source { room, path: below, text: std::fs::read_to_string(&path).unwrap() }
        })
        .collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// The lines that are code, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The rooms that a line of code names as `crate::ROOM`.
fn imports(line: &str) -> Vec<String> {
    let first = |text: &str| text.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    line.split("crate::").skip(1).map(first).collect()
}

fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn rooms_know_only_the_rooms_before_them() {
    let place = |room: &str| ROOMS.iter().position(|name| *name == room);
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&source.room.as_str())) {
        let Some(here) = place(&source.room) else {
            faults.push(format!("src/{}: the room `{}` has no place in the order", source.path, source.room));
            continue;
        };
        for (at, line) in code(&source.text) {
            for import in imports(line) {
                let stricter = STRICTER.iter().find(|(room, _)| *room == source.room);
                let allowed = match (stricter, place(&import)) {
                    _ if import == source.room => true,
                    (_, None) => false, // `crate::{` too: one import a line, so that this test can read it
                    (Some((_, known)), _) => known.contains(&import.as_str()),
                    (None, Some(there)) => there < here,
                };
                if !allowed {
                    faults.push(format!("src/{}:{at}: {} must not know `{import}`", source.path, source.room));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn only_the_command_line_knows_the_terminal_the_clock_and_the_environment() {
    let outside = ["clap::", "clap_complete::", "indicatif::", "anyhow::", "signal_hook::", "std::env::", "IsTerminal"];
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| !["cli", "main"].contains(&source.room.as_str())) {
        let text = source.text.split("#[cfg(test)]").next().unwrap();
        if source.path.ends_with("tests.rs") || source.path.contains("/tests/") {
            continue;
        }
        for (at, line) in code(text) {
            // `url_env` names a variable, so reading the configuration reads it.
            let variable = source.room == "controller" && line.contains("std::env::var(&variable");
            if let Some(word) = outside.iter().find(|word| line.contains(*word) && !variable) {
                faults.push(format!("src/{}:{at}: `{word}` belongs to cli", source.path));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_file_says_what_it_is_and_none_is_long() {
    let mut faults = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            faults.push(format!("src/{}: does not open with `//!`", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST {
            faults.push(format!("src/{}: {lines} lines, {LONGEST} at most", source.path));
        }
    }
    none(&faults);
}

#[test]
fn nothing_is_left_open() {
    // In two parts each, so that this file does not find itself.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["to", "do!("], ["unimple", "mented!("]].map(|parts| parts.concat());
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    walk(&root().join("tests"), &mut paths);
    let mut faults = Vec::new();
    for path in paths {
        for (at, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if let Some(mark) = marks.iter().find(|mark| line.contains(*mark)) {
                faults.push(format!("{}:{}: {mark}", path.display(), at + 1));
            }
        }
    }
    none(&faults);
}

#[test]
fn types_use_one_word_for_one_thing() {
    // Of a data subject, an identifier, a controller, a third party, an activity, a request, a decision, a withheld
    // value, a record, a bag and a ledger; and what says nothing at all.
    let never = [
        "User", "Customer", "Client", "Login", "Owner", "Stranger", "Dsar", "Job", "Ticket", "Masked", "Entity", "Dto",
        "Bundle", "Stats", "Util", "Utils", "Helper", "Helpers", "Manager",
    ];
    // These are other things too, in compound names.
    let not_alone =
        ["Person", "Key", "Target", "Operation", "Flow", "Raw", "Filter", "Allowed", "Item", "Dump", "Corrupt"];
    let modules = ["utils", "common", "helpers", "manager", "core"];
    let mut faults = Vec::new();
    for source in sources() {
        let stem = source.path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        if modules.contains(&stem.rsplit('/').next().unwrap()) {
            faults.push(format!("src/{}: a module's name says what it holds", source.path));
        }
        for (at, line) in code(&source.text) {
            let Some(name) = declared(line) else { continue };
            if not_alone.contains(&name) || words(name).iter().any(|word| never.contains(&word.as_str())) {
                faults.push(format!("src/{}:{at}: another word stands for `{name}`", source.path));
            }
        }
    }
    none(&faults);
}

/// The type that a line declares; not the associated types of an implementation, whose names are given.
fn declared(line: &str) -> Option<&str> {
    if line.starts_with(' ') {
        return None;
    }
    let line = line.trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ").trim_start_matches("pub ");
    let name = ["struct ", "enum ", "trait ", "type "].iter().find_map(|keyword| line.strip_prefix(keyword))?;
    Some(name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for c in name.chars() {
        match words.last_mut() {
            Some(word) if c.is_lowercase() => word.push(c),
            _ => words.push(c.to_string()),
        }
    }
    words
}
