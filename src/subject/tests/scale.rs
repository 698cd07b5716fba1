//! Many rows and many identifiers: recognising the subject takes time and memory in proportion, not in the square.

use super::world::World;
use crate::subject::{Decisions, IdentifyError};
use std::time::{Duration, Instant};

fn rows(count: usize, row: impl Fn(usize) -> String) -> Vec<String> {
    (0..count).map(row).collect()
}

fn strs(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

/// Generous for a slow machine without optimisation; the square of these numbers would take hours.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn more_identifiers_can_be_learned_than_sixteen_bits_count() {
    let orders = rows(70_000, |n| format!("{n} | A | R{n}"));
    let parcels = rows(70_000, |n| format!("{n} | R{n}"));
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]\nlearn = { order = [\"number\"] }"),
        ("parcels", "p", "match = [\"number = subject.order\"]"),
        ("carriers", "c", "match = [\"id = parcels.number\"]"),
    ];
    let tables: [super::world::Rows<'_>; 3] =
        [("o", "id | no | number", &strs(&orders)), ("p", "id | number", &strs(&parcels)), ("c", "id", &["R69999"])];
    let start = Instant::now();
    let found = World::new(&collections, &tables).find(&["customer:A"]);
    assert_eq!(found.rows("parcels").split(' ').count(), 70_000);
    assert_eq!(found.rows("carriers"), "R69999");
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn many_rows_linked_to_many_by_one_value_are_found_once_each() {
    let cookies = rows(20_000, |n| format!("{n} | V"));
    let logs = rows(20_000, |n| format!("{n} | V | {n}"));
    let collections = [
        ("cookies", "c", "match = [\"visitor = subject.visitor\"]"),
        ("logs", "l", "match = [\"visitor = cookies.visitor\"]"),
        ("pages", "l", "match = [\"visitor = cookies.visitor and id = cookies.id\"]"),
    ];
    let tables: [super::world::Rows<'_>; 2] =
        [("c", "id | visitor", &strs(&cookies)), ("l", "id | visitor | page", &strs(&logs))];
    let start = Instant::now();
    let found = World::new(&collections, &tables).find(&["visitor:V"]);
    assert_eq!(found.rows("logs").split(' ').count(), 20_000);
    assert_eq!(found.rows("pages").split(' ').count(), 20_000);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn a_key_that_every_row_shares_is_noticed_before_it_costs_the_square() {
    let rows = rows(40_000, |n| format!("{n} | A"));
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]\nkey = [\"no\"]"),
        ("parts", "p", "match = [\"no = orders.no\"]"),
    ];
    let tables: [super::world::Rows<'_>; 2] = [("o", "id | no", &strs(&rows)), ("p", "id | no", &strs(&rows))];
    let start = Instant::now();
    let found = World::new(&collections, &tables).identify(&["customer:A"], Decisions::default());
    assert!(matches!(found, Err(IdentifyError::RepeatedKey { .. })), "{found:?}");
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn a_collection_is_asked_again_only_where_its_rows_may_have_changed() {
    let contacts = "match = [\"email = subject.email\", \"no = subject.customer\"]\nperson = \"no\"\nlearn = { customer = [\"no\"] }";
    let collections = [
        ("contacts", "c", contacts),
        ("mails", "m", "match = [\"sender = subject.email\"]"),
        ("files", "f", "match = [\"mail = mails.id\"]"),
        ("orders", "o", "match = [\"no = subject.customer\"]"),
        ("parts", "p", "match = [\"order = orders.id\"]"),
    ];
    let tables: [super::world::Rows<'_>; 5] = [
        ("c", "id | no | email", &["1 | A | a@x.org", "2 | B | b@x.org"]),
        ("m", "id | sender", &["1 | a@x.org", "2 | b@x.org"]),
        ("f", "id | mail", &["1 | 1", "2 | 2"]),
        ("o", "id | no", &["1 | A", "2 | B"]),
        ("p", "id | order", &["1 | 1", "2 | 2"]),
    ];
    let mut world = World::new(&collections, &tables);
    let found = world.find(&["email:a@x.org"]);
    let names = ["contacts", "mails", "files", "orders", "parts"];
    assert_eq!(names.map(|name| found.rows(name)), ["1"; 5]);
    // By the address, then by the address and the number that it taught.
    assert_eq!(names.map(|name| world.asked(name)), [3, 1, 1, 1, 1]);
}
