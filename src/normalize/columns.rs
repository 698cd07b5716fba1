//! What is read of the rows of a collection: the columns, and which value each mapped one becomes, found out once for
//! all its rows.

use super::imported::addresses_place;
use crate::controller::{AboutChoice, ActivityChoice, Collection, Field, Mapping, OriginChoice};
use crate::records::{Cell, Shape};
use std::borrow::Cow;

/// Where additional fields begin.
pub(super) const ADDITIONAL_PLACE: usize = 10_000;

/// A mapped column.
pub(super) struct MappedColumn<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its place among the columns that are read.
    pub at: usize,
    /// What it is mapped to.
    pub mapping: &'a Mapping,
    /// The place of its field in the record.
    pub place: usize,
    /// The path of its field.
    pub path: Cow<'static, str>,
    /// The field takes a text as it stands, and nobody else looks at the column.
    pub takes_text: bool,
}

/// A value that stands in the configuration.
pub(super) struct Constant {
    /// Its field.
    pub mapping: Mapping,
    /// The value as if a column had it.
    pub stored: Cell,
    /// The place of its field in the record.
    pub place: usize,
    /// The path of its field.
    pub path: Cow<'static, str>,
}

/// The columns to read, each once, and whether a large value of it is left in the store.
pub(super) fn read(collection: &Collection) -> Vec<(&str, bool)> {
    let mut columns: Vec<(&str, bool)> = Vec::new();
    let mut add = |name, in_pieces: bool| match columns.iter_mut().find(|(column, _)| *column == name) {
        Some((_, pieces)) => *pieces &= in_pieces,
        None => columns.push((name, in_pieces)),
    };
    for (name, mapping) in collection.mappings() {
        add(name, matches!(&mapping.field, Field::Known { spec, .. } if spec.shape == Shape::Content));
    }
    of_rows(collection).for_each(|name| add(name, false));
    columns
}

/// The columns that say something of a row as a whole.
fn of_rows(collection: &Collection) -> impl Iterator<Item = &str> {
    let activity = match &collection.activity {
        ActivityChoice::ByColumn { column, .. } => Some(column),
        ActivityChoice::Fixed(_) => None,
    };
    let origin = match &collection.origin {
        Some(OriginChoice::ByColumn(column)) => Some(column),
        _ => None,
    };
    let about = match &collection.about {
        AboutChoice::ByColumn { column, .. } => Some(column),
        AboutChoice::Fixed(_) => None,
    };
    let others = [&collection.restricted, &collection.legal_hold, &collection.retention_from, &collection.deceased];
    let joint = collection.joint.iter().flat_map(|joint| std::iter::once(&joint.column).chain(&joint.agreed));
    let known = others.into_iter().flatten().chain(&collection.key).chain(&collection.changed);
    known.chain(activity).chain(origin).chain(about).chain(joint).map(String::as_str)
}

/// Whether a field takes a text as it stands, out of a column that says nothing else.
fn takes_text(collection: &Collection, name: &str, mapping: &Mapping) -> bool {
    let as_it_stands = match &mapping.field {
        Field::Known { spec, .. } => matches!(spec.shape, Shape::Text | Shape::Reference | Shape::Postal),
        Field::Additional(_) => true,
        _ => false,
    };
    // Where a file lies in a store is no place in the archive, so it is looked at.
    let is_place = mapping.field.path() == "path";
    let once = collection.mappings().filter(|(column, _)| *column == name).count() == 1;
    as_it_stands
        && !is_place
        && once
        && mapping.format.is_none()
        && mapping.values.is_empty()
        && of_rows(collection).all(|column| column != name)
}

/// The mapped columns: first those that say how the others are read, then the others in the order of the record, so
/// that their values need not be moved into it.
pub(super) fn mapped<'a>(
    collection: &'a Collection,
    columns: &[(&str, bool)],
) -> (Vec<MappedColumn<'a>>, Vec<MappedColumn<'a>>) {
    let (held, others): (Vec<_>, Vec<_>) = collection.mappings().partition(|(_, mapping)| mapping.field.is_held());
    let column = |(nth, (name, mapping)): (usize, (&'a str, &'a Mapping))| MappedColumn {
        name,
        at: columns.iter().position(|(column, _)| *column == name).unwrap_or_default(),
        mapping,
        place: place(&mapping.field, nth),
        path: path(&mapping.field),
        takes_text: takes_text(collection, name, mapping),
    };
    let mut others: Vec<MappedColumn<'_>> = others.into_iter().enumerate().map(column).collect();
    others.sort_by_key(|column| column.place);
    (held.into_iter().enumerate().map(column).collect(), others)
}

/// The values that the configuration sets, beside so many that are read.
pub(super) fn constants(collection: &Collection, read: usize) -> Vec<Constant> {
    let constant = |(nth, (field, constant)): (usize, &(Field, String))| Constant {
        mapping: Mapping::plain(field.clone()),
        stored: Cell::Text(constant.clone().into_bytes()),
        place: place(field, read + nth),
        path: path(field),
    };
    collection.set.iter().enumerate().map(constant).collect()
}

/// Known fields by the catalogue, additional ones after them in the order of the configuration.
pub(super) fn place(field: &Field, nth: usize) -> usize {
    match field {
        Field::Known { place, .. } => *place,
        Field::Addresses => addresses_place(),
        _ => ADDITIONAL_PLACE + nth,
    }
}

/// The path of a field in a record.
pub(super) fn path(field: &Field) -> Cow<'static, str> {
    match field {
        Field::Known { spec, .. } => Cow::Borrowed(spec.path),
        other => Cow::Owned(other.path()),
    }
}
