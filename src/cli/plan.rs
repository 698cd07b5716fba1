//! `art20 plan`: how the subject was recognised, what each collection holds, what would go in or stay out and why.

use super::args::PlanOptions;
use super::failure::{Failure, printable};
use super::progress::Progress;
use super::{clock, request};
use crate::archive::facts::LedgerLine;
use crate::controller::Controller;
use crate::export::{Fulfilled, Order, plan, receipt_text};
use crate::receipt::Receipt;
use crate::records::Code;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &PlanOptions) -> anyhow::Result<ExitCode> {
    let run = &options.run;
    if options.reveal && !std::io::stdout().is_terminal() {
        let what = "--reveal shows personal data, and standard output is no terminal";
        return Err(Failure::new(2, what, "Run it at a terminal, without redirecting its output.").into());
    }
    let controller = Controller::read(&run.config).map_err(Failure::from)?;
    let request = request::request(&options.request, &controller)?;
    let surroundings = clock::surroundings();
    let order = Order {
        controller: &controller,
        request: &request,
        as_of: clock::as_of(run.as_of.as_deref(), &controller)?,
        operator: run.operator.as_deref(),
        allow_empty: run.allow_empty,
        allow_partial: run.allow_partial,
        level: 0,
        surroundings: &surroundings,
    };
    let mut progress = Progress::new(!run.quiet && !run.no_progress, surroundings.interrupted.clone());
    let planned = plan(&order, &mut progress).map_err(Failure::from)?;
    drop(progress);
    let mut out = std::io::stdout().lock();
    if run.json {
        out.write_all(&receipt_text(&planned.receipt))?;
    } else if !run.quiet {
        show(&planned, &mut out)?;
    }
    if options.reveal {
        reveal(&planned, &mut out)?;
    }
    Ok(ExitCode::from(if planned.receipt.missing_stores.is_empty() { 0 } else { 9 }))
}

fn show(planned: &Fulfilled, out: &mut impl Write) -> std::io::Result<()> {
    let receipt = &planned.receipt;
    let kinds = receipt.identifiers.iter().map(|(kind, count)| {
        let mut parts = vec![format!("{} given", count.requested)];
        if count.learned > 0 {
            parts.push(format!("{} learned", count.learned));
        }
        if count.shared > 0 {
            parts.push(format!("{} shared", count.shared));
        }
        format!("{kind} ({})", parts.join(", "))
    });
    writeln!(out, "Recognised by: {}", kinds.collect::<Vec<_>>().join("; "))?;
    match &receipt.deadlines {
        Some(deadlines) => {
            let latest = match &deadlines.latest {
                Ok(latest) => format!("{} (calendar {})", latest.date, latest.calendar),
                Err(unknown) => format!("not known: {unknown}"),
            };
            writeln!(out, "Answer by: {}; at the latest: {latest}", deadlines.target)?;
        }
        None => writeln!(out, "Answer by: not known, because the time of receipt is not given (--received)")?,
    }
    writeln!(out)?;
    let width = receipt.ledger.iter().map(|line| line.collection.chars().count()).max().unwrap_or(10).clamp(10, 24);
    writeln!(out, "{:width$}  {:>8}  {:>8}  stays out", "collection", "matched", "goes in")?;
    for line in &receipt.ledger {
        let reasons = if line.excluded.is_empty() { "-".to_owned() } else { counts(line.excluded.iter()) };
        writeln!(out, "{:width$}  {:>8}  {:>8}  {reasons}", printable(&line.collection), line.matched, line.portable)?;
    }
    let held: Vec<&LedgerLine> =
        receipt.ledger.iter().filter(|line| !line.withheld.is_empty() || line.verbatim > 0).collect();
    if !held.is_empty() {
        writeln!(out, "\nValues held back in records that go in:")?;
        for line in held {
            let mut reasons = counts(line.withheld.iter());
            if line.verbatim > 0 {
                let separator = if reasons.is_empty() { "" } else { ", " };
                reasons.push_str(&format!("{separator}{} given as they stand", line.verbatim));
            }
            writeln!(out, "{:width$}  {reasons}", printable(&line.collection))?;
        }
    }
    let mut codes: Vec<Code> =
        receipt.ledger.iter().flat_map(|line| line.excluded.keys().chain(line.withheld.keys()).copied()).collect();
    codes.sort_unstable();
    codes.dedup();
    if !codes.is_empty() {
        writeln!(out, "\nWhy:")?;
        for code in codes {
            writeln!(out, "  {} ({}): {}", code.as_str(), code.provision(), code.sentence().en)?;
        }
    }
    findings(receipt, out);
    Ok(())
}

fn counts<'a>(codes: impl Iterator<Item = (&'a Code, &'a u64)>) -> String {
    codes.map(|(code, count)| format!("{count} {}", code.as_str())).collect::<Vec<_>>().join(", ")
}

/// What somebody should look at.
pub fn findings(receipt: &Receipt, out: &mut impl Write) {
    for finding in &receipt.findings {
        let place = finding.collection.as_deref().map(|c| format!(" in {}", printable(c))).unwrap_or_default();
        let count = if finding.count > 0 { format!(" ({})", finding.count) } else { String::new() };
        let _ = writeln!(out, "note: {}{place}{count}: {}", finding.code, finding.message);
    }
}

/// The recognised identifiers, for the operator's eyes.
fn reveal(planned: &Fulfilled, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "\nIdentifiers:")?;
    for known in &planned.identification.identifiers {
        let from =
            known.taught_by.as_ref().map_or("given".to_owned(), |collection| format!("learned from {collection}"));
        let shared = if known.shared { ", shared with someone else" } else { "" };
        writeln!(out, "  {}:{} ({from}{shared})", known.identifier.kind(), printable(known.identifier.canonical()))?;
    }
    for suggestion in &planned.identification.suggestions {
        let (kind, value) = (suggestion.identifier.kind(), printable(suggestion.identifier.canonical()));
        writeln!(out, "  {kind}:{value} (typed in, in {}; not followed: ask the person)", suggestion.collection)?;
    }
    Ok(())
}
