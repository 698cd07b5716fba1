//! What may become of one column: the field that it goes to and how, or the reason why it stays out.

use super::survey::SurveyedColumn;
use crate::controller::written::{list, quoted};
use crate::guess::columns::{is_derived, is_naming, is_staff, is_third_party};
use crate::guess::words::table_words;
use crate::guess::{field, joined};
use crate::records::{Kind, Shape};

/// A column as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Its name.
    pub name: String,
    /// The attributes, each with its value as TOML; the mark comes last.
    pub attributes: Vec<(&'static str, String)>,
}

/// What the column is to its table.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// It names the row.
    pub is_key: bool,
    /// It is used to find or tell rows, so that it has to be read.
    pub is_used: bool,
    /// It is what a link of these rows follows: what the rows are called to which it leads.
    pub leads_to: Option<String>,
    /// It numbers the people of its table, by this type of identifier.
    pub numbers: Option<String>,
}

/// Fields that hold lists, so that several columns may go to one.
fn is_list(kind: Kind, path: &str) -> bool {
    let shape = kind.field(path).map(|(_, spec)| spec.shape);
    matches!(shape, Some(Shape::Emails | Shape::Phones | Shape::Parties))
}

/// Proposes what becomes of a column. `taken` holds the fields that other columns of the table go to.
pub fn propose(kind: Kind, table: &str, column: &SurveyedColumn, part: &Part, taken: &mut Vec<String>) -> Proposed {
    let mut attributes = decide(kind, table, column, part, taken);
    if let Some(text) = column.annotation.description.as_ref().filter(|_| attributes[0].0 == "field") {
        attributes.push(("description", quoted(text)));
    }
    attributes.push(("review", "true".to_owned()));
    Proposed { name: column.name.clone(), attributes }
}

fn decide(
    kind: Kind,
    table: &str,
    column: &SurveyedColumn,
    part: &Part,
    taken: &mut Vec<String>,
) -> Vec<(&'static str, String)> {
    let omit = |reason: &str| vec![("omit", quoted(reason))];
    let whole = joined(&column.words);
    if column.is_secret() {
        return match part.is_used {
            true => omit("looks like a secret; it is read, because it names or finds rows"),
            false => vec![("secret", "true".to_owned()), ("omit", quoted("looks like a secret"))],
        };
    }
    if ["restricted", "processing_restricted"].contains(&whole.as_str()) {
        return omit("mark of a restriction under Art. 18");
    }
    if whole == "legal_hold" {
        return omit("mark of a legal hold");
    }
    if let Some(kind) = &part.numbers {
        let name = if whole.is_empty() || !column.words.contains(kind) { format!("{kind}_number") } else { whole };
        return mapped(format!("additional.{name}"), column, Shape::Any);
    }
    if let Some(other) = &part.leads_to {
        return omit(&format!("link to the {other}"));
    }
    if !column.annotation.keys.is_empty() {
        return mapped(format!("additional.{}", additional(&column.name)), column, Shape::Any);
    }
    let of = table_words(table);
    let is_number = ["id", "pk", "uuid", "guid", "rowid"].contains(&whole.as_str())
        || (part.is_key && is_naming(&column.words) && column.words.last().is_some_and(|word| word == "id"));
    let reference = kind == Kind::Transaction && (whole == "id" || whole == format!("{}_id", joined(&of)));
    if is_number && !reference {
        return omit("internal row number");
    }
    let by_category = column.annotation.categories.iter().find_map(|category| categorised(kind, category));
    let found = field(kind, &of, &column.words).map(str::to_owned).or(by_category);
    if let Some(path) = found.filter(|path| is_list(kind, path) || !taken.contains(path))
        && let Some((_, spec)) = kind.field(&path)
    {
        let is_second = taken.contains(&path) || column.words.last().is_some_and(|word| word == "2" || word == "3");
        taken.push(path.clone());
        let mut attributes = mapped(path, column, spec.shape);
        if is_second || whole == "fax" {
            attributes.insert(1, ("label", quoted(if whole.is_empty() { "other" } else { &whole })));
        }
        return attributes;
    }
    if column.annotation.categories.iter().any(|category| category.starts_with("system")) && !part.is_key {
        return omit("operational data of the system, by its annotation");
    }
    mapped(format!("additional.{}", additional(&column.name)), column, Shape::Any)
}

