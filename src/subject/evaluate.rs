//! Evaluates one collection: which of its rows the conditions find, through which identifiers, under which parent.

use super::finder::{ColumnTest, Finder, FoundRow, RowId, Test};
use super::found::{FoundBySets, Matched, MatchedRow, Perhaps, RowFate};
use super::identifier::Identifier;
use super::identify::IdentifyError;
use super::keys::{KeyPlace, Keys};
use super::links::{Linked, LinkedRow, Seen, found_by};
use super::matching::{canonical_in, list_has};
use super::order::{repeated, row_order};
use super::persons::{PersonId, Persons};
use crate::controller::{Collection, Comparison, Condition, Controller, Term, TermSource};
use crate::records::Cell;
use std::cmp::Ordering;

/// How many linked rows are looked up at once: bounds memory, and fills one query well.
const CHUNK: usize = 2_000;

/// The rows that one collection has, and which persons each identifier found in them directly.
#[derive(Debug, Clone, Default)]
pub(super) struct Evaluated {
    pub rows: Vec<MatchedRow>,
    /// (identifier, person), of rows that a condition on the subject itself found.
    pub direct: Vec<(u32, PersonId)>,
    pub reached: bool,
    /// Whether `where` admits a row is still to be asked.
    pub selection_open: bool,
    /// What would be wrong with the rows, if they are the last word.
    pub fault: Option<Fault>,
    /// Changes whenever the rows may have changed.
    pub version: u64,
    /// By which state of what is settled they were judged.
    pub policy: Option<u64>,
}

impl Evaluated {
    /// What a run needs of it.
    pub fn into_matched(self) -> Matched {
        Matched { rows: self.rows, reached: self.reached, selection_open: self.selection_open }
    }
}

/// Why rows cannot become records.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    NullKey,
    RepeatedKey,
    NoParent,
}

/// What an evaluation works with.
pub(super) struct Evaluation<'a, F: Finder> {
    pub controller: &'a Controller,
    pub finder: &'a F,
    pub identifiers: &'a [Identifier],
    /// Whether `where` may be asked when rows are read.
    pub may_leave_selection: bool,
    pub sets: &'a mut FoundBySets,
    pub persons: &'a mut Persons,
}

/// A row found by one condition. There may be a million, so it is small and is never copied.
struct Hit {
    row: RowId,
    /// Where the row is not named by its key.
    key: Option<KeyPlace>,
    found_by: u32,
    parent: Perhaps,
    person: Perhaps,
    selected: bool,
    /// False where only an excluded parent leads to the row: that names its parent, but finds nothing.
    finds: bool,
}

/// The rows that the conditions of one collection found.
#[derive(Default)]
struct Hits {
    rows: Vec<Hit>,
    keys: Keys,
}

/// The part of a condition that is about the subject, with the values to compare.
struct SubjectTerm<'a> {
    term: &'a Term,
    kind: &'a str,
    /// The positions of the identifiers, beside their values.
    identifiers: Vec<u32>,
    /// In order.
    values: Vec<Vec<u8>>,
}

