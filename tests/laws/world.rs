//! A controller: stores, tables, rows of a few people, and how the configuration sees them.

/// A value as a store holds it. Links and identifiers compare its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(String),
}

impl Value {
    pub fn text(&self) -> Option<String> {
        match self {
            Value::Null => None,
            Value::Integer(number) => Some(number.to_string()),
            Value::Text(text) | Value::Blob(text) => Some(text.clone()),
        }
    }
}

/// How rows are named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key {
    /// The number that SQLite gives.
    RowNumber,
    /// A column of a table with row numbers, text or number.
    Column,
    Composite,
    WithoutRowid,
    CompositeWithoutRowid,
    View,
}

impl Key {
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Key::Composite | Key::CompositeWithoutRowid => &["k1", "k2"],
            _ => &["k1"],
        }
    }
}

/// A row. Every value that could betray it is a word that stands nowhere else.
#[derive(Debug, Clone)]
pub struct Row {
    pub key: Vec<Value>,
    pub email: Value,
    /// Addresses, as a list.
    pub list: Vec<String>,
    pub no: Value,
    pub link: Value,
    pub reference: Value,
    pub tenant: Value,
    pub flag: bool,
    pub activity: usize,
    pub origin: &'static str,
    pub hold: bool,
    pub since: &'static str,
    pub restricted: bool,
    /// The row's own word.
    pub tag: String,
    /// A time, or a word where a time should be.
    pub at: Value,
    pub values: Vec<Option<String>>,
    pub consent: (usize, Option<&'static str>, Option<&'static str>),
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub store: usize,
    pub key: Key,
    pub rows: Vec<Row>,
    /// A declared type for columns with identifiers and links.
    pub declared: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Email,
    EmailBytes,
    ListHasEmail,
    Number,
    Tenant,
    /// (own column, collection, its column)
    Link(&'static str, usize, &'static str),
}

impl Term {
    /// The type of identifier that it looks for.
    pub fn identifier(&self) -> Option<&'static str> {
        match self {
            Term::Email | Term::EmailBytes | Term::ListHasEmail => Some("email"),
            Term::Number => Some("customer"),
            Term::Tenant | Term::Link(..) => None,
        }
    }
}

/// What the configuration makes of one of the columns `v0`, `v1`, …
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Treatment {
    Plain,
    ThirdParty,
    Staff,
    Derived,
    Inferred,
    Own(usize),
    Omitted,
    Secret,
}

#[derive(Debug, Clone)]
pub struct Collection {
    pub name: String,
    pub table: usize,
    pub kind: &'static str,
    pub parent: Option<usize>,
    pub conditions: Vec<Vec<Term>>,
    pub person: bool,
    pub learn_number: bool,
    pub learn_email: bool,
    pub suggest: bool,
    /// The value of `flag` that `where` asks for.
    pub selection: Option<bool>,
    pub about: &'static str,
    /// None: by the column `act`.
    pub activity: Option<usize>,
    /// None: by the column `org`.
    pub origin: Option<&'static str>,
    pub holds: bool,
    pub treatments: Vec<Treatment>,
}

#[derive(Debug, Clone)]
pub struct World {
    pub stores: usize,
    pub tables: Vec<Table>,
    pub collections: Vec<Collection>,
    /// (type, value as it was typed)
    pub request: Vec<(&'static str, String)>,
    pub received: Option<&'static str>,
    pub accept_shared: bool,
    pub same_person: bool,
    pub third_parties: &'static str,
}

pub const AS_OF: &str = "2026-06-15T12:00:00Z";
/// How many value columns a table has.
pub const VALUES: usize = 4;
/// (basis, automated, voluntary, names the consents, retention of one year)
pub const ACTIVITIES: [(&str, bool, bool, bool, bool); 10] = [
    ("contract", true, false, false, false),
    ("consent", true, false, true, false),
    ("legitimate_interests", true, false, false, false),
    ("contract", false, false, false, false),
    ("legal_obligation", true, true, false, false),
    ("contract", true, false, false, true),
    ("explicit_consent", true, false, true, false),
    ("public_task", true, false, false, false),
    ("vital_interests", true, false, false, true),
    ("legal_obligation", true, false, false, true),
];

impl Row {
    pub fn column(&self, name: &str) -> &Value {
        match name {
            "link" => &self.link,
            "ref" => &self.reference,
            "no" => &self.no,
            "tenant" => &self.tenant,
            "email" => &self.email,
            "k1" => &self.key[0],
            other => panic!("{other}"),
        }
    }
}
