//! Stores that are opened once and held against the configuration once, for one request or for many.

use super::ExportError;
use crate::controller::Controller;
use crate::fulfil::FulfilError;
use crate::stores::agreement::disagreements;
use crate::stores::{StoreError, Stores, Surroundings};

/// How often a run is begun anew because a server could not keep its snapshot.
const ATTEMPTS: usize = 3;

/// The stores of a controller as one run after the other reads them: each run reads one snapshot of every store.
pub struct Session<'a> {
    controller: &'a Controller,
    surroundings: &'a Surroundings,
    allow_partial: bool,
    once: bool,
    stores: Option<Stores>,
    missing: Vec<String>,
}

impl<'a> Session<'a> {
    /// A session that has opened nothing yet. With `allow_partial`, stores that cannot be read are left out.
    pub fn new(controller: &'a Controller, surroundings: &'a Surroundings, allow_partial: bool) -> Session<'a> {
        Session { controller, surroundings, allow_partial, once: false, stores: None, missing: Vec::new() }
    }

    /// A session for one run: it closes the stores as soon as they have been read. What they kept in memory is enough to
    /// seal a small archive in.
    pub fn once(self) -> Session<'a> {
        Session { once: true, ..self }
    }

    /// A session on stores that are open.
    #[cfg(test)]
    pub(super) fn on(stores: Stores, controller: &'a Controller, surroundings: &'a Surroundings) -> Session<'a> {
        Session { stores: Some(stores), ..Session::new(controller, surroundings, false) }
    }

    /// Opens the stores if they are not open.
    ///
    /// # Errors
    /// When a store cannot be read, or the configuration does not fit.
    pub fn open(&mut self) -> Result<(), ExportError> {
        self.read(|_, _| Ok(()))
    }

    /// A look at the stores that cannot fail; nothing if they cannot be opened.
    pub fn look<T>(&mut self, look: impl FnOnce(&Stores) -> T) -> Option<T> {
        self.opened().ok().map(|(stores, _)| look(stores))
    }

    /// Lets the snapshots go: the next run takes new ones, and tries again what was missing.
    pub fn let_go(&mut self) {
        self.stores = None;
        self.missing.clear();
    }

    /// Runs on the open stores; runs anew, with new snapshots of all stores, if one could not be kept; and, where a
    /// partial archive is allowed, without each store that cannot be read.
    ///
    /// # Errors
    /// When a store cannot be read, the configuration does not fit, or the run fails.
    pub(super) fn read<T>(
        &mut self,
        mut run: impl FnMut(&Stores, &[String]) -> Result<T, ExportError>,
    ) -> Result<T, ExportError> {
        if !self.controller.review.is_empty() {
            return Err(ExportError::Review(self.controller.marks().collect()));
        }
        let mut attempts = 1;
        loop {
            let result = self.opened().and_then(|(stores, missing)| run(stores, missing));
            if let Err(ExportError::Fulfil(FulfilError::Store(error))) = result {
                // Whatever failed, the next run begins with new connections.
                self.stores = None;
                if error.is_passing() && attempts < ATTEMPTS {
                    attempts += 1;
                    continue;
                }
                match error.store() {
                    Some(store) if self.allow_partial && !self.missing.iter().any(|known| known == store) => {
                        self.missing.push(store.to_owned());
                    }
                    _ => return Err(ExportError::Fulfil(from_store(error))),
                }
            } else {
                if self.once {
                    self.let_go();
                }
                return result;
            }
        }
    }

    fn opened(&mut self) -> Result<(&Stores, &[String]), ExportError> {
        let stores = match self.stores.take() {
            Some(stores) => stores,
            None => self.fresh()?,
        };
        Ok((self.stores.insert(stores), &self.missing))
    }

    fn fresh(&self) -> Result<Stores, ExportError> {
        let stores = Stores::open(self.controller, self.surroundings, &self.missing).map_err(FulfilError::Store)?;
        let open = disagreements(self.controller, &stores);
        if open.is_empty() { Ok(stores) } else { Err(ExportError::Disagreement(open)) }
    }
}

fn from_store(error: StoreError) -> FulfilError {
    match error {
        StoreError::Interrupted => FulfilError::Interrupted,
        other => FulfilError::Store(other),
    }
}
