//! `art20 refuse` and `art20 extend`: a letter without an archive.

use super::args::{ExtendOptions, RefuseOptions};
use super::failure::Failure;
use super::request_options::LetterOptions;
use super::say::say;
use super::{clock, request};
use crate::controller::Controller;
use crate::export::{Reply, ReplyOrder, record_path, reply};
use crate::letter::{Cause, Extension, Refusal, RefusalReason};
use crate::request::ReplyRequest;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs `art20 refuse`.
pub fn refuse(options: &RefuseOptions) -> anyhow::Result<ExitCode> {
    let codes: Vec<&str> = RefusalReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let reason = RefusalReason::named(options.reason.trim()).ok_or_else(|| unknown(&options.reason, &codes))?;
    let said = Reply::Refuse(Refusal {
        reason,
        explanation: options.explanation.as_deref(),
        evidence: options.evidence.as_deref(),
        fee: options.fee.as_deref().zip(options.requests),
    });
    write(&options.letter, said, options.output.clone(), "refusal")
}

/// Runs `art20 extend`.
pub fn extend(options: &ExtendOptions) -> anyhow::Result<ExitCode> {
    let codes = Cause::ALL.map(Cause::as_str);
    let cause = Cause::named(options.reason.trim()).ok_or_else(|| unknown(&options.reason, &codes))?;
    let explanation = options.explanation.as_deref().unwrap_or_default();
    let said = Reply::Extend(Extension { cause, explanation });
    write(&options.letter, said, options.output.clone(), "extension")
}

/// The word itself may hold anything and is not shown (law 8).
fn unknown(reason: &str, codes: &[&str]) -> Failure {
    let what = if reason.trim().is_empty() { "--reason is empty" } else { "--reason is none of the known codes" };
    let advice = format!("Write one of {}; your own words go to --explanation.", codes.join(", "));
    Failure::new(2, what, advice)
}

fn write(options: &LetterOptions, said: Reply<'_>, output: Option<PathBuf>, kind: &str) -> anyhow::Result<ExitCode> {
    let controller = Controller::read(&options.config).map_err(Failure::from)?;
    let request: ReplyRequest = request::reply_request(options, &controller)?;
    let as_of = clock::as_of(options.as_of.as_deref(), &controller)?;
    let output = output.unwrap_or_else(|| PathBuf::from(format!("{}.{kind}.txt", request.reference)));
    let operator = options.operator.as_deref();
    let now = clock::surroundings().now;
    let order = ReplyOrder { controller: &controller, request: &request, said, as_of, operator, now };
    let replied = reply(&order, &output).map_err(Failure::from)?;
    if options.json {
        std::io::stdout().write_all(&replied.text())?;
    }
    if !options.quiet {
        say!("{}: the letter to the person", output.display());
        say!("{}: the record of it", record_path(&output).display());
    }
    Ok(ExitCode::SUCCESS)
}
