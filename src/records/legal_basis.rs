//! The legal bases of Art. 6(1) and 9(2)(a) GDPR and the origins of data (WP242 rev.01), as the words used everywhere.

/// Why the controller may process the data: Art. 6(1)(a)-(f), and 9(2)(a) for special categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegalBasis {
    /// Art. 6(1)(a).
    Consent,
    /// Art. 9(2)(a), with 6(1)(a).
    ExplicitConsent,
    /// Art. 6(1)(b).
    Contract,
    /// Art. 6(1)(c).
    LegalObligation,
    /// Art. 6(1)(d).
    VitalInterests,
    /// Art. 6(1)(e).
    PublicTask,
    /// Art. 6(1)(f).
    LegitimateInterests,
}

impl LegalBasis {
    /// Every basis.
    pub const ALL: [LegalBasis; 7] = [
        LegalBasis::Consent,
        LegalBasis::ExplicitConsent,
        LegalBasis::Contract,
        LegalBasis::LegalObligation,
        LegalBasis::VitalInterests,
        LegalBasis::PublicTask,
        LegalBasis::LegitimateInterests,
    ];

    /// The word used in the configuration and in records.
    pub fn name(self) -> &'static str {
        match self {
            LegalBasis::Consent => "consent",
            LegalBasis::ExplicitConsent => "explicit_consent",
            LegalBasis::Contract => "contract",
            LegalBasis::LegalObligation => "legal_obligation",
            LegalBasis::VitalInterests => "vital_interests",
            LegalBasis::PublicTask => "public_task",
            LegalBasis::LegitimateInterests => "legitimate_interests",
        }
    }

    /// The basis with this name.
    pub fn named(name: &str) -> Option<LegalBasis> {
        LegalBasis::ALL.into_iter().find(|basis| basis.name() == name)
    }

    /// Its terms in the vocabulary `https://w3id.org/dpv/legal/eu/gdpr#` (DPV 2.3). Explicit consent has two:
    /// DPV attaches no rights to `A9-2-a`, though Art. 20(1)(a) names it.
    pub fn dpv_terms(self) -> &'static [&'static str] {
        match self {
            LegalBasis::Consent => &["A6-1-a"],
            LegalBasis::ExplicitConsent => &["A6-1-a-explicit-consent", "A9-2-a"],
            LegalBasis::Contract => &["A6-1-b"],
            LegalBasis::LegalObligation => &["A6-1-c"],
            LegalBasis::VitalInterests => &["A6-1-d"],
            LegalBasis::PublicTask => &["A6-1-e"],
            LegalBasis::LegitimateInterests => &["A6-1-f"],
        }
    }
}

/// Where data came from (WP242 rev.01, section III): only what the subject provided, knowingly or by being
/// observed, or exchanged with the controller, is covered by Art. 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Given actively and knowingly.
    Provided,
    /// Observed from the use of the service.
    Observed,
    /// Written by the controller in a conversation with the subject.
    Exchanged,
    /// Computed from other data.
    Derived,
    /// Concluded with some probability from other data.
    Inferred,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Origin; 5] =
        [Origin::Provided, Origin::Observed, Origin::Exchanged, Origin::Derived, Origin::Inferred];

    /// The word used in the configuration and in records.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Provided => "provided",
            Origin::Observed => "observed",
            Origin::Exchanged => "exchanged",
            Origin::Derived => "derived",
            Origin::Inferred => "inferred",
        }
    }

    /// The origin with this name.
    pub fn named(name: &str) -> Option<Origin> {
        Origin::ALL.into_iter().find(|origin| origin.name() == name)
    }

    /// Its class in the vocabulary `https://w3id.org/dpv#`.
    pub fn dpv_class(self) -> &'static str {
        match self {
            Origin::Provided => "ProvidedPersonalData",
            Origin::Observed => "ObservedPersonalData",
            Origin::Exchanged => "CollectedPersonalData",
            Origin::Derived => "DerivedPersonalData",
            Origin::Inferred => "InferredPersonalData",
        }
    }
}
