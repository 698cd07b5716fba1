//! The command line as a person meets it: every file of `tests/cli/cases` is one case (see `tests/cli/README.md`).

mod common;

use common::{art20, blessing, fixture, root, scratch};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

const LINE: &str = "# ---- what happens";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    run: String,
    #[serde(default)]
    setup: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    before: BTreeMap<String, Change>,
    #[serde(default)]
    status: i32,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
    #[serde(default)]
    left: Vec<String>,
    #[serde(default)]
    added: BTreeMap<String, String>,
}

/// How a file of the folder differs from the base.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Change {
    Text(String),
    Replace { replace: [String; 2] },
    Append { append: String },
    Sql { sql: String },
    Truncate { truncate: u64 },
    Flip { flip: usize },
    Folder { folder: bool },
    Absent { absent: bool },
    Copy { copy: String },
}

fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(at, part)| {
            if at % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}

fn lay_base(folder: &Path) {
    for entry in std::fs::read_dir(root().join("tests/cli/base")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let script = std::fs::read_to_string(folder.join("shop.sql")).unwrap();
    rusqlite::Connection::open(folder.join("shop.db")).unwrap().execute_batch(&script).unwrap();
    std::fs::remove_file(folder.join("shop.sql")).unwrap();
}

fn apply(folder: &Path, name: &str, change: &Change) {
    let path = folder.join(name);
    match change {
        Change::Text(text) => std::fs::write(path, text).unwrap(),
        Change::Replace { replace: [old, new] } => {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(old.as_str()), "{name} holds {old}");
            std::fs::write(path, text.replace(old.as_str(), new)).unwrap();
        }
        Change::Append { append } => {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, text + append).unwrap();
        }
        Change::Sql { sql } => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
        Change::Truncate { truncate } => {
            std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(*truncate).unwrap();
        }
        Change::Flip { flip } => {
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[*flip] ^= 0x20;
            std::fs::write(path, bytes).unwrap();
        }
        Change::Folder { folder } => {
            assert!(folder);
            let _ = std::fs::remove_file(&path);
            std::fs::create_dir_all(path).unwrap();
        }
        Change::Absent { absent } => {
            assert!(absent);
            std::fs::remove_file(path).unwrap();
        }
        Change::Copy { copy } => copy_all(&fixture(copy), &path),
    }
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// Every file below a folder with what it holds; an empty folder has nothing.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            all.insert(format!("{name}/"), Vec::new());
            all.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            all.insert(name, std::fs::read(&path).unwrap());
        }
    }
    all
}

