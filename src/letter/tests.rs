//! What a person must find in a letter, in each language.

use super::{Answer, Cause, Delivered, Encryption, Extension, ExtensionFault, Occasion, Refusal, RefusalFault};
use super::{RefusalReason, answer, extension, refusal};
use crate::archive::facts::{
    ActivityFacts, CollectionFacts, ControllerFacts, ElsewhereFacts, Facts, Finding, LedgerLine,
};
use crate::controller::holidays::Calendar;
use crate::findings::FindingCode;
use crate::records::{Code, Kind, LegalBasis, Text};
use crate::request::Transmission;
use crate::request::deadlines::{Deadlines, deadlines};
use jiff::Timestamp;
use jiff::tz::TimeZone;

fn two(en: &str, zh: &str) -> Text {
    Text { variants: vec![("en".into(), en.into()), ("zh-CN".into(), zh.into())] }
}

fn controller() -> ControllerFacts {
    ControllerFacts {
        name: "T-Rex Label".into(),
        id: "https://www.trexlabel.com".into(),
        email: Some("trexlabel_dm@idea.edu.cn".into()),
        country: Some("CN".into()),
        time_zone: "Europe/Berlin".into(),
        policy_title: None,
        policy_effective: None,
        prevailing_language: Some("zh-CN".into()),
        supervisory_authority: Some(two("Authority of Example", "示例监管局")),
        dpo: Some(Text::plain("Dana Example")),
        representative: None,
    }
}

fn activity(key: &str, title: Text, basis: Option<LegalBasis>) -> ActivityFacts {
    ActivityFacts {
        key: key.into(),
        title,
        policy: None,
        legal_basis: basis,
        purpose: None,
        recipients: vec![],
        retention: None,
        held: basis.is_some(),
        voluntary: false,
        automated: true,
    }
}

fn collection(name: &str, kind: Kind, activity: &str) -> CollectionFacts {
    let (activities, fields) = (vec![activity.into()], vec![]);
    CollectionFacts { name: name.into(), store: "crm".into(), kind, activities, origin: None, fields, omitted: vec![] }
}

fn line(name: &str, kind: Kind, portable: u64, excluded: &[(Code, u64)], withheld: &[(Code, u64)]) -> LedgerLine {
    LedgerLine {
        collection: name.into(),
        store: "crm".into(),
        kind: kind.name(),
        matched: portable + excluded.iter().map(|(_, count)| count).sum::<u64>(),
        portable,
        excluded: excluded.iter().copied().collect(),
        withheld: withheld.iter().copied().collect(),
        verbatim: 0,
    }
}

fn facts(languages: &[&str], regime: &'static str) -> Facts {
    let told = FindingCode::HeldAfterWithdrawal;
    Facts {
        reference: Some("2026-0117".into()),
        regime,
        received: Some("2026-01-31T10:00:00Z".parse().unwrap()),
        as_of: "2026-02-10T16:00:00Z".parse().unwrap(),
        languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
        controller: controller(),
        activities: vec![
            activity("contacting-us", two("Contacting us", "联系我们"), Some(LegalBasis::Contract)),
            activity("logs", two("Server logs", "服务器日志"), Some(LegalBasis::LegitimateInterests)),
            activity("newsletter", two("Newsletter", "新闻通讯"), Some(LegalBasis::Consent)),
            activity("images", two("Uploaded images", "上传的图片"), None),
        ],
        elsewhere: vec![ElsewhereFacts {
            key: "mail".into(),
            title: two("Delivery", "投递"),
            reason: two("The processor answers.", "由处理方答复。"),
        }],
        collections: vec![
            collection("contacts", Kind::Contact, "contacting-us"),
            collection("log", Kind::AccessLog, "logs"),
            collection("letters", Kind::Other, "newsletter"),
        ],
        ledger: vec![
            line("contacts", Kind::Contact, 2, &[], &[(Code::Staff, 1)]),
            line("log", Kind::AccessLog, 0, &[(Code::LegitimateInterests, 4_812)], &[]),
            line("letters", Kind::Other, 0, &[], &[]),
        ],
        findings: vec![Finding {
            code: told.as_str(),
            collection: Some("contacts".into()),
            count: 1,
            message: told.sentence().into(),
            told: told.told(),
        }],
        dropped_headers: vec![],
        third_parties: "keep",
        replaced: None,
        missing: vec![],
        only: vec![],
        deceased: None,
        child: false,
    }
}

