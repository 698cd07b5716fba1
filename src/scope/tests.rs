//! A row through the whole room: what decides about it, and what is left of its values.

mod world;

use super::{PortableRecord, Replacer, Sightings, Withdrawal, decide, retention_ended};
use crate::controller::activity::Regime;
use crate::normalize::{Holding, Normalized, SubjectNames};
use crate::records::content::NoContents;
use crate::records::{Code, Content, FieldValue, Json, Time, Verbatim};
use crate::request::ThirdParties;
use crate::subject::{Identifier, RowFate};
use jiff::tz::TimeZone;
use world::{UNMAPPED, World, anna, code, counted, held, portable};

#[test]
fn a_row_of_an_excluded_parent_takes_its_code_and_a_row_of_no_activity_stays_out() {
    let world = World::new();
    let collection = world.collection("contacts");
    let row = world.row("contacts", &[("for", "s")]);
    let parent = Some(Code::Derived);
    let decided = decide(&world.circumstances(), collection, row.clone(), RowFate::Subject, parent);
    assert_eq!(code(decided), parent);
    let row = Normalized { activity: "nothing".to_owned(), ..row };
    assert_eq!(code(world.decide("contacts", row, RowFate::Subject)), Some(Code::NotSelected));
}

#[test]
fn basis_regime_and_secrecy_of_the_activity_decide() {
    let mut world = World::new();
    for (activity, expected) in [
        ("s", None),
        ("m", Some(Code::LegitimateInterests)),
        ("n", Some(Code::NoConsentOnRecord)),
        ("w", Some(Code::LegalObligation)),
        ("r", Some(Code::PublicTask)),
        ("l", Some(Code::LegitimateInterests)),
    ] {
        assert_eq!(code(world.contact(&[("for", activity)])), expected, "{activity}");
    }
    world.regime = Regime::Pipl;
    assert_eq!(code(world.contact(&[("for", "l")])), None);
    let given = Time::parse("2026-01-01", &TimeZone::UTC).unwrap().time;
    world.consents.enter("consents", "news", Some(&given), Withdrawal::None);
    assert_eq!(code(world.contact(&[("for", "n")])), None);
    world.consents.enter("consents", "news", None, Withdrawal::SomeTime);
    assert_eq!(code(world.contact(&[("for", "n")])), Some(Code::ConsentWithdrawn));
}

#[test]
fn only_what_art_20_would_not_ask_for_is_marked_as_voluntary() {
    let world = World::new();
    for (activity, voluntary) in [("g", true), ("b", false), ("s", false)] {
        let record = portable(world.contact(&[("for", activity)]));
        assert_eq!(record.record().voluntary, voluntary, "{activity}");
    }
}

#[test]
fn how_a_row_was_found_and_what_is_asked_for_decide() {
    let mut world = World::new();
    let contact = world.row("contacts", &[("for", "s")]);
    for (fate, expected) in [
        (RowFate::Subject, None),
        (RowFate::Accepted, None),
        (RowFate::SharedIdentifier, Some(Code::SharedIdentifier)),
        (RowFate::NotSelected, Some(Code::NotSelected)),
    ] {
        assert_eq!(code(world.decide("contacts", contact.clone(), fate)), expected);
    }
    world.only = vec!["contacts".to_owned()];
    assert_eq!(code(world.decide("contacts", contact.clone(), RowFate::Subject)), None);
    world.only = vec!["messages".to_owned()];
    assert_eq!(code(world.decide("contacts", contact, RowFate::Subject)), Some(Code::NotSelected));
    // What is nested goes with its parent.
    let file = world.row("files", &[]);
    assert_eq!(code(world.decide("files", file, RowFate::Subject)), None);
}

#[test]
fn a_row_that_a_statute_forbids_to_tell_of_stays_out_under_the_first_code_as_any_other() {
    let world = World::new();
    let row = |fate| code(world.decide("contacts", world.row("contacts", &[("for", "w")]), fate));
    assert_eq!(row(RowFate::SharedIdentifier), Some(Code::SharedIdentifier));
    // Neither a decision of the operator nor a `where` lets it in or names it otherwise.
    for fate in [RowFate::Subject, RowFate::Accepted, RowFate::NotSelected] {
        assert_eq!(row(fate), Some(Code::LegalObligation));
    }
}

