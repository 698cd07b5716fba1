//! The controller: its configuration read into valid types. Knows the records, nothing else.
//!
//! [`Controller::read`] turns `art20.toml` (contract 3) into a [`Controller`] or into the list of everything that is
//! wrong with it. What exists here is consistent in itself; whether it fits the stores is `stores::agreement`'s.

pub mod activity;
pub mod additions;
pub mod collection;
pub mod condition;
mod document;
pub mod faults;
mod graph;
pub mod holidays;
mod journal;
pub mod mail;
mod postgres_url;
mod read;
mod read_collection;
mod read_column;
mod read_form;
mod read_policy;
mod read_store;
mod references;
mod remark_code;
pub mod schema;
pub mod store;
pub mod written;

pub use activity::{Elsewhere, ProcessingActivity};
pub use collection::{
    About, AboutChoice, ActivityChoice, Collection, Column, Disposition, Field, Format, Mapping, OriginChoice,
};
pub use condition::{Comparison, Condition, Term, TermSource};
pub use faults::{ConfigurationError, Fault};
pub use journal::JournalPlace;
pub use postgres_url::PostgresUrl;
pub use remark_code::{Level, RemarkCode};
pub use store::{CsvForm, MboxVariant, Store, StoreUrl};

use crate::records::Text;
use crate::records::uid::Namespace;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

/// A controller (GDPR 4(7)) and everything that art20 has been told about it.
#[derive(Debug, Clone)]
pub struct Controller {
    /// Its name.
    pub name: String,
    /// A URL that names it for ever; the root of every uid.
    pub id: String,
    /// Where the person can write to.
    pub email: Option<String>,
    /// ISO 3166-1 alpha-2 code: the region of phone numbers that carry none.
    pub country: Option<String>,
    /// IANA name of the zone of times that carry no offset.
    pub time_zone_name: String,
    /// The zone with that name.
    pub time_zone: TimeZone,
    /// BCP 47 tags of the report's languages.
    pub languages: Vec<String>,
    /// The privacy policy.
    pub policy: Option<Policy>,
    /// (regime, authority); the empty regime stands for every one.
    pub supervisory_authority: Vec<(String, Text)>,
    /// The named calendar for the latest answering date.
    pub holidays: Option<String>,
    /// The data protection officer.
    pub dpo: Option<Text>,
    /// The representative (GDPR 27).
    pub representative: Option<Text>,
    /// Addresses, `@domains` and telephone numbers (with `+`) of own staff.
    pub own_addresses: Vec<String>,
    /// Header fields of stored e-mails that go (contract 6); a final `*` stands for any ending.
    pub dropped_headers: Vec<String>,
    /// Refuses to write plaintext.
    pub encryption_required: bool,
    /// The log of its runs, if it keeps one.
    pub journal: Option<JournalPlace>,
    /// The record of processing activities.
    pub activities: Vec<ProcessingActivity>,
    /// What processors hold and is not queried.
    pub elsewhere: Vec<Elsewhere>,
    /// The stores.
    pub stores: Vec<Store>,
    /// The collections, in the order of the file: records are in this order.
    pub collections: Vec<Collection>,
    /// Positions in `collections` such that every collection comes after those that it links to.
    pub evaluation_order: Vec<usize>,
    /// Guesses that a person still has to review: (line, what).
    pub review: Vec<Fault>,
    /// Where the file stands.
    pub path: PathBuf,
    /// The bytes of the file, for its digest.
    pub source: String,
}

/// The privacy policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its title.
    pub title: Text,
    /// The day from which it applies.
    pub effective: Option<String>,
    /// The language whose text prevails.
    pub prevailing_language: Option<String>,
    /// Its sections that announce processing, if they are named: what activities are held to.
    pub sections: Vec<String>,
}

/// Adds a language of the report, unless it is there already; case makes no other language (BCP 47).
pub(crate) fn add_language(languages: &mut Vec<String>, tag: &str) {
    if !languages.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
        languages.push(tag.to_owned());
    }
}

impl Controller {
    /// Reads and validates the configuration.
    ///
    /// # Errors
    /// When the file cannot be read, or with every fault that it has.
    pub fn read(path: &Path) -> Result<Controller, ConfigurationError> {
        let source = std::fs::read(path)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8")))
            .map_err(|cause| ConfigurationError::Unreadable { path: path.to_owned(), cause })?;
        Controller::parse(path, source)
    }

    /// Validates a configuration that was read already; relative paths count from the folder of `path`.
    ///
    /// # Errors
    /// With every fault that it has.
    pub fn parse(path: &Path, source: String) -> Result<Controller, ConfigurationError> {
        read::controller(path, source).map_err(|faults| ConfigurationError::Faults { path: path.to_owned(), faults })
    }

    /// What still waits for review, each with file and line.
    pub fn marks(&self) -> impl Iterator<Item = String> {
        self.review.iter().map(|mark| format!("{}:{}: {}", self.path.display(), mark.line, mark.message))
    }

    /// The activity with this key.
    pub fn activity(&self, key: &str) -> Option<&ProcessingActivity> {
        self.activities.iter().find(|activity| activity.key == key)
    }

    /// The position of the collection with this name.
    pub fn collection(&self, name: &str) -> Option<usize> {
        self.collections.iter().position(|collection| collection.name == name)
    }

    /// The namespace of its uids.
    pub fn namespace(&self) -> Namespace {
        Namespace::of_controller(&self.id)
    }

    /// Whether this e-mail address or telephone number belongs to the controller's own staff.
    pub fn is_own_address(&self, address: &str) -> bool {
        let address = address.trim().to_lowercase();
        self.own_addresses.iter().any(|own| {
            let own = own.to_lowercase();
            match own.strip_prefix('+') {
                Some(number) => is_number(&address, number),
                None if own.starts_with('@') => address.ends_with(&own),
                None => address == own,
            }
        })
    }
}

/// Whether a text is the telephone number with these digits after its `+` or `00`.
fn is_number(text: &str, number: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let dialled = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
    !text.contains(char::is_alphabetic) && dialled.is_some_and(|dialled| digits(dialled) == digits(number))
}
