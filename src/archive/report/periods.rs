//! How many records fall into each stretch of time: months while they fit a picture, else years, decades, centuries.

use std::collections::BTreeMap;

/// The most bars that a picture on a phone can hold.
const BARS: i32 = 48;
/// The lengths of periods in months.
const LENGTHS: [i32; 5] = [1, 12, 120, 1_200, 12_000];

/// Counts per month, and of what has no date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Periods {
    months: BTreeMap<i32, u64>,
    /// Records without a date.
    pub undated: u64,
}

/// Periods of one length, from the first to the last in which anything happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The length of a period in months.
    pub length: i32,
    /// The first period, counted from the year 0.
    pub first: i32,
    /// How many periods there are.
    pub count: i32,
}

impl Periods {
    /// Counts a record of this month (months since the year 0).
    pub(super) fn add(&mut self, month: Option<i32>) {
        match month {
            Some(month) => *self.months.entry(month).or_default() += 1,
            None => self.undated += 1,
        }
    }

    /// The number of records with a date.
    pub(super) fn dated(&self) -> u64 {
        self.months.values().sum()
    }

    /// The counts of each period of a span.
    pub(super) fn counts(&self, span: Span) -> Vec<u64> {
        (span.first..span.first + span.count)
            .map(|period| {
                let months = period * span.length..(period + 1) * span.length;
                self.months.range(months).map(|(_, count)| count).sum()
            })
            .collect()
    }
}

impl Span {
    /// The span that holds all of these, in the shortest periods of which there are not too many.
    pub(super) fn of(all: &[&Periods]) -> Option<Span> {
        let months = || all.iter().flat_map(|periods| periods.months.keys().copied());
        let (first, last) = (months().min()?, months().max()?);
        let length = LENGTHS.into_iter().find(|length| last.div_euclid(*length) - first.div_euclid(*length) < BARS);
        let length = length.unwrap_or(LENGTHS[LENGTHS.len() - 1]);
        let first = first.div_euclid(length);
        Some(Span { length, first, count: last.div_euclid(length) - first + 1 })
    }

    /// The name of the period at this place: `2024-03`, `2024`, `2020–2029`.
    pub(super) fn name(self, at: i32) -> String {
        let start = (self.first + at) * self.length;
        let year = start.div_euclid(12);
        match self.length {
            1 => format!("{year:04}-{:02}", start.rem_euclid(12) + 1),
            12 => format!("{year:04}"),
            months => format!("{year:04}–{:04}", year + months / 12 - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(months: &[i32]) -> Periods {
        let mut periods = Periods::default();
        months.iter().for_each(|month| periods.add(Some(*month)));
        periods
    }

    #[test]
    fn periods_grow_until_they_fit_the_picture() {
        let (march, far) = (2024 * 12 + 2, 9999 * 12 + 11);
        let months = Span::of(&[&at(&[march, march + 47])]).unwrap();
        assert_eq!((months.length, months.count, months.name(0)), (1, 48, "2024-03".into()));
        let years = Span::of(&[&at(&[march]), &at(&[march + 48])]).unwrap();
        assert_eq!((years.length, years.count, years.name(1)), (12, 5, "2025".into()));
        let long = Span::of(&[&at(&[0, far])]).unwrap();
        assert_eq!((long.length, long.count, long.name(0)), (12_000, 10, "0000–0999".into()));
        let decades = Span::of(&[&at(&[1970 * 12, march])]).unwrap();
        assert_eq!((decades.length, decades.name(0)), (120, "1970–1979".into()));
        assert_eq!(Span::of(&[&Periods::default()]), None);
    }

    #[test]
    fn every_dated_record_is_in_one_period() {
        for months in [vec![24_290, 24_290, 24_300], vec![0, 24_290, 119_999], vec![-7, 5, 900]] {
            let periods = at(&months);
            let span = Span::of(&[&periods]).unwrap();
            assert_eq!(periods.counts(span).iter().sum::<u64>(), periods.dated());
            assert!(span.count <= BARS);
        }
    }
}
