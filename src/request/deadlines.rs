//! When an answer is due: the one month of Art. 12(3) GDPR and its extension, as dates.
//!
//! Regulation (EEC, Euratom) No 1182/71 says how to count: the day of receipt does not count (Art. 3(1)); a period in
//! months ends with the last hour of the day with the same date, or of the month's last day if there is no such date
//! (Art. 3(2)(c)); a period that ends on a public holiday, Sunday or Saturday ends with the last hour of the next
//! working day (Art. 3(4)).
//!
//! So there are two dates. The *target* is never rolled, and is in time in every Member State and for a controller
//! outside the Union. The *latest* date is rolled, but only with a named calendar that covers the year; otherwise it
//! is unknown, with the reason. The day of receipt is the controller's local day, never the UTC day.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::controller::holidays::{Calendar, CalendarError};

/// The days by which one request is to be answered, with and without the extension of Art. 12(3) second sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlines {
    /// Same date next month, or that month's last day; never rolled.
    pub target: Date,
    /// `target` rolled to a working day, or why that day is unknown.
    pub latest: Result<Latest, LatestUnknown>,
    /// Three months from *receipt* (not two from `target`), never rolled. Only with a notice and reasons given within
    /// the first month.
    pub extended_target: Date,
    /// `extended_target` rolled to a working day, or why that day is unknown.
    pub extended_latest: Result<Latest, LatestUnknown>,
}

/// The working day at whose end a period ends, and the calendar that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// A day that is no Saturday, Sunday or public holiday.
    pub date: Date,
    /// Name of the public-holiday calendar used.
    pub calendar: String,
}

impl Deadlines {
    /// The last day of the month that the law gives: rolled to a working day where a calendar says so.
    pub fn last_day(&self) -> Date {
        self.latest.as_ref().map_or(self.target, |latest| latest.date)
    }

    /// The last day of the three months from receipt.
    pub fn extended_last_day(&self) -> Date {
        self.extended_latest.as_ref().map_or(self.extended_target, |latest| latest.date)
    }
}

/// Why no rolled date is given. The target stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LatestUnknown {
    /// The controller named no Member State, or is outside the Union.
    #[error("no public-holiday calendar is named")]
    NoCalendar,
    /// The named calendar has no rules for the year in which the period ends.
    #[error(transparent)]
    NotCovered(#[from] CalendarError),
}

/// Counts the deadlines of a request received at this instant by a controller in this zone.
///
/// A date beyond the year 9999 becomes the last date that there is, which is earlier and therefore safe.
pub fn deadlines(received: Timestamp, zone: &TimeZone, calendar: Option<&Calendar>) -> Deadlines {
    paused_deadlines(received, 0, zone, calendar)
}

/// The same, with days added on which the month paused (requirement B5).
pub fn paused_deadlines(received: Timestamp, days: i64, zone: &TimeZone, calendar: Option<&Calendar>) -> Deadlines {
    let day = local_day(received, zone);
    // Adding months clamps to the month's last day, as Art. 3(2)(c) asks. Both sums start from receipt.
    let later = |day: Date| day.saturating_add(days.clamp(0, 100_000).days());
    let target = later(day.saturating_add(1.month()));
    let extended_target = later(day.saturating_add(3.months()));
    Deadlines {
        target,
        latest: next_working_day(target, calendar),
        extended_target,
        extended_latest: next_working_day(extended_target, calendar),
    }
}

/// Days gone by since receipt, by the controller's local calendar: the day of receipt is 0 (Art. 3(1)), so midnight
/// and not a lapse of 24 hours begins the next. Negative if `now` is an earlier day, which means a wrong clock.
///
/// The month is an outer limit: the answer is due "without undue delay", and this is the number to watch.
pub fn elapsed_days(received: Timestamp, now: Timestamp, zone: &TimeZone) -> i64 {
    days_between(local_day(received, zone), local_day(now, zone))
}

/// Days of the calendar from one to the other.
pub(super) fn days_between(first: Date, second: Date) -> i64 {
    second.duration_since(first).as_hours() / 24
}

