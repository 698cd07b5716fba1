//! Ways from a person to their rows that lead nowhere: links by columns that have nothing in common, and collections that
//! nothing leads to from those which say who somebody is (requirement C3).

use super::Remark;
use crate::controller::{Collection, Comparison, Condition, Controller, RemarkCode, TermSource};
use crate::records::Cell;
use crate::stores::{StoreError, Stores};
use crate::subject::{ColumnTest, Finder, Test};
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many rows are looked up, before all of them are looked at.
const ROWS: usize = 200;
/// Longer texts link nothing.
const LONGEST: usize = 200;

/// Links of a collection of which no row has a counterpart.
pub(super) fn dead(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let is_mail = |collection: &Collection| {
        controller.stores.iter().any(|store| store.name == collection.store && store.url.is_mail())
    };
    for condition in &collection.matches {
        for term in condition.terms.iter().filter(|term| term.comparison != Comparison::Has) {
            let TermSource::Link { collection: other, column } = &term.source else { continue };
            let other = controller.collection(other).map(|at| &controller.collections[at]);
            let Some(other) = other.filter(|other| !is_mail(other) && !is_mail(collection)) else { continue };
            let own = values(stores, collection, &term.column)?;
            let met = stands(stores, other, column, &own)?
                || has_common(stores, (collection, &term.column), (other, column))?;
            if met {
                continue;
            }
            let message = format!(
                "the condition `{condition}` of the collection `{}` leads nowhere: its column `{}` and `{column}` of `{}` have no value in common; correct it, or the rows that it should find stay out unseen",
                collection.name, term.column, other.name
            );
            let remark = Remark::about(RemarkCode::LinkWithoutTarget, collection, message);
            remarks.push(Remark { column: Some(term.column.clone()), ..remark });
        }
    }
    Ok(())
}

/// Some of the values of a column, each once, in the order of their bytes.
fn values(stores: &Stores, collection: &Collection, column: &str) -> Result<Vec<Vec<u8>>, StoreError> {
    let Some(table) = stores.table(collection) else { return Ok(Vec::new()) };
    let rows = stores.sample(&collection.store, table, &collection.key, &[column], ROWS)?;
    let texts = rows.iter().filter_map(|row| row.first()?.text()).filter(|text| text.len() <= LONGEST);
    Ok(texts.map(std::borrow::Cow::into_owned).collect::<BTreeSet<Vec<u8>>>().into_iter().collect())
}

/// Whether one of these values, which are in order, stands in a column.
fn stands(stores: &Stores, collection: &Collection, column: &str, values: &[Vec<u8>]) -> Result<bool, StoreError> {
    let tests = [ColumnTest { column, test: Test::TextIn(values) }];
    let mut stands = false;
    let found = stores.find(collection, &tests, &[column], &mut |row| {
        // A store may let more rows pass than were asked for.
        let text = row.cells.first().and_then(Cell::text);
        stands |= text.is_some_and(|text| values.binary_search_by(|value| value.as_slice().cmp(&text)).is_ok());
        // A visitor that fails is how a store is told to stop.
        if stands { Err(StoreError::Interrupted) } else { Ok(()) }
    });
    match found {
        Err(StoreError::Interrupted) if stands => Ok(true),
        other => other.map(|()| stands),
    }
}

/// Whether two columns have a value in common, or one of them none at all. Every row is looked at, by hashes of the
/// values, because there may be a million of them.
fn has_common(stores: &Stores, one: (&Collection, &str), other: (&Collection, &str)) -> Result<bool, StoreError> {
    let hash = |text: &[u8]| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    let mut seen: HashSet<u64> = HashSet::new();
    stores.find(one.0, &[], &[one.1], &mut |row| {
        seen.extend(row.cells.first().and_then(Cell::text).map(|text| hash(&text)));
        Ok(())
    })?;
    let (mut any, mut met) = (false, false);
    let found = stores.find(other.0, &[], &[other.1], &mut |row| {
        let text = row.cells.first().and_then(Cell::text);
        any |= text.is_some();
        met |= text.is_some_and(|text| seen.contains(&hash(&text)));
        if met { Err(StoreError::Interrupted) } else { Ok(()) }
    });
    match found {
        Err(StoreError::Interrupted) if met => Ok(true),
        other => other.map(|()| seen.is_empty() || !any),
    }
}

/// Collections that can be found only by an identifier which no row of those teaches that say who somebody is.
pub(super) fn unreachable(controller: &Controller, remarks: &mut Vec<Remark>) {
    let roots = || controller.collections.iter().filter(|collection| !collection.learn.is_empty());
    // What such a collection is looked for by is what people give.
    let mut types: BTreeSet<&str> =
        roots().flat_map(|root| &root.matches).flat_map(Condition::identifier_types).collect();
    if types.is_empty() {
        return;
    }
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = (types.len(), reached.len());
        for collection in &controller.collections {
            let fits = |condition: &Condition| {
                condition.identifier_types().all(|kind| types.contains(kind))
                    && condition.links().into_iter().all(|link| reached.contains(link))
            };
            if collection.matches.iter().any(fits) {
                reached.insert(&collection.name);
                types.extend(collection.learn.iter().map(|(kind, _)| kind.as_str()));
            }
        }
        if before == (types.len(), reached.len()) {
            break;
        }
    }
    for collection in controller.collections.iter().filter(|own| !reached.contains(own.name.as_str())) {
        let all = collection.matches.iter().flat_map(Condition::identifier_types);
        let strange: BTreeSet<&str> = all.filter(|kind| !types.contains(kind)).collect();
        let by = match strange.is_empty() {
            true => "only through collections that are not reached themselves".to_owned(),
            false => {
                format!("only by an identifier that the request has to give ({})", Vec::from_iter(strange).join(", "))
            }
        };
        let message = format!(
            "the collection `{}` is found {by}: no row that says who somebody is teaches it or leads there, so most requests miss these rows; let a collection `learn` it, or add a condition that links to one",
            collection.name
        );
        remarks.push(Remark::about(RemarkCode::UnreachableCollection, collection, message));
    }
}
