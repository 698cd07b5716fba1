//! The road of a request: it visits each room once and reads like a table of contents.

mod consents;
mod failures;
mod sightings;

use crate::archive::facts::{Facts, Finding};
use crate::archive::{ArchiveError, Destination};
use crate::controller::{Collection, Controller};
use crate::findings::{FindingCode, Findings};
use crate::normalize::{Normalized, RowReader, SubjectNames};
use crate::receipt::Ledger;
use crate::records::{Cell, Code};
use crate::request::{PortabilityRequest, ThirdParties};
use crate::scope::{
    Circumstances, PortableRecord, Replaced, Replacer, ScopeDecision, ScopeError, decide, retention_ended,
};
use crate::stores::{StoreError, Stores};
use crate::subject::{Identification, RowFate, RowId, identify};
use failures::{back, from_archive, from_identify, from_normalize, through, unreadable};
use jiff::Timestamp;
use std::rc::Rc;

/// How many rows are asked of a store at once.
const ROWS: usize = 1_000;

/// Why a request could not be fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum FulfilError {
    /// A store cannot be read.
    #[error(transparent)]
    Store(StoreError),
    /// No row is the subject's.
    #[error("no such data subject: no row of any collection fits the identifiers")]
    Unknown,
    /// The identifiers fit more than one person.
    #[error("the identifiers fit more than one person")]
    Ambiguous {
        /// Whether unshared identifiers found several persons; else only shared ones found any.
        several: bool,
        /// The types of the identifiers concerned.
        kinds: Vec<String>,
        /// A row of each person.
        rows: Vec<String>,
    },
    /// By what is on record the person has died, and the request names no law under which the data may be given.
    #[error("{row}: by this row the person has died, and the request names no law under which the data may be given")]
    Deceased {
        /// The row that says so.
        row: String,
    },
    /// The stores are not as the configuration says: keys, parents, activities.
    #[error("{0}")]
    Configuration(String, &'static str),
    /// Nothing can be decided about other people.
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// The archive cannot be written.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The run was told to stop.
    #[error("the run was interrupted")]
    Interrupted,
}

/// What one run found and decided.
pub struct Account {
    /// Who the subject is.
    pub identification: Identification,
    /// What became of every row.
    pub ledger: Ledger,
    /// What somebody should look at, for the operator.
    pub findings: Vec<Finding>,
    /// Those of them that the person should know.
    pub findings_for_the_person: Vec<Finding>,
    /// Who was replaced, where the request asks for it.
    pub replaced: Option<Replaced>,
}

/// Watches a run, for a progress bar.
pub trait Watcher {
    /// So many rows will be read.
    fn begin(&mut self, rows: u64);
    /// One more row is done.
    fn row(&mut self);
    /// Whether the run is to stop.
    fn interrupted(&self) -> bool;
}

/// Recognises the subject, reads, normalises and decides every row, and hands what is portable to `destination`.
///
/// # Errors
/// When a store cannot be read, the subject is unknown or ambiguous, the configuration does not fit, or writing fails.
pub fn fulfil(
    controller: &Controller,
    request: &PortabilityRequest,
    as_of: Timestamp,
    allow_empty: bool,
    stores: &Stores,
    destination: &mut dyn Destination,
    watcher: &mut dyn Watcher,
) -> Result<Account, FulfilError> {
    let identification = identify(controller, &request.identifiers, request.decisions(), stores)
        .map_err(|error| from_identify(controller, stores, error))?;
    let total: usize = identification.matched.iter().map(|matched| matched.rows.len()).sum();
    if total == 0 && !allow_empty {
        return Err(FulfilError::Unknown);
    }
    let twice = request.third_parties != ThirdParties::Keep;
    watcher.begin(total as u64 * if twice { 2 } else { 1 });
    let known = identification.identifiers.iter().map(|known| &known.identifier);
    let subject = SubjectNames::new(known, controller.country.as_deref());
    let consents = consents::consents(controller, request, as_of, stores, &identification, &subject)?;
    let replacer = sightings::replacer(controller, request, as_of, stores, &identification, &subject, watcher)?;
    let third_parties = request.third_parties;
    let (regime, only) = (request.regime, request.only.as_slice());
    let circumstances = Circumstances { controller, regime, consents: &consents, as_of, third_parties, only };
    let mut road = Road {
        circumstances,
        readers: controller.collections.iter().map(RowReader::new).collect(),
        stores,
        identification: &identification,
        subject: &subject,
        destination,
        watcher,
        replacer,
        may_be_dead: request.deceased.is_some(),
        ledger: Ledger::new(controller),
        findings: Findings::of(request.received.unwrap_or(as_of)),
    };
    for (at, collection) in controller.collections.iter().enumerate() {
        road.ledger.matched(&collection.name, identification.matched[at].rows.len() as u64);
    }
    for at in 0..controller.collections.len() {
        if controller.collections[at].kind.parent().is_none() {
            road.collection(at)?;
        }
    }
    let replaced = road.replacer.map(|replacer| replacer.replaced().clone());
    let (ledger, mut findings) = (road.ledger, road.findings);
    findings.about_request(controller, request, as_of);
    findings.about_identification(controller, &identification);
    let (findings, findings_for_the_person) = findings.finish();
    Ok(Account { identification, ledger, findings, findings_for_the_person, replaced })
}

