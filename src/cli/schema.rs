//! `art20 schema`: the JSON Schemas of everything that art20 reads or writes.

use super::failure::Failure;
use crate::schema::{names, schema};
use std::io::Write;
use std::process::ExitCode;

/// Prints one schema, or the names of all.
pub fn run(name: Option<&str>) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match name {
        None => names().try_for_each(|(name, what)| writeln!(out, "{name:17} {what}"))?,
        Some(name) => {
            // What was written may be anything, so it is not shown (law 8).
            let found = schema(name).ok_or_else(|| {
                let known: Vec<String> = names().map(|(name, _)| name).collect();
                Failure::new(2, "there is no schema of this name", format!("Write one of {}.", known.join(", ")))
            })?;
            serde_json::to_writer_pretty(&mut out, &found)?;
            writeln!(out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
