//! Which person a row names, and which of them is the subject (contract 3, "Shared identifiers"; A14, A15).
//!
//! Persons of two collections are compared only where their `person` columns name people in the same way: both hold
//! the same type of identifier, or one links to the other, or they have the same telling name. A mere row number
//! names nobody outside its table.

use super::evaluate::Evaluated;
use crate::controller::{Collection, Controller, TermSource};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A person, as a number.
pub type PersonId = u32;

/// Every person seen, by the way in which the collection names people.
#[derive(Debug, Clone, Default)]
pub struct Persons {
    spaces: HashMap<String, usize>,
    known: Vec<(usize, Vec<u8>)>,
    index: HashMap<(usize, Vec<u8>), PersonId>,
}

impl Persons {
    /// Finds out how each collection names people.
    pub fn of(controller: &Controller) -> Persons {
        let mut spaces = HashMap::new();
        let mut names: Vec<String> = Vec::new();
        for collection in &controller.collections {
            let name = naming(controller, collection, 0);
            let space = names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            spaces.insert(collection.name.clone(), space);
        }
        Persons { spaces, ..Persons::default() }
    }

    /// The number of the person that a row of this collection names with this text.
    pub fn intern(&mut self, collection: &Collection, text: &[u8]) -> PersonId {
        let space = self.space(collection);
        let key = (space, text.to_vec());
        if let Some(id) = self.index.get(&key) {
            return *id;
        }
        let id = PersonId::try_from(self.known.len()).unwrap_or(PersonId::MAX);
        self.known.push(key.clone());
        self.index.insert(key, id);
        id
    }

    /// The way of naming people of a collection, as a number.
    pub fn space(&self, collection: &Collection) -> usize {
        self.spaces.get(&collection.name).copied().unwrap_or_default()
    }

    /// The way of naming people that a person belongs to.
    pub fn space_of(&self, person: PersonId) -> usize {
        self.known.get(person as usize).map_or(0, |(space, _)| *space)
    }
}

/// A name for the way in which a collection names people.
fn naming(controller: &Controller, collection: &Collection, depth: usize) -> String {
    let Some(person) = &collection.person else { return format!("none:{}", collection.name) };
    let taught = collection.learn.iter().find(|(_, columns)| columns.contains(person)).map(|(kind, _)| kind.as_str());
    let terms =
        || collection.matches.iter().flat_map(|condition| &condition.terms).filter(|term| &term.column == person);
    let matched = terms().find_map(|term| match &term.source {
        TermSource::Subject(kind) => Some(kind.as_str()),
        _ => None,
    });
    if let Some(kind) = matched.or(taught) {
        return format!("identifier:{kind}");
    }
    for term in terms() {
        if let TermSource::Link { collection: other, column } = &term.source
            && let Some(other) = controller.collections.iter().find(|c| &c.name == other)
            && other.person.as_ref() == Some(column)
            && depth < controller.collections.len()
        {
            return naming(controller, other, depth + 1);
        }
    }
    const MERE_NUMBERS: [&str; 8] = ["id", "uid", "uuid", "guid", "key", "pk", "oid", "rowid"];
    if MERE_NUMBERS.contains(&person.to_lowercase().as_str()) {
        return format!("row:{}", collection.name);
    }
    // An identifier type of the same name holds the same values.
    if controller.collections.iter().flat_map(|c| &c.learn).any(|(_, columns)| columns.contains(person)) {
        let kind = controller.collections.iter().flat_map(|c| &c.learn).find(|(_, columns)| columns.contains(person));
        return format!("identifier:{}", kind.map_or("", |(kind, _)| kind));
    }
    format!("column:{}", person.to_lowercase())
}

/// What is settled about persons and shared identifiers at some point of the search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// Identifiers known to be shared, as positions.
    pub shared: BTreeSet<u16>,
    /// By way of naming people: those who are the subject.
    pub subject: BTreeMap<usize, BTreeSet<PersonId>>,
}

