//! The rules, one small function per paragraph, in the order in which they are checked. The first that applies decides.

use super::consent::ConsentState;
use crate::controller::About;
use crate::records::{Code, LegalBasis, Origin};

/// Whether a row is kept only because of a legal hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// No hold, or one on a record that would be kept anyway: changes nothing.
    None,
    /// The retention has ended and a hold keeps the row.
    PastRetention,
}

/// Everything that decides about a row.
#[derive(Debug, Clone, Copy)]
pub struct RowFacts {
    /// Found only through a shared identifier, or another person's.
    pub shared_identifier: bool,
    /// Whom the collection is about.
    pub about: About,
    /// The activity is carried out by automated means.
    pub automated: bool,
    /// The basis of the activity.
    pub legal_basis: LegalBasis,
    /// The controller gives it although Art. 20 does not ask.
    pub voluntary: bool,
    /// What the consent records say.
    pub consent: ConsentState,
    /// Where the row came from.
    pub origin: Origin,
    /// Whether some collection's `where` admits it.
    pub selected: bool,
    /// A legal hold.
    pub hold: Hold,
}

/// Everything that decides about a value of a portable row.
#[derive(Debug, Clone, Copy)]
pub struct ValueFacts {
    /// Its own origin, if it has one.
    pub origin: Option<Origin>,
    /// Whom it is about.
    pub about: About,
    /// A hidden recipient.
    pub hidden_recipient: bool,
    /// The row is held together with somebody who has not agreed that it goes in whole.
    pub joint: bool,
    /// Its own activity, if it has one: means, basis, voluntary, consent.
    pub own: Option<OwnActivity>,
}

/// What matters of the activity of a single value (requirement C8).
#[derive(Debug, Clone, Copy)]
pub struct OwnActivity {
    /// Carried out by automated means.
    pub automated: bool,
    /// Its basis.
    pub legal_basis: LegalBasis,
    /// Given although Art. 20 does not ask.
    pub voluntary: bool,
    /// What the consent records say.
    pub consent: ConsentState,
}

/// Why a row stays out; `None` if it is portable.
pub fn decide_row(facts: &RowFacts) -> Option<Code> {
    shared_identifier(facts)
        .or_else(|| about_others(facts))
        .or_else(|| not_automated(facts.automated))
        .or_else(|| basis(facts.legal_basis, facts.voluntary))
        .or_else(|| consent(facts.consent))
        .or_else(|| not_provided(facts.origin))
        .or_else(|| not_selected(facts))
        .or_else(|| legal_hold(facts))
}

/// Why a row stays out that a statute forbids to tell of: it never goes in, whatever its consent and origin are.
pub fn decide_untold(facts: &RowFacts) -> Code {
    shared_identifier(facts)
        .or_else(|| about_others(facts))
        .or_else(|| not_automated(facts.automated))
        .or_else(|| basis(facts.legal_basis, false))
        .unwrap_or(Code::LegalObligation)
}

/// Why a value of a portable row is withheld; `None` if it goes in.
pub fn decide_value(facts: &ValueFacts) -> Option<Code> {
    facts
        .origin
        .and_then(not_provided)
        .or_else(|| facts.hidden_recipient.then_some(Code::ThirdParty))
        .or_else(|| (facts.joint && facts.about == About::ThirdParty).then_some(Code::ThirdParty))
        .or_else(|| (facts.about == About::Staff).then_some(Code::Staff))
        .or_else(|| {
            facts.own.and_then(|own| {
                not_automated(own.automated)
                    .or_else(|| basis(own.legal_basis, own.voluntary))
                    .or_else(|| consent(own.consent))
            })
        })
}

/// Art. 20(4), requirement A15: what may be somebody else's is not handed out.
fn shared_identifier(facts: &RowFacts) -> Option<Code> {
    facts.shared_identifier.then_some(Code::SharedIdentifier)
}

/// Art. 20(1) "concerning him or her", requirements D4 and D5: whoever only acted in a record is not its subject.
fn about_others(facts: &RowFacts) -> Option<Code> {
    (facts.about != About::Subject).then_some(Code::AboutOthers)
}

/// Art. 20(1)(b): only processing carried out by automated means.
fn not_automated(automated: bool) -> Option<Code> {
    (!automated).then_some(Code::NotAutomated)
}

/// Art. 20(1)(a): only consent, explicit consent or contract, unless the controller gives more.
fn basis(basis: LegalBasis, voluntary: bool) -> Option<Code> {
    let code = match basis {
        LegalBasis::Consent | LegalBasis::ExplicitConsent | LegalBasis::Contract => return None,
        LegalBasis::LegalObligation => Code::LegalObligation,
        LegalBasis::VitalInterests => Code::VitalInterests,
        LegalBasis::PublicTask => Code::PublicTask,
        LegalBasis::LegitimateInterests => Code::LegitimateInterests,
    };
    (!voluntary).then_some(code)
}

/// Art. 7(3), 20(1)(a), requirements C6 and C7: a consent counts while it stands. Only activities that name a
/// collection of consents have a state other than [`ConsentState::NotAsked`].
fn consent(state: ConsentState) -> Option<Code> {
    match state {
        ConsentState::NotAsked | ConsentState::Given => None,
        ConsentState::Withdrawn => Some(Code::ConsentWithdrawn),
        ConsentState::NoRecord => Some(Code::NoConsentOnRecord),
    }
}

/// Art. 20(1) "provided to a controller", WP242 rev.01 section III: observed data are in, results of analysis out.
fn not_provided(origin: Origin) -> Option<Code> {
    match origin {
        Origin::Provided | Origin::Observed | Origin::Exchanged => None,
        Origin::Derived => Some(Code::Derived),
        Origin::Inferred => Some(Code::Inferred),
    }
}

/// Contract 3, `where`: linked, but admitted by no collection.
fn not_selected(facts: &RowFacts) -> Option<Code> {
    (!facts.selected).then_some(Code::NotSelected)
}

/// Art. 17(3)(e), requirement C18: kept past its time for legal claims only.
fn legal_hold(facts: &RowFacts) -> Option<Code> {
    (facts.hold == Hold::PastRetention).then_some(Code::LegalHold)
}
