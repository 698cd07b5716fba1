//! Reading ahead: where a store lies on a disk and not in memory, the rows of many requests are read once in the order
//! in which they lie there; each request then finds its own in memory. It is a hint and nothing more: what it reads is
//! forgotten, so that no request can get another's rows, and what fails is met again, and told, by the request itself.

use crate::controller::Controller;
use crate::export::Session;
use crate::normalize::RowReader;
use crate::request::PortabilityRequest;
use crate::stores::Stores;
use crate::subject::{RowId, identify};
use std::sync::atomic::{AtomicBool, Ordering};

/// For how many requests a worker reads ahead at most.
pub(super) const REQUESTS: usize = 1_000;
/// Whoever has more rows than this in a collection fills a window alone, and waits for the disk less than others.
const MOST: usize = 5_000;
/// How many rows are read between two looks at the wish to stop.
const ROWS: usize = 1_000;

/// Whether reading ahead pays.
pub(super) fn pays(controller: &Controller, session: &mut Session<'_>) -> bool {
    session.look(|stores| controller.stores.iter().any(|store| stores.is_cold(&store.name))).unwrap_or_default()
}

/// Reads the rows of these requests, and says how many they were.
pub(super) fn read_ahead(
    controller: &Controller,
    session: &mut Session<'_>,
    requests: &[&PortabilityRequest],
    stop: &AtomicBool,
) -> usize {
    let read = session.look(|stores| {
        let mut rows: Vec<Vec<i64>> = vec![Vec::new(); controller.collections.len()];
        for request in requests {
            if stop.load(Ordering::Relaxed) {
                return 0;
            }
            let Ok(found) = identify(controller, &request.identifiers, request.decisions(), stores) else { continue };
            for (all, matched) in rows.iter_mut().zip(&found.matched) {
                let number = |row: &crate::subject::MatchedRow| match &row.row {
                    RowId::Number(number) => Some(*number),
                    RowId::Key(_) => None,
                };
                if matched.rows.len() <= MOST {
                    all.extend(matched.rows.iter().filter_map(number));
                }
            }
        }
        read_in_order(controller, stores, rows, stop)
    });
    read.unwrap_or_default()
}

fn read_in_order(controller: &Controller, stores: &Stores, rows: Vec<Vec<i64>>, stop: &AtomicBool) -> usize {
    let mut read = 0;
    for (collection, mut numbers) in controller.collections.iter().zip(rows) {
        numbers.sort_unstable();
        numbers.dedup();
        let reader = RowReader::new(collection);
        let wishes = reader.wishes(false);
        for part in numbers.chunks(ROWS) {
            let ids: Vec<RowId> = part.iter().map(|number| RowId::Number(*number)).collect();
            let ids: Vec<&RowId> = ids.iter().collect();
            let mut visit = |_, _| {
                read += 1;
                Ok(())
            };
            if stop.load(Ordering::Relaxed) || stores.read_rows(collection, &ids, &wishes, &mut visit).is_err() {
                break;
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RawRequest;
    use crate::stores::Surroundings;
    use std::path::Path;

    #[test]
    fn the_rows_of_many_requests_are_read_once_and_what_fails_is_left_to_its_request() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trexlabel/art20.toml");
        let controller = Controller::read(&path).unwrap();
        let surroundings =
            Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: std::sync::Arc::default() };
        let mut session = Session::new(&controller, &surroundings, false);
        let request = |subject: &str| {
            let subjects = vec![(None, subject.to_owned())];
            RawRequest { subjects, ..RawRequest::default() }.validate(&controller).unwrap()
        };
        let (anna, same) = (request("email:anna.mueller@example.org"), request("customer:C-1001"));
        let (björn, nobody) = (request("email:bjorn.old@example.net"), request("email:nobody@example.org"));
        // Somebody whom the identifier does not tell from another.
        let ambiguous = request("email:family.ferri@example.org");
        let stop = AtomicBool::new(false);
        let mut rows = |requests: &[&PortabilityRequest]| read_ahead(&controller, &mut session, requests, &stop);
        assert_eq!((rows(&[&anna]), rows(&[&björn])), (46, 11));
        // Two e-mails went between them.
        assert_eq!(rows(&[&björn, &nobody, &anna, &ambiguous, &same]), 46 + 11 - 2);
        stop.store(true, Ordering::Relaxed);
        assert_eq!(rows(&[&anna]), 0);
        assert!(!pays(&controller, &mut session), "scripts lie in memory");
    }
}