#[test]
fn a_hold_keeps_out_what_only_it_keeps() {
    let world = World::new();
    // A year, of the controller's days: at midnight in Berlin the first of June has begun.
    for (since, held, ended, out) in [
        ("2025-05-31", "1", true, true),
        ("2025-05-31", "0", true, false),
        ("2025-06-01T00:00:00Z", "1", false, false),
        ("2025-05-31T23:59:59Z", "1", true, true),
        ("2025-06-02", "1", false, false),
        ("", "1", false, false),
    ] {
        let mut columns = vec![("for", "s"), ("held", held)];
        columns.extend((!since.is_empty()).then_some(("since", since)));
        let row = world.row("contacts", &columns);
        assert_eq!(retention_ended(&world.circumstances(), &row), ended, "{since}");
        assert_eq!(code(world.contact(&columns)), out.then_some(Code::LegalHold), "{since} {held}");
    }
    let row = world.row("contacts", &[("for", "m"), ("since", "2000-01-01"), ("held", "1")]);
    assert!(!retention_ended(&world.circumstances(), &row), "nobody says when it ends");
    let row = Normalized { activity: "nothing".to_owned(), ..row };
    assert!(!retention_ended(&world.circumstances(), &row));
}

#[test]
fn every_value_that_stays_out_is_named_and_counted_once() {
    let world = World::new();
    let nothing = world.portable(&[]);
    assert_eq!((held(&nothing), counted(&nothing)), (vec![], UNMAPPED.into()));
    let some = world.portable(&[
        ("name", "Anna"),
        ("score", "7"),
        ("agent", "Bo"),
        ("friend", "Kim"),
        ("promo", "x"),
        ("letter", "y"),
        ("secretly", "z"),
    ]);
    let codes = [
        ("additional.score", "derived"),
        ("additional.agent", "staff"),
        ("additional.promo", "legitimate-interests"),
        ("additional.letter", "no-consent-on-record"),
    ];
    assert_eq!(held(&some), codes);
    // What must not be disclosed is no field, and counts as omitted.
    assert!(some.record().get("additional.secretly").is_none());
    let codes_only =
        ["legitimate-interests", "no-consent-on-record", "derived", "staff", "secret"].map(|code| (code, 1));
    assert_eq!(counted(&some), codes_only.into_iter().chain([("omitted", UNMAPPED[0].1 + 1)]).collect());
    for (path, _) in codes {
        assert_eq!(some.record().get(path), Some(&FieldValue::Null), "{path}");
    }
    assert_eq!(some.record().text("additional.friend"), Some("Kim"));
}

#[test]
fn what_cannot_be_read_and_what_is_read_in_one_of_two_ways_is_counted() {
    let world = World::new();
    let record = world.portable(&[
        ("born", "soon"),
        ("at", "2025-10-26 02:30"),
        ("json", "{\"token\": \"x\", \"a\": {\"token\": \"y\"}}"),
    ]);
    let tally = record.tally();
    assert_eq!((tally.verbatim, tally.ambiguous_times), (1, 1));
    let stood = Verbatim::Json(Json::String("soon".to_owned()));
    assert_eq!(record.record().verbatim, [("birthday".to_owned(), stood)]);
    assert_eq!(record.record().get("birthday"), Some(&FieldValue::Null));
    assert_eq!(counted(&record)["secret"], UNMAPPED[1].1 + 2);
    // A value that is withheld shows neither what stood there nor the secrets in it.
    let mut row = world.row("contacts", &[("for", "s"), ("born", "soon"), ("json", "{\"token\": 1}")]);
    row.values.iter_mut().for_each(|value| value.origin = Some(crate::records::Origin::Derived));
    let record = portable(world.decide("contacts", row, RowFate::Subject));
    assert_eq!(record.tally().verbatim, 0);
    assert_eq!(held(&record), [("birthday", "derived"), ("additional.json", "derived")]);
    assert_eq!(counted(&record), UNMAPPED.into_iter().chain([("derived", 2)]).collect());
}

#[test]
fn what_an_imported_row_held_back_before_is_counted_again() {
    let world = World::new();
    let mut row = world.row("contacts", &[("for", "s")]);
    row.withheld_before = vec![("emails".to_owned(), Code::Staff)];
    row.verbatim_before = vec![("url".to_owned(), Verbatim::Json(Json::Null))];
    let record = portable(world.decide("contacts", row, RowFate::Subject));
    assert_eq!((counted(&record)["staff"], record.tally().verbatim), (1, 1));
}

