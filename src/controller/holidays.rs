//! Named public-holiday calendars, for the roll-over of a deadline.
//!
//! Regulation (EEC, Euratom) No 1182/71, Art. 2(1): public holidays are the days designated as such in the Member
//! State where the action is to be taken. A calendar here holds the days that the law of that state designates for the
//! *whole* of its territory. Regional days, half days, and days that only a deadline act treats like holidays
//! (Christmas Eve in Sweden and Finland, Good Friday in the Netherlands) are left out, and so are substitutes for
//! days that fall on a weekend. That is the safe side: a day too few can only make a deadline early, never late.
//!
//! Each calendar names the first year from which its rules hold; all end with [`LAST_YEAR`], because parliaments
//! change holidays at short notice (Denmark 2024, Poland 2025, Italy 2026). Outside its years a calendar refuses to
//! answer. The calendar of the Union's institutions is decided anew each year and therefore absent. On weekdays
//! the tables agree with python-holidays 0.109, except for what is left out (6 January in Spain, the eves in Finland,
//! Good Friday in the Netherlands) and for 5 May in the Netherlands.

use std::ops::RangeInclusive;

use jiff::civil::Weekday::{self, Monday, Saturday};
use jiff::civil::{Date, date};

/// The last year for which every calendar answers. Raise it only after looking at each law again.
pub const LAST_YEAR: i16 = 2035;

/// The public holidays of one Member State, by its ISO 3166-1 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    name: &'static str,
    first_year: i16,
    rules: &'static [Rule],
}

/// The calendar has no rules for the year asked about, and a guess could make an answer late.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the public-holiday calendar {calendar} covers {first_year} to {LAST_YEAR}, not {year}")]
pub struct CalendarError {
    /// Name of the calendar that was asked.
    pub calendar: &'static str,
    /// Its first year.
    pub first_year: i16,
    /// The year that it does not cover.
    pub year: i16,
}

impl Calendar {
    /// The calendar with exactly this name (`"DE"`, not `"de"`), if there is one.
    pub fn named(name: &str) -> Option<Calendar> {
        CALENDARS.iter().find(|known| known.name == name).copied()
    }

    /// Names of all calendars, in alphabetical order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CALENDARS.iter().map(|calendar| calendar.name)
    }

    /// The name to record beside every date that was rolled with this calendar.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the day is a public holiday; a weekend as such is none. Refused if the year is not covered.
    pub fn is_holiday(&self, day: Date) -> Result<bool, CalendarError> {
        let year = day.year();
        if (self.first_year..=LAST_YEAR).contains(&year) {
            let falls = |Rule(rule, years): &Rule| years.contains(&year) && rule.falls_on(day);
            Ok(self.rules.iter().any(falls))
        } else {
            Err(CalendarError { calendar: self.name, first_year: self.first_year, year })
        }
    }
}

/// One holiday and the years in which it was or is one.
#[derive(Debug, PartialEq, Eq)]
struct Rule(Day, RangeInclusive<i16>);

/// How a holiday finds its date in a year.
#[derive(Debug, PartialEq, Eq)]
enum Day {
    /// Month and day.
    Fixed(i8, i8),
    /// Days after Easter Sunday.
    Easter(i16),
    /// The first such weekday on or after month and day.
    OnOrAfter(Weekday, i8, i8),
    /// Ireland: the first Monday of February, but 1 February itself if that is a Friday.
    StBrigid,
    /// Netherlands: 27 April, a day earlier if that is a Sunday.
    KingsBirthday,
}

impl Day {
    const fn yearly(self) -> Rule {
        Rule(self, i16::MIN..=LAST_YEAR)
    }

    const fn within(self, years: RangeInclusive<i16>) -> Rule {
        Rule(self, years)
    }

    fn falls_on(&self, day: Date) -> bool {
        let (month_day, weekday) = ((day.month(), day.day()), day.weekday());
        let days_after = |other: Date| day.day_of_year() - other.day_of_year();
        match *self {
            Day::Fixed(m, d) => month_day == (m, d),
            Day::Easter(offset) => days_after(easter_sunday(day.year())) == offset,
            Day::OnOrAfter(wanted, m, d) => weekday == wanted && (0..7).contains(&days_after(date(day.year(), m, d))),
            // 1 February is a Friday exactly if the first Monday is the 4th.
            Day::StBrigid => match month_day {
                (2, 1) => matches!(weekday, Weekday::Friday | Monday),
                (2, 2..=7) => weekday == Monday && day.day() != 4,
                _ => false,
            },
            Day::KingsBirthday => match month_day {
                (4, 26) => weekday == Saturday,
                (4, 27) => weekday != Weekday::Sunday,
                _ => false,
            },
        }
    }
}

/// Easter Sunday of the Gregorian calendar (the "anonymous" computus), for years that a calendar covers.
fn easter_sunday(year: i16) -> Date {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    date(year, (days / 31) as i8, (days % 31 + 1) as i8)
}

const fn on(month: i8, day: i8) -> Rule {
    Day::Fixed(month, day).yearly()
}