/// How near the end of the month is, counted to the target date, which no calendar can move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// More than [`NEAR`] days are left.
    Far(i64),
    /// So many days are left, at most [`NEAR`]; 0 on the last one.
    Near(i64),
    /// So many days ago the last one ended.
    Past(i64),
}

/// Days before the end of the month from which on somebody should hurry.
pub const NEAR: i64 = 7;

/// How near the end of the month is at an instant (requirement B6), with the days on which it paused.
pub fn nearness(received: Timestamp, paused: i64, now: Timestamp, zone: &TimeZone) -> Nearness {
    let target = paused_deadlines(received, paused, zone, None).target;
    match -days_between(target, local_day(now, zone)) {
        left if left > NEAR => Nearness::Far(left),
        left if left >= 0 => Nearness::Near(left),
        over => Nearness::Past(-over),
    }
}

/// The last instant of the day in this zone: the end of its last hour, at which a period ends (Art. 3(2)(c)).
///
/// Takes the offset in force at that hour, not the one at receipt. For a day at the edge of what a timestamp can hold,
/// the nearest one that exists.
pub fn last_instant(date: Date, zone: &TimeZone) -> Timestamp {
    let start = date.to_zoned_datetime(zone.clone());
    match start.and_then(|start| start.end_of_day()) {
        Ok(end) => end.timestamp(),
        Err(_) if date.year() < 0 => Timestamp::MIN,
        Err(_) => Timestamp::MAX,
    }
}

/// The day that the controller's calendar on the wall shows at this instant.
pub fn local_day(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

/// The day itself if it is a working day, else the next one (Art. 3(4)); every day looked at must be covered.
fn next_working_day(target: Date, calendar: Option<&Calendar>) -> Result<Latest, LatestUnknown> {
    let calendar = calendar.ok_or(LatestUnknown::NoCalendar)?;
    let weekend = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let mut date = target;
    // Ends at the latest after the calendar's last year, where `is_holiday` refuses.
    while calendar.is_holiday(date)? || weekend(date) {
        date = date.saturating_add(1.day());
    }
    let calendar = calendar.name().to_owned();
    Ok(Latest { date, calendar })
}

/// As printed in the receipt: dates as text, and `latest` either an object or `null` with `latest_unknown` beside it.
impl Serialize for Deadlines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("target", &self.target.to_string())?;
        map.serialize_entry("latest", &self.latest.as_ref().ok())?;
        if let Err(reason) = &self.latest {
            map.serialize_entry("latest_unknown", &reason.to_string())?;
        }
        map.serialize_entry("extended_target", &self.extended_target.to_string())?;
        map.serialize_entry("extended_latest", &self.extended_latest.as_ref().ok())?;
        if let Err(reason) = &self.extended_latest {
            map.serialize_entry("extended_latest_unknown", &reason.to_string())?;
        }
        map.end()
    }
}

impl Serialize for Latest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("date", &self.date.to_string())?;
        map.serialize_entry("calendar", &self.calendar)?;
        map.end()
    }
}

