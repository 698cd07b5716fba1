//! What the stores hold against what the policy announces: data that are never stored, rows that should be
//! gone, and rows that are gone too soon.

use super::Remark;
use crate::controller::activity::Retention;
use crate::controller::{ActivityChoice, Collection, Controller, Mapping, RemarkCode};
use crate::normalize::{Settings, read_value};
use crate::records::{Cell, FieldValue, Time};
use crate::stores::{StoreError, Stores};
use crate::subject::Finder;
use jiff::Timestamp;
use jiff::civil::Date;
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
/// activity; and activities of which far less is held than they announce.
pub(super) fn periods(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    as_of: Timestamp,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let Some(column) = collection.retention_from.as_deref() else { return Ok(()) };
    let period = |key: &str| controller.activity(key).and_then(|activity| activity.retention.as_ref());
    let mut counts: Vec<Aged<'_>> = collection
        .activity
        .keys()
        .into_iter()
        .filter_map(|key| Some(Aged { key, retention: period(key)?, overdue: 0, oldest: None }))
        .collect();
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
        if let Some(aged) = counts.iter_mut().find(|aged| Some(aged.key) == key) {
            let began = row.cells.first().and_then(|cell| began(mapping, cell, zone));
            let end = began.and_then(|at| at.to_zoned_datetime(zone.clone()).checked_add(aged.retention.span.0).ok());
            aged.overdue += u64::from(end.is_some_and(|end| end.timestamp() < as_of));
            aged.oldest = aged.oldest.into_iter().chain(began).min();
        }
        Ok(())
    })?;
    for Aged { key, retention, overdue, oldest } in counts {
        if overdue > 0 {
            let message = format!(
                "{overdue} rows of the collection `{}` are kept longer than the {} that [activity.{key}] announces",
                collection.name, retention.text
            );
            let remark = Remark::about(RemarkCode::RetentionOverdue, collection, message);
            remarks.push(Remark { count: Some(overdue), ..remark });
        }
        if oldest.is_some_and(|oldest| is_short(controller, retention, oldest, as_of)) {
            let message = format!(
                "[activity.{key}] announces {}, the policy has done so for longer than that, and the rows of the collection `{}` go back less than half of it: if they are deleted sooner, correct the policy or the deleting",
                retention.text, collection.name
            );
            remarks.push(Remark::about(RemarkCode::RetentionShort, collection, message));
        }
    }
    Ok(())
}

/// What the rows of one activity say of their age.
struct Aged<'c> {
    key: &'c str,
    retention: &'c Retention,
    overdue: u64,
    oldest: Option<Timestamp>,
}

/// Whether rows are gone sooner than announced (requirement I8): the policy has announced the period for at least as
/// long as it lasts, and not even half of it is held. A store may be young for other reasons, so it is a question.
fn is_short(controller: &Controller, retention: &Retention, oldest: Timestamp, as_of: Timestamp) -> bool {
    let zone = &controller.time_zone;
    let effective = controller.policy.as_ref().and_then(|policy| policy.effective.as_deref());
    let Some(effective) = effective.and_then(|day| day.parse::<Date>().ok()) else { return false };
    let begin = as_of.to_zoned_datetime(zone.clone()).checked_sub(retention.span.0);
    begin.is_ok_and(|begin| {
        let half = (as_of.as_second() - begin.timestamp().as_second()) / 2;
        effective <= begin.date() && as_of.as_second() - oldest.as_second() < half
    })
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