const fn on_in(month: i8, day: i8, years: RangeInclusive<i16>) -> Rule {
    Day::Fixed(month, day).within(years)
}

const fn first(weekday: Weekday, month: i8, day: i8) -> Rule {
    Day::OnOrAfter(weekday, month, day).yearly()
}

const MAUNDY_THURSDAY: Rule = Day::Easter(-3).yearly();
const GOOD_FRIDAY: Rule = Day::Easter(-2).yearly();
const EASTER: Rule = Day::Easter(0).yearly();
const EASTER_MONDAY: Rule = Day::Easter(1).yearly();
const GREAT_PRAYER_DAY: Rule = Day::Easter(26).within(i16::MIN..=2023);
const ASCENSION: Rule = Day::Easter(39).yearly();
const WHIT_SUNDAY: Rule = Day::Easter(49).yearly();
const WHIT_MONDAY: Rule = Day::Easter(50).yearly();
const CORPUS_CHRISTI: Rule = Day::Easter(60).yearly();

/// Every calendar, by name, with the law that lists its days and what happened since its first year.
#[rustfmt::skip]
static CALENDARS: &[Calendar] = &[
    // Arbeitsruhegesetz s. 7(2).
    Calendar { name: "AT", first_year: 1985, rules: &[
        on(1, 1), on(1, 6), EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI, on(8, 15), on(10, 26),
        on(11, 1), on(12, 8), on(12, 25), on(12, 26),
    ]},
    // Royal decree of 18 April 1974, Art. 1.
    Calendar { name: "BE", first_year: 1975, rules: &[
        on(1, 1), EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_MONDAY, on(7, 21), on(8, 15), on(11, 1), on(11, 11),
        on(12, 25),
    ]},
    // The days common to all sixteen Laender since the Day of Repentance went in 1995; 31 October 2017 once.
    Calendar { name: "DE", first_year: 1995, rules: &[
        on(1, 1), GOOD_FRIDAY, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_MONDAY, on(10, 3),
        on_in(10, 31, 2017..=2017), on(12, 25), on(12, 26),
    ]},
    // The days of the national church; Great Prayer Day abolished from 2024 (lov 214 of 2023).
    Calendar { name: "DK", first_year: 2000, rules: &[
        on(1, 1), MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER, EASTER_MONDAY, GREAT_PRAYER_DAY,
        ASCENSION, WHIT_SUNDAY, WHIT_MONDAY, on(12, 25), on(12, 26),
    ]},
    // Royal Decree 2001/1983, Art. 45: only the days that no autonomous community may replace (so not 6 January or
    // Maundy Thursday), and not the Monday after a Sunday, which a community may give to a feast of its own.
    Calendar { name: "ES", first_year: 2008, rules: &[
        on(1, 1), GOOD_FRIDAY, on(5, 1), on(8, 15), on(10, 12), on(11, 1), on(12, 6), on(12, 8), on(12, 25),
    ]},
    // Church Act (feasts), acts on 1 May and on Independence Day; Epiphany and Ascension on their days since 1992.
    Calendar { name: "FI", first_year: 1993, rules: &[
        on(1, 1), on(1, 6), GOOD_FRIDAY, EASTER, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_SUNDAY,
        first(Saturday, 6, 20), first(Saturday, 10, 31), on(12, 6), on(12, 25), on(12, 26),
    ]},
    // Code du travail, Art. L3133-1.
    Calendar { name: "FR", first_year: 2008, rules: &[
        on(1, 1), EASTER_MONDAY, on(5, 1), on(5, 8), ASCENSION, WHIT_MONDAY, on(7, 14), on(8, 15), on(11, 1),
        on(11, 11), on(12, 25),
    ]},
    // Organisation of Working Time Act 1997, Second Schedule; 18 March 2022 once; St Brigid's Day from 2023.
    Calendar { name: "IE", first_year: 2012, rules: &[
        on(1, 1), Day::StBrigid.within(2023..=LAST_YEAR), on(3, 17), on_in(3, 18, 2022..=2022), EASTER_MONDAY,
        first(Monday, 5, 1), first(Monday, 6, 1), first(Monday, 8, 1), first(Monday, 10, 25), on(12, 25), on(12, 26),
    ]},
    // Law 260/1949 as amended; St Francis from 2026 (law 151/2025).
    Calendar { name: "IT", first_year: 2012, rules: &[
        on(1, 1), on(1, 6), EASTER_MONDAY, on(4, 25), on(5, 1), on(6, 2), on(8, 15),
        on_in(10, 4, 2026..=LAST_YEAR), on(11, 1), on(12, 8), on(12, 25), on(12, 26),
    ]},
    // Code du travail, Art. L.232-2; Europe Day from 2019.
    Calendar { name: "LU", first_year: 2019, rules: &[
        on(1, 1), EASTER_MONDAY, on(5, 1), on(5, 9), ASCENSION, WHIT_MONDAY, on(6, 23), on(8, 15), on(11, 1),
        on(12, 25), on(12, 26),
    ]},
    // Algemene termijnenwet, Art. 3(1), where 5 May counts every year; the King's birthday since 2014.
    Calendar { name: "NL", first_year: 2014, rules: &[
        on(1, 1), EASTER_MONDAY, Day::KingsBirthday.yearly(), on(5, 5), ASCENSION, WHIT_MONDAY, on(12, 25), on(12, 26),
    ]},
    // Act of 18 January 1951; 12 November 2018 once; Christmas Eve from 2025.
    Calendar { name: "PL", first_year: 2011, rules: &[
        on(1, 1), on(1, 6), EASTER, EASTER_MONDAY, on(5, 1), on(5, 3), WHIT_SUNDAY, CORPUS_CHRISTI, on(8, 15),
        on(11, 1), on(11, 11), on_in(11, 12, 2018..=2018), on_in(12, 24, 2025..=LAST_YEAR), on(12, 25), on(12, 26),
    ]},
    // Codigo do Trabalho, Art. 234(1); four days restored from 2 April 2016.
    Calendar { name: "PT", first_year: 2017, rules: &[
        on(1, 1), GOOD_FRIDAY, EASTER, on(4, 25), on(5, 1), CORPUS_CHRISTI, on(6, 10), on(8, 15), on(10, 5),
        on(11, 1), on(12, 1), on(12, 8), on(12, 25),
    ]},
    // Act 1989:253; National Day in place of Whit Monday since 2005.
    Calendar { name: "SE", first_year: 2005, rules: &[
        on(1, 1), on(1, 6), GOOD_FRIDAY, EASTER, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_SUNDAY, on(6, 6),
        first(Saturday, 6, 20), first(Saturday, 10, 31), on(12, 25), on(12, 26),
    ]},
];

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;

    /// Every day of the years.
    fn days_of(first: i16, last: i16) -> impl Iterator<Item = Date> {
        let days = date(first, 1, 1).series(1.day());
        days.take_while(move |day| day.year() <= last)
    }

    /// Whether a day, written as `DE 2026-01-01`, is a holiday.
    fn holiday(text: &str) -> bool {
        let (name, day) = text.split_once(' ').expect("a name and a day");
        let calendar = Calendar::named(name).expect("a known calendar");
        let day = day.parse().expect("a date");
        calendar.is_holiday(day).expect("a covered year")
    }

    #[test]
    fn easter_falls_where_the_church_says_even_in_the_odd_years() {
        for text in "1954-04-18 1981-04-19 2008-03-23 2026-04-05 2038-04-25".split(' ') {
            let known: Date = text.parse().expect("a date");
            assert_eq!(easter_sunday(known.year()), known);
        }
    }

    #[test]
    fn germany_has_nine_nationwide_holidays_in_2026_and_no_others() {
        let written = days_of(2026, 2026).map(|day| format!("DE {day}"));
        let found: Vec<String> = written.filter(|day| holiday(day)).collect();
        let known = "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26";
        assert_eq!(found.join(" ").replace("DE 2026-", ""), known);
    }

    #[test]
    fn a_holiday_that_came_went_or_happened_once_does_so_in_its_year() {
        assert!(!holiday("IE 2022-02-07") && holiday("IE 2023-02-06"));
        assert!(!holiday("PL 2024-12-24") && holiday("PL 2025-12-24"));
        assert!(!holiday("IT 2025-10-04") && holiday("IT 2027-10-04"));
        assert!(holiday("DK 2023-05-05") && !holiday("DK 2024-04-26"));
        assert!(holiday("DE 2017-10-31") && !holiday("DE 2018-10-31"));
        assert!(holiday("IE 2022-03-18") && !holiday("IE 2023-03-18"));
        assert!(holiday("PL 2018-11-12") && !holiday("PL 2019-11-12"));
    }

    #[test]
    fn a_moving_holiday_follows_its_own_rule() {
        assert!(holiday("NL 2025-04-26") && !holiday("NL 2025-04-27"));
        assert!(holiday("NL 2026-04-27") && !holiday("NL 2026-04-26"));
        assert!(holiday("IE 2030-02-01") && !holiday("IE 2030-02-04") && holiday("IE 2026-10-26"));
        assert!(holiday("SE 2026-06-20") && holiday("FI 2025-11-01"));
    }

    #[test]
    fn every_calendar_answers_for_every_day_of_its_years_and_refuses_the_rest_by_name() {
        assert!(Calendar::names().is_sorted_by(|a, b| a < b));
        for calendar in Calendar::names().filter_map(Calendar::named) {
            let mut days = days_of(calendar.first_year, LAST_YEAR);
            assert!(days.all(|day| calendar.is_holiday(day).is_ok()));
            for year in [-9999, calendar.first_year - 1, LAST_YEAR + 1, 9999] {
                let answer = calendar.is_holiday(date(year, 1, 1));
                assert!(answer.is_err_and(|refusal| refusal.calendar == calendar.name()));
            }
        }
        assert_eq!([Calendar::named("de"), Calendar::named("XX")], [None, None]);
    }
}
