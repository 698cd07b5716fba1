//! The journal under changes, crashes and many writers.

use super::chain::sha256;
use super::head::Head;
use super::*;
use crate::controller::JournalPlace;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn place(folder: &Path, retention: Option<&str>) -> JournalPlace {
    let text = format!(
        "version = 1\n[controller]\nname = \"x\"\nid = \"https://x.example\"\n[journal]\nfile = \"journal.jsonl\"\n{}",
        retention.map(|retention| format!("retention = \"{retention}\"\n")).unwrap_or_default()
    );
    crate::controller::Controller::parse(&folder.join("art20.toml"), text).unwrap().journal.unwrap()
}

fn event(reference: &str) -> Event {
    Event::Export(Box::new(Run {
        outcome: Outcome::Done,
        why: None,
        reference: reference.to_owned(),
        operator: None,
        identity_check: None,
        regime: "gdpr",
        accept_shared: false,
        same_person: false,
        as_of: "2026-11-23T12:00:00Z".into(),
        configuration_sha256: sha256(b"configuration"),
        art20_version: "0",
        rows: None,
        archive: Some(crate::receipt::ArchiveProof {
            name: format!("{reference}.zip"),
            bytes: 1,
            sha256: sha256(reference.as_bytes()),
            encrypted: false,
            signed: false,
        }),
        receipt_sha256: Some(sha256(b"receipt")),
        letter: None,
    }))
}

fn day(day: i64) -> Timestamp {
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * day)
}

/// A journal with so many runs, one a day.
fn written(lines: u32) -> (TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(&place(folder.path(), None));
    for line in 0..lines {
        journal.append(day(line.into()), &event(&format!("r-{line}"))).unwrap();
    }
    (folder, journal)
}

fn codes(journal: &Journal) -> BTreeSet<&'static str> {
    journal.read(|_, _| ()).unwrap().faults.iter().map(|fault| fault.code.as_str()).collect()
}

fn text(journal: &Journal) -> String {
    fs::read_to_string(journal.path()).unwrap()
}

fn head(journal: &Journal) -> std::path::PathBuf {
    head::path(journal.path())
}

#[test]
fn every_line_has_the_hash_of_the_line_before_with_its_end() {
    let (_folder, journal) = written(5);
    let text = text(&journal);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 5);
    for (at, line) in lines.iter().enumerate() {
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        let before = if at == 0 { "0".repeat(64) } else { sha256(lines[at - 1].as_bytes()) };
        assert_eq!((&read["number"], &read["previous"]), (&(at + 1).into(), &before.into()));
    }
    let chain = journal.read(|_, _| ()).unwrap();
    assert_eq!((chain.lines, chain.faults.len()), (5, 0));
    assert_eq!(chain.last_sha256, sha256(lines[4].as_bytes()));
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, journal) = written(1);
    for path in [journal.path(), &head(&journal)] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_changed_byte_anywhere_shows(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let (_folder, journal) = written(4);
        let mut bytes = fs::read(journal.path()).unwrap();
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        fs::write(journal.path(), bytes).unwrap();
        prop_assert!(!codes(&journal).is_empty());
    }

    #[test]
    fn removed_moved_and_repeated_lines_show(
        chosen in prop::collection::vec(0usize..6, 0..9).prop_filter("another journal", |c| *c != [0, 1, 2, 3, 4, 5]),
    ) {
        let (_folder, journal) = written(6);
        let text = text(&journal);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        fs::write(journal.path(), chosen.iter().map(|at| lines[*at]).collect::<String>()).unwrap();
        prop_assert!(!codes(&journal).is_empty());
    }

    #[test]
    fn a_cut_anywhere_shows_and_is_not_written_over(place in any::<prop::sample::Index>()) {
        let (_folder, journal) = written(4);
        let bytes = fs::read(journal.path()).unwrap();
        fs::write(journal.path(), &bytes[..place.index(bytes.len())]).unwrap();
        prop_assert!(codes(&journal).contains("journal-end"));
        let refused = matches!(journal.append(day(9), &event("r-9")), Err(JournalError::Broken { .. }));
        prop_assert!(refused);
    }
}

#[test]
fn without_its_head_a_journal_is_not_whole_and_not_continued() {
    let (_folder, journal) = written(3);
    fs::remove_file(head(&journal)).unwrap();
    assert_eq!(codes(&journal), BTreeSet::from(["journal-head-missing"]));
    assert!(matches!(journal.append(day(9), &event("r-9")), Err(JournalError::Broken { .. })));
    fs::write(head(&journal), "no head").unwrap();
    assert_eq!(codes(&journal), BTreeSet::from(["journal-head-missing"]));
    assert!(matches!(journal.append(day(9), &event("r-9")), Err(JournalError::Broken { .. })));
}

