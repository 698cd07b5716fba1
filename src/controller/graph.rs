//! The links between collections form an acyclic graph; this finds an order to evaluate them in, or the cycle.

use super::collection::Collection;
use super::faults::Fault;

/// Positions of the collections such that each comes after those it links to, and among equals in their own order.
pub(super) fn evaluation_order(collections: &[Collection]) -> Result<Vec<usize>, Fault> {
    let mut order = Vec::with_capacity(collections.len());
    let mut placed = vec![false; collections.len()];
    while order.len() < collections.len() {
        let ready = (0..collections.len()).find(|&at| {
            !placed[at] && links(&collections[at]).all(|name| position(collections, name).is_none_or(|p| placed[p]))
        });
        let Some(at) = ready else {
            let stuck: Vec<&Collection> =
                (0..collections.len()).filter(|at| !placed[*at]).map(|at| &collections[at]).collect();
            let names: Vec<&str> = stuck.iter().map(|collection| collection.name.as_str()).collect();
            return Err(Fault {
                line: stuck.first().map_or(0, |collection| collection.line),
                message: format!(
                    "the links between the collections {} form a circle; take one of them away",
                    names.join(", ")
                ),
            });
        };
        placed[at] = true;
        order.push(at);
    }
    Ok(order)
}

fn links(collection: &Collection) -> impl Iterator<Item = &str> {
    collection.matches.iter().flat_map(|condition| condition.links()).chain(collection.parent.as_deref())
}

fn position(collections: &[Collection], name: &str) -> Option<usize> {
    collections.iter().position(|collection| collection.name == name)
}