/// What was decided about a row.
type Decided = Result<Box<PortableRecord>, Code>;

/// One run on its way.
struct Road<'a> {
    circumstances: Circumstances<'a>,
    /// One for each collection.
    readers: Rc<[RowReader<'a>]>,
    stores: &'a Stores,
    identification: &'a Identification,
    subject: &'a SubjectNames,
    destination: &'a mut dyn Destination,
    watcher: &'a mut dyn Watcher,
    replacer: Option<Replacer<'a>>,
    /// A law is named under which data of the dead are given.
    may_be_dead: bool,
    ledger: Ledger,
    findings: Findings,
}

impl<'a> Road<'a> {
    /// Every matched row of one collection, in the order of the keys.
    fn collection(&mut self, at: usize) -> Result<(), FulfilError> {
        let collection = &self.circumstances.controller.collections[at];
        let readers = self.readers.clone();
        let found = &self.identification.matched[at];
        let (rows, wishes) = (&found.rows, readers[at].wishes(found.selection_open));
        for (chunk, start) in rows.chunks(ROWS).zip((0..).step_by(ROWS)) {
            let ids: Vec<&RowId> = chunk.iter().map(|row| &row.row).collect();
            self.stores
                .read_rows(collection, &ids, &wishes, &mut |nth, mut cells| {
                    let position = start + nth;
                    self.row(at, &readers[at], position, &mut cells).map_err(through)
                })
                .map_err(back)?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        at: usize,
        reader: &RowReader<'_>,
        position: usize,
        cells: &mut [Cell],
    ) -> Result<(), FulfilError> {
        let controller = self.circumstances.controller;
        let (collection, found) = (&controller.collections[at], &self.identification.matched[at]);
        let matched = &found.rows[position];
        let normalized =
            reader.row(controller, self.subject, &matched.row, position + 1, cells, None).map_err(from_normalize)?;
        let fate = found.fate_of(matched, cells);
        // Children look at their parent, so what they need of it is kept beside its record.
        let parent = self.children_are_looked_for(at, position, &normalized).then(|| normalized.as_parent());
        let decision = self.decide(collection, normalized, fate, None)?;
        let children = self.children(at, position, parent.as_ref(), decision.as_ref().err().copied())?;
        if let Ok(mut record) = decision {
            if let Some(children) = children {
                record.nest(children);
            }
            let mut held = match &mut self.replacer {
                Some(replacer) => replacer.hide(&mut record, self.stores).map_err(unreadable)?,
                None => Vec::new(),
            };
            held.extend(self.destination.take(*record, self.stores).map_err(from_archive)?);
            for (collection, code, count) in held {
                self.ledger.withheld(&collection, code, count);
            }
        }
        self.done()
    }

    /// The collections whose rows are nested in those of this one.
    fn nested(&self, at: usize) -> impl Iterator<Item = (usize, &'a Collection)> + use<'a> {
        let collections = &self.circumstances.controller.collections;
        let is_nested = move |(_, other): &(usize, &Collection)| other.parent.as_ref() == Some(&collections[at].name);
        collections.iter().enumerate().filter(is_nested)
    }

    /// Whether a row has children, or says itself whether there could be any.
    fn children_are_looked_for(&self, at: usize, position: usize, row: &Normalized) -> bool {
        let matched = &self.identification.matched;
        self.nested(at).any(|(child, _)| row.form.is_some() || !matched[child].children_of(number(position)).is_empty())
    }

    /// The children of a row, in the order of their collections and keys; none if no collection of them is configured.
    fn children(
        &mut self,
        at: usize,
        position: usize,
        parent: Option<&Normalized>,
        excluded: Option<Code>,
    ) -> Result<Option<Vec<PortableRecord>>, FulfilError> {
        let none = || self.nested(at).next().map(|_| Vec::new());
        let Some(parent) = parent else { return Ok(none()) };
        let mut portable = Vec::new();
        let (controller, readers) = (self.circumstances.controller, self.readers.clone());
        for (child_at, collection) in self.nested(at) {
            let found = &self.identification.matched[child_at];
            let rows = found.children_of(number(position));
            if rows.is_empty() {
                continue;
            }
            let reader = &readers[child_at];
            let ids: Vec<&RowId> = rows.iter().map(|row| &row.row).collect();
            self.stores
                .read_rows(collection, &ids, &reader.wishes(found.selection_open), &mut |nth, mut cells| {
                    let normalized = reader
                        .row(controller, self.subject, &rows[nth].row, nth + 1, &mut cells, Some(parent))
                        .map_err(from_normalize)
                        .map_err(through)?;
                    let under = Some((parent, excluded));
                    let fate = found.fate_of(&rows[nth], &cells);
                    if let Ok(record) = self.decide(collection, normalized, fate, under).map_err(through)? {
                        portable.push(*record);
                    }
                    self.done().map_err(through)
                })
                .map_err(back)?;
        }
        // An imported parent may come from where none of its like had children.
        let lacks = |key| parent.form.as_ref().is_some_and(|form| !form.has(key));
        if portable.is_empty() && parent.kind.nests_as().is_some_and(lacks) {
            return Ok(None);
        }
        Ok(Some(portable))
    }

    /// Decides about a row and enters it in the account. `parent` is the row that it is nested in, with the code that
    /// keeps it out, if one does.
    fn decide(
        &mut self,
        collection: &Collection,
        row: Normalized,
        fate: RowFate,
        parent: Option<(&Normalized, Option<Code>)>,
    ) -> Result<Decided, FulfilError> {
        let controller = self.circumstances.controller;
        let values = row.values.iter().filter(|value| !value.reading.is_empty());
        let own = values.filter_map(|value| value.activity.as_deref());
        let regime = self.circumstances.regime;
        let lacking = |key| controller.activity(key).and_then(|activity| activity.without_basis(regime));
        if let Some((what, advice)) = std::iter::once(row.activity.as_str()).chain(own).find_map(lacking) {
            return Err(FulfilError::Configuration(format!("{}: {what}", row.row), advice));
        }
        // Requirement A11: whoever is the subject, by a row of their own.
        if row.deceased && fate != RowFate::SharedIdentifier && !self.may_be_dead {
            return Err(FulfilError::Deceased { row: row.row.to_string() });
        }
        let overdue = !row.legal_hold && retention_ended(&self.circumstances, &row);
        // What the person must not be told of takes its children along.
        let secret = |key: &str| controller.activity(key).filter(|activity| !activity.disclose);
        let secret = secret(&row.activity).or_else(|| parent.and_then(|(parent, _)| secret(&parent.activity)));
        let parent = parent.and_then(|(_, code)| code);
        self.findings.about_row(&collection.name, fate, overdue, row.changed);
        let (holding, deceased) = (row.holding, row.deceased);
        match decide(&self.circumstances, collection, row, fate, parent) {
            ScopeDecision::Portable(record) => {
                self.ledger.portable(&collection.name, record.tally());
                self.findings.about_values(&collection.name, record.tally());
                self.findings.about_holder(&collection.name, holding, deceased);
                self.findings.about_record(record.record(), regime, self.circumstances.as_of);
                Ok(Ok(record))
            }
            ScopeDecision::Excluded(code) => {
                self.ledger.excluded(&collection.name, code, secret.map(|activity| activity.key.as_str()));
                self.findings.about_exclusion(&collection.name, code);
                Ok(Err(code))
            }
        }
    }

    fn done(&mut self) -> Result<(), FulfilError> {
        self.watcher.row();
        if self.watcher.interrupted() { Err(FulfilError::Interrupted) } else { Ok(()) }
    }
}

/// A position among matched rows as they keep it.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// Puts what the run found into the facts of the archive.
pub fn complete(facts: &mut Facts, account: &Account, controller: &Controller) {
    let hidden: Vec<&str> = controller
        .collections
        .iter()
        .filter(|c| {
            c.activity.keys().iter().all(|key| controller.activity(key).is_some_and(|activity| !activity.disclose))
        })
        .map(|collection| collection.name.as_str())
        .collect();
    facts.ledger = account.ledger.for_the_person(&hidden);
    facts.findings = account
        .findings_for_the_person
        .iter()
        .filter(|f| f.collection.as_deref().is_none_or(|c| !hidden.contains(&c)))
        .cloned()
        .collect();
    facts.replaced = account.replaced.clone();
    facts.child = account.findings.iter().any(|finding| finding.code == FindingCode::Child.as_str());
    facts.collections.retain(|collection| !hidden.contains(&collection.name.as_str()));
}
