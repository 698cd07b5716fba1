//! The command line: the only room that knows clap, indicatif, anyhow, the terminal, the clock and the environment.

mod args;
mod check;
mod clock;
mod demo;
mod export;
mod failure;
mod plan;
mod progress;
mod request;
mod status;
mod verify;

pub use args::{Arguments, command};
pub use status::STATUSES;

use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not errors.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = match &arguments.command {
        args::Command::Export(options) => export::run(options),
        args::Command::Plan(options) => plan::run(options),
        args::Command::Check(options) => check::run(options),
        args::Command::Verify(options) => verify::run(options),
        args::Command::Demo(options) => demo::run(options),
        args::Command::Completions { shell } => completions(*shell),
    };
    match result {
        Ok(status) => status,
        Err(error) => {
            let failure = match error.downcast::<Failure>() {
                Ok(failure) => failure,
                Err(other) => Failure::new(1, format!("{other:#}"), "Check the message above, and run again."),
            };
            eprint!("{failure}");
            ExitCode::from(failure.status)
        }
    }
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<ExitCode> {
    clap_complete::generate(shell, &mut command(), "art20", &mut std::io::stdout());
    Ok(ExitCode::SUCCESS)
}
