//! Who wrote to whom, seen from the subject (contract 3, `direction`).

use crate::records::{FieldValue, Party};
use crate::subject::Identifier;
use crate::subject::identifier::canonical;

/// The addresses and numbers by which correspondence knows the subject.
pub struct SubjectNames {
    addresses: Vec<(String, String)>,
    region: Option<String>,
}

impl SubjectNames {
    /// From the subject's identifiers.
    pub fn new<'i>(identifiers: impl Iterator<Item = &'i Identifier>, region: Option<&str>) -> SubjectNames {
        SubjectNames {
            addresses: identifiers.map(|i| (i.kind().to_owned(), i.canonical().to_owned())).collect(),
            region: region.map(str::to_owned),
        }
    }

    /// Whether a correspondent is the subject.
    pub fn is_subject(&self, party: &Party) -> bool {
        let Some(address) = &party.address else { return false };
        self.addresses.iter().any(|(kind, known)| canonical(kind, address, self.region.as_deref()) == *known)
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
