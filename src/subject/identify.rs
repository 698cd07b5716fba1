//! Recognising the data subject: the request's identifiers, what matched rows teach, links in both directions, to a
//! fixed point (contract 3, "match" and "Shared identifiers").

use super::evaluate::{Evaluated, Evaluation};
use super::finder::{Finder, RowId};
use super::found::{FoundBySets, Matched, MatchedRow, RowFate};
use super::identifier::Identifier;
use super::persons::{PersonId, Persons, Settled, Unsettled, settle};
use crate::controller::Controller;
use std::collections::{BTreeMap, BTreeSet};

/// More rounds than any sane set of links needs.
const MAX_ROUNDS: usize = 200;

/// What the operator has decided about doubtful cases.
#[derive(Debug, Clone, Copy, Default)]
pub struct Decisions {
    /// Rows found through shared identifiers are taken as the subject's.
    pub accept_shared: bool,
    /// Several persons are one.
    pub same_person: bool,
}

/// An identifier of the subject.
#[derive(Debug, Clone)]
pub struct KnownIdentifier {
    /// The identifier.
    pub identifier: Identifier,
    /// The collection that taught it; none if the request named it.
    pub taught_by: Option<String>,
    /// It leads to someone else too.
    pub shared: bool,
}

/// An identifier that the subject merely typed in. Never followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// The identifier.
    pub identifier: Identifier,
    /// The collection that holds it.
    pub collection: String,
}

/// Who the subject is, and which rows are theirs.
#[derive(Debug, Clone)]
pub struct Identification {
    /// Every identifier, those of the request first.
    pub identifiers: Vec<KnownIdentifier>,
    /// Identifiers to ask the subject about.
    pub suggestions: Vec<Suggestion>,
    /// The rows of each collection, in the order of the configuration.
    pub matched: Vec<Matched>,
    /// The sets that rows refer to.
    pub found_by: FoundBySets,
}

/// Why it cannot be said who the subject is. Exit status 5.
#[derive(Debug, Clone, PartialEq)]
pub struct Ambiguity {
    /// Whether unshared identifiers found several persons; else only shared ones found any.
    pub several: bool,
    /// The types of the identifiers concerned.
    pub kinds: Vec<String>,
    /// A row of each person: (position of the collection, row, its place in the order of the keys, from 1).
    pub rows: Vec<(usize, RowId, usize)>,
    /// How many persons.
    pub persons: usize,
}

/// Why recognising the subject failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentifyError<E> {
    /// A store cannot be read.
    #[error(transparent)]
    Store(E),
    /// It is not certain who the subject is.
    #[error("the identifiers fit more than one person")]
    Ambiguous(Ambiguity),
    /// A row has no key.
    #[error("a row of the collection `{collection}` that is the subject's has NULL in its key")]
    NullKey {
        /// The collection.
        collection: String,
    },
    /// Two rows have one key.
    #[error("two rows of the collection `{collection}` that are the subject's have the same key")]
    RepeatedKey {
        /// The collection.
        collection: String,
    },
    /// A child's parent is not the subject's.
    #[error("a row of the collection `{collection}` is the subject's, but its parent is not")]
    NoParent {
        /// The collection.
        collection: String,
    },
    /// The links lead on and on.
    #[error("what the rows teach leads on without end")]
    Endless,
}

/// Finds the subject's rows in every collection.
///
/// # Errors
/// When a store cannot be read, a key is missing or repeated, or it is uncertain who the subject is.
pub fn identify<F: Finder>(
    controller: &Controller,
    requested: &[Identifier],
    decisions: Decisions,
    finder: &F,
) -> Result<Identification, IdentifyError<F::Error>> {
    let mut search = Search {
        controller,
        finder,
        decisions,
        requested: u16::try_from(requested.len()).unwrap_or(u16::MAX),
        identifiers: Vec::new(),
        taught_by: Vec::new(),
        sets: FoundBySets::default(),
        persons: Persons::of(controller),
        evaluated: vec![Evaluated::default(); controller.collections.len()],
        inputs: vec![None; controller.collections.len()],
        settled: Settled::default(),
        elsewhere: BTreeSet::new(),
        policy: 0,
        versions: 0,
    };
    search.begin(requested);
    search.to_fixed_point()?;
    search.finish()
}

struct Search<'a, F: Finder> {
    controller: &'a Controller,
    finder: &'a F,
    decisions: Decisions,
    requested: u16,
    identifiers: Vec<Identifier>,
    taught_by: Vec<Option<String>>,
    sets: FoundBySets,
    persons: Persons,
    evaluated: Vec<Evaluated>,
    /// What each collection was last evaluated with; the same again gives the same rows.
    inputs: Vec<Option<(usize, u64, Vec<u64>)>>,
    settled: Settled,
    /// Rows that `where` leaves to another collection of the same table: (collection, row key).
    elsewhere: BTreeSet<(usize, i64)>,
    policy: u64,
    versions: u64,
}

