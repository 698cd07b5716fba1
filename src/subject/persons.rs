//! Which person a row names, and which of them is the subject (contract 3, "Shared identifiers"; A14, A15).
//!
//! Persons of two collections are compared only where their `person` columns name people in the same way: both hold
//! the same type of identifier, or one links to the other, or they have the same telling name. A mere row number
//! names nobody outside its table.

use super::evaluate::Evaluated;
use super::found::FoundBySets;
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
    // A column of the same name that holds a type of identifier elsewhere holds the same values here.
    let taught = controller.collections.iter().flat_map(|c| &c.learn).find(|(_, columns)| columns.contains(person));
    let everywhere = controller.collections.iter().flat_map(|c| &c.matches).flat_map(|condition| &condition.terms);
    let asked = everywhere.filter(|term| &term.column == person).find_map(|term| match &term.source {
        TermSource::Subject(kind) => Some(kind.as_str()),
        _ => None,
    });
    if let Some(kind) = taught.map(|(kind, _)| kind.as_str()).or(asked) {
        return format!("identifier:{kind}");
    }
    format!("column:{}", person.to_lowercase())
}

/// What is settled about persons and shared identifiers at some point of the search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// Identifiers known to be shared, as positions.
    pub shared: BTreeSet<u32>,
    /// By way of naming people: those who are the subject.
    pub subject: BTreeMap<usize, BTreeSet<PersonId>>,
    /// Why it would not be certain who the subject is, if nothing changes any more.
    pub doubt: Option<Unsettled>,
}

/// Why it is not settled who the subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsettled {
    /// Only shared identifiers found the rows of persons.
    OnlyShared,
    /// Unshared identifiers found rows of several persons.
    Several,
}

type People = BTreeSet<PersonId>;

/// Persons found directly by each identifier.
fn found_by(evaluated: &[Evaluated]) -> BTreeMap<u32, People> {
    let mut found: BTreeMap<u32, People> = BTreeMap::new();
    for (identifier, person) in evaluated.iter().flat_map(|e| &e.direct) {
        found.entry(*identifier).or_default().insert(*person);
    }
    found
}

/// Settles who the subject is and which identifiers are shared, from what was found so far. `requested` is how many of
/// the identifiers, at the beginning of the list, came with the request; `proved` are those that proved to be shared.
pub(super) fn settle(
    persons: &Persons,
    evaluated: &[Evaluated],
    sets: &FoundBySets,
    requested: u32,
    proved: &BTreeSet<u32>,
    same_person: bool,
) -> Settled {
    let found = found_by(evaluated);
    let mut settled = Settled { shared: proved.clone(), ..Settled::default() };
    let spaces_of = |people: &People| -> BTreeMap<usize, People> {
        let mut by_space: BTreeMap<usize, People> = BTreeMap::new();
        for person in people {
            by_space.entry(persons.space_of(*person)).or_default().insert(*person);
        }
        by_space
    };
    let asked = || found.iter().filter(|(identifier, _)| **identifier < requested);
    // The request's identifiers: one that finds several persons is shared; the others say who the subject is.
    for (_, people) in asked().filter(|(identifier, _)| !proved.contains(identifier)) {
        let by_space = spaces_of(people);
        if by_space.values().all(|people| people.len() < 2) {
            by_space.into_iter().for_each(|(space, people)| settled.subject.entry(space).or_default().extend(people));
        }
    }
    if settled.subject.values().any(|people| people.len() > 1) && !same_person {
        settled.doubt = Some(Unsettled::Several);
    }
    // More than one person, where all who are the subject count as one.
    let is_shared = |people: &People, subject: &BTreeMap<usize, People>| {
        spaces_of(people).iter().any(|(space, people)| {
            let own = subject.get(space);
            let others = people.iter().filter(|person| own.is_none_or(|own| !own.contains(person))).count();
            others + usize::from(others < people.len()) > 1
        })
    };
    let shared: Vec<u32> = asked().filter(|(_, p)| is_shared(p, &settled.subject)).map(|(at, _)| *at).collect();
    settled.shared.extend(shared);
    // Ways of naming people in which no identifier of the request names one: whom its unshared identifiers lead to by
    // links is the subject there, before anything learned is asked.
    let led_to = |settled: &Settled, by: &dyn Fn(u32) -> bool| {
        let mut people: BTreeMap<usize, People> = BTreeMap::new();
        let mut sets_seen: HashMap<u32, bool> = HashMap::new();
        for row in evaluated.iter().flat_map(|e| &e.rows) {
            let Some(person) = row.person.get() else { continue };
            let space = persons.space_of(person);
            let mut leads = || sets.get(row.found_by).iter().any(|at| by(*at) && !settled.shared.contains(at));
            if !settled.subject.contains_key(&space) && *sets_seen.entry(row.found_by).or_insert_with(&mut leads) {
                people.entry(space).or_default().insert(person);
            }
        }
        people
    };
    let by_request = led_to(&settled, &|at| at < requested);
    adopt(&mut settled, by_request, same_person);
    if settled.subject.is_empty() && asked().next().is_some() {
        settled.doubt = Some(Unsettled::OnlyShared);
    }
    // What was learned must lead to the subject and to nobody else.
    let mut further: BTreeMap<usize, People> = BTreeMap::new();
    for (identifier, people) in found.iter().filter(|(at, _)| **at >= requested && !proved.contains(at)) {
        let stranger = spaces_of(people)
            .iter()
            .any(|(space, people)| settled.subject.get(space).map_or(people.len() > 1, |own| !people.is_subset(own)));
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
    adopt(&mut settled, further, same_person);
    let by_learned = led_to(&settled, &|_| true);
    adopt(&mut settled, by_learned, same_person);
    settled
}

/// Takes these persons as the subject, or doubts where there are several.
fn adopt(settled: &mut Settled, people: BTreeMap<usize, People>, same_person: bool) {
    if people.values().any(|people| people.len() > 1) && !same_person {
        settled.doubt.get_or_insert(Unsettled::Several);
    }
    settled.subject.extend(people);
}
