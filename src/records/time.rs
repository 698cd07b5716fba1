//! Points in time and days: RFC 3339 with an offset, the precision as stored, nothing invented (requirements E10-E12).

use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, fmt::strtime::BrokenDownTime};

/// A point in time (`2024-03-01T09:00:00.250+08:00`) or a day without time (`2024-03-01`), ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Time {
    /// RFC 3339 text and the instant that it names.
    Instant(String, Timestamp),
    /// A day in the calendar.
    Day(String, civil::Date),
}

/// A time that was read, and whether its local time occurs twice, so that the earlier was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was read.
    pub time: Time,
    /// The clocks were set back over this local time.
    pub ambiguous: bool,
}

/// The unit of a count since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnixUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
}

impl Time {
    /// The text as it is written.
    pub fn as_str(&self) -> &str {
        match self {
            Time::Instant(text, _) | Time::Day(text, _) => text,
        }
    }

    /// The instant; of a day its first in this zone.
    pub fn instant(&self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Time::Instant(_, instant) => Some(*instant),
            Time::Day(_, day) => day.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp()),
        }
    }

    /// Reads ISO 8601 extended notation, with `T` or a space, with or without seconds, fraction and offset; a local
    /// time is taken in `zone`. RFC 5322 dates are read too. `None` for anything else, for days that do not exist
    /// (`0000-00-00`) and for local times that the clocks skip.
    pub fn parse(text: &str, zone: &TimeZone) -> Option<Reading> {
        let text = text.trim_matches(' ');
        match Iso::lex(text) {
            Some(iso) => iso.read(zone),
            None => jiff::fmt::rfc2822::parse(text).ok().and_then(|zoned| {
                instant(zoned.datetime(), zoned.offset(), "").map(|time| Reading { time, ambiguous: false })
            }),
        }
    }

    /// Reads a text by a strptime pattern. A pattern without a time of day gives a day.
    pub fn parse_pattern(pattern: &str, text: &str, zone: &TimeZone) -> Option<Reading> {
        let parts = BrokenDownTime::parse(pattern, text).ok()?;
        let fraction = match parts.subsec_nanosecond() {
            Some(nanos) => format!("{nanos:09}").trim_end_matches('0').to_owned(),
            None => String::new(),
        };
        if let Some(timestamp) = parts.timestamp() {
            return unix(timestamp, &fraction);
        }
        let day = parts.to_date().ok()?;
        if parts.hour().is_none() {
            return Some(Reading { time: Time::Day(day_text(day)?, day), ambiguous: false });
        }
        let local = parts.to_datetime().ok()?;
        match parts.offset() {
            Some(offset) => instant(local, offset, &fraction).map(|time| Reading { time, ambiguous: false }),
            None => local_time(local, &fraction, zone),
        }
    }

    /// A count since 1970 in plain decimal digits, perhaps with a fraction of the unit.
    pub fn from_unix(count: &str, unit: UnixUnit) -> Option<Reading> {
        let (whole, fraction) = count.split_once('.').unwrap_or((count, ""));
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || (whole.starts_with('-') && !fraction.is_empty()) {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let (timestamp, digits) = match unit {
            UnixUnit::Seconds => (Timestamp::from_second(whole), 0),
            UnixUnit::Milliseconds => (Timestamp::from_millisecond(whole), 3),
            UnixUnit::Microseconds => (Timestamp::from_microsecond(whole), 6),
        };
        let timestamp = timestamp.ok()?;
        let nanos = format!("{:09}", timestamp.as_nanosecond().rem_euclid(1_000_000_000));
        unix(timestamp, &format!("{}{fraction}", &nanos[..digits]))
    }
}

/// The lexical parts of an ISO 8601 text, so that its precision survives.
struct Iso<'a> {
    day: (i16, i8, i8),
    clock: Option<(i8, i8, i8)>,
    fraction: &'a str,
    offset: Option<Offset>,
}

