//! Takes the snapshot: one transaction, REPEATABLE READ and READ ONLY (contract 1, law 4).
//!
//! A table that is rewritten or emptied by TRUNCATE shows itself empty to a snapshot that is older than that. So every
//! table that a collection is on is locked first, in ACCESS SHARE, which keeps nobody from reading and writing; then the
//! snapshot is taken; then the tables are listed again, and if there are more of them, all is done anew. A table of
//! which the role may read only some columns, and what stands behind a view, cannot be locked before: it is asked for
//! nothing right behind the snapshot, which locks it, and if it was rewritten in between, all is done anew. Where an
//! engine knows no such lock, none is needed: those keep old versions of their tables.

use super::catalog::{Answers, COLUMNS, FIRST_SCHEMA, INDEXES, Listed, PARTS, RELATIONS, REWRITTEN, TYPES};
use super::column::Described;
use super::failure::{Place, reading, server};
use super::session::Trouble;
use crate::stores::error::StoreError;
use crate::stores::server::ServerProblem;
use jiff::Timestamp;
use postgres::error::SqlState;
use postgres::{Client, IsolationLevel, Transaction};
use std::collections::{HashMap, HashSet};

/// How often the snapshot is taken anew because somebody made or renamed tables meanwhile.
const ATTEMPTS: usize = 5;
/// How values are written, whatever the server's and the role's settings say; and policies must not hide rows silently.
const MANNERS: [(&str, &str); 5] = [
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "iso_8601"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "3"),
    ("row_security", "off"),
];
/// In milliseconds, where neither the server nor the role nor the URL's `options` say anything: one step of reading, a
/// lock, and art20's own work between two steps.
const TIMEOUTS: [(&str, &str); 3] =
    [("statement_timeout", "600000"), ("lock_timeout", "10000"), ("idle_in_transaction_session_timeout", "3600000")];

/// What is known once the snapshot is taken.
pub(super) struct Opened {
    pub(super) answers: Answers,
    pub(super) taken_at: Timestamp,
    /// The database keeps text as UTF-8.
    pub(super) utf8: bool,
}

/// Opens the transaction, reads the catalogue in it, and hands both to `then`.
pub(super) fn open(
    store: &str,
    client: &mut Client,
    wanted: &HashSet<String>,
    now: fn() -> Timestamp,
    then: impl FnOnce(Opened, &mut Transaction<'_>),
) -> Result<(), StoreError> {
    let failed = |error| in_catalog(store, error);
    let manners = manners(client).map_err(failed)?;
    let mut locking = true;
    for _ in 0..ATTEMPTS {
        let before = relations(client.query(RELATIONS, &[]).map_err(failed)?).map_err(failed)?;
        let start = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true).start();
        let mut transaction = start.map_err(failed)?;
        match snapshot(&mut transaction, &manners, locking.then_some(&before), wanted, now) {
            Ok(Some(opened)) => {
                then(opened, &mut transaction);
                return Ok(());
            }
            Ok(None) => {}
            Err(error) => match error.code() {
                Some(code) if *code == SqlState::UNDEFINED_TABLE => {}
                Some(code) if locking && [SqlState::FEATURE_NOT_SUPPORTED, SqlState::SYNTAX_ERROR].contains(code) => {
                    locking = false;
                }
                _ => return Err(failed(error)),
            },
        }
    }
    Err(server(store, ServerProblem::Restless))
}

/// A failure that has to do with no table in particular.
fn in_catalog(store: &str, error: postgres::Error) -> StoreError {
    let place = Place { store, table: "pg_catalog", row_security: false, selection: false };
    reading(&place, &Trouble::Running(error))
}

/// What is set for the time of the transaction: only what the server knows.
fn manners(client: &mut Client) -> Result<String, postgres::Error> {
    let names: Vec<&str> = MANNERS.iter().chain(&TIMEOUTS).map(|(name, _)| *name).chain(["server_encoding"]).collect();
    let sql = "SELECT lower(name), setting FROM pg_catalog.pg_settings WHERE lower(name) = ANY ($1::text[])";
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let mut known: HashMap<String, String> = HashMap::new();
    for row in client.query(sql, &[&lower])? {
        known.insert(row.try_get(0)?, row.try_get::<_, Option<String>>(1)?.unwrap_or_default());
    }
    let there = |name: &str| known.get(&name.to_lowercase()).map(String::as_str);
    let always = MANNERS.iter().filter(|(name, _)| there(name).is_some());
    let unless_said = TIMEOUTS.iter().filter(|(name, _)| matches!(there(name), Some("0" | "0s")));
    let set = |(name, value): &(&str, &str)| format!("SET LOCAL {name} = '{value}';");
    let mut manners: String = always.chain(unless_said).map(set).collect();
    if there("server_encoding") == Some("SQL_ASCII") {
        // The server does not know what its bytes mean, and would refuse those that are no UTF-8.
        manners.push_str("SET LOCAL client_encoding = 'SQL_ASCII';");
    }
    Ok(manners)
}

