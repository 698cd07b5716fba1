//! The search for the subject's rows: the request's identifiers, what matched rows teach, links in both directions, to
//! a fixed point (contract 3, "match" and "Shared identifiers").

use super::evaluate::{Evaluated, Evaluation, Fault};
use super::finder::{Finder, RowId};
use super::found::{FoundBySets, MatchedRow, RowFate};
use super::identifier::Identifier;
use super::identify::{Ambiguity, Decisions, Identification, IdentifyError, KnownIdentifier, Suggestion};
use super::order::RowName;
use super::persons::{PersonId, Persons, Settled, Unsettled, settle};
use crate::controller::Controller;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// So often it may be settled anew who the subject is without an identifier learned or proved to be shared.
const MAX_ROUNDS: usize = 200;

/// What the rows of a collection depend on.
#[derive(Clone, PartialEq, Eq)]
struct Input {
    /// How many identifiers its conditions could use.
    identifiers: usize,
    /// The versions of the collections that it links to.
    links: Vec<u64>,
}

/// A search under way.
pub(super) struct Search<'a, F: Finder> {
    controller: &'a Controller,
    finder: &'a F,
    decisions: Decisions,
    /// How many of the identifiers, at the beginning of the list, came with the request.
    requested: u32,
    identifiers: Vec<Identifier>,
    known: HashSet<Identifier>,
    taught_by: Vec<Option<String>>,
    /// Identifiers that proved to be shared. Once shared, always shared: what they taught may have been the proof.
    proved_shared: HashSet<Identifier>,
    sets: FoundBySets,
    persons: Persons,
    evaluated: Vec<Evaluated>,
    /// What each collection was last evaluated with; the same again gives the same rows.
    inputs: Vec<Option<Input>>,
    settled: Settled,
    /// Rows that `where` leaves to another collection of the same table: (collection, row).
    elsewhere: BTreeSet<(usize, RowName)>,
    /// Rows that came back: the other collection had found them only through this one.
    came_back: BTreeSet<(usize, RowName)>,
    policy: u64,
    versions: u64,
}

