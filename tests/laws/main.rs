//! The laws, over made-up controllers: stores, links and people as chance has it, and a model in plain loops that says
//! what must come of them. `ART20_CASES` sets the number of cases.
//!
//! - [`made_up`] makes up a [`world`]: stores, rows, a configuration and a request, from a string of bytes.
//! - [`written`] writes it down as art20 meets it.
//! - [`recognised`] and [`model`] are the contract in plain loops; they know nothing of the program.
//! - [`everyone`] is another sort of world, with mailboxes and chats, in which everyone asks at once; it knows of every
//!   value who may have it. [`written_everyone`] writes it down.

#[path = "../common/mod.rs"]
mod common;

mod choices;
mod everyone;
mod made_up;
mod model;
mod recognised;
mod world;
mod written;
mod written_everyone;

use choices::Choices;
use common::unpacked::{records, unpacked};
use common::{art20, scratch};
use model::{Expected, Outcome};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use world::{AS_OF, World};

fn export(world: &World, folder: &Path, name: &str) -> (Option<i32>, Vec<u8>, String) {
    let run = art20()
        .args(["export", "--json", "-q", "--identity-check", "account-login", "--reference", "R-1", "--as-of", AS_OF])
        .args(written::arguments(world))
        .arg("-c")
        .arg(folder.join("art20.toml"))
        .arg("-o")
        .arg(folder.join(name))
        .output()
        .unwrap();
    (run.status.code(), run.stdout, String::from_utf8_lossy(&run.stderr).into_owned())
}

/// Every record by its collection, children too, each with the word of its parent.
fn by_collection(records: &[Value]) -> BTreeMap<String, Vec<(Value, Option<String>)>> {
    let mut all: BTreeMap<String, Vec<(Value, Option<String>)>> = BTreeMap::new();
    let word = |record: &Value| record["additional"]["tag"].as_str().unwrap_or_default().to_owned();
    let name = |record: &Value| record["source"]["collection"].as_str().unwrap().to_owned();
    for record in records {
        all.entry(name(record)).or_default().push((record.clone(), None));
        for child in record["lines"].as_array().into_iter().flatten() {
            all.entry(name(child)).or_default().push((child.clone(), Some(word(record))));
        }
    }
    all
}

fn counts(value: &Value) -> BTreeMap<String, u64> {
    value.as_object().unwrap().iter().map(|(code, count)| (code.clone(), count.as_u64().unwrap())).collect()
}

/// The words that begin and end like a made-up value.
fn words(bytes: &[u8], found: &mut BTreeSet<String>) {
    let text = String::from_utf8_lossy(bytes);
    // Folded lines of cards are joined; nothing else breaks a word.
    for text in [text.replace("\r\n ", ""), text.into_owned()] {
        for (at, _) in text.match_indices("zq") {
            let rest = &text[at..];
            let end = rest.find("qz").map(|end| end + 2);
            let word = end.map(|end| &rest[..end]).filter(|word| word.bytes().all(|b| b.is_ascii_alphanumeric()));
            found.extend(word.map(str::to_owned));
        }
    }
}

