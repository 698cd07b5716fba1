//! Collections: a table seen as records of one kind, each of its columns classified (contract 3).

use super::condition::Condition;
use crate::records::time::UnixUnit;
use crate::records::{FieldSpec, Kind, Origin, Text};
use jiff::tz::TimeZone;

/// A table (or a part of it) whose rows become records.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Its name in the configuration.
    pub name: String,
    /// The name of its store.
    pub store: String,
    /// Its table.
    pub table: String,
    /// What its rows are.
    pub kind: Kind,
    /// The activity of its rows.
    pub activity: ActivityChoice,
    /// The origin of its rows; messages without one have it by direction.
    pub origin: Option<OriginChoice>,
    /// The columns that name a row and order the records.
    pub key: Vec<String>,
    /// A row is the subject's if any of these holds.
    pub matches: Vec<Condition>,
    /// The collection that its rows are nested in.
    pub parent: Option<String>,
    /// The column in which different values mean different people.
    pub person: Option<String>,
    /// (identifier type, columns): identifiers that a matched row teaches.
    pub learn: Vec<(String, Vec<String>)>,
    /// (identifier type, columns): identifiers that are shown as a question and never followed.
    pub suggest: Vec<(String, Vec<String>)>,
    /// A trusted SQL condition that selects among the matched rows.
    pub selection: Option<String>,
    /// Whom the rows are about.
    pub about: AboutChoice,
    /// The column that says that the row is held together with somebody else (requirement A13).
    pub joint: Option<Joint>,
    /// The column that says that the person has died (requirement A11).
    pub deceased: Option<String>,
    /// Columns that say when contact data or a password were last changed (requirement A7).
    pub changed: Vec<String>,
    /// The column that says that processing is restricted (Art. 18).
    pub restricted: Option<String>,
    /// The column that says that the row is under a legal hold.
    pub legal_hold: Option<String>,
    /// The column that the retention period counts from.
    pub retention_from: Option<String>,
    /// Every classified column.
    pub columns: Vec<Column>,
    /// Constants: (field, value).
    pub set: Vec<(Field, String)>,
    /// The line of the configuration.
    pub line: usize,
}

/// How the activity of a row is found.
#[derive(Debug, Clone)]
pub enum ActivityChoice {
    /// The same for every row.
    Fixed(String),
    /// By the text of a column: (text, activity). Rows with another text stop the run.
    ByColumn {
        /// The column.
        column: String,
        /// (text of the column, activity).
        values: Vec<(String, String)>,
    },
}

impl ActivityChoice {
    /// The keys of all activities that it may give.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            ActivityChoice::Fixed(key) => vec![key],
            ActivityChoice::ByColumn { values, .. } => {
                let mut keys: Vec<&str> = Vec::new();
                for (_, key) in values {
                    if !keys.contains(&key.as_str()) {
                        keys.push(key);
                    }
                }
                keys
            }
        }
    }
}

/// How the origin of a row is found.
#[derive(Debug, Clone)]
pub enum OriginChoice {
    /// The same for every row.
    Fixed(Origin),
    /// A column holds the word.
    ByColumn(String),
}

/// Whom data are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum About {
    /// The subject.
    #[default]
    Subject,
    /// Another person.
    ThirdParty,
    /// A member of the controller's staff.
    Staff,
}

impl About {
    /// The value with this name.
    pub fn named(name: &str) -> Option<About> {
        match name {
            "subject" => Some(About::Subject),
            "third_party" => Some(About::ThirdParty),
            "staff" => Some(About::Staff),
            _ => None,
        }
    }
}

/// How it is found whom a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AboutChoice {
    /// The same for every row.
    Fixed(About),
    /// By the text of a column, such as one that tells companies from people (requirement A12). Rows with another text
    /// stop the run.
    ByColumn {
        /// The column.
        column: String,
        /// (text of the column, whom the row is about).
        values: Vec<(String, About)>,
    },
}

/// What says that a row is held together with somebody else. It goes in without the other's own values, unless the
/// other has agreed (requirement A13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joint {
    /// The column that is true, or names the other, where there is one.
    pub column: String,
    /// The column that is true where the other agreed.
    pub agreed: Option<String>,
}

/// A classified column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in the table.
    pub name: String,
    /// What becomes of its values.
    pub disposition: Disposition,
    /// The line of the configuration.
    pub line: usize,
}

/// What becomes of the values of a column.
#[derive(Debug, Clone)]
pub enum Disposition {
    /// They go to a field.
    Mapped(Box<Mapping>),
    /// They are kept out, with a reason.
    Omitted(String),
    /// They are never read, with a reason.
    Secret(String),
}

