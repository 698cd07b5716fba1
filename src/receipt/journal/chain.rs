//! Reading a journal: the chain from its first line to its last, and everything that is wrong with it.

use super::head::Head;
use super::line::{Dropped, Entry, NOTHING_BEFORE};
use crate::archive::container::hex;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::io::{self, BufRead, Read};

/// No line that art20 writes is longer.
const LONGEST_LINE: u64 = 1 << 20;

/// Declares every code once, with its sentence.
macro_rules! journal_fault_codes {
    ($($variant:ident $code:literal $sentence:literal)*) => {
        /// A permanent, kebab-case code of what is wrong with a journal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum JournalFaultCode { $(#[doc = $sentence] $variant,)* }

        impl JournalFaultCode {
            /// Every code, in order.
            pub const ALL: &'static [JournalFaultCode] = &[$(JournalFaultCode::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(JournalFaultCode::$variant => $code,)* }
            }

            /// What the code means, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(JournalFaultCode::$variant => $sentence,)* }
            }
        }
    };
}

journal_fault_codes! {
    Syntax "journal-syntax" "A line is none that art20 writes."
    Chain "journal-chain" "A line does not have the hash of the line before, so that line or one between was changed, removed or moved."
    Number "journal-number" "A line does not have the number after that of the line before."
    Begin "journal-begin" "The journal does not begin with its first line, nor with a checkpoint that a later line vouches for."
    Torn "journal-torn" "The last line has no end: a crash tore it, and its run made no archive; the next run notes it."
    HeadMissing "journal-head-missing" "The file .head beside the journal is absent or unreadable, so that nothing shows whether lines are missing at the end."
    End "journal-end" "The last line known to the file .head is not in the journal, so that lines at the end were changed or removed."
}

impl serde::Serialize for JournalFaultCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that is wrong with a journal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct JournalFault {
    /// What kind of fault it is.
    pub code: JournalFaultCode,
    /// The line in the file, from 1; none where it is about the whole.
    pub line: Option<u64>,
}

impl fmt::Display for JournalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}: {}", self.code.as_str(), self.code.sentence()),
            None => write!(f, "{}: {}", self.code.as_str(), self.code.sentence()),
        }
    }
}

/// A journal that was read: how far it goes, and what is wrong.
#[derive(Debug)]
pub struct Chain {
    /// How many lines there are.
    pub lines: u64,
    /// The number of the last line.
    pub last_number: u64,
    /// The hash of the last line.
    pub last_sha256: String,
    /// Everything that is wrong.
    pub faults: Vec<JournalFault>,
    seen_head: bool,
}

impl Chain {
    /// Reads a journal from its beginning and shows each line that can be read to `visit`, with its text.
    ///
    /// # Errors
    /// When the disk fails, or `visit` does.
    pub(super) fn read(
        mut reader: impl BufRead,
        head: Option<&Head>,
        mut visit: impl FnMut(&Entry, &str) -> io::Result<()>,
    ) -> io::Result<Chain> {
        let mut chain = Chain {
            lines: 0,
            last_number: 0,
            last_sha256: NOTHING_BEFORE.to_owned(),
            faults: Vec::new(),
            seen_head: head.is_some_and(|head| *head == Head::none()),
        };
        let (mut checkpoint, mut vouched): (Option<Dropped>, Option<Dropped>) = (None, None);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                break;
            }
            chain.lines += 1;
            if line.last() != Some(&b'\n') {
                let code = if (read as u64) < LONGEST_LINE { JournalFaultCode::Torn } else { JournalFaultCode::Syntax };
                chain.fault(code);
                if code == JournalFaultCode::Syntax {
                    reader.skip_until(b'\n')?;
                    continue;
                }
                break;
            }
            let text = std::str::from_utf8(&line).unwrap_or_default();
            let Ok(entry) = serde_json::from_str::<Entry>(text) else {
                chain.fault(JournalFaultCode::Syntax);
                chain.go_to(chain.last_number + 1, sha256(&line), head);
                continue;
            };
            if chain.lines == 1 && entry.event == "checkpoint" {
                checkpoint = entry.dropped();
                match &checkpoint {
                    Some(dropped) => chain.go_to(dropped.through, dropped.last.clone(), head),
                    None => chain.fault(JournalFaultCode::Begin),
                }
                visit(&entry, text)?;
                continue;
            }
            if entry.event == "expired" {
                vouched = entry.dropped();
            }
            if chain.lines == 1 && (entry.number != 1 || entry.previous != NOTHING_BEFORE) {
                chain.fault(JournalFaultCode::Begin);
            } else {
                if entry.previous != chain.last_sha256 {
                    chain.fault(JournalFaultCode::Chain);
                }
                if entry.number != chain.last_number + 1 {
                    chain.fault(JournalFaultCode::Number);
                }
            }
            chain.go_to(entry.number, sha256(&line), head);
            visit(&entry, text)?;
        }
        if checkpoint.is_some() && checkpoint != vouched {
            chain.faults.push(JournalFault { code: JournalFaultCode::Begin, line: Some(1) });
        }
        match head {
            None if chain.lines > 0 => {
                chain.faults.push(JournalFault { code: JournalFaultCode::HeadMissing, line: None });
            }
            Some(_) if !chain.seen_head => {
                chain.faults.push(JournalFault { code: JournalFaultCode::End, line: None });
            }
            _ => {}
        }
        Ok(chain)
    }

    fn go_to(&mut self, number: u64, sha256: String, head: Option<&Head>) {
        self.seen_head |= head.is_some_and(|head| head.number == number && head.sha256 == sha256);
        (self.last_number, self.last_sha256) = (number, sha256);
    }

    fn fault(&mut self, code: JournalFaultCode) {
        self.faults.push(JournalFault { code, line: Some(self.lines) });
    }
}

/// The hash of a line with its end, in lower-case hexadecimal digits.
pub(super) fn sha256(line: &[u8]) -> String {
    hex(&Sha256::digest(line))
}
