//! What is new in the stores of a configuration is added to it: tables, columns in known tables, and links by new columns.
//! What a person wrote keeps every byte, and what has gone from a store is named, never taken away.

use super::column::propose;
use super::error::InitError;
use super::from::{self, From};
use super::proposal::{Known, Proposal, conditions, part, proposal};
use super::survey::{Surveyed, survey};
use super::text::{self, StoreLines, column_value, ignored_value};
use super::ways::{Reached, Source, Way, identifying, links};
use super::{Ground, fides, open};
use crate::archive::unnamed::replace_durably;
use crate::controller::additions::Additions;
use crate::controller::{ActivityChoice, Collection, Comparison, Controller, TermSource};
use crate::records::Kind;
use crate::stores::Surroundings;
use std::path::Path;

/// What was added to a configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Updated {
    /// How many stores.
    pub stores: usize,
    /// How many collections.
    pub collections: usize,
    /// How many tables stay aside.
    pub ignored: usize,
    /// How many columns of known collections.
    pub columns: usize,
    /// Conditions of known collections, as they are written.
    pub conditions: Vec<String>,
    /// How many marks for review there are in all.
    pub marks: usize,
    /// What the configuration names and its store has no more, as sentences.
    pub gone: Vec<String>,
}

impl Updated {
    /// Whether nothing was new.
    pub fn is_nothing(&self) -> bool {
        self.stores + self.collections + self.ignored + self.columns + self.conditions.len() == 0
    }
}

/// Adds to the configuration at this path what is new in its stores and in those that are named.
///
/// # Errors
/// When the configuration is none, or a store cannot be read; then it is as it was.
pub fn update(from: &[From], path: &Path, surroundings: &Surroundings) -> Result<Updated, InitError> {
    let controller = Controller::read(path).map_err(InitError::Configuration)?;
    let datasets = fides::tables(&from::datasets(from))?;
    let (instead, mut new) = from::known(from, &controller, path)?;
    // What a dataset describes is looked at only if that is asked for, too.
    let described = |store: &String| {
        datasets.iter().any(|table| table.store == *store) && instead.iter().all(|(name, _)| name != store)
    };
    let names: Vec<String> = controller.stores.iter().map(|store| store.name.clone()).collect();
    let missing = names.iter().filter(|name| described(name)).cloned().collect();
    let ground = Ground { text: controller.source.clone(), instead: instead.clone(), missing };
    let (widened, opened) = open(&ground, &mut new, path, surroundings)?;
    let mut surveyed = survey(&widened, &opened, &datasets)?;
    let mut gone = Vec::new();
    for store in controller.stores.iter().filter(|store| !opened.is_missing(&store.name)) {
        let tables = opened.tables_of(&store.name);
        let names = store.ignore.iter().map(|(name, _)| name);
        let without = names.filter(|name| tables.iter().all(|table| table.name != **name));
        gone.extend(
            without.map(|name| {
                format!("the table `{name}` of the store `{0}`, which [store.{0}.ignore] names", store.name)
            }),
        );
    }
    opened.confirm()?;
    fides::annotate(&mut surveyed, datasets);
    surveyed.retain(|table| !is_ignored(&controller, table));
    from::described(&surveyed, &names, &mut new);

    gone.extend(self::gone(&controller, &surveyed));
    let mut updated = Updated { gone, ..Updated::default() };
    let mut additions = Additions::to(&controller.source);
    let mut known = known(&controller, &surveyed);
    for collection in &controller.collections {
        columns(collection, &surveyed, &mut known, &mut additions, &mut updated);
    }
    let mut proposal = proposal(&surveyed, known);
    settle(&controller, &mut proposal);
    tables(&controller, &proposal, &new, &mut additions, &mut updated);
    if additions.is_empty() {
        return Ok(updated);
    }
    let text = additions.written();
    let read = Controller::parse(path, text.clone()).map_err(InitError::Proposal)?;
    updated.marks = read.review.len();
    let fault = |cause| InitError::Replace { path: path.to_owned(), cause };
    if std::fs::read(path).map_err(fault)? != controller.source.as_bytes() {
        return Err(InitError::Changed(path.to_owned()));
    }
    replace_durably(path, text.as_bytes()).map_err(fault)?;
    Ok(updated)
}

fn is_ignored(controller: &Controller, table: &Surveyed) -> bool {
    let store = controller.stores.iter().find(|store| store.name == table.store);
    store.is_some_and(|store| store.ignore.iter().any(|(name, _)| *name == table.name))
}

