//! One row: which columns are read, and the values that they become.

use super::NormalizeError;
use super::columns::{self, Constant, MappedColumn};
use super::direction::SubjectNames;
use super::imported::{Form, take_held};
use super::row_ref::RowRef;
use super::said::{Cells, Holding, about, activity, holding, origin};
use super::secrets;
use super::value::{Reading, Settings, read_value, take_text};
use crate::controller::collection::JsonKeys;
use crate::controller::{About, Collection, Controller, Field, Format, Mapping};
use crate::records::{BlobAddress, Cell, Code, FieldValue, Json, Kind, Origin, RowAddress, Time, Uid, Verbatim};
use crate::stores::Wish;
use crate::subject::RowId;
use jiff::Timestamp;
use std::borrow::Cow;

/// A normalised row, before anybody decides what of it is portable.
#[derive(Debug, Clone)]
pub struct Normalized {
    /// Where it stands.
    pub row: RowRef,
    /// Its lasting name.
    pub uid: Uid,
    /// Its kind.
    pub kind: Kind,
    /// The key of its activity.
    pub activity: String,
    /// Its origin.
    pub origin: Origin,
    /// Whom it is about.
    pub about: About,
    /// Whether somebody else holds it too.
    pub holding: Holding,
    /// The column of death says yes.
    pub deceased: bool,
    /// When contact data or a password were last changed.
    pub changed: Option<Timestamp>,
    /// The column of restriction says yes.
    pub restricted: bool,
    /// The column of legal hold says yes.
    pub legal_hold: bool,
    /// What the retention period counts from.
    pub retention_from: Option<Time>,
    /// Its values, one per mapped column or constant.
    pub values: Vec<NormalValue>,
    /// Codes that an imported row already carries.
    pub withheld_before: Vec<(String, Code)>,
    /// Verbatim values that an imported row already carries.
    pub verbatim_before: Vec<(String, Verbatim)>,
    /// What an imported row says of its form.
    pub form: Option<Form>,
}

/// The value of one column, with what the configuration says of it.
#[derive(Debug, Clone)]
pub struct NormalValue {
    /// The place of its field in the record; additional fields come last.
    pub place: usize,
    /// The path of its field.
    pub path: Cow<'static, str>,
    /// What it became.
    pub reading: Reading,
    /// Its own origin.
    pub origin: Option<Origin>,
    /// Whom it is about.
    pub about: About,
    /// Its own activity.
    pub activity: Option<String>,
    /// The label of its list entry or address.
    pub label: Option<String>,
    /// It only goes with another value, as a currency with its amount, and does not count for itself.
    pub companion: bool,
    /// How many secrets were taken out of it.
    pub secrets: u64,
}

impl Normalized {
    /// What its children look at: everything but values that none of them takes from it.
    pub fn as_parent(&self) -> Normalized {
        let values = self.values.iter().filter(|value| value.path == CURRENCY).cloned().collect();
        Normalized {
            row: self.row.clone(),
            uid: self.uid.clone(),
            activity: self.activity.clone(),
            retention_from: self.retention_from.clone(),
            values,
            withheld_before: Vec::new(),
            verbatim_before: Vec::new(),
            form: self.form.clone(),
            ..*self
        }
    }

    /// The value of the field with this path.
    pub fn get(&self, path: &str) -> Option<&FieldValue> {
        self.values.iter().find(|value| value.path == path).map(|value| &value.reading.value)
    }
}

/// Amounts without a currency of their own take this one, also in children.
const CURRENCY: &str = "amount.currency";

/// Reads the rows of one collection: made once, used for every row.
pub struct RowReader<'a> {
    collection: &'a Collection,
    columns: Vec<(&'a str, bool)>,
    /// The columns that say how the others are read.
    held: Vec<MappedColumn<'a>>,
    /// The columns that become values, in the order of the record.
    mapped: Vec<MappedColumn<'a>>,
    /// The values that the configuration sets.
    constants: Vec<Constant>,
    /// The column of the row's own currency.
    currency: Option<(&'a str, &'a Mapping)>,
}

