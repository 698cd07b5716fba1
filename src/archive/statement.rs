//! `data/statement.jsonld`: what was asked, decided and why, in the terms of W3C DPV 2.3, its context inline.
//!
//! Activities whose data are covered are `dpv:Process`; what stays out is named with its reason and justification, so
//! that a vocabulary written by others can judge the line that art20 has drawn.

use super::facts::{ActivityFacts, CollectionFacts, Facts, RECORDS_FORMAT};
use super::{json as text, report};
use crate::records::{Bilingual, Code, LegalBasis};
use serde_json::{Map, Value, json};

/// Down to this depth every member has a line: of an activity each kind of data has one.
const SPREAD: usize = 4;

/// The statement as text.
pub(super) fn statement(facts: &Facts) -> String {
    let id = facts.id();
    let id = id.as_str();
    let mut statement = json!({
        "@context": context(),
        "@id": id,
        "@type": "dpv:RightExerciseRecord",
        "format": RECORDS_FORMAT,
        "dct:created": {"@value": facts.as_of.to_string(), "@type": "xsd:dateTime"},
        "dpv:hasRight": {"@id": "eu-gdpr:A20"},
        "dpv:hasRequestStatus": {"@id": if facts.missing.is_empty() { "dpv:RequestFulfilled" } else { "dpv:RequestActionDelayed" }},
        "dpv:hasDataController": controller(facts),
        "dpv:hasDataSubject": {"@id": format!("{id}#subject"), "@type": "dpv:DataSubject"},
        "regime": facts.regime,
        "as_of": facts.as_of.to_string(),
        "languages": facts.languages,
        "dct:hasPart": facts.activities.iter().filter_map(|activity| process(id, facts, activity)).collect::<Vec<_>>(),
        "not_covered": facts.activities.iter().filter_map(|activity| not_covered(facts, activity)).collect::<Vec<_>>(),
        "not_held": facts.activities.iter().filter(|activity| !activity.held).map(|activity| json!({
            "activity": activity.key, "title": texts(&activity.title), "policy_section": activity.policy,
        })).collect::<Vec<_>>(),
        "elsewhere": facts.elsewhere.iter().map(|elsewhere| json!({
            "key": elsewhere.key, "title": texts(&elsewhere.title), "reason": texts(&elsewhere.reason), "queried": false,
        })).collect::<Vec<_>>(),
        "excluded": excluded(facts),
        "withheld": withheld(facts),
        "third_parties": third_parties(facts),
        "ledger": facts.ledger,
        "findings": facts.findings,
        "partial": !facts.missing.is_empty(),
        "missing_stores": facts.missing,
    });
    if let Some(object) = statement.as_object_mut() {
        let mut put = |key: &str, value: Option<String>| value.map(|value| object.insert(key.to_owned(), json!(value)));
        put("reference", facts.reference.clone());
        put("law_for_the_deceased", facts.deceased.clone());
        put("received", facts.received.map(|at| at.to_string()));
        put(
            "supervisory_authority",
            facts.controller.supervisory_authority.as_ref().map(|text| text.first().to_owned()),
        );
    }
    if let (Some(object), false) = (statement.as_object_mut(), facts.only.is_empty()) {
        object.insert("only".into(), json!(facts.only));
    }
    text::file(&statement, SPREAD)
}

