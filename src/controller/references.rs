//! References from one section of the configuration to another.

use super::Controller;
use super::collection::Collection;
use super::document::Section;
use crate::records::Kind;

/// Reports every reference that leads nowhere, or to what cannot be used.
pub(super) fn check(controller: &Controller, root: &Section<'_, '_>) {
    let places = root.members("activity");
    for activity in &controller.activities {
        let Some(name) = &activity.consent else { continue };
        let line = places.iter().find(|(key, _)| key.value == activity.key).map_or(1, |(key, _)| key.line);
        let fault = |what| {
            root.fault_at(line, format!("[activity.{}] `consent` names the collection `{name}`, {what}", activity.key));
        };
        match controller.collections.iter().find(|collection| &collection.name == name) {
            Some(collection) if collection.kind == Kind::Consent => {}
            Some(_) => fault("which is not of the kind consent"),
            None => fault("which does not exist"),
        }
    }
    for collection in &controller.collections {
        let fault =
            |message: String| root.fault_at(collection.line, format!("[collection.{}] {message}", collection.name));
        if !controller.stores.iter().any(|store| store.name == collection.store)
            && !root_has_store(root, &collection.store)
        {
            fault(format!("the store `{}` does not exist", collection.store));
        }
        let own = collection.mappings().filter_map(|(_, mapping)| mapping.activity.as_deref());
        for key in collection.activity.keys().into_iter().chain(own) {
            if controller.activity(key).is_none() {
                fault(format!("the activity `{key}` does not exist"));
            }
        }
        for link in collection.matches.iter().flat_map(|condition| &condition.terms) {
            if let super::TermSource::Link { collection: other, column } = &link.source {
                check_link(controller, other, column, &fault);
            }
        }
        check_parent(controller, collection, &fault);
    }
}

fn root_has_store(root: &Section<'_, '_>, name: &str) -> bool {
    root.members("store").iter().any(|(store, _)| store.value == name)
}

fn check_link(controller: &Controller, other: &str, column: &str, fault: &dyn Fn(String)) {
    let Some(linked) = controller.collections.iter().find(|collection| collection.name == other) else {
        return fault(format!("`match` links to the collection `{other}`, which does not exist"));
    };
    match linked.column(column).map(|column| &column.disposition) {
        Some(super::Disposition::Secret(_)) => {
            fault(format!("`match` links to `{other}.{column}`, which is secret and never read"));
        }
        None => fault(format!("`match` links to `{other}.{column}`, which [collection.{other}.columns] does not name")),
        Some(_) => {}
    }
}

fn check_parent(controller: &Controller, collection: &Collection, fault: &dyn Fn(String)) {
    match (&collection.parent, collection.kind.parent()) {
        (Some(parent), Some(expected)) => {
            match controller.collections.iter().find(|other| &other.name == parent) {
                None => fault(format!("`parent` names the collection `{parent}`, which does not exist")),
                Some(other) if other.kind != expected => {
                    fault(format!(
                        "`parent` must be a collection of the kind {}, not {}",
                        expected.name(),
                        other.kind.name()
                    ));
                }
                Some(_) => {}
            }
            if !collection.matches.iter().any(|condition| condition.links().contains(&parent.as_str())) {
                fault(format!("no condition of `match` links to the parent `{parent}`"));
            }
        }
        (None, Some(expected)) => {
            fault(format!("`parent` is missing: a {} belongs to a {}", collection.kind.name(), expected.name()));
        }
        (Some(_), None) => {
            fault(format!("`parent` is only for lines and attachments, not for the kind {}", collection.kind.name()));
        }
        (None, None) => {}
    }
}
