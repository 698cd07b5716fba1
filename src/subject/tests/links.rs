//! What links lead to: children, looked-up parents, several terms, rows that `where` divides among collections.

use super::world::{Rows, World};
use crate::subject::{Decisions, IdentifyError};

const ORDERS: (&str, &str, &str) =
    ("orders", "o", "kind = \"transaction\"\nmatch = [\"no = subject.customer\"]\nperson = \"no\"");

#[test]
fn links_lead_to_children_and_to_parents() {
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]"),
        ("parcels", "p", "match = [\"order_id = orders.id\"]"),
        ("carriers", "c", "match = [\"id = parcels.carrier\"]"),
    ];
    let tables: [Rows<'_>; 3] = [
        ("o", "id | no", &["1 | A", "2 | B", "3 | A"]),
        ("p", "id | order_id | carrier", &["1 | '1 | X", "2 | 2 | Y", "3 | 3 |", "4 | 9 | Z"]),
        ("c", "id", &["X", "Y", "Z"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:A"]);
    assert_eq!(found.rows("parcels"), "1 3", "by exact text, whatever the columns' types");
    assert_eq!(found.rows("carriers"), "X", "NULL leads nowhere");
}

#[test]
fn several_terms_of_a_link_must_meet_in_one_row() {
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]"),
        ("notes", "n", "match = [\"year = orders.year and number = orders.number\"]"),
    ];
    let tables: [Rows<'_>; 2] = [
        ("o", "id | no | year | number", &["1 | A | 2025 | 1", "2 | A | 2026 | 2", "3 | B | 2025 | 2"]),
        ("n", "id | year | number", &["1 | 2025 | 1", "2 | 2025 | 2", "3 | 2026 | 2", "4 | 2026 | 1"]),
    ];
    assert_eq!(World::new(&collections, &tables).find(&["customer:A"]).rows("notes"), "1 3");
}

#[test]
fn links_to_two_collections_must_both_hold() {
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]"),
        ("sites", "s", "match = [\"no = subject.customer\"]"),
        ("visits", "v", "match = [\"o = orders.id and s = sites.id\"]"),
    ];
    let tables: [Rows<'_>; 3] = [
        ("o", "id | no", &["1 | A", "2 | B"]),
        ("s", "id | no", &["7 | A", "8 | B"]),
        ("v", "id | o | s", &["1 | 1 | 7", "2 | 1 | 8", "3 | 2 | 7", "4 | 2 | 8"]),
    ];
    assert_eq!(World::new(&collections, &tables).find(&["customer:A"]).rows("visits"), "1");
}

#[test]
fn a_link_may_look_into_a_list() {
    let collections = [
        ("orders", "o", "match = [\"no = subject.customer\"]"),
        ("letters", "l", "match = [\"about has orders.number\"]"),
    ];
    let tables: [Rows<'_>; 2] = [
        ("o", "id | no | number", &["1 | A | R-1", "2 | A | R-2", "3 | B | R-3"]),
        ("l", "id | about", &["1 | R-1; R-3", "2 | [\"R-2\"]", "3 | R-3", "4 | R-11"]),
    ];
    assert_eq!(World::new(&collections, &tables).find(&["customer:A"]).rows("letters"), "1 2");
}

#[test]
fn children_stand_by_their_parents_in_the_order_of_both_keys() {
    let lines = ("lines", "l", "kind = \"line\"\nparent = \"orders\"\nmatch = [\"order_id = orders.id\"]");
    let tables: [Rows<'_>; 2] = [
        ("o", "id | no", &["10 | A", "9 | A", "8 | B"]),
        ("l", "id | order_id", &["5 | 10", "3 | 9", "4 | 10", "7 | 9", "1 | 8"]),
    ];
    let found = World::new(&[ORDERS, lines], &tables).find(&["customer:A"]);
    assert_eq!(found.rows("orders"), "9 10");
    assert_eq!(found.rows("lines"), "3 7 4 5");
    assert_eq!(found.parents("lines"), [Some(0), Some(0), Some(1), Some(1)]);
}