/// The position of the table that a collection is on, if it was looked at.
fn position(survey: &[Surveyed], collection: &Collection) -> Option<usize> {
    survey.iter().position(|table| table.store == collection.store && table.name == collection.table)
}

/// What the configuration names and its store has no more.
fn gone(controller: &Controller, survey: &[Surveyed]) -> Vec<String> {
    let mut gone = Vec::new();
    for collection in &controller.collections {
        let Some(at) = position(survey, collection) else {
            gone.push(format!(
                "the table `{}` of the store `{}`, which the collection `{}` is on",
                collection.table, collection.store, collection.name
            ));
            continue;
        };
        let table = &survey[at];
        for column in collection.columns.iter().filter(|own| !table.is_mail && table.column(&own.name).is_none()) {
            gone.push(format!(
                "the column `{}` of the table `{}` of the store `{}`, which [collection.{}.columns] names",
                column.name, table.name, table.store, collection.name
            ));
        }
    }
    gone
}

/// What the configuration says of the tables that were looked at.
fn known(controller: &Controller, survey: &[Surveyed]) -> Known {
    let mut known = Known::default();
    for collection in &controller.collections {
        known.names.push(collection.name.clone());
        let Some(at) = position(survey, collection) else { continue };
        known.named.push((at, collection.name.clone()));
        let own = reached(controller, collection, survey, at);
        match known.reached.iter_mut().find(|done| done.table == at) {
            Some(done) => done.ways.extend(own.ways),
            None => known.reached.push(own),
        }
    }
    known
}

/// How the rows of a collection are reached, as the configuration says.
fn reached(controller: &Controller, collection: &Collection, survey: &[Surveyed], at: usize) -> Reached {
    let table_of = |name: &str| position(survey, &controller.collections[controller.collection(name)?]);
    let way = |condition: &crate::controller::Condition| -> Way {
        let terms = condition.terms.iter().filter_map(|term| {
            let source = match &term.source {
                TermSource::Subject(kind) => {
                    let comparison = match term.comparison {
                        Comparison::Canonical => "=",
                        Comparison::Bytes => "==",
                        Comparison::Has => "has",
                    };
                    Source::Subject { comparison, kind: kind.clone() }
                }
                TermSource::Link { collection, column } => {
                    Source::Rows { table: table_of(collection)?, column: column.clone() }
                }
                TermSource::Literal(_) => return None,
            };
            Some((term.column.clone(), source))
        });
        terms.collect()
    };
    let numbers = collection.learn.iter().filter(|(kind, _)| kind != "email" && kind != "phone");
    let number = numbers.filter_map(|(kind, columns)| Some((kind.clone(), columns.first()?.clone()))).next();
    Reached {
        table: at,
        kind: collection.kind,
        ways: collection.matches.iter().map(way).filter(|way| !way.is_empty()).collect(),
        parent: collection.parent.as_deref().and_then(table_of),
        person: collection.person.clone(),
        number,
        left_out: Vec::new(),
    }
}

/// Adds the new columns of a known collection, and the conditions that they allow.
fn columns(
    collection: &Collection,
    survey: &[Surveyed],
    known: &mut Known,
    additions: &mut Additions<'_>,
    updated: &mut Updated,
) {
    let Some(at) = position(survey, collection).filter(|at| !survey[*at].is_mail) else { return };
    let table = &survey[at];
    let new = || table.columns.iter().filter(|column| collection.column(&column.name).is_none());
    if new().next().is_none() {
        return;
    }
    let name = collection.name.as_str();
    let mark = additions.truth(&["collection", name, "review"]);
    // A condition changes what a person has agreed to, so the collection waits for review again.
    if mark != Some(false) {
        let called = |at: usize| {
            known.named.iter().filter(|(table, _)| *table == at).map(|(_, name)| name.clone()).collect::<Vec<String>>()
        };
        let ways = ways(collection, survey, at, known);
        let texts: Vec<String> = ways.iter().flat_map(|way| conditions(way, &called)).collect();
        if !texts.is_empty() && additions.elements(&["collection", name, "match"], &texts) {
            if mark.is_none() {
                additions.entry(&["collection", name], "review", "true");
            }
            updated.conditions.extend(texts.iter().map(|text| format!("[collection.{name}] {text}")));
            known.reached.iter_mut().filter(|done| done.table == at).for_each(|done| done.ways.extend(ways.clone()));
        }
    }
    let Some(done) = known.reached.iter().find(|done| done.table == at) else { return };
    let done = Reached { kind: collection.kind, person: collection.person.clone(), ..done.clone() };
    let mut taken: Vec<String> = collection.mappings().map(|(_, mapping)| mapping.field.path()).collect();
    for column in new() {
        let part = part(survey, &done, &known.reached, &collection.key, column);
        let proposed = propose(collection.kind, &table.name, column, &part, &mut taken);
        additions.entry(&["collection", name, "columns"], &column.name, &column_value(&proposed));
        updated.columns += 1;
    }
}

