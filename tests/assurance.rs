//! docs/assurance.md says what the tests tried, in their own words: `.ci/run` lets them tell it into a file, names that
//! file in `ART20_TOLD`, and this test compares; `ART20_BLESS=1` writes the table anew.

mod common;

use common::{blessing, root};
use serde::Deserialize;
use std::collections::BTreeMap;

const PAGE: &str = "docs/assurance.md";
const BEGIN: &str = "<!-- told -->\n";
const END: &str = "<!-- end -->";

/// What a test told (tests/common/assurance.rs).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    threat: String,
    how: String,
    tried: u64,
    result: String,
}

/// The rows of the table by threat and way, so that the order in which tests ran does not matter.
fn table(told: &str) -> String {
    let mut rows: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
    for line in told.lines() {
        let Told { threat, how, tried, result } =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let before = rows.insert((threat.clone(), how.clone()), (tried, result.clone()));
        // The same test may run twice; it has to tell the same.
        assert!(before.is_none_or(|before| before == (tried, result)), "told in two ways: {threat}: {how}");
    }
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut table = String::from("\n| threat or fault | how it is tried | times | what happens |\n|---|---|---|---|\n");
    for ((threat, how), (tried, result)) in rows {
        table.push_str(&format!("| {} | {} | {tried} | {} |\n", cell(&threat), cell(&how), cell(&result)));
    }
    table + "\n"
}

/// The page before, in and behind its table.
fn page() -> (String, String, String) {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the table");
    let (table, after) = rest.split_once(END).expect("the table has an end");
    (before.to_owned(), table.to_owned(), after.to_owned())
}

#[test]
fn the_page_says_what_the_tests_told() {
    let Some(path) = std::env::var_os("ART20_TOLD") else {
        println!("skipped: ART20_TOLD names no file; .ci/run lets all tests tell first");
        return;
    };
    let told = std::fs::read_to_string(&path).unwrap();
    assert!(!told.is_empty(), "no test told anything");
    let (before, found, after) = page();
    let expected = table(&told);
    if blessing() {
        return std::fs::write(root().join(PAGE), format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    }
    let missing: Vec<&str> = expected.lines().filter(|line| !found.lines().any(|known| tells(known, line))).collect();
    let nobody: Vec<&str> = found.lines().filter(|known| !expected.lines().any(|line| tells(known, line))).collect();
    let renew = "ART20_BLESS=1 ART20_TOLD=FILE cargo test --test assurance";
    assert!(missing.is_empty(), "{PAGE} lacks what tests told, renew it by {renew}: {missing:#?}");
    assert!(nobody.is_empty(), "no test told what {PAGE} says, renew it by {renew}: {nobody:#?}");
}

/// Whether a row of the page is what a test told. How many calls a run makes, and so how many can fail, differs a little
/// between machines: of numbers it is enough that they are alike.
fn tells(known: &str, told: &str) -> bool {
    let numbers = |row: &str| -> Vec<f64> {
        row.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
    };
    let words = |row: &str| row.split(|c: char| c.is_ascii_digit()).filter(|w| !w.is_empty()).collect::<String>();
    let (a, b) = (numbers(known), numbers(told));
    let alike = |(a, b): (&f64, &f64)| a == b || (*a > 0.0 && (0.5..=2.0).contains(&(b / a)));
    words(known) == words(told) && a.len() == b.len() && a.iter().zip(&b).all(alike)
}

#[test]
fn every_row_of_the_page_has_a_count_and_a_result() {
    let rows: Vec<Vec<String>> = page()
        .1
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(rows.len() > 10, "{} rows", rows.len());
    for row in rows {
        assert!(row.len() == 4 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        assert!(row[2].parse::<u64>().is_ok_and(|tried| tried > 0), "{row:?}");
    }
}

#[test]
fn rows_are_told_in_any_order_and_a_bar_ends_no_cell() {
    let row = |threat: &str| format!(r#"{{"threat":"{threat}","how":"a|b","tried":2,"result":"r"}}"#);
    let one = table(&[row("x"), row("y"), row("x")].join("\n"));
    assert_eq!(one, table(&[row("y"), row("x")].join("\n")));
    assert!(one.contains("| x | a\\|b | 2 | r |\n| y |"), "{one}");
}

#[test]
fn a_row_with_other_words_or_quite_another_number_is_another_row() {
    let known = "| a full disk | each of 12 writes | 100 | nothing is left |";
    assert!(tells(known, known) && tells(known, "| a full disk | each of 13 writes | 120 | nothing is left |"));
    for other in [
        "| a full disk | each of 12 writes | 100 | a file is left |",
        "| a full disk | each of 12 writes | 300 | nothing is left |",
        "| a full disk | each of 12 writes | 0 | nothing is left |",
        "| a full disk | each of 12 | 100 | nothing is left |",
    ] {
        assert!(!tells(known, other), "{other}");
    }
}
