//! The command line: the only room that knows clap, indicatif, anyhow, the terminal, the clock and the environment.

mod args;
mod batch;
mod batch_options;
mod check;
mod clock;
mod configuration_options;
mod core_files;
mod demo;
mod export;
mod failure;
mod import;
mod init;
mod journal;
mod keys;
mod panic;
mod plan;
mod progress;
mod reply;
mod request;
mod request_options;
mod say;
mod schema;
mod status;
mod verify;

pub use args::{Arguments, command};
pub use status::STATUSES;

use clap::Parser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use failure::Failure;
use std::io::Write as _;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    panic::say_where_only();
    core_files::none();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            match stray(&error) {
                Some(failure) => say::text(format_args!("{failure}")),
                None => drop(error.print()),
            }
            // Help and version are answers, not errors.
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = match &arguments.command {
        args::Command::Export(options) => export::run(options),
        args::Command::Batch(options) => batch::run(options),
        args::Command::Plan(options) => plan::run(options),
        args::Command::Refuse(options) => reply::refuse(options),
        args::Command::Extend(options) => reply::extend(options),
        args::Command::Check(options) => check::run(options),
        args::Command::Verify(options) => verify::run(options),
        args::Command::Import(options) => import::run(options),
        args::Command::Init(options) => init::run(options),
        args::Command::Demo(options) => demo::run(options),
        args::Command::Journal(options) => journal::run(options),
        args::Command::Schema { name } => schema::run(name.as_deref()),
        args::Command::Completions { shell } => completions(*shell),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            let failure = error.downcast::<Failure>().unwrap_or_else(unprinted);
            say::text(format_args!("{failure}"));
            ExitCode::from(failure.status)
        }
    }
}

/// A word that is neither an option nor a command may be a person's name: clap would show it (law 8).
fn stray(error: &clap::Error) -> Option<Failure> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument if word(ContextKind::InvalidArg).is_some_and(|word| !word.starts_with('-')) => {
            let what = "there is an argument that belongs to no option";
            Some(Failure::new(2, what, "Put a value with spaces between quotation marks; `--help` lists the options."))
        }
        ErrorKind::InvalidSubcommand if error.get(ContextKind::SuggestedSubcommand).is_none() => {
            Some(Failure::new(2, "there is no such command", "`art20 --help` lists the commands."))
        }
        _ => None,
    }
}

/// What has no words of its own is a failure to print: everything else is said by the room in which it failed.
fn unprinted(error: anyhow::Error) -> Failure {
    Failure::new(
        1,
        format!("standard output cannot be written: {error:#}"),
        "What the command writes to files is written; direct standard output to where there is room for it.",
    )
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "art20", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