impl schemars::JsonSchema for Deadlines {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Deadlines".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let day = || serde_json::json!({ "type": "string", "format": "date" });
        let latest = serde_json::json!({
            "type": ["object", "null"],
            "properties": { "date": day(), "calendar": { "type": "string" } },
            "required": ["date", "calendar"],
            "additionalProperties": false,
        });
        let unknown = serde_json::json!({ "type": "string", "description": "Why it is not known" });
        schemars::json_schema!({
            "type": "object",
            "description": "By when the request is to be answered (Art. 12(3))",
            "properties": {
                "target": day(), "latest": latest, "latest_unknown": unknown,
                "extended_target": day(), "extended_latest": latest, "extended_latest_unknown": unknown,
            },
            "required": ["target", "latest", "extended_target", "extended_latest"],
            "additionalProperties": false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a known zone")
    }

    /// The end of the day, as text.
    fn end_of(day: &str, zone_name: &str) -> String {
        last_instant(day.parse().expect("a date"), &zone(zone_name)).to_string()
    }

    /// The deadlines of a controller in Berlin that names the German calendar.
    fn german(received: &str) -> Deadlines {
        let calendar = Calendar::named("DE");
        deadlines(instant(received), &zone("Europe/Berlin"), calendar.as_ref())
    }

    /// Target, latest, extended target, extended latest; a date that is unknown is `?`.
    fn dates(found: &Deadlines) -> String {
        let rolled = [&found.latest, &found.extended_latest];
        let [latest, extended] = rolled.map(|day| match day {
            Ok(known) => known.date.to_string(),
            Err(_) => "?".to_owned(),
        });
        format!("{} {latest} {} {extended}", found.target, found.extended_target)
    }

    /// Received; then as `dates` gives them.
    #[rustfmt::skip]
    const VECTORS: [(&str, &str); 12] = [
        ("2026-08-07T10:00Z", "2026-09-07 2026-09-07 2026-11-07 2026-11-09"),
        ("2026-08-13T10:00Z", "2026-09-13 2026-09-14 2026-11-13 2026-11-13"),
        ("2026-01-31T10:00Z", "2026-02-28 2026-03-02 2026-04-30 2026-04-30"),
        ("2026-01-29T10:00Z", "2026-02-28 2026-03-02 2026-04-29 2026-04-29"),
        ("2026-03-03T10:00Z", "2026-04-03 2026-04-07 2026-06-03 2026-06-03"),
        ("2026-03-05T10:00Z", "2026-04-05 2026-04-07 2026-06-05 2026-06-05"),
        ("2026-08-31T22:30Z", "2026-10-01 2026-10-01 2026-12-01 2026-12-01"),
        ("2026-10-20T10:00Z", "2026-11-20 2026-11-20 2027-01-20 2027-01-20"),
        ("2026-12-01T10:00Z", "2027-01-01 2027-01-04 2027-03-01 2027-03-01"),
        ("2026-11-30T10:00Z", "2026-12-30 2026-12-30 2027-02-28 2027-03-01"),
        ("2026-12-31T10:00Z", "2027-01-31 2027-02-01 2027-03-31 2027-03-31"),
        ("2028-01-30T10:00Z", "2028-02-29 2028-02-29 2028-04-30 2028-05-02"),
    ];

    #[test]
    fn every_vector_of_the_requirements_holds() {
        for (received, expected) in VECTORS {
            assert_eq!(dates(&german(received)), expected, "{received}");
        }
    }

    #[test]
    fn a_month_is_not_thirty_days() {
        assert_ne!(german("2026-08-07T10:00Z").target.to_string(), "2026-09-06");
    }

    #[test]
    fn the_extension_is_chained_neither_from_the_clamped_nor_from_the_rolled_date() {
        let from_clamped = dates(&german("2026-01-31T10:00Z"));
        assert!(from_clamped.ends_with(" 2026-04-30 2026-04-30"));
        let from_rolled = dates(&german("2026-12-31T10:00Z"));
        assert!(from_rolled.ends_with(" 2027-03-31 2027-03-31"));
    }

    #[test]
    fn the_last_three_days_of_january_share_one_deadline() {
        for day in [29, 30, 31] {
            let found = dates(&german(&format!("2026-01-{day}T10:00Z")));
            assert!(found.starts_with("2026-02-28 2026-03-02 "), "{day}");
        }
    }

    #[test]
    fn the_roll_crosses_a_weekend_and_the_holidays_on_both_sides_of_it() {
        let found = dates(&german("2026-03-03T10:00Z"));
        assert!(found.starts_with("2026-04-03 2026-04-07 "));
    }

    #[test]
    fn the_controllers_local_day_counts_and_not_the_utc_day() {
        let utc = deadlines(instant("2026-08-31T22:30Z"), &TimeZone::UTC, None);
        assert_eq!(utc.target.to_string(), "2026-09-30");
        assert_eq!(german("2026-08-31T22:30Z").target.to_string(), "2026-10-01");
    }

    #[test]
    fn the_last_hour_takes_the_offset_of_its_own_day() {
        let end = |day| end_of(day, "Europe/Berlin");
        assert_eq!(end("2026-10-20"), "2026-10-20T21:59:59.999999999Z");
        assert_eq!(end("2026-11-20"), "2026-11-20T22:59:59.999999999Z");
    }

    #[test]
    fn a_day_whose_last_hour_is_skipped_or_repeated_ends_when_the_next_day_begins() {
        let end = |day| end_of(day, "America/Nuuk");
        assert_eq!(end("2026-03-28"), "2026-03-29T00:59:59.999999999Z");
        assert_eq!(end("2026-10-24"), "2026-10-25T01:59:59.999999999Z");
    }

    #[test]
    fn without_a_calendar_the_target_stands_and_the_latest_date_is_unknown() {
        let found = deadlines(instant("2026-08-13T10:00Z"), &zone("Europe/Berlin"), None);
        assert_eq!(dates(&found), "2026-09-13 ? 2026-11-13 ?");
        assert_eq!(found.latest, Err(LatestUnknown::NoCalendar));
    }

    #[test]
    fn a_calendar_that_covers_only_the_first_date_gives_only_the_first() {
        let found = german("2035-11-15T10:00Z");
        assert_eq!(dates(&found), "2035-12-15 2035-12-17 2036-02-15 ?");
    }

    #[test]
    fn the_edges_of_time_saturate_and_never_panic() {
        let germany = Calendar::named("DE");
        for name in ["UTC", "Pacific/Kiritimati", "America/Nuuk"] {
            let zone = zone(name);
            for received in [Timestamp::MIN, Timestamp::MAX] {
                let found = deadlines(received, &zone, germany.as_ref());
                assert!(found.latest.is_err() && found.target <= found.extended_target);
            }
            assert_eq!(last_instant(Date::MAX, &zone), Timestamp::MAX);
            assert!(last_instant(Date::MIN, &zone) < instant("-009998-01-01T00:00Z"));
            assert!(elapsed_days(Timestamp::MIN, Timestamp::MAX, &zone) > 7_000_000);
        }
    }

    #[test]
    fn elapsed_days_turn_at_local_midnight() {
        let (berlin, received) = (zone("Europe/Berlin"), instant("2026-03-28T22:30Z"));
        let since = |now| elapsed_days(received, instant(now), &berlin);
        assert_eq!(since("2026-03-28T22:59Z"), 0);
        assert_eq!(since("2026-03-28T23:00Z"), 1);
        assert_eq!(since("2026-03-29T22:00Z"), 2, "the day has 23 hours");
        assert_eq!(since("2026-03-27T22:00Z"), -1);
    }

    #[test]
    fn a_week_before_its_end_the_month_is_nearly_over() {
        let (berlin, received) = (zone("Europe/Berlin"), instant("2026-01-31T10:00Z"));
        let at = |now| nearness(received, 0, instant(now), &berlin);
        assert_eq!(at("2026-01-31T10:00Z"), Nearness::Far(28));
        assert_eq!(at("2026-02-20T22:59Z"), Nearness::Far(8));
        assert_eq!(at("2026-02-20T23:00Z"), Nearness::Near(7), "the local day counts");
        assert_eq!(at("2026-02-28T22:59Z"), Nearness::Near(0));
        assert_eq!(at("2026-02-28T23:00Z"), Nearness::Past(1));
    }

    #[test]
    fn the_receipt_prints_dates_with_their_calendar_or_the_reason() {
        let json = |found| serde_json::to_string(&found).expect("JSON");
        let known = r#"{"target":"2026-09-07","latest":{"date":"2026-09-07","calendar":"DE"},"#;
        assert!(json(german("2026-08-07T10:00Z")).starts_with(known));
        let reason = "the public-holiday calendar DE covers 1995 to 2035, not 2036";
        let unknown = format!(r#""extended_latest":null,"extended_latest_unknown":"{reason}"}}"#);
        assert!(json(german("2035-11-15T10:00Z")).ends_with(&unknown));
        let nowhere = deadlines(instant("2026-08-07T10:00Z"), &TimeZone::UTC, None);
        let reason = r#""latest":null,"latest_unknown":"no public-holiday calendar is named","#;
        assert!(json(nowhere).contains(reason));
    }
}
