//! A configuration is proposed from the schemas of live stores, and from annotations of datasets.
//! Every guess is marked for review, so that none decides about anybody before a person has looked at it.
//!
//! ```text
//! stores -> survey -> ways -> proposal -> text
//! ```
//! `survey` looks at tables and a few rows, `fides` reads what datasets say of them, `ways` finds how rows are recognised
//! as somebody's, `proposal` makes collections of them, `text` writes them down.

mod column;
mod error;
mod fides;
mod from;
mod keys;
mod proposal;
mod survey;
mod text;
mod ways;

pub use error::InitError;
pub use from::From;

use crate::archive::unnamed::{folder_for, persist_durably, prepare};
use crate::controller::{Controller, CsvForm, StoreUrl};
use crate::stores::{Stores, Surroundings};
use proposal::proposal;
use std::path::Path;
use survey::survey;
use text::StoreLines;

/// What was proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// How many collections.
    pub collections: usize,
    /// How many tables stay aside.
    pub ignored: usize,
    /// How many marks for review there are.
    pub marks: usize,
}

/// Writes a new configuration for these stores.
///
/// # Errors
/// When a store cannot be read, or something stands at the path.
pub fn init(from: &[From], output: &Path, surroundings: &Surroundings) -> Result<Proposed, InitError> {
    // Before anything is read: a file that is there is never overwritten.
    folder_for(output)?;
    let datasets = fides::tables(&from::datasets(from))?;
    let mut stores = from::stores(from, output)?;
    let mut surveyed = Vec::new();
    if !stores.is_empty() {
        let (controller, opened) = open(&mut stores, output, surroundings)?;
        surveyed = survey(&controller, &opened, &datasets)?;
        opened.confirm()?;
    }
    fides::annotate(&mut surveyed, datasets);
    from::described(&surveyed, &mut stores);
    let proposal = proposal(&surveyed, &[]);
    let text = text::configuration(&stores, &proposal);
    let read = Controller::parse(output, text.clone()).map_err(InitError::Proposal)?;
    persist_durably(prepare(output, text.as_bytes())?, output)?;
    Ok(Proposed { collections: proposal.collections.len(), ignored: proposal.ignored.len(), marks: read.review.len() })
}

/// Opens the stores, with the delimiter of files that have another than a comma.
fn open(
    stores: &mut [StoreLines],
    output: &Path,
    surroundings: &Surroundings,
) -> Result<(Controller, Stores), InitError> {
    let controller = Controller::parse(output, from::bare(stores)).map_err(InitError::Proposal)?;
    let opened = Stores::open(&controller, surroundings, &[])?;
    let mut changed = false;
    for (store, lines) in controller.stores.iter().zip(stores.iter_mut()) {
        if !matches!(&store.url, StoreUrl::Csv(_, form) if *form == CsvForm::default()) {
            continue;
        }
        let tables = opened.tables_of(&store.name);
        let one = |sign: char| {
            !tables.is_empty() && tables.iter().all(|table| matches!(&table.columns[..], [only] if only.contains(sign)))
        };
        if let Some(sign) = [';', '\t', '|'].into_iter().find(|sign| one(*sign)) {
            lines.settings.push(("delimiter", sign.to_string()));
            changed = true;
        }
    }
    if !changed {
        return Ok((controller, opened));
    }
    let controller = Controller::parse(output, from::bare(stores)).map_err(InitError::Proposal)?;
    let opened = Stores::open(&controller, surroundings, &[])?;
    Ok((controller, opened))
}

#[cfg(test)]
mod tests;