/// Locks, takes the snapshot and reads the catalogue; `None` if there are tables that were not there before.
fn snapshot(
    transaction: &mut Transaction<'_>,
    manners: &str,
    before: Option<&Vec<Listed>>,
    wanted: &HashSet<String>,
    now: fn() -> Timestamp,
) -> Result<Option<Opened>, postgres::Error> {
    let lock = |listed: &Listed| listed.can_be_locked() && listed.is_among(wanted);
    let locked: Vec<&Listed> = before.into_iter().flatten().filter(|listed| lock(listed)).collect();
    let mut first = manners.to_owned();
    if !locked.is_empty() {
        let names: Vec<String> = locked.iter().map(|listed| listed.quoted()).collect();
        first.push_str(&format!("LOCK TABLE {} IN ACCESS SHARE MODE;", names.join(", ")));
    }
    // Neither of these takes the snapshot; the first question does.
    transaction.batch_execute(&first)?;
    let row = transaction.query_one(FIRST_SCHEMA, &[])?;
    let taken_at = now();
    let (first_schema, encoding): (Option<String>, String) = (row.try_get(0)?, row.try_get(1)?);
    let relations = relations(transaction.query(RELATIONS, &[])?)?;
    let numbers: HashSet<(u32, String)> = locked.iter().map(|listed| (listed.oid, listed.quoted())).collect();
    let new = |listed: &Listed| lock(listed) && !numbers.contains(&(listed.oid, listed.quoted()));
    if before.is_some() && relations.iter().any(new) {
        return Ok(None);
    }
    if before.is_some() && !touch(transaction, &relations, &locked, wanted)? {
        return Ok(None);
    }
    let answers = catalog(transaction, relations, first_schema)?;
    begin_elsewhere(transaction, &answers.relations)?;
    Ok(Some(Opened { answers, taken_at, utf8: encoding.eq_ignore_ascii_case("UTF8") }))
}

/// Asks what could not be locked for nothing, which locks it; false if one of the tables was rewritten before that.
fn touch(
    transaction: &mut Transaction<'_>,
    relations: &[Listed],
    locked: &[&Listed],
    wanted: &HashSet<String>,
) -> Result<bool, postgres::Error> {
    let locked: HashSet<u32> = locked.iter().map(|listed| listed.oid).collect();
    let touched = |r: &&Listed| r.can_be_touched() && r.is_among(wanted) && !locked.contains(&r.oid);
    let open: Vec<&Listed> = relations.iter().filter(touched).collect();
    if open.is_empty() {
        return Ok(true);
    }
    for listed in open {
        // A view that cannot be read is not complained of before its rows are wanted.
        let mut part = transaction.savepoint("touched")?;
        match part.batch_execute(&format!("SELECT 1 FROM {} LIMIT 0", listed.quoted())) {
            Ok(()) => part.commit()?,
            // Somebody is just now emptying it, perhaps.
            Err(error) if error.code().is_none_or(|code| ["55P03", "57014"].contains(&code.code())) => {
                return Err(error);
            }
            Err(_) => part.rollback()?,
        }
    }
    let numbers: Vec<u32> = relations.iter().map(|listed| listed.oid).collect();
    Ok(transaction.query(REWRITTEN, &[&numbers])?.is_empty())
}

fn relations(rows: Vec<postgres::Row>) -> Result<Vec<Listed>, postgres::Error> {
    rows.iter().map(Listed::read).collect()
}

fn catalog(
    transaction: &mut Transaction<'_>,
    relations: Vec<Listed>,
    first_schema: Option<String>,
) -> Result<Answers, postgres::Error> {
    let numbers: Vec<u32> = relations.iter().map(|listed| listed.oid).collect();
    let mut answers = Answers { relations, first_schema, ..Answers::default() };
    for row in transaction.query(COLUMNS, &[&numbers])? {
        answers.columns.entry(row.try_get(0)?).or_default().push((row.try_get(1)?, row.try_get(2)?));
    }
    for row in transaction.query(TYPES, &[&numbers])? {
        let (schema, name, sort) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let described = Described { schema, name, sort, is_array: row.try_get(5)? };
        answers.types.insert(row.try_get(0)?, (described, row.try_get(4)?));
    }
    for row in transaction.query(INDEXES, &[&numbers])? {
        answers.indexes.entry(row.try_get(0)?).or_default().push((row.try_get(1)?, row.try_get(2)?));
    }
    for row in transaction.query(PARTS, &[])? {
        answers.wholes.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    Ok(answers)
}

/// Other servers whose tables are reached through this one take their snapshots when they are first asked, and lock a
/// table when they are asked for it: so they are asked now, for each. One that does not answer is not complained of
/// before its rows are wanted.
fn begin_elsewhere(transaction: &mut Transaction<'_>, relations: &[Listed]) -> Result<(), postgres::Error> {
    if !relations.iter().any(|listed| listed.kind == "f") {
        return Ok(());
    }
    let sql = "SELECT t.ftrelid FROM pg_catalog.pg_foreign_table t
               JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver
               JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE w.fdwname = 'postgres_fdw'";
    let mut elsewhere: HashSet<u32> = HashSet::new();
    for row in transaction.query(sql, &[])? {
        elsewhere.insert(row.try_get(0)?);
    }
    for listed in relations.iter().filter(|r| r.readable_in_part && elsewhere.contains(&r.oid)) {
        let mut part = transaction.savepoint("elsewhere")?;
        match part.query(&format!("SELECT 1 FROM {} LIMIT 1", listed.quoted()), &[]) {
            Ok(_) => part.commit()?,
            Err(_) => part.rollback()?,
        }
    }
    Ok(())
}
