//! `art20 init`: a configuration is proposed from live schemas and annotations.

use super::clock;
use super::configuration_options::InitOptions;
use super::failure::Failure;
use super::say::say;
use crate::init::{From as Source, InitError, init};
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &InitOptions) -> anyhow::Result<ExitCode> {
    let from = options.from.iter().map(|text| Source::parse(text)).collect::<Result<Vec<Source>, _>>();
    let from = from.map_err(Failure::from)?;
    if from.is_empty() {
        return Err(Failure::from(InitError::NothingToLookAt).into());
    }
    let proposed = init(&from, &options.output, &clock::surroundings()).map_err(Failure::from)?;
    let output = options.output.display();
    say!("{output}: collections: {}, tables that stay aside: {}", proposed.collections, proposed.ignored);
    say!(
        "{} guesses wait for a person: correct each, take its `review = true` away, and let `art20 check -c {output}` say what is left",
        proposed.marks
    );
    Ok(ExitCode::SUCCESS)
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Failure {
        let (what, advice) = (error.to_string(), error.advice());
        match error {
            InitError::Store(error) => error.into(),
            InitError::Write(error) => Failure::new(Failure::from(error).status, what, advice),
            InitError::Proposal(_) => Failure::new(1, what, advice),
            InitError::Dataset { .. } | InitError::NothingToLookAt | InitError::Url(_) | InitError::SameName(_) => {
                Failure::new(2, what, advice)
            }
        }
    }
}
