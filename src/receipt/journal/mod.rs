//! The journal (contract 7, requirement I1): one line for each run, each with the hash of the line before, so that a
//! changed, removed or moved line shows. It names no person; what identifies a request is its reference.
//!
//! | file | holds |
//! |---|---|
//! | `line` | what a line says |
//! | `chain` | reading a journal, and everything that can be wrong with it |
//! | `head` | the number and hash of the last line, kept beside, so that lines missing at the end show |
//! | `delivery` | what was handed over, and by whom |
//! | `append` | adding lines: locked, made durable, recovering from a crash |
//! | `expiry` | dropping what is older than the retention, with a checkpoint in the chain |
//!
//! SHA-256 is over a line with its end, so `sed -n 5p FILE | sha256sum` gives what line 6 has as `previous`.

mod append;
mod chain;
mod delivery;
mod expiry;
mod head;
mod line;
#[cfg(test)]
mod tests;

pub use append::Journal;
pub use chain::{Chain, JournalFault, JournalFaultCode};
pub use line::{
    DeliveredFile, Delivery, Dropped, Entry, Event, Letter, LetterFile, Line, NamedFile, Outcome, Rows, Run,
};

use std::io;
use std::path::PathBuf;

/// Why a journal cannot be used. Exit status 1.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("the journal {path} cannot be {doing}: {cause}")]
    Io {
        /// Its path.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
    /// There is none yet.
    #[error("the journal {0} is not there")]
    Absent(PathBuf),
    /// Its end is not what art20 wrote last.
    #[error("the journal {path} is not as art20 left it: {fault}")]
    Broken {
        /// Its path.
        path: PathBuf,
        /// What is wrong.
        fault: JournalFault,
    },
    /// Nothing in it is about this.
    #[error("the journal {0} has no line about it")]
    NotFound(PathBuf),
    /// What is to be written down may name a person.
    #[error("the channel may name the person")]
    Personal,
    /// Two people are asked for, and this is one.
    #[error("who made the file may not hand it over: the configuration asks for two people")]
    OnePerson,
    /// Two people are asked for, and one of them has no name.
    #[error("the journal cannot tell that two people were there: a name is missing")]
    NoName,
}

impl JournalError {
    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            JournalError::Io { .. } => {
                "Check the folder, free space and permissions; without its journal art20 writes no archive."
            }
            JournalError::Absent(_) => "The first export writes it; if there was one, find out who took it away.",
            JournalError::Broken { .. } => {
                "Run `art20 journal verify` and find out who changed it; then move it away as evidence, with the file .head beside it: the next run begins a new one."
            }
            JournalError::NotFound(_) => {
                "Check the reference or the file; `art20 journal show` lists what is in the journal."
            }
            JournalError::OnePerson => "Let somebody else review the file and run this with --operator NAME.",
            JournalError::NoName => {
                "Give --operator NAME here, and to the run that makes the file; if that run had none, run it again."
            }
            JournalError::Personal => "Name the way, such as `customer portal` or `letter`, without address or number.",
        }
    }
}
