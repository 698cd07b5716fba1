//! Who the subject is, and what stays out because it may be somebody else's (contract 3, "Shared identifiers").

use super::world::{Rows, World};
use super::{COLUMNS, CONTACTS};
use crate::subject::{Ambiguity, Decisions, IdentifyError};

const MAIL: (&str, &str, &str) = ("mail", "m", "match = [\"address = subject.email\"]");

fn household() -> World {
    let contacts: Rows<'_> =
        ("t", COLUMNS, &["1 | C1 | home@x.org |", "2 | C2 | HOME@x.org |", "3 | C1 | one@x.org |"]);
    let mail: Rows<'_> = ("m", "id | address", &["1 | home@x.org", "2 | one@x.org"]);
    World::new(&[("contacts", "t", CONTACTS), MAIL], &[contacts, mail])
}

fn ambiguity(world: &mut World, subject: &[&str], decisions: Decisions) -> Ambiguity {
    match world.identify(subject, decisions) {
        Err(IdentifyError::Ambiguous(ambiguity)) => ambiguity,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_only_a_shared_address_finds_stays_out() {
    let mut world = household();
    let found = world.find(&["customer:C1"]);
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1 2! 3", "1! 2"));
    assert_eq!(found.identifiers, "customer:C1 +email:home@x.org! +email:one@x.org");
    // Naming the address besides changes nothing.
    let found = world.find(&["email:home@x.org", "customer:C1"]);
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1 2! 3", "1! 2"));
    let found = world.find(&["customer:C2"]);
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1! 2", "1!"));
}

#[test]
fn a_shared_address_alone_names_nobody() {
    let mut world = household();
    let found = ambiguity(&mut world, &["email:home@x.org"], Decisions::default());
    assert_eq!((found.several, found.persons, found.kinds), (false, 2, vec!["email".to_owned()]));
    let accepted = Decisions { accept_shared: true, ..Decisions::default() };
    assert!(!ambiguity(&mut world, &["email:home@x.org"], accepted).several, "accepting does not say who it is");
}

#[test]
fn identifiers_of_two_persons_need_somebody_to_say_that_they_are_one() {
    let mut world = household();
    let found = ambiguity(&mut world, &["customer:C2", "email:one@x.org"], Decisions::default());
    assert_eq!((found.several, found.persons), (true, 2));
    let same = Decisions { same_person: true, ..Decisions::default() };
    let found = world.identify(&["customer:C2", "email:one@x.org"], same).unwrap();
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1 2 3", "1 2"));
}

#[test]
fn accepted_rows_go_in_and_teach_nothing() {
    let contacts: Rows<'_> =
        ("t", COLUMNS, &["1 | C1 | home@x.org |", "2 | C2 | home@x.org |", "3 | C2 | two@x.org |"]);
    let mut world =
        World::new(&[("contacts", "t", CONTACTS), MAIL], &[contacts, ("m", "id | address", &["1 | two@x.org"])]);
    let accept = Decisions { accept_shared: true, ..Decisions::default() };
    let found = world.identify(&["customer:C1"], accept).unwrap();
    assert_eq!((found.rows("contacts"), found.rows("mail")), ("1 2+", ""));
    assert_eq!(found.identifiers, "customer:C1 +email:home@x.org!");
}

#[test]
fn a_learned_identifier_that_proves_to_be_shared_takes_back_what_it_taught() {
    // The address of C1 leads to a ticket, the ticket to a telephone number, the number to another person's contact:
    // the number is shared. Its calls name a device, which is nobody's then.
    let collections = [
        (
            "contacts",
            "t",
            r#"match = ["no = subject.customer", "phone = subject.phone"]
person = "no"
learn = { email = ["email"] }"#,
        ),
        ("tickets", "k", "match = [\"email = subject.email\"]\nlearn = { phone = [\"phone\"] }"),
        ("calls", "c", "match = [\"phone = subject.phone\"]\nlearn = { device = [\"device\"] }"),
        ("devices", "d", "match = [\"device = subject.device\"]"),
    ];
    let tables: [Rows<'_>; 4] = [
        ("t", "id | no | email | phone", &["1 | C1 | one@x.org |", "2 | C2 | two@x.org | 030 1"]),
        ("k", "id | email | phone", &["1 | one@x.org | 030 1"]),
        ("c", "id | phone | device", &["1 | 030 1 | D"]),
        ("d", "id | device", &["1 | D"]),
    ];
    let mut world = World::new(&collections, &tables);
    let found = world.find(&["customer:C1"]);
    assert_eq!(found.identifiers, "customer:C1 +email:one@x.org +phone:+49301!");
    let all = ["contacts", "tickets", "calls", "devices"].map(|name| found.rows(name).to_owned());
    assert_eq!(all, ["1 2!", "1", "1!", ""]);
}

#[test]
fn an_identifier_that_proves_to_be_shared_late_takes_back_what_it_taught_before() {
    // The number finds the second contact only once the tenant is known, and by then its call has taught the device,
    // whose row names the tenant.
    let collections = [
        ("tenants", "n", "match = [\"device = subject.device\"]"),
        (
            "contacts",
            "t",
            r#"match = ["no = subject.customer", "phone = subject.phone and tenant = tenants.tenant"]
person = "no"
learn = { phone = ["phone"] }"#,
        ),
        ("calls", "c", "match = [\"phone = subject.phone\"]\nlearn = { device = [\"device\"] }"),
    ];
    let tables: [Rows<'_>; 3] = [
        ("n", "id | device | tenant", &["1 | D | T"]),
        ("t", "id | no | phone | tenant", &["1 | C1 | 030 1 | U", "2 | C2 | 030 1 | T"]),
        ("c", "id | phone | device", &["1 | 030 1 | D"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:C1"]);
    assert_eq!(found.identifiers, "customer:C1 +phone:+49301!");
    let all = ["tenants", "contacts", "calls"].map(|name| found.rows(name).to_owned());
    assert_eq!(all, ["", "1", "1!"]);
}

#[test]
fn a_row_without_a_person_is_nobody_and_shares_nothing() {
    let contacts: Rows<'_> = ("t", COLUMNS, &["1 | C1 | a@x.org |", "2 | | a@x.org |"]);
    let mut world = World::new(&[("contacts", "t", CONTACTS)], &[contacts]);
    assert_eq!(world.find(&["email:a@x.org"]).rows("contacts"), "1 2");
    // Where no row with a person matched at all, the request's identifiers stand for the subject.
    let contacts: Rows<'_> = ("t", COLUMNS, &["1 | | a@x.org |", "2 | | a@x.org |"]);
    let mut world = World::new(&[("contacts", "t", CONTACTS)], &[contacts]);
    assert_eq!(world.find(&["email:a@x.org"]).rows("contacts"), "1 2");
}

#[test]
fn a_condition_that_finds_a_row_only_together_with_a_link_counts_it_only_then() {
    // The tenant of row 2 is not the subject's: the address does not find it, so it is not shared.
    let collections = [
        ("tenants", "n", "match = [\"no = subject.customer\"]"),
        (
            "contacts",
            "t",
            "match = [\"email = subject.email and tenant = tenants.tenant and site = tenants.site\"]\nperson = \"no\"",
        ),
    ];
    let tables: [Rows<'_>; 2] = [
        ("n", "id | no | tenant | site", &["1 | C1 | T | S", "2 | C1 | U | V"]),
        ("t", "id | no | email | tenant | site", &["1 | C1 | a@x.org | T | S", "2 | C2 | a@x.org | T | V"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:C1", "email:a@x.org"]);
    assert_eq!(found.rows("contacts"), "1");
    assert_eq!(found.identifiers, "customer:C1 email:a@x.org");
}

#[test]
fn links_from_somebody_elses_row_make_nobody_ambiguous() {
    // The shared address finds both contacts; accounts are named in a way of their own, and only links lead to them.
    let collections =
        [("contacts", "t", CONTACTS), ("accounts", "u", "match = [\"contact = contacts.id\"]\nperson = \"account\"")];
    let tables: [Rows<'_>; 2] = [
        ("t", COLUMNS, &["1 | C1 | home@x.org |", "2 | C2 | home@x.org |"]),
        ("u", "id | contact | account", &["1 | 1 | A1", "2 | 2 | A2"]),
    ];
    let mut world = World::new(&collections, &tables);
    assert_eq!(world.find(&["customer:C1", "email:home@x.org"]).rows("accounts"), "1");
    assert_eq!(world.find(&["customer:C1"]).rows("accounts"), "1");
}

#[test]
fn whom_the_request_leads_to_is_not_displaced_by_what_their_rows_teach() {
    // The account of C1 teaches a device, and the device is also that of another account.
    let collections = [
        ("contacts", "t", "match = [\"no = subject.customer\"]"),
        (
            "accounts",
            "u",
            "match = [\"contact = contacts.id\", \"device = subject.device\"]\nperson = \"account\"\nlearn = { device = [\"other\"] }",
        ),
    ];
    let tables: [Rows<'_>; 2] = [
        ("t", "id | no", &["1 | C1"]),
        ("u", "id | contact | account | device | other", &["1 | 1 | A1 | d0 | d1", "2 | 9 | A2 | d1 | d2"]),
    ];
    let found = World::new(&collections, &tables).find(&["customer:C1"]);
    assert_eq!(found.rows("accounts"), "1 2!");
    assert_eq!(found.identifiers, "customer:C1 +device:d1!");
}

#[test]
fn collections_whose_person_columns_have_one_name_name_the_same_people() {
    // Only one of them is matched by the number itself.
    let collections = [
        ("contacts", "t", "match = [\"no = subject.customer\"]\nperson = \"no\"\nlearn = { email = [\"email\"] }"),
        ("orders", "u", "match = [\"email = subject.email\"]\nperson = \"no\""),
    ];
    let tables: [Rows<'_>; 2] =
        [("t", "id | no | email", &["1 | C1 | home@x.org"]), ("u", "id | no | email", &["2 | C2 | home@x.org"])];
    let found = World::new(&collections, &tables).find(&["customer:C1"]);
    assert_eq!(found.rows("orders"), "2!", "the address leads to another person than the subject");
}