impl<F: Finder> Search<'_, F> {
    fn begin(&mut self, requested: &[Identifier]) {
        self.identifiers.clear();
        self.taught_by.clear();
        for identifier in requested {
            if !self.identifiers.contains(identifier) {
                self.identifiers.push(identifier.clone());
                self.taught_by.push(None);
            }
        }
        self.requested = u16::try_from(self.identifiers.len()).unwrap_or(u16::MAX);
        self.inputs.fill(None);
    }

    fn to_fixed_point(&mut self) -> Result<(), IdentifyError<F::Error>> {
        for _ in 0..MAX_ROUNDS {
            self.evaluate()?;
            let settled = settle(&self.persons, &self.evaluated, self.requested, self.decisions.same_person)
                .map_err(|unsettled| IdentifyError::Ambiguous(self.ambiguity(unsettled)))?;
            let elsewhere = self.left_to_others();
            if settled != self.settled || elsewhere != self.elsewhere {
                // An identifier that proves to be shared must not have taught anything: begin again without it.
                let shrinks = !self.settled.shared.is_superset(&settled.shared);
                let shared: Vec<Identifier> =
                    settled.shared.iter().map(|at| self.identifiers[*at as usize].clone()).collect();
                self.settled = settled;
                self.elsewhere = elsewhere;
                self.policy += 1;
                if shrinks && self.identifiers.len() > self.requested as usize {
                    self.forget_what_was_learned(&shared);
                }
                continue;
            }
            if !self.learn()? {
                return Ok(());
            }
        }
        Err(IdentifyError::Endless)
    }

    /// Drops every learned identifier but the shared ones, which stay known as such; the others are learned anew.
    fn forget_what_was_learned(&mut self, shared: &[Identifier]) {
        let requested = self.requested as usize;
        let kept: Vec<(Identifier, Option<String>)> = self
            .identifiers
            .drain(..)
            .zip(self.taught_by.drain(..))
            .enumerate()
            .filter(|(at, (identifier, _))| *at < requested || shared.contains(identifier))
            .map(|(_, pair)| pair)
            .collect();
        (self.identifiers, self.taught_by) = kept.into_iter().unzip();
        self.settled.shared = (0..self.identifiers.len())
            .filter(|at| shared.contains(&self.identifiers[*at]))
            .filter_map(|at| u16::try_from(at).ok())
            .collect();
        self.sets = FoundBySets::default();
        self.inputs.fill(None);
        self.policy += 1;
    }

    /// Evaluates every collection whose inputs have changed, in the order of the links.
    fn evaluate(&mut self) -> Result<(), IdentifyError<F::Error>> {
        for &at in &self.controller.evaluation_order {
            let collection = &self.controller.collections[at];
            let links = collection.matches.iter().flat_map(|condition| condition.links());
            let versions =
                links.filter_map(|name| self.controller.collection(name)).map(|l| self.evaluated[l].version).collect();
            let kinds: BTreeSet<&str> =
                collection.matches.iter().flat_map(|condition| condition.identifier_types()).collect();
            let relevant = self.identifiers.iter().filter(|identifier| kinds.contains(identifier.kind())).count();
            let input = (relevant, self.policy, versions);
            if self.inputs[at].as_ref() == Some(&input) {
                continue;
            }
            let mut evaluation = Evaluation {
                controller: self.controller,
                finder: self.finder,
                identifiers: &self.identifiers,
                sets: &mut self.sets,
                persons: &mut self.persons,
            };
            let mut evaluated = evaluation.collection(at, &self.evaluated)?;
            self.judge(at, &mut evaluated.rows);
            self.versions += 1;
            evaluated.version = self.versions;
            self.evaluated[at] = evaluated;
            self.inputs[at] = Some(input);
        }
        Ok(())
    }

    /// Says of each row whether it is the subject's, by what is settled so far.
    fn judge(&self, at: usize, rows: &mut Vec<MatchedRow>) {
        let collection = &self.controller.collections[at];
        let subject: Option<&BTreeSet<PersonId>> = self.settled.subject.get(&self.persons.space(collection));
        if !self.elsewhere.is_empty() {
            rows.retain(|row| row.selected || !self.elsewhere.contains(&(at, row_hash(&row.row))));
        }
        for row in rows {
            let stranger = match (row.person, subject) {
                (Some(person), Some(subject)) => !subject.contains(&person),
                _ => false,
            };
            let by = self.sets.get(row.found_by);
            let only_shared = !by.is_empty() && by.iter().all(|identifier| self.settled.shared.contains(identifier));
            row.fate = match (stranger || only_shared, self.decisions.accept_shared, row.selected) {
                (true, false, _) => RowFate::SharedIdentifier,
                (_, _, false) => RowFate::NotSelected,
                (true, true, true) => RowFate::Accepted,
                (false, _, true) => RowFate::Subject,
            };
        }
    }

    /// Rows that one collection's `where` leaves out and another collection of the same table takes.
    fn left_to_others(&self) -> BTreeSet<(usize, i64)> {
        let mut left = BTreeSet::new();
        let collections = &self.controller.collections;
        for (at, collection) in collections.iter().enumerate().filter(|(_, c)| c.selection.is_some()) {
            let same_table = |other: &usize| {
                *other != at
                    && collections[*other].store == collection.store
                    && collections[*other].table == collection.table
            };
            let taken: BTreeSet<i64> = (0..collections.len())
                .filter(same_table)
                .flat_map(|other| &self.evaluated[other].rows)
                .filter(|row| row.selected && row.fate != RowFate::SharedIdentifier)
                .map(|row| row_hash(&row.row))
                .collect();
            let rows = self.evaluated[at].rows.iter().filter(|row| !row.selected);
            left.extend(rows.map(|row| row_hash(&row.row)).filter(|row| taken.contains(row)).map(|row| (at, row)));
            // A row once left to another collection stays there, or the rounds would go back and forth.
            left.extend(self.elsewhere.iter().filter(|(owner, row)| *owner == at && taken.contains(row)));
        }
        left
    }

    /// Takes up what the subject's rows teach; false if nothing is new.
    fn learn(&mut self) -> Result<bool, IdentifyError<F::Error>> {
        let before = self.identifiers.len();
        for at in 0..self.controller.collections.len() {
            let collection = &self.controller.collections[at];
            let taught = self.identifiers_in(at, &collection.learn)?;
            for identifier in taught {
                if !self.identifiers.contains(&identifier) {
                    self.identifiers.push(identifier);
                    self.taught_by.push(Some(collection.name.clone()));
                }
            }
        }
        Ok(self.identifiers.len() > before)
    }

    /// The identifiers that stand in these columns of the subject's rows, each once, in order.
    fn identifiers_in(
        &self,
        at: usize,
        columns: &[(String, Vec<String>)],
    ) -> Result<Vec<Identifier>, IdentifyError<F::Error>> {
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let collection = &self.controller.collections[at];
        let region = self.controller.country.as_deref();
        let kinds: Vec<(&str, &str)> = columns
            .iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| (kind.as_str(), name.as_str())))
            .collect();
        let names: Vec<&str> = kinds.iter().map(|(_, name)| *name).collect();
        let rows =
            self.evaluated[at].rows.iter().filter(|row| matches!(row.fate, RowFate::Subject | RowFate::NotSelected));
        let rows: Vec<&RowId> = rows.map(|row| &row.row).collect();
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        self.finder
            .read(collection, &rows, &names, &mut |_, cells| {
                for ((kind, _), cell) in kinds.iter().zip(&cells) {
                    let identifier = cell.utf8().and_then(|text| Identifier::new(kind, &text, region).ok());
                    if let Some(identifier) = identifier
                        && seen.insert(identifier.clone())
                    {
                        all.push(identifier);
                    }
                }
                Ok(())
            })
            .map_err(IdentifyError::Store)?;
        Ok(all)
    }

    fn ambiguity(&self, unsettled: Unsettled) -> Ambiguity {
        let mut kinds = BTreeSet::new();
        let mut persons: BTreeMap<PersonId, (usize, RowId, usize)> = BTreeMap::new();
        for (at, evaluated) in self.evaluated.iter().enumerate() {
            for (nth, row) in evaluated.rows.iter().enumerate() {
                if let Some(person) = row.person {
                    kinds.extend(
                        self.sets.get(row.found_by).iter().map(|i| self.identifiers[*i as usize].kind().to_owned()),
                    );
                    persons.entry(person).or_insert_with(|| (at, row.row.clone(), nth + 1));
                }
            }
        }
        Ambiguity {
            several: unsettled == Unsettled::Several,
            kinds: kinds.into_iter().collect(),
            persons: persons.len(),
            rows: persons.into_values().collect(),
        }
    }

    fn finish(self) -> Result<Identification, IdentifyError<F::Error>> {
        let mut suggestions = BTreeSet::new();
        for (at, collection) in self.controller.collections.iter().enumerate() {
            for identifier in self.identifiers_in(at, &collection.suggest)? {
                if !self.identifiers.contains(&identifier) {
                    suggestions.insert(Suggestion { identifier, collection: collection.name.clone() });
                }
            }
        }
        let identifiers = self
            .identifiers
            .into_iter()
            .zip(self.taught_by)
            .enumerate()
            .map(|(at, (identifier, taught_by))| KnownIdentifier {
                identifier,
                taught_by,
                shared: u16::try_from(at).is_ok_and(|at| self.settled.shared.contains(&at)),
            })
            .collect();
        Ok(Identification {
            identifiers,
            suggestions: suggestions.into_iter().collect(),
            matched: self.evaluated.into_iter().map(|e| Matched { rows: e.rows, reached: e.reached }).collect(),
            found_by: self.sets,
        })
    }
}

/// A number for a row within its table, to tell rows of one table apart across collections.
fn row_hash(row: &RowId) -> i64 {
    match row {
        RowId::Number(number) => *number,
        RowId::Key(cells) => {
            use std::hash::{Hash, Hasher};
            let mut hasher = std::collections::hash_map::DefaultHasher::new();
            for cell in cells.iter() {
                cell.text().hash(&mut hasher);
            }
            hasher.finish().cast_signed()
        }
    }
}
