//! Recognising the subject, told in small worlds: what is learned, what is shared, who it is, what links lead to.

mod links;
mod persons;
mod scale;
mod world;

use super::{Decisions, IdentifyError};
use world::World;

const CONTACTS: &str = r#"match = ["email = subject.email", "no = subject.customer"]
person = "no"
learn = { customer = ["no"], email = ["email"] }
suggest = { email = ["typed"] }"#;
const COLUMNS: &str = "id | no | email | typed";

#[test]
fn what_matched_rows_teach_is_followed_until_nothing_is_new() {
    let contacts = r#"match = ["email = subject.email", "phone = subject.phone", "no = subject.customer"]
learn = { customer = ["no"], email = ["email"], phone = ["phone"] }"#;
    let rows = ["1 | a | A@x.org | 030 1", "2 | b | b@x.org | +49301", "3 | b | c@x.org |", "4 | d | d@x.org | 030 2"];
    let mut world = World::new(&[("contacts", "t", contacts)], &[("t", "id | no | email | phone", &rows)]);
    let found = world.find(&["email:c@X.org"]);
    assert_eq!(found.rows("contacts"), "1 2 3");
    for other in ["email:a@x.org", "customer:b", "phone:+49 30 1"] {
        assert_eq!(world.find(&[other]).rows("contacts"), "1 2 3", "{other}");
    }
    assert_eq!(world.find(&["customer:d"]).rows("contacts"), "4");
}

#[test]
fn a_chain_of_any_length_is_followed_to_its_end() {
    let rows: Vec<String> = (1..=700).map(|n| format!("{n} | {n} | {}", n + 1)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let lines = "match = [\"no = subject.ticket\"]\nlearn = { ticket = [\"next\"] }";
    let mut world = World::new(&[("tickets", "t", lines)], &[("t", "id | no | next", &rows)]);
    assert_eq!(world.find(&["ticket:1"]).rows("tickets").split(' ').count(), 700);
    assert_eq!(world.find(&["ticket:701"]).rows("tickets"), "");
}

#[test]
fn rows_that_teach_each_other_in_circles_come_to_an_end() {
    let rows = ["1 | a | b", "2 | b | c", "3 | c | a", "4 | c | c", "5 | d | a"];
    let lines = "match = [\"no = subject.ticket\"]\nlearn = { ticket = [\"next\", \"no\"] }";
    let mut world = World::new(&[("tickets", "t", lines)], &[("t", "id | no | next", &rows)]);
    assert_eq!(world.find(&["ticket:b"]).rows("tickets"), "1 2 3 4");
}

#[test]
fn what_the_subject_merely_typed_in_is_asked_about_and_never_followed() {
    let rows = ["1 | C1 | mallory@x.org | victim@x.org", "2 | C2 | victim@x.org | mallory@x.org"];
    let mail = "match = [\"address = subject.email\"]";
    let mut world = World::new(
        &[("contacts", "t", CONTACTS), ("mail", "m", mail)],
        &[("t", COLUMNS, &rows), ("m", "id | address", &["1 | victim@x.org", "2 | mallory@x.org"])],
    );
    let found = world.find(&["email:mallory@x.org"]);
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1", "2"));
    assert_eq!(found.suggested, "victim@x.org");
    assert_eq!(found.identifiers, "email:mallory@x.org +customer:C1");
    // What is known already is no question.
    assert_eq!(world.find(&["email:mallory@x.org", "customer:C1"]).suggested, "victim@x.org");
}

#[test]
fn equal_forms_need_no_equal_bytes_but_double_equals_does() {
    let rows = ["1 | Ann@X.org", "2 | ann@x.org", "3 | joann@x.org"];
    let of = |sign: &str| format!("match = [\"email {sign} subject.email\"]");
    let (canonical, bytes) = (of("="), of("=="));
    let mut world = World::new(&[("a", "t", &canonical), ("b", "t", &bytes)], &[("t", "id | email", &rows)]);
    let found = world.find(&["email:ANN@x.ORG"]);
    assert_eq!((found.rows("a"), found.rows("b")), ("1 2", "2"));
}

#[test]
fn a_list_is_searched_by_its_addresses_and_not_by_names() {
    let rows = [
        "1 | \"Ann\" <ann@x.org>, b@y.org",
        "2 | [\"b@y.org\", \"ANN@x.org\"]",
        "3 | \"ann@x.org\" <m@y.org>",
        "4 | joann@x.org",
    ];
    let lines = "match = [\"to has subject.email\"]";
    let mut world = World::new(&[("mail", "t", lines)], &[("t", "id | to", &rows)]);
    assert_eq!(world.find(&["email:ann@x.org"]).rows("mail"), "1 2");
}

#[test]
fn all_terms_of_a_condition_must_hold() {
    let rows = ["1 | a | t1 | live", "2 | a | t2 | live", "3 | a | t1 | old", "4 | b | t1 | live"];
    let lines = "match = [\"no = subject.customer and tenant == subject.tenant and state = 'live'\"]";
    let mut world = World::new(&[("c", "t", lines)], &[("t", "id | no | tenant | state", &rows)]);
    assert_eq!(world.find(&["customer:a", "tenant:t1"]).rows("c"), "1");
    let found = world.find(&["customer:a"]);
    assert_eq!((found.rows("c"), found.unreached.len()), ("", 1));
}

#[test]
fn a_branch_that_no_identifier_reaches_is_told() {
    let collections = [
        ("logs", "t", "match = [\"v = subject.visitor\"]"),
        ("pages", "u", "match = [\"v = logs.v\"]"),
        ("mail", "u", "match = [\"v = subject.email\", \"v = subject.visitor\"]"),
    ];
    let tables: [world::Rows<'_>; 2] = [("t", "id | v", &["1 | x"]), ("u", "id | v", &["1 | x"])];
    let mut world = World::new(&collections, &tables);
    assert_eq!(world.find(&["email:a@b"]).unreached, ["logs", "pages"]);
    assert_eq!(world.find(&["visitor:y"]).unreached, [""; 0], "looked up, though nothing is there");
}

#[test]
fn keys_that_are_missing_or_name_two_rows_stop_the_run() {
    let lines = "match = [\"no = subject.customer\"]";
    let run = |rows: &[&str]| {
        World::new(&[("c", "t", lines)], &[("t", "id | no", rows)]).identify(&["customer:a"], Decisions::default())
    };
    assert!(matches!(run(&[" | a"]), Err(IdentifyError::NullKey { .. })));
    assert!(matches!(run(&["1 | a", "1 | a"]), Err(IdentifyError::RepeatedKey { .. })));
    assert!(matches!(run(&["1 | a", "2 | a", "'1 | a"]), Err(IdentifyError::RepeatedKey { .. })), "one name, two rows");
    assert!(run(&[" | b", " | b", "1 | a"]).is_ok(), "only rows of the subject need a key");
}

#[test]
fn rows_are_in_the_order_of_their_keys_whatever_the_order_of_the_store() {
    let rows = ["10 | a", "9 | a", "x | a", "2 | a", "é | a"];
    let mut world = World::new(&[("c", "t", "match = [\"no = subject.customer\"]")], &[("t", "id | no", &rows)]);
    assert_eq!(world.find(&["customer:a"]).rows("c"), "2 9 10 x é");
}
