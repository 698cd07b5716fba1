//! The receiving side: a verified archive becomes rows of a SQLite database, and a configuration that exports the same
//! records from it again. Verified first, written in one transaction, the same archive again changes nothing.
//!
//! [`import`] is the road. `survey` looks at the records once, `subjects` says whose they are, `names` what things are
//! called, `rows` and `cells` make rows of records by the layout of `tables`, `configuration` writes art20.toml from the
//! database, and `database` and `paper` give both files their names at the end.

mod activities;
mod cells;
mod configuration;
mod database;
mod error;
mod names;
mod paper;
mod rows;
mod subjects;
mod survey;
mod tables;

pub use error::ImportError;

use crate::archive::import::{ArchivedRecord, ArchivedStatement, Opened, VerifiedArchive, open};
use crate::archive::secrecy::Keys;
use crate::archive::verify::Limits;
use crate::controller::Controller;
use crate::records::{Json, Kind, Time};
use database::Database;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use names::Names;
use paper::Paper;
use rows::{Place, Row};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use survey::Survey;

/// What an import came to. Lines and attachments count with their records. Nothing in it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Imported {
    /// The database.
    pub database: PathBuf,
    /// Its configuration.
    pub configuration: PathBuf,
    /// The configuration was changed by hand since it was written, and is left as it is.
    pub configuration_changed_by_hand: bool,
    /// The identifier by which `art20 export` finds everything of this data subject.
    pub identifier: String,
    /// Records that the database did not have.
    pub new: u64,
    /// Records of which this archive has a newer state.
    pub updated: u64,
    /// Records that the database has as they are.
    pub unchanged: u64,
    /// Records of which the database has a newer state, which it keeps.
    pub older: u64,
    /// Records of each kind that were new or updated.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Files that were written with them.
    pub files: u64,
    /// The bytes of these files.
    pub bytes: u64,
}

/// Imports the archive at a path, decrypted by `keys` where it is encrypted, into the database at another.
///
/// # Errors
/// When anything fails; then nothing has changed.
pub fn import(archive: &Path, keys: &Keys, into: &Path, interrupted: &AtomicBool) -> Result<Imported, ImportError> {
    let beside = paper::path_beside(into)?;
    let archive = match open(archive, keys, Limits::default())? {
        Opened::Valid(archive) => archive,
        Opened::Refused(verification) => return Err(ImportError::Refused(verification)),
    };
    let statement = archive.statement()?;
    let survey = Survey::of(&archive)?;
    let database = Database::open(into)?;
    let mut road = Road::begin(&database.connection, &archive, &statement, &survey, interrupted)?;
    for kind in Kind::ALL.into_iter().filter(|kind| kind.parent().is_none()) {
        archive.records(kind, &mut |line, record| road.record(line, &record))?;
    }
    let mut imported = road.imported;
    let file_name =
        into.file_name().and_then(|name| name.to_str()).ok_or_else(|| ImportError::Name(into.to_owned()))?;
    let body = configuration::configuration(&database.connection, file_name)?;
    // What is handed over must at least be a configuration.
    Controller::parse(&beside, body.clone()).map_err(|error| ImportError::Invalid(error.to_string()))?;
    let first: String =
        database.connection.query_row("SELECT uid FROM archives ORDER BY id LIMIT 1", [], |row| row.get(0))?;
    let paper = Paper::of(&beside, &first, database.is_new(), &body)?;
    imported.configuration_changed_by_hand = paper.changed_by_hand;
    let paper = paper.prepare()?;
    if interrupted.load(Ordering::Relaxed) {
        return Err(ImportError::Interrupted);
    }
    // A configuration without its database does no harm; the other way round there would be none to read it with.
    let is_new = database.is_new();
    paper.publish()?;
    database.commit().inspect_err(|_| {
        if is_new {
            let _ = std::fs::remove_file(&beside);
        }
    })?;
    (imported.database, imported.configuration) = (into.to_owned(), beside);
    Ok(imported)
}

/// An import on its way.
struct Road<'a> {
    connection: &'a Connection,
    archive: &'a VerifiedArchive,
    as_of: Timestamp,
    names: Names,
    data_subject: i64,
    archive_id: i64,
    interrupted: &'a AtomicBool,
    imported: Imported,
}

/// A record that the database has.
struct Held {
    id: i64,
    digest: String,
    as_of: Option<Timestamp>,
    updated: Option<Timestamp>,
}