/// Ways to the rows of a known collection by its new columns: links that close no circle, and identifiers of a type that it is
/// not looked for by.
fn ways(collection: &Collection, survey: &[Surveyed], at: usize, known: &Known) -> Vec<Way> {
    // What is nested is found through its parent alone.
    if collection.parent.is_some() {
        return Vec::new();
    }
    let is_new = |way: &Way| way.iter().any(|(column, _)| collection.column(column).is_none());
    let before: Vec<Reached> = known
        .reached
        .iter()
        .filter(|other| !depends(&known.reached, other.table, at, &mut Vec::new()))
        .cloned()
        .collect();
    let mut ways: Vec<Way> = links(survey, at, &before).into_iter().filter(is_new).collect();
    if matches!(collection.kind, Kind::Contact | Kind::Message) {
        let has = |kind: &str| collection.matches.iter().any(|own| own.identifier_types().any(|known| known == kind));
        let open = |way: &Way| {
            way.iter().all(|(_, source)| match source {
                Source::Subject { kind, .. } => collection.kind == Kind::Message || !has(kind),
                Source::Rows { .. } => false,
            })
        };
        ways.extend(identifying(&survey[at], collection.kind).into_iter().filter(is_new).filter(open));
    }
    ways
}

/// Whether a table is reached through another, or is that table.
fn depends(reached: &[Reached], table: usize, on: usize, seen: &mut Vec<usize>) -> bool {
    if table == on {
        return true;
    }
    if seen.contains(&table) {
        return false;
    }
    seen.push(table);
    let ways = reached.iter().filter(|done| done.table == table).flat_map(|done| &done.ways).flatten();
    let through: Vec<usize> = ways
        .filter_map(|(_, source)| match source {
            Source::Rows { table, .. } => Some(*table),
            Source::Subject { .. } => None,
        })
        .collect();
    through.into_iter().any(|next| depends(reached, next, on, seen))
}

/// Gives new collections an activity that the controller has, where one is near at hand.
fn settle(controller: &Controller, proposal: &mut Proposal) {
    for new in &mut proposal.collections {
        if controller.activity(&new.activity).is_some() || new.activity == "newsletter" {
            continue;
        }
        let parent = controller.collections.iter().find(|own| new.parent.as_ref() == Some(&own.name));
        let alike = || controller.collections.iter().find(|own| own.kind == new.kind && own.kind != Kind::Other);
        if let Some(ActivityChoice::Fixed(key)) = parent.or_else(alike).map(|own| &own.activity) {
            new.activity.clone_from(key);
        }
    }
}

/// Adds new stores and tables.
fn tables(
    controller: &Controller,
    proposal: &Proposal,
    new: &[StoreLines],
    additions: &mut Additions<'_>,
    updated: &mut Updated,
) {
    for ignored in &proposal.ignored {
        updated.ignored += 1;
        // Those of new stores stand there.
        if new.iter().all(|store| store.name != ignored.store) {
            additions.entry(&["store", &ignored.store, "ignore"], &ignored.table, &ignored_value(ignored));
        }
    }
    updated.stores = new.len();
    updated.collections = proposal.collections.len();
    if new.is_empty() && proposal.collections.is_empty() {
        return;
    }
    let mut text =
        String::from("\n# ---- Added by `art20 init --update`: new tables, with guesses that wait for a person.\n");
    let keys: Vec<String> = controller.activities.iter().map(|activity| activity.key.clone()).collect();
    text::activities(proposal, &keys, &mut text);
    for store in new {
        text::store(store, proposal, &mut text);
    }
    for collection in &proposal.collections {
        text.push('\n');
        text::collection(collection, &mut text);
    }
    additions.append(&text);
}
