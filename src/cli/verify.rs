//! `art20 verify`: complete? valid? whose? Needs no configuration and no store.

use super::args::VerifyOptions;
use super::failure::Failure;
use super::keys;
use crate::archive::signature::PublicKey;
use crate::archive::verify::{Limits, Sender, verify_with};
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &VerifyOptions) -> anyhow::Result<ExitCode> {
    let public_key = match &options.public_key {
        Some(key) => Some(PublicKey::read(key).map_err(|error| keys::signature_failure(&error, "public-key"))?),
        None => None,
    };
    let keys = keys::keys(&options.keys)?;
    let verification =
        verify_with(&options.archive, &keys, public_key.as_ref(), &Limits::default()).map_err(Failure::from)?;
    let mut out = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &verification)?;
        writeln!(out)?;
    } else if !options.quiet {
        write!(out, "{verification}")?;
        if verification.complete && verification.valid {
            match verification.sender {
                Sender::Unproven => writeln!(out, "intact; sender unproven")?,
                Sender::Proven { .. } => writeln!(out, "intact; sender proven by the signature")?,
            }
        }
    }
    Ok(ExitCode::from(if verification.complete && verification.valid { 0 } else { 6 }))
}