impl<'a> Iso<'a> {
    fn lex(text: &'a str) -> Option<Iso<'a>> {
        let (day, rest) = text.split_at_checked(10)?;
        let number = |part: &str| -> Option<i16> {
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
        };
        let small = |part: &str| number(part).and_then(|n| i8::try_from(n).ok());
        if day.as_bytes()[4] != b'-' || day.as_bytes()[7] != b'-' {
            return None;
        }
        let day = (number(day.get(..4)?)?, small(day.get(5..7)?)?, small(day.get(8..)?)?);
        if rest.is_empty() {
            return Some(Iso { day, clock: None, fraction: "", offset: None });
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (hour, minute) = (small(rest.get(..2)?)?, small(rest.get(3..5)?)?);
        if rest.as_bytes()[2] != b':' {
            return None;
        }
        let mut rest = &rest[5..];
        let mut second = 0;
        let mut fraction = "";
        if let Some(after) = rest.strip_prefix(':') {
            second = small(after.get(..2)?)?;
            rest = &after[2..];
            if let Some(after) = rest.strip_prefix(['.', ',']) {
                let digits = after.bytes().take_while(u8::is_ascii_digit).count();
                if digits == 0 {
                    return None;
                }
                fraction = &after[..digits];
                rest = &after[digits..];
            }
        }
        let offset = match rest.trim_start_matches(' ') {
            "" => None,
            "Z" | "z" | "UTC" => Some(Offset::UTC),
            zone => {
                let negative = match zone.as_bytes()[0] {
                    b'+' => false,
                    b'-' => true,
                    _ => return None,
                };
                let digits: String = zone[1..].split(':').collect();
                if !digits.is_ascii() {
                    return None;
                }
                let (hours, minutes) = match digits.len() {
                    2 => (small(&digits)?, 0),
                    4 => (small(&digits[..2])?, small(&digits[2..])?),
                    _ => return None,
                };
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
                Some(Offset::from_seconds(if negative { -seconds } else { seconds }).ok()?)
            }
        };
        Some(Iso { day, clock: Some((hour, minute, second)), fraction, offset })
    }

    fn read(&self, zone: &TimeZone) -> Option<Reading> {
        let day = civil::Date::new(self.day.0, self.day.1, self.day.2).ok()?;
        let Some((hour, minute, second)) = self.clock else {
            return Some(Reading { time: Time::Day(day_text(day)?, day), ambiguous: false });
        };
        let local = day.to_datetime(civil::Time::new(hour, minute, second, nanos(self.fraction)).ok()?);
        match self.offset {
            Some(offset) => instant(local, offset, self.fraction).map(|time| Reading { time, ambiguous: false }),
            None => local_time(local, self.fraction, zone),
        }
    }
}

/// A local time in a zone: the earlier offset if it occurs twice, nothing if the clocks skip it.
fn local_time(local: civil::DateTime, fraction: &str, zone: &TimeZone) -> Option<Reading> {
    let (offset, ambiguous) = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, false),
        AmbiguousOffset::Fold { before, .. } => (before, true),
        AmbiguousOffset::Gap { .. } => return None,
    };
    instant(local, offset, fraction).map(|time| Reading { time, ambiguous })
}

/// A second since 1970 with this fraction.
fn unix(timestamp: Timestamp, fraction: &str) -> Option<Reading> {
    let local = Offset::UTC.to_datetime(timestamp);
    let clock = civil::Time::new(local.hour(), local.minute(), local.second(), nanos(fraction)).ok()?;
    instant(local.date().to_datetime(clock), Offset::UTC, fraction).map(|time| Reading { time, ambiguous: false })
}

/// RFC 3339 text. An offset with seconds (local mean time before time zones) has no notation there, so UTC is written;
/// one of a day or more is none.
fn instant(local: civil::DateTime, offset: Offset, fraction: &str) -> Option<Time> {
    let seconds = offset.seconds();
    if seconds.abs() >= 24 * 60 * 60 {
        return None;
    }
    let timestamp = match offset.to_timestamp(local) {
        Ok(timestamp) => timestamp,
        // The last day of the year 9999 is written for "never"; as an instant it counts as the last that there is.
        Err(_) if local.year() > 0 && seconds % 60 == 0 => Timestamp::MAX,
        Err(_) => return None,
    };
    let (local, seconds) = if seconds % 60 == 0 { (local, seconds) } else { (Offset::UTC.to_datetime(timestamp), 0) };
    let mut text = day_text(local.date())?;
    for (before, number) in [('T', local.hour()), (':', local.minute()), (':', local.second())] {
        text.push(before);
        two_digits(&mut text, number.unsigned_abs());
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    if seconds == 0 {
        text.push('Z');
    } else {
        let minutes = seconds.unsigned_abs() / 60;
        for (before, number) in [(if seconds < 0 { '-' } else { '+' }, minutes / 60), (':', minutes % 60)] {
            text.push(before);
            // Less than a day.
            two_digits(&mut text, u8::try_from(number).unwrap_or(u8::MAX));
        }
    }
    Some(Time::Instant(text, timestamp))
}

/// A number below a hundred; times are written once for every record.
fn two_digits(text: &mut String, number: u8) {
    text.push(char::from(b'0' + number / 10));
    text.push(char::from(b'0' + number % 10));
}

/// A day as `YYYY-MM-DD`. Many readers know no year before the first, and no controller needs one.
fn day_text(day: civil::Date) -> Option<String> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year >= 1)?;
    let mut text = String::with_capacity("YYYY-MM-DDThh:mm:ss.ffffff+hh:mm".len());
    for number in [year / 100, year % 100] {
        // No year that jiff knows has five digits.
        two_digits(&mut text, u8::try_from(number).unwrap_or(u8::MAX));
    }
    for number in [day.month(), day.day()] {
        text.push('-');
        two_digits(&mut text, number.unsigned_abs());
    }
    Some(text)
}

