//! `fixtures/scope/`: every combination in the tables is decided as they say, and the bases as the W3C publishes them.

#[path = "../common/mod.rs"]
mod common;
mod mutants;

use art20::controller::activity::Regime;
use art20::controller::{About, Controller};
use art20::records::{Code, LegalBasis, Origin};
use art20::scope::{ConsentState, Hold, OwnActivity, RowFacts, ValueFacts, decide_row, decide_value};
use common::fixture;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// The lines of a table: what stands under each heading.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headings = reader.headers().unwrap().clone();
    let line = |record: csv::StringRecord| {
        headings.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|record| line(record.unwrap())).collect()
}

fn yes(word: &str) -> bool {
    assert!(["yes", "no"].contains(&word), "{word}");
    word == "yes"
}

fn automated(word: &str) -> bool {
    assert!(["automated", "manual"].contains(&word), "{word}");
    word == "automated"
}

fn consent(word: &str) -> ConsentState {
    match word {
        "not-asked" => ConsentState::NotAsked,
        "given" => ConsentState::Given,
        "withdrawn" => ConsentState::Withdrawn,
        "no-record" => ConsentState::NoRecord,
        other => panic!("{other}"),
    }
}

fn hold(word: &str) -> Hold {
    match word {
        "none" => Hold::None,
        "past-retention" => Hold::PastRetention,
        other => panic!("{other}"),
    }
}

fn row_of(line: &BTreeMap<String, String>) -> RowFacts {
    RowFacts {
        shared_identifier: yes(&line["shared"]),
        about: About::named(&line["about"]).unwrap(),
        automated: automated(&line["means"]),
        legal_basis: LegalBasis::named(&line["basis"]).unwrap(),
        voluntary: yes(&line["voluntary"]),
        consent: consent(&line["consent"]),
        origin: Origin::named(&line["origin"]).unwrap(),
        selected: yes(&line["selected"]),
        hold: hold(&line["hold"]),
    }
}

fn value_of(line: &BTreeMap<String, String>) -> ValueFacts {
    let own = (line["basis"] != "-").then(|| OwnActivity {
        automated: automated(&line["means"]),
        legal_basis: LegalBasis::named(&line["basis"]).unwrap(),
        voluntary: yes(&line["voluntary"]),
        consent: consent(&line["consent"]),
    });
    ValueFacts {
        origin: (line["origin"] != "-").then(|| Origin::named(&line["origin"]).unwrap()),
        about: About::named(&line["about"]).unwrap(),
        hidden_recipient: yes(&line["hidden"]),
        joint: yes(&line["joint"]),
        own,
    }
}

fn word(code: Option<Code>) -> &'static str {
    code.map_or("portable", Code::as_str)
}

#[test]
fn every_row_of_the_table_is_decided_as_the_table_says() {
    let lines = table(&fixture("scope/rows.csv"));
    assert!(lines.len() >= 300, "{}", lines.len());
    let wrong: Vec<_> = lines.iter().filter(|line| word(decide_row(&row_of(line))) != line["code"]).collect();
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), lines.len(), wrong.first());
    // Every code that a row can have is met, and some rows go in.
    let met: BTreeSet<&str> = lines.iter().map(|line| line["code"].as_str()).collect();
    let all: BTreeSet<&str> = Code::ALL[..13].iter().map(|code| code.as_str()).chain(["portable"]).collect();
    assert_eq!(met, all);
}

#[test]
fn every_value_of_the_table_is_decided_as_the_table_says() {
    let lines = table(&fixture("scope/values.csv"));
    let wrong: Vec<_> = lines.iter().filter(|line| word(decide_value(&value_of(line))) != line["code"]).collect();
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), lines.len(), wrong.first());
}

/// The reasons against a row of the table, each by the rule that knows it.
fn reasons(line: &BTreeMap<String, String>) -> BTreeSet<String> {
    let covered = ["consent", "explicit_consent", "contract"].contains(&line["basis"].as_str());
    let against = [
        ("shared", line["shared"] == "yes"),
        ("about", line["about"] != "subject"),
        ("means", line["means"] == "manual"),
        ("basis", !covered && line["voluntary"] == "no"),
        ("consent", ["withdrawn", "no-record"].contains(&line["consent"].as_str())),
        ("origin", ["derived", "inferred"].contains(&line["origin"].as_str())),
        ("selected", line["selected"] == "no"),
        ("hold", line["hold"] != "none"),
    ];
    against.iter().filter(|(_, holds)| *holds).map(|(rule, _)| (*rule).to_owned()).collect()
}

