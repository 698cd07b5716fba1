//! Holds the configuration against itself and the live stores (requirements C2, C3, C19, I8): what would stop an
//! export is an error, what somebody should look at a warning.

use crate::controller::activity::Regime;
use crate::controller::{Collection, Comparison, Controller, Level, RemarkCode, TermSource};
use crate::normalize::{Settings, read_value};
use crate::records::Time;
use crate::records::{FieldValue, LegalBasis};
use crate::stores::agreement::disagreements;
use crate::stores::{StoreError, Stores};
use crate::subject::Finder;
use jiff::Timestamp;
use serde::Serialize;

/// Something that `check` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Remark {
    /// How much it weighs.
    pub level: Level,
    /// A permanent code.
    pub code: RemarkCode,
    /// The store it concerns.
    pub store: Option<String>,
    /// The table it concerns.
    pub table: Option<String>,
    /// The column it concerns.
    pub column: Option<String>,
    /// The collection it concerns.
    pub collection: Option<String>,
    /// How many rows, where rows were counted.
    pub count: Option<u64>,
    /// What it means, and what to do.
    pub message: String,
}

/// The answer of `art20 check --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Verdict {
    /// How many errors.
    pub errors: u64,
    /// Everything that is worth saying, errors first.
    pub findings: Vec<Remark>,
    /// Whether nothing speaks against an export; with `--strict` not even a warning.
    pub ok: bool,
    /// How many warnings.
    pub warnings: u64,
}

impl Verdict {
    /// The answer, given what was found.
    pub fn of(findings: Vec<Remark>, strict: bool) -> Verdict {
        let errors = findings.iter().filter(|remark| remark.level == Level::Error).count() as u64;
        let warnings = findings.len() as u64 - errors;
        Verdict { errors, ok: errors == 0 && !(strict && warnings > 0), warnings, findings }
    }
}

impl Remark {
    fn about(code: RemarkCode, collection: &Collection, message: String) -> Remark {
        Remark {
            level: code.level(),
            code,
            store: Some(collection.store.clone()),
            table: Some(collection.table.clone()),
            column: None,
            collection: Some(collection.name.clone()),
            count: None,
            message,
        }
    }

    fn general(code: RemarkCode, message: String) -> Remark {
        Remark {
            level: code.level(),
            code,
            store: None,
            table: None,
            column: None,
            collection: None,
            count: None,
            message,
        }
    }
}

/// Everything that is worth saying, errors first.
///
/// # Errors
/// When a store cannot be read.
pub fn check(controller: &Controller, stores: &Stores, as_of: Timestamp) -> Result<Vec<Remark>, StoreError> {
    let mut remarks: Vec<Remark> = Vec::new();
    for mark in &controller.review {
        remarks.push(Remark::general(
            RemarkCode::Review,
            format!("line {}: {}; correct the guess and take the mark away", mark.line, mark.message),
        ));
    }
    for open in disagreements(controller, stores) {
        remarks.push(Remark {
            level: open.code.level(),
            code: open.code,
            store: Some(open.store),
            table: Some(open.table),
            column: open.column,
            collection: open.collection,
            count: None,
            message: open.message,
        });
    }
    let stopped = !remarks.is_empty();
    stale_ignores(controller, stores, &mut remarks);
    pipl(controller, &mut remarks);
    for collection in &controller.collections {
        unguarded(controller, collection, &mut remarks);
        slow(collection, stores, &mut remarks);
        // Rows can only be counted where the collection fits its table.
        if !stopped {
            not_held(controller, collection, stores, &mut remarks)?;
            overdue(controller, collection, stores, as_of, &mut remarks)?;
        }
    }
    remarks.sort_by_key(|remark| remark.level);
    Ok(remarks)
}

/// Tables that are ignored but do not exist: a rename may have brought another one in.
fn stale_ignores(controller: &Controller, stores: &Stores, remarks: &mut Vec<Remark>) {
    for store in &controller.stores {
        let tables = stores.tables_of(&store.name);
        for (name, _) in store.ignore.iter().filter(|(name, _)| !tables.iter().any(|table| table.name == *name)) {
            remarks.push(Remark {
                store: Some(store.name.clone()),
                table: Some(name.clone()),
                ..Remark::general(
                    RemarkCode::StaleIgnore,
                    format!(
                        "[store.{}.ignore] names the table `{name}`, which does not exist; take it out",
                        store.name
                    ),
                )
            });
        }
    }
}

