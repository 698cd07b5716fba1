//! A configuration is proposed from the schemas of live stores, and from annotations of datasets.
//! Every guess is marked for review, so that none decides about anybody before a person has looked at it.
//!
//! ```text
//! stores -> survey -> ways -> proposal -> text
//! ```
//! `survey` looks at tables and a few rows, `fides` reads what datasets say of them, `ways` finds how rows are recognised
//! as somebody's, `proposal` makes collections of them, `text` writes them down. `update` starts from what a configuration knows
//! already, and adds the rest to it.

mod column;
mod error;
mod fides;
mod from;
mod keys;
mod proposal;
mod survey;
mod text;
mod update;
mod ways;

pub use error::InitError;
pub use from::From;
pub use update::{Updated, update};

use crate::archive::unnamed::{folder_for, persist_durably, prepare};
use crate::controller::{Controller, CsvForm, StoreUrl};
use crate::stores::{Stores, Surroundings};
use proposal::{Known, proposal};
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
        let (controller, opened) = open(&Ground::default(), &mut stores, output, surroundings)?;
        surveyed = survey(&controller, &opened, &datasets)?;
        opened.confirm()?;
    }
    fides::annotate(&mut surveyed, datasets);
    from::described(&surveyed, &[], &mut stores);
    let proposal = proposal(&surveyed, Known::default());
    let text = text::configuration(&stores, &proposal);
    let read = Controller::parse(output, text.clone()).map_err(InitError::Proposal)?;
    persist_durably(prepare(output, text.as_bytes())?, output)?;
    Ok(Proposed { collections: proposal.collections.len(), ignored: proposal.ignored.len(), marks: read.review.len() })
}

/// What is there before the first store is looked at.
struct Ground {
    /// The configuration so far.
    text: String,
    /// Stores of it that are looked at elsewhere than it says.
    instead: from::Places,
    /// Stores of it that are not looked at.
    missing: Vec<String>,
}

impl Default for Ground {
    fn default() -> Ground {
        let text = "version = 1\n[controller]\nname = \"init\"\nid = \"https://controller.example\"\n".to_owned();
        Ground { text, instead: Vec::new(), missing: Vec::new() }
    }
}

impl Ground {
    fn with(&self, stores: &[StoreLines], path: &Path) -> Result<Controller, InitError> {
        let text = format!("{}\n{}", self.text, from::bare(stores));
        let mut controller = Controller::parse(path, text).map_err(InitError::Proposal)?;
        for store in &mut controller.stores {
            let instead = self.instead.iter().find(|(name, _)| *name == store.name);
            store.url = match (instead, &store.url) {
                (Some((_, StoreUrl::Csv(folder, _))), StoreUrl::Csv(_, form)) => {
                    StoreUrl::Csv(folder.clone(), form.clone())
                }
                (Some((_, url)), _) => url.clone(),
                (None, _) => continue,
            };
        }
        Ok(controller)
    }
}

/// Opens the stores, the new ones with the delimiter of files that have another than a comma.
fn open(
    ground: &Ground,
    stores: &mut [StoreLines],
    path: &Path,
    surroundings: &Surroundings,
) -> Result<(Controller, Stores), InitError> {
    let controller = ground.with(stores, path)?;
    let opened = Stores::open(&controller, surroundings, &ground.missing)?;
    let mut changed = false;
    for lines in stores.iter_mut() {
        let store = controller.stores.iter().find(|store| store.name == lines.name);
        if !store.is_some_and(|store| matches!(&store.url, StoreUrl::Csv(_, form) if *form == CsvForm::default())) {
            continue;
        }
        let tables = opened.tables_of(&lines.name);
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
    drop(opened);
    let controller = ground.with(stores, path)?;
    let opened = Stores::open(&controller, surroundings, &ground.missing)?;
    Ok((controller, opened))
}

#[cfg(test)]
mod tests;