#[test]
fn lists_and_addresses_come_together_from_their_columns() {
    let world = World::new();
    let shown = |columns: &[(&str, &str)], path: &str| {
        let record = world.portable(columns);
        match record.record().get(path) {
            Some(FieldValue::List(_, list)) => list.iter().map(|entry| entry.value.clone()).collect(),
            Some(FieldValue::Addresses(all)) => all
                .iter()
                .map(|one| {
                    let parts = one.parts.iter().map(|(_, text)| text.as_deref().unwrap_or("-"));
                    format!("{}: {}", one.label.as_deref().unwrap_or("-"), parts.collect::<Vec<_>>().join(", "))
                })
                .collect(),
            Some(FieldValue::Null) => vec!["null".to_owned()],
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(shown(&[("mail", "a@x.org"), ("mail_2", "b@x.org")], "emails"), ["a@x.org", "b@x.org"]);
    assert_eq!(shown(&[("mail", "a@x.org")], "emails"), ["a@x.org"]);
    assert_eq!(shown(&[("mail_2", "b@x.org")], "emails"), ["b@x.org"]);
    assert_eq!(shown(&[], "addresses"), ["null"]);
    assert_eq!(shown(&[("city", "Bonn")], "addresses"), ["-: -, Bonn"]);
    assert_eq!(
        shown(&[("street", "A 1"), ("city", "Bonn"), ("street_2", "B 2")], "addresses"),
        ["-: A 1, Bonn", "work: B 2"]
    );
}

#[test]
fn values_of_others_in_a_joint_row_and_hidden_recipients_stay_out() {
    let world = World::new();
    for (holding, expected) in [
        (Holding::Sole, vec![]),
        (Holding::Agreed, vec![]),
        (Holding::Joint, vec![("additional.friend", "third-party"), ("additional.age", "third-party")]),
    ] {
        let row = world.row("contacts", &[("for", "s"), ("friend", "Kim"), ("friends_age", "34"), ("name", "Anna")]);
        let record = portable(world.decide("contacts", Normalized { holding, ..row }, RowFate::Subject));
        assert_eq!(held(&record), expected);
    }
    let row = world.row("messages", &[("from", "anna@a.example"), ("to", "k@k.example"), ("bcc", "h@h.example")]);
    let record = portable(world.decide("messages", row, RowFate::Subject));
    assert_eq!(held(&record), [("bcc", "third-party")]);
    // Codes that do not occur are not counted at all.
    assert_eq!(counted(&record), [("omitted", 1), ("third-party", 1)].into());
}

/// A message with a recording and an attachment, from this address, after the other people are taken out.
fn hidden(mode: ThirdParties, from: &str, shared: &[Identifier]) -> PortableRecord {
    let world = World { mode, ..World::new() };
    let mut row = world.row("messages", &[("from", from), ("to", "kim@k.example"), ("recording", "hello")]);
    if from.contains("office") {
        // An address of the subject's as well, though the row does not know it.
        row.values.iter_mut().filter(|value| value.path == "direction").for_each(|value| {
            value.reading.value = FieldValue::Text("from_subject".to_owned());
        });
    }
    let mut sightings = Sightings::new(&world.controller, [anna()].iter().chain(shared));
    sightings.row(&row, RowFate::Subject);
    let mut record = portable(world.decide("messages", row, RowFate::Subject));
    let file = portable(world.decide("files", world.row("files", &[("content", "\u{1}x")]), RowFate::Subject));
    record.nest(vec![*file]);
    if mode != ThirdParties::Keep {
        let shared = SubjectNames::new(shared.iter(), None);
        let mut replacer = Replacer::new(mode, sightings, &[]).unwrap().with_shared(shared);
        replacer.hide(&mut record, &NoContents).unwrap();
    }
    *record
}

#[test]
fn files_from_an_address_that_others_share_are_withheld_as_from_anybody_else() {
    let office = Identifier::parse("email:office@a.example", None).unwrap();
    for mode in [ThirdParties::Pseudonymise, ThirdParties::Omit] {
        for (from, shared, withheld) in [
            ("anna@a.example", vec![], false),
            ("anna@a.example", vec![office.clone()], false),
            ("Anna <ANNA@a.example>", vec![office.clone()], false),
            ("office@a.example", vec![office.clone()], true),
            ("The office <OFFICE@A.example>", vec![office.clone()], true),
            ("office@a.example", vec![], false),
            ("kim@k.example", vec![], true),
        ] {
            let record = hidden(mode, from, &shared);
            let codes: &[(&str, &str)] = if withheld { &[("recording", "unsearchable")] } else { &[] };
            assert_eq!(held(&record), codes, "{from}");
            let file = &record.children()[0];
            let codes: &[(&str, &str)] = if withheld { &[("content", "unsearchable")] } else { &[] };
            assert_eq!(held(file), codes, "{from}");
            let there = matches!(file.record().get("content"), Some(FieldValue::Content(content)) if matches!(**content, Content::Inline(_)));
            assert_eq!(there, !withheld, "{from}");
        }
    }
    // In `keep` the subject has what its mailbox has.
    let record = hidden(ThirdParties::Keep, "office@a.example", &[office]);
    assert!(held(&record).is_empty() && held(&record.children()[0]).is_empty());
}

#[test]
fn a_file_that_is_text_only_at_first_is_never_edited() {
    let world = World { mode: ThirdParties::Omit, ..World::new() };
    let long = "echo hello\n".repeat(1_000);
    for (bytes, expected) in [
        (format!("{long}Kim Novak").into_bytes(), Some(format!("{long}[withheld]").into_bytes())),
        ([long.as_bytes(), b"Kim Novak 20 \x80"].concat(), Some([long.as_bytes(), b"[withheld] 20 \x80"].concat())),
        ([long.as_bytes(), b"Kim Novak \0\x01\xff"].concat(), None),
        ([long.as_bytes(), b"\0 Kim Novak"].concat(), None),
        ([long.as_bytes(), b"\0\x01\xff"].concat(), Some([long.as_bytes(), b"\0\x01\xff"].concat())),
        (b"\0 Kim Novak".to_vec(), Some(b"\0 Kim Novak".to_vec())),
    ] {
        let row = world.row("messages", &[("from", "anna@a.example"), ("to", "Kim Novak <kim@k.example>")]);
        let mut sightings = Sightings::new(&world.controller, [anna()].iter());
        sightings.row(&row, RowFate::Subject);
        let mut record = portable(world.decide("messages", row, RowFate::Subject));
        let mut file = world.row("files", &[("content", "x")]);
        file.values.iter_mut().filter(|value| value.path == "content").for_each(|value| {
            value.reading.value = FieldValue::Content(Box::new(Content::Inline(bytes.clone())));
        });
        record.nest(vec![*portable(world.decide("files", file, RowFate::Subject))]);
        Replacer::new(world.mode, sightings, &[]).unwrap().hide(&mut record, &NoContents).unwrap();
        let file = &record.children()[0];
        let content = match file.record().get("content") {
            Some(FieldValue::Content(content)) => match &**content {
                Content::Inline(bytes) => Some(bytes.clone()),
                Content::Stored(_) => None,
            },
            _ => None,
        };
        assert!(content == expected, "{}", content.unwrap_or_default().escape_ascii());
        let codes: &[(&str, &str)] = if expected.is_none() { &[("content", "unsearchable")] } else { &[] };
        assert_eq!(held(file), codes);
    }
}

#[test]
fn a_name_that_tells_nobody_apart_is_replaced_only_in_a_value_about_others() {
    let world = World { mode: ThirdParties::Pseudonymise, ..World::new() };
    let row = world.row("contacts", &[("for", "s"), ("friend", "K"), ("nick", "K")]);
    let mut sightings = Sightings::new(&world.controller, [anna()].iter());
    sightings.row(&row, RowFate::Subject);
    let mut record = portable(world.decide("contacts", row, RowFate::Subject));
    let uid = record.record().uid.clone();
    Replacer::new(world.mode, sightings, &[]).unwrap().hide(&mut record, &NoContents).unwrap();
    let text = |path| record.record().text(path);
    assert_eq!((text("additional.friend"), text("additional.nick")), (Some("Person 1"), Some("K")));
    assert_ne!(record.record().uid, uid, "what concerns others has a name of this archive alone");
}

#[test]
fn bytes_that_are_no_utf_8_name_nobody_else_in_any_encoding() {
    let world = World { mode: ThirdParties::Omit, ..World::new() };
    let [gb18030, cyrillic, western] = [encoding_rs::GB18030, encoding_rs::WINDOWS_1251, encoding_rs::WINDOWS_1252];
    for (friend, encoding, before, after) in [
        ("王小明", gb18030, "请问王小明在吗", "请问[withheld]在吗"),
        ("Грета Лунд", cyrillic, "Это ГРЕТА ЛУНД", "Это [withheld]"),
        ("Kim Novak", western, "Köln, Kim Novak", "Köln, [withheld]"),
        ("Kim Novak", gb18030, "请问王小明在吗", "请问王小明在吗"),
    ] {
        let mut row = world.row("contacts", &[("for", "s"), ("friend", friend)]);
        let bytes = |text: &str| Verbatim::Bytes(encoding.encode(text).0.into_owned());
        row.verbatim_before = vec![("url".to_owned(), bytes(before))];
        let mut sightings = Sightings::new(&world.controller, [anna()].iter());
        sightings.row(&row, RowFate::Subject);
        let mut record = portable(world.decide("contacts", row, RowFate::Subject));
        Replacer::new(world.mode, sightings, &[]).unwrap().hide(&mut record, &NoContents).unwrap();
        assert_eq!(record.record().verbatim, [("url".to_owned(), bytes(after))], "{friend}");
    }
}
