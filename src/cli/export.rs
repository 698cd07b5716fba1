//! `art20 export`: one request, one archive and its receipt.

use super::args::ExportOptions;
use super::failure::Failure;
use super::progress::Progress;
use super::say::say;
use super::{clock, keys, request};
use crate::archive::signature::signature_path;
use crate::controller::Controller;
use crate::export::{Order, export, receipt_path, receipt_text};
use crate::receipt::Receipt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &ExportOptions) -> anyhow::Result<ExitCode> {
    let run = &options.run;
    let controller = Controller::read(&run.config).map_err(Failure::from)?;
    let protection = keys::protection(&run.protection, options.request.request.as_deref())?;
    let request = request::request(&options.request, &controller)?;
    let surroundings = clock::surroundings();
    let order = Order {
        controller: &controller,
        request: &request,
        as_of: clock::as_of(run.as_of.as_deref(), &controller)?,
        operator: run.operator.as_deref(),
        allow_empty: run.allow_empty,
        allow_partial: run.allow_partial,
        level: options.writing.level,
        protection: &protection,
        letter: options.letter.as_deref(),
        surroundings: &surroundings,
    };
    let output = options.output.clone().unwrap_or_else(|| PathBuf::from(format!("{}.zip", request.reference)));
    let mut progress = Progress::new(!run.quiet && !run.no_progress, surroundings.interrupted.clone());
    let receipt = export(&order, &output, &mut progress).map_err(Failure::from)?;
    drop(progress);
    if run.json {
        std::io::stdout().write_all(&receipt_text(&receipt))?;
    }
    if !run.quiet {
        summary(&receipt, &order.protection.secrecy.place(&output));
        if let Some(letter) = &options.letter {
            say!("{}: the letter to the person", letter.display());
        }
    }
    Ok(ExitCode::from(if receipt.missing_stores.is_empty() { 0 } else { 9 }))
}

/// What was done, for the person at the terminal.
fn summary(receipt: &Receipt, output: &Path) {
    let sum = |count: fn(&crate::archive::facts::LedgerLine) -> u64| receipt.ledger.iter().map(count).sum::<u64>();
    let excluded = sum(|line| line.excluded.values().sum());
    say!(
        "{}: {} rows found, {} in the archive, {excluded} stayed out with a reason",
        output.display(),
        sum(|line| line.matched),
        sum(|line| line.portable),
    );
    say!("{}: the account of every row", receipt_path(output).display());
    if let Some(archive) = &receipt.archive {
        if archive.signed {
            say!("{}: the signature", signature_path(output).display());
        }
        say!("sha256 {}", archive.sha256);
    }
    for store in &receipt.missing_stores {
        say!("warning: the store `{store}` could not be read; the archive is partial and says so");
    }
    super::plan::findings(receipt, &mut std::io::stderr());
}