fn compare(world: &World, expected: &[Expected], folder: &Path, receipt: &[u8]) -> Result<(), TestCaseError> {
    let receipt: Value = serde_json::from_slice(receipt).unwrap();
    let files = unpacked(&folder.join("a.zip"));
    let exported = by_collection(&records(&files));
    let ledger = receipt["ledger"].as_array().unwrap();
    prop_assert_eq!(ledger.len(), world.collections.len());
    for ((collection, expected), line) in world.collections.iter().zip(expected).zip(ledger) {
        let name = &collection.name;
        prop_assert_eq!(line["collection"].as_str(), Some(name.as_str()));
        let (matched, portable) = (line["matched"].as_u64().unwrap(), line["portable"].as_u64().unwrap());
        let excluded = counts(&line["excluded"]);
        // The ledger balances, and says what the model says.
        prop_assert_eq!(matched, portable + excluded.values().sum::<u64>(), "{} balances", name);
        prop_assert_eq!(matched, expected.matched, "matched in {}", name);
        prop_assert_eq!(&excluded, &expected.excluded, "excluded in {}", name);
        prop_assert_eq!(portable, expected.portable.len() as u64, "portable in {}", name);
        prop_assert_eq!(counts(&line["withheld"]), expected.withheld.clone(), "withheld in {}", name);
        prop_assert_eq!(line["verbatim"].as_u64(), Some(expected.verbatim), "verbatim in {}", name);
        // The archive holds those records, in that order, under those parents.
        let found = exported.get(name).map_or(&[][..], Vec::as_slice);
        let shown: Vec<_> = found
            .iter()
            .map(|(record, parent)| {
                let flag = |key: &str| record[key] == true;
                let tag = record["additional"]["tag"].as_str().unwrap().to_owned();
                (tag, parent.clone(), flag("restricted"), flag("voluntary"))
            })
            .collect();
        let wanted: Vec<_> =
            expected.portable.iter().map(|p| (p.tag.clone(), p.parent.clone(), p.restricted, p.voluntary)).collect();
        prop_assert_eq!(shown, wanted, "records of {}", name);
    }
    // Nothing lost, nothing leaked: the words of the archive are those of the subject, all of them and no other.
    let mut found = BTreeSet::new();
    files.iter().for_each(|(_, bytes)| words(bytes, &mut found));
    let wanted: BTreeSet<String> = expected.iter().flat_map(|e| &e.portable).flat_map(|p| p.words.clone()).collect();
    prop_assert_eq!(&found, &wanted);
    let mut outside = BTreeSet::new();
    words(receipt.to_string().as_bytes(), &mut outside);
    prop_assert!(outside.is_empty(), "the receipt holds nothing personal: {:?}", outside);
    Ok(())
}

fn obeys_the_laws(bytes: Vec<u8>) -> Result<&'static str, TestCaseError> {
    let world = World::new(Choices::new(bytes));
    let expected = world.expected();
    let folder = scratch();
    written::write(&world, folder.path());
    let (exit, receipt, errors) = export(&world, folder.path(), "a.zip");
    prop_assert!(!errors.contains("zq"), "errors hold nothing personal: {}", errors);
    let expected = match expected {
        Outcome::Exit(expected) => {
            prop_assert_eq!(exit, Some(expected), "{}", errors);
            prop_assert!(!folder.path().join("a.zip").exists());
            return Ok("no archive");
        }
        Outcome::Archive(expected) => expected,
    };
    prop_assert_eq!(exit, Some(0), "{}", errors);
    compare(&world, &expected, folder.path(), &receipt)?;
    let (again, _, _) = export(&world, folder.path(), "b.zip");
    prop_assert_eq!(again, Some(0));
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    prop_assert!(bytes("a.zip") == bytes("b.zip"), "same request, same stores, same bytes");
    let verified = art20().args(["verify", "-q"]).arg(folder.path().join("a.zip")).output().unwrap();
    prop_assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stdout));
    Ok("archive")
}

/// A made-up world in words, for whoever has to find out what went wrong.
fn story(bytes: Vec<u8>) -> String {
    let world = World::new(Choices::new(bytes));
    let mut text = format!("{}\n{}\n", written::configuration(&world), written::arguments(&world).join(" "));
    for table in &world.tables {
        text.push_str(&format!("{} {:?}\n", table.name, table.key));
        table.rows.iter().for_each(|row| text.push_str(&format!("  {row:?}\n")));
    }
    text
}