/// Legitimate interests are no basis under the PIPL (requirement J1).
fn pipl(controller: &Controller, remarks: &mut Vec<Remark>) {
    let held = controller.activities.iter().filter(|activity| activity.held);
    for activity in held.filter(|activity| {
        activity.basis(Regime::Pipl).is_none() || activity.pipl_basis == Some(LegalBasis::LegitimateInterests)
    }) {
        remarks.push(Remark::general(
            RemarkCode::NoPiplBasis,
            format!(
                "[activity.{}] has no basis that the PIPL knows; if the PIPL applies, give `legal_basis = {{ gdpr = \"…\", pipl = \"…\" }}`",
                activity.key
            ),
        ));
    }
}

/// Contract 3: matched by learned identifiers, with nothing to tell other people's rows by.
fn unguarded(controller: &Controller, collection: &Collection, remarks: &mut Vec<Remark>) {
    if collection.person.is_some() {
        return;
    }
    let learned: Vec<&str> =
        controller.collections.iter().flat_map(|c| &c.learn).map(|(kind, _)| kind.as_str()).collect();
    let mut kinds: Vec<&str> = collection
        .matches
        .iter()
        .flat_map(|condition| condition.identifier_types())
        .filter(|kind| learned.contains(kind))
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        let message = format!(
            "the collection `{}` is reached by learned identifiers ({}) and declares no `person`: should two people share one, their rows cannot be told apart here",
            collection.name,
            kinds.join(", ")
        );
        remarks.push(Remark::about(RemarkCode::NoPerson, collection, message));
    }
}

/// Columns that every request looks up and that no index serves.
fn slow(collection: &Collection, stores: &Stores, remarks: &mut Vec<Remark>) {
    for condition in &collection.matches {
        let columns: Vec<&str> = condition
            .terms
            .iter()
            .filter(|term| term.comparison != Comparison::Has && !matches!(term.source, TermSource::Literal(_)))
            .map(|term| term.column.as_str())
            .collect();
        let without = stores.columns_without_index(collection, &columns);
        // One indexed column serves a whole condition.
        if without.len() < columns.len() || columns.is_empty() {
            continue;
        }
        let name = |text: &str| text.replace('"', "\"\"");
        let (table, column) = (&collection.table, without[0]);
        let message = format!(
            "no index serves the condition `{condition}` of the collection `{}`, so every request reads the whole table: CREATE INDEX \"{}_{}\" ON \"{}\" (\"{}\");",
            collection.name,
            name(table),
            name(column),
            name(table),
            name(column)
        );
        let remark =
            Remark { column: Some(column.to_owned()), ..Remark::about(RemarkCode::MissingIndex, collection, message) };
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
}

/// Data of activities that the policy announces as never stored (requirement C22).
fn not_held(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let announced = collection
        .activity
        .keys()
        .into_iter()
        .filter(|key| controller.activity(key).is_some_and(|activity| !activity.held));
    for key in announced.collect::<Vec<_>>() {
        let count = stores.count(collection)?;
        if count > 0 {
            let message = format!(
                "ALARM: the policy says that `{key}` is not held, and the table `{}` of the store `{}` has {count} rows; delete them or correct the policy",
                collection.table, collection.store
            );
            remarks.push(Remark {
                count: Some(count),
                ..Remark::about(RemarkCode::HeldAlthoughNotAnnounced, collection, message)
            });
        }
    }
    Ok(())
}

/// Rows whose retention period has ended (requirement C19).
fn overdue(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    as_of: Timestamp,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let Some(column) = collection.retention_from.as_deref() else { return Ok(()) };
    let keys = collection.activity.keys();
    let [key] = keys.as_slice() else { return Ok(()) };
    let Some(retention) = controller.activity(key).and_then(|activity| activity.retention.as_ref()) else {
        return Ok(());
    };
    let mapping = collection.mappings().find(|(name, _)| *name == column).map(|(_, mapping)| mapping);
    let zone = mapping.and_then(|mapping| mapping.time_zone.as_ref()).unwrap_or(&controller.time_zone);
    let mut count = 0;
    stores.find(collection, &[], &[column], &mut |row| {
        let cell = &row.cells[0];
        let mapped = mapping.and_then(|mapping| {
            match read_value(mapping, cell, Settings { zone, currency: None, address: None }).value {
                FieldValue::Time(time) => Some(time),
                _ => None,
            }
        });
        let time = mapped.or_else(|| cell.utf8().and_then(|text| Time::parse(&text, zone)).map(|reading| reading.time));
        let end = time
            .and_then(|time| time.instant(zone))
            .and_then(|at| at.to_zoned_datetime(zone.clone()).checked_add(retention.span.0).ok());
        count += u64::from(end.is_some_and(|end| end.timestamp() < as_of));
        Ok(())
    })?;
    if count > 0 {
        let message = format!(
            "{count} rows of the collection `{}` are kept longer than the {} that [activity.{key}] announces",
            collection.name, retention.text
        );
        remarks.push(Remark { count: Some(count), ..Remark::about(RemarkCode::RetentionOverdue, collection, message) });
    }
    Ok(())
}