fn delivered(encryption: Encryption) -> Delivered<'static> {
    Delivered { name: "2026-0117.zip.age", bytes: 1_200_000, encryption, signed: false }
}

fn due(received: &str) -> Deadlines {
    deadlines(received.parse().unwrap(), &TimeZone::get("Europe/Berlin").unwrap(), Calendar::named("DE").as_ref())
}

fn plain<'a>(facts: &'a Facts, deadlines: &'a Deadlines) -> Answer<'a> {
    let delivered = delivered(Encryption::None);
    Answer { facts, deadlines: Some(deadlines), delivered, representative: None, transmission: None, pause: None }
}

/// Without the line ends that only the width of the page made.
fn flowing(text: &str) -> String {
    text.replace("\n  ", " ").replace('\n', " ").replace("  ", " ")
}

fn holds(text: &str, needed: &[&str]) {
    let (flowing, dense) = (flowing(text), text.replace(['\n', ' '], ""));
    for words in needed {
        let found = flowing.contains(words) || dense.contains(&words.replace(' ', ""));
        assert!(found, "{words} is missing in:\n{text}");
    }
}

fn occasion<'a>(
    controller: &'a ControllerFacts,
    languages: &'a [String],
    deadlines: &'a Deadlines,
    as_of: &str,
) -> Occasion<'a> {
    let received: Timestamp = "2026-01-31T10:00:00Z".parse().unwrap();
    let as_of = as_of.parse().unwrap();
    let (regime, reference, received) = ("gdpr", Some("r-1"), Some(received));
    Occasion { controller, regime, languages, reference, received, deadlines: Some(deadlines), pause: None, as_of }
}

#[test]
fn the_letter_says_what_was_done_and_what_stayed_out_category_by_category() {
    let (facts, due) = (facts(&["en"], "gdpr"), due("2026-01-31T10:00:00Z"));
    let text = answer(&plain(&facts, &due));
    let needed = [
        "Date: 2026-02-10",
        "Reference: 2026-0117",
        "2 records about you. 4,812 records that we found stayed out",
        "We received your request on 2026-01-31",
        "ends on 2026-03-02",
        "Contacting us, Contact data: 2 records",
        "(Art. 15). [GDPR Art. 20(1)(a)] This is: Server logs, Server log (4,812).",
        "not about you. [GDPR Art. 20(4)] This is: Contacting us, Contact data (1).",
        "Of what we found nothing",
        "- Newsletter",
        "- Delivery: The processor answers.",
        "- Uploaded images",
        "no longer exists at T-Rex Label",
        "Data that rested on your consent are still held",
        "free of charge (Art. 12(5) GDPR)",
        "not encrypted",
        "GDPR Art. 20(2)",
        "GDPR Art. 77",
        "GDPR Art. 79",
        "Authority of Example",
        "Data protection officer: Dana Example",
        "right of access (Art. 15 GDPR)",
    ];
    holds(&text, &needed);
    assert!(!text.contains("This answer comes after"), "it is in time");
}

#[test]
fn every_code_that_keeps_something_out_is_explained_in_each_language() {
    for code in Code::ALL {
        let (mut facts, due) = (facts(&["en", "zh-CN"], "gdpr"), due("2026-01-31T10:00:00Z"));
        facts.ledger[0].excluded.insert(code, 3);
        facts.ledger[2].withheld.insert(code, 5);
        let text = answer(&plain(&facts, &due));
        holds(&text, &[code.sentence().en, code.sentence().zh, code.provision()]);
    }
}

