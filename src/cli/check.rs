//! `art20 check`: the configuration against itself and the live stores.

use super::clock;
use super::configuration_options::CheckOptions;
use super::failure::{Failure, printable};
use crate::check::{Verdict, check};
use crate::controller::Controller;
use crate::stores::Stores;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &CheckOptions) -> anyhow::Result<ExitCode> {
    let controller = Controller::read(&options.config).map_err(Failure::from)?;
    let as_of = clock::as_of(options.as_of.as_deref(), &controller)?;
    let stores = Stores::open(&controller, &clock::surroundings(), &[]).map_err(Failure::from)?;
    let verdict = Verdict::of(check(&controller, &stores, as_of).map_err(Failure::from)?, options.strict);
    let mut out = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &verdict)?;
        writeln!(out)?;
    } else {
        for remark in &verdict.findings {
            writeln!(out, "{}: {}: {}", remark.level.as_str(), remark.code.as_str(), printable(&remark.message))?;
        }
        writeln!(
            out,
            "collections: {}, stores: {}, errors: {}, warnings: {}",
            controller.collections.len(),
            controller.stores.len(),
            verdict.errors,
            verdict.warnings
        )?;
    }
    Ok(ExitCode::from(if verdict.ok { 0 } else { 3 }))
}