/// The first nine of the digits of a fraction of a second.
fn nanos(fraction: &str) -> i32 {
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    digits.fold(0, |number, digit| number * 10 + i32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn read(text: &str, name: &str) -> Option<String> {
        Time::parse(text, &zone(name)).map(|reading| reading.time.as_str().to_owned())
    }

    #[test]
    fn an_offset_of_other_than_digits_is_none() {
        for text in ["2026-01-01T10:00:00+aé1", "2026-01-01T10:00:00+é", "2026-01-01T10:00:00+0é0", "2026-01-01T10:00+"]
        {
            assert_eq!(read(text, "UTC"), None, "{text}");
        }
    }

    #[test]
    fn a_time_keeps_its_precision_and_its_offset() {
        for (stored, expected) in [
            ("2024-03-01T09:00:00Z", "2024-03-01T09:00:00Z"),
            ("2024-03-01 09:00:00", "2024-03-01T09:00:00+08:00"),
            ("2024-03-01 09:00", "2024-03-01T09:00:00+08:00"),
            ("2024-03-01T09:00:00.250+01:00", "2024-03-01T09:00:00.250+01:00"),
            ("2024-03-01 09:00:00.1234567890-0530", "2024-03-01T09:00:00.1234567890-05:30"),
            ("2024-03-01 09:00:00+00", "2024-03-01T09:00:00Z"),
            ("2024-03-01", "2024-03-01"),
            ("Fri, 01 Mar 2024 09:00:00 +0100", "2024-03-01T09:00:00+01:00"),
            ("1890-01-01 00:00:00", "1889-12-31T15:54:17Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
            ("9999-12-31 23:59:59.999", "9999-12-31T23:59:59.999+08:00"),
        ] {
            assert_eq!(read(stored, "Asia/Shanghai").as_deref(), Some(expected), "{stored}");
        }
    }

    #[test]
    fn what_names_no_time_is_refused() {
        for text in [
            "",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "0000-12-31",
            "0000-12-31T23:59:59Z",
            "2023-02-29",
            "2024-03-01T25:00:00Z",
            "2024-13-01",
            "1984-02",
            "x",
            "2024-03-01T09:00:60Z",
            "01/03/2024",
            "2024-03-01T09:00:00+99:00",
            "Fri, 01 Mar 2024 09:00:00 +2530",
            "Fri, 01 Mar 2024 09:00:00 -2400",
            "２０２４-03-01",
        ] {
            assert_eq!(read(text, "Asia/Shanghai"), None, "{text}");
        }
    }

    #[test]
    fn of_a_local_time_that_occurs_twice_the_earlier_is_taken_and_one_that_is_skipped_is_refused() {
        let berlin = zone("Europe/Berlin");
        let twice = Time::parse("2024-10-27 02:30:00", &berlin).unwrap();
        assert_eq!((twice.time.as_str(), twice.ambiguous), ("2024-10-27T02:30:00+02:00", true));
        assert!(Time::parse("2024-03-31 02:30:00", &berlin).is_none());
    }

    #[test]
    fn a_count_with_a_fraction_names_the_instant_that_its_text_names() {
        for (count, unit) in
            [("19.90", UnixUnit::Seconds), ("-1", UnixUnit::Milliseconds), ("1.5", UnixUnit::Microseconds)]
        {
            let time = Time::from_unix(count, unit).unwrap().time;
            assert_eq!(Time::parse(time.as_str(), &TimeZone::UTC).unwrap().time, time);
        }
    }

    #[test]
    fn counts_since_1970_keep_their_precision() {
        let of = |count, unit| Time::from_unix(count, unit).map(|r| r.time.as_str().to_owned());
        assert_eq!(of("1700000000", UnixUnit::Seconds).as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(of("1700000000.25", UnixUnit::Seconds).as_deref(), Some("2023-11-14T22:13:20.25Z"));
        assert_eq!(of("1700000000007", UnixUnit::Milliseconds).as_deref(), Some("2023-11-14T22:13:20.007Z"));
        assert_eq!(of("-1", UnixUnit::Milliseconds).as_deref(), Some("1969-12-31T23:59:59.999Z"));
        assert_eq!(of("99999999999999999", UnixUnit::Seconds), None);
    }

    #[test]
    fn a_pattern_gives_a_day_or_a_time() {
        let of = |pattern, text| {
            Time::parse_pattern(pattern, text, &zone("Europe/Berlin")).map(|r| r.time.as_str().to_owned())
        };
        assert_eq!(of("%d/%m/%Y", "31/12/2023").as_deref(), Some("2023-12-31"));
        assert_eq!(of("%d.%m.%Y %H:%M", "31.12.2023 23:59").as_deref(), Some("2023-12-31T23:59:00+01:00"));
        assert_eq!(of("%Y%m%d%H%M%S%z", "20231231235900+0800").as_deref(), Some("2023-12-31T23:59:00+08:00"));
        assert_eq!(of("%d/%m/%Y", "2023-12-31"), None);
        assert_eq!(of("%Y%m%d%H%M%z", "202312312359+2459"), None);
    }
}
