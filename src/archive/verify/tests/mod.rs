//! One archive for each fault, alike but for one change; and archives that have none.

mod builder;
mod cases;
mod containers;
mod protected;
mod variants;
mod zipped;

use super::*;
use builder::{Builder, Files};
use std::collections::BTreeSet;
use std::fs;
use tempfile::TempDir;

/// Writes an archive as a folder.
fn folder(files: &Files) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// Verifies the bytes of a zip file.
fn verify_bytes(bytes: &[u8], limits: &Limits) -> Verification {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), bytes).unwrap();
    verify(file.path(), limits).unwrap()
}

/// The codes of all faults.
fn codes(verification: &Verification) -> BTreeSet<&'static str> {
    verification.faults.iter().map(|fault| fault.code.as_str()).collect()
}

#[test]
fn a_valid_archive_has_no_fault_as_a_folder_and_as_a_zip() {
    let files = Builder::default().build();
    let of_folder = verify(folder(&files).path(), &Limits::default()).unwrap();
    let of_zip = verify_bytes(&zipped::zip(&zipped::members(&files)), &Limits::default());
    for (found, kind) in [(&of_folder, ArchiveKind::Folder), (&of_zip, ArchiveKind::Zip)] {
        assert_eq!(found.faults, [], "{found}");
        assert!(found.complete && found.valid);
        assert_eq!((found.kind, found.records, found.payload.files), (kind, 2, 5));
        assert_eq!(found.controller.as_deref(), Some("Example Ltd"));
        assert_eq!(found.reference.as_deref(), Some("R-1"));
        assert_eq!(found.as_of.as_deref(), Some("2026-11-23T19:00:00Z"));
    }
}

#[test]
fn of_a_mail_folder_its_index_stands_for_the_messages() {
    let builder = Builder {
        content: |files| {
            builder::put(files, "data/mail/inbox/folder.json", "{}\n");
            builder::put(files, "data/mail/inbox/1.eml", "Subject: x\r\n\r\n");
        },
        ..Builder::default()
    };
    let found = verify(folder(&builder.build()).path(), &Limits::default()).unwrap();
    assert!(found.valid, "{found}");
}

#[test]
fn every_code_is_produced_by_an_archive_with_one_change() {
    let produced: BTreeSet<FaultCode> =
        cases::all().map(|case| case.code).chain(containers::CODES).chain(protected::CODES).collect();
    let missing: Vec<_> = FaultCode::ALL.iter().filter(|code| !produced.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn one_change_gives_its_fault_and_no_other() {
    for case in cases::all() {
        let files = case.builder.build();
        let found = verify(folder(&files).path(), &Limits::default()).unwrap();
        let mut expected: BTreeSet<_> = case.also.iter().map(|code| code.as_str()).collect();
        expected.insert(case.code.as_str());
        assert_eq!(codes(&found), expected, "{}\n{found}", case.code.as_str());
        let complete = !case.also.iter().chain([&case.code]).any(|code| code.breaks_completeness());
        assert_eq!((found.complete, found.valid), (complete, false), "{}", case.code.as_str());
        if !files.keys().any(|name| name.contains("..")) {
            let zipped = verify_bytes(&zipped::zip(&zipped::members(&files)), &Limits::default());
            assert_eq!(zipped.faults, found.faults, "the same as a zip");
        }
    }
}

#[test]
fn no_fault_says_what_stands_in_a_record() {
    for case in cases::all() {
        let found = verify(folder(&case.builder.build()).path(), &Limits::default()).unwrap();
        let text = serde_json::to_string(&found.faults).unwrap();
        for personal in ["Ann", "ann@", "rugs", "How much", "yesterday", "Offer, final"] {
            assert!(!text.contains(personal), "{}: {text}", case.code.as_str());
        }
    }
}

#[test]
fn the_verdict_is_one_json_object_and_a_text_that_a_terminal_cannot_obey() {
    let builder = Builder {
        tags: |files| {
            builder::edit(files, "bag-info.txt", "R-1", "\u{1b}[2J");
            builder::put(files, "manifest-md5.txt", "");
        },
        content: |files| builder::edit(files, "data/statement.jsonld", "\"reference\": \"R-1\"", "\"ref\": 1"),
        ..Builder::default()
    };
    let found = verify(folder(&builder.build()).path(), &Limits::default()).unwrap();
    let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(json["complete"], false);
    assert_eq!(json["faults"][0]["code"], "manifest-algorithm");
    assert_eq!(json["faults"][0]["path"], "manifest-md5.txt");
    assert_eq!(json["payload"]["files"], 5);
    let text = found.to_string();
    assert!(text.contains("valid       NO") && text.contains("\\u{1b}[2J") && !text.contains('\u{1b}'), "{text}");
    assert!(text.contains(FaultCode::ManifestAlgorithm.sentence()), "{text}");
}

#[test]
fn many_faults_of_a_code_are_counted_and_the_archive_stays_invalid() {
    let builder = Builder {
        tags: |files| builder::append(files, "manifest-sha256.txt", &"x\n".repeat(50)),
        ..Builder::default()
    };
    let files = builder.build();
    for limit in [0, 3] {
        let found = verify(folder(&files).path(), &Limits { faults: limit, ..Limits::default() }).unwrap();
        let more = u64::try_from(50 - limit).unwrap();
        assert_eq!((found.faults.len(), found.more_faults[&FaultCode::ManifestSyntax]), (limit, more));
        assert!(!found.complete && !found.valid);
    }
}

#[test]
fn only_what_cannot_be_opened_is_an_error() {
    assert!(verify(Path::new("/nowhere/archive.zip"), &Limits::default()).is_err());
    let empty = tempfile::tempdir().unwrap();
    let found = verify(empty.path(), &Limits::default()).unwrap();
    assert!(codes(&found).contains("payload-missing") && !found.complete);
}
