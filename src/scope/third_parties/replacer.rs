//! What stands for other people in one archive, and putting it in their place.

use super::alias::{Alias, people};
use super::fold::Markup;
use super::persons::Persons;
use super::search::{Hit, Search};
use super::sightings::Sightings;
use super::tags::tags;
use crate::controller::Controller;
use crate::normalize::SubjectNames;
use crate::records::uid::Namespace;
use crate::records::{Party, Uid};
use crate::request::ThirdParties;
use crate::scope::ScopeError;
use std::collections::BTreeMap;

/// What stands for a person, or for an address, that is left out.
const WITHHELD: &str = "[withheld]";

/// What was replaced in an archive, as the statement and the report tell it.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Replaced {
    /// How many other people were found in records that go in.
    pub people: u64,
    /// How many values name them, by collection.
    pub values: BTreeMap<String, u64>,
}

/// Takes other people out of portable records; one for each archive.
pub struct Replacer<'a> {
    pub(super) controller: &'a Controller,
    mode: ThirdParties,
    pub(super) persons: Persons,
    pub(super) search: Search,
    /// The number of each person; zero until it appears.
    numbers: BTreeMap<u32, u64>,
    namespace: Namespace,
    pub(super) replaced: Replaced,
    /// Names of the subject that others share.
    pub(super) shared: Option<SubjectNames>,
}

