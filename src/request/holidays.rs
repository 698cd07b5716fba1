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
//! answer. The calendar of the Union's institutions is decided anew each year and therefore absent.

use jiff::civil::{Date, Weekday, date};

/// The last year for which every calendar answers. Raise it only after checking each law again (last: 2026).
pub const LAST_YEAR: i16 = 2035;

/// The public holidays of one Member State, by its ISO 3166-1 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    name: &'static str,
    first_year: i16,
    rules: &'static [Rule],
}

/// The calendar has no rules for the year asked about; a guess could make an answer late.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the public-holiday calendar {calendar} covers the years {first_year} to {LAST_YEAR}, not {year}"
)]
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

    /// The first and the last year covered.
    pub fn years(&self) -> (i16, i16) {
        (self.first_year, LAST_YEAR)
    }

    /// Whether the day is a public holiday (weekends as such are not, see Art. 2(2)), or a refusal if the year is not
    /// covered.
    pub fn is_holiday(&self, day: Date) -> Result<bool, CalendarError> {
        let year = day.year();
        if (self.first_year..=LAST_YEAR).contains(&year) {
            Ok(self.rules.iter().any(|rule| rule.matches(day)))
        } else {
            Err(CalendarError {
                calendar: self.name,
                first_year: self.first_year,
                year,
            })
        }
    }
}

/// One holiday and the years in which it was or is one.
#[derive(Debug, PartialEq, Eq)]
struct Rule {
    day: Day,
    since: i16,
    until: i16,
}

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

impl Rule {
    const fn new(day: Day) -> Rule {
        Rule {
            day,
            since: i16::MIN,
            until: LAST_YEAR,
        }
    }

    const fn since(self, year: i16) -> Rule {
        Rule {
            day: self.day,
            since: year,
            until: self.until,
        }
    }

    const fn until(self, year: i16) -> Rule {
        Rule {
            day: self.day,
            since: self.since,
            until: year,
        }
    }

    fn matches(&self, day: Date) -> bool {
        (self.since..=self.until).contains(&day.year()) && self.day.falls_on(day)
    }
}

