//! `art20 demo`: the example controller, or a large synthetic one.

use super::args::DemoOptions;
use std::process::ExitCode;

/// Runs the command.
pub fn run(_: &DemoOptions) -> anyhow::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
