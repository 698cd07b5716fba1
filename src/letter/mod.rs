//! Letters to the person in plain text: the one that goes with an archive, and those without one, which refuse or
//! extend (Art. 12(3)-(5), 11(2); PIPL 50; requirements A8, A9, B3, B4, B7-B10, H1, H2, J5).
//!
//! A letter is whole in every language of the request, one after the other. It is made from plain facts, the same facts
//! give the same text, and its sentences about codes and rights are those of the report. What it says of a person is
//! the person's own; nothing of it goes into a file name.

mod answer;
mod closing;
mod extension;
mod opening;
mod outside;
mod page;
mod refusal;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Delivered, answer};
pub use extension::{Cause, Extension, ExtensionFault, extension};
pub use opening::Encryption;
pub use refusal::{Refusal, RefusalFault, RefusalReason, refusal};

use crate::archive::facts::ControllerFacts;
use crate::request::Pause;
use crate::request::deadlines::{Deadlines, local_day};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Who writes, about which request, and when.
#[derive(Debug, Clone)]
pub struct Occasion<'a> {
    /// The controller.
    pub controller: &'a ControllerFacts,
    /// `gdpr` or `pipl`.
    pub regime: &'a str,
    /// BCP 47 tags of the languages asked for.
    pub languages: &'a [String],
    /// The reference, if the operator gave one.
    pub reference: Option<&'a str>,
    /// When the request was received.
    pub received: Option<Timestamp>,
    /// By when it is to be answered, if the time of receipt is known.
    pub deadlines: Option<&'a Deadlines>,
    /// The pause for the person's identity, which the deadlines include.
    pub pause: Option<Pause>,
    /// The time that the letter counts as written at.
    pub as_of: Timestamp,
}

impl Occasion<'_> {
    /// The local day of an instant, where the controller is.
    fn day(&self, instant: Timestamp) -> Date {
        let zone = TimeZone::get(&self.controller.time_zone).unwrap_or(TimeZone::UTC);
        local_day(instant, &zone)
    }

    /// Whether the request is one under Chinese law.
    fn pipl(&self) -> bool {
        self.regime == "pipl"
    }
}
