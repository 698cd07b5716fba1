//! Failures as a user meets them: what happened, what to do, and the exit status, all in this one place.

use crate::archive::ArchiveError;
use crate::archive::verify::VerifyError;
use crate::batch::{BatchError, ResultsError};
use crate::controller::ConfigurationError;
use crate::export::{ExportError, ReplyError};
use crate::fulfil::FulfilError;
use crate::receipt::journal::JournalError;
use crate::request::{ListFault, RequestFault, RequestFileError};
use crate::stores::StoreError;
use std::fmt;

/// A failure with its exit status.
#[derive(Debug)]
pub struct Failure {
    /// The exit status (contract 2).
    pub status: u8,
    /// (what happened, what to do), at least one.
    parts: Vec<(String, String)>,
}

impl Failure {
    /// A failure with one cause.
    pub fn new(status: u8, what: impl Into<String>, advice: impl Into<String>) -> Failure {
        Failure { status, parts: vec![(what.into(), advice.into())] }
    }
}

impl Failure {
    /// Two causes, with the status of the first.
    fn both(mut first: Failure, second: Failure) -> Failure {
        first.parts.extend(second.parts);
        first
    }

    /// The same on one line, for a table.
    pub fn line(&self) -> String {
        let parts = self.parts.iter().map(|(what, advice)| printable(&format!("{what}. {advice}")));
        parts.collect::<Vec<_>>().join(" ").lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
    }
}

impl std::error::Error for Failure {}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, advice) in &self.parts {
            writeln!(f, "error: {}", printable(what))?;
            if !advice.is_empty() {
                writeln!(f, "  what to do: {}", printable(advice))?;
            }
        }
        Ok(())
    }
}

/// Names of files and columns may hold anything; a terminal must not obey them.
pub fn printable(text: &str) -> String {
    let hidden = |c: char| {
        (c.is_control() && c != '\n')
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    text.chars().flat_map(|c| if hidden(c) { c.escape_unicode().collect::<Vec<_>>() } else { vec![c] }).collect()
}

impl From<ConfigurationError> for Failure {
    fn from(error: ConfigurationError) -> Failure {
        let advice = match error {
            ConfigurationError::Unreadable { .. } => {
                "Name the configuration with --config FILE; `art20 demo DIR` writes an example."
            }
            ConfigurationError::Faults { .. } => {
                "Correct these lines and run again; `art20 check` looks at all of them at once."
            }
        };
        Failure::new(3, error.to_string(), advice)
    }
}

impl From<Vec<ListFault>> for Failure {
    fn from(faults: Vec<ListFault>) -> Failure {
        Failure { status: 2, parts: faults.into_iter().map(|fault| (fault.what, fault.advice)).collect() }
    }
}

impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Failure {
        let status = match &error {
            BatchError::Folder { .. } | BatchError::AtWork { .. } | BatchError::NoWorker(_) => 1,
            BatchError::Results(ResultsError::Io { .. }) => 1,
            BatchError::Results(ResultsError::Foreign(_)) => 2,
            BatchError::NoFolder(_) | BatchError::NoReference { .. } | BatchError::OtherRequests { .. } => 2,
            BatchError::Export(_) | BatchError::Archive(_) => 1,
        };
        match error {
            BatchError::Export(error) => error.into(),
            BatchError::Archive(error) => error.into(),
            other => Failure::new(status, other.to_string(), other.advice()),
        }
    }
}

impl From<Vec<RequestFault>> for Failure {
    fn from(faults: Vec<RequestFault>) -> Failure {
        Failure { status: 2, parts: faults.into_iter().map(|fault| (fault.what, fault.advice)).collect() }
    }
}

