//! What is wrong with a configuration: every fault at once, each with its line.

use std::fmt;
use std::path::PathBuf;

/// One fault and the line where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The line, from 1; 0 where no line can be named.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Why there is no valid configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The file is not there or cannot be read.
    #[error("the configuration {path} cannot be read: {cause}")]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file says something that art20 cannot follow.
    #[error("{}", listing(.path, .faults))]
    Faults {
        /// Its path.
        path: PathBuf,
        /// All of them, in the order of the lines.
        faults: Vec<Fault>,
    },
}

fn listing(path: &std::path::Path, faults: &[Fault]) -> String {
    let count = faults.len();
    let mut text = format!("the configuration has {count} fault{}", if count == 1 { "" } else { "s" });
    for fault in faults {
        text.push_str(&format!("\n  {}:{}: {}", path.display(), fault.line, fault.message));
    }
    text
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