impl<'a> RowReader<'a> {
    /// A reader for this collection.
    pub fn new(collection: &'a Collection) -> RowReader<'a> {
        let columns = columns::read(collection);
        let (held, mapped) = columns::mapped(collection, &columns);
        let currency = collection.mappings().find(|(_, mapping)| mapping.field.path() == CURRENCY);
        let constants = columns::constants(collection, mapped.len());
        RowReader { collection, columns, held, mapped, constants, currency }
    }

    /// The columns to read, in the order in which [`RowReader::row`] takes them; at the end whether `where` admits the
    /// row, if that is still to be `asked`.
    pub fn wishes(&self, asked: bool) -> Vec<Wish<'a>> {
        let columns =
            self.columns.iter().map(|(column, in_pieces)| Wish { column, in_pieces: *in_pieces, is_condition: false });
        let condition = self.collection.selection.as_deref().filter(|_| asked);
        let condition = condition.map(|column| Wish { column, in_pieces: false, is_condition: true });
        columns.chain(condition).collect()
    }

    /// Normalises a row, whose texts are taken out of its `cells`. `parent` is the normalised row that it is nested in.
    ///
    /// # Errors
    /// When the configuration leaves open what the row is.
    pub fn row(
        &self,
        controller: &Controller,
        subject: &SubjectNames,
        id: &RowId,
        number: usize,
        stored: &mut [Cell],
        parent: Option<&Normalized>,
    ) -> Result<Normalized, NormalizeError> {
        let collection = self.collection;
        let cells = Cells { columns: &self.columns, cells: stored };
        let key: Vec<Cell> = collection.key.iter().map(|column| cells.get(column).clone()).collect();
        let row = RowRef::new(collection, &key, number);
        let currency = self.currency(&cells, parent);
        let mut normalized = Normalized {
            uid: controller.namespace().uid(&row.store, &row.collection, &row.key),
            kind: collection.kind,
            activity: activity(collection, &cells, &row)?,
            origin: Origin::Provided,
            about: about(collection, &cells, &row)?,
            holding: holding(collection, &cells, parent),
            deceased: collection.deceased.as_deref().is_some_and(|column| cells.get(column).is_true()),
            restricted: collection.restricted.as_deref().is_some_and(|column| cells.get(column).is_true()),
            legal_hold: collection.legal_hold.as_deref().is_some_and(|column| cells.get(column).is_true()),
            changed: self.changed(&cells, controller),
            retention_from: None,
            // The direction of a message may come to what the configuration maps and sets.
            values: Vec::with_capacity(collection.columns.len() + collection.set.len() + 1),
            withheld_before: Vec::new(),
            verbatim_before: Vec::new(),
            form: None,
            row,
        };
        // First, because it says how the others are read.
        for column in &self.held {
            take_held(&mut normalized, &column.mapping.field, cells.at(column.at))?;
        }
        for MappedColumn { name, at, mapping, place, path, takes_text } in &self.mapped {
            let zone = mapping.time_zone.as_ref().unwrap_or(&controller.time_zone);
            let stored = &mut stored[*at];
            // What an imported row says of its form is asked of what is stored.
            let text = if *takes_text && normalized.form.is_none() { take_text(stored) } else { None };
            let address = matches!(stored, Cell::Large(_)).then(|| BlobAddress {
                store: collection.store.clone(),
                table: collection.table.clone(),
                column: (*name).to_owned(),
                row: match id {
                    RowId::Number(number) => RowAddress::Number(*number),
                    RowId::Key(cells) => {
                        let texts = cells.iter().map(|cell| cell.text().unwrap_or_default().into_owned());
                        RowAddress::Key(collection.key.iter().cloned().zip(texts).collect())
                    }
                },
                bytes: 0,
                base64: false,
            });
            let settings = Settings { zone, currency: currency.as_deref(), address };
            let reading = text.unwrap_or_else(|| read_value(mapping, stored, settings));
            check_keys(mapping, stored, name, &normalized.row)?;
            let mut reading = match &normalized.form {
                Some(form) => form.read(path, stored, reading),
                None => reading,
            };
            if normalized.kind == Kind::Attachment && *path == "path" && !stored.is_null() {
                // Where a file lies in a store is no place in the archive, so it does not stand as one.
                reading = Reading::verbatim(stored);
            }
            let secrets = secrets::take_out(mapping, &mut reading);
            normalized.values.push(NormalValue {
                place: *place,
                path: path.clone(),
                reading,
                origin: mapping.origin,
                about: mapping.about,
                activity: mapping.activity.clone(),
                label: mapping.label.clone(),
                companion: false,
                secrets,
            });
        }
        for Constant { mapping, stored, place, path } in &self.constants {
            let settings = Settings { zone: &controller.time_zone, currency: currency.as_deref(), address: None };
            let reading = read_value(mapping, stored, settings);
            insert(&mut normalized.values, plain_value(*place, path.clone(), reading.value));
        }
        currencies(&mut normalized, currency);
        let cells = Cells { columns: &self.columns, cells: stored };
        self.direction(&mut normalized, subject);
        if let Some(form) = &normalized.form {
            form.settle(&mut normalized.values);
        }
        normalized.origin = origin(collection, &cells, &normalized, parent)?;
        normalized.retention_from =
            collection.retention_from.as_deref().and_then(|column| self.time_in(column, cells.get(column), controller));
        normalized.values.sort_by_key(|value| value.place);
        Ok(normalized)
    }