#[test]
fn a_journal_that_vanished_shows_by_its_head() {
    let (_folder, journal) = written(3);
    fs::remove_file(journal.path()).unwrap();
    assert_eq!(codes(&journal), BTreeSet::from(["journal-end"]));
    assert!(matches!(journal.append(day(9), &event("r-9")), Err(JournalError::Broken { .. })));
    fs::remove_file(head(&journal)).unwrap();
    let _ = fs::remove_file(journal.path());
    assert!(matches!(journal.read(|_, _| ()), Err(JournalError::Absent(_))));
}

#[test]
fn a_line_torn_by_a_crash_shows_and_the_next_run_notes_it() {
    let (_folder, journal) = written(2);
    let whole = text(&journal);
    let (third, before) = (written(3).1, whole.len());
    drop(third);
    for torn in [1, 40, 300] {
        let (_folder, journal) = written(2);
        journal.append(day(5), &event("torn")).unwrap();
        let bytes = fs::read(journal.path()).unwrap();
        fs::write(journal.path(), &bytes[..before + torn]).unwrap();
        Head::new(2, sha256(whole.split_inclusive('\n').nth(1).unwrap().as_bytes())).write(journal.path()).unwrap();
        assert_eq!(codes(&journal), BTreeSet::from(["journal-torn"]));
        journal.append(day(6), &event("next")).unwrap();
        assert_eq!(codes(&journal), BTreeSet::new());
        let mut seen = Vec::new();
        journal.read(|entry, _| seen.push((entry.number, entry.event.clone()))).unwrap();
        let seen: Vec<_> = seen.iter().map(|(number, event)| (*number, event.as_str())).collect();
        assert_eq!(seen, [(1, "export"), (2, "export"), (3, "recovered"), (4, "export")]);
        assert!(text(&journal).contains(&format!("\"torn_bytes\":{torn}")));
    }
}

#[test]
fn a_crash_between_a_line_and_its_head_is_none() {
    let (_folder, journal) = written(3);
    let before = fs::read(head(&journal)).unwrap();
    journal.append(day(4), &event("r-4")).unwrap();
    fs::write(head(&journal), before).unwrap();
    assert_eq!(codes(&journal), BTreeSet::new());
    journal.append(day(5), &event("r-5")).unwrap();
    assert_eq!(codes(&journal), BTreeSet::new());
    assert_eq!(journal.read(|_, _| ()).unwrap().lines, 5);
}

#[test]
fn a_line_that_follows_nothing_is_not_continued() {
    let (_folder, journal) = written(3);
    let foreign = text(&journal).lines().next().unwrap().to_owned() + "\n";
    fs::write(journal.path(), text(&journal) + &foreign).unwrap();
    assert!(matches!(journal.append(day(5), &event("r-5")), Err(JournalError::Broken { .. })));
}

#[test]
fn many_writers_leave_one_whole_chain() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(folder.path(), Some("P1D"));
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let journal = Journal::new(&place);
            // Half of them long ago, so that shortening meets writing.
            let at = day(if writer % 2 == 0 { 0 } else { 100 });
            scope.spawn(move || {
                (0..20).for_each(|nth| journal.append(at, &event(&format!("r-{writer}-{nth}"))).unwrap());
            });
        }
    });
    let journal = Journal::new(&place);
    assert_eq!(codes(&journal), BTreeSet::new());
    let mut numbers = Vec::new();
    journal.read(|entry, _| numbers.push(entry.number)).unwrap();
    assert!(*numbers.last().unwrap() >= 160, "{numbers:?}");
}

#[test]
fn lines_older_than_the_retention_go_and_the_chain_stays_whole() {
    let (folder, journal) = written(20);
    let keeps = Journal::new(&place(folder.path(), Some("P10D")));
    keeps.append(day(20), &event("r-20")).unwrap();
    assert_eq!(codes(&keeps), BTreeSet::new());
    let mut seen = Vec::new();
    keeps.read(|entry, _| seen.push((entry.number, entry.event.clone()))).unwrap();
    assert_eq!(seen[0].1, "checkpoint");
    // Lines 1 to 10 are of the days 0 to 9; the line of day 10 is just not too old.
    assert_eq!(seen[1].0, 11);
    assert_eq!(seen[seen.len() - 2..], [(21, "expired".to_owned()), (22, "export".to_owned())]);
    // Not again on the same day, and then again.
    keeps.append(day(20) + SignedDuration::from_hours(12), &event("later")).unwrap();
    assert_eq!(text(&keeps).lines().filter(|line| line.contains("\"expired\"")).count(), 1);
    keeps.append(day(25), &event("r-25")).unwrap();
    assert_eq!(codes(&keeps), BTreeSet::new());
    assert!(!text(&journal).contains("\"r-12\"") && text(&journal).contains("\"r-19\""));
    // Everything too old at once.
    keeps.append(day(500), &event("r-500")).unwrap();
    assert_eq!((codes(&keeps), text(&keeps).lines().count()), (BTreeSet::new(), 3));
}

