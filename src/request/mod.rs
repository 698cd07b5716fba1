//! One portability request (Art. 20): whom it is about, how the person was identified, when it was received, and what
//! the operator has decided.
//!
//! [`RawRequest`] holds the words as they came, from options or a file; [`RawRequest::validate`] makes the valid type
//! or says everything that is wrong. Errors never show an identifier.

pub mod deadlines;
mod death;
mod list;
mod pause;
mod read;
mod reply;
pub mod schema;
mod transmission;

pub use list::{ListFault, Listed, read_list};
pub use pause::{PROMPT, Pause};
pub use read::{RequestFileError, read_request};
pub use reply::ReplyRequest;
pub use transmission::Transmission;

use crate::controller::Controller;
use crate::controller::activity::Regime;
use crate::records::Time;
use crate::subject::{Decisions, Identifier};
use jiff::Timestamp;
use serde::Serialize;

/// A valid request.
#[derive(Debug, Clone)]
pub struct PortabilityRequest {
    /// The identifiers that it names, in canonical form.
    pub identifiers: Vec<Identifier>,
    /// How the person was identified; needed to export (Art. 12(6), requirement A3).
    pub identity_check: Option<IdentityCheck>,
    /// The operator's reference.
    pub reference: String,
    /// Whether the operator gave the reference; a made-up one does not go into the archive.
    pub reference_given: bool,
    /// When it was received.
    pub received: Option<Timestamp>,
    /// Why rows found through shared identifiers are accepted.
    pub accept_shared: Option<String>,
    /// Why several persons are one.
    pub same_person: Option<String>,
    /// What becomes of other people.
    pub third_parties: ThirdParties,
    /// BCP 47 tags; empty for those of the configuration.
    pub languages: Vec<String>,
    /// The regime.
    pub regime: Regime,
    /// Whether the data can go directly to another controller, if the person asked for that.
    pub transmission: Option<Transmission>,
    /// The collections that are asked for, by the person or by a representative's mandate; all if none is named
    /// (requirement A9).
    pub only: Vec<String>,
    /// The law under which data of a person who has died may be given (requirement A11).
    pub deceased: Option<String>,
    /// The pause for the person's identity.
    pub pause: Option<Pause>,
}

impl PortabilityRequest {
    /// What the operator has decided about who the subject is.
    pub fn decisions(&self) -> Decisions {
        Decisions { accept_shared: self.accept_shared.is_some(), same_person: self.same_person.is_some() }
    }
}

/// How the person was identified. It goes to the receipt, never into the archive (requirement A5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct IdentityCheck {
    /// One of [`METHODS`].
    pub method: String,
    /// The operator's note.
    pub note: Option<String>,
}

/// The ways of identifying a person.
pub const METHODS: [&str; 6] =
    ["account-login", "confirmed-contact", "document", "in-person", "representative", "other"];

/// What becomes of other people in the subject's data (Art. 20(4)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThirdParties {
    /// Those whom the subject already saw stay.
    #[default]
    Keep,
    /// Each other person that art20 knows becomes `Person N` of this archive.
    Pseudonymise,
    /// Each other person that art20 knows becomes `[withheld]`: also what a person may wish for itself.
    Omit,
}

impl ThirdParties {
    /// The mode with this name.
    pub fn named(name: &str) -> Option<ThirdParties> {
        [ThirdParties::Keep, ThirdParties::Pseudonymise, ThirdParties::Omit]
            .into_iter()
            .find(|mode| mode.name() == name)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            ThirdParties::Keep => "keep",
            ThirdParties::Pseudonymise => "pseudonymise",
            ThirdParties::Omit => "omit",
        }
    }
}

/// A request in the words in which it came.
#[derive(Debug, Clone, Default)]
pub struct RawRequest {
    /// `TYPE:VALUE`, or (type, value) from a file.
    pub subjects: Vec<(Option<String>, String)>,
    /// `METHOD[:NOTE]`.
    pub identity_check: Option<String>,
    /// Letters, digits, `.`, `_`, `-`.
    pub reference: Option<String>,
    /// A time.
    pub received: Option<String>,
    /// A reason.
    pub accept_shared: Option<String>,
    /// A reason.
    pub same_person: Option<String>,
    /// `keep`, `pseudonymise` or `omit`.
    pub third_parties: Option<String>,
    /// Tags between commas.
    pub language: Option<String>,
    /// `gdpr` or `pipl`.
    pub regime: Option<String>,
    /// `feasible` or `not-feasible:REASON`.
    pub direct_transmission: Option<String>,
    /// Names of collections between commas.
    pub only: Option<String>,
    /// A law.
    pub deceased: Option<String>,
    /// A time.
    pub identity_asked: Option<String>,
    /// A time.
    pub identity_confirmed: Option<String>,
}