#[test]
fn each_language_is_whole_and_neither_lacks_a_part_of_the_other() {
    let (mut facts, due) = (facts(&["en", "zh-CN"], "gdpr"), due("2026-01-31T10:00:00Z"));
    let both = answer(&plain(&facts, &due));
    let parts: Vec<&str> = both.split(&"=".repeat(76)).collect();
    assert_eq!(parts.len(), 2);
    let headings = |part: &str| part.lines().filter(|line| line.len() > 3 && line.chars().all(|c| c == '-')).count();
    assert_eq!(headings(parts[0]), headings(parts[1]));
    holds(parts[1], &["日期：2026-02-10", "4,812", "GDPR 第77条", "示例监管局", "未找到数据的类别", "上传的图片"]);
    for words in ["We ", "Your ", "You ", "you "] {
        assert!(!parts[1].contains(words), "the Chinese letter speaks English: {words}");
    }
    assert!(!both.contains(['{', '}']), "every place is filled");
    facts.languages = vec!["zh-CN".into()];
    let alone = answer(&plain(&facts, &due));
    assert_eq!(alone.trim(), parts[1].trim());
}

#[test]
fn a_late_answer_and_a_partial_one_say_so() {
    let (mut facts, due) = (facts(&["en"], "gdpr"), due("2026-01-31T10:00:00Z"));
    facts.as_of = "2026-03-03T10:00:00Z".parse().unwrap();
    facts.missing = vec!["billing".into()];
    holds(
        &answer(&plain(&facts, &due)),
        &["This answer comes after that day", "2026-04-30", "not complete", "billing"],
    );
}

#[test]
fn each_kind_of_encryption_is_explained_with_free_programs() {
    let (facts, due) = (facts(&["en", "zh-CN"], "gdpr"), due("2026-01-31T10:00:00Z"));
    for encryption in Encryption::ALL {
        let text = answer(&Answer { delivered: delivered(encryption), ..plain(&facts, &due) });
        holds(&text, &[encryption.sentence().en, encryption.sentence().zh]);
    }
    let name = "2026-0117.zip.age";
    assert_eq!(Encryption::AgeKey.command(name).unwrap(), "age -d -i KEYFILE -o 2026-0117.zip 2026-0117.zip.age");
    assert!(Encryption::ZipPassphrase.sentence().en.contains("7-Zip"));
}

#[test]
fn direct_transmission_is_answered_as_it_was_found() {
    let (facts, due) = (facts(&["en"], "gdpr"), due("2026-01-31T10:00:00Z"));
    let with = |transmission| answer(&Answer { transmission, ..plain(&facts, &due) });
    holds(&with(None), &["No such wish is recorded"]);
    holds(&with(Some(&Transmission::Feasible)), &["That is technically feasible"]);
    let reason = Transmission::NotFeasible("Their system takes no files.".into());
    holds(&with(Some(&reason)), &["not technically feasible", "Their system takes no files.", "must not hinder"]);
}

#[test]
fn a_representative_reads_the_scope_of_the_mandate() {
    let (facts, due) = (facts(&["en"], "gdpr"), due("2026-01-31T10:00:00Z"));
    let with = |representative| answer(&Answer { representative, ..plain(&facts, &due) });
    holds(&with(Some(Some("contact data only"))), &["as we noted it: contact data only"]);
    holds(&with(Some(None)), &["We have seen the mandate"]);
    assert!(!with(None).contains("mandate"));
}

#[test]
fn the_chinese_regime_names_its_own_law_and_court() {
    let (facts, due) = (facts(&["en", "zh-CN"], "pipl"), due("2026-01-31T10:00:00Z"));
    let text = answer(&plain(&facts, &due));
    holds(&text, &["PIPL Art. 50", "《个人信息保护法》第五十条", "向人民法院提起诉讼", "Under Art. 45"]);
    assert!(!flowing(&text).contains("month that the law gives"), "the PIPL counts no month");
}