impl<'a> Road<'a> {
    fn begin(
        connection: &'a Connection,
        archive: &'a VerifiedArchive,
        statement: &ArchivedStatement,
        survey: &Survey,
        interrupted: &'a AtomicBool,
    ) -> Result<Road<'a>, ImportError> {
        let controller = controller(connection, statement)?;
        let digest = archive.digest()?;
        let names = names::settle(connection, controller, statement, survey)?;
        let data_subject = match subjects::known(connection, controller, &digest, statement.as_of, survey)? {
            Some(known) => known,
            None => {
                connection.execute("INSERT INTO data_subjects (controller) VALUES (?1)", [controller])?;
                connection.last_insert_rowid()
            }
        };
        let archive_id = archive_number(connection, statement, &digest, data_subject)?;
        let number = data_subject.to_string();
        let own = survey.first_activity.iter().map(|activity| ("import", &number, activity));
        let stated = survey.identifiers.iter().map(|(kind, value, activity)| (kind.as_str(), value, activity));
        for (kind, value, activity) in own.chain(stated) {
            let sql = "INSERT OR IGNORE INTO identifiers (data_subject, type, value, activity) VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(sql)?.execute(params![data_subject, kind, value, names.activity(activity)])?;
        }
        let imported = Imported {
            database: PathBuf::new(),
            configuration: PathBuf::new(),
            configuration_changed_by_hand: false,
            identifier: format!("import:{data_subject}"),
            new: 0,
            updated: 0,
            unchanged: 0,
            older: 0,
            kinds: BTreeMap::new(),
            files: 0,
            bytes: 0,
        };
        Ok(Road { connection, archive, as_of: statement.as_of, names, data_subject, archive_id, interrupted, imported })
    }

    /// One record: new, newer, the same, or older than what is held.
    fn record(&mut self, line: u64, record: &ArchivedRecord) -> Result<(), ImportError> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(ImportError::Interrupted);
        }
        let row = Row::of(record, &self.names)?;
        let digest = row.digest();
        let position = i64::try_from(line).unwrap_or(i64::MAX);
        let held = self.held(record)?;
        let mut id = None;
        if let Some(held) = &held {
            let later = held.as_of.is_none_or(|held| self.as_of > held);
            if held.digest == digest {
                self.imported.unchanged += 1;
                if later {
                    let sql =
                        format!("UPDATE {} SET archive = ?2, position = ?3 WHERE id = ?1", tables::table(record.kind));
                    self.connection.prepare_cached(&sql)?.execute(params![held.id, self.archive_id, position])?;
                }
                return Ok(());
            }
            // PDPArchive: the newer `updated` counts; where none tells, the later archive.
            let newer = match (updated(record.get("updated")), held.updated) {
                (Some(sent), Some(held)) if sent != held => sent > held,
                _ => later,
            };
            if !newer {
                self.imported.older += 1;
                return Ok(());
            }
            let sql = format!("DELETE FROM {} WHERE id = ?1", tables::table(record.kind));
            self.connection.prepare_cached(&sql)?.execute([held.id])?;
            id = Some(held.id);
            self.imported.updated += 1;
        } else {
            self.imported.new += 1;
        }
        let (data_subject, archive) = (self.data_subject, self.archive_id);
        row.write(
            self.connection,
            self.archive,
            Place::Record { id, data_subject, archive, position, digest: &digest },
        )?;
        let (files, bytes) = row.files();
        self.imported.files += files;
        self.imported.bytes += bytes;
        *self.imported.kinds.entry(record.kind.name()).or_default() += 1;
        if let (Some(child), Some(children)) = (record.kind.child(), &record.children) {
            *self.imported.kinds.entry(child.name()).or_default() += children.len() as u64;
        }
        self.imported.kinds.retain(|_, count| *count > 0);
        Ok(())
    }

    fn held(&self, record: &ArchivedRecord) -> Result<Option<Held>, ImportError> {
        let sql = format!(
            "SELECT r.id, r.digest, a.as_of, r.updated FROM {} r JOIN archives a ON a.id = r.archive WHERE r.uid = ?1 AND r.data_subject = ?2",
            tables::table(record.kind)
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let held = statement.query_row(params![record.uid, self.data_subject], |row| {
            let as_of: String = row.get(2)?;
            let time: Option<String> = row.get(3)?;
            Ok(Held {
                id: row.get(0)?,
                digest: row.get(1)?,
                as_of: as_of.parse().ok(),
                updated: updated(time.map(Json::String).as_ref()),
            })
        });
        Ok(held.optional()?)
    }
}

/// The instant of a field that holds a time.
fn updated(value: Option<&Json>) -> Option<Timestamp> {
    Time::parse(value?.as_str()?, &TimeZone::UTC)?.time.instant(&TimeZone::UTC)
}

/// The number of the controller, entered if it is new, corrected if the archive is later.
fn controller(connection: &Connection, statement: &ArchivedStatement) -> Result<i64, ImportError> {
    let languages = cells::text_of(&statement.languages);
    let as_of = statement.as_of.to_string();
    let select = "SELECT id, as_of FROM controllers WHERE url = ?1";
    let known: Option<(i64, String)> =
        connection.query_row(select, [&statement.controller_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let sql = match &known {
        Some((_, held)) if !names::is_later(statement.as_of, held) => "",
        Some(_) => {
            "UPDATE controllers SET name = ?2, email = ?3, time_zone = ?4, languages = ?5, supervisory_authority = coalesce(?6, supervisory_authority), as_of = ?7 WHERE url = ?1"
        }
        None => {
            "INSERT INTO controllers (url, name, email, time_zone, languages, supervisory_authority, as_of) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        }
    };
    if !sql.is_empty() {
        connection.execute(
            sql,
            params![
                statement.controller_id,
                statement.controller_name,
                statement.controller_email,
                statement.time_zone,
                languages,
                statement.supervisory_authority,
                as_of
            ],
        )?;
    }
    Ok(known.map_or_else(|| connection.last_insert_rowid(), |(id, _)| id))
}

/// The number of the archive, entered if it is new.
fn archive_number(
    connection: &Connection,
    statement: &ArchivedStatement,
    digest: &str,
    data_subject: i64,
) -> Result<i64, ImportError> {
    let select = "SELECT id FROM archives WHERE manifest_sha256 = ?1";
    if let Some(known) = connection.query_row(select, [digest], |row| row.get(0)).optional()? {
        return Ok(known);
    }
    connection.execute(
        "INSERT INTO archives (uid, manifest_sha256, data_subject, as_of, regime) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![statement.id, digest, data_subject, statement.as_of.to_string(), statement.regime],
    )?;
    Ok(connection.last_insert_rowid())
}
