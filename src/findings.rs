//! Findings: what somebody should look at, counted by collection, each with a permanent code and its sentences. Never
//! with personal data (law 8).

use crate::archive::facts::Finding;
use crate::controller::Controller;
use crate::controller::activity::Regime;
use crate::normalize::Holding;
use crate::records::{Bilingual, Code, FieldValue, Record, Time};
use crate::request::PortabilityRequest;
use crate::request::deadlines::{Nearness, nearness};
use crate::scope::Tally;
use crate::subject::{Identification, RowFate};
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeMap;

/// Declares every finding once: its code, its sentence for the operator, and those for the person, if the person is
/// to know.
macro_rules! finding_codes {
    ($($variant:ident $code:literal $sentence:literal $(person $en:literal $zh:literal)?;)*) => {
        /// The codes of findings of a run. Permanent, kebab-case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum FindingCode { $(#[doc = $sentence] $variant,)* }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(FindingCode::$variant => $code,)* }
            }

            /// What it means to the operator.
            pub fn sentence(self) -> &'static str {
                match self { $(FindingCode::$variant => $sentence,)* }
            }

            /// What the person is told, of those that are for the person too.
            pub fn told(self) -> Option<Bilingual> {
                let told: &[Bilingual] = match self {
                    $(FindingCode::$variant => &[$(Bilingual { en: $en, zh: $zh })?],)*
                };
                told.first().copied()
            }
        }
    };
}

finding_codes! {
    Verbatim "verbatim" "Values could not be read as what their field says; they are given exactly as they are stored."
        person "Some values could not be read as what they should be, such as a date that does not exist; they are given exactly as they are stored."
        "有些值无法按其应有的类型读取（例如不存在的日期）；这些值按原样提供。";
    AmbiguousTime "ambiguous-time" "Local times that occur twice, because the clocks were set back, were taken as the earlier of the two."
        person "Some local times occur twice, because the clocks were set back; the earlier of the two was taken."
        "由于时钟回拨，有些当地时间出现了两次；取其中较早的一次。";
    HeldAfterWithdrawal "held-after-withdrawal" "Records are still held although the consent they rested on was withdrawn."
        person "Data that rested on your consent are still held although you withdrew it."
        "您撤回同意之后，仍保存着此前基于该同意处理的数据。";
    RetentionOverdue "retention-overdue" "The retention period of records has ended, and they are still held.";
    NotReached "not-reached" "No identifier that is known leads to this collection, so nothing was looked up in it.";
    RecentChange "recent-change" "Contact data or a password of the person were changed less than two weeks before the request, or after it: see by another way that the person asks, before the answer goes to a changed address.";
    SharedAccepted "shared-accepted" "Records found only through a shared identifier went in, because the operator accepted them.";
    SharedIdentifier "shared-identifier" "Records were found only through an identifier that is shared with someone else, and stay out.";
    SuggestedIdentifier "suggested-identifier" "Records hold further identifiers that the person only typed in; they were not followed. Ask the person.";
    DeadlineNear "deadline-near" "The month for the answer ends in so many days: answer now, or send the reasons for an extension before it ends (Art. 12(3)).";
    DeadlinePast "deadline-past" "The month for the answer ended so many days ago: answer at once, unless an extension was notified in time (Art. 12(3)).";
    MandateNotRecorded "mandate-not-recorded" "A representative asks, and the identity check has no note of the mandate and its scope.";
    Child "child" "By the date of birth on record the person is under 16: write in words that a child understands, and see that whoever asks may ask (Art. 8, 12(1)).";
    GuardianNotRecorded "guardian-not-recorded" "By the date of birth on record the person is under 14, and no guardian is recorded: under the PIPL the guardian asks (Art. 31). Give --identity-check representative:NOTE with what shows it.";
    Deceased "deceased" "By what is on record or said with the request the person has died; the data went in under the law that the receipt names.";
    JointRecord "joint-record" "Records that the person holds together with somebody else went in without the other's own values, because no agreement of the other is on record."
        person "Some records you hold together with somebody else. They are here without the other person's own data, because that person's agreement is not on record."
        "有些记录由您与他人共同持有。由于没有对方同意的记录，其中不含对方本人的数据。";
    JointAgreed "joint-agreed" "Records that the person holds together with somebody else went in whole, because the other has agreed."
        person "Some records you hold together with somebody else. They are here as a whole, because that person has agreed."
        "有些记录由您与他人共同持有。由于对方已同意，这些记录完整提供。";
    SensitiveData "sensitive-data" "Records that go in are sensitive under the PIPL (financial accounts, data of a child under 14): deliver the archive encrypted (Art. 28 and 51 PIPL).";
}

impl FindingCode {
    /// Whether the person should know, not only the operator.
    pub fn is_for_the_person(self) -> bool {
        self.told().is_some()
    }
}

/// Below this age a child's data are sensitive under the PIPL (Art. 28).
const SENSITIVE_BELOW: i32 = 14;
/// Below this age a child does not consent for itself, unless a Member State says less (Art. 8(1)).
const CHILD_BELOW: i32 = 16;

/// Whoever takes an account over changes its address first and asks for its data then (requirement A7).
const RECENT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The findings of a run under way.
#[derive(Debug)]
pub struct Findings {
    /// When the request came.
    asked: Timestamp,
    /// What is about no collection in particular has the empty name.
    counts: BTreeMap<(FindingCode, String), u64>,
    /// The person is so young that only a guardian asks, under the PIPL.
    under_guardianship: bool,
}

impl Findings {
    /// None yet, of a request that came at this time.
    pub fn of(asked: Timestamp) -> Findings {
        Findings { asked, counts: BTreeMap::new(), under_guardianship: false }
    }

