//! The statement's ledger against the records: nothing vanished between the two (contract 1, first law).

use super::fault::{FaultCode, Faults};
use super::ijson::{self, Member, Value};
use super::reading::Files;
use super::shape::get;
use super::tally::{CollectionTally, Listed, Tally};
use crate::archive::facts::RECORDS_FORMAT;
use crate::records::Code;
use std::collections::{BTreeMap, BTreeSet};

/// The statement's name.
pub(super) const NAME: &str = "data/statement.jsonld";

/// What the statement says that can be checked, and who it says it is from.
#[derive(Debug, Default)]
pub struct Statement {
    ledger: Option<Vec<Line>>,
    /// The operator's reference.
    pub reference: Option<String>,
    /// The time that the export counts as made at.
    pub as_of: Option<String>,
    /// The controller's name.
    pub controller: Option<String>,
}

/// One line of the ledger.
#[derive(Debug)]
struct Line {
    collection: String,
    matched: u64,
    portable: u64,
    excluded: BTreeMap<String, u64>,
    withheld: BTreeMap<String, u64>,
    verbatim: u64,
}

impl Statement {
    /// Reads the statement.
    pub fn read(limit: u64, files: &Files<'_>, faults: &mut Faults) -> Statement {
        if !files.tree().contains(NAME) {
            faults.add(FaultCode::StatementMissing, NAME, "absent");
            return Statement::default();
        }
        let Some(content) = files.read_whole(NAME, limit, faults) else { return Statement::default() };
        match content.map_err(|_| "too long").and_then(|bytes| parse(&bytes)) {
            Err(detail) => {
                faults.add(FaultCode::StatementSyntax, NAME, detail);
                Statement::default()
            }
            Ok((statement, known_format)) => {
                if !known_format {
                    faults.add(FaultCode::StatementFormat, NAME, format!("no \"{RECORDS_FORMAT}\""));
                }
                statement
            }
        }
    }

    /// Compares the ledger with what the records say.
    pub fn balance(&self, tally: &Tally, faults: &mut Faults) {
        let Some(ledger) = &self.ledger else { return };
        let mut named = BTreeSet::new();
        for (at, line) in ledger.iter().enumerate() {
            let mut fault = |code, detail: String| faults.add(code, NAME, format!("ledger line {}: {detail}", at + 1));
            if !named.insert(line.collection.as_str()) {
                fault(FaultCode::LedgerUnlisted, "a collection that has a line already".into());
            }
            let excluded: u64 = line.excluded.values().fold(0, |sum, count| sum.saturating_add(*count));
            if line.matched != line.portable.saturating_add(excluded) {
                let detail = format!("{} matched, {} portable and {excluded} excluded", line.matched, line.portable);
                fault(FaultCode::LedgerBalance, detail);
            }
            if !tally.broken {
                let none = CollectionTally::default();
                line.compare(tally.collections.get(&line.collection).unwrap_or(&none), &mut fault);
            }
        }
        for collection in tally.collections.keys().filter(|name| !named.contains(name.as_str())) {
            let detail = format!("nothing about the collection {}", collection.escape_debug());
            faults.add(FaultCode::LedgerUnlisted, NAME, detail);
        }
    }
}

impl Line {
    fn compare(&self, tally: &CollectionTally, fault: &mut impl FnMut(FaultCode, String)) {
        if self.portable != tally.records {
            fault(FaultCode::LedgerPortable, format!("{} portable, {} records", self.portable, tally.records));
        }
        if !tally.verbatim.fits(self.verbatim) {
            fault(FaultCode::LedgerVerbatim, format!("{}, in the records {}", self.verbatim, tally.verbatim.count));
        }
        let codes: BTreeSet<&str> = self.withheld.keys().chain(tally.withheld.keys()).map(String::as_str).collect();
        for code in codes {
            let number = self.withheld.get(code).copied().unwrap_or(0);
            let mut listed = tally.withheld.get(code).copied().unwrap_or_default();
            // These the ledger counts, and records do not list (contract 6).
            listed.merged |= [Code::Omitted, Code::Secret].iter().any(|known| known.as_str() == code);
            if !Listed::fits(listed, number) {
                let detail = format!("{number} {}, in the records {}", code.escape_debug(), listed.count);
                fault(FaultCode::LedgerWithheld, detail);
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Result<(Statement, bool), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let members = ijson::object(text)?;
    let known_format = names_format(&members);
    let Some(Value::Array(lines)) = get(&members, "ledger") else { return Err("no ledger") };
    let ledger =
        lines.iter().map(line).collect::<Option<Vec<_>>>().ok_or("a line of the ledger is not as it must be")?;
    let statement = Statement {
        ledger: Some(ledger),
        reference: text_of(&members, &["reference"]),
        as_of: text_of(&members, &["as_of", "asOf"]),
        controller: text_of(&members, &["controller"]),
    };
    Ok((statement, known_format))
}

/// Whether some text of the statement is the name of the format: the contract does not say under which key.
fn names_format(members: &[Member<'_>]) -> bool {
    members.iter().any(|(_, value)| holds_format(value))
}

fn holds_format(value: &Value<'_>) -> bool {
    match value {
        Value::String(text) => text == RECORDS_FORMAT,
        Value::Array(items) => items.iter().any(holds_format),
        Value::Object(members) => names_format(members),
        _ => false,
    }
}

/// The first of these keys that has a text, or an object with a name.
fn text_of(members: &[Member<'_>], keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match get(members, key)? {
        Value::String(text) => Some(text.to_string()),
        Value::Object(inner) => get(inner, "name").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    })
}

fn line(value: &Value<'_>) -> Option<Line> {
    let Value::Object(members) = value else { return None };
    Some(Line {
        collection: get(members, "collection")?.as_str()?.to_owned(),
        matched: number(get(members, "matched")?)?,
        portable: number(get(members, "portable")?)?,
        excluded: counts(get(members, "excluded"))?,
        withheld: counts(get(members, "withheld"))?,
        verbatim: get(members, "verbatim").map_or(Some(0), number)?,
    })
}

fn number(value: &Value<'_>) -> Option<u64> {
    match value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// Counts by code. Codes with zero are absent, so the whole may be.
fn counts(value: Option<&Value<'_>>) -> Option<BTreeMap<String, u64>> {
    match value {
        None | Some(Value::Null) => Some(BTreeMap::new()),
        Some(Value::Object(members)) => {
            members.iter().map(|(code, count)| Some((code.to_string(), number(count)?))).collect()
        }
        Some(_) => None,
    }
}
