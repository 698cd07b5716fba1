//! Other people in the subject's data (Art. 20(4), requirements D1-D12), where the request asks for more than `keep`.
//!
//! [`Sightings`] collects names and addresses in a first pass over the snapshot, [`Replacer`] settles who is who and
//! then takes every portable record through: each other person becomes `Person N` or `[withheld]` wherever its names and
//! addresses stand, and what cannot be searched is withheld. Numbers go by first appearance, so that they and
//! the uids made here say nothing outside their archive. What nobody's header and no column names is not found.

mod alias;
mod fold;
mod foreign;
mod hide;
mod message;
mod parts;
mod persons;
mod replacer;
mod search;
mod sightings;
mod tags;
mod unshown;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

pub use replacer::{Replaced, Replacer};
pub use sightings::Sightings;

use crate::controller::{About, Controller};
use crate::normalize::NormalValue;
use crate::records::{FieldValue, Json};
use crate::request::ThirdParties;

/// Whether an address is the controller's own: a mailbox of its staff, nobody's name.
fn is_own(controller: &Controller, address: &str) -> bool {
    let address = crate::subject::identifier::email(address);
    let same = |own: &str| crate::subject::identifier::email(own) == address;
    controller.is_own_address(&address) || controller.email.as_deref().is_some_and(same)
}

/// Whether a value about a third party can only be withheld: no name or address that a pseudonym could stand for.
pub(super) fn must_go(mode: ThirdParties, value: &NormalValue) -> bool {
    if mode == ThirdParties::Keep || value.about != About::ThirdParty || value.reading.is_empty() {
        return false;
    }
    if value.path.starts_with("address.") {
        return true;
    }
    match &value.reading.value {
        FieldValue::Text(text) | FieldValue::Json(Json::String(text)) => !sightings::is_name_like(text),
        FieldValue::Json(Json::Array(_) | Json::Object(_)) | FieldValue::List(..) => false,
        FieldValue::Party(_) | FieldValue::Parties(_) => false,
        FieldValue::Code { .. } => mode == ThirdParties::Omit,
        _ => true,
    }
}