#[test]
fn nobody_can_cut_a_journal_short_by_writing_a_checkpoint() {
    let (folder, journal) = written(20);
    Journal::new(&place(folder.path(), Some("P10D"))).append(day(20), &event("r-20")).unwrap();
    let text = text(&journal);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    // One more line dropped, with a checkpoint that fits it.
    let forged = serde_json::json!({
        "format": "art20-journal/1", "number": 0, "previous": sha256(lines[1].as_bytes()), "at": "2026-01-21T00:00:00Z",
        "event": "checkpoint", "through": 11, "last": sha256(lines[1].as_bytes()),
    });
    fs::write(journal.path(), format!("{forged}\n{}", lines[2..].concat())).unwrap();
    assert_eq!(codes(&journal), BTreeSet::from(["journal-begin"]));
    // Without any checkpoint.
    fs::write(journal.path(), lines[1..].concat()).unwrap();
    assert_eq!(codes(&journal), BTreeSet::from(["journal-begin"]));
}

#[test]
fn a_crash_between_shortening_and_the_head_is_none() {
    for retention in ["P10D", "P1D"] {
        let (folder, journal) = written(20);
        let before = fs::read(head(&journal)).unwrap();
        let keeps = Journal::new(&place(folder.path(), Some(retention)));
        keeps.append(day(40), &event("r-40")).unwrap();
        let lines = text(&journal);
        let at = lines.rfind("{\"format\"").unwrap();
        fs::write(journal.path(), &lines[..at]).unwrap();
        fs::write(head(&journal), before).unwrap();
        assert_eq!(codes(&journal), BTreeSet::new(), "{retention}");
        keeps.append(day(41), &event("r-41")).unwrap();
        assert_eq!(codes(&journal), BTreeSet::new(), "{retention}");
    }
}

#[test]
fn a_journal_that_is_not_whole_is_not_shortened() {
    let (folder, journal) = written(20);
    fs::write(journal.path(), text(&journal).replacen("r-3", "r-x", 1)).unwrap();
    let keeps = Journal::new(&place(folder.path(), Some("P10D")));
    assert!(matches!(keeps.append(day(20), &event("r-20")), Err(JournalError::Broken { .. })));
    assert_eq!(text(&journal).lines().count(), 20);
}

#[test]
fn a_delivery_names_the_file_of_the_last_run_or_one_made_from_it_and_no_person() {
    let (_folder, journal) = written(3);
    let delivered = journal.delivered(day(4), "r-1", Some(" portal "), Some("ops"), None).unwrap();
    assert_eq!((delivered.channel.as_deref(), delivered.sha256()), (Some("portal"), sha256(b"r-1").as_str()));
    let made = sha256(b"made anew");
    let delivered = journal.delivered(day(5), "r-1", Some("letter"), None, Some(&made)).unwrap();
    let archive = delivered.archive.unwrap();
    assert_eq!((archive.sha256, archive.made_from), (made.clone(), Some(sha256(b"r-1"))));
    // Which way it went need not be said.
    assert_eq!(journal.delivered(day(6), "r-1", None, None, None).unwrap().channel, None);
    let mut about = Vec::new();
    journal
        .read(|entry, _| {
            if entry.is_about(&sha256(b"r-1")) {
                about.push(entry.event.clone());
            }
        })
        .unwrap();
    assert_eq!(about, ["export", "delivered", "delivered", "delivered"]);
    assert!(matches!(journal.delivered(day(7), "r-9", None, None, None), Err(JournalError::NotFound(_))));
    for channel in ["", "mail to ann@x.org", "call 010-0000 0142", "a\nb", &"x".repeat(101)] {
        assert!(
            matches!(journal.delivered(day(7), "r-1", Some(channel), None, None), Err(JournalError::Personal)),
            "{channel}"
        );
    }
    assert_eq!(codes(&journal), BTreeSet::new());
}

#[test]
fn every_code_is_unique_and_has_one_sentence_of_its_own() {
    let codes: BTreeSet<_> = JournalFaultCode::ALL.iter().map(|code| code.as_str()).collect();
    let sentences: BTreeSet<_> = JournalFaultCode::ALL.iter().map(|code| code.sentence()).collect();
    assert_eq!((codes.len(), sentences.len()), (JournalFaultCode::ALL.len(), JournalFaultCode::ALL.len()));
}