/// The text with placeholders for what differs from run to run and from machine to machine.
fn plain(text: &str, folder: &Path) -> String {
    let text = text.replace(folder.to_str().unwrap(), "[folder]").replace(env!("CARGO_PKG_VERSION"), "[version]");
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.trim_end().to_owned();
        for key in ["started_at", "ended_at", "at"] {
            if let Some((before, after)) = line.split_once(&format!("\"{key}\": \"")) {
                line = format!("{before}\"{key}\": \"[now]\"{}", after.split_once('"').unwrap().1);
            }
        }
        if line.trim_start().starts_with("\"bytes\": ") {
            line = format!("{}[bytes],", line.split_inclusive(": ").next().unwrap());
        }
        let run = |line: &str, length: usize, fits: &dyn Fn(u8) -> bool| {
            let bytes = line.as_bytes();
            (0..bytes.len().saturating_sub(length - 1)).find(|at| {
                let end = at + length;
                bytes[*at..end].iter().all(|b| fits(*b))
                    && bytes.get(end).is_none_or(|b| !fits(*b))
                    && (*at == 0 || !fits(bytes[at - 1]))
            })
        };
        while let Some(at) = run(&line, 64, &|b| b.is_ascii_hexdigit()) {
            line.replace_range(at..at + 64, "[sha256]");
        }
        while let Some(at) = run(&line, 36, &|b| b.is_ascii_hexdigit() || b == b'-') {
            line.replace_range(at..at + 36, "[uuid]");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

struct Seen {
    status: i32,
    stdout: String,
    stderr: String,
    left: Vec<String>,
    added: BTreeMap<String, String>,
}

fn run(case: &Case) -> Seen {
    let scratch = scratch();
    let (folder, temporary) = (scratch.path().join("work"), scratch.path().join("temporary"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::create_dir(&temporary).unwrap();
    lay_base(&folder);
    for (name, change) in case.before.iter().filter(|(_, change)| !matches!(change, Change::Flip { .. })) {
        apply(&folder, name, change);
    }
    let start = |line: &str| {
        let words = words(line);
        assert_eq!(words[0], "art20");
        let mut command = art20();
        command.args(&words[1..]).current_dir(&folder).env("COLUMNS", "100").env("TMPDIR", &temporary).envs(&case.env);
        command
    };
    for line in &case.setup {
        assert!(start(line).output().unwrap().status.success(), "{line}");
    }
    for (name, change) in case.before.iter().filter(|(_, change)| matches!(change, Change::Flip { .. })) {
        apply(&folder, name, change);
    }
    let before = files(&folder);
    let mut child =
        start(&case.run).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its standard input may have ended before all is written.
    let _ = child.stdin.take().unwrap().write_all(case.stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let mut after = files(&folder);
    let mut added = BTreeMap::new();
    for (name, bytes) in &before {
        let now = after.remove(name).unwrap_or_else(|| panic!("{name} is still there"));
        if now == *bytes {
            continue;
        }
        assert!(case.run.contains("--update"), "{name} is as it was");
        added.insert(name.clone(), lines_added(bytes, &now).unwrap_or_else(|| panic!("{name} has only grown")));
    }
    assert_eq!(files(&temporary).into_keys().collect::<Vec<_>>(), [""; 0], "nothing temporary is left");
    Seen {
        status: output.status.code().unwrap(),
        stdout: plain(&String::from_utf8(output.stdout).unwrap(), &folder),
        stderr: plain(&String::from_utf8(output.stderr).unwrap(), &folder),
        left: after.into_keys().collect(),
        added,
    }
}

/// The lines that a text has and had not before. None if anything of before is missing: texts are only put between.
fn lines_added(before: &[u8], after: &[u8]) -> Option<String> {
    let (before, after) = (std::str::from_utf8(before).ok()?, std::str::from_utf8(after).ok()?);
    let mut rest = after.chars();
    if !before.chars().all(|c| rest.any(|other| other == c)) {
        return None;
    }
    let lines: Vec<&str> = after.split_inclusive('\n').collect();
    let mut old = before.split_inclusive('\n').peekable();
    let mut added = String::new();
    for (at, line) in lines.iter().enumerate() {
        // A line that has grown is there no more as it was.
        while old.next_if(|old| !lines[at..].contains(old)).is_some() {}
        if old.next_if_eq(line).is_none() {
            added.push_str(line);
        }
    }
    Some(added)
}

/// What must hold of every case.
fn rules(case: &Case, seen: &Seen) -> Vec<String> {
    let mut faults = Vec::new();
    for (stream, text) in [("stdout", &seen.stdout), ("stderr", &seen.stderr)] {
        if text.to_lowercase().contains("canary") {
            faults.push(format!("{stream} shows an identifier of the request:\n{text}"));
        }
    }
    // Of a batch, what has not failed is there.
    let failed = !matches!(seen.status, 0 | 7 | 9);
    if failed && !(seen.left.is_empty() && seen.added.is_empty()) {
        faults.push(format!("a failure leaves {:?} {:?}", seen.left, seen.added));
    }
    let advises = ["what to do:", "--help", "Usage:"].iter().any(|advice| seen.stderr.contains(advice));
    // check and verify answer on standard output.
    if failed && seen.stdout.is_empty() && !case.run.contains(" -q") && !advises {
        faults.push(format!("a failure does not say what to do:\n{}", seen.stderr));
    }
    faults
}

fn blessed(source: &str, seen: &Seen) -> String {
    let head = source.split(LINE).next().unwrap().trim_end();
    let mut text = format!("{head}\n\n{LINE}\nstatus = {}\n", seen.status);
    for (key, value) in [("stdout", &seen.stdout), ("stderr", &seen.stderr)] {
        if !value.is_empty() {
            assert!(!value.contains("'''"));
            write!(text, "{key} = '''\n{value}'''\n").unwrap();
        }
    }
    if !seen.left.is_empty() {
        writeln!(text, "left = {:?}", seen.left).unwrap();
    }
    for (name, value) in &seen.added {
        write!(text, "added.{name:?} = '''\n{value}'''\n").unwrap();
    }
    text
}

#[test]
fn every_case_of_the_command_line_comes_out_as_its_file_says() {
    let only = std::env::var("ART20_CASE").unwrap_or_default();
    let mut paths: Vec<_> = std::fs::read_dir(root().join("tests/cli/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().contains(&only))
        .collect();
    paths.sort();
    let mut faults = Vec::new();
    for path in &paths {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let source = std::fs::read_to_string(path).unwrap();
        // Tables come last in TOML, and the results after them: what happens stands in a table of its own here.
        let (head, results) = source.split_once(LINE).unwrap_or((&source, ""));
        let table = format!("{results}\n{head}");
        let case: Case = toml::from_str(&table).unwrap_or_else(|error| panic!("{name}: {error}"));
        let seen = run(&case);
        faults.extend(rules(&case, &seen).into_iter().map(|fault| format!("{name}: {fault}")));
        let expected = (case.status, &case.stdout, &case.stderr, &case.left, &case.added);
        if blessing() {
            std::fs::write(path, blessed(&source, &seen)).unwrap();
        } else if expected != (seen.status, &seen.stdout, &seen.stderr, &seen.left, &seen.added) {
            faults.push(format!("{name} is not as its file says; this is what happens:\n{}", blessed("", &seen)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