/// The name of an additional field: as the column is called, without what only a terminal would obey.
fn additional(name: &str) -> String {
    if name.trim().is_empty() {
        return "unnamed".to_owned();
    }
    name.chars().map(|c| if c.is_control() { '_' } else { c }).collect()
}

/// A field with whatever its values need to be read.
fn mapped(path: String, column: &SurveyedColumn, shape: Shape) -> Vec<(&'static str, String)> {
    let any = shape == Shape::Any;
    let mut attributes = vec![("field", quoted(&path))];
    let sample = &column.sample;
    let declared_json = column.declared.starts_with("json") || !column.annotation.keys.is_empty();
    let has = |words: &[&str]| column.words.iter().any(|word| words.contains(&word.as_str()));
    let timely = ["at", "on", "date", "time", "timestamp", "created", "updated", "since", "until"];
    let last_is_timely = column.words.last().is_some_and(|word| timely.contains(&word.as_str()));
    if matches!(shape, Shape::Time | Shape::Day) || (any && last_is_timely) {
        let format = sample.unix.or(sample.pattern);
        attributes.extend(format.map(|format| ("format", quoted(format))));
    } else if shape == Shape::Money && has(&["minor", "cents", "cent", "pence", "fen"]) {
        attributes.push(("format", quoted("minor_units")));
    } else if matches!(shape, Shape::Money | Shape::Decimal) && sample.decimal_comma {
        attributes.push(("format", quoted("decimal_comma")));
    } else if matches!(shape, Shape::Party | Shape::Parties) && (sample.addresses || sample.json) {
        attributes.push(("format", quoted("addresses")));
    } else if any && (declared_json || sample.json) {
        attributes.push(("format", quoted("json")));
        attributes.push(("keys", column.keys().map_or_else(|| quoted("all"), |keys| list(&keys))));
        let secrets = &column.annotation.secret_keys;
        attributes.extend((!secrets.is_empty()).then(|| ("secret_keys", list(secrets))));
    }
    if any {
        if is_staff(&column.words) {
            attributes.push(("about", quoted("staff")));
        } else if is_third_party(&column.words) {
            attributes.push(("about", quoted("third_party")));
        } else if is_derived(&column.words) || column.annotation.categories.iter().any(|c| c.contains(".derived")) {
            attributes.push(("origin", quoted("derived")));
        }
    }
    attributes
}

/// The field for a data category of fides, if its kind has one.
fn categorised(kind: Kind, category: &str) -> Option<String> {
    let by: &[(&str, &str)] = match kind {
        Kind::Contact => &[
            ("user.contact.email", "emails"),
            ("user.contact.phone_number", "phones"),
            ("user.contact.address.street", "address.street"),
            ("user.contact.address.city", "address.locality"),
            ("user.contact.address.state", "address.region"),
            ("user.contact.address.postal_code", "address.postcode"),
            ("user.contact.address.country", "address.country"),
            ("user.contact.organization", "organization"),
            ("user.contact.url", "url"),
            ("user.name.first", "name.given"),
            ("user.name.last", "name.surname"),
            ("user.name", "name.full"),
            ("user.job_title", "role"),
            ("user.demographic.date_of_birth", "birthday"),
            ("user.demographic.language", "language"),
        ],
        Kind::Transaction => &[
            ("user.financial.bank_account", "payment.account"),
            ("user.payment", "payment.account"),
            ("user.contact.address.street", "address.street"),
            ("user.contact.address.city", "address.locality"),
            ("user.contact.address.postal_code", "address.postcode"),
            ("user.contact.address.country", "address.country"),
        ],
        Kind::AccessLog => &[
            ("user.device.ip_address", "ip"),
            ("user.device", "user_agent"),
            ("user.behavior.browsing_history", "url"),
        ],
        _ => &[],
    };
    by.iter().find(|(known, _)| *known == category).map(|(_, path)| (*path).to_owned())
}
