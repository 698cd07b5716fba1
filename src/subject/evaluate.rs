//! Evaluates one collection: which of its rows the conditions find, through which identifiers, under which parent.

use super::finder::{ColumnTest, Finder, FoundRow, RowId, Test};
use super::found::{FoundBySets, MatchedRow, RowFate};
use super::identifier::Identifier;
use super::identify::IdentifyError;
use super::matching::{canonical_in, list_has};
use super::persons::{PersonId, Persons};
use crate::controller::{Collection, Comparison, Condition, Controller, Term, TermSource};
use crate::records::Cell;
use std::cmp::Ordering;
use std::collections::HashMap;

/// How many linked rows are looked up at once: bounds memory, and fills one query well.
const CHUNK: usize = 2_000;

/// The rows that one collection has, and which persons each identifier found in them directly.
#[derive(Debug, Clone, Default)]
pub(super) struct Evaluated {
    pub rows: Vec<MatchedRow>,
    /// (identifier, person), of rows that a condition on the subject itself found.
    pub direct: Vec<(u16, PersonId)>,
    pub reached: bool,
    /// Changes whenever the rows may have changed.
    pub version: u64,
}

/// What an evaluation works with.
pub(super) struct Evaluation<'a, F: Finder> {
    pub controller: &'a Controller,
    pub finder: &'a F,
    pub identifiers: &'a [Identifier],
    pub sets: &'a mut FoundBySets,
    pub persons: &'a mut Persons,
}

/// A row found by one condition.
struct Hit {
    row: RowId,
    key: Option<Box<Vec<Cell>>>,
    found_by: u32,
    parent: Option<u32>,
    selected: bool,
    person: Option<PersonId>,
    /// False where only an excluded parent leads to the row: that names its parent, but finds nothing.
    finds: bool,
}

/// The part of a condition that is about the subject, with the values to compare.
struct SubjectTerm<'a> {
    term: &'a Term,
    kind: &'a str,
    identifiers: Vec<u16>,
    values: Vec<Vec<u8>>,
}

/// Rows of a linked collection, as far as a condition looks at them.
struct Linked<'a> {
    terms: Vec<&'a Term>,
    columns: Vec<&'a str>,
    /// (position, its set of identifiers, whether it may be followed, the texts of the columns).
    rows: Vec<(u32, u32, bool, Vec<Vec<u8>>)>,
}

