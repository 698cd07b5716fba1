//! Instants of the invented past, which ends with 20 November 2026 whatever the day on which a store is made.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// 2024-01-01T00:00:00Z: correspondence begins.
pub(super) const BEGIN: u64 = 1_704_067_200;
/// 2026-11-01T00:00:00Z: correspondence ends.
pub(super) const END: u64 = 1_793_491_200;
/// 2026-09-01T00:00:00Z: the server's logs begin.
pub(super) const LOGS: u64 = 1_788_220_800;
/// 2026-11-20T00:00:00Z: the stores' last day.
pub(super) const LAST: u64 = 1_795_132_800;
/// Seconds of a day.
pub(super) const DAY: u64 = 86_400;

/// A number as SQLite and the calendar take it.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Civil time so many hours east of Greenwich.
pub(super) fn civil(second: u64, hours: i8) -> DateTime {
    let timestamp = Timestamp::from_second(whole(second)).unwrap_or_default();
    Offset::constant(hours).to_datetime(timestamp)
}

/// ISO 8601 with an offset, or with `Z`.
pub(super) fn iso(second: u64, hours: i8) -> String {
    let time = civil(second, hours);
    if hours == 0 { format!("{time}Z") } else { format!("{time}{hours:+03}:00") }
}

/// ISO 8601, the day alone.
pub(super) fn date(second: u64) -> String {
    civil(second, 0).date().to_string()
}

/// As SQL databases write a time without offset.
pub(super) fn local(second: u64, hours: i8) -> String {
    civil(second, hours).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_constants_are_the_days_they_say() {
        assert_eq!(iso(BEGIN, 0), "2024-01-01T00:00:00Z");
        assert_eq!(iso(END, 1), "2026-11-01T01:00:00+01:00");
        assert_eq!(date(LOGS), "2026-09-01");
        assert_eq!(local(LAST, 8), "2026-11-20 08:00:00");
    }
}
