//! fixtures/README.md tells who is who and what each request gives; here every row of its table is run.

mod common;

use common::{art20, fixture, scratch};
use serde_json::Value;
use std::collections::BTreeMap;

/// One row: what is asked, the exit status, and per collection (matched, portable, excluded by code).
struct Row {
    who: String,
    arguments: Vec<String>,
    exit: i32,
    outcome: BTreeMap<String, (u64, u64, BTreeMap<String, u64>)>,
}

fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(fixture("README.md")).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    let mut before: Vec<Vec<String>> = Vec::new();
    for line in
        page.lines().skip_while(|line| !line.starts_with("| no.")).skip(2).take_while(|line| line.starts_with('|'))
    {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let mut subjects: Vec<String> = quoted(cells[2]).into_iter().filter(|text| !text.starts_with("--")).collect();
        if cells[2].starts_with("the same") {
            subjects = before.last().unwrap().clone();
        }
        if cells[2].starts_with("both") {
            let singles: Vec<&Vec<String>> =
                before.iter().rev().filter(|subjects| subjects.len() == 1).take(2).collect();
            subjects = singles.into_iter().flatten().cloned().collect();
        }
        before.push(subjects.clone());
        let mut arguments: Vec<String> = subjects.into_iter().flat_map(|subject| ["-s".to_owned(), subject]).collect();
        for option in quoted(cells[2]).into_iter().filter(|text| text.starts_with("--")) {
            arguments.extend(option.split(' ').map(str::to_owned));
        }
        let outcome = cells[4].split("<br>").filter(|line| !line.is_empty()).map(outcome).collect();
        rows.push(Row { who: cells[1].to_owned(), arguments, exit: cells[3].parse().unwrap(), outcome });
    }
    rows
}

/// `invoices 4 = 3 + 1 legal-obligation`
fn outcome(text: &str) -> (String, (u64, u64, BTreeMap<String, u64>)) {
    let (left, right) = text.split_once(" = ").unwrap();
    let (name, matched) = left.rsplit_once(' ').unwrap();
    let mut parts = right.split(" + ");
    let portable = parts.next().unwrap().trim().parse().unwrap();
    let excluded = parts.map(|part| {
        let (count, code) = part.trim().split_once(' ').unwrap();
        (code.to_owned(), count.parse().unwrap())
    });
    (name.trim().to_owned(), (matched.parse().unwrap(), portable, excluded.collect()))
}

#[test]
fn every_request_of_the_fixtures_page_comes_out_as_the_page_says() {
    let rows = rows();
    assert!(rows.len() > 25, "the page has its table");
    for row in rows {
        let folder = scratch();
        let output = folder.path().join("out.zip");
        let run = art20()
            .args(["export", "--json", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"])
            .arg("-c")
            .arg(fixture("trexlabel/art20.toml"))
            .arg("-o")
            .arg(&output)
            .args(&row.arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(row.exit), "{}: {errors}", row.who);
        assert_eq!(output.exists(), row.exit == 0, "{}", row.who);
        if row.exit != 0 {
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{}: nothing is left", row.who);
            continue;
        }
        let receipt: Value = serde_json::from_slice(&run.stdout).unwrap();
        let mut found = BTreeMap::new();
        for line in receipt["ledger"].as_array().unwrap() {
            let excluded: BTreeMap<String, u64> = line["excluded"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(code, n)| (code.clone(), n.as_u64().unwrap()))
                .collect();
            let matched = line["matched"].as_u64().unwrap();
            if matched > 0 {
                found.insert(
                    line["collection"].as_str().unwrap().to_owned(),
                    (matched, line["portable"].as_u64().unwrap(), excluded),
                );
            }
        }
        assert_eq!(found, row.outcome, "{}", row.who);
        let verified = art20().args(["verify", "-q"]).arg(&output).status().unwrap();
        assert_eq!(verified.code(), Some(0), "{}: the archive verifies", row.who);
    }
}
