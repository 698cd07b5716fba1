//! Processing activities (Art. 30) and what processors hold elsewhere.

use crate::records::{LegalBasis, Text};
use jiff::Span;

/// The legal regime that a request is answered under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Regime {
    /// The General Data Protection Regulation.
    #[default]
    Gdpr,
    /// The Personal Information Protection Law of the People's Republic of China.
    Pipl,
}

impl Regime {
    /// The word used on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Regime::Gdpr => "gdpr",
            Regime::Pipl => "pipl",
        }
    }

    /// The regime with this name.
    pub fn named(name: &str) -> Option<Regime> {
        [Regime::Gdpr, Regime::Pipl].into_iter().find(|regime| regime.name() == name)
    }
}

/// One entry of the record of processing activities.
#[derive(Debug, Clone)]
pub struct ProcessingActivity {
    /// Its key in the configuration.
    pub key: String,
    /// What people call it.
    pub title: Text,
    /// The section of the policy that announces it.
    pub policy: Option<String>,
    /// Its basis under the GDPR; none only where nothing is held.
    pub gdpr_basis: Option<LegalBasis>,
    /// Its basis under the PIPL. Legitimate interests, where one word was given for both regimes, are no basis there:
    /// the data stay out by their code, and `check` says so.
    pub pipl_basis: Option<LegalBasis>,
    /// Its purpose.
    pub purpose: Option<Text>,
    /// The collection of kind consent that proves the consent.
    pub consent: Option<String>,
    /// How long the data are kept.
    pub retention: Option<Retention>,
    /// Carried out by automated means (Art. 20(1)(b)).
    pub automated: bool,
    /// Who receives the data.
    pub recipients: Vec<Text>,
    /// Given although Art. 20 does not ask for it.
    pub voluntary: bool,
    /// False if the person must not be told, with the statute that forbids it.
    pub disclose: bool,
    /// The statute that forbids disclosure.
    pub statute: Option<String>,
    /// Announced as never stored if false.
    pub held: bool,
}

impl ProcessingActivity {
    /// Its basis under a regime.
    pub fn basis(&self, regime: Regime) -> Option<LegalBasis> {
        match regime {
            Regime::Gdpr => self.gdpr_basis,
            Regime::Pipl => self.pipl_basis,
        }
    }

    /// What is wrong if data of it are found, and what to do, where it has no basis under a regime: art20 does not
    /// guess one (requirement J1).
    pub fn without_basis(&self, regime: Regime) -> Option<(String, &'static str)> {
        if self.basis(regime).is_some() {
            return None;
        }
        let what = format!("the activity `{}` has no legal basis", self.key);
        if self.held {
            let what = format!("{what} under the regime {}, and data of it were found", regime.name());
            return Some((what, "Give the basis of each regime: `legal_basis = { gdpr = \"…\", pipl = \"…\" }`."));
        }
        Some((
            format!("{what}, and data of it were found"),
            "If the data are held after all, give the activity a `legal_basis` and tell the policy's owner; else delete them.",
        ))
    }
}

/// A retention period.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// As configured, an ISO 8601 duration.
    pub text: String,
    /// The same as a span of calendar units.
    pub span: RetentionSpan,
}

impl Retention {
    /// Reads a period; only an ISO 8601 duration is one, and only one that ends.
    pub fn parse(text: String) -> Option<Retention> {
        let span = text.parse::<Span>().ok().filter(|span| text.starts_with(['P', 'p']) && span.is_positive())?;
        Some(Retention { text, span: RetentionSpan(span) })
    }
}

/// A span that compares by its units.
#[derive(Debug, Clone, Copy)]
pub struct RetentionSpan(pub Span);

impl PartialEq for RetentionSpan {
    fn eq(&self, other: &Self) -> bool {
        self.0.fieldwise() == other.0.fieldwise()
    }
}

/// Data held by a processor that is not queried (requirement C25).
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// Its key in the configuration.
    pub key: String,
    /// What people call it.
    pub title: Text,
    /// Why it is not queried.
    pub reason: Text,
}
