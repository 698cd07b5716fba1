//! The ledger: every matched row ends as portable or excluded, every value of a portable row as exported, withheld or
//! verbatim (law 1).

use crate::archive::ArchiveError;
use crate::archive::facts::LedgerLine;
use crate::controller::Controller;
use crate::records::Code;
use crate::scope::Tally;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows and values that stay out without a word to the person, because a statute forbids to tell of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Undisclosed {
    /// The collection.
    pub collection: String,
    /// The activity with `disclose = false`.
    pub activity: String,
    /// The code under which the ledger counts them.
    pub code: Code,
    /// How many rows.
    pub rows: u64,
    /// How many values of rows that went in.
    #[serde(skip_serializing_if = "is_zero")]
    pub values: u64,
    /// The statute, as the configuration names it.
    pub statute: Option<String>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The account under way.
#[derive(Debug, Clone)]
pub struct Ledger {
    lines: Vec<LedgerLine>,
    /// Rows that the person must not be told of, by collection, code and the activity that a statute protects.
    undisclosed: BTreeMap<(String, Code, String), u64>,
    /// The same of values, which count as omitted.
    untold: BTreeMap<(String, String), u64>,
}

impl Ledger {
    /// An account with a line for every collection.
    pub fn new(controller: &Controller) -> Ledger {
        let line = |collection: &crate::controller::Collection| LedgerLine {
            collection: collection.name.clone(),
            store: collection.store.clone(),
            kind: collection.kind.name(),
            matched: 0,
            portable: 0,
            excluded: BTreeMap::new(),
            withheld: BTreeMap::new(),
            verbatim: 0,
        };
        let lines = controller.collections.iter().map(line).collect();
        Ledger { lines, undisclosed: BTreeMap::new(), untold: BTreeMap::new() }
    }

    fn line(&mut self, collection: &str) -> Option<&mut LedgerLine> {
        self.lines.iter_mut().find(|line| line.collection == collection)
    }

    /// Rows that were matched.
    pub fn matched(&mut self, collection: &str, rows: u64) {
        if let Some(line) = self.line(collection) {
            line.matched += rows;
        }
    }

    /// A row that is portable, with what is not in it as it stood.
    pub fn portable(&mut self, collection: &str, tally: &Tally) {
        if let Some(line) = self.line(collection) {
            line.portable += 1;
            for (code, count) in &tally.withheld {
                *line.withheld.entry(*code).or_default() += count;
            }
            line.verbatim += tally.verbatim;
        }
        for (activity, count) in &tally.untold {
            *self.untold.entry((collection.to_owned(), activity.clone())).or_default() += count;
        }
    }

    /// Pieces of values that were held back while files were written.
    pub fn withheld(&mut self, collection: &str, code: Code, count: u64) {
        if let Some(line) = self.line(collection).filter(|_| count > 0) {
            *line.withheld.entry(code).or_default() += count;
        }
    }

    /// A row that stays out; `secret` is the activity because of which the person must not be told.
    pub fn excluded(&mut self, collection: &str, code: Code, secret: Option<&str>) {
        if let Some(line) = self.line(collection) {
            *line.excluded.entry(code).or_default() += 1;
        }
        if let Some(activity) = secret {
            *self.undisclosed.entry((collection.to_owned(), code, activity.to_owned())).or_default() += 1;
        }
    }

    /// What the person is not told of, each with the statute that forbids it, in the order of the collections.
    pub fn undisclosed(&self, controller: &Controller) -> Vec<Undisclosed> {
        let entry = |collection: &str, activity: &str, code, rows, values| Undisclosed {
            collection: collection.to_owned(),
            activity: activity.to_owned(),
            code,
            rows,
            values,
            statute: controller.activity(activity).and_then(|activity| activity.statute.clone()),
        };
        let mut all = Vec::new();
        for line in &self.lines {
            let here = |collection: &str| collection == line.collection;
            let rows = self.undisclosed.iter().filter(|((collection, ..), _)| here(collection));
            all.extend(rows.map(|((name, code, activity), rows)| entry(name, activity, *code, *rows, 0)));
            let values = self.untold.iter().filter(|((collection, _), _)| here(collection));
            all.extend(values.map(|((name, activity), values)| entry(name, activity, Code::Omitted, 0, *values)));
        }
        all
    }

    /// How many rows were matched altogether.
    pub fn total(&self) -> u64 {
        self.lines.iter().map(|line| line.matched).sum()
    }

    /// The balanced account for the operator: what was decided equals what the writer wrote.
    ///
    /// # Errors
    /// When it does not balance.
    pub fn balanced(&self, written: &BTreeMap<String, u64>) -> Result<Vec<LedgerLine>, ArchiveError> {
        for line in &self.lines {
            let excluded: u64 = line.excluded.values().sum();
            let written = written.get(&line.collection).copied().unwrap_or_default();
            if line.matched != line.portable + excluded || line.portable != written {
                let collection = line.collection.clone();
                return Err(ArchiveError::Unbalanced {
                    collection,
                    decided: line.matched - excluded.min(line.matched),
                    written,
                });
            }
        }
        Ok(self.lines.clone())
    }

    /// The account for the person: without rows and values that a statute forbids to tell of, and without the lines of
    /// `hidden` collections.
    pub fn for_the_person(&self, hidden: &[&str]) -> Vec<LedgerLine> {
        let mut lines = self.lines.clone();
        lines.retain(|line| !hidden.contains(&line.collection.as_str()));
        for line in &mut lines {
            for ((_, code, _), count) in
                self.undisclosed.iter().filter(|((collection, ..), _)| *collection == line.collection)
            {
                line.matched -= count;
                if let Some(excluded) = line.excluded.get_mut(code) {
                    *excluded -= count;
                }
            }
            line.excluded.retain(|_, count| *count > 0);
            for (_, count) in self.untold.iter().filter(|((collection, _), _)| *collection == line.collection) {
                if let Some(omitted) = line.withheld.get_mut(&Code::Omitted) {
                    *omitted -= count;
                }
            }
            line.withheld.retain(|_, count| *count > 0);
        }
        lines
    }
}
