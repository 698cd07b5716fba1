//! `fixtures/archives/`: the folder is the verdict, and the name of an invalid archive is the code of its fault.

use art20::archive::verify::{FaultCode, Limits, Verification, verify};
use std::path::{Path, PathBuf};

/// Every archive with this verdict, by its name.
fn archives(verdict: &str) -> Vec<(String, Verification)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archives").join(verdict);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), verify(path, &Limits::default()).unwrap())).collect()
}

#[test]
fn a_valid_archive_is_complete_and_valid() {
    for (name, found) in archives("valid") {
        assert!(found.complete && found.valid && found.faults.is_empty(), "{name}\n{found}");
    }
}

#[test]
fn an_invalid_archive_is_refused_for_the_fault_that_it_is_named_after() {
    for (name, found) in archives("invalid") {
        assert!(!found.valid, "{name}");
        let code = FaultCode::ALL.iter().find(|code| code.as_str() == name);
        let code = code.unwrap_or_else(|| panic!("{name} is no code"));
        assert!(found.faults.iter().any(|fault| fault.code == *code), "{name}\n{found}");
        // Without any payload, what the payload holds is missing too.
        let alone = found.faults.iter().all(|fault| fault.code == *code);
        assert!(alone || *code == FaultCode::PayloadMissing, "{name}\n{found}");
    }
}

#[test]
fn every_fault_that_a_folder_of_plain_text_can_have_has_an_archive() {
    let only_elsewhere = |code: &str| {
        let elsewhere =
            ["encrypted", "ciphertext-broken", "too-many-entries", "too-large", "compression-ratio", "file-unreadable"];
        // Not every system can check these out.
        let not_in_git = ["symbolic-link", "not-a-file", "name-duplicate", "name-case-collision"];
        code.starts_with("zip-")
            || code.starts_with("signature-")
            || elsewhere.contains(&code)
            || not_in_git.contains(&code)
    };
    let names: Vec<String> = archives("invalid").into_iter().map(|(name, _)| name).collect();
    let missing: Vec<&str> = FaultCode::ALL
        .iter()
        .map(|code| code.as_str())
        .filter(|code| !only_elsewhere(code) && !names.iter().any(|name| name == code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