fn cases() -> u32 {
    std::env::var("ART20_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(250)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 600, ..ProptestConfig::default() })]

    fn made_up_controllers(
        bytes in prop::collection::vec(any::<u8>(), 0..3_000),
    ) {
        let told = |failure| match failure {
            TestCaseError::Fail(reason) => TestCaseError::fail(format!("{reason}\n{}", story(bytes.clone()))),
            other => other,
        };
        obeys_the_laws(bytes.clone()).map_err(told)?;
    }
}

#[test]
fn every_row_and_value_of_a_made_up_controller_comes_out_as_the_contract_says() {
    made_up_controllers();
    common::assurance::tell(
        "a row or value is lost, or somebody else's data leak",
        "made-up controllers: schemas, links, learned and shared identifiers, consents, `where`, two stores, three modes; a model in plain loops says what must come",
        cases() as usize,
        "the ledger, the records and every value as the model says; the same bytes twice; the archive verifies",
    );
}

/// Everyone asks in one batch: each archive has the words of its audience, all of them and no other.
fn reaches_its_audience(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    let world = everyone::Everyone::new(Choices::new(bytes));
    let folder = scratch();
    written_everyone::write(&world, folder.path());
    let run = art20()
        .current_dir(folder.path())
        .args(["batch", "requests.jsonl", "-q", "-o", "out", "--jobs", "2", "--as-of", AS_OF])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    let result = std::fs::read_to_string(folder.path().join("out/batch-result.csv")).unwrap_or_default();
    prop_assert_eq!(run.status.code(), Some(0), "{}{}", said, result);
    prop_assert!(!said.contains("zq") && !result.contains("zq"), "nothing personal outside: {}{}", said, result);
    let audiences = world.audiences();
    for person in 0..world.people {
        let mut found = BTreeSet::new();
        let files = unpacked(&folder.path().join(format!("out/p-{person}.zip")));
        files.iter().for_each(|(_, bytes)| words(bytes, &mut found));
        let wanted: BTreeSet<String> =
            audiences.iter().filter(|(_, who)| who.contains(&person)).map(|(word, _)| word.clone()).collect();
        let leaked: Vec<&String> = found.difference(&wanted).collect();
        let lost: Vec<&String> = wanted.difference(&found).collect();
        prop_assert!(leaked.is_empty() && lost.is_empty(), "C{}: leaked {:?}, lost {:?}", person, leaked, lost);
        let receipt = std::fs::read(folder.path().join(format!("out/p-{person}.receipt.json"))).unwrap();
        let mut outside = BTreeSet::new();
        words(&receipt, &mut outside);
        prop_assert!(outside.is_empty(), "the receipt holds nothing personal: {:?}", outside);
    }
    Ok(())
}

/// How many controllers of the second sort there are: each is several exports.
fn batches() -> u32 {
    cases() / 5
}

proptest! {
    #![proptest_config(ProptestConfig { cases: batches(), max_shrink_iters: 300, ..ProptestConfig::default() })]

    fn controllers_that_everyone_asks(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let told = |failure| match failure {
            TestCaseError::Fail(reason) => {
                let world = everyone::Everyone::new(Choices::new(bytes.clone()));
                TestCaseError::fail(format!("{reason}\n{}", written_everyone::story(&world)))
            }
            other => other,
        };
        reaches_its_audience(bytes.clone()).map_err(told)?;
    }
}

#[test]
fn after_everyone_has_asked_a_value_is_in_an_archive_if_and_only_if_its_audience_says_so() {
    controllers_that_everyone_asks();
    common::assurance::tell(
        "a row or value is lost, or somebody else's data leak",
        "made-up controllers with mailboxes, chats, files and shared addresses, in which everyone asks at once, each in one of three modes",
        batches() as usize,
        "each archive has the values of which the person is in the audience, all of them and no other",
    );
}

/// The model alone is quick, so what the worlds are like can be counted over many.
#[test]
fn made_up_worlds_meet_every_end_and_every_code() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop::collection::vec(any::<u8>(), 0..3_000);
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..2_000 {
        let bytes = strategy.new_tree(&mut runner).unwrap().current();
        let world = World::new(Choices::new(bytes));
        let collections = match world.expected() {
            Outcome::Exit(exit) => {
                *met.entry(format!("exit {exit}")).or_default() += 1;
                continue;
            }
            Outcome::Archive(collections) => collections,
        };
        *met.entry("exit 0".into()).or_default() += 1;
        let codes: BTreeSet<&String> =
            collections.iter().flat_map(|c| c.excluded.keys().chain(c.withheld.keys())).collect();
        codes.into_iter().for_each(|code| *met.entry(code.clone()).or_default() += 1);
        let portable: usize = collections.iter().map(|c| c.portable.len()).sum();
        let children = collections.iter().flat_map(|c| &c.portable).filter(|p| p.parent.is_some()).count();
        for (what, is) in [("portable", portable > 0), ("many", portable > 9), ("children", children > 0)] {
            *met.entry(what.into()).or_default() += u32::from(is);
        }
    }
    println!("{met:#?}");
    let ends = ["exit 0", "exit 3", "exit 4", "exit 5", "portable", "many", "children"];
    // These worlds have no hidden recipients and no files; what other people leave behind is a name.
    let absent = ["third-party", "unsearchable"];
    let codes = art20::records::Code::ALL.iter().map(|code| code.as_str()).filter(|code| !absent.contains(code));
    let rare: Vec<&str> = ends.into_iter().chain(codes).filter(|what| met.get(*what).is_none_or(|n| *n < 15)).collect();
    assert!(rare.is_empty(), "{rare:?}");
}
