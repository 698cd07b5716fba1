//! `art20 batch`: many requests, an archive and a receipt for each.

use super::batch_options::BatchOptions;
use super::failure::Failure;
use super::progress::BatchProgress;
use super::say::say;
use super::{clock, keys, request};
use crate::batch::{Batch, Failed, Orders, Summary, run as run_batch};
use crate::controller::Controller;
use crate::export::{Order, Protection};
use crate::request::{PortabilityRequest, read_list};
use crate::stores::Surroundings;
use jiff::Timestamp;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::thread::available_parallelism;

/// Runs the command.
pub fn run(options: &BatchOptions) -> anyhow::Result<ExitCode> {
    let run = &options.run;
    let controller = Controller::read(&run.config).map_err(Failure::from)?;
    let text = request::content(&options.requests).map_err(|cause| {
        let what = format!("the requests {} cannot be read: {cause}", options.requests.display());
        Failure::new(2, what, "Check the path; - stands for standard input.")
    })?;
    let protection = keys::protection(&run.protection, Some(&options.requests))?;
    let listed = read_list(&text, &controller).map_err(Failure::from)?;
    let surroundings = clock::surroundings();
    let as_of = clock::as_of(run.as_of.as_deref(), &controller)?;
    let orders =
        Terms { options, protection: &protection, controller: &controller, as_of, surroundings: &surroundings };
    let batch = Batch {
        controller: &controller,
        surroundings: &surroundings,
        allow_partial: run.allow_partial,
        orders: &orders,
        explain: &explain,
        folder: &options.output,
        shard: options.shard,
        jobs: options.jobs.or_else(|| available_parallelism().ok()).map_or(1, usize::from),
        restart: options.restart,
    };
    let nameless = listed.iter().filter(|one| one.reference.is_none()).count();
    if nameless > 0 && !run.quiet {
        say!(
            "note: {nameless} requests have no reference; a run that takes up this one knows them by their place only"
        );
    }
    let bar = BatchProgress::new(!run.quiet && !run.no_progress);
    let summary = run_batch(&batch, listed, &mut |finished, all| bar.show(finished, all)).map_err(Failure::from)?;
    drop(bar);
    if run.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &summary)?;
        writeln!(out)?;
    }
    if !run.quiet {
        tell(&summary, &options.output);
    }
    Ok(ExitCode::from(status(&summary)))
}

/// What the options say about every order.
struct Terms<'a> {
    options: &'a BatchOptions,
    protection: &'a Protection,
    controller: &'a Controller,
    as_of: Timestamp,
    surroundings: &'a Surroundings,
}

impl Orders for Terms<'_> {
    fn order<'r>(&'r self, request: &'r PortabilityRequest) -> Order<'r> {
        let run = &self.options.run;
        Order {
            controller: self.controller,
            request,
            as_of: self.as_of,
            operator: run.operator.as_deref(),
            allow_empty: run.allow_empty,
            allow_partial: run.allow_partial,
            level: self.options.writing.level,
            protection: self.protection,
            // A letter is one person's; it has no place among the options of many.
            letter: None,
            surroundings: self.surroundings,
        }
    }
}

/// The status that `art20 export` would have had, and its words.
fn explain(failed: Failed) -> (u8, String) {
    let failure = match failed {
        Failed::Request(faults) => Failure::from(faults),
        Failed::Export(error) => Failure::from(*error),
        Failed::Foreign => Failure::new(
            2,
            "the archive of another request stands there under this reference",
            "Give the request a reference of its own, or start over with --restart.",
        ),
        Failed::Panicked => {
            Failure::new(1, "art20 itself has a fault", "Please report what it says on standard error.")
        }
    };
    (failure.status, failure.line())
}

fn status(summary: &Summary) -> u8 {
    match summary {
        Summary { waiting: 1.., .. } => 1,
        Summary { failed: 1.., .. } => 7,
        Summary { partial: 1.., .. } => 9,
        _ => 0,
    }
}

fn tell(summary: &Summary, folder: &Path) {
    let mut parts = vec![format!("{} of {} requests have their archive", summary.done, summary.requests)];
    let further = [
        (summary.standing, "of them before this run"),
        (summary.partial, "of them without a store that could not be read"),
        (summary.failed, "failed"),
        (summary.waiting, "wait"),
    ];
    parts.extend(further.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
    say!("{}", parts.join(", "));
    say!("{}: a line for each request", folder.join(&summary.result).display());
    if summary.waiting > 0 {
        say!(
            "error: the run was interrupted\n  what to do: Run the same command again; what is done is not done again."
        );
    } else if summary.failed > 0 {
        say!("  what to do: See the messages there, correct what they say, and run the same command again.");
    }
}
