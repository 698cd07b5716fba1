//! What the stores hold against what the policy announces: data that are never stored, and rows that should be gone.

use super::Remark;
use crate::controller::activity::Retention;
use crate::controller::{ActivityChoice, Collection, Controller, Mapping, RemarkCode};
use crate::normalize::{Settings, read_value};
use crate::records::{Cell, FieldValue, Time};
use crate::stores::{StoreError, Stores};
use crate::subject::Finder;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The activity of a row, from the cell of the column that says it.
fn activity_of<'c>(choice: &'c ActivityChoice, cell: Option<&Cell>) -> Option<&'c str> {
    match choice {
        ActivityChoice::Fixed(key) => Some(key),
        ActivityChoice::ByColumn { values, .. } => {
            let text = cell.and_then(Cell::utf8)?;
            values.iter().find(|(value, _)| *value == text).map(|(_, key)| key.as_str())
        }
    }
}

/// The column that says the activity of a row.
fn activity_column(choice: &ActivityChoice) -> Option<&str> {
    match choice {
        ActivityChoice::Fixed(_) => None,
        ActivityChoice::ByColumn { column, .. } => Some(column),
    }
}

/// Data of activities that the policy announces as never stored (requirement C22): of rows, and of single columns.
pub(super) fn not_held(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let announced = |key: &str| controller.activity(key).is_some_and(|activity| !activity.held);
    let mut alarm = |key: &str, what: &str, count: u64| {
        if count > 0 {
            let message = format!(
                "ALARM: the policy says that `{key}` is not held, and {what} of the store `{}` has {count} rows; delete them or correct the policy",
                collection.store
            );
            remarks.push(Remark {
                count: Some(count),
                ..Remark::about(RemarkCode::HeldAlthoughNotAnnounced, collection, message)
            });
        }
    };
    for key in collection.activity.keys().into_iter().filter(|key| announced(key)) {
        let column = activity_column(&collection.activity);
        let columns: Vec<&str> = column.into_iter().chain(collection.key.first().map(String::as_str)).collect();
        let mut count = 0;
        stores.find(collection, &[], &columns, &mut |row| {
            count += u64::from(row.selected && activity_of(&collection.activity, row.cells.first()) == Some(key));
            Ok(())
        })?;
        alarm(key, &format!("the table `{}`", collection.table), count);
    }
    for (column, mapping) in collection.mappings() {
        let Some(key) = mapping.activity.as_deref().filter(|key| announced(key)) else { continue };
        let mut count = 0;
        stores.find(collection, &[], &[column], &mut |row| {
            count += u64::from(row.selected && row.cells.first().is_some_and(|cell| !cell.is_null()));
            Ok(())
        })?;
        alarm(key, &format!("the column `{column}` of the table `{}`", collection.table), count);
    }
    Ok(())
}

/// Rows whose retention period has ended and that no legal hold keeps (requirements C18, C19, I8), each by its own
/// activity.
pub(super) fn overdue(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    as_of: Timestamp,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let Some(column) = collection.retention_from.as_deref() else { return Ok(()) };
    let period = |key: &str| controller.activity(key).and_then(|activity| activity.retention.as_ref());
    let mut counts: Vec<(&str, &Retention, u64)> =
        collection.activity.keys().into_iter().filter_map(|key| Some((key, period(key)?, 0))).collect();
    if counts.is_empty() {
        return Ok(());
    }
    let mapping = collection.mappings().find(|(name, _)| *name == column).map(|(_, mapping)| mapping);
    let zone = mapping.and_then(|mapping| mapping.time_zone.as_ref()).unwrap_or(&controller.time_zone);
    let hold = collection.legal_hold.as_deref();
    let columns: Vec<&str> =
        [Some(column), hold, activity_column(&collection.activity)].into_iter().flatten().collect();
    stores.find(collection, &[], &columns, &mut |row| {
        let kept = hold.is_some() && row.cells.get(1).is_some_and(Cell::is_true);
        let key = activity_of(&collection.activity, row.cells.last()).filter(|_| row.selected && !kept);
        if let Some((_, retention, count)) = counts.iter_mut().find(|(other, ..)| Some(*other) == key) {
            let began = row.cells.first().and_then(|cell| began(mapping, cell, zone));
            let end = began.and_then(|at| at.to_zoned_datetime(zone.clone()).checked_add(retention.span.0).ok());
            *count += u64::from(end.is_some_and(|end| end.timestamp() < as_of));
        }
        Ok(())
    })?;
    for (key, retention, count) in counts.into_iter().filter(|(.., count)| *count > 0) {
        let message = format!(
            "{count} rows of the collection `{}` are kept longer than the {} that [activity.{key}] announces",
            collection.name, retention.text
        );
        remarks.push(Remark { count: Some(count), ..Remark::about(RemarkCode::RetentionOverdue, collection, message) });
    }
    Ok(())
}

/// When the period of a row begins.
fn began(mapping: Option<&Mapping>, cell: &Cell, zone: &TimeZone) -> Option<Timestamp> {
    let mapped = mapping.and_then(|mapping| {
        match read_value(mapping, cell, Settings { zone, currency: None, address: None }).value {
            FieldValue::Time(time) => Some(time),
            _ => None,
        }
    });
    let time = mapped.or_else(|| cell.utf8().and_then(|text| Time::parse(&text, zone)).map(|reading| reading.time));
    time.and_then(|time| time.instant(zone))
}
