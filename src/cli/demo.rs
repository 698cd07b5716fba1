//! `art20 demo`: the example controller, or a large synthetic one.

use super::args::DemoOptions;
use super::failure::Failure;
use super::say::say;
use crate::demo::{DemoError, Size, example, identifiers, synthetic};
use std::process::ExitCode;

/// Messages of each synthetic subject, unless told.
const MESSAGES: u64 = 50;

/// Runs the command.
pub fn run(options: &DemoOptions) -> anyhow::Result<ExitCode> {
    let written = match options.subjects {
        None => example(&options.folder),
        Some(subjects) => {
            let messages = options.messages.unwrap_or(MESSAGES);
            let size = Size { subjects, messages, seed: options.seed.unwrap_or(1) };
            synthetic(&options.folder, size, &mut |_, _| {})
        }
    };
    for path in written.map_err(Failure::from)? {
        say!("{}", path.display());
    }
    if options.subjects.is_some() {
        say!("the first subject is {}", identifiers(1).join(" or "));
    }
    Ok(ExitCode::SUCCESS)
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Failure {
        let status = if matches!(error, DemoError::Exists { .. } | DemoError::Size { .. }) { 2 } else { 1 };
        Failure::new(status, error.to_string(), error.advice())
    }
}