impl<'a, F: Finder> Search<'a, F> {
    /// Knows the identifiers of the request, each once.
    pub fn begin(
        controller: &'a Controller,
        requested: &[Identifier],
        decisions: Decisions,
        finder: &'a F,
    ) -> Search<'a, F> {
        let mut search = Search {
            controller,
            finder,
            decisions,
            requested: 0,
            identifiers: Vec::new(),
            known: HashSet::new(),
            taught_by: Vec::new(),
            proved_shared: HashSet::new(),
            sets: FoundBySets::default(),
            persons: Persons::of(controller),
            evaluated: vec![Evaluated::default(); controller.collections.len()],
            inputs: vec![None; controller.collections.len()],
            settled: Settled::default(),
            elsewhere: BTreeSet::new(),
            came_back: BTreeSet::new(),
            policy: 0,
            versions: 0,
        };
        requested.iter().for_each(|identifier| search.take_up(identifier.clone(), None));
        search.requested = u32::try_from(search.identifiers.len()).unwrap_or(u32::MAX);
        search
    }

    fn take_up(&mut self, identifier: Identifier, taught_by: Option<&str>) {
        if self.known.insert(identifier.clone()) {
            self.identifiers.push(identifier);
            self.taught_by.push(taught_by.map(str::to_owned));
        }
    }

    /// Evaluates, settles who the subject is, and learns, until nothing is new. There are only so many identifiers in
    /// the stores to learn, and only so many of them to prove shared; what is left to go round in circles is counted.
    pub fn until_nothing_is_new(&mut self) -> Result<(), IdentifyError<F::Error>> {
        let mut rounds = 0;
        while rounds < MAX_ROUNDS {
            rounds += 1;
            self.evaluate()?;
            let proved: BTreeSet<u32> = if self.proved_shared.is_empty() {
                BTreeSet::new()
            } else {
                let proved = |(_, identifier): &(u32, &Identifier)| self.proved_shared.contains(identifier);
                (0..).zip(&self.identifiers).filter(proved).map(|(at, _)| at).collect()
            };
            let same_person = self.decisions.same_person;
            let settled = settle(&self.persons, &self.evaluated, &self.sets, self.requested, &proved, same_person);
            let elsewhere = self.left_to_others();
            if settled != self.settled || elsewhere != self.elsewhere {
                let newly_shared = settled.shared.difference(&proved).map(|at| self.identifiers[*at as usize].clone());
                let newly_shared: Vec<Identifier> = newly_shared.collect();
                self.settled = settled;
                for (at, row) in self.elsewhere.difference(&elsewhere) {
                    self.came_back.insert((*at, row.clone()));
                    // It was taken out, so it has to be found again.
                    self.inputs[*at] = None;
                }
                self.elsewhere = elsewhere;
                self.policy += 1;
                if !newly_shared.is_empty() {
                    rounds = 0;
                    self.proved_shared.extend(newly_shared);
                    self.forget_what_was_learned();
                }
                continue;
            }
            if let Some(unsettled) = self.settled.doubt {
                return Err(IdentifyError::Ambiguous(self.ambiguity(unsettled)));
            }
            if !self.learn()? {
                return self.last_word();
            }
            rounds = 0;
        }
        Err(IdentifyError::Endless)
    }

    /// What is wrong with the rows that were found in the end.
    fn last_word(&self) -> Result<(), IdentifyError<F::Error>> {
        for (collection, evaluated) in self.controller.collections.iter().zip(&self.evaluated) {
            let collection = collection.name.clone();
            match evaluated.fault {
                Some(Fault::NullKey) => return Err(IdentifyError::NullKey { collection }),
                Some(Fault::RepeatedKey) => return Err(IdentifyError::RepeatedKey { collection }),
                Some(Fault::NoParent) => return Err(IdentifyError::NoParent { collection }),
                None => {}
            }
        }
        Ok(())
    }

    /// Drops every learned identifier: an identifier that proves to be shared must not have taught anything. What
    /// others teach is learned anew.
    fn forget_what_was_learned(&mut self) {
        let requested = self.requested as usize;
        if self.identifiers.len() == requested {
            return;
        }
        for learned in self.identifiers.drain(requested..) {
            self.known.remove(&learned);
        }
        self.taught_by.truncate(requested);
        self.settled.shared.retain(|at| *at < self.requested);
        self.sets = FoundBySets::default();
        self.inputs.fill(None);
    }

    /// Evaluates every collection whose inputs have changed, in the order of the links, and judges the others anew
    /// where it was settled anew who the subject is: their rows are the same, so the store is not asked again.
    fn evaluate(&mut self) -> Result<(), IdentifyError<F::Error>> {
        for &at in &self.controller.evaluation_order {
            let collection = &self.controller.collections[at];
            let links = collection.matches.iter().flat_map(|condition| condition.links());
            let links =
                links.filter_map(|name| self.controller.collection(name)).map(|l| self.evaluated[l].version).collect();
            let kinds: BTreeSet<&str> =
                collection.matches.iter().flat_map(|condition| condition.identifier_types()).collect();
            let identifiers = self.identifiers.iter().filter(|identifier| kinds.contains(identifier.kind())).count();
            let input = Input { identifiers, links };
            let mut evaluated = std::mem::take(&mut self.evaluated[at]);
            let mut changed = self.inputs[at].as_ref() != Some(&input);
            if changed {
                // The old rows make room for the new ones.
                drop(std::mem::take(&mut evaluated));
                let may_leave_selection = self.may_leave_selection(at);
                let mut evaluation = Evaluation {
                    controller: self.controller,
                    finder: self.finder,
                    may_leave_selection,
                    identifiers: &self.identifiers,
                    sets: &mut self.sets,
                    persons: &mut self.persons,
                };
                evaluated = evaluation.collection(at, &self.evaluated)?;
                self.inputs[at] = Some(input);
            }
            if evaluated.policy != Some(self.policy) {
                changed |= self.judge(at, &mut evaluated.rows);
                evaluated.policy = Some(self.policy);
            }
            if changed {
                self.versions += 1;
                evaluated.version = self.versions;
            }
            self.evaluated[at] = evaluated;
        }
        Ok(())
    }

    /// Says of each row whether it is the subject's, by what is settled so far. Whether anything is new about them.
    fn judge(&self, at: usize, rows: &mut Vec<MatchedRow>) -> bool {
        let collection = &self.controller.collections[at];
        let subject: Option<&BTreeSet<PersonId>> = self.settled.subject.get(&self.persons.space(collection));
        let before = rows.len();
        if !self.elsewhere.is_empty() {
            rows.retain(|row| row.selected || !self.elsewhere.contains(&(at, RowName::of(&row.row))));
        }
        let mut changed = rows.len() != before;
        for row in rows {
            let stranger = match (row.person.get(), subject) {
                (Some(person), Some(subject)) => !subject.contains(&person),
                _ => false,
            };
            let by = self.sets.get(row.found_by);
            let only_shared = !by.is_empty() && by.iter().all(|identifier| self.settled.shared.contains(identifier));
            let fate = match (stranger || only_shared, self.decisions.accept_shared, row.selected) {
                (true, false, _) => RowFate::SharedIdentifier,
                (_, _, false) => RowFate::NotSelected,
                (true, true, true) => RowFate::Accepted,
                (false, _, true) => RowFate::Subject,
            };
            changed |= std::mem::replace(&mut row.fate, fate) != fate;
        }
        changed
    }

    /// Whether it makes no difference to who the subject is which rows `where` admits: no other collection takes what
    /// it leaves out, and no shared rows are accepted, which teach nothing while those left out do.
    fn may_leave_selection(&self, at: usize) -> bool {
        let collection = &self.controller.collections[at];
        let same_table = self
            .controller
            .collections
            .iter()
            .filter(|other| other.store == collection.store && other.table == collection.table);
        !self.decisions.accept_shared && same_table.count() == 1
    }

    /// Rows that one collection's `where` leaves out and another collection of the same table takes.
    fn left_to_others(&self) -> BTreeSet<(usize, RowName)> {
        let mut left = BTreeSet::new();
        let collections = &self.controller.collections;
        for (at, collection) in collections.iter().enumerate().filter(|(_, c)| c.selection.is_some()) {
            let same_table = |other: &usize| {
                *other != at
                    && collections[*other].store == collection.store
                    && collections[*other].table == collection.table
            };
            let taken: HashSet<RowName> = (0..collections.len())
                .filter(same_table)
                .flat_map(|other| &self.evaluated[other].rows)
                .filter(|row| row.selected && row.fate != RowFate::SharedIdentifier)
                .map(|row| RowName::of(&row.row))
                .collect();
            let rows = self.evaluated[at].rows.iter().filter(|row| !row.selected).map(|row| RowName::of(&row.row));
            left.extend(rows.filter(|row| taken.contains(row)).map(|row| (at, row)));
            // A row once left to another collection stays there, or the rounds would go back and forth.
            let before = self.elsewhere.iter().filter(|(owner, row)| *owner == at && taken.contains(row));
            left.extend(before.cloned());
        }
        // Nothing vanishes: what came back is told here and there, for it would come and go for ever.
        left.retain(|row| !self.came_back.contains(row));
        left
    }

    /// Takes up what the subject's rows teach; false if nothing is new.
    fn learn(&mut self) -> Result<bool, IdentifyError<F::Error>> {
        let before = self.identifiers.len();
        for at in 0..self.controller.collections.len() {
            let collection = &self.controller.collections[at];
            for identifier in self.identifiers_in(at, &collection.learn)? {
                self.take_up(identifier, Some(&collection.name));
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
                if let Some(person) = row.person.get() {
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

    /// What was found.
    pub fn finish(self) -> Result<Identification, IdentifyError<F::Error>> {
        let mut suggestions = BTreeSet::new();
        for (at, collection) in self.controller.collections.iter().enumerate() {
            for identifier in self.identifiers_in(at, &collection.suggest)? {
                if !self.known.contains(&identifier) {
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
                shared: u32::try_from(at).is_ok_and(|at| self.settled.shared.contains(&at)),
            })
            .collect();
        Ok(Identification {
            identifiers,
            suggestions: suggestions.into_iter().collect(),
            matched: self.evaluated.into_iter().map(Evaluated::into_matched).collect(),
            found_by: self.sets,
        })
    }
}
