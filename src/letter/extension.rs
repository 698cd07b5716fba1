//! An extension: two more months, counted from receipt, told within the first with its reasons (Art. 12(3); requirements
//! B3, B4).

use super::Occasion;
use super::closing::{begin, end, free, paused};
use super::page::{self, given, two};
use crate::records::Bilingual;
use jiff::civil::Date;

/// What the law lets take longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The request is complex.
    Complexity,
    /// There are many requests.
    NumberOfRequests,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 2] = [Cause::Complexity, Cause::NumberOfRequests];

    /// The code as it is written everywhere. Permanent.
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Complexity => "complexity",
            Cause::NumberOfRequests => "number-of-requests",
        }
    }

    /// The cause with this code.
    pub fn named(code: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.as_str() == code)
    }

    /// In words for the person.
    pub fn sentence(self) -> Bilingual {
        match self {
            Cause::Complexity => {
                two("Your request is complex to answer, for these reasons:", "您的请求较为复杂，理由如下：")
            }
            Cause::NumberOfRequests => two(
                "Many requests have to be answered at the same time, for these reasons:",
                "需要同时答复的请求数量较多，理由如下：",
            ),
        }
    }
}

/// Why more time is needed.
#[derive(Debug, Clone, Copy)]
pub struct Extension<'a> {
    /// What the law lets take longer.
    pub cause: Cause,
    /// The reasons, in the operator's own words.
    pub explanation: &'a str,
}

/// Why the time may not be extended. Exit status 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionFault {
    /// No reasons.
    #[error("an extension needs reasons, and none are given")]
    NoReasons,
    /// Nobody knows when the month ends.
    #[error("the time of receipt is not known, so nobody can tell when the month ends")]
    NotReceived,
    /// The clock or the time of receipt is wrong.
    #[error("the request is said to be received after the time of the letter")]
    NotYetReceived,
    /// The month is over.
    #[error("the first month ended on {0}: an extension can no longer be notified")]
    TooLate(Date),
}

impl ExtensionFault {
    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            ExtensionFault::NoReasons => {
                "Say with --explanation why this request takes longer; the person has to be told (Art. 12(3))."
            }
            ExtensionFault::NotReceived => "Give the time of receipt with --received.",
            ExtensionFault::NotYetReceived => "Correct --received or --as-of.",
            ExtensionFault::TooLate(_) => {
                "Answer the request without delay; the law knows no extension after the first month (Art. 12(3))."
            }
        }
    }
}

/// Holds the extension to what the law asks of it: the last day of the three months, if it may be told now.
///
/// # Errors
/// When there are no reasons, or the first month is over or cannot be told.
pub fn check(occasion: &Occasion<'_>, extension: &Extension<'_>) -> Result<Date, ExtensionFault> {
    if extension.explanation.trim().is_empty() {
        return Err(ExtensionFault::NoReasons);
    }
    let (Some(received), Some(deadlines)) = (occasion.received, occasion.deadlines) else {
        return Err(ExtensionFault::NotReceived);
    };
    let today = occasion.day(occasion.as_of);
    if today < occasion.day(received) {
        return Err(ExtensionFault::NotYetReceived);
    }
    if today > deadlines.last_day() {
        return Err(ExtensionFault::TooLate(deadlines.last_day()));
    }
    Ok(deadlines.extended_last_day())
}

/// The letter.
///
/// # Errors
/// When there are no reasons, or the first month is over or cannot be told.
pub fn extension(occasion: &Occasion<'_>, extension: &Extension<'_>) -> Result<String, ExtensionFault> {
    let last = check(occasion, extension)?.to_string();
    let received = occasion.received.map(|received| occasion.day(received).to_string()).unwrap_or_default();
    let values = [("received", received.as_str()), ("last", last.as_str())];
    Ok(page::letter(occasion, |page| {
        begin(page, occasion, two("Your request: we need more time", "关于您的请求：我们需要更多时间"));
        let words = if occasion.pipl() {
            two(
                "We received your request for your personal information on {received} (PIPL Art. 45). We act on it, but need more time than a month: you get the answer by {last} at the latest, three months after receipt.",
                "我们于 {received} 收到您获取个人信息的请求（《个人信息保护法》第四十五条）。我们会予以处理，但所需时间超过一个月：您最迟将于 {last}（自收到之日起三个月）收到答复。",
            )
        } else {
            two(
                "We received your request for your personal data on {received} (data portability, GDPR Art. 20). We act on it, but cannot answer within a month. The law lets us take up to two months more (GDPR Art. 12(3)): you get the answer by {last} at the latest, three months after receipt.",
                "我们于 {received} 收到您获取个人数据的请求（数据可携带权，GDPR 第20条）。我们会予以处理，但无法在一个月内答复。法律允许最多再延长两个月（GDPR 第12条第3款）：您最迟将于 {last}（自收到之日起三个月）收到答复。",
            )
        };
        page.paragraph(&page.fill(words, &values));
        paused(page, occasion);
        page.heading(two("Why", "理由"));
        page.paragraph(page.say(extension.cause.sentence()));
        page.paragraph(&given(extension.explanation));
        page.paragraph(page.say(two(
            "You need not do anything. Nothing of yours is erased in the meantime because of this request.",
            "您无需采取任何行动。在此期间，我们不会因本请求删除您的任何数据。",
        )));
        free(page, occasion);
        end(page, occasion);
    }))
}