#[test]
fn no_rule_can_be_left_out_and_no_two_be_swapped_without_a_line_that_says_so() {
    let lines = table(&fixture("scope/rows.csv"));
    let met: BTreeSet<BTreeSet<String>> = lines.iter().map(reasons).collect();
    let rules = ["shared", "about", "means", "basis", "consent", "origin", "selected", "hold"].map(str::to_owned);
    for (at, rule) in rules.iter().enumerate() {
        assert!(met.contains(&BTreeSet::from([rule.clone()])), "{rule} decides alone nowhere");
        for other in &rules[at + 1..] {
            assert!(met.contains(&BTreeSet::from([rule.clone(), other.clone()])), "{rule} and {other} never meet");
        }
    }
    // The words of a rule that has several: each keeps a row out by itself.
    for code in Code::ALL[..13].iter().map(|code| code.as_str()) {
        assert!(lines.iter().any(|line| line["code"] == code && reasons(line).len() == 1), "{code}");
    }
}

#[test]
fn the_basis_of_each_regime_decides_as_the_table_says() {
    let lines = table(&fixture("scope/regimes.csv"));
    assert_eq!(lines.len(), 280);
    let met: BTreeSet<&str> = lines.iter().map(|line| line["code"].as_str()).collect();
    for code in ["portable", "fault", "stops", "legal-obligation", "legitimate-interests"] {
        assert!(met.contains(code), "{code}");
    }
    for line in &lines {
        let quoted = |word: &str| format!("\"{word}\"");
        let basis = match (line["gdpr"].as_str(), line["pipl"].as_str()) {
            (both, "same") => quoted(both),
            (gdpr, "-") => format!("{{ gdpr = {} }}", quoted(gdpr)),
            ("-", pipl) => format!("{{ pipl = {} }}", quoted(pipl)),
            (gdpr, pipl) => format!("{{ gdpr = {}, pipl = {} }}", quoted(gdpr), quoted(pipl)),
        };
        let text = format!(
            "version = 1\n[controller]\nname = \"A\"\nid = \"https://a.example\"\n[activity.a]\nlegal_basis = {basis}\nvoluntary = {}\n",
            yes(&line["voluntary"])
        );
        let decided = match Controller::parse(Path::new("art20.toml"), text) {
            Err(_) => "fault",
            Ok(controller) => {
                let (activity, regime) = (&controller.activities[0], Regime::named(&line["regime"]).unwrap());
                match (activity.without_basis(regime), activity.basis(regime)) {
                    (Some(_), None) => "stops",
                    (None, Some(legal_basis)) => {
                        word(decide_row(&RowFacts { voluntary: activity.voluntary, ..plain(legal_basis) }))
                    }
                    both => panic!("{both:?}"),
                }
            }
        };
        assert_eq!(decided, line["code"], "{line:?}");
    }
}

/// The rights that the published mapping gives for each term of the GDPR's vocabulary.
fn rights(path: &Path) -> HashMap<String, BTreeSet<String>> {
    let mut rights: HashMap<String, BTreeSet<String>> = HashMap::new();
    let term = |iri: &str| iri.strip_prefix("https://w3id.org/dpv/legal/eu/gdpr#").unwrap().to_owned();
    for line in table(path) {
        rights.entry(term(&line["legal_basis"])).or_default().insert(term(&line["right"]));
    }
    rights
}

/// A row that nothing but its basis can keep out.
fn plain(legal_basis: LegalBasis) -> RowFacts {
    RowFacts {
        shared_identifier: false,
        about: About::Subject,
        automated: true,
        legal_basis,
        voluntary: false,
        consent: ConsentState::NotAsked,
        origin: Origin::Provided,
        selected: true,
        hold: Hold::None,
    }
}

/// Whether a plain row on this basis goes in.
fn is_portable(legal_basis: LegalBasis) -> bool {
    decide_row(&plain(legal_basis)).is_none()
}

fn portable_exactly_where_art_20_is_listed(rights: &HashMap<String, BTreeSet<String>>) {
    for basis in LegalBasis::ALL {
        // The vocabulary attaches no right at all to Art. 9(2)(a).
        let known: Vec<&&str> = basis.dpv_terms().iter().filter(|term| rights.contains_key(**term)).collect();
        assert_eq!(known.len(), 1, "{}", basis.name());
        let listed = rights[*known[0]].contains("A20");
        assert_eq!(is_portable(basis), listed, "{}", basis.name());
        assert!(rights[*known[0]].contains("A15"), "access is never lost: {}", basis.name());
    }
}

#[test]
fn a_basis_is_portable_exactly_where_the_published_mapping_lists_art_20() {
    let copy = rights(&fixture("scope/dpv-a20.csv"));
    portable_exactly_where_art_20_is_listed(&copy);
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dpv/legal_basis_rights_mapping.csv");
    if published.exists() {
        let published = rights(&published);
        portable_exactly_where_art_20_is_listed(&published);
        for (term, listed) in &copy {
            assert!(listed.is_subset(&published[term]), "{term}");
        }
    }
}

#[test]
fn explicit_consent_of_art_9_is_portable_though_the_mapping_leaves_it_out() {
    assert!(!rights(&fixture("scope/dpv-a20.csv")).contains_key("A9-2-a"));
    assert!(LegalBasis::ExplicitConsent.dpv_terms().contains(&"A9-2-a"));
    assert!(is_portable(LegalBasis::ExplicitConsent));
}
