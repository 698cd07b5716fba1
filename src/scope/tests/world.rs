//! A controller with a basis of every sort, and rows of its collections.

use crate::controller::activity::Regime;
use crate::controller::{Collection, Controller};
use crate::normalize::{Normalized, RowReader, SubjectNames};
use crate::records::{Cell, Code};
use crate::request::ThirdParties;
use crate::scope::{Circumstances, ConsentBook, PortableRecord, ScopeDecision, decide};
use crate::subject::{Identifier, RowFate, RowId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;

const CONFIGURATION: &str = r#"
version = 1
[controller]
name = "Shop"
id = "https://s.example"
time_zone = "Europe/Berlin"
[activity]
service = { title = "S", legal_basis = "contract", retention = "P1Y" }
given = { title = "G", legal_basis = "legitimate_interests", voluntary = true }
more = { title = "M", legal_basis = "contract", voluntary = true }
marketing = { title = "N", legal_basis = "legitimate_interests" }
news = { title = "C", legal_basis = "consent", consent = "consents" }
watched = { title = "W", legal_basis = "contract", disclose = false, statute = "section 1" }
reported = { title = "R", legal_basis = "public_task", disclose = false, statute = "section 2" }
local = { title = "L", legal_basis = { pipl = "contract" } }
[store.s]
url = "sqlite:s.db"
[collection.consents]
store = "s"
table = "consents"
kind = "consent"
activity = "service"
origin = "provided"
key = ["id"]
match = ["mail = subject.email"]
[collection.consents.columns]
id = { omit = "number" }
mail = { omit = "link" }
what = "for_activity"
[collection.contacts]
store = "s"
table = "contacts"
kind = "contact"
activity = { column = "for", values = { s = "service", g = "given", b = "more", m = "marketing", n = "news", w = "watched", r = "reported", l = "local" } }
origin = "provided"
key = ["id"]
match = ["mail = subject.email"]
legal_hold = "held"
retention_from = "since"
[collection.contacts.columns]
id = { omit = "number" }
for = { omit = "link" }
pw = { secret = true, omit = "password" }
held = { omit = "flag" }
since = { omit = "counted from" }
name = "name.full"
mail = "emails"
mail_2 = "emails"
street = "address.street"
city = "address.locality"
street_2 = { field = "address.street", label = "work" }
born = "birthday"
at = { field = "additional.at", format = "%Y-%m-%d %H:%M" }
json = { field = "additional.json", format = "json", keys = "all", secret_keys = ["token"] }
score = { field = "additional.score", origin = "derived" }
agent = { field = "additional.agent", about = "staff" }
friend = { field = "additional.friend", about = "third_party" }
nick = "additional.nick"
friends_age = { field = "additional.age", about = "third_party" }
promo = { field = "additional.promo", activity = "marketing" }
letter = { field = "additional.letter", activity = "news" }
secretly = { field = "additional.secretly", activity = "watched" }
[collection.messages]
store = "s"
table = "messages"
kind = "message"
activity = "service"
key = ["id"]
match = ["from has subject.email"]
[collection.messages.columns]
id = { omit = "number" }
from = "from"
to = "to"
bcc = "bcc"
recording = "recording"
raw = "raw"
[collection.messages.set]
channel = "email"
[collection.files]
store = "s"
table = "files"
kind = "attachment"
parent = "messages"
activity = "service"
origin = "exchanged"
key = ["id"]
match = ["mail = messages.id"]
[collection.files.columns]
id = { omit = "number" }
mail = { omit = "link" }
content = "content"
"#;

pub(super) struct World {
    pub(super) controller: Controller,
    pub(super) consents: ConsentBook,
    pub(super) only: Vec<String>,
    pub(super) regime: Regime,
    pub(super) mode: ThirdParties,
}

impl World {
    pub(super) fn new() -> World {
        let controller = Controller::parse(Path::new("art20.toml"), CONFIGURATION.to_owned()).unwrap();
        let consents = ConsentBook::new(now(), TimeZone::UTC);
        World { controller, consents, only: Vec::new(), regime: Regime::Gdpr, mode: ThirdParties::Keep }
    }

    pub(super) fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            controller: &self.controller,
            regime: self.regime,
            consents: &self.consents,
            as_of: now(),
            third_parties: self.mode,
            only: &self.only,
        }
    }

    pub(super) fn collection(&self, name: &str) -> &Collection {
        &self.controller.collections[self.controller.collection(name).unwrap()]
    }

    /// A row of a collection with these columns, all others NULL.
    pub(super) fn row(&self, collection: &str, columns: &[(&str, &str)]) -> Normalized {
        let collection = self.collection(collection);
        let reader = RowReader::new(collection);
        let cell = |name: &str| match (name, columns.iter().find(|(column, _)| *column == name)) {
            ("id", _) => Cell::Integer(1),
            (_, Some((_, text))) => Cell::Text(text.as_bytes().to_vec()),
            _ => Cell::Null,
        };
        let mut cells: Vec<Cell> = reader.wishes(false).iter().map(|wish| cell(wish.column)).collect();
        let subject = SubjectNames::new([anna()].iter(), None);
        reader.row(&self.controller, &subject, &RowId::Number(1), 1, &mut cells, None).unwrap()
    }

    pub(super) fn decide(&self, collection: &str, row: Normalized, fate: RowFate) -> ScopeDecision {
        decide(&self.circumstances(), self.collection(collection), row, fate, None)
    }

    /// What becomes of a contact with these columns.
    pub(super) fn contact(&self, columns: &[(&str, &str)]) -> ScopeDecision {
        self.decide("contacts", self.row("contacts", columns), RowFate::Subject)
    }

    pub(super) fn portable(&self, columns: &[(&str, &str)]) -> Box<PortableRecord> {
        let columns: Vec<_> = columns.iter().copied().chain([("for", "s")]).collect();
        portable(self.contact(&columns))
    }
}

pub(super) fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

pub(super) fn anna() -> Identifier {
    Identifier::parse("email:anna@a.example", None).unwrap()
}

pub(super) fn code(decision: ScopeDecision) -> Option<Code> {
    match decision {
        ScopeDecision::Portable(_) => None,
        ScopeDecision::Excluded(code) => Some(code),
    }
}

pub(super) fn portable(decision: ScopeDecision) -> Box<PortableRecord> {
    match decision {
        ScopeDecision::Portable(record) => record,
        ScopeDecision::Excluded(code) => panic!("{}", code.as_str()),
    }
}

pub(super) fn held(record: &PortableRecord) -> Vec<(&str, &str)> {
    record.record().withheld.iter().map(|(path, code)| (path.as_str(), code.as_str())).collect()
}

pub(super) fn counted(record: &PortableRecord) -> BTreeMap<&str, u64> {
    record.tally().withheld.iter().map(|(code, count)| (code.as_str(), *count)).collect()
}

/// The columns of a contact that no record shows.
pub(super) const UNMAPPED: [(&str, u64); 2] = [("omitted", 4), ("secret", 1)];
