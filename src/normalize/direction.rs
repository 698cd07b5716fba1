//! Who wrote to whom, seen from the subject (contract 3, `direction`).

use crate::records::{FieldValue, Party};
use crate::subject::Identifier;
use crate::subject::identifier::canonical;
use std::collections::{BTreeMap, HashSet};

/// The addresses and numbers by which correspondence knows the subject.
pub struct SubjectNames {
    /// By type of identifier. There may be many, and every correspondent is looked for.
    addresses: BTreeMap<String, HashSet<String>>,
    region: Option<String>,
}

impl SubjectNames {
    /// From the subject's identifiers.
    pub fn new<'i>(identifiers: impl Iterator<Item = &'i Identifier>, region: Option<&str>) -> SubjectNames {
        let mut addresses: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        for identifier in identifiers {
            addresses.entry(identifier.kind().to_owned()).or_default().insert(identifier.canonical().to_owned());
        }
        SubjectNames { addresses, region: region.map(str::to_owned) }
    }

    /// Whether a correspondent is the subject.
    pub fn is_subject(&self, party: &Party) -> bool {
        let Some(address) = &party.address else { return false };
        // An address that is written as it is known need not be brought into that form. A number has to: what begins like
        // another country's prefix comes out as another number.
        if self.addresses.iter().any(|(kind, known)| kind != "phone" && known.contains(address)) {
            return true;
        }
        let region = self.region.as_deref();
        self.addresses.iter().any(|(kind, known)| known.contains(&canonical(kind, address, region)))
    }

    /// The direction of a message, if sender or recipients tell it.
    pub fn direction(
        &self,
        from: Option<&FieldValue>,
        to: Option<&FieldValue>,
        cc: Option<&FieldValue>,
        bcc: Option<&FieldValue>,
    ) -> Option<&'static str> {
        let among = |value: Option<&FieldValue>| match value {
            Some(FieldValue::Party(party)) => self.is_subject(party),
            Some(FieldValue::Parties(parties)) => parties.iter().any(|party| self.is_subject(party)),
            _ => false,
        };
        if among(from) {
            Some("from_subject")
        } else if among(to) || among(bcc) && !among(cc) {
            Some("to_subject")
        } else if among(cc) {
            Some("cc_subject")
        } else {
            None
        }
    }
}