/// Something that is wrong with a request. Exit status 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct RequestFault {
    /// What is wrong; never shows an identifier.
    pub what: String,
    /// What to do.
    pub advice: String,
}

fn fault(what: impl Into<String>, advice: impl Into<String>) -> RequestFault {
    RequestFault { what: what.into(), advice: advice.into() }
}

impl RawRequest {
    /// Makes a valid request, or says everything that is wrong with this one.
    ///
    /// # Errors
    /// With every fault.
    pub fn validate(self, controller: &Controller) -> Result<PortabilityRequest, Vec<RequestFault>> {
        let mut faults = Vec::new();
        let identifiers = identifiers(&self.subjects, controller, &mut faults);
        let identity_check = self.identity_check.and_then(|text| keep(identity_check(&text), &mut faults));
        let reference_given = self.reference.is_some();
        let reference = match self.reference {
            Some(reference) => keep(check_reference(reference), &mut faults).unwrap_or_default(),
            None => uuid::Uuid::new_v4().to_string(),
        };
        let received = self.received.and_then(|text| keep(time(&text, "received", controller, true), &mut faults));
        let reason = |text: Option<String>, name: &str, faults: &mut Vec<RequestFault>| {
            let empty = text.as_ref().is_some_and(|text| text.trim().is_empty());
            if empty {
                faults.push(fault(format!("--{name} has no reason"), "Give the reason; it goes to the receipt."));
            }
            text
        };
        let accept_shared = reason(self.accept_shared, "accept-shared", &mut faults);
        let same_person = reason(self.same_person, "same-person", &mut faults);
        let third_parties = match self.third_parties.as_deref() {
            None => ThirdParties::Keep,
            Some(word) => ThirdParties::named(word).unwrap_or_else(|| {
                faults.push(fault("--third-parties is none of the known words", "Write keep, pseudonymise or omit."));
                ThirdParties::Keep
            }),
        };
        let languages =
            self.language.map(|text| keep(languages(&text), &mut faults).unwrap_or_default()).unwrap_or_default();
        let regime = keep(regime(self.regime.as_deref()), &mut faults).unwrap_or_default();
        let transmission = self.direct_transmission.and_then(|text| keep(Transmission::parse(&text), &mut faults));
        let only = self.only.map(|text| only(&text, controller, &mut faults)).unwrap_or_default();
        let deceased = self.deceased.and_then(|text| keep(death::basis(text, regime), &mut faults));
        let pause = pause(self.identity_asked, self.identity_confirmed, received, controller, &mut faults);
        if identity_check.is_some() && pause.is_some_and(|pause| pause.confirmed.is_none()) {
            faults.push(fault(
                "the person was asked who they are, and no answer is recorded",
                "Say when it came with --identity-confirmed; until then, `plan` shows how long the month waits.",
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(PortabilityRequest {
            identifiers,
            identity_check,
            reference,
            reference_given,
            received,
            accept_shared,
            same_person,
            third_parties,
            languages,
            regime,
            transmission,
            only,
            deceased,
            pause,
        })
    }
}

fn keep<T>(result: Result<T, RequestFault>, faults: &mut Vec<RequestFault>) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}

/// The collections that are asked for. What is nested goes with its parent, so only parents are named.
fn only(text: &str, controller: &Controller, faults: &mut Vec<RequestFault>) -> Vec<String> {
    let known = || controller.collections.iter().filter(|collection| collection.parent.is_none());
    let names: Vec<String> = text.split([',', ';']).map(|name| name.trim().to_owned()).collect();
    // The words are not shown: somebody may have written a person there.
    if names.iter().any(|name| !known().any(|collection| collection.name == *name)) {
        let all: Vec<&str> = known().map(|collection| collection.name.as_str()).collect();
        faults.push(fault(
            "--only names what is no collection, or one that goes with its parent",
            format!("Write names between commas, of {}.", all.join(", ")),
        ));
    }
    names
}

/// The pause for the person's identity.
fn pause(
    asked: Option<String>,
    confirmed: Option<String>,
    received: Option<Timestamp>,
    controller: &Controller,
    faults: &mut Vec<RequestFault>,
) -> Option<Pause> {
    let before = faults.len();
    let asked = asked.and_then(|text| keep(time(&text, "identity-asked", controller, false), faults));
    let confirmed = confirmed.and_then(|text| keep(time(&text, "identity-confirmed", controller, true), faults));
    if faults.len() > before {
        return None;
    }
    keep(Pause::check(asked, confirmed, received, &controller.time_zone), faults).flatten()
}

/// The types of identifier by which some collection is found, in order.
pub(crate) fn known_types(controller: &Controller) -> Vec<&str> {
    let conditions = controller.collections.iter().flat_map(|c| &c.matches);
    let mut known: Vec<&str> = conditions.flat_map(|condition| condition.identifier_types()).collect();
    known.sort_unstable();
    known.dedup();
    known
}

fn identifiers(
    subjects: &[(Option<String>, String)],
    controller: &Controller,
    faults: &mut Vec<RequestFault>,
) -> Vec<Identifier> {
    if subjects.is_empty() {
        faults.push(fault(
            "no data subject is named",
            "Name one with -s TYPE:VALUE, or give a request with --request FILE.",
        ));
    }
    let known = known_types(controller);
    let region = controller.country.as_deref();
    let mut identifiers = Vec::new();
    for (at, (kind, value)) in subjects.iter().enumerate() {
        let given = kind.as_deref().or_else(|| value.split_once(':').map(|(kind, _)| kind.trim()));
        // A CSV file without its heading has persons where types should stand: what is not known is not shown.
        if given.is_some_and(|kind| !kind.is_empty() && !known.contains(&kind)) {
            faults.push(fault(
                format!("the type of identifier {} of the request is not known: no collection is found by it", at + 1),
                format!("The configuration knows {}; in a file, they are the names of the fields.", known.join(", ")),
            ));
            continue;
        }
        let identifier = match kind {
            Some(kind) => Identifier::new(kind, value, region),
            None => Identifier::parse(value, region),
        };
        match identifier {
            Err(error) => faults.push(fault(error.to_string(), "Write TYPE:VALUE, such as email:ann@example.org.")),
            Ok(identifier) if identifier.kind() == "email" && controller.is_own_address(identifier.canonical()) => {
                faults.push(fault(
                    "the e-mail address is one of the controller's own mailboxes, not a data subject's",
                    "Give an identifier of the person; see `own_addresses` in the configuration.",
                ));
            }
            Ok(identifier) => identifiers.push(identifier),
        }
    }
    identifiers
}

fn identity_check(text: &str) -> Result<IdentityCheck, RequestFault> {
    let (method, note) = match text.split_once(':') {
        Some((method, note)) => (method.trim(), Some(note.trim().to_owned()).filter(|note| !note.is_empty())),
        None => (text.trim(), None),
    };
    if method == "failed" {
        return Err(fault(
            "the identity check failed, so nothing is exported",
            "Ask the person for what is missing (Art. 12(6)), and run again when the check has succeeded.",
        ));
    }
    if !METHODS.contains(&method) {
        return Err(fault(
            "--identity-check names no known method",
            format!("Write one of {}, perhaps with a note: METHOD:NOTE.", METHODS.join(", ")),
        ));
    }
    Ok(IdentityCheck { method: method.to_owned(), note })
}

fn check_reference(reference: String) -> Result<String, RequestFault> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if reference.is_empty() || reference.len() > 120 || !reference.chars().all(fine) || reference.starts_with('.') {
        return Err(fault(
            "--reference cannot be a file name",
            "Write letters, digits, `.`, `_` and `-` only, not beginning with a dot, up to 120 of them.",
        ));
    }
    Ok(reference)
}

/// A time as RFC 3339, or local in the controller's zone, or a day: its end, if `end_of_day`, else its beginning.
///
/// # Errors
/// When it is no time that exists.
pub fn time(text: &str, name: &str, controller: &Controller, end_of_day: bool) -> Result<Timestamp, RequestFault> {
    let wrong = || {
        fault(
            format!("--{name} is no time that exists"),
            "Write a time such as 2026-11-23T09:00:00Z, or a day such as 2026-11-23.",
        )
    };
    match Time::parse(text, &controller.time_zone).map(|reading| reading.time).ok_or_else(wrong)? {
        Time::Instant(_, instant) => Ok(instant),
        Time::Day(_, day) if end_of_day => Ok(deadlines::last_instant(day, &controller.time_zone)),
        day @ Time::Day(..) => day.instant(&controller.time_zone).ok_or_else(wrong),
    }
}

fn regime(word: Option<&str>) -> Result<Regime, RequestFault> {
    let wrong = || fault("--regime is none of the known words", "Write gdpr or pipl.");
    word.map_or(Ok(Regime::default()), |word| Regime::named(word).ok_or_else(wrong))
}

fn languages(text: &str) -> Result<Vec<String>, RequestFault> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim) {
        crate::controller::add_language(&mut tags, tag);
    }
    let fine = |tag: &String| {
        !tag.is_empty()
            && tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    if tags.iter().all(fine) {
        Ok(tags)
    } else {
        Err(fault("--language is no list of language tags", "Write BCP 47 tags between commas, such as en,zh-CN."))
    }
}
