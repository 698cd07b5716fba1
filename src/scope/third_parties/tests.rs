//! Who is who, and where a text names them.

use super::fold::Markup;
use super::search::automaton;
use super::{Replacer, Sightings};
use crate::controller::Controller;
use crate::records::Party;
use crate::request::ThirdParties;
use crate::scope::ScopeError;
use crate::subject::Identifier;
use std::path::Path;

pub(super) fn controller() -> Controller {
    let text = "version = 1\n[controller]\nname = \"Shop\"\nid = \"https://s.example\"\ncountry = \"DE\"\n\
                languages = [\"en\"]\nown_addresses = [\"@s.example\", \"+49 30 5550\"]\n";
    Controller::parse(Path::new("art20.toml"), text.into()).unwrap()
}

fn subject() -> Vec<Identifier> {
    ["email:anna@a.example", "phone:+49 40 123456"].map(|text| Identifier::parse(text, Some("DE")).unwrap()).into()
}

/// A message with these headers, as the first pass sees it.
fn seen(headers: &[&str]) -> String {
    headers.iter().map(|header| format!("{header}\r\n")).collect::<String>() + "\r\ntext"
}

pub(super) fn replacer<'c>(controller: &'c Controller, mode: ThirdParties, messages: &[&str]) -> Replacer<'c> {
    let mut sightings = Sightings::new(controller, subject().iter());
    messages.iter().for_each(|headers| sightings.raw(seen(&headers.split('|').collect::<Vec<_>>()).as_bytes()));
    Replacer::new(mode, sightings, &["occasion".to_owned()]).unwrap()
}

/// What becomes of texts when these people are known.
fn texts(messages: &[&str], markup: Markup, pairs: &[(&str, &str)]) {
    let controller = controller();
    for (text, expected) in pairs {
        let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, messages);
        let mut text = (*text).to_owned();
        replacer.text(&mut text, markup);
        assert_eq!(text, *expected);
    }
}

#[test]
fn names_are_found_on_word_boundaries_and_the_longest_first() {
    texts(
        &["From: Kim <kim@k.example>", "From: Kim Novak <novak@n.example>", "From: Will <w@w.example>"],
        Markup::Plain,
        &[
            ("Kim Novak, KIM NOVAK; Kimberly", "Person 1, Person 1; Kimberly"),
            ("Kim and Kim Novaks", "Person 1 and Person 1 Novaks"),
            ("Akim, kim-chi and Kim.", "Akim, kim-chi and Person 1."),
            ("he will ask Will", "he will ask Person 1"),
            ("Novak,\n> Kim said", "Person 1 said"),
            ("Kimé Kime\u{301}", "Kimé Kime\u{301}"),
            ("(Kim_Novak).pdf", "(Person 1).pdf"),
        ],
    );
}

#[test]
fn names_are_found_where_no_spaces_stand_between_words() {
    texts(
        &[
            "From: =?UTF-8?B?546L5bCP5piO?= <w@w.example>",
            "From: =?UTF-8?B?546L5bCP?= <x@w.example>",
            "From: =?UTF-8?B?6rmA7LKg7IiY?= <k@w.example>",
        ],
        Markup::Plain,
        &[
            ("请问王小明在吗", "请问Person 1在吗"),
            ("王小和王小明", "Person 1和Person 2"),
            ("김철수는 갔다", "Person 1는 갔다"),
            ("김철순", "김철순"),
            ("请联系w@w.example谢谢", "请联系Person 1谢谢"),
        ],
    );
}

#[test]
fn addresses_and_numbers_are_found_however_they_are_written() {
    texts(
        &["From: kim@k.example", "To: tel@n.example|Cc: +49 30 9876543 <+49 30 9876543>"],
        Markup::Plain,
        &[
            ("<KIM@k.example>; kim@k.example.", "<person1@withheld.invalid>; Person 1."),
            ("mailto:kim%40k.example?x", "mailto:person1@withheld.invalid?x"),
            ("akim@k.example kim@k.examples a.kim@k.example", "akim@k.example kim@k.examples a.kim@k.example"),
            ("kim@k.example-x kim@k.example/", "kim@k.example-x Person 1/"),
        ],
    );
    texts(
        &["From: kim@k.example"],
        Markup::Html,
        &[("<a href='mailto:k&#105;m&commat;k.example'>", "<a href='mailto:person1@withheld.invalid'>")],
    );
}

