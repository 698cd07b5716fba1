//! `art20 import`: a verified archive into a database, with a configuration for it.

use super::args::ImportOptions;
use super::failure::Failure;
use super::say::say;
use super::{clock, keys};
use crate::import::{ImportError, Imported, import};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the command.
pub fn run(options: &ImportOptions) -> anyhow::Result<ExitCode> {
    let into = database(&options.into)?;
    let keys = keys::keys(&options.keys)?;
    let surroundings = clock::surroundings();
    let imported = match import(&options.archive, &keys, &into, &surroundings.interrupted) {
        Ok(imported) => imported,
        Err(ImportError::Refused(verification)) => {
            // The faults, as verify shows them.
            let mut out = std::io::stdout().lock();
            if options.json {
                serde_json::to_writer_pretty(&mut out, &verification)?;
                writeln!(out)?;
            } else if !options.quiet {
                write!(out, "{verification}")?;
            }
            return Err(Failure::from(ImportError::Refused(verification)).into());
        }
        Err(error) => return Err(Failure::from(error).into()),
    };
    if options.json {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &imported)?;
        writeln!(out)?;
    }
    if !options.quiet {
        summary(&imported);
    }
    Ok(ExitCode::SUCCESS)
}

/// The file of `sqlite:FILE`.
fn database(into: &OsStr) -> Result<PathBuf, Failure> {
    let file = into.to_str().and_then(|text| text.strip_prefix("sqlite:")).filter(|file| !file.is_empty());
    file.map(|file| Path::new(file).to_owned()).ok_or_else(|| {
        Failure::new(
            2,
            "--into names no database that can be written",
            "Write --into sqlite:FILE, such as --into sqlite:received.db.",
        )
    })
}

/// What was done, for the person at the terminal.
fn summary(imported: &Imported) {
    let Imported { new, updated, unchanged, older, .. } = imported;
    say!("{}: {new} new, {updated} updated, {unchanged} unchanged", imported.database.display());
    if *older > 0 {
        say!("note: {older} records are older than what the database has, which it keeps");
    }
    let configuration = imported.configuration.display();
    say!(
        "{configuration}: its configuration; `art20 export -c {configuration} -s {}` gives these records again",
        imported.identifier
    );
    if imported.configuration_changed_by_hand {
        say!("note: {configuration} was changed by hand and is left as it is");
    }
}

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Failure {
        let status = match error {
            ImportError::Refused(_) => 6,
            ImportError::NoFolder(_)
            | ImportError::Name(_)
            | ImportError::Foreign(_)
            | ImportError::Layout { .. }
            | ImportError::Configuration(_)
            | ImportError::Exists(_) => 2,
            _ => 1,
        };
        Failure::new(status, error.to_string(), error.advice())
    }
}
