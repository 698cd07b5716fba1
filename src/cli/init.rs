//! `art20 init`: a configuration is proposed from live schemas and annotations, or what is new in them is added to one.

use super::clock;
use super::configuration_options::InitOptions;
use super::failure::{Failure, printable};
use super::say::say;
use crate::init::{From as Source, InitError, init, update};
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &InitOptions) -> anyhow::Result<ExitCode> {
    let from = options.from.iter().map(|text| Source::parse(text)).collect::<Result<Vec<Source>, _>>();
    let from = from.map_err(Failure::from)?;
    if options.update {
        return Ok(self::updated(options, &from)?);
    }
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

/// Adds what is new to the configuration that is there.
fn updated(options: &InitOptions, from: &[Source]) -> Result<ExitCode, Failure> {
    let output = options.output.display();
    let updated = update(from, &options.output, &clock::surroundings())?;
    for gone in &updated.gone {
        say!("gone: {}", printable(gone));
    }
    for condition in &updated.conditions {
        say!("new condition: {}", printable(condition));
    }
    if updated.is_nothing() {
        say!("{output}: nothing is new; it is as it was");
        return Ok(ExitCode::SUCCESS);
    }
    say!(
        "{output}: new stores: {}, new collections: {}, new tables that stay aside: {}, new columns: {}, new conditions: {}",
        updated.stores,
        updated.collections,
        updated.ignored,
        updated.columns,
        updated.conditions.len()
    );
    say!(
        "{} guesses wait for a person: correct each, take its `review = true` away, and let `art20 check -c {output}` say what is left",
        updated.marks
    );
    Ok(ExitCode::SUCCESS)
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Failure {
        let (what, advice) = (error.to_string(), error.advice());
        match error {
            InitError::Store(error) => error.into(),
            InitError::Write(error) => Failure::new(Failure::from(error).status, what, advice),
            InitError::Configuration(_) => Failure::new(3, what, advice),
            InitError::Proposal(_) | InitError::Changed(_) | InitError::Replace { .. } => Failure::new(1, what, advice),
            InitError::Dataset { .. } | InitError::NothingToLookAt | InitError::Url(_) | InitError::SameName(_) => {
                Failure::new(2, what, advice)
            }
        }
    }
}
