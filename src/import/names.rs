//! What things are called in the database: collections, activities and additional fields keep the names of the archive,
//! so that exporting gives the same records. A name that another controller uses for something else gets a number.

use super::activities;
use super::error::ImportError;
use super::survey::{Survey, SurveyedCollection};
use super::tables::{FieldColumn, additional, quoted, table};
use crate::archive::import::{ArchivedRecord, ArchivedStatement};
use crate::records::Kind;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashMap;

/// The names in the database of what an archive speaks of.
#[derive(Debug, Default)]
pub struct Names {
    collections: HashMap<(String, String, Kind), String>,
    activities: HashMap<String, String>,
    additional: HashMap<(Kind, String), FieldColumn>,
}

impl Names {
    /// The collection of a record.
    pub fn collection<'n>(&'n self, record: &'n ArchivedRecord) -> &'n str {
        let key = (record.store.clone(), record.collection.clone(), record.kind);
        self.collections.get(&key).map_or(&record.collection, String::as_str)
    }

    /// An activity.
    pub fn activity<'n>(&'n self, name: &'n str) -> &'n str {
        self.activities.get(name).map_or(name, String::as_str)
    }

    /// The column of an additional field.
    pub fn additional(&self, kind: Kind, field: &str) -> Option<&FieldColumn> {
        self.additional.get(&(kind, field.to_owned()))
    }

    fn collection_of(&self, surveyed: &SurveyedCollection) -> Option<&String> {
        self.collections.get(&(surveyed.store.clone(), surveyed.name.clone(), surveyed.kind))
    }
}

/// Finds the names of everything in an archive, and enters what is new.
///
/// # Errors
/// When the database cannot be read or written.
pub fn settle(
    connection: &Connection,
    controller: i64,
    statement: &ArchivedStatement,
    survey: &Survey,
) -> Result<Names, ImportError> {
    let activities = activities::settle(connection, controller, statement, survey)?;
    let mut names = Names { activities, ..Names::default() };
    let mut collections: Vec<SurveyedCollection> =
        survey.collections.iter().map(|(surveyed, _)| surveyed.clone()).collect();
    collections.extend(without_rows(statement, survey));
    // Parents first: children name them.
    collections.sort_by_key(|surveyed| surveyed.parent.is_some());
    for surveyed in &collections {
        let name = collection(connection, &names, statement, surveyed)?;
        names.collections.insert((surveyed.store.clone(), surveyed.name.clone(), surveyed.kind), name);
    }
    for (surveyed, activity) in &survey.active {
        if let Some(name) = names.collection_of(surveyed) {
            let sql = "INSERT OR IGNORE INTO collection_activities (collection, activity) VALUES (?1, ?2)";
            connection.prepare_cached(sql)?.execute(params![name, names.activity(activity)])?;
        }
    }
    for (kind, field, surveyed) in &survey.additional {
        let column = column(connection, *kind, field)?;
        let sql =
            "INSERT OR IGNORE INTO additional_columns (kind, column_name, field, collection) VALUES (?1, ?2, ?3, ?4)";
        let owner = names.collection_of(surveyed);
        connection.prepare_cached(sql)?.execute(params![kind.name(), column.name, field, owner])?;
        names.additional.insert((*kind, field.clone()), column);
    }
    Ok(names)
}

/// Collections of children that have no rows: the records of their parents say that there could be some.
fn without_rows(statement: &ArchivedStatement, survey: &Survey) -> Vec<SurveyedCollection> {
    let mut all: Vec<SurveyedCollection> = Vec::new();
    let surveyed = || survey.collections.iter().map(|(surveyed, _)| surveyed);
    let mut given: Vec<String> = surveyed().map(|known| known.name.clone()).collect();
    for (parent, _) in survey.collections.iter().filter(|(_, nests)| *nests) {
        let Some(kind) = parent.kind.child() else { continue };
        if surveyed().any(|child| child.kind == kind && child.parent.as_ref() == Some(&parent.name)) {
            continue;
        }
        let free = statement.collections.iter().find(|line| line.kind == kind && !given.contains(&line.name));
        let (store, name) = match free.cloned() {
            Some(line) => (line.store, line.name),
            None => (parent.store.clone(), format!("{}-{}", parent.name, table(kind))),
        };
        given.push(name.clone());
        all.push(SurveyedCollection { store, name, kind, parent: Some(parent.name.clone()) });
    }
    all
}

/// The name of a collection in the database.
fn collection(
    connection: &Connection,
    names: &Names,
    statement: &ArchivedStatement,
    surveyed: &SurveyedCollection,
) -> Result<String, ImportError> {
    let parent = surveyed.parent.as_ref().and_then(|parent| {
        let of = |(_, name, kind): &&(String, String, Kind)| name == parent && surveyed.kind.parent() == Some(*kind);
        names.collections.keys().find(of).and_then(|key| names.collections.get(key))
    });
    let position = statement.collections.iter().position(|line| line.name == surveyed.name);
    let position = position.map_or(i64::MAX, |position| i64::try_from(position).unwrap_or(i64::MAX));
    let as_of = statement.as_of.to_string();
    let sql =
        "SELECT name, as_of FROM collections WHERE source_name = ?1 AND store = ?2 AND kind = ?3 AND parent IS ?4";
    let known: Option<(String, String)> = connection
        .query_row(sql, params![surveyed.name, surveyed.store, surveyed.kind.name(), parent], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    if let Some((name, known_as_of)) = known {
        if is_later(statement.as_of, &known_as_of) {
            let sql = "UPDATE collections SET position = ?2, as_of = ?3 WHERE name = ?1";
            connection.execute(sql, params![name, position, as_of])?;
        }
        return Ok(name);
    }
    let taken = |name: &str| {
        connection.prepare_cached("SELECT 1 FROM collections WHERE name = ?1 COLLATE NOCASE")?.exists([name])
    };
    let name = free(&surveyed.name, taken)?;
    connection.execute(
        "INSERT INTO collections (name, store, source_name, kind, parent, position, as_of) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![name, surveyed.store, surveyed.name, surveyed.kind.name(), parent, position, as_of],
    )?;
    Ok(name)
}

/// The name, or the first with a number behind it that is not taken.
pub(super) fn free(name: &str, taken: impl Fn(&str) -> rusqlite::Result<bool>) -> Result<String, ImportError> {
    let mut candidate = name.to_owned();
    let mut number = 1;
    while taken(&candidate)? {
        number += 1;
        candidate = format!("{name}-{number}");
    }
    Ok(candidate)
}

/// Whether a time is later than one that the database holds.
pub(super) fn is_later(time: Timestamp, held: &str) -> bool {
    held.parse::<Timestamp>().is_ok_and(|held| time > held)
}

/// The column of an additional field, made if there is none.
fn column(connection: &Connection, kind: Kind, field: &str) -> Result<FieldColumn, ImportError> {
    let sql = "SELECT column_name FROM additional_columns WHERE kind = ?1 AND field = ?2";
    if let Some(name) = connection.query_row(sql, [kind.name(), field], |row| row.get(0)).optional()? {
        return Ok(additional(name, field));
    }
    let plain: String =
        field.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let taken = |name: &str| {
        let sql = "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 COLLATE NOCASE";
        connection.prepare_cached(sql)?.exists([table(kind).as_str(), name])
    };
    let name = free(&format!("additional_{plain}"), taken)?;
    connection.execute_batch(&format!("ALTER TABLE {} ADD COLUMN {} ANY", table(kind), quoted(&name)))?;
    Ok(additional(name, field))
}