impl Day {
    fn falls_on(&self, day: Date) -> bool {
        let (month_day, weekday) = ((day.month(), day.day()), day.weekday());
        match *self {
            Day::Fixed(m, d) => month_day == (m, d),
            Day::Easter(offset) => {
                day.day_of_year() - easter_sunday(day.year()).day_of_year() == offset
            }
            Day::OnOrAfter(wanted, m, d) => {
                let after = day.day_of_year() - date(day.year(), m, d).day_of_year();
                weekday == wanted && (0..7).contains(&after)
            }
            // 1 February is a Friday exactly if the first Monday is the 4th.
            Day::StBrigid => match month_day {
                (2, 1) => matches!(weekday, Weekday::Friday | Weekday::Monday),
                (2, 2..=7) => weekday == Weekday::Monday && day.day() != 4,
                _ => false,
            },
            Day::KingsBirthday => match month_day {
                (4, 26) => weekday == Weekday::Saturday,
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
    Rule::new(Day::Fixed(month, day))
}

const fn monday_from(month: i8, day: i8) -> Rule {
    Rule::new(Day::OnOrAfter(Weekday::Monday, month, day))
}

const fn saturday_from(month: i8, day: i8) -> Rule {
    Rule::new(Day::OnOrAfter(Weekday::Saturday, month, day))
}

const MAUNDY_THURSDAY: Rule = Rule::new(Day::Easter(-3));
const GOOD_FRIDAY: Rule = Rule::new(Day::Easter(-2));
const EASTER: Rule = Rule::new(Day::Easter(0));
const EASTER_MONDAY: Rule = Rule::new(Day::Easter(1));
const GREAT_PRAYER_DAY: Rule = Rule::new(Day::Easter(26));
const ASCENSION: Rule = Rule::new(Day::Easter(39));
const WHIT_SUNDAY: Rule = Rule::new(Day::Easter(49));
const WHIT_MONDAY: Rule = Rule::new(Day::Easter(50));
const CORPUS_CHRISTI: Rule = Rule::new(Day::Easter(60));

/// Every calendar, by name. The comment above each says which law, and what happened since its first year.
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
        on(10, 31).since(2017).until(2017), on(12, 25), on(12, 26),
    ]},
    // The days of the national church; Great Prayer Day abolished from 2024 (lov 214 of 2023).
    Calendar { name: "DK", first_year: 2000, rules: &[
        on(1, 1), MAUNDY_THURSDAY, GOOD_FRIDAY, EASTER, EASTER_MONDAY, GREAT_PRAYER_DAY.until(2023), ASCENSION,
        WHIT_SUNDAY, WHIT_MONDAY, on(12, 25), on(12, 26),
    ]},
    // Royal Decree 2001/1983, Art. 45: only the days that no autonomous community may replace or move (so not
    // 6 January or Maundy Thursday).
    Calendar { name: "ES", first_year: 1990, rules: &[
        on(1, 1), GOOD_FRIDAY, on(5, 1), on(8, 15), on(10, 12), on(11, 1), on(12, 6), on(12, 8), on(12, 25),
    ]},
    // Church Act (feasts), acts on 1 May and on Independence Day; Epiphany and Ascension on their days since 1992.
    Calendar { name: "FI", first_year: 1993, rules: &[
        on(1, 1), on(1, 6), GOOD_FRIDAY, EASTER, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_SUNDAY,
        saturday_from(6, 20), saturday_from(10, 31), on(12, 6), on(12, 25), on(12, 26),
    ]},
    // Code du travail, Art. L3133-1.
    Calendar { name: "FR", first_year: 2008, rules: &[
        on(1, 1), EASTER_MONDAY, on(5, 1), on(5, 8), ASCENSION, WHIT_MONDAY, on(7, 14), on(8, 15), on(11, 1),
        on(11, 11), on(12, 25),
    ]},
    // Organisation of Working Time Act 1997, Second Schedule; 18 March 2022 once; St Brigid's Day from 2023.
    Calendar { name: "IE", first_year: 2002, rules: &[
        on(1, 1), Rule::new(Day::StBrigid).since(2023), on(3, 17), on(3, 18).since(2022).until(2022), EASTER_MONDAY,
        monday_from(5, 1), monday_from(6, 1), monday_from(8, 1), monday_from(10, 25), on(12, 25), on(12, 26),
    ]},
    // Law 260/1949 as amended; St Francis from 2026 (law 151/2025).
    Calendar { name: "IT", first_year: 2012, rules: &[
        on(1, 1), on(1, 6), EASTER_MONDAY, on(4, 25), on(5, 1), on(6, 2), on(8, 15), on(10, 4).since(2026),
        on(11, 1), on(12, 8), on(12, 25), on(12, 26),
    ]},
    // Code du travail, Art. L.232-2; Europe Day from 2019.
    Calendar { name: "LU", first_year: 2019, rules: &[
        on(1, 1), EASTER_MONDAY, on(5, 1), on(5, 9), ASCENSION, WHIT_MONDAY, on(6, 23), on(8, 15), on(11, 1),
        on(12, 25), on(12, 26),
    ]},
    // Algemene termijnenwet, Art. 3(1), where 5 May counts every year; the King's birthday since 2014.
    Calendar { name: "NL", first_year: 2014, rules: &[
        on(1, 1), EASTER_MONDAY, Rule::new(Day::KingsBirthday), on(5, 5), ASCENSION, WHIT_MONDAY, on(12, 25), on(12, 26),
    ]},
    // Act of 18 January 1951; 12 November 2018 once; Christmas Eve from 2025.
    Calendar { name: "PL", first_year: 2011, rules: &[
        on(1, 1), on(1, 6), EASTER, EASTER_MONDAY, on(5, 1), on(5, 3), WHIT_SUNDAY, CORPUS_CHRISTI, on(8, 15),
        on(11, 1), on(11, 11), on(11, 12).since(2018).until(2018), on(12, 24).since(2025), on(12, 25), on(12, 26),
    ]},
    // Codigo do Trabalho, Art. 234(1); four days restored from 2 April 2016.
    Calendar { name: "PT", first_year: 2017, rules: &[
        on(1, 1), GOOD_FRIDAY, EASTER, on(4, 25), on(5, 1), CORPUS_CHRISTI, on(6, 10), on(8, 15), on(10, 5),
        on(11, 1), on(12, 1), on(12, 8), on(12, 25),
    ]},
    // Act 1989:253; National Day in place of Whit Monday since 2005.
    Calendar { name: "SE", first_year: 2005, rules: &[
        on(1, 1), on(1, 6), GOOD_FRIDAY, EASTER, EASTER_MONDAY, on(5, 1), ASCENSION, WHIT_SUNDAY, on(6, 6),
        saturday_from(6, 20), saturday_from(10, 31), on(12, 25), on(12, 26),
    ]},
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the named calendar has this holiday.
    fn holiday(name: &str, (year, month, day): (i16, i8, i8)) -> bool {
        let calendar = Calendar::named(name).expect("a known calendar");
        calendar
            .is_holiday(date(year, month, day))
            .expect("a covered year")
    }