    fn add(&mut self, code: FindingCode, collection: &str, count: u64) {
        if count > 0 {
            *self.counts.entry((code, collection.to_owned())).or_default() += count;
        }
    }

    /// What the request itself says: how near its deadline is, and whether a mandate is recorded (A9).
    pub fn about_request(&mut self, controller: &Controller, request: &PortabilityRequest, as_of: Timestamp) {
        let zone = &controller.time_zone;
        let paused = request.pause.map_or(0, |pause| pause.days(as_of, zone));
        let near = request.received.map(|received| nearness(received, paused, as_of, zone));
        let (code, days) = match near {
            Some(Nearness::Near(days)) => (FindingCode::DeadlineNear, days),
            Some(Nearness::Past(days)) => (FindingCode::DeadlinePast, days),
            Some(Nearness::Far(_)) | None => (FindingCode::DeadlineNear, -1),
        };
        if let Ok(days) = u64::try_from(days) {
            self.counts.insert((code, String::new()), days);
        }
        let check = request.identity_check.as_ref();
        if check.is_some_and(|check| check.method == "representative" && check.note.is_none()) {
            self.counts.insert((FindingCode::MandateNotRecorded, String::new()), 0);
        }
        let guardian = check.is_some_and(|check| check.method == "representative" && check.note.is_some());
        if self.under_guardianship && request.regime == Regime::Pipl && !guardian {
            self.counts.insert((FindingCode::GuardianNotRecorded, String::new()), 0);
        }
        let told = self.counts.keys().any(|(code, _)| *code == FindingCode::Deceased);
        if request.deceased.is_some() && !told {
            self.counts.entry((FindingCode::Deceased, String::new())).or_default();
        }
    }

    /// What recognising the subject, the retention and a change of contact data say of a row.
    pub fn about_row(&mut self, collection: &str, fate: RowFate, overdue: bool, changed: Option<Timestamp>) {
        let recent = changed.is_some_and(|at| self.asked.duration_since(at) < RECENT);
        let own = fate != RowFate::SharedIdentifier;
        self.add(FindingCode::RecentChange, collection, u64::from(own && recent));
        self.add(FindingCode::SharedAccepted, collection, u64::from(fate == RowFate::Accepted));
        self.add(FindingCode::RetentionOverdue, collection, u64::from(overdue));
    }

    /// What is not in a portable record as it stood.
    pub fn about_values(&mut self, collection: &str, tally: &Tally) {
        self.add(FindingCode::Verbatim, collection, tally.verbatim);
        self.add(FindingCode::AmbiguousTime, collection, tally.ambiguous_times);
    }

    /// Whether somebody else holds a row that goes in (requirement A13), and whether the person has died.
    pub fn about_holder(&mut self, collection: &str, holding: Holding, deceased: bool) {
        match holding {
            Holding::Sole => {}
            Holding::Joint => self.add(FindingCode::JointRecord, collection, 1),
            Holding::Agreed => self.add(FindingCode::JointAgreed, collection, 1),
        }
        self.add(FindingCode::Deceased, collection, u64::from(deceased));
    }

    /// What asks for particular care with a portable record (requirements A10, J4).
    pub fn about_record(&mut self, record: &Record, regime: Regime, as_of: Timestamp) {
        let collection = record.source.collection.as_str();
        let born = match record.get("birthday") {
            Some(FieldValue::Time(Time::Day(_, day))) => Some(*day),
            _ => None,
        };
        let today = as_of.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let under =
            |age: i32| born.and_then(|day| day.checked_add(age.years()).ok()).is_some_and(|birthday| birthday > today);
        self.add(FindingCode::Child, collection, u64::from(under(CHILD_BELOW)));
        self.under_guardianship |= under(SENSITIVE_BELOW);
        let account = ["payment.account", "counterparty.account"]
            .iter()
            .any(|path| record.get(path).is_some_and(|value| !value.is_null()));
        let sensitive = regime == Regime::Pipl && (account || under(SENSITIVE_BELOW));
        self.add(FindingCode::SensitiveData, collection, u64::from(sensitive));
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

    /// All of them as the operator reads them, and those that the person should know.
    pub fn finish(self) -> (Vec<Finding>, Vec<Finding>) {
        let finding = |((code, collection), count): (&(FindingCode, String), &u64)| Finding {
            code: code.as_str(),
            collection: Some(collection.clone()).filter(|name| !name.is_empty()),
            count: *count,
            message: code.sentence().to_owned(),
            told: code.told(),
        };
        let person = self.counts.iter().filter(|((code, _), _)| code.is_for_the_person()).map(finding);
        let person = person.map(|finding| {
            let message = finding.told.map_or(finding.message, |told| told.en.to_owned());
            Finding { message, ..finding }
        });
        (self.counts.iter().map(finding).collect(), person.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_sentence_for_the_operator_and_both_or_none_for_the_person() {
        let codes: BTreeSet<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), FindingCode::ALL.len());
        for code in FindingCode::ALL {
            assert!(code.sentence().ends_with('.'), "{code:?}");
            if let Some(told) = code.told() {
                assert!(told.en.ends_with('.') && told.en.is_ascii(), "{code:?}");
                assert!(told.zh.ends_with('。'), "{code:?}");
            }
        }
        assert!(FindingCode::HeldAfterWithdrawal.is_for_the_person());
        assert!(!FindingCode::RetentionOverdue.is_for_the_person(), "for the operator (C19)");
    }

    #[test]
    fn every_code_of_the_scope_has_a_sentence_in_each_language() {
        for code in Code::ALL {
            let sentence = code.sentence();
            assert!(sentence.en.ends_with('.') || sentence.en.ends_with(")."), "{code:?}");
            assert!(sentence.zh.ends_with('。'), "{code:?}");
        }
    }
}
