//! What was fuzzed stays found: every input of `fixtures/fuzz/` goes through its target, as it is and damaged in the
//! ways in which files are. docs/fuzzing.md says how new inputs are looked for.

#[path = "../common/mod.rs"]
mod common;
mod targets;

use common::assurance::tell;
use common::{fixture, root};
use std::panic::{AssertUnwindSafe, catch_unwind};
use targets::{TARGETS, Target};

/// The inputs of a target by their names.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fixture("fuzz").join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    inputs.sort();
    inputs
}

/// Damage that needs no imagination: cut off, a piece lost, a piece twice, one byte another, two inputs as one.
fn damaged(input: &[u8], other: &[u8]) -> Vec<Vec<u8>> {
    let length = input.len();
    let places: Vec<usize> = (1..8).map(|eighth| length * eighth / 8).filter(|at| *at < length).collect();
    let mut all = vec![[input, other].concat(), Vec::new()];
    for at in places {
        let (before, after) = input.split_at(at);
        all.push(before.to_vec());
        all.push([before, &after[after.len() / 4..]].concat());
        all.push([before, before, after].concat());
        all.extend([0, b'\n', b'"', 0xff].map(|byte| [before, &[byte], &after[1..]].concat()));
    }
    all
}

fn through((name, target): Target, promise: &str) {
    let inputs = corpus(name);
    assert!(inputs.len() >= 3, "{name} has hardly an input");
    let mut tried = 0;
    for (at, (file, input)) in inputs.iter().enumerate() {
        let other = &inputs[(at + 1) % inputs.len()].1;
        for (nth, input) in std::iter::once(input.clone()).chain(damaged(input, other)).enumerate() {
            tried += 1;
            let result = catch_unwind(AssertUnwindSafe(|| target(&input)));
            assert!(result.is_ok(), "fixtures/fuzz/{name}/{file}, damage {nth}: {}", String::from_utf8_lossy(&input));
        }
    }
    assert!(tried > 100, "{tried}");
    let how = format!("{} inputs of fixtures/fuzz/{name}, each as it is and damaged in many ways", inputs.len());
    tell("Crafted input", &how, tried, &promise.replace('_', " "));
}

/// The name of a test and what it puts through.
macro_rules! replayed {
    ($($test:ident $name:literal;)*) => {
        $(
            #[test]
            fn $test() {
                let target = TARGETS.into_iter().find(|(name, _)| *name == $name).unwrap();
                through(target, stringify!($test));
            }
        )*

        /// The targets that a test above is about.
        const REPLAYED: &[&str] = &[$($name),*];
    };
}

replayed! {
    any_text_is_a_configuration_or_has_faults_on_lines_that_there_are "configuration";
    any_identifier_is_found_in_the_text_that_it_was_read_from "identifiers";
    any_condition_means_what_it_says "conditions";
    any_number_and_any_time_is_read_back_as_the_same "numbers";
    any_json_is_written_as_it_was_read "json";
    any_list_of_correspondents_keeps_every_letter "addresses";
    any_message_loses_the_fields_that_are_not_the_persons_and_nothing_else "mail";
    any_mailbox_keeps_every_line "mbox";
    any_csv_file_is_read_as_another_reader_reads_it "csv";
    any_archive_gets_a_verdict_without_contradiction "verify";
    any_words_are_written_so_that_other_readers_find_them "written";
}

#[test]
fn every_target_is_replayed_and_has_a_program() {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, REPLAYED);
    let folder = |path: &str| {
        let entries = std::fs::read_dir(root().join(path)).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> =
            entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(folder("fuzz/fuzz_targets"), sorted);
    assert_eq!(folder("fixtures/fuzz"), sorted);
}