/// Why it is not settled who the subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsettled {
    /// Only shared identifiers found the rows of persons.
    OnlyShared,
    /// Unshared identifiers found rows of several persons.
    Several,
}

/// Persons found directly by each identifier.
fn found_by(evaluated: &[Evaluated]) -> BTreeMap<u16, BTreeSet<PersonId>> {
    let mut found: BTreeMap<u16, BTreeSet<PersonId>> = BTreeMap::new();
    for (identifier, person) in evaluated.iter().flat_map(|e| &e.direct) {
        found.entry(*identifier).or_default().insert(*person);
    }
    found
}

/// Settles who the subject is and which identifiers are shared, from what was found so far. `requested` is how many of
/// the identifiers, at the beginning of the list, came with the request.
pub(super) fn settle(
    persons: &Persons,
    evaluated: &[Evaluated],
    requested: u16,
    same_person: bool,
) -> Result<Settled, Unsettled> {
    let found = found_by(evaluated);
    let mut settled = Settled::default();
    let spaces_of = |people: &BTreeSet<PersonId>| -> BTreeMap<usize, BTreeSet<PersonId>> {
        let mut by_space: BTreeMap<usize, BTreeSet<PersonId>> = BTreeMap::new();
        for person in people {
            by_space.entry(persons.space_of(*person)).or_default().insert(*person);
        }
        by_space
    };
    // The request's identifiers: one that finds several persons is shared; the others say who the subject is.
    let asked = || found.iter().filter(|(identifier, _)| **identifier < requested);
    for (_, people) in asked() {
        let by_space = spaces_of(people);
        if by_space.values().all(|people| people.len() < 2) {
            for (space, people) in by_space {
                settled.subject.entry(space).or_default().extend(people);
            }
        }
    }
    if settled.subject.values().any(|people| people.len() > 1) && !same_person {
        return Err(Unsettled::Several);
    }
    let everyone: BTreeSet<PersonId> = evaluated.iter().flat_map(|e| &e.rows).filter_map(|row| row.person).collect();
    if settled.subject.is_empty() && asked().next().is_some() {
        return Err(Unsettled::OnlyShared);
    }
    // More than one person, where all who are the subject count as one.
    let is_shared = |people: &BTreeSet<PersonId>, subject: &BTreeMap<usize, BTreeSet<PersonId>>| {
        spaces_of(people).iter().any(|(space, people)| {
            let own = subject.get(space);
            let others = people.iter().filter(|person| own.is_none_or(|own| !own.contains(person))).count();
            let selves = usize::from(others < people.len());
            others + selves > 1
        })
    };
    for (identifier, people) in asked() {
        if is_shared(people, &settled.subject) {
            settled.shared.insert(*identifier);
        }
    }
    // What was learned must lead to the subject and to nobody else.
    let learned: Vec<_> = found.iter().filter(|(identifier, _)| **identifier >= requested).collect();
    let mut further: BTreeMap<usize, BTreeSet<PersonId>> = BTreeMap::new();
    for (identifier, people) in learned {
        let stranger = spaces_of(people).iter().any(|(space, people)| {
            settled.subject.get(space).is_some_and(|own| !people.is_subset(own)) || people.len() > 1
        });
        if stranger {
            settled.shared.insert(*identifier);
            continue;
        }
        for (space, people) in spaces_of(people) {
            if !settled.subject.contains_key(&space) {
                further.entry(space).or_default().extend(people);
            }
        }
    }
    // A way of naming people that no identifier reaches directly: the persons of the rows that links lead to.
    for person in everyone {
        let space = persons.space_of(person);
        let direct = found.values().flatten().any(|found| persons.space_of(*found) == space);
        if !direct && !settled.subject.contains_key(&space) {
            further.entry(space).or_default().insert(person);
        }
    }
    if further.values().any(|people| people.len() > 1) && !same_person {
        return Err(Unsettled::Several);
    }
    settled.subject.extend(further);
    Ok(settled)
}
