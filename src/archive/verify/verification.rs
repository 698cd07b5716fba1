//! The verdict, for people and for programs.

use super::bag::Bag;
use super::fault::{Fault, FaultCode, Faults};
use super::statement::Statement;
use super::tree::{ArchiveKind, Tree};
use std::collections::BTreeMap;
use std::fmt;

/// What was found out about an archive. Serialised, it is the output of `--json`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Verification {
    /// Zip or folder.
    pub kind: ArchiveKind,
    /// Whether the file is encrypted as a whole.
    pub encrypted: bool,
    /// Whether a signature proves who sent it.
    pub sender: Sender,
    /// Nothing that has to be there is absent (RFC 8493, section 3).
    pub complete: bool,
    /// Complete, and everything is what something else says that it is.
    pub valid: bool,
    /// Who sent it, as the archive says; only a signature can prove it.
    pub controller: Option<String>,
    /// The controller's reference, as the archive says.
    pub reference: Option<String>,
    /// The time that the export counts as made at, as the archive says.
    pub as_of: Option<String>,
    /// What is in `data/`.
    pub payload: Payload,
    /// The number of records, without lines and attachments.
    pub records: u64,
    /// Everything that is wrong, by code.
    pub faults: Vec<Fault>,
    /// How many more faults of a code there are than `faults` lists.
    pub more_faults: BTreeMap<FaultCode, u64>,
}

/// Who sent the archive.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Sender {
    /// Nobody gave a public key, or the signature does not fit it.
    Unproven,
    /// Whoever has the secret key to the given public one.
    Proven {
        /// The trusted comment, which is signed too: when, and for which request.
        comment: String,
    },
}

/// The size of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Payload {
    /// The number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Verification {
    /// The verdict on an archive that was not looked into.
    pub(super) fn unread(tree: &Tree, faults: Faults) -> Verification {
        Verification::with(tree, Statement::default(), Payload::default(), 0, faults)
    }

    /// The verdict on an archive that was read.
    pub(super) fn of(
        tree: &Tree,
        bag: &Bag,
        mut statement: Statement,
        (bytes, files): (u64, u64),
        records: u64,
        faults: Faults,
    ) -> Verification {
        let info = |found: Option<String>, label| found.or_else(|| bag.info(label).map(str::to_owned));
        statement.controller = info(statement.controller, "Source-Organization");
        statement.reference = info(statement.reference, "External-Identifier");
        statement.as_of = info(statement.as_of, "Bagging-Date");
        Verification::with(tree, statement, Payload { files, bytes }, records, faults)
    }

    fn with(tree: &Tree, statement: Statement, payload: Payload, records: u64, faults: Faults) -> Verification {
        let complete = !faults.codes().any(FaultCode::breaks_completeness);
        let valid = faults.codes().next().is_none();
        let (faults, more_faults) = faults.into_parts();
        let Statement { controller, reference, as_of, .. } = statement;
        Verification {
            kind: tree.kind(),
            encrypted: tree.is_encrypted(),
            sender: Sender::Unproven,
            complete,
            valid,
            controller,
            reference,
            as_of,
            payload,
            records,
            faults,
            more_faults,
        }
    }
}

/// For people: the verdict first, then each kind of fault with its sentence once.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |yes| if yes { "yes" } else { "NO" };
        writeln!(f, "complete    {}", yes(self.complete))?;
        writeln!(f, "valid       {}", yes(self.valid))?;
        if self.encrypted {
            writeln!(f, "encrypted   yes")?;
        }
        if let Sender::Proven { comment } = &self.sender {
            writeln!(f, "signature   good: {}", shown(&comment.replace('\t', " ")))?;
        }
        let said = [("controller", &self.controller), ("reference", &self.reference), ("as of", &self.as_of)];
        for (label, value) in said {
            if let Some(value) = value {
                writeln!(f, "{label:<11} {}", shown(value))?;
            }
        }
        writeln!(f, "payload     {} files, {} bytes", self.payload.files, self.payload.bytes)?;
        writeln!(f, "records     {}", self.records)?;
        for faults in self.faults.chunk_by(|a, b| a.code == b.code) {
            let Some(first) = faults.first() else { continue };
            writeln!(f, "\n{}: {}", first.code.as_str(), first.code.sentence())?;
            for fault in faults {
                match &fault.path {
                    Some(path) => writeln!(f, "  {}: {}", shown(path), shown(&fault.detail))?,
                    None => writeln!(f, "  {}", shown(&fault.detail))?,
                }
            }
            if let Some(more) = self.more_faults.get(&first.code) {
                writeln!(f, "  and {more} more")?;
            }
        }
        Ok(())
    }
}

/// A text of the archive without anything that a terminal would obey or show in another order.
pub(super) fn shown(text: &str) -> String {
    let harmful = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .flat_map(|c| {
            let escaped = harmful(c).then(|| c.escape_unicode());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