/// How the values of a column become a field.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The field.
    pub field: Field,
    /// The label of a list entry, such as `work`.
    pub label: Option<String>,
    /// The origin, if it differs from the row's.
    pub origin: Option<Origin>,
    /// Whom the values are about.
    pub about: About,
    /// The activity of its own (requirement C8).
    pub activity: Option<String>,
    /// How the stored value is written.
    pub format: Option<Format>,
    /// The classified keys of a JSON column.
    pub keys: JsonKeys,
    /// The zone of its times that carry no offset.
    pub time_zone: Option<TimeZone>,
    /// Labels of codes: (code, label).
    pub values: Vec<(String, Text)>,
    /// What the field means, for the field dictionary.
    pub description: Option<Text>,
    /// Keys of its JSON, at any depth, that never go out (requirement C23).
    pub secret_keys: Vec<String>,
    /// Parameters of URLs in it whose values never go out (requirement C23).
    pub secret_parameters: Vec<String>,
}

impl Mapping {
    /// A mapping that says nothing but the field.
    pub fn plain(field: Field) -> Mapping {
        Mapping {
            field,
            label: None,
            origin: None,
            about: About::Subject,
            activity: None,
            format: None,
            keys: JsonKeys::None,
            time_zone: None,
            values: Vec::new(),
            description: None,
            secret_keys: Vec::new(),
            secret_parameters: Vec::new(),
        }
    }
}

/// A field that a column or constant goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A field of the kind, with its place in the order of the record.
    Known {
        /// Its place.
        place: usize,
        /// Its entry in the catalogue.
        spec: &'static FieldSpec,
    },
    /// A field that only this controller knows, its name without `additional.`.
    Additional(String),
    /// The uid that a store already holds.
    Uid,
    /// The codes of withheld fields that a store already holds, as JSON.
    Withheld,
    /// What stood in fields that could not be normalised, which a store already holds, as JSON.
    Verbatim,
    /// What columns cannot say of an imported record, as JSON: which fields it has, the labels of its codes.
    Form,
    /// The postal addresses of an imported contact, as JSON.
    Addresses,
}

impl Field {
    /// Whether it says something of the record as a whole, and so is none of its values.
    pub fn is_held(&self) -> bool {
        matches!(self, Field::Uid | Field::Withheld | Field::Verbatim | Field::Form)
    }

    /// The path as it is configured.
    pub fn path(&self) -> String {
        match self {
            Field::Known { spec, .. } => spec.path.to_owned(),
            Field::Additional(name) => format!("additional.{name}"),
            Field::Uid => "uid".into(),
            Field::Withheld => "withheld".into(),
            Field::Verbatim => "verbatim".into(),
            Field::Form => "form".into(),
            Field::Addresses => "addresses".into(),
        }
    }
}

/// How a stored value is written (contract 3, `format`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A count since 1970.
    Unix(UnixUnit),
    /// A whole number of the currency's minor units.
    MinorUnits,
    /// A decimal number with a comma.
    DecimalComma,
    /// JSON.
    Json,
    /// Base64 of the content.
    Base64,
    /// A list of correspondents.
    Addresses,
    /// A strptime pattern.
    Pattern(String),
}

/// Which keys of a JSON column are classified. Any other stops the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum JsonKeys {
    /// None: only JSON without objects passes.
    #[default]
    None,
    /// These.
    Listed(Vec<String>),
    /// All, also ones that appear later.
    All,
}

impl Collection {
    /// The classified column with this name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The mapped columns.
    pub fn mappings(&self) -> impl Iterator<Item = (&str, &Mapping)> {
        self.columns.iter().filter_map(|column| match &column.disposition {
            Disposition::Mapped(mapping) => Some((column.name.as_str(), mapping.as_ref())),
            _ => None,
        })
    }

    /// Every column that the configuration needs to look at besides the mapped ones, each once.
    pub fn columns_used(&self) -> Vec<&str> {
        let mut used: Vec<&str> = self.key.iter().map(String::as_str).collect();
        used.extend(self.matches.iter().flat_map(|condition| &condition.terms).map(|term| term.column.as_str()));
        used.extend(
            [&self.person, &self.restricted, &self.legal_hold, &self.retention_from, &self.deceased]
                .into_iter()
                .flatten()
                .chain(&self.changed)
                .map(String::as_str),
        );
        used.extend(self.learn.iter().chain(&self.suggest).flat_map(|(_, columns)| columns).map(String::as_str));
        if let ActivityChoice::ByColumn { column, .. } = &self.activity {
            used.push(column);
        }
        if let Some(OriginChoice::ByColumn(column)) = &self.origin {
            used.push(column);
        }
        if let AboutChoice::ByColumn { column, .. } = &self.about {
            used.push(column);
        }
        if let Some(joint) = &self.joint {
            used.extend(std::iter::once(&joint.column).chain(&joint.agreed).map(String::as_str));
        }
        let mut seen = std::collections::HashSet::new();
        used.retain(|column| seen.insert(*column));
        used
    }
}
