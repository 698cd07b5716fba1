//! Which columns of two tables say the same: foreign keys, and keys of the same name.

use super::survey::{Surveyed, SurveyedColumn};
use crate::guess::columns::{is_naming, is_staff, named};
use crate::guess::joined;
use crate::guess::tables::names_people;
use crate::guess::words::table_words;
use std::collections::HashSet;

/// A column whose values stand in a column of another table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The column.
    pub column: String,
    /// The other one.
    pub target: String,
}

/// How the rows of a table lead to rows of another one: each by one or more columns. Columns that name a member of staff
/// lead to nobody whom the row is about.
pub fn leading(from: &Surveyed, to: &Surveyed) -> Vec<Vec<Pair>> {
    if from.store == to.store && from.name == to.name {
        return Vec::new();
    }
    let usable = |table: &Surveyed, name: &str| {
        !name.is_empty() && table.column(name).is_some_and(|column| !column.is_secret() && !is_staff(&column.words))
    };
    let mut all: Vec<Vec<Pair>> = Vec::new();
    for lead in from.leads.iter().filter(|lead| lead.store == to.store && lead.table == to.name) {
        let targets = if lead.targets.is_empty() { &to.primary_key } else { &lead.targets };
        let pairs: Vec<Pair> = lead
            .columns
            .iter()
            .zip(targets)
            .map(|(column, target)| Pair { column: column.clone(), target: target.clone() })
            .collect();
        let fine = pairs
            .iter()
            .all(|pair| usable(from, &pair.column) && to.column(&pair.target).is_some_and(|c| !c.is_secret()));
        if fine && pairs.len() == lead.columns.len() && !pairs.is_empty() {
            all.push(pairs);
        }
    }
    for column in from.columns.iter().filter(|column| usable(from, &column.name)) {
        let known = from.leads.iter().any(|lead| lead.columns.contains(&column.name));
        if let Some(target) = same(from, column, to).filter(|_| !known) {
            all.push(vec![Pair { column: column.name.clone(), target }]);
        }
    }
    all
}

/// The column of another table that a column without a foreign key leads to, by its name and, as far as rows were
/// looked at, by its values.
fn same(from: &Surveyed, column: &SurveyedColumn, to: &Surveyed) -> Option<String> {
    let own_table = table_words(&from.name);
    // `invoice_no` of an invoice is its own number.
    if named(&column.words).is_some_and(|what| what == own_table.as_slice()) && !names_people(&to.name) {
        return None;
    }
    let other = table_words(&to.name);
    let is_key = |candidate: &SurveyedColumn| to.primary_key == [candidate.name.clone()];
    let telling = column.words.len() > 1 && is_naming(&column.words);
    let about =
        named(&column.words).filter(|what| !other.is_empty() && (what.ends_with(&other) || other.ends_with(what)));
    let person = column.words.len() == 1 && names_people(&to.name) && column.words.last() == other.last();
    let fits = |candidate: &&SurveyedColumn| {
        if candidate.is_secret() || candidate.name.is_empty() || is_staff(&candidate.words) {
            return false;
        }
        let same_name = telling && joined(&candidate.words) == joined(&column.words);
        let whose = names_people(&to.name) || is_key(candidate);
        let numbers = is_key(candidate) || (candidate.words.len() == 1 && is_naming(&candidate.words));
        (same_name && whose) || ((about.is_some() || person) && numbers)
    };
    let mut candidates: Vec<(&SurveyedColumn, Option<usize>)> =
        to.columns.iter().filter(fits).map(|candidate| (candidate, common(column, candidate))).collect();
    // Values that were looked at and have nothing in common are not the same.
    let comparable = !column.values.is_empty() && to.is_whole;
    candidates.retain(|(_, common)| !(comparable && common.is_none()));
    if person {
        candidates.retain(|(_, common)| common.is_some());
    }
    let same_name = |candidate: &SurveyedColumn| joined(&candidate.words) == joined(&column.words);
    let best =
        candidates.into_iter().max_by_key(|(candidate, common)| (*common, same_name(candidate), is_key(candidate)));
    best.map(|(candidate, _)| candidate.name.clone())
}

/// How many of the values of one column that were looked at stand in the other, if any does.
fn common(column: &SurveyedColumn, other: &SurveyedColumn) -> Option<usize> {
    let there: HashSet<&Vec<u8>> = other.values.iter().collect();
    let count = column.values.iter().filter(|value| there.contains(value)).count();
    (count > 0).then_some(count)
}
