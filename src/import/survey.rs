//! The first look at the records of an archive: which collections, activities and additional fields there are, by what
//! the data subject can be recognised, and which records could tell that the database knows the data subject already.

use super::error::ImportError;
use crate::archive::import::{ArchivedRecord, VerifiedArchive};
use crate::records::record::ADDITIONAL;
use crate::records::{Json, Kind};
use crate::subject::Identifier;
use std::collections::{BTreeMap, BTreeSet};

/// A collection as the records name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyedCollection {
    /// Its store.
    pub store: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Of a child collection: the name of that of its parents.
    pub parent: Option<String>,
}

/// What there is.
#[derive(Debug, Default)]
pub struct Survey {
    /// (collection, whether its records could have children), in the order of the records.
    pub collections: Vec<(SurveyedCollection, bool)>,
    /// Which activities the records of each collection have.
    pub active: BTreeSet<(SurveyedCollection, String)>,
    /// Activities by their keys: the word of the basis, and whether records are given voluntarily.
    pub activities: BTreeMap<String, (String, bool)>,
    /// (kind, name of the field, collection), in the order of the records.
    pub additional: Vec<(Kind, String, SurveyedCollection)>,
    /// The records: (kind, uid, direction of a message).
    pub uids: Vec<(Kind, String, Option<String>)>,
    /// (type, value, activity of the record) of what is known to be the data subject's.
    pub identifiers: BTreeSet<(String, String, String)>,
    /// The activity of the first record.
    pub first_activity: Option<String>,
}

impl Survey {
    /// Looks at every record.
    ///
    /// # Errors
    /// When a record cannot be read without loss.
    pub fn of(archive: &VerifiedArchive) -> Result<Survey, ImportError> {
        let mut survey = Survey::default();
        let mut seen = BTreeSet::new();
        for kind in Kind::ALL.into_iter().filter(|kind| kind.parent().is_none()) {
            archive.records::<ImportError>(kind, &mut |_, record| {
                survey.take(&record, None, &mut seen);
                survey.first_activity.get_or_insert_with(|| record.activity.clone());
                let direction = record.text("direction").map(str::to_owned);
                survey.uids.push((kind, record.uid.clone(), direction));
                survey.identifiers(&record);
                Ok(())
            })?;
        }
        Ok(survey)
    }

    fn take(
        &mut self,
        record: &ArchivedRecord,
        parent: Option<&str>,
        seen: &mut BTreeSet<(Kind, String, SurveyedCollection)>,
    ) {
        let collection = SurveyedCollection {
            store: record.store.clone(),
            name: record.collection.clone(),
            kind: record.kind,
            parent: parent.map(str::to_owned),
        };
        match self.collections.iter_mut().find(|(known, _)| *known == collection) {
            Some((_, nests)) => *nests |= record.children.is_some(),
            None => self.collections.push((collection.clone(), record.children.is_some())),
        }
        self.active.insert((collection.clone(), record.activity.clone()));
        let (_, voluntary) =
            self.activities.entry(record.activity.clone()).or_insert_with(|| (record.legal_basis.clone(), false));
        *voluntary |= record.voluntary;
        for (path, _) in &record.fields {
            if let Some(name) = path.strip_prefix(ADDITIONAL) {
                let field = (record.kind, name.to_owned(), collection.clone());
                if seen.insert(field.clone()) {
                    self.additional.push(field);
                }
            }
        }
        for child in record.children.iter().flatten() {
            self.take(child, Some(&record.collection), seen);
        }
    }

    /// What a record says of its data subject. Of the addresses of a contact only the first, and one without a label
    /// before others: the rest may be what somebody merely typed in. Of messages only who wrote those that come from
    /// the data subject: a recipient may have been another.
    fn identifiers(&mut self, record: &ArchivedRecord) {
        let held = |path: &str| {
            let names = |json: &Option<Json>| match json {
                Some(Json::Object(members)) => members.iter().any(|(key, _)| key == path),
                _ => false,
            };
            names(&record.withheld) || names(&record.verbatim)
        };
        let mut found: Vec<(&str, String)> = Vec::new();
        match record.kind {
            Kind::Contact => {
                for (path, key, kind) in [("emails", "address", "email"), ("phones", "number", "phone")] {
                    if let (Some(Json::Array(entries)), false) = (record.get(path), held(path)) {
                        let unlabelled = entries.iter().find(|entry| text(entry, "label").is_none());
                        let value = unlabelled.or(entries.first()).and_then(|entry| text(entry, key));
                        found.extend(value.map(|value| (kind, value.to_owned())));
                    }
                }
            }
            Kind::Message if record.text("direction") == Some("from_subject") && !held("from") => {
                let phone = matches!(record.text("channel"), Some("phone" | "sms"));
                let sender = record.get("from").and_then(|from| text(from, "address"));
                found.extend(sender.map(|value| (if phone { "phone" } else { "email" }, value.to_owned())));
            }
            _ => {}
        }
        for (kind, value) in found {
            // Numbers stay as they are written: only the configuration can say which country they are of.
            let plausible = match kind {
                "phone" => value.bytes().filter(u8::is_ascii_digit).count() >= 3,
                _ => value.contains('@'),
            };
            if let Some(identifier) = Identifier::new(kind, &value, None).ok().filter(|_| plausible) {
                let value = if kind == "email" { identifier.canonical().to_owned() } else { value };
                self.identifiers.insert((kind.to_owned(), value, record.activity.clone()));
            }
        }
    }
}

/// The text of a member of an object.
fn text<'j>(json: &'j Json, key: &str) -> Option<&'j str> {
    match json {
        Json::Object(members) => members.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str()),
        _ => None,
    }
}