impl From<RequestFileError> for Failure {
    fn from(error: RequestFileError) -> Failure {
        Failure::new(
            2,
            error.to_string(),
            "Give one JSON object, or a CSV heading with one row; one field for each type of identifier.",
        )
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let status = if error.is_about_configuration() { 3 } else { 1 };
        Failure::new(status, error.to_string(), error.advice())
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Failure {
        use JournalError::{NoName, OnePerson, Personal};
        let status = if matches!(error, Personal | OnePerson | NoName) { 2 } else { 1 };
        Failure::new(status, error.to_string(), error.advice())
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Failure {
        Failure::new(1, error.to_string(), error.advice())
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Failure {
        let status = match error {
            ArchiveError::Exists(_) | ArchiveError::NoFolder(_) => 2,
            ArchiveError::Write { .. } | ArchiveError::Content(_) | ArchiveError::Unbalanced { .. } => 1,
        };
        Failure::new(status, error.to_string(), error.advice())
    }
}

impl From<FulfilError> for Failure {
    fn from(error: FulfilError) -> Failure {
        match error {
            FulfilError::Store(error) => error.into(),
            FulfilError::Archive(error) => error.into(),
            FulfilError::Scope(error) => Failure::new(1, error.to_string(), error.advice()),
            FulfilError::Unknown => Failure::new(
                4,
                error.to_string(),
                "Ask the person for other identifiers; to answer that nothing is held, run with --allow-empty.",
            ),
            FulfilError::Ambiguous { several, kinds, rows } => {
                let what = if several {
                    "the identifiers fit more than one person"
                } else {
                    "the identifiers fit more than one person, and each of them is shared"
                };
                let advice = if several {
                    "Leave out the identifier that is somebody else's; if all of them are one person, say why with --same-person REASON."
                } else {
                    "Add an identifier that only the person has, such as a customer number."
                };
                let rows: String = rows.iter().map(|row| format!("\n  {row}")).collect();
                Failure::new(5, format!("{what} (by {}):{rows}", kinds.join(", ")), advice)
            }
            FulfilError::Deceased { .. } => Failure::new(
                2,
                error.to_string(),
                "Refuse with `art20 refuse --reason deceased`, or name the law with --deceased LAW: the GDPR gives no right to such data (Recital 27).",
            ),
            FulfilError::Configuration(what, advice) => Failure::new(3, what, advice),
            FulfilError::Interrupted => {
                Failure::new(1, "the run was interrupted", "Nothing was written; run again when it suits you.")
            }
        }
    }
}

impl From<ReplyError> for Failure {
    fn from(error: ReplyError) -> Failure {
        match error {
            ReplyError::Refusal(fault) => Failure::new(2, fault.to_string(), fault.advice()),
            ReplyError::Extension(fault) => Failure::new(2, fault.to_string(), fault.advice()),
            ReplyError::Write(error) => error.into(),
            ReplyError::Journal(error) => error.into(),
            ReplyError::Unlogged(error, unlogged) => Failure::both((*error).into(), unlogged.into()),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Failure {
        let what = error.to_string();
        match error {
            ExportError::Fulfil(error) => error.into(),
            ExportError::Archive(error) => error.into(),
            ExportError::Review(marks) => {
                let lines: String = marks.iter().map(|mark| format!("\n  {mark}")).collect();
                Failure::new(
                    3,
                    format!("{what}:{lines}"),
                    "Look at each guess, correct it, and take its `review = true` away.",
                )
            }
            ExportError::Disagreement(open) => {
                let lines: String = open.iter().map(|open| format!("\n  {}", open.message)).collect();
                Failure::new(
                    3,
                    format!("{what}:{lines}"),
                    "Correct each of these in the configuration, or let `art20 init --update` propose what is new; nothing was written.",
                )
            }
            ExportError::UnknownInPart(_) => Failure::new(
                4,
                what,
                "Run again when every store can be read; that nothing is held cannot be said before.",
            ),
            ExportError::NotEncrypted => {
                Failure::new(2, what, "Add --recipient AGE-KEY, --passphrase-file FILE or --zip-passphrase-file FILE.")
            }
            ExportError::Signature(error) => Failure::new(1, what, error.advice()),
            ExportError::Journal(error) => error.into(),
            ExportError::Unlogged(error, unlogged) => Failure::both((*error).into(), unlogged.into()),
            ExportError::SameName => Failure::new(2, what, "Choose another name with --letter."),
            ExportError::NoMandate => Failure::new(
                2,
                what,
                "Note what shows the mandate and its scope: --identity-check representative:NOTE. If it is for some data only, name their collections (--only).",
            ),
            ExportError::NoIdentityCheck => Failure::new(
                2,
                what,
                format!(
                    "Say how the person was identified: --identity-check METHOD[:NOTE], METHOD one of {}.",
                    crate::request::METHODS.join(", ")
                ),
            ),
        }
    }
}
