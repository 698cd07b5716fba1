//! What the consent records say (requirements C6 and C7).

use crate::records::Time;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// Whether the consent for an activity stood at the decisive time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// The activity names no collection that proves the consent.
    NotAsked,
    /// The latest record says that it was given.
    Given,
    /// The latest record says that it was withdrawn.
    Withdrawn,
    /// No record for this activity.
    NoRecord,
}

/// The latest consent of the subject for each activity, up to the decisive time.
#[derive(Debug)]
pub struct ConsentBook {
    decisive: Timestamp,
    zone: TimeZone,
    /// (collection of consents, activity) to the latest event: when, and whether it was a withdrawal.
    latest: HashMap<(String, String), (Timestamp, bool)>,
}

impl ConsentBook {
    /// An empty book; events after `decisive`, the time of receipt or else the as-of, do not count.
    pub fn new(decisive: Timestamp, zone: TimeZone) -> ConsentBook {
        ConsentBook { decisive, zone, latest: HashMap::new() }
    }

    /// Enters one consent record. A withdrawal whose time cannot be read counts as made: it proves that the person
    /// wanted it, and only its time is unknown.
    pub fn enter(&mut self, collection: &str, activity: &str, given: Option<&Time>, withdrawn: Withdrawal<'_>) {
        if let Some(at) = given.and_then(|time| time.instant(&self.zone)) {
            self.event(collection, activity, at, false);
        }
        match withdrawn {
            Withdrawal::None => {}
            Withdrawal::At(time) => {
                if let Some(at) = time.instant(&self.zone) {
                    self.event(collection, activity, at, true);
                }
            }
            Withdrawal::SomeTime => self.event(collection, activity, self.decisive, true),
        }
    }

    fn event(&mut self, collection: &str, activity: &str, at: Timestamp, withdrawal: bool) {
        if at > self.decisive {
            return;
        }
        let latest = self.latest.entry((collection.to_owned(), activity.to_owned())).or_insert((at, withdrawal));
        // At the same instant the withdrawal counts.
        *latest = (at, withdrawal).max(*latest);
    }

    /// The state of the consent for an activity that names this collection, if it names one.
    pub fn state(&self, collection: Option<&str>, activity: &str) -> ConsentState {
        let Some(collection) = collection else { return ConsentState::NotAsked };
        match self.latest.get(&(collection.to_owned(), activity.to_owned())) {
            None => ConsentState::NoRecord,
            Some((_, true)) => ConsentState::Withdrawn,
            Some((_, false)) => ConsentState::Given,
        }
    }
}

/// What a consent record says of its withdrawal.
#[derive(Debug, Clone, Copy)]
pub enum Withdrawal<'a> {
    /// Not withdrawn.
    None,
    /// Withdrawn then.
    At(&'a Time),
    /// Withdrawn, but the time cannot be read.
    SomeTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text, &TimeZone::UTC).unwrap().time
    }

    fn state(records: &[(&str, &str)], decisive: &str) -> ConsentState {
        let mut book = ConsentBook::new(decisive.parse().unwrap(), TimeZone::UTC);
        for (given, withdrawn) in records {
            let given = (!given.is_empty()).then(|| time(given));
            let withdrawn = (!withdrawn.is_empty()).then(|| time(withdrawn));
            book.enter(
                "consents",
                "newsletter",
                given.as_ref(),
                withdrawn.as_ref().map_or(Withdrawal::None, Withdrawal::At),
            );
        }
        book.state(Some("consents"), "newsletter")
    }

    #[test]
    fn the_latest_event_before_the_decisive_time_decides() {
        let now = "2026-06-01T00:00:00Z";
        assert_eq!(state(&[], now), ConsentState::NoRecord);
        assert_eq!(state(&[("2025-01-01", "")], now), ConsentState::Given);
        assert_eq!(state(&[("2025-01-01", "2025-02-01")], now), ConsentState::Withdrawn);
        assert_eq!(state(&[("2025-01-01", "2025-02-01"), ("2025-03-01", "")], now), ConsentState::Given);
        assert_eq!(state(&[("2025-03-01", ""), ("2025-01-01", "2025-04-01")], now), ConsentState::Withdrawn);
        assert_eq!(state(&[("2025-05-01", "2025-02-01")], now), ConsentState::Given);
        assert_eq!(state(&[("2025-01-01", "2025-01-01")], now), ConsentState::Withdrawn);
        assert_eq!(state(&[("2025-01-01", "2026-07-01")], now), ConsentState::Given, "withdrawn after receipt");
        assert_eq!(state(&[("2026-07-01", "")], now), ConsentState::NoRecord, "given after receipt");
    }
}