impl<F: Finder> Evaluation<'_, F> {
    /// Finds the rows of the collection at this position, given the rows of those that it links to.
    pub fn collection(&mut self, at: usize, before: &[Evaluated]) -> Result<Evaluated, IdentifyError<F::Error>> {
        let collection = &self.controller.collections[at];
        let mut hits = Hits::default();
        let mut evaluated = Evaluated::default();
        for condition in &collection.matches {
            evaluated.reached |= self.condition(collection, condition, before, &mut hits, &mut evaluated)?;
        }
        evaluated.direct.sort_unstable();
        evaluated.direct.dedup();
        (evaluated.rows, evaluated.fault) = self.merge(collection, hits);
        Ok(evaluated)
    }

    /// Adds what one condition finds; false if no identifier reaches it.
    fn condition(
        &mut self,
        collection: &Collection,
        condition: &Condition,
        before: &[Evaluated],
        hits: &mut Hits,
        evaluated: &mut Evaluated,
    ) -> Result<bool, IdentifyError<F::Error>> {
        let mut subject_terms = Vec::new();
        for term in &condition.terms {
            if let TermSource::Subject(kind) = &term.source {
                let known = (0..).zip(self.identifiers).filter(|(_, identifier)| identifier.kind() == kind);
                let mut known: Vec<(u32, &Identifier)> = known.collect();
                if known.is_empty() {
                    return Ok(false);
                }
                known.sort_unstable_by(|(_, a), (_, b)| a.canonical().cmp(b.canonical()));
                let (identifiers, values) =
                    known.into_iter().map(|(at, known)| (at, known.canonical().as_bytes().to_vec())).unzip();
                subject_terms.push(SubjectTerm { term, kind, identifiers, values });
            }
        }
        let mut links = condition.links();
        // The link to the parent leads, because it says which parent a child belongs to.
        links.sort_by_key(|link| collection.parent.as_deref() != Some(*link));
        let mut reached = true;
        for link in &links {
            reached &= self.controller.collection(link).is_some_and(|at| before[at].reached);
        }
        let Some((first, others)) = links.split_first() else {
            self.search(collection, condition, &subject_terms, &[], hits, evaluated)?;
            return Ok(true);
        };
        let position = self.controller.collection(first).unwrap_or_default();
        let all = before[position].rows.len();
        if all == 0 {
            return Ok(reached);
        }
        let mut linked = vec![Linked::of(condition, first)];
        for link in others {
            let rows = self.controller.collection(link).map_or(0, |at| before[at].rows.len());
            linked.push(self.linked(condition, link, before, 0..rows, &mut Seen::default())?);
        }
        let mut seen = Seen::default();
        for start in (0..all).step_by(CHUNK) {
            linked[0] = self.linked(condition, first, before, start..(start + CHUNK).min(all), &mut seen)?;
            if linked.iter().all(|linked| !linked.rows.is_empty()) {
                self.search(collection, condition, &subject_terms, &linked, hits, evaluated)?;
            }
        }
        Ok(reached)
    }

    /// Reads the linked columns of some rows of a collection.
    fn linked<'c>(
        &self,
        condition: &'c Condition,
        link: &str,
        before: &[Evaluated],
        positions: std::ops::Range<usize>,
        seen: &mut Seen,
    ) -> Result<Linked<'c>, IdentifyError<F::Error>> {
        let linked = Linked::of(condition, link);
        let at = self.controller.collection(link).unwrap_or_default();
        let all = &before[at].rows;
        // By a whole key that none of them shares no two rows are linked to alike, and there may be a million of them.
        let key = &self.controller.collections[at].key;
        let unique = before[at].fault.is_none()
            && !key.is_empty()
            && key.iter().all(|column| linked.columns.contains(&column.as_str()));
        let ids: Vec<&RowId> = all[positions.clone()].iter().map(|row| &row.row).collect();
        let mut rows = Vec::new();
        self.finder
            .read(&self.controller.collections[at], &ids, &linked.columns, &mut |nth, cells| {
                let texts: Option<Vec<Vec<u8>>> =
                    cells.iter().map(|cell| cell.text().map(|t| t.into_owned())).collect();
                if let Some(texts) = texts {
                    let position = positions.start + nth;
                    let row = LinkedRow {
                        position: u32::try_from(position).unwrap_or(u32::MAX),
                        found_by: all[position].found_by,
                        follow: all[position].fate != RowFate::SharedIdentifier,
                        texts,
                    };
                    if unique || seen.is_new(&row) {
                        rows.push(row);
                    }
                }
                Ok(())
            })
            .map_err(IdentifyError::Store)?;
        Ok(linked.with(rows))
    }

    /// Asks the store for rows and decides exactly which of them the condition finds. The first of `links` leads to
    /// the parent, if any does.
    fn search(
        &mut self,
        collection: &Collection,
        condition: &Condition,
        subject_terms: &[SubjectTerm<'_>],
        links: &[Linked<'_>],
        hits: &mut Hits,
        evaluated: &mut Evaluated,
    ) -> Result<(), IdentifyError<F::Error>> {
        let direct = &mut evaluated.direct;
        let region = self.controller.country.as_deref();
        let key_needed = !self.finder.key_names_rows(collection);
        let mut wanted: Vec<&str> = condition.terms.iter().map(|term| term.column.as_str()).collect();
        let key_from = wanted.len();
        if key_needed {
            wanted.extend(collection.key.iter().map(String::as_str));
        }
        let key_to = wanted.len();
        let person_at = collection.person.as_deref().map(|column| {
            wanted.push(column);
            wanted.len() - 1
        });
        let literals: Vec<Vec<Vec<u8>>> = condition
            .terms
            .iter()
            .map(|term| match &term.source {
                TermSource::Literal(text) => vec![text.clone().into_bytes()],
                _ => Vec::new(),
            })
            .collect();
        let subject_of = |term: &Term| subject_terms.iter().find(|subject| std::ptr::eq(subject.term, term));
        let tests: Vec<ColumnTest<'_>> = condition
            .terms
            .iter()
            .zip(&literals)
            .filter_map(|(term, literal)| {
                let test = match (&term.source, term.comparison) {
                    (TermSource::Literal(_), _) => Test::TextIn(literal),
                    (TermSource::Subject(_), comparison) => {
                        let SubjectTerm { kind, values, .. } = subject_of(term)?;
                        match comparison {
                            Comparison::Bytes => Test::TextIn(values),
                            Comparison::Canonical => Test::CanonicalIn { kind, values },
                            Comparison::Has => Test::ListHas { kind, values },
                        }
                    }
                    (TermSource::Link { .. }, comparison) => {
                        let values = links.iter().find_map(|linked| linked.values_for(term))?;
                        match comparison {
                            Comparison::Has => Test::ListHas { kind: "", values },
                            _ => Test::TextIn(values),
                        }
                    }
                };
                Some(ColumnTest { column: &term.column, test })
            })
            .collect();

        let is_parent = links.first().is_some_and(|linked| linked.leads_to(collection.parent.as_deref()));
        let (sets, persons) = (&mut *self.sets, &mut *self.persons);
        let mut visit = |found: FoundRow| {
            let FoundRow { row, cells, selected } = found;
            let mut by: Vec<u32> = Vec::new();
            for (term, cell) in condition.terms.iter().zip(&cells) {
                match &term.source {
                    TermSource::Literal(text) if cell.text().as_deref() != Some(text.as_bytes()) => return Ok(()),
                    TermSource::Literal(_) | TermSource::Link { .. } => {}
                    TermSource::Subject(_) => {
                        let matching = subject_of(term).map(|subject| subject.matching(cell, region));
                        match matching {
                            Some(matching) if !matching.is_empty() => by.extend(matching),
                            _ => return Ok(()),
                        }
                    }
                }
            }
            let (mut parent, mut finds, mut through) = (None, true, Vec::new());
            for (nth, linked) in links.iter().enumerate() {
                let Some(reached) = linked.reached(condition, &cells) else { return Ok(()) };
                if nth == 0 && is_parent {
                    parent = Some(reached.first);
                }
                finds &= reached.followed;
                through.extend(reached.found_by);
            }
            if !finds && !is_parent {
                return Ok(());
            }
            let person = person_at.and_then(|at| cells[at].text().map(|text| persons.intern(collection, &text)));
            if let Some(person) = person.filter(|_| finds) {
                for pair in by.iter().map(|identifier| (*identifier, person)) {
                    // Most rows say what the last one said.
                    if direct.last() != Some(&pair) {
                        direct.push(pair);
                    }
                }
            }
            let found_by = found_by(sets, by, through);
            let key = key_needed.then(|| hits.keys.keep(&cells[key_from..key_to]));
            hits.rows.push(Hit { row, key, found_by, parent: parent.into(), selected, person: person.into(), finds });
            Ok(())
        };
        let open = match self.may_leave_selection {
            true => self.finder.find_whether_selected_or_not(collection, &tests, &wanted, &mut visit),
            false => self.finder.find(collection, &tests, &wanted, &mut visit).map(|()| false),
        };
        evaluated.selection_open |= open.map_err(IdentifyError::Store)?;
        Ok(())
    }

    /// One row for every row found, however often, in the order of the records.
    fn merge(&mut self, collection: &Collection, hits: Hits) -> (Vec<MatchedRow>, Option<Fault>) {
        let Hits { rows: mut hits, keys } = hits;
        let sets = &mut *self.sets;
        hits.sort_unstable_by(|a, b| row_order(&a.row, &b.row));
        // Every set that found the row of the last hit.
        let mut through: Vec<u32> = Vec::new();
        hits.dedup_by(|hit, last| {
            if last.row != hit.row {
                through.clear();
                return false;
            }
            if through.is_empty() {
                through.extend(last.finds.then_some(last.found_by));
            }
            last.finds |= hit.finds;
            last.parent = [last.parent.get(), hit.parent.get()].into_iter().flatten().min().into();
            if hit.finds && !through.contains(&hit.found_by) {
                through.push(hit.found_by);
                last.found_by = found_by(sets, Vec::new(), through.clone());
            }
            true
        });
        hits.retain(|hit| hit.finds);
        let is_child = collection.parent.is_some();
        let fault = if hits.iter().any(|hit| hit.has_null(&keys)) {
            Some(Fault::NullKey)
        } else if keys.repeated(hits.iter().filter_map(|hit| hit.key)) || repeated(hits.iter().filter_map(Hit::name)) {
            Some(Fault::RepeatedKey)
        } else {
            (is_child && hits.iter().any(|hit| hit.parent.get().is_none())).then_some(Fault::NoParent)
        };
        hits.sort_unstable_by(|a, b| {
            let by_key = a.parent.cmp(&b.parent).then_with(|| key_order(&keys, a, b));
            by_key.then_with(|| row_order(&a.row, &b.row))
        });
        let row = |hit: Hit| MatchedRow {
            row: hit.row,
            found_by: hit.found_by,
            parent: if is_child { hit.parent } else { None.into() },
            fate: RowFate::Subject,
            person: hit.person,
            selected: hit.selected,
        };
        // In the same memory, of which the rest is given back.
        let mut rows: Vec<MatchedRow> = hits.into_iter().map(row).collect();
        rows.shrink_to_fit();
        (rows, fault)
    }
}

impl Hit {
    /// The cells that name the row, where no number does.
    fn name(&self) -> Option<&[Cell]> {
        match &self.row {
            RowId::Key(cells) => Some(cells),
            RowId::Number(_) => None,
        }
    }

    fn has_null(&self, keys: &Keys) -> bool {
        match self.key {
            Some(key) => keys.has_null(key),
            None => self.name().is_some_and(|name| name.iter().any(Cell::is_null)),
        }
    }
}

fn key_order(keys: &Keys, a: &Hit, b: &Hit) -> Ordering {
    match (a.key, b.key) {
        (Some(a), Some(b)) => keys.order(a, b),
        _ => row_order(&a.row, &b.row),
    }
}

impl SubjectTerm<'_> {
    /// The identifiers that a cell matches.
    fn matching(&self, cell: &Cell, region: Option<&str>) -> Vec<u32> {
        let positions = match self.term.comparison {
            Comparison::Canonical => canonical_in(cell, self.kind, region, &self.values).into_iter().collect(),
            Comparison::Bytes => canonical_in(cell, "", region, &self.values).into_iter().collect(),
            Comparison::Has => list_has(cell, self.kind, region, &self.values),
        };
        positions.into_iter().map(|position| self.identifiers[position]).collect()
    }
}