    /// The row's own currency, else its parent's; none where its own cannot be read, because it is another then.
    fn currency(&self, cells: &Cells<'_>, parent: Option<&Normalized>) -> Option<String> {
        let own = self.currency.map(|(name, mapping)| {
            let settings = Settings { zone: &jiff::tz::TimeZone::UTC, currency: None, address: None };
            read_value(mapping, cells.get(name), settings)
        });
        if own.as_ref().is_some_and(|own| own.verbatim.is_some()) {
            return None;
        }
        let own = own.and_then(|own| own.value.as_text().map(str::to_owned));
        let set =
            || self.collection.set.iter().find(|(field, _)| field.path() == CURRENCY).map(|(_, value)| value.clone());
        let inherited =
            || parent.and_then(|parent| parent.get(CURRENCY)).and_then(FieldValue::as_text).map(str::to_owned);
        own.or_else(set).or_else(inherited)
    }

    /// Adds the direction of a message where no column tells it.
    fn direction(&self, normalized: &mut Normalized, subject: &SubjectNames) {
        if self.collection.kind != Kind::Message || normalized.values.iter().any(|value| value.path == "direction") {
            return;
        }
        let get = |path| normalized.get(path);
        let direction = subject.direction(get("from"), get("to"), get("cc"), get("bcc"));
        if let Some((place, spec)) = Kind::Message.field("direction") {
            let value = direction.map_or(FieldValue::Null, |word| FieldValue::Text(word.to_owned()));
            insert(&mut normalized.values, plain_value(place, Cow::Borrowed(spec.path), value));
        }
    }

    /// The latest of the times at which contact data or a password were changed.
    fn changed(&self, cells: &Cells<'_>, controller: &Controller) -> Option<Timestamp> {
        let times = self.collection.changed.iter().filter_map(|name| self.time_in(name, cells.get(name), controller));
        times.filter_map(|time| time.instant(&controller.time_zone)).max()
    }

