//! Holds the configuration against itself and the live stores (requirements C2, C3, C19, I8): what would stop an
//! export is an error, what somebody should look at a warning.

mod index;
mod json;
mod linked;
mod personal;
mod policy;
mod retention;
mod secrets;
mod ways;

use crate::controller::{Collection, Controller, Level, RemarkCode};
use crate::stores::agreement::disagreements;
use crate::stores::{StoreError, Stores};
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
    for mark in controller.marks() {
        let message = format!("{mark}; correct the guess and take the mark away");
        remarks.push(Remark::general(RemarkCode::Review, message));
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
    policy::check(controller, stores, &mut remarks);
    linked::ignored(controller, stores, &mut remarks)?;
    ways::unreachable(controller, &mut remarks);
    for collection in &controller.collections {
        unguarded(controller, collection, &mut remarks);
        index::missing(collection, stores, &mut remarks)?;
        secrets::named(controller, collection, &mut remarks);
        // Rows can only be counted where the collection fits its table.
        if !stopped {
            retention::not_held(controller, collection, stores, &mut remarks)?;
            retention::periods(controller, collection, stores, as_of, &mut remarks)?;
            json::keys(collection, stores, &mut remarks)?;
            secrets::in_urls(controller, collection, stores, &mut remarks)?;
            personal::columns(controller, collection, stores, &mut remarks)?;
            ways::dead(controller, collection, stores, &mut remarks)?;
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