#[test]
fn a_child_without_its_parent_stops_the_run() {
    let lines = "kind = \"line\"\nparent = \"orders\"\nmatch = [\"order_id = orders.id\", \"no = subject.customer\"]";
    let run = |child: &str| {
        let tables: [Rows<'_>; 2] = [("o", "id | no", &["1 | A", "2 | B"]), ("l", "id | order_id | no", &[child])];
        World::new(&[ORDERS, ("lines", "l", lines)], &tables).identify(&["customer:A"], Decisions::default())
    };
    assert_eq!(run("1 | 1 | A").unwrap().rows("lines"), "1");
    assert!(matches!(run("1 | 2 | A"), Err(IdentifyError::NoParent { .. })));
    assert!(matches!(run("1 | | A"), Err(IdentifyError::NoParent { .. })));
}

#[test]
fn a_parent_that_is_found_later_than_its_child_is_in_time() {
    // The line is found by the number at once; its order only by the address, which the contact teaches.
    let collections = [
        ("contacts", "c", "match = [\"no = subject.customer\"]\nlearn = { email = [\"email\"] }"),
        ("orders", "o", "kind = \"transaction\"\nmatch = [\"email = subject.email\"]"),
        ("lines", "l", "kind = \"line\"\nparent = \"orders\"\nmatch = [\"o = orders.id\", \"no = subject.customer\"]"),
    ];
    let tables: [Rows<'_>; 3] = [
        ("c", "id | no | email", &["1 | A | a@x"]),
        ("o", "id | email", &["1 | a@x"]),
        ("l", "id | o | no", &["1 | 1 | A"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:A"]);
    assert_eq!((found.rows("orders"), found.rows("lines")), ("1", "1"));
}

#[test]
fn a_child_of_somebody_elses_row_is_found_only_by_what_is_the_subjects() {
    // The shared address finds the order of B. Its first line names A as well, so it is found, under an excluded
    // parent.
    let orders =
        "kind = \"transaction\"\nmatch = [\"no = subject.customer\", \"email = subject.email\"]\nperson = \"no\"";
    let lines = "kind = \"line\"\nparent = \"orders\"\nmatch = [\"order_id = orders.id\", \"no = subject.customer\"]";
    let tables: [Rows<'_>; 2] = [
        ("o", "id | no | email", &["1 | A | h@x", "2 | B | h@x"]),
        ("l", "id | order_id | no", &["1 | 1 | A", "2 | 2 | A", "3 | 2 | B"]),
    ];
    let found =
        World::new(&[("orders", "o", orders), ("lines", "l", lines)], &tables).find(&["customer:A", "email:h@x"]);
    assert_eq!((found.rows("orders"), found.rows("lines")), ("1 2!", "1 2"));
    assert_eq!(found.parents("lines"), [Some(0), Some(1)]);
}

#[test]
fn where_divides_a_table_and_what_it_leaves_to_nobody_is_told() {
    let of = |name: &'static str| (name, "t", "match = [\"no = subject.customer\"]\nwhere = \"kind\"");
    let tables: [Rows<'_>; 1] =
        [("t", "id | no | sel", &["1 | A | in", "2 | A | out", "3 | A | in out", "4 | A |", "5 | B | in"])];
    let found = World::new(&[of("in"), of("out")], &tables).find(&["customer:A"]);
    assert_eq!(found.rows("in"), "1 3 4~");
    assert_eq!(found.rows("out"), "2 3 4~");
    let found = World::new(&[of("in")], &tables).find(&["customer:A"]);
    assert_eq!(found.rows("in"), "1 2~ 3 4~");
    // A collection without `where` takes the rest.
    let rest = ("rest", "t", "match = [\"no = subject.customer\"]");
    let found = World::new(&[of("in"), rest], &tables).find(&["customer:A"]);
    assert_eq!((found.rows("in"), found.rows("rest")), ("1 3", "1 2 3 4"));
}

#[test]
fn a_row_left_to_another_collection_leads_on_from_there() {
    let of = |name: &'static str| (name, "t", "match = [\"no = subject.customer\"]\nwhere = \"kind\"");
    let collections =
        [of("in"), of("out"), ("a", "u", "match = [\"r = in.id\"]"), ("b", "u", "match = [\"r = out.id\"]")];
    let tables: [Rows<'_>; 2] = [
        ("t", "id | no | sel", &["1 | A | in", "2 | A | out", "3 | A |"]),
        ("u", "id | r", &["1 | 1", "2 | 2", "3 | 3"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:A"]);
    assert_eq!((found.rows("a"), found.rows("b")), ("1 3", "2 3"), "a row that stays out leads on too");
}

#[test]
fn what_a_row_left_to_another_collection_taught_is_taught_there_or_nowhere() {
    let learn = "match = [\"no = subject.customer\"]\nwhere = \"kind\"\nlearn = { phone = [\"phone\"] }";
    let plain = "match = [\"no = subject.customer\"]\nwhere = \"kind\"";
    let tables: [Rows<'_>; 2] =
        [("t", "id | no | phone | sel", &["1 | A | 030 1 | out"]), ("u", "id | phone", &["1 | 030 1"])];
    let calls = ("calls", "u", "match = [\"phone = subject.phone\"]");
    let found = World::new(&[("in", "t", learn), ("out", "t", plain), calls], &tables).find(&["customer:A"]);
    assert_eq!((found.rows("in"), found.rows("out"), found.rows("calls")), ("", "1", ""));
    let found = World::new(&[("in", "t", plain), ("out", "t", learn), calls], &tables).find(&["customer:A"]);
    assert_eq!((found.rows("in"), found.rows("out"), found.rows("calls")), ("", "1", "1"));
}

#[test]
fn a_row_that_only_the_collection_which_leaves_it_leads_to_is_told_in_both() {
    let tables: [Rows<'_>; 1] = [("t", "id | no | sel", &["1 | A | out"])];
    let collections = [
        ("in", "t", "match = [\"no = subject.customer\"]\nwhere = \"kind\""),
        ("out", "t", "match = [\"id = in.id\"]\nwhere = \"kind\""),
    ];
    let found = World::new(&collections, &tables).find(&["customer:A"]);
    assert_eq!((found.rows("in"), found.rows("out")), ("1~", "1"));
}
