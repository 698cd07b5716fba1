//! `art20 verify`: complete? valid? Needs no configuration and no store.

use super::args::VerifyOptions;
use super::failure::Failure;
use crate::archive::verify::{Limits, verify};
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &VerifyOptions) -> anyhow::Result<ExitCode> {
    let verification = verify(&options.archive, &Limits::default())
        .map_err(|error| Failure::new(1, error.to_string(), "Check the path, and that this account may read it."))?;
    let mut out = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &verification)?;
        writeln!(out)?;
    } else if !options.quiet {
        write!(out, "{verification}")?;
        if verification.complete && verification.valid {
            writeln!(out, "intact; sender unproven")?;
        }
    }
    Ok(ExitCode::from(if verification.complete && verification.valid { 0 } else { 6 }))
}
