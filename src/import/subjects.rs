//! Whose archive it is. An archive does not name its data subject, and one record, such as a message between two of
//! them, may stand in the archives of both: so only much in common makes two archives those of one data subject.

use super::error::ImportError;
use super::survey::Survey;
use super::tables::table;
use crate::records::Kind;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// What an archive and a data subject of the database have in common.
#[derive(Debug, Default, Clone, Copy)]
struct Common {
    records: u64,
    contacts: u64,
    messages: u64,
}

/// The data subject of the archive, if the database knows them: of the same controller, with at least half of the
/// records of the earlier archive in the later one, contacts among them where both have contacts. Messages count where
/// both have one in the same direction and an address of their own is the same.
///
/// # Errors
/// When the database cannot be read.
pub fn known(
    connection: &Connection,
    controller: i64,
    digest: &str,
    as_of: Timestamp,
    survey: &Survey,
) -> Result<Option<i64>, ImportError> {
    let same = "SELECT data_subject FROM archives WHERE manifest_sha256 = ?1";
    if let Some(known) = connection.query_row(same, [digest], |row| row.get(0)).optional()? {
        return Ok(Some(known));
    }
    let mut found: BTreeMap<i64, Common> = BTreeMap::new();
    for (kind, uid, direction) in &survey.uids {
        let direction_column = if *kind == Kind::Message { "direction" } else { "NULL" };
        let sql = format!(
            "SELECT r.data_subject, r.{direction_column} FROM {} r JOIN data_subjects s ON s.id = r.data_subject WHERE r.uid = ?1 AND s.controller = ?2",
            table(*kind)
        )
        .replace("r.NULL", "NULL");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![uid, controller])?;
        while let Some(row) = rows.next()? {
            let common = found.entry(row.get(0)?).or_default();
            match kind {
                Kind::Message if row.get::<_, Option<String>>(1)? != *direction => {}
                Kind::Message => common.messages += 1,
                _ => {
                    common.records += 1;
                    common.contacts += u64::from(*kind == Kind::Contact);
                }
            }
        }
    }
    let mut fitting = Vec::new();
    for (data_subject, common) in found {
        if fits(connection, data_subject, common, as_of, survey)? {
            fitting.push(data_subject);
        }
    }
    // Two that fit are two people, or one who stands there twice already: neither is for a program to settle.
    Ok(if let [only] = fitting.as_slice() { Some(*only) } else { None })
}

fn fits(
    connection: &Connection,
    data_subject: i64,
    common: Common,
    as_of: Timestamp,
    survey: &Survey,
) -> Result<bool, ImportError> {
    let mut held = Common::default();
    for kind in Kind::ALL.into_iter().filter(|kind| kind.parent().is_none()) {
        let sql = format!("SELECT count(*) FROM {} WHERE data_subject = ?1", table(kind));
        let count: i64 = connection.prepare_cached(&sql)?.query_row([data_subject], |row| row.get(0))?;
        held.add(kind, count.unsigned_abs());
    }
    let mut sent = Common::default();
    survey.uids.iter().for_each(|(kind, _, _)| sent.add(*kind, 1));
    let mut own = false;
    for (kind, value, _) in &survey.identifiers {
        let sql = "SELECT 1 FROM identifiers WHERE type = ?1 AND value = ?2 AND data_subject = ?3";
        own |= connection.prepare_cached(sql)?.exists(params![kind, value, data_subject])?;
    }
    let latest = latest(connection, data_subject)?;
    let earlier = if latest.is_none_or(|latest| latest <= as_of) { held } else { sent };
    let count = |of: Common| of.records + if own { of.messages } else { 0 };
    let contacts = held.contacts == 0 || sent.contacts == 0 || common.contacts > 0;
    Ok(contacts && count(common) > 0 && count(common) * 2 >= count(earlier))
}

impl Common {
    fn add(&mut self, kind: Kind, count: u64) {
        match kind {
            Kind::Message => self.messages += count,
            _ => self.records += count,
        }
        if kind == Kind::Contact {
            self.contacts += count;
        }
    }
}

/// The time of the latest archive of a data subject.
fn latest(connection: &Connection, data_subject: i64) -> Result<Option<Timestamp>, ImportError> {
    let mut statement = connection.prepare_cached("SELECT as_of FROM archives WHERE data_subject = ?1")?;
    let times = statement.query_map([data_subject], |row| row.get::<_, String>(0))?;
    let mut latest = None;
    for time in times {
        latest = latest.max(time?.parse::<Timestamp>().ok());
    }
    Ok(latest)
}
