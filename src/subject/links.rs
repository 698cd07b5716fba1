//! Links: rows already matched in one collection lead to rows of another by the exact text of columns, in either
//! direction (contract 3, `match`).

use super::found::FoundBySets;
use super::matching::list_has;
use crate::controller::{Comparison, Condition, Term, TermSource};
use crate::records::Cell;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A row that others are linked to.
pub(super) struct LinkedRow {
    /// Its position among the matched rows of its collection.
    pub position: u32,
    /// The set of identifiers that found it.
    pub found_by: u32,
    /// Whether it may be followed: an excluded `shared-identifier` row may not.
    pub follow: bool,
    /// The texts of the columns that are linked to.
    pub texts: Vec<Vec<u8>>,
}

/// Rows of a linked collection, as far as a condition looks at them.
pub(super) struct Linked<'a> {
    pub terms: Vec<&'a Term>,
    pub columns: Vec<&'a str>,
    pub rows: Vec<LinkedRow>,
    /// By column: the rows that have a text.
    ways: Vec<Ways>,
}

/// The values of one linked column, each once and in order, and the rows that have it.
#[derive(Default)]
struct Ways {
    values: Vec<Vec<u8>>,
    rows: HashMap<Vec<u8>, Vec<u32>>,
}

/// What the linked rows say of a row that fits them.
pub(super) struct Reached {
    /// The first of them.
    pub first: u32,
    /// Whether one of them may be followed.
    pub followed: bool,
    /// The sets of identifiers that found those which may be followed, each once.
    pub found_by: Vec<u32>,
}

/// Rows whose like was looked at already; by hashes of 128 bits, because there may be a million of them.
#[derive(Default)]
pub(super) struct Seen(HashSet<(u64, u64)>);

impl Seen {
    /// Whether nothing that leads to the same rows in the same way was looked at before. What comes later has a later
    /// position, and the first counts.
    pub fn is_new(&mut self, row: &LinkedRow) -> bool {
        let hash = |salt: u64| {
            let mut hasher = DefaultHasher::new();
            (salt, &row.texts, row.found_by, row.follow).hash(&mut hasher);
            hasher.finish()
        };
        self.0.insert((hash(0), hash(1)))
    }
}

impl<'a> Linked<'a> {
    /// The terms of a condition that link to a collection, without rows yet.
    pub fn of(condition: &'a Condition, link: &str) -> Linked<'a> {
        let (terms, columns) = condition
            .terms
            .iter()
            .filter_map(|term| match &term.source {
                TermSource::Link { collection, column } if collection == link => Some((term, column.as_str())),
                _ => None,
            })
            .unzip();
        Linked { terms, columns, rows: Vec::new(), ways: Vec::new() }
    }

    /// Takes the rows.
    pub fn with(mut self, rows: Vec<LinkedRow>) -> Linked<'a> {
        self.ways = (0..self.columns.len())
            .map(|column| {
                let mut ways = Ways::default();
                for (nth, row) in (0..).zip(&rows) {
                    ways.rows.entry(row.texts[column].clone()).or_default().push(nth);
                }
                ways.values = ways.rows.keys().cloned().collect();
                ways.values.sort_unstable();
                ways
            })
            .collect();
        self.rows = rows;
        self
    }

    /// The values that the column of this term is compared with, if it is one of this link.
    pub fn values_for(&self, term: &Term) -> Option<&[Vec<u8>]> {
        let at = self.terms.iter().position(|own| std::ptr::eq(*own, term))?;
        Some(&self.ways[at].values)
    }

    /// What the rows that fit the cells by every term say; none if no row fits. `cells` begins with one cell per term
    /// of the condition.
    pub fn reached(&self, condition: &Condition, cells: &[Cell]) -> Option<Reached> {
        let mut fitting: Vec<Cow<'_, [u32]>> = Vec::with_capacity(self.terms.len());
        for (term, ways) in self.terms.iter().zip(&self.ways) {
            let at = condition.terms.iter().position(|t| std::ptr::eq(t, *term))?;
            fitting.push(ways.fitting(term.comparison, &cells[at])?);
        }
        fitting.sort_by_key(|rows| rows.len());
        let (fewest, others) = fitting.split_first()?;
        let mut reached: Option<Reached> = None;
        for nth in fewest.iter().filter(|nth| others.iter().all(|rows| rows.binary_search(nth).is_ok())) {
            let row = &self.rows[*nth as usize];
            let reached = reached.get_or_insert(Reached { first: row.position, followed: false, found_by: Vec::new() });
            reached.first = reached.first.min(row.position);
            if row.follow {
                reached.followed = true;
                reached.found_by.push(row.found_by);
            }
        }
        if let Some(reached) = &mut reached {
            reached.found_by.sort_unstable();
            reached.found_by.dedup();
        }
        reached
    }

    /// Whether this is the link to the collection's parent.
    pub fn leads_to(&self, parent: Option<&str>) -> bool {
        self.terms.first().is_some_and(
            |term| matches!(&term.source, TermSource::Link { collection, .. } if Some(collection.as_str()) == parent),
        )
    }
}

impl Ways {
    /// The rows that a cell fits, in order.
    fn fitting(&self, comparison: Comparison, cell: &Cell) -> Option<Cow<'_, [u32]>> {
        if comparison != Comparison::Has {
            return self.rows.get(cell.text()?.as_ref()).map(|rows| Cow::Borrowed(rows.as_slice()));
        }
        let values = list_has(cell, "", None, &self.values).into_iter();
        let mut rows: Vec<u32> =
            values.filter_map(|value| self.rows.get(&self.values[value])).flatten().copied().collect();
        rows.sort_unstable();
        rows.dedup();
        (!rows.is_empty()).then_some(Cow::Owned(rows))
    }
}

/// The number of the set of these identifiers and those of these sets.
pub(super) fn found_by(sets: &mut FoundBySets, mut identifiers: Vec<u32>, mut others: Vec<u32>) -> u32 {
    others.sort_unstable();
    others.dedup();
    match others.as_slice() {
        [one] if identifiers.is_empty() => *one,
        _ => {
            others.iter().for_each(|set| identifiers.extend_from_slice(sets.get(*set)));
            sets.intern(identifiers)
        }
    }
}
