//! What may have come of a run that met a fault.

use crate::strace::Tried;
use crate::world::{CANARY, run_in};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// Every file below a folder, by its path from there.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    all
}

/// The names of the files below a folder.
pub fn names(folder: &Path) -> Vec<String> {
    files(folder).keys().map(|path| path.to_string_lossy().into_owned()).collect()
}

/// Empties a folder, or makes it.
pub fn empty(folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
}

/// Nothing that was said holds anybody's data.
pub fn silent(output: &Output, story: &str) {
    for said in [&output.stdout, &output.stderr] {
        let said = String::from_utf8_lossy(said).to_lowercase();
        assert!(!said.contains(CANARY) && !said.contains("金丝雀"), "personal data: {story}");
    }
}

/// The exit status is one of these, and the message says what to do.
pub fn refused(output: &Output, statuses: &[i32], story: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| statuses.contains(&code)), "another exit status: {story}");
    assert!(said.contains("error: ") && said.contains("what to do: "), "no sentence that helps: {story}");
    silent(output, story);
}

/// Only what has a temporary name is there, and nobody else may read it.
pub fn only_temporary(folder: &Path, story: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    for name in names(folder) {
        let file = Path::new(&name).file_name().unwrap().to_string_lossy().into_owned();
        let mode = fs::metadata(folder.join(&name)).unwrap().permissions().mode();
        assert!(file.starts_with(".art20-") && mode.trailing_zeros() >= 6, "{name} is left, {mode:o}: {story}");
    }
}

/// The journal is whole, and names nobody.
pub fn journal_holds(at: &Path, story: &str) {
    let there = at.join("journal.jsonl").exists() || at.join("journal.jsonl.head").exists();
    let verified = run_in(at, &["journal", "verify"]).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stdout).into_owned() + &String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() || !there, "the journal is broken: {said} {story}");
    let text = fs::read_to_string(at.join("journal.jsonl")).unwrap_or_default().to_lowercase();
    assert!(!text.contains(CANARY), "personal data in the journal: {text} {story}");
}

/// The exit statuses by which a run may end that met this fault.
pub fn statuses(tried: &Tried) -> &'static [i32] {
    let line = tried.line.as_deref().unwrap_or_default();
    match tried.fault.call {
        // Whoever may not open or see a file is told so in the words of what the file is for.
        "openat" | "statx" | "newfstatat" | "mkdir" | "readlink" => &[1, 2, 3],
        "read" if line.contains("art20.toml>") => &[3],
        _ if line.contains(".key>") || line.contains(".pub>") || line.contains("requests.csv>") => &[1, 2],
        _ => &[1],
    }
}