    /// The time in a column that something counts from, by the format of its column where that is mapped.
    fn time_in(&self, column: &str, cell: &Cell, controller: &Controller) -> Option<Time> {
        let mapped = self.collection.mappings().find(|(name, _)| *name == column).map(|(_, mapping)| mapping);
        let zone = mapped.and_then(|mapping| mapping.time_zone.as_ref()).unwrap_or(&controller.time_zone);
        if let Some(mapping) = mapped {
            let settings = Settings { zone, currency: None, address: None };
            if let FieldValue::Time(time) = read_value(mapping, cell, settings).value {
                return Some(time);
            }
        }
        Time::parse(&cell.utf8()?, zone).map(|reading| reading.time)
    }
}

/// Puts a value at its place among others, which are in order already.
fn insert(values: &mut Vec<NormalValue>, value: NormalValue) {
    let before = values.iter().rposition(|earlier| earlier.place <= value.place);
    values.insert(before.map_or(0, |at| at + 1), value);
}

fn plain_value(place: usize, path: Cow<'static, str>, value: FieldValue) -> NormalValue {
    NormalValue {
        place,
        path,
        reading: Reading { value, verbatim: None, ambiguous: false },
        origin: None,
        about: About::Subject,
        activity: None,
        label: None,
        companion: false,
        secrets: 0,
    }
}

/// Gives every amount the currency that goes with it (contract 4).
fn currencies(normalized: &mut Normalized, currency: Option<String>) {
    let Some(currency) = currency else { return };
    let says_all = normalized.form.is_some();
    let amounts: Vec<NormalValue> =
        normalized.values.iter().filter(|value| value.path.ends_with(".value")).cloned().collect();
    for amount in amounts {
        let path = amount.path.replace(".value", ".currency");
        if let Some(own) = normalized.values.iter_mut().find(|value| value.path == path) {
            // A line whose own currency is NULL is in its parent's; an imported one says all that it says itself.
            if own.reading.is_empty() && !says_all {
                own.reading.value = FieldValue::Text(currency.clone());
            }
            continue;
        }
        if let Some((place, spec)) = normalized.kind.field(&path) {
            let reading = Reading { value: FieldValue::Text(currency.clone()), verbatim: None, ambiguous: false };
            normalized.values.push(NormalValue {
                place,
                path: Cow::Borrowed(spec.path),
                reading,
                companion: true,
                secrets: 0,
                ..amount
            });
        }
    }
}

/// Default deny inside JSON: every key of every object at the top must be classified (contract 3, `keys`), also in
/// JSON that will be exported verbatim because it cannot be read whole. The key that is not, or the words for it.
pub fn unclassified_key(mapping: &Mapping, cell: &Cell) -> Option<String> {
    let open = matches!(&mapping.field, Field::Additional(_));
    if mapping.format != Some(Format::Json) || mapping.keys == JsonKeys::All || !open {
        return None;
    }
    let text = cell.utf8()?;
    let known = |key: &String| {
        mapping.secret_keys.contains(key) || matches!(&mapping.keys, JsonKeys::Listed(keys) if keys.contains(key))
    };
    let Some(keys) = Json::top_keys(&text) else {
        let broken = text.trim_start().starts_with(['{', '[']);
        return broken.then(|| "(none can be read: it is no JSON)".to_owned());
    };
    let stray = keys.into_iter().find(|key| !known(key))?;
    Some(if names_a_field(&stray) { stray } else { "(not shown, it may be personal)".to_owned() })
}

fn check_keys(mapping: &Mapping, cell: &Cell, column: &str, row: &RowRef) -> Result<(), NormalizeError> {
    unclassified_key(mapping, cell).map_or(Ok(()), |key| {
        Err(NormalizeError::UnclassifiedKey { row: row.to_string(), column: column.to_owned(), key })
    })
}

/// Whether a key is one that programs write: an address or a number as key is data, and an error must not show it.
fn names_a_field(key: &str) -> bool {
    let digits = key.chars().filter(|c| c.is_numeric()).count();
    digits < 5 && key.chars().count() <= 60 && key.chars().all(|c| c.is_alphanumeric() || "_-.$:".contains(c))
}
