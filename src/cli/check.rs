//! `art20 check`: the configuration against itself and the live stores.

use super::args::CheckOptions;
use super::clock;
use super::failure::{Failure, printable};
use crate::check::check;
use crate::controller::{Controller, Level};
use crate::stores::Stores;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &CheckOptions) -> anyhow::Result<ExitCode> {
    let controller = Controller::read(&options.config).map_err(Failure::from)?;
    let as_of = clock::as_of(options.as_of.as_deref(), &controller)?;
    let stores = Stores::open(&controller, &clock::surroundings(), &[]).map_err(Failure::from)?;
    let remarks = check(&controller, &stores, as_of).map_err(Failure::from)?;
    let errors = remarks.iter().filter(|remark| remark.level == Level::Error).count();
    let warnings = remarks.len() - errors;
    let fails = errors > 0 || (options.strict && warnings > 0);
    let mut out = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(
            &mut out,
            &json!({"ok": !fails, "errors": errors, "warnings": warnings, "findings": remarks}),
        )?;
        writeln!(out)?;
    } else {
        for remark in &remarks {
            writeln!(out, "{}: {}: {}", remark.level.as_str(), remark.code.as_str(), printable(&remark.message))?;
        }
        writeln!(
            out,
            "collections: {}, stores: {}, errors: {errors}, warnings: {warnings}",
            controller.collections.len(),
            controller.stores.len()
        )?;
    }
    Ok(ExitCode::from(if fails { 3 } else { 0 }))
}