impl<F: Finder> Evaluation<'_, F> {
    /// Finds the rows of the collection at this position, given the rows of those that it links to.
    pub fn collection(&mut self, at: usize, before: &[Evaluated]) -> Result<Evaluated, IdentifyError<F::Error>> {
        let collection = &self.controller.collections[at];
        let mut hits = Vec::new();
        let mut evaluated = Evaluated::default();
        for condition in &collection.matches {
            evaluated.reached |= self.condition(collection, condition, before, &mut hits, &mut evaluated.direct)?;
        }
        evaluated.direct.sort_unstable();
        evaluated.direct.dedup();
        evaluated.rows = self.merge(collection, hits)?;
        Ok(evaluated)
    }

    /// Adds what one condition finds; false if no identifier reaches it.
    fn condition(
        &mut self,
        collection: &Collection,
        condition: &Condition,
        before: &[Evaluated],
        hits: &mut Vec<Hit>,
        direct: &mut Vec<(u16, PersonId)>,
    ) -> Result<bool, IdentifyError<F::Error>> {
        let mut subject_terms = Vec::new();
        for term in &condition.terms {
            if let TermSource::Subject(kind) = &term.source {
                let known = || self.identifiers.iter().enumerate().filter(|(_, identifier)| identifier.kind() == kind);
                let identifiers: Vec<u16> = known().filter_map(|(at, _)| u16::try_from(at).ok()).collect();
                if identifiers.is_empty() {
                    return Ok(false);
                }
                let values = known().map(|(_, identifier)| identifier.canonical().as_bytes().to_vec()).collect();
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
            self.search(collection, condition, &subject_terms, None, &[], hits, direct)?;
            return Ok(true);
        };
        let others =
            others.iter().map(|link| self.linked(condition, link, before, None)).collect::<Result<Vec<_>, _>>()?;
        let position = self.controller.collection(first).unwrap_or_default();
        for start in (0..before[position].rows.len()).step_by(CHUNK) {
            let linked = self.linked(condition, first, before, Some(start))?;
            if !linked.rows.is_empty() {
                self.search(collection, condition, &subject_terms, Some(&linked), &others, hits, direct)?;
            }
        }
        Ok(reached)
    }

    /// Reads the linked columns of the rows of a collection: of one chunk, or of all.
    fn linked<'c>(
        &self,
        condition: &'c Condition,
        link: &str,
        before: &[Evaluated],
        chunk: Option<usize>,
    ) -> Result<Linked<'c>, IdentifyError<F::Error>> {
        let terms: Vec<&Term> = condition
            .terms
            .iter()
            .filter(|term| matches!(&term.source, TermSource::Link { collection, .. } if collection == link))
            .collect();
        let columns: Vec<&str> = terms
            .iter()
            .filter_map(|term| match &term.source {
                TermSource::Link { column, .. } => Some(column.as_str()),
                _ => None,
            })
            .collect();
        let at = self.controller.collection(link).unwrap_or_default();
        let all = &before[at].rows;
        let range = chunk.map_or(0..all.len(), |start| start..(start + CHUNK).min(all.len()));
        let positions: Vec<usize> = range.collect();
        let ids: Vec<&RowId> = positions.iter().map(|position| &all[*position].row).collect();
        let mut rows = Vec::with_capacity(ids.len());
        self.finder
            .read(&self.controller.collections[at], &ids, &columns, &mut |nth, cells| {
                let texts: Option<Vec<Vec<u8>>> =
                    cells.iter().map(|cell| cell.text().map(|t| t.into_owned())).collect();
                if let Some(texts) = texts {
                    let position = positions[nth];
                    let row = &all[position];
                    let follow = row.fate != RowFate::SharedIdentifier;
                    rows.push((u32::try_from(position).unwrap_or(u32::MAX), row.found_by, follow, texts));
                }
                Ok(())
            })
            .map_err(IdentifyError::Store)?;
        Ok(Linked { terms, columns, rows })
    }

    /// Asks the store for rows and decides exactly which of them the condition finds.
    #[allow(clippy::too_many_arguments)]
    fn search(
        &mut self,
        collection: &Collection,
        condition: &Condition,
        subject_terms: &[SubjectTerm<'_>],
        first: Option<&Linked<'_>>,
        others: &[Linked<'_>],
        hits: &mut Vec<Hit>,
        direct: &mut Vec<(u16, PersonId)>,
    ) -> Result<(), IdentifyError<F::Error>> {
        let region = self.controller.country.as_deref();
        let key_needed = !self.finder.key_is_row_number(collection);
        let mut wanted: Vec<&str> = condition.terms.iter().map(|term| term.column.as_str()).collect();
        let key_from = wanted.len();
        if key_needed {
            wanted.extend(collection.key.iter().map(String::as_str));
        }
        let person_at = collection.person.as_deref().map(|column| {
            wanted.push(column);
            wanted.len() - 1
        });
        let key_to = key_from + if key_needed { collection.key.len() } else { 0 };

        // Linked values, each once, with the rows that have them: the tests of the store, and the way back to the rows.
        let ways: Vec<(&Linked<'_>, Vec<Ways>)> =
            first.into_iter().chain(others).map(|linked| (linked, ways(linked))).collect();
        let literals: Vec<Vec<Vec<u8>>> = condition
            .terms
            .iter()
            .map(|term| match &term.source {
                TermSource::Literal(text) => vec![text.clone().into_bytes()],
                _ => Vec::new(),
            })
            .collect();
        let mut tests = Vec::new();
        for (nth, term) in condition.terms.iter().enumerate() {
            let test = match &term.source {
                TermSource::Literal(_) => Test::TextIn(&literals[nth]),
                TermSource::Subject(_) => {
                    let Some(subject) = subject_terms.iter().find(|subject| std::ptr::eq(subject.term, term)) else {
                        continue;
                    };
                    match term.comparison {
                        Comparison::Bytes => Test::TextIn(&subject.values),
                        Comparison::Canonical => Test::CanonicalIn { kind: subject.kind, values: &subject.values },
                        Comparison::Has => Test::ListHas { kind: subject.kind, values: &subject.values },
                    }
                }
                TermSource::Link { .. } => {
                    let Some(values) = ways.iter().find_map(|(linked, ways)| {
                        linked.terms.iter().position(|t| std::ptr::eq(*t, term)).map(|at| &ways[at].values)
                    }) else {
                        continue;
                    };
                    match term.comparison {
                        Comparison::Has => Test::ListHas { kind: "", values },
                        _ => Test::TextIn(values),
                    }
                }
            };
            tests.push(ColumnTest { column: &term.column, test });
        }

        let (sets, persons) = (&mut *self.sets, &mut *self.persons);
        let mut visit = |found: FoundRow| {
            let FoundRow { row, mut cells, selected } = found;
            let mut by: Vec<u16> = Vec::new();
            for (nth, term) in condition.terms.iter().enumerate() {
                match &term.source {
                    TermSource::Literal(text) => {
                        if cells[nth].text().as_deref() != Some(text.as_bytes()) {
                            return Ok(());
                        }
                    }
                    TermSource::Subject(_) => {
                        let Some(subject) = subject_terms.iter().find(|s| std::ptr::eq(s.term, term)) else {
                            return Ok(());
                        };
                        let matching = subject.matching(&cells[nth], region);
                        if matching.is_empty() {
                            return Ok(());
                        }
                        by.extend(matching);
                    }
                    TermSource::Link { .. } => {}
                }
            }
            let person = person_at.and_then(|at| cells[at].text().map(|text| persons.intern(collection, &text)));
            if let Some(person) = person {
                direct.extend(by.iter().map(|identifier| (*identifier, person)));
            }
            let (mut parent, mut finds, mut found_by) = (None, true, sets.intern(by));
            for (nth, (linked, ways)) in ways.iter().enumerate() {
                let candidates = linked.candidates(ways, condition, &cells);
                if candidates.is_empty() {
                    return Ok(());
                }
                let mut followed = false;
                for candidate in &candidates {
                    let (position, set, follow, _) = &linked.rows[*candidate];
                    if nth == 0 {
                        parent = Some(parent.map_or(*position, |earlier: u32| earlier.min(*position)));
                    }
                    if *follow {
                        followed = true;
                        found_by = sets.union(found_by, *set);
                    }
                }
                finds &= followed;
            }
            let is_parent = ways.first().is_some_and(|(linked, _)| linked.leads_to(collection.parent.as_deref()));
            if finds || is_parent {
                let key = key_needed.then(|| Box::new(cells.drain(key_from..key_to).collect::<Vec<Cell>>()));
                hits.push(Hit { row, key, found_by, parent: parent.filter(|_| is_parent), selected, person, finds });
            }
            Ok(())
        };
        self.finder.find(collection, &tests, &wanted, &mut visit).map_err(IdentifyError::Store)
    }

    /// One row for every row found, however often, in the order of the records.
    fn merge(
        &mut self,
        collection: &Collection,
        mut hits: Vec<Hit>,
    ) -> Result<Vec<MatchedRow>, IdentifyError<F::Error>> {
        hits.sort_by(|a, b| row_order(&a.row, &b.row));
        let mut merged: Vec<Hit> = Vec::with_capacity(hits.len());
        for hit in hits {
            match merged.last_mut().filter(|last| last.row == hit.row) {
                Some(last) => {
                    match (last.finds, hit.finds) {
                        (true, true) => last.found_by = self.sets.union(last.found_by, hit.found_by),
                        (false, true) => last.found_by = hit.found_by,
                        _ => {}
                    }
                    last.finds |= hit.finds;
                    last.parent = [last.parent, hit.parent].into_iter().flatten().min();
                }
                None => merged.push(hit),
            }
        }
        merged.retain(|hit| hit.finds);
        let name = || collection.name.clone();
        if merged.iter().any(|hit| hit.key.as_ref().is_some_and(|key| key.iter().any(Cell::is_null))) {
            return Err(IdentifyError::NullKey { collection: name() });
        }
        merged.sort_by(|a, b| a.parent.cmp(&b.parent).then_with(|| key_order(a, b)));
        let mut keys: Vec<&Hit> = merged.iter().collect();
        if collection.parent.is_some() {
            keys.sort_by(|a, b| key_order(a, b));
        }
        if keys.windows(2).any(|pair| key_order(pair[0], pair[1]) == Ordering::Equal) {
            return Err(IdentifyError::RepeatedKey { collection: name() });
        }
        if collection.parent.is_some() && merged.iter().any(|hit| hit.parent.is_none()) {
            return Err(IdentifyError::NoParent { collection: name() });
        }
        Ok(merged
            .into_iter()
            .map(|hit| MatchedRow {
                row: hit.row,
                found_by: hit.found_by,
                parent: hit.parent.filter(|_| collection.parent.is_some()),
                fate: RowFate::Subject,
                person: hit.person,
                selected: hit.selected,
            })
            .collect())
    }
}

impl SubjectTerm<'_> {
    /// The identifiers that a cell matches.
    fn matching(&self, cell: &Cell, region: Option<&str>) -> Vec<u16> {
        let positions = match self.term.comparison {
            Comparison::Canonical => canonical_in(cell, self.kind, region, &self.values).into_iter().collect(),
            Comparison::Bytes => {
                let text = cell.text();
                self.values.iter().position(|value| Some(value.as_slice()) == text.as_deref()).into_iter().collect()
            }
            Comparison::Has => list_has(cell, self.kind, region, &self.values),
        };
        positions.into_iter().map(|position| self.identifiers[position]).collect()
    }
}

/// The values of one linked column, each once, and the rows of [`Linked`] that have it.
struct Ways {
    values: Vec<Vec<u8>>,
    rows: HashMap<Vec<u8>, Vec<usize>>,
}

fn ways(linked: &Linked<'_>) -> Vec<Ways> {
    (0..linked.columns.len())
        .map(|column| {
            let mut rows: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
            for (nth, (_, _, _, texts)) in linked.rows.iter().enumerate() {
                rows.entry(texts[column].clone()).or_default().push(nth);
            }
            let mut values: Vec<Vec<u8>> = rows.keys().cloned().collect();
            values.sort_unstable();
            Ways { values, rows }
        })
        .collect()
}

impl Linked<'_> {
    /// The rows that fit the cells of a row by every term of the link.
    fn candidates(&self, ways: &[Ways], condition: &Condition, cells: &[Cell]) -> Vec<usize> {
        let mut all: Option<Vec<usize>> = None;
        for (nth, term) in self.terms.iter().enumerate() {
            let Some(at) = condition.terms.iter().position(|t| std::ptr::eq(t, *term)) else { return Vec::new() };
            let cell = &cells[at];
            let mut fitting: Vec<usize> = match term.comparison {
                Comparison::Has => list_has(cell, "", None, &ways[nth].values)
                    .into_iter()
                    .flat_map(|value| ways[nth].rows.get(&ways[nth].values[value]).into_iter().flatten().copied())
                    .collect(),
                _ => cell.text().and_then(|text| ways[nth].rows.get(text.as_ref()).cloned()).unwrap_or_default(),
            };
            if let Some(earlier) = &all {
                fitting.retain(|row| earlier.contains(row));
            }
            all = Some(fitting);
        }
        all.unwrap_or_default()
    }

    /// Whether this is the link to the collection's parent.
    fn leads_to(&self, parent: Option<&str>) -> bool {
        self.terms.first().is_some_and(
            |term| matches!(&term.source, TermSource::Link { collection, .. } if Some(collection.as_str()) == parent),
        )
    }
}

/// The order of rows within one table, for putting equal ones side by side.
fn row_order(a: &RowId, b: &RowId) -> Ordering {
    match (a, b) {
        (RowId::Number(a), RowId::Number(b)) => a.cmp(b),
        (RowId::Key(a), RowId::Key(b)) => cells_order(a, b),
        (RowId::Number(_), RowId::Key(_)) => Ordering::Less,
        (RowId::Key(_), RowId::Number(_)) => Ordering::Greater,
    }
}

fn key_order(a: &Hit, b: &Hit) -> Ordering {
    match (&a.key, &b.key) {
        (Some(a), Some(b)) => cells_order(a, b),
        _ => row_order(&a.row, &b.row),
    }
}

fn cells_order(a: &[Cell], b: &[Cell]) -> Ordering {
    a.iter().zip(b).map(|(a, b)| a.key_order(b)).find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
}