#[test]
fn a_refusal_gives_its_reason_authority_court_and_a_way_on_in_each_language() {
    let (controller, due) = (controller(), due("2026-01-31T10:00:00Z"));
    let languages = ["en".to_owned(), "zh-CN".to_owned()];
    let occasion = occasion(&controller, &languages, &due, "2026-02-10T10:00:00Z");
    for reason in RefusalReason::ALL {
        let said =
            Refusal { reason: *reason, explanation: Some("Own words."), evidence: Some("What was seen."), fee: None };
        assert_eq!(said.check(false), Ok(()));
        let text = refusal(&occasion, &said);
        let (why, now) = (reason.sentence(), reason.offer());
        let needed = [why.en, why.zh, now.en, now.zh, reason.provision(), "Own words.", "What was seen."];
        holds(&text, &needed);
        holds(&text, &["GDPR Art. 12(4)", "GDPR Art. 77", "GDPR Art. 79", "GDPR 第79条", "free of charge"]);
        assert_eq!(RefusalReason::named(reason.as_str()), Some(*reason));
    }
    let reason = RefusalReason::NotIdentifiable;
    let said = Refusal { reason, explanation: None, evidence: None, fee: None };
    holds(&refusal(&occasion, &said), &["we searched all our systems", "If you give us more that identifies you"]);
}

#[test]
fn unfounded_and_excessive_need_evidence_and_the_gdpr_knows_no_fee() {
    let said = |reason, evidence, fee| Refusal { reason, explanation: None, evidence, fee };
    for reason in [RefusalReason::Unfounded, RefusalReason::Excessive] {
        assert_eq!(said(reason, None, None).check(false), Err(RefusalFault::NoEvidence(reason)));
        assert_eq!(said(reason, Some(" "), None).check(false), Err(RefusalFault::Empty("evidence")));
        assert_eq!(said(reason, Some("12 letters"), None).check(false), Ok(()));
    }
    let fee = |reason, fee, pipl| said(reason, Some("seen"), Some(fee)).check(pipl);
    assert_eq!(fee(RefusalReason::Excessive, ("CNY 20", 6), false), Err(RefusalFault::Fee), "under the GDPR");
    assert_eq!(fee(RefusalReason::Excessive, ("CNY 20", 6), true), Ok(()));
    assert_eq!(fee(RefusalReason::Excessive, ("CNY 20", 1), true), Err(RefusalFault::Fee), "the first is free");
    assert_eq!(fee(RefusalReason::Unfounded, ("CNY 20", 6), true), Err(RefusalFault::Fee));
}

#[test]
fn an_extension_counts_three_months_from_receipt_and_only_within_the_first() {
    let (controller, due, languages) = (controller(), due("2026-01-31T10:00:00Z"), ["en".to_owned()]);
    let said = |explanation| Extension { cause: Cause::Complexity, explanation };
    let at = |as_of, explanation| extension(&occasion(&controller, &languages, &due, as_of), &said(explanation));
    let text = at("2026-03-02T22:59:00Z", "Eleven archives on tape.").unwrap();
    holds(&text, &["by 2026-04-30 at the latest", "Eleven archives on tape.", "GDPR Art. 12(3)", "GDPR Art. 77"]);
    let late = at("2026-03-02T23:00:00Z", "Eleven archives on tape.");
    assert_eq!(late, Err(ExtensionFault::TooLate("2026-03-02".parse().unwrap())), "the local day counts");
    assert_eq!(at("2026-02-10T10:00:00Z", " "), Err(ExtensionFault::NoReasons));
    assert_eq!(at("2026-01-30T10:00:00Z", "x"), Err(ExtensionFault::NotYetReceived));
    let unknown =
        Occasion { deadlines: None, received: None, ..occasion(&controller, &languages, &due, "2026-02-10T10:00:00Z") };
    assert_eq!(extension(&unknown, &said("x")), Err(ExtensionFault::NotReceived));
}
