//! What is read of the rows of a collection: the columns, and which value each mapped one becomes, found out once for
//! all its rows.

use super::imported::addresses_place;
use crate::controller::{AboutChoice, ActivityChoice, Collection, Field, Mapping, OriginChoice};
use crate::records::Shape;
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
    let others = [&collection.restricted, &collection.legal_hold, &collection.retention_from, &collection.deceased];
    others
        .into_iter()
        .flatten()
        .chain(&collection.key)
        .chain(&collection.changed)
        .for_each(|name| add(name.as_str(), false));
    if let ActivityChoice::ByColumn { column, .. } = &collection.activity {
        add(column.as_str(), false);
    }
    if let Some(OriginChoice::ByColumn(column)) = &collection.origin {
        add(column.as_str(), false);
    }
    if let AboutChoice::ByColumn { column, .. } = &collection.about {
        add(column.as_str(), false);
    }
    if let Some(joint) = &collection.joint {
        std::iter::once(&joint.column).chain(&joint.agreed).for_each(|column| add(column.as_str(), false));
    }
    columns
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
    };
    let mut others: Vec<MappedColumn<'_>> = others.into_iter().enumerate().map(column).collect();
    others.sort_by_key(|column| column.place);
    (held.into_iter().enumerate().map(column).collect(), others)
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
