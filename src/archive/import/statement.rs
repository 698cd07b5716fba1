//! What an archive says of itself: who answered, when, under which activities, from which collections.

use super::ReadError;
use super::record::member;
use crate::records::{Json, Kind, LegalBasis, Text};
use jiff::Timestamp;

/// The statement, as far as an import needs it.
#[derive(Debug, Clone)]
pub struct ArchivedStatement {
    /// The archive's own name, a URN.
    pub id: String,
    /// The time that the export counts as made at.
    pub as_of: Timestamp,
    /// `gdpr` or `pipl`.
    pub regime: String,
    /// BCP 47 tags of the report's languages.
    pub languages: Vec<String>,
    /// IANA name of the zone in which the controller is.
    pub time_zone: Option<String>,
    /// The lasting identifier of the controller.
    pub controller_id: String,
    /// The name of the controller.
    pub controller_name: String,
    /// Where the controller can be written to.
    pub controller_email: Option<String>,
    /// The authority named for the regime.
    pub supervisory_authority: Option<String>,
    /// The activities that it tells of.
    pub activities: Vec<ArchivedActivity>,
    /// Every collection that was looked into, in order.
    pub collections: Vec<ArchivedCollection>,
}

/// A processing activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedActivity {
    /// Its key.
    pub key: String,
    /// What people call it.
    pub title: Text,
    /// The section of the policy that announces it.
    pub policy: Option<String>,
    /// Its basis, where the statement names it by its word; the records always do.
    pub legal_basis: Option<LegalBasis>,
    /// Its purpose.
    pub purpose: Option<Text>,
    /// Who receives the data.
    pub recipients: Vec<String>,
    /// ISO 8601 duration.
    pub retention: Option<String>,
    /// Carried out by automated means.
    pub automated: bool,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
    /// Announced as never stored if false.
    pub held: bool,
}

/// A collection of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedCollection {
    /// Its name.
    pub name: String,
    /// Its store.
    pub store: String,
    /// Its kind.
    pub kind: Kind,
}

type Members = [(String, Json)];

pub(super) fn read(statement: &[u8], archive: &[u8]) -> Result<ArchivedStatement, ReadError> {
    let object = |bytes: &[u8]| match std::str::from_utf8(bytes).ok().and_then(|text| Json::parse(text).ok()) {
        Some(Json::Object(members)) => Some(members),
        _ => None,
    };
    let members = object(statement).ok_or(ReadError::Statement("anything: it is no JSON object"))?;
    let controller = match member(&members, "dpv:hasDataController") {
        Some(Json::Object(controller)) => controller.as_slice(),
        _ => &[],
    };
    let as_of = text(&members, "as_of").and_then(|text| text.parse().ok());
    let time_zone = object(archive).and_then(|archive| match member(&archive, "dataset") {
        Some(Json::Object(dataset)) => text(dataset, "timezone"),
        _ => None,
    });
    Ok(ArchivedStatement {
        id: text(&members, "@id").ok_or(ReadError::Statement("which archive it is"))?,
        as_of: as_of.ok_or(ReadError::Statement("when the export was made"))?,
        regime: text(&members, "regime").unwrap_or_else(|| "gdpr".to_owned()),
        languages: list(&members, "languages").filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
        time_zone,
        controller_id: text(controller, "@id").ok_or(ReadError::Statement("which controller it is from"))?,
        controller_name: text(controller, "dct:title").ok_or(ReadError::Statement("the name of its controller"))?,
        controller_email: text(controller, "dpv:hasContact"),
        supervisory_authority: text(&members, "supervisory_authority"),
        activities: activities(&members),
        collections: list(&members, "ledger").filter_map(collection).collect(),
    })
}

fn activities(members: &Members) -> Vec<ArchivedActivity> {
    let of = |list_name, read: fn(&Members) -> Option<ArchivedActivity>| {
        list(members, list_name).filter_map(move |item| match item {
            Json::Object(members) => read(members),
            _ => None,
        })
    };
    of("dct:hasPart", covered).chain(of("not_covered", not_covered)).chain(of("not_held", not_held)).collect()
}

fn plain(members: &Members, title: Option<Text>) -> Option<ArchivedActivity> {
    let key = text(members, "activity")?;
    Some(ArchivedActivity {
        title: title.unwrap_or_else(|| Text::plain(&key)),
        policy: text(members, "policy_section"),
        key,
        legal_basis: None,
        purpose: None,
        recipients: Vec::new(),
        retention: None,
        automated: true,
        voluntary: false,
        held: true,
    })
}

fn covered(members: &Members) -> Option<ArchivedActivity> {
    let inner = |key: &str| match member(members, key) {
        Some(Json::Object(inner)) => member(inner, "dct:title"),
        _ => None,
    };
    let recipients = list(members, "dpv:hasRecipient").filter_map(|recipient| match recipient {
        Json::Object(recipient) => member(recipient, "dct:title").and_then(texts),
        _ => None,
    });
    Some(ArchivedActivity {
        purpose: inner("dpv:hasPurpose").and_then(texts),
        recipients: recipients.map(|text| text.first().to_owned()).collect(),
        retention: inner("dpv:hasStorageCondition").and_then(Json::as_str).map(str::to_owned),
        ..plain(members, member(members, "dct:title").and_then(texts))?
    })
}

fn not_covered(members: &Members) -> Option<ArchivedActivity> {
    let yes = |key| member(members, key) == Some(&Json::Bool(true));
    Some(ArchivedActivity {
        legal_basis: text(members, "legal_basis").and_then(|word| LegalBasis::named(&word)),
        automated: yes("automated"),
        voluntary: yes("voluntary"),
        ..plain(members, member(members, "title").and_then(texts))?
    })
}

fn not_held(members: &Members) -> Option<ArchivedActivity> {
    Some(ArchivedActivity { held: false, ..plain(members, member(members, "title").and_then(texts))? })
}

fn collection(line: &Json) -> Option<ArchivedCollection> {
    let Json::Object(line) = line else { return None };
    let kind = Kind::named(&text(line, "kind")?)?;
    Some(ArchivedCollection { name: text(line, "collection")?, store: text(line, "store")?, kind })
}

fn text(members: &Members, key: &str) -> Option<String> {
    member(members, key).and_then(Json::as_str).map(str::to_owned)
}

fn list<'j>(members: &'j Members, key: &str) -> impl Iterator<Item = &'j Json> {
    let items = match member(members, key) {
        Some(Json::Array(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter()
}

/// A text in one or several languages, as the statement writes it in its two ways: `{tag: text}`, or a list of texts
/// and `{"@value", "@language"}`.
fn texts(json: &Json) -> Option<Text> {
    let variants: Vec<(String, String)> = match json {
        Json::String(text) => vec![(String::new(), text.clone())],
        Json::Object(members) => {
            members.iter().filter_map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect()
        }
        Json::Array(items) => items
            .iter()
            .filter_map(|item| match item {
                Json::String(text) => Some((String::new(), text.clone())),
                Json::Object(members) => {
                    Some((text(members, "@language").unwrap_or_default(), text(members, "@value")?))
                }
                _ => None,
            })
            .collect(),
        _ => return None,
    };
    (!variants.is_empty()).then_some(Text { variants })
}
