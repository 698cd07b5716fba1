//! `data/statement.jsonld`: what was asked, decided and why, in the terms of W3C DPV 2.3, its context inline.
//!
//! Activities whose data are covered are `dpv:Process`; what stays out is named with its reason and justification, so
//! that a vocabulary written by others can judge the line that art20 has drawn.

mod nodes;

use super::facts::{ActivityFacts, CollectionFacts, ElsewhereFacts, Facts, LedgerLine, RECORDS_FORMAT};
use super::{json as text, report};
use crate::records::{Code, LegalBasis, Origin};
use nodes::{
    Controller, Count, DateTime, Elsewhere, InLanguages, Literals, NotCovered, NotHeld, PersonalData, Process, Reason,
    Reference, Replaced, Statement, Subject, Texts, ThirdParties, Titled,
};
use serde_json::value::RawValue;

/// Down to this depth every member has a line: of an activity each kind of data has one.
const SPREAD: usize = 4;
/// art20's own words beside those of the vocabularies, as it stands in the statement. What stays out and the ledger are
/// nodes of the graph (the ledger's counts by code stand there as nodes too); what tells of the configuration alone
/// stays plain JSON.
const CONTEXT: &str = include_str!("statement/context.json");

/// The statement as text.
pub(super) fn statement(facts: &Facts) -> String {
    let id = facts.id();
    let id = id.as_str();
    let statement = Statement {
        // It is JSON, as a test says.
        context: serde_json::from_str::<&RawValue>(CONTEXT).ok(),
        id,
        class: "dpv:RightExerciseRecord",
        format: RECORDS_FORMAT,
        created: DateTime { value: facts.as_of.to_string(), class: "xsd:dateTime" },
        as_of: facts.as_of.to_string(),
        reference: facts.reference.as_deref(),
        received: facts.received.map(|at| at.to_string()),
        regime: facts.regime,
        right: Reference { id: "eu-gdpr:A20" },
        status: Reference {
            id: if facts.missing.is_empty() { "dpv:RequestFulfilled" } else { "dpv:RequestActionDelayed" },
        },
        controller: controller(facts),
        subject: Subject { id: format!("{id}#subject"), class: "dpv:DataSubject" },
        law_for_the_deceased: facts.deceased.as_deref(),
        supervisory_authority: facts.controller.supervisory_authority.as_ref().map(|text| text.first()),
        languages: &facts.languages,
        only: &facts.only,
        partial: !facts.missing.is_empty(),
        missing_stores: &facts.missing,
        third_parties: third_parties(facts),
        activities: facts.activities.iter().filter_map(|activity| process(id, facts, activity)).collect(),
        not_covered: facts.activities.iter().filter_map(|activity| not_covered(facts, activity)).collect(),
        not_held: facts.activities.iter().filter(|activity| !activity.held).map(not_held).collect(),
        elsewhere: facts.elsewhere.iter().map(elsewhere).collect(),
        excluded: excluded(facts),
        withheld: withheld(facts),
        ledger: &facts.ledger,
        findings: &facts.findings,
    };
    text::file(&statement, SPREAD)
}

fn controller(facts: &Facts) -> Controller<'_> {
    let controller = &facts.controller;
    Controller {
        id: controller_id(&controller.id, facts),
        class: "dpv:DataController",
        title: &controller.name,
        name: &controller.name,
        contact: controller.email.as_deref(),
    }
}

/// The controller's id where it is an IRI, else one inside the archive's.
fn controller_id(id: &str, facts: &Facts) -> String {
    let iri =
        id.contains(':') && !id.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    if iri { id.to_owned() } else { format!("{}#controller", facts.id().as_str()) }
}

/// The collections that hold data of an activity.
fn collections<'f>(facts: &'f Facts, key: &'f str) -> impl Iterator<Item = &'f CollectionFacts> {
    facts.collections.iter().filter(move |collection| collection.activities.iter().any(|activity| activity == key))
}

fn is_covered(basis: LegalBasis) -> bool {
    matches!(basis, LegalBasis::Consent | LegalBasis::ExplicitConsent | LegalBasis::Contract)
}

/// An activity whose data Art. 20 covers and that has some in the archive.
fn process<'f>(id: &str, facts: &'f Facts, activity: &'f ActivityFacts) -> Option<Process<'f>> {
    let basis = activity.legal_basis.filter(|basis| is_covered(*basis) && activity.held && activity.automated)?;
    let mut data = Vec::new();
    for collection in &facts.collections {
        let portable = facts.ledger.iter().any(|line| line.collection == collection.name && line.portable > 0);
        if !portable {
            continue;
        }
        let of_rows = collection.activities.contains(&activity.key);
        for field in &collection.fields {
            let origin = field.origin.or(collection.origin);
            // A field with an activity of its own is processed for that one alone (requirement C8).
            let here = field.activity.as_ref().map_or(of_rows, |own| *own == activity.key);
            if origin.is_some_and(|origin| matches!(origin.name(), "derived" | "inferred")) || !here {
                continue;
            }
            data.push(personal_data(id, collection, &field.path, origin));
        }
    }
    if data.is_empty() {
        return None;
    }
    Some(Process {
        id: format!("{id}#activity-{}", encoded(&activity.key)),
        class: "dpv:Process",
        activity: &activity.key,
        title: Literals(&activity.title),
        legal_basis: basis.dpv_terms().iter().map(|term| Reference { id: format!("eu-gdpr:{term}") }).collect(),
        purpose: activity.purpose.as_ref().map(|text| Titled { class: "dpv:Purpose", title: Literals(text) }),
        recipients: activity
            .recipients
            .iter()
            .map(|text| Titled { class: "dpv:Recipient", title: Literals(text) })
            .collect(),
        retention: activity.retention.as_deref().map(|title| Titled { class: "dpv:StorageDuration", title }),
        policy_section: activity.policy.as_deref(),
        data,
    })
}