/// art20's own words beside those of the vocabularies. What stays out and the ledger are nodes of the graph; what tells
/// of the configuration alone stays plain JSON.
fn context() -> Value {
    let mut context = json!({
        "@version": 1.1,
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "pd": "https://w3id.org/dpv/pd#",
        "justifications": "https://w3id.org/dpv/justifications#",
        "dct": "http://purl.org/dc/terms/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "art20": "urn:art20:terms:",
    });
    let plain = [
        "format",
        "regime",
        "as_of",
        "languages",
        "reference",
        "received",
        "only",
        "law_for_the_deceased",
        "supervisory_authority",
        "partial",
        "missing_stores",
        "activity",
        "policy_section",
        "voluntary",
        "legal_basis",
        "excluded",
        "withheld",
        "code",
        "count",
        "collection",
        "provision",
        "reasons",
        "store",
        "kind",
        "matched",
        "portable",
        "verbatim",
    ];
    let tables = ["findings", "third_parties", "not_covered", "not_held", "elsewhere", "texts"];
    if let Some(object) = context.as_object_mut() {
        for word in plain {
            object.insert(word.into(), json!(format!("art20:{word}")));
        }
        for word in tables {
            object.insert(word.into(), json!({"@id": format!("art20:{word}"), "@type": "@json"}));
        }
        object.insert("sentence".into(), json!({"@id": "art20:sentence", "@container": "@language"}));
        object.insert("justification".into(), json!({"@id": "dpv:hasJustification", "@type": "@id"}));
        // Its counts by code stand in `excluded` and `withheld` too, there as nodes.
        let by_code = |word: &str| json!({"@id": format!("art20:{word}_by_code"), "@type": "@json"});
        let ledger = json!({"excluded": by_code("excluded"), "withheld": by_code("withheld")});
        object.insert("ledger".into(), json!({"@id": "art20:ledger", "@context": ledger}));
    }
    context
}

fn controller(facts: &Facts) -> Value {
    let controller = &facts.controller;
    let mut object = json!({
        "@id": controller_id(&controller.id, facts),
        "@type": "dpv:DataController",
        "dct:title": controller.name,
        "dpv:hasName": controller.name,
    });
    if let (Some(email), Some(object)) = (&controller.email, object.as_object_mut()) {
        object.insert("dpv:hasContact".into(), json!(email));
    }
    object
}

/// The controller's id where it is an IRI, else one inside the archive's.
fn controller_id(id: &str, facts: &Facts) -> String {
    let iri =
        id.contains(':') && !id.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    if iri { id.to_owned() } else { format!("{}#controller", facts.id().as_str()) }
}

fn texts(text: &crate::records::Text) -> Value {
    match text.variants.as_slice() {
        [(tag, only)] if tag.is_empty() => json!(only),
        variants => Value::Object(variants.iter().map(|(tag, text)| (tag.clone(), json!(text))).collect()),
    }
}

fn literal(text: &crate::records::Text) -> Value {
    let variants = text
        .variants
        .iter()
        .map(|(tag, text)| if tag.is_empty() { json!(text) } else { json!({"@value": text, "@language": tag}) });
    Value::Array(variants.collect())
}

/// The collections that hold data of an activity.
fn collections<'f>(facts: &'f Facts, key: &'f str) -> impl Iterator<Item = &'f CollectionFacts> {
    facts.collections.iter().filter(move |collection| collection.activities.iter().any(|activity| activity == key))
}

fn is_covered(basis: LegalBasis) -> bool {
    matches!(basis, LegalBasis::Consent | LegalBasis::ExplicitConsent | LegalBasis::Contract)
}

/// An activity whose data Art. 20 covers and that has some in the archive.
fn process(id: &str, facts: &Facts, activity: &ActivityFacts) -> Option<Value> {
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
    let mut process = json!({
        "@id": format!("{id}#activity-{}", encoded(&activity.key)),
        "@type": "dpv:Process",
        "activity": activity.key,
        "dct:title": literal(&activity.title),
        "dpv:hasLegalBasis": basis.dpv_terms().iter().map(|term| json!({"@id": format!("eu-gdpr:{term}")})).collect::<Vec<_>>(),
        "dpv:hasPersonalData": data,
    });
    if let Some(object) = process.as_object_mut() {
        if let Some(purpose) = &activity.purpose {
            object.insert("dpv:hasPurpose".into(), json!({"@type": "dpv:Purpose", "dct:title": literal(purpose)}));
        }
        if !activity.recipients.is_empty() {
            let recipients = activity
                .recipients
                .iter()
                .map(|recipient| json!({"@type": "dpv:Recipient", "dct:title": literal(recipient)}));
            object.insert("dpv:hasRecipient".into(), recipients.collect());
        }
        if let Some(policy) = &activity.policy {
            object.insert("policy_section".into(), json!(policy));
        }
        if let Some(retention) = &activity.retention {
            object.insert(
                "dpv:hasStorageCondition".into(),
                json!({"@type": "dpv:StorageDuration", "dct:title": retention}),
            );
        }
    }
    Some(process)
}