    #[test]
    fn easter_falls_where_the_church_says() {
        for (y, m, d) in [
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2019, 4, 21),
            (2024, 3, 31),
            (2026, 4, 5),
        ] {
            assert_eq!(easter_sunday(y), date(y, m, d));
        }
        assert_eq!(
            easter_sunday(1954),
            date(1954, 4, 18),
            "the first exception"
        );
        assert_eq!(
            easter_sunday(1981),
            date(1981, 4, 19),
            "the second exception"
        );
        assert_eq!(easter_sunday(2038), date(2038, 4, 25), "the latest date");
    }

    #[test]
    fn germany_has_nine_nationwide_holidays_in_2026_and_no_others() {
        let days = [
            (1, 1),
            (4, 3),
            (4, 6),
            (5, 1),
            (5, 14),
            (5, 25),
            (10, 3),
            (12, 25),
            (12, 26),
        ];
        let germany = Calendar::named("DE").expect("a known calendar");
        let found: Vec<_> = date(2026, 1, 1)
            .series(jiff::ToSpan::day(1))
            .take_while(|day| day.year() == 2026)
            .filter(|day| germany.is_holiday(*day).expect("a covered year"))
            .map(|day| (day.month(), day.day()))
            .collect();
        assert_eq!(found, days);
    }

    #[test]
    fn a_holiday_that_came_went_or_happened_once_does_so_in_its_year() {
        let came = [
            ("LU", (2019, 5, 9)),
            ("IE", (2023, 2, 6)),
            ("PL", (2025, 12, 24)),
            ("IT", (2026, 10, 4)),
        ];
        let once = [
            ("DE", (2017, 10, 31)),
            ("IE", (2022, 3, 18)),
            ("PL", (2018, 11, 12)),
        ];
        for (name, day) in came.into_iter().chain(once) {
            assert!(holiday(name, day), "{name} {day:?}");
        }
        for (name, day) in [
            ("IE", (2022, 2, 7)),
            ("PL", (2024, 12, 24)),
            ("IT", (2025, 10, 4)),
        ] {
            assert!(!holiday(name, day), "{name} {day:?} is too early");
        }
        assert!(holiday("DK", (2023, 5, 5)) && !holiday("DK", (2024, 4, 26)));
        assert!(!holiday("DE", (2018, 10, 31)) && !holiday("PL", (2019, 11, 12)));
    }

    #[test]
    fn a_moving_holiday_follows_its_own_rule() {
        assert!(
            holiday("NL", (2025, 4, 26))
                && !holiday("NL", (2025, 4, 27))
                && holiday("NL", (2026, 4, 27))
        );
        assert!(
            holiday("IE", (2030, 2, 1))
                && !holiday("IE", (2030, 2, 4))
                && holiday("IE", (2027, 2, 1))
        );
        assert!(
            holiday("SE", (2026, 6, 20))
                && holiday("SE", (2026, 10, 31))
                && holiday("FI", (2025, 11, 1))
        );
        assert!(
            holiday("IE", (2026, 10, 26))
                && holiday("IE", (2026, 5, 4))
                && !holiday("IE", (2026, 4, 3))
        );
    }

    #[test]
    fn a_year_outside_the_calendar_is_refused_by_name() {
        let germany = Calendar::named("DE").expect("a known calendar");
        for year in [-9999, 1994, LAST_YEAR + 1, 9999] {
            let refusal = germany
                .is_holiday(date(year, 1, 1))
                .expect_err("not covered");
            assert!(
                refusal
                    .to_string()
                    .contains("DE covers the years 1995 to 2035"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn every_calendar_has_a_name_of_its_own_and_answers_for_every_day_of_its_years() {
        assert!(Calendar::names().is_sorted_by(|a, b| a < b));
        for calendar in Calendar::names().filter_map(Calendar::named) {
            let (first, last) = calendar.years();
            let days = date(first, 1, 1)
                .series(jiff::ToSpan::day(1))
                .take_while(|day| day.year() <= last);
            assert!(
                days.map(|day| calendar.is_holiday(day))
                    .all(|answer| answer.is_ok()),
                "{}",
                calendar.name()
            );
        }
        assert_eq!((Calendar::named("de"), Calendar::named("XX")), (None, None));
    }
}
