//! Findings: what somebody should look at, counted by collection, each with a permanent code and a sentence. Never
//! with personal data (law 8).

use crate::archive::facts::Finding;
use crate::controller::Controller;
use crate::records::Code;
use crate::scope::Tally;
use crate::subject::{Identification, RowFate};
use std::collections::BTreeMap;

/// The codes of findings of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingCode {
    /// Values could not be normalised and are given as they stand.
    Verbatim,
    /// Local times that occur twice were taken as the earlier.
    AmbiguousTime,
    /// Data are held although the consent was withdrawn.
    HeldAfterWithdrawal,
    /// The retention period of rows has ended.
    RetentionOverdue,
    /// No identifier reaches the collection.
    NotReached,
    /// Rows found through shared identifiers were accepted.
    SharedAccepted,
    /// Rows stay out because they may be somebody else's.
    SharedIdentifier,
    /// The subject typed in identifiers that were not followed.
    SuggestedIdentifier,
}

impl FindingCode {
    /// Every code.
    pub const ALL: [FindingCode; 8] = [
        FindingCode::Verbatim,
        FindingCode::AmbiguousTime,
        FindingCode::HeldAfterWithdrawal,
        FindingCode::RetentionOverdue,
        FindingCode::NotReached,
        FindingCode::SharedAccepted,
        FindingCode::SharedIdentifier,
        FindingCode::SuggestedIdentifier,
    ];

    /// The code as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::Verbatim => "verbatim",
            FindingCode::AmbiguousTime => "ambiguous-time",
            FindingCode::HeldAfterWithdrawal => "held-after-withdrawal",
            FindingCode::RetentionOverdue => "retention-overdue",
            FindingCode::NotReached => "not-reached",
            FindingCode::SharedAccepted => "shared-accepted",
            FindingCode::SharedIdentifier => "shared-identifier",
            FindingCode::SuggestedIdentifier => "suggested-identifier",
        }
    }

    /// What it means.
    pub fn sentence(self) -> &'static str {
        match self {
            FindingCode::Verbatim => {
                "Values could not be read as what their field says; they are given exactly as they are stored."
            }
            FindingCode::AmbiguousTime => {
                "Local times that occur twice, because the clocks were set back, were taken as the earlier of the two."
            }
            FindingCode::HeldAfterWithdrawal => {
                "Records are still held although the consent they rested on was withdrawn."
            }
            FindingCode::RetentionOverdue => "The retention period of records has ended, and they are still held.",
            FindingCode::NotReached => {
                "No identifier that is known leads to this collection, so nothing was looked up in it."
            }
            FindingCode::SharedAccepted => {
                "Records found only through a shared identifier went in, because the operator accepted them."
            }
            FindingCode::SharedIdentifier => {
                "Records were found only through an identifier that is shared with someone else, and stay out."
            }
            FindingCode::SuggestedIdentifier => {
                "Records hold further identifiers that the person only typed in; they were not followed. Ask the person."
            }
        }
    }

    /// Whether the person should know, not only the operator.
    pub fn is_for_the_person(self) -> bool {
        matches!(self, FindingCode::Verbatim | FindingCode::AmbiguousTime | FindingCode::HeldAfterWithdrawal)
    }
}

/// The findings of a run under way.
#[derive(Debug, Default)]
pub struct Findings {
    counts: BTreeMap<(FindingCode, String), u64>,
}

impl Findings {
    fn add(&mut self, code: FindingCode, collection: &str, count: u64) {
        if count > 0 {
            *self.counts.entry((code, collection.to_owned())).or_default() += count;
        }
    }

    /// What recognising the subject and the retention say of a row.
    pub fn about_row(&mut self, collection: &str, fate: RowFate, overdue: bool) {
        self.add(FindingCode::SharedAccepted, collection, u64::from(fate == RowFate::Accepted));
        self.add(FindingCode::RetentionOverdue, collection, u64::from(overdue));
    }

    /// What is not in a portable record as it stood.
    pub fn about_values(&mut self, collection: &str, tally: &Tally) {
        self.add(FindingCode::Verbatim, collection, tally.verbatim);
        self.add(FindingCode::AmbiguousTime, collection, tally.ambiguous_times);
    }

    /// Why a row stays out.
    pub fn about_exclusion(&mut self, collection: &str, code: Code) {
        match code {
            Code::ConsentWithdrawn => self.add(FindingCode::HeldAfterWithdrawal, collection, 1),
            Code::SharedIdentifier => self.add(FindingCode::SharedIdentifier, collection, 1),
            _ => {}
        }
    }

    /// What recognising the subject left open.
    pub fn about_identification(&mut self, controller: &Controller, identification: &Identification) {
        for (collection, matched) in controller.collections.iter().zip(&identification.matched) {
            if !matched.reached {
                self.counts.insert((FindingCode::NotReached, collection.name.clone()), 0);
            }
        }
        for suggestion in &identification.suggestions {
            self.add(FindingCode::SuggestedIdentifier, &suggestion.collection, 1);
        }
    }

    /// All of them, and those that the person should know.
    pub fn finish(self) -> (Vec<Finding>, Vec<Finding>) {
        let finding = |((code, collection), count): (&(FindingCode, String), &u64)| Finding {
            code: code.as_str(),
            collection: Some(collection.clone()),
            count: *count,
            message: code.sentence().to_owned(),
        };
        let person = self.counts.iter().filter(|((code, _), _)| code.is_for_the_person()).map(finding).collect();
        (self.counts.iter().map(finding).collect(), person)
    }
}