fn personal_data(id: &str, collection: &CollectionFacts, path: &str, origin: Option<crate::records::Origin>) -> Value {
    let category = collection.kind.field(path).map_or(collection.kind.category(), |(_, spec)| spec.category);
    let class = origin.map_or("CollectedPersonalData", |origin| origin.dpv_class());
    json!({
        "@id": format!("{id}#data-{}-{}", encoded(&collection.name), encoded(path)),
        "@type": [format!("dpv:{class}"), format!("pd:{category}")],
        "dct:title": format!("{}.{path}", collection.name),
        "dpv:hasDataSource": {"@id": "dpv:DataSubjectDataSource"},
    })
}

/// An activity whose data Art. 20 does not cover, or that the controller gives of its own accord.
fn not_covered(facts: &Facts, activity: &ActivityFacts) -> Option<Value> {
    let basis = activity.legal_basis.filter(|basis| activity.held && (!is_covered(*basis) || !activity.automated))?;
    let names: Vec<&str> = collections(facts, &activity.key).map(|collection| collection.name.as_str()).collect();
    Some(json!({
        "activity": activity.key,
        "title": texts(&activity.title),
        "legal_basis": basis.name(),
        "legal_basis_terms": basis.dpv_terms().iter().map(|term| format!("https://w3id.org/dpv/legal/eu/gdpr#{term}")).collect::<Vec<_>>(),
        "automated": activity.automated,
        "voluntary": activity.voluntary,
        "collections": names,
    }))
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

/// A fixed text in every language of the report, by its tag.
fn in_languages(facts: &Facts, text: Bilingual) -> Value {
    facts.languages.iter().map(|tag| (tag.clone(), json!(text.in_language(tag)))).collect::<Map<_, _>>().into()
}

fn reason(facts: &Facts, code: Code, count: u64) -> Map<String, Value> {
    let pipl = facts.regime == "pipl";
    let mut object = Map::new();
    object.insert("code".into(), json!(code.as_str()));
    object.insert("count".into(), json!(count));
    object.insert("provision".into(), json!(code.provision_under(pipl)));
    object.insert("sentence".into(), in_languages(facts, code.sentence_under(pipl)));
    if let Some(term) = justification(code) {
        object.insert("justification".into(), json!(format!("https://w3id.org/dpv/justifications#{term}")));
    }
    object
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
fn third_parties(facts: &Facts) -> Value {
    let mut object = json!({ "mode": facts.third_parties });
    if let (Some(replaced), Some(members)) = (&facts.replaced, object.as_object_mut()) {
        let values =
            replaced.values.iter().map(|(collection, count)| json!({ "collection": collection, "count": count }));
        members.insert("people".into(), json!(replaced.people));
        members.insert("replaced".into(), values.collect());
        members.insert("provision".into(), json!(Code::ThirdParty.provision_under(facts.regime == "pipl")));
        members.insert("justification".into(), json!("https://w3id.org/dpv/justifications#ThirdPartyRightsImpaired"));
        let sentence = report::replaced_sentence(facts.third_parties);
        members.insert("sentence".into(), in_languages(facts, sentence));
    }
    object
}

fn excluded(facts: &Facts) -> Vec<Value> {
    let rows =
        facts.ledger.iter().flat_map(|line| line.excluded.iter().map(move |(code, count)| (line, *code, *count)));
    rows.map(|(line, code, count)| {
        let mut object = reason(facts, code, count);
        object.insert("collection".into(), json!(line.collection));
        Value::Object(object)
    })
    .collect()
}

fn withheld(facts: &Facts) -> Vec<Value> {
    let mut all = Vec::new();
    for line in &facts.ledger {
        for (code, count) in &line.withheld {
            let mut object = reason(facts, *code, *count);
            object.insert("collection".into(), json!(line.collection));
            if *code == Code::Omitted {
                let reasons = facts.collections.iter().find(|c| c.name == line.collection).map(|c| &c.omitted);
                object.insert(
                    "reasons".into(),
                    json!(reasons.into_iter().flatten().map(|(_, reason)| reason).collect::<Vec<_>>()),
                );
            }
            all.push(Value::Object(object));
        }
    }
    all
}