#[test]
fn what_is_the_subjects_own_is_nobody_elses() {
    let known = ["From: Anna Lee <anna@a.example>|To: Lee <lee@l.example>|Cc: Anna Lee <namesake@l.example>"];
    texts(
        &known,
        Markup::Plain,
        &[
            ("Anna Lee met Lee; anna@a.example", "Anna Lee met Person 1; anna@a.example"),
            ("namesake@l.example", "Person 1"),
        ],
    );
    let controller = controller();
    let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, &known);
    let party = |name: &str, address: &str| Party { name: Some(name.into()), address: Some(address.into()) };
    for (before, after) in [
        (party("Anna Lee", "ANNA@a.example"), party("Anna Lee", "ANNA@a.example")),
        (party("Anna Lee", "namesake@l.example"), party("Anna Lee", "person1@withheld.invalid")),
        (party("Help, for Lee", "help@s.example"), party("Help, for Person 2", "help@s.example")),
        (party("Shop", "+49 30 55 50"), party("Shop", "+49 30 55 50")),
    ] {
        let mut changed = before;
        replacer.party(&mut changed);
        assert_eq!(changed, after);
    }
}

#[test]
fn what_a_header_calls_the_subject_hides_nobody_else() {
    texts(
        &[
            "From: Kim Novak <kim@k.example>|To: Anna and Kim Novak <anna@a.example>",
            "From: x@x.example|To: Kim Novak <anna@a.example>",
        ],
        Markup::Plain,
        &[("Anna and Kim Novak", "Anna and Person 1")],
    );
}

#[test]
fn equal_address_or_equal_name_is_one_person() {
    let controller = controller();
    let known = [
        "From: Kim Novak <kim@k.example>",
        "From: \"novak, kim\" <kim@home.example>",
        "From: K. <KIM@home.example>",
        "From: Other <o@o.example>",
    ];
    let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, &known);
    let mut text = "o@o.example kim@home.example".to_owned();
    replacer.text(&mut text, Markup::Plain);
    assert_eq!(text, "Person 1 Person 2");
    for same in ["Kim Novak", "K.", "novak, kim"] {
        let mut value = same.to_owned();
        replacer.value(&mut value);
        assert_eq!(value, "Person 2", "{same}");
    }
    assert_eq!(replacer.replaced().people, 2);
}

#[test]
fn names_that_tell_nobody_apart_stay_in_texts_but_not_in_their_place() {
    texts(
        &["From: K <k@k.example>", "From: 12 <t@t.example>", "From: anonymous <a@x.example>"],
        Markup::Plain,
        &[("K 12 anonymous k@k.example", "K 12 anonymous Person 1")],
    );
    let controller = controller();
    let mut replacer = replacer(&controller, ThirdParties::Omit, &["From: K <k@k.example>"]);
    let mut party = Party { name: Some("K".into()), address: Some("k@k.example".into()) };
    assert!(replacer.party(&mut party));
    assert_eq!(party, Party { name: Some("[withheld]".into()), address: Some("[withheld]".into()) });
}

#[test]
fn ids_of_other_peoples_programs_are_replaced_and_threads_hold() {
    let controller = controller();
    let known = [
        "From: kim@k.example|Message-ID: <1@gate.example>",
        "From: anna@a.example|Message-ID: <2@a.example>|To: x@mail.example",
    ];
    let mut replacer = replacer(&controller, ThirdParties::Omit, &known);
    let mut ids = "<1@gate.example> <2@a.example> <3@eu.mail.example> <4@s.example> <1@gate.example>".to_owned();
    assert!(replacer.message_ids(&mut ids));
    let all: Vec<&str> = ids.split(' ').collect();
    assert_eq!((all[1], all[3]), ("<2@a.example>", "<4@s.example>"));
    assert!(all[0].ends_with("@withheld.invalid>") && all[0] == all[4] && all[2] != all[0]);
    assert!(!ids.contains("mail.example"));
}

#[test]
fn a_long_text_of_the_subjects_and_others_names_is_searched_once() {
    let (controller, started) = (controller(), std::time::Instant::now());
    let mut replacer = replacer(&controller, ThirdParties::Pseudonymise, &["From: Kim <kim@k.example>"]);
    let mut text = "anna@a.example Kim ".repeat(50_000);
    assert!(replacer.text(&mut text, Markup::Plain));
    assert!(text == "anna@a.example Person 1 ".repeat(50_000));
    // A second or two where nothing is optimised; each name held against each of the subject's would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn people_with_too_many_names_to_look_for_stop_the_run_and_are_not_passed_over() {
    let names = ["kim novak".to_owned(), "ana".to_owned()];
    let found = |largest| automaton(&names, largest).map(|built| built.find_iter("kim novak, ana").count());
    assert!(matches!(found(12), Ok(2)));
    assert!(matches!(found(11), Err(ScopeError::TooManyNames)));
}
