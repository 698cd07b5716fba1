//! The pause of the month while the person is asked who they are (EDPB Guidelines 01/2022; requirement B5): only if they
//! were asked without undue delay. The day of receipt stays what it is; the days of waiting are added.

use super::deadlines::{days_between, local_day};
use super::{RequestFault, fault};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Who asks later than so many days after receipt has delayed unduly: a rule of art20's, the law names no number.
pub const PROMPT: i64 = 7;

/// When more was asked for to identify the person, and when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// When it was asked for.
    pub asked: Timestamp,
    /// When it came; until then nothing may be handed out.
    pub confirmed: Option<Timestamp>,
}

impl Pause {
    /// The days that do not count, by the controller's calendar: all of them until an as-of, if the answer has not come.
    pub fn days(&self, as_of: Timestamp, zone: &TimeZone) -> i64 {
        let until = self.confirmed.unwrap_or(as_of);
        days_between(local_day(self.asked, zone), local_day(until, zone)).max(0)
    }

    /// Holds the times to what lets the month pause.
    pub(super) fn check(
        asked: Option<Timestamp>,
        confirmed: Option<Timestamp>,
        received: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Result<Option<Pause>, RequestFault> {
        let Some(asked) = asked else {
            return match confirmed {
                None => Ok(None),
                Some(_) => Err(fault(
                    "--identity-confirmed pauses nothing without --identity-asked",
                    "Say when the person was asked, or leave it away: the month then counts from receipt.",
                )),
            };
        };
        let Some(received) = received else {
            return Err(fault(
                "--identity-asked says nothing without the time of receipt",
                "Give the time of receipt with --received.",
            ));
        };
        let after = days_between(local_day(received, zone), local_day(asked, zone));
        if after < 0 || confirmed.is_some_and(|confirmed| confirmed < asked) {
            return Err(fault(
                "the times of --received, --identity-asked and --identity-confirmed are not in this order",
                "Correct them.",
            ));
        }
        if after > PROMPT {
            return Err(fault(
                format!(
                    "the person was asked {after} days after receipt, not without undue delay, so the month does not pause"
                ),
                format!(
                    "Leave --identity-asked away; only a question within {PROMPT} days lets the month wait for its answer."
                ),
            ));
        }
        Ok(Some(Pause { asked, confirmed }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn check(asked: &str, confirmed: &str, received: &str) -> Result<Option<Pause>, RequestFault> {
        let some = |text: &str| (!text.is_empty()).then(|| at(text));
        Pause::check(some(asked), some(confirmed), some(received), &TimeZone::get("Europe/Berlin").expect("a zone"))
    }

    #[test]
    fn only_a_question_without_undue_delay_lets_the_month_wait() {
        let received = "2026-03-01T10:00:00Z";
        assert_eq!(check("", "", received), Ok(None));
        assert!(check("2026-03-08T10:00:00Z", "2026-03-20T10:00:00Z", received).is_ok());
        for (asked, confirmed, received) in [
            ("2026-03-09T10:00:00Z", "2026-03-20T10:00:00Z", received),
            ("2026-02-28T10:00:00Z", "2026-03-20T10:00:00Z", received),
            ("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", received),
            ("", "2026-03-20T10:00:00Z", received),
            ("2026-03-02T10:00:00Z", "", ""),
        ] {
            assert!(check(asked, confirmed, received).is_err(), "{asked} {confirmed} {received}");
        }
    }

    #[test]
    fn days_count_by_the_local_calendar_and_run_on_until_the_answer_comes() {
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        let mut pause = Pause { asked: at("2026-03-02T10:00:00Z"), confirmed: Some(at("2026-03-05T23:30:00Z")) };
        assert_eq!(pause.days(at("2026-04-01T00:00:00Z"), &zone), 4);
        pause.confirmed = None;
        assert_eq!(pause.days(at("2026-03-12T10:00:00Z"), &zone), 10);
        assert_eq!(pause.days(at("2026-03-01T10:00:00Z"), &zone), 0);
    }
}