fn personal_data(id: &str, collection: &CollectionFacts, path: &str, origin: Option<Origin>) -> PersonalData {
    let category = collection.kind.field(path).map_or(collection.kind.category(), |(_, spec)| spec.category);
    let class = origin.map_or("CollectedPersonalData", |origin| origin.dpv_class());
    PersonalData {
        id: format!("{id}#data-{}-{}", encoded(&collection.name), encoded(path)),
        classes: [format!("dpv:{class}"), format!("pd:{category}")],
        title: format!("{}.{path}", collection.name),
        origin: Reference { id: "dpv:DataSubjectDataSource" },
    }
}

/// An activity whose data Art. 20 does not cover, or that the controller gives of its own accord.
fn not_covered<'f>(facts: &'f Facts, activity: &'f ActivityFacts) -> Option<NotCovered<'f>> {
    let basis = activity.legal_basis.filter(|basis| activity.held && (!is_covered(*basis) || !activity.automated))?;
    let term = |term: &&str| format!("https://w3id.org/dpv/legal/eu/gdpr#{term}");
    Some(NotCovered {
        activity: &activity.key,
        title: Texts(&activity.title),
        legal_basis: basis.name(),
        legal_basis_terms: basis.dpv_terms().iter().map(term).collect(),
        automated: activity.automated,
        voluntary: activity.voluntary,
        collections: collections(facts, &activity.key).map(|collection| collection.name.as_str()).collect(),
    })
}

fn not_held(activity: &ActivityFacts) -> NotHeld<'_> {
    NotHeld { activity: &activity.key, title: Texts(&activity.title), policy_section: activity.policy.as_deref() }
}

fn elsewhere(elsewhere: &ElsewhereFacts) -> Elsewhere<'_> {
    Elsewhere { key: &elsewhere.key, title: Texts(&elsewhere.title), reason: Texts(&elsewhere.reason), queried: false }
}

/// A key as a part of an IRI.
fn encoded(key: &str) -> String {
    let mut text = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn reason<'f>(facts: &'f Facts, line: &'f LedgerLine, code: Code, count: u64) -> Reason<'f> {
    let pipl = facts.regime == "pipl";
    Reason {
        collection: &line.collection,
        code: code.as_str(),
        count,
        provision: code.provision_under(pipl),
        sentence: InLanguages { tags: &facts.languages, text: code.sentence_under(pipl) },
        justification: justification(code).map(|term| format!("https://w3id.org/dpv/justifications#{term}")),
        reasons: None,
    }
}

/// The justification in `https://w3id.org/dpv/justifications#`; only what the controller's own configuration leaves out
/// has none there, and gives its reason in words.
fn justification(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::SharedIdentifier | Code::AboutOthers | Code::ThirdParty | Code::Staff | Code::Unsearchable => {
            "ThirdPartyRightsImpaired"
        }
        Code::LegalHold => "LegalClaimImpaired",
        Code::Secret => "SecurityImpaired",
        // Art. 20(1) does not ask for these.
        Code::NotAutomated
        | Code::LegalObligation
        | Code::VitalInterests
        | Code::PublicTask
        | Code::LegitimateInterests
        | Code::ConsentWithdrawn
        | Code::NoConsentOnRecord
        | Code::Derived
        | Code::Inferred
        | Code::NotSelected => "NotRequiredJustification",
        Code::Omitted => return None,
    })
}

/// What became of other people, and how many values name them (Art. 20(4)).
fn third_parties(facts: &Facts) -> ThirdParties<'_> {
    let replaced = facts.replaced.as_ref().map(|replaced| Replaced {
        people: replaced.people,
        replaced: replaced.values.iter().map(|(collection, count)| Count { collection, count: *count }).collect(),
        provision: Code::ThirdParty.provision_under(facts.regime == "pipl"),
        justification: "https://w3id.org/dpv/justifications#ThirdPartyRightsImpaired",
        sentence: InLanguages { tags: &facts.languages, text: report::replaced_sentence(facts.third_parties) },
    });
    ThirdParties { mode: facts.third_parties, replaced }
}

fn excluded(facts: &Facts) -> Vec<Reason<'_>> {
    let of = |line| move |(code, count): (&Code, &u64)| reason(facts, line, *code, *count);
    facts.ledger.iter().flat_map(|line| line.excluded.iter().map(of(line))).collect()
}

fn withheld(facts: &Facts) -> Vec<Reason<'_>> {
    let mut all = Vec::new();
    for line in &facts.ledger {
        for (code, count) in &line.withheld {
            let mut reason = reason(facts, line, *code, *count);
            if *code == Code::Omitted {
                let omitted = facts.collections.iter().find(|c| c.name == line.collection).map(|c| &c.omitted);
                reason.reasons = Some(omitted.into_iter().flatten().map(|(_, reason)| reason.as_str()).collect());
            }
            all.push(reason);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_is_json_that_stands_in_the_statement_as_it_is() {
        let context: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(CONTEXT).unwrap();
        assert_eq!(context["dpv"], "https://w3id.org/dpv#");
        assert!(serde_json::from_str::<&RawValue>(CONTEXT).is_ok());
        assert!(CONTEXT.ends_with("\n  }\n"), "indented as what begins on the second line");
    }
}