impl<'a> Replacer<'a> {
    /// Settles who is who. `occasion` is what makes this archive another than the next; the same gives the same.
    ///
    /// # Errors
    /// When there are too many people to look for all of them.
    pub fn new(mode: ThirdParties, sightings: Sightings<'a>, occasion: &[String]) -> Result<Replacer<'a>, ScopeError> {
        let controller = sightings.controller;
        let persons = Persons::of(sightings, occasion);
        let search = Search::new(&persons, controller.country.as_deref())?;
        let namespace = Namespace::of_archive(&persons.salt);
        let (numbers, replaced) = (BTreeMap::new(), Replaced::default());
        Ok(Replacer { controller, mode, persons, search, numbers, namespace, replaced, shared: None })
    }

    /// Says by which names others too are known: what came from there need not be the subject's own.
    #[must_use]
    pub fn with_shared(mut self, shared: SubjectNames) -> Self {
        self.shared = Some(shared);
        self
    }

    /// What was replaced until now.
    pub fn replaced(&self) -> &Replaced {
        &self.replaced
    }

    /// What stands for a person.
    fn pseudonym(&mut self, person: u32) -> String {
        let next = self.numbers.len() as u64 + 1;
        let number = *self.numbers.entry(person).or_insert(next);
        self.replaced.people = self.numbers.len() as u64;
        if self.mode == ThirdParties::Omit { WITHHELD.to_owned() } else { format!("Person {number}") }
    }

    /// What stands for a person's e-mail address.
    fn pseudonymous_address(&mut self, person: u32) -> String {
        let name = self.pseudonym(person);
        match name.strip_prefix("Person ") {
            Some(number) => format!("person{number}@withheld.invalid"),
            None => name,
        }
    }

    fn key(&self, value: &str) -> Option<Alias> {
        Alias::of(value, self.controller.country.as_deref())
    }

    /// The person of a name or address, if it is known and not the subject's.
    fn person(&self, value: &str) -> Option<u32> {
        self.persons.of.get(&self.key(value)?).copied()
    }

    fn is_subject(&self, value: &str) -> bool {
        self.key(value).is_some_and(|key| self.persons.subject.contains(&key))
    }

    /// Replaces people in free text; true if there were any.
    pub(super) fn text(&mut self, text: &mut String, markup: Markup) -> bool {
        let replacements = self.replacements(text, markup);
        let (mut new, mut at) = (String::with_capacity(text.len()), 0);
        for (hit, name) in &replacements {
            new.push_str(&text[at..hit.start]);
            new.push_str(name);
            at = hit.end;
        }
        if at > 0 {
            new.push_str(&text[at..]);
            *text = new;
        }
        !replacements.is_empty()
    }

    /// What stands for the people in a free text, and where.
    pub(super) fn replacements(&mut self, text: &str, markup: Markup) -> Vec<(Hit, String)> {
        let (mut at, mut unquoted) = (0, false);
        let hits = self.search.hits(text, markup).into_iter();
        let stands = hits.map(|hit| {
            unquoted = markup == Markup::Html && ends_unquoted(&text[at..hit.start], unquoted);
            at = hit.end;
            let space = if unquoted { "-" } else { " " };
            let name = if hit.address { self.pseudonymous_address(hit.person) } else { self.pseudonym(hit.person) };
            let mut new = name.replace(' ', space);
            if text[hit.end..].starts_with(|c: char| c.is_ascii_digit()) {
                // `Person 1` before a 2 would be somebody else.
                new.push_str(space);
            }
            if markup == Markup::Html {
                // Links and comments within a name name people too.
                let mut kept = tags(&text[hit.start..hit.end], hit.markup);
                self.text(&mut kept, Markup::Html);
                new.push_str(&kept);
            }
            (hit, new)
        });
        stands.collect()
    }

    /// Replaces a single name or address that stands for itself; true if it was somebody else's, also in part.
    pub(super) fn value(&mut self, value: &mut String) -> bool {
        match self.person(value) {
            Some(person) => {
                let mail = matches!(self.key(value), Some(Alias::Mail(_)));
                *value = if mail { self.pseudonymous_address(person) } else { self.pseudonym(person) };
                true
            }
            None if self.is_subject(value) => false,
            None => self.text(value, Markup::Plain),
        }
    }

    /// Replaces a correspondent; true if it was somebody else.
    pub(super) fn party(&mut self, party: &mut Party) -> bool {
        let person = match &party.address {
            // A mailbox of the controller stays, and so does who signs for it, unless it is somebody else's name.
            Some(address) if super::is_own(self.controller, address) || self.is_subject(address) => None,
            Some(address) => self.person(address),
            None => None,
        };
        let Some(person) = person else {
            let name = party.name.as_mut().is_some_and(|name| self.value(name));
            let own = party
                .address
                .as_deref()
                .is_some_and(|address| super::is_own(self.controller, address) || self.is_subject(address));
            return party.address.as_mut().filter(|_| !own).is_some_and(|address| self.value(address)) | name;
        };
        let mail = party.address.as_deref().is_some_and(|address| matches!(self.key(address), Some(Alias::Mail(_))));
        let own_name = party.name.as_deref().is_some_and(|name| self.is_subject(name));
        if party.name.is_some() && !own_name || party.name.is_none() && mail && self.mode == ThirdParties::Pseudonymise
        {
            party.name = Some(self.pseudonym(person));
        }
        party.address = Some(if mail { self.pseudonymous_address(person) } else { self.pseudonym(person) });
        true
    }

    /// Replaces a value about a third party: a name, an address, or a list of them.
    pub(super) fn third_party(&mut self, text: &mut String) -> bool {
        let mut all = people(text);
        let mut changed = false;
        for party in &mut all {
            changed |= self.party(party);
        }
        if changed {
            let one = |party: &Party| match (&party.name, &party.address) {
                (Some(name), Some(address)) if name != address => format!("{name} <{address}>"),
                (name, address) => name.clone().or_else(|| address.clone()).unwrap_or_default(),
            };
            *text = all.iter().map(one).collect::<Vec<_>>().join(", ");
        }
        changed
    }

    /// Replaces the message ids in a text that other people's programs gave, each by the same in this archive.
    pub(super) fn message_ids(&mut self, text: &mut String) -> bool {
        let before = text.clone();
        let ids = crate::records::mime::headers::message_ids(&before);
        let mut changed = false;
        for id in ids {
            let inner = id.trim_matches(['<', '>']);
            if self.is_foreign(&id) {
                let uid = self.namespace.other(&id);
                *text = text.replace(inner, &format!("{}@withheld.invalid", uid.uuid()));
                changed = true;
            }
        }
        changed
    }

    fn is_foreign(&self, id: &str) -> bool {
        let domain = id.trim_end_matches('>').rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        let mut parents =
            std::iter::successors(Some(domain.as_str()), |domain| domain.split_once('.').map(|(_, rest)| rest));
        let written = [id, id.trim_matches(['<', '>'])];
        written.iter().any(|id| self.persons.message_ids.contains(*id))
            || parents.any(|domain| self.persons.domains.contains(domain))
            || !self.search.hits(id, Markup::Plain).is_empty()
    }

    /// A uid that only this archive has.
    pub(super) fn uid(&self, uid: &Uid) -> Uid {
        self.namespace.other(uid.as_str())
    }
}

/// Whether a piece of HTML ends in the value of an attribute without quotation marks, which a space would end; as it
/// also looks where a text says `x=`. `before`: so did the piece before it.
fn ends_unquoted(piece: &str, before: bool) -> bool {
    let word = piece.rfind(|c: char| c.is_whitespace() || "\"'<>`".contains(c));
    piece[word.unwrap_or_default()..].contains('=') || before && word.is_none()
}
