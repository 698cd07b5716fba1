//! Who the subject is and which rows are theirs, in plain loops: the contract's section 3, "match" and "Shared
//! identifiers". Shares nothing with the program, and is in no hurry.

use crate::world::{Collection, Row, Term, Value, World};
use std::collections::{BTreeMap, BTreeSet};

pub type Identifier = (&'static str, String);

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    Subject,
    Accepted,
    Shared,
    NotSelected,
}

#[derive(Debug, Clone)]
pub struct Match {
    by: BTreeSet<Identifier>,
    /// The first row of the parent's that it belongs to.
    pub parent: Option<usize>,
    pub fate: Fate,
}

/// By row.
pub type Matches = BTreeMap<usize, Match>;

/// What is believed about the subject at some point of the search.
#[derive(Clone, PartialEq, Default)]
struct Belief {
    shared: BTreeSet<Identifier>,
    persons: BTreeSet<String>,
    /// Rows that `where` leaves to another collection of the table.
    left: BTreeSet<(usize, usize)>,
    /// Rows that came back from there: only this collection leads the other one to them.
    back: BTreeSet<(usize, usize)>,
}

pub fn order(a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let rank = |value: &Value| match value {
        Value::Integer(number) => (0, *number, String::new()),
        other => (1, 0, other.text().unwrap_or_default()),
    };
    a.iter().map(rank).collect::<Vec<_>>().cmp(&b.iter().map(rank).collect::<Vec<_>>())
}

impl World {
    pub fn rows(&self, collection: &Collection) -> &[Row] {
        &self.tables[collection.table].rows
    }

    /// The identifiers that make a term about the subject hold.
    fn matching(term: &Term, row: &Row, known: &[Identifier]) -> Option<BTreeSet<Identifier>> {
        let canonical = |text: Option<String>| text.map(|text| text.to_lowercase());
        let of = |kind: &str, texts: Vec<Option<String>>| {
            known.iter().filter(|(k, v)| *k == kind && texts.iter().flatten().any(|text| text == v)).cloned().collect()
        };
        Some(match term {
            Term::Email => of("email", vec![canonical(row.email.text())]),
            Term::EmailBytes => of("email", vec![row.email.text()]),
            Term::ListHasEmail => of("email", row.list.iter().map(|one| canonical(Some(one.clone()))).collect()),
            Term::Number => of("customer", vec![row.no.text()]),
            Term::Tenant | Term::Link(..) => return None,
        })
    }

    /// Rows that the conditions find, given what is known; and which identifiers found which persons directly.
    fn search(&self, known: &[Identifier], belief: &Belief) -> (Vec<Matches>, BTreeSet<(Identifier, String)>) {
        let mut all: Vec<Matches> = Vec::new();
        let mut direct = BTreeSet::new();
        for (at, collection) in self.collections.iter().enumerate() {
            let mut matches = Matches::new();
            for (nth, row) in self.rows(collection).iter().enumerate() {
                let (mut by, mut found, mut parent) = (BTreeSet::new(), false, None);
                for condition in &collection.conditions {
                    let Some((ids, through, follow, first)) = self.holds(collection, condition, row, known, &all)
                    else {
                        continue;
                    };
                    if let Some(first) = first {
                        let rows = self.rows(&self.collections[collection.parent.unwrap()]);
                        let earlier = parent.filter(|p: &usize| order(&rows[*p].key, &rows[first].key).is_lt());
                        parent = earlier.or(Some(first));
                    }
                    if !follow {
                        continue;
                    }
                    found = true;
                    if let (true, Some(person)) = (collection.person, row.no.text()) {
                        direct.extend(ids.iter().map(|id| (id.clone(), person.clone())));
                    }
                    by.extend(ids);
                    by.extend(through);
                }
                let selected = collection.selection.is_none_or(|flag| flag == row.flag);
                if !found || (!selected && belief.left.contains(&(at, nth))) {
                    continue;
                }
                let person = row.no.text().filter(|_| collection.person);
                let stranger = person.is_some_and(|p| !belief.persons.is_empty() && !belief.persons.contains(&p));
                let fate = match (stranger || by.is_subset(&belief.shared), self.accept_shared) {
                    (true, false) => Fate::Shared,
                    _ if !selected => Fate::NotSelected,
                    (true, true) => Fate::Accepted,
                    (false, _) => Fate::Subject,
                };
                matches.insert(nth, Match { by, parent, fate });
            }
            all.push(matches);
        }
        (all, direct)
    }

    /// Whether a condition holds for a row: the identifiers that its own terms match, those that found linked rows,
    /// whether every link has a row that may be followed, and the parent.
    #[allow(clippy::type_complexity)]
    fn holds(
        &self,
        collection: &Collection,
        condition: &[Term],
        row: &Row,
        known: &[Identifier],
        before: &[Matches],
    ) -> Option<(BTreeSet<Identifier>, BTreeSet<Identifier>, bool, Option<usize>)> {
        let mut ids = BTreeSet::new();
        let mut linked: BTreeMap<usize, Vec<(&str, &str)>> = BTreeMap::new();
        for term in condition {
            match term {
                Term::Tenant if row.tenant.text().as_deref() != Some("T1") => return None,
                Term::Tenant => {}
                Term::Link(own, to, other) => linked.entry(*to).or_default().push((own, other)),
                _ => {
                    let matching = World::matching(term, row, known)?;
                    if matching.is_empty() {
                        return None;
                    }
                    ids.extend(matching);
                }
            }
        }
        let (mut through, mut follow, mut parent) = (BTreeSet::new(), true, None);
        for (to, terms) in linked {
            let rows = self.rows(&self.collections[to]);
            let fits = |other: &Row| {
                terms.iter().all(|(own, theirs)| {
                    let own = row.column(own).text();
                    own.is_some() && own == other.column(theirs).text()
                })
            };
            let fitting: Vec<(usize, &Match)> =
                before[to].iter().filter(|(nth, _)| fits(&rows[**nth])).map(|(nth, m)| (*nth, m)).collect();
            if fitting.is_empty() {
                return None;
            }
            if collection.parent == Some(to) {
                parent = fitting.iter().map(|(nth, _)| *nth).min_by(|a, b| order(&rows[*a].key, &rows[*b].key));
            }
            let led: Vec<&Match> = fitting.iter().map(|(_, m)| *m).filter(|m| m.fate != Fate::Shared).collect();
            follow &= !led.is_empty();
            led.iter().for_each(|m| through.extend(m.by.iter().cloned()));
        }
        Some((ids, through, follow, parent))
    }

    /// The subject's rows in every collection, or the exit status of the failure.
    pub fn recognise(&self) -> Result<Vec<Matches>, i32> {
        let canonical = |(kind, value): &(&'static str, String)| match *kind {
            "email" => (*kind, value.to_lowercase()),
            _ => (*kind, value.clone()),
        };
        let mut requested: Vec<Identifier> = Vec::new();
        for one in self.request.iter().map(canonical) {
            if !requested.contains(&one) {
                requested.push(one);
            }
        }
        let mut known = requested.clone();
        let mut belief = Belief::default();
        for _ in 0..1000 {
            let (matches, direct) = self.search(&known, &belief);
            let (next, doubt) = self.believe(&requested, &known, &matches, &direct, &belief);
            if next.shared != belief.shared {
                known = requested.clone();
            }
            if next != belief {
                belief = next;
                continue;
            }
            if doubt {
                return Err(5);
            }
            let before = known.len();
            for (collection, matches) in self.collections.iter().zip(&matches) {
                for (nth, one) in matches {
                    if matches!(one.fate, Fate::Subject | Fate::NotSelected) {
                        let row = &self.rows(collection)[*nth];
                        let number = row.no.text().filter(|_| collection.learn_number).map(|no| ("customer", no));
                        let email = row.email.text().filter(|_| collection.learn_email);
                        let email = email.map(|email| ("email", email.to_lowercase()));
                        for learned in number.into_iter().chain(email) {
                            if !known.contains(&learned) {
                                known.push(learned);
                            }
                        }
                    }
                }
            }
            if known.len() == before {
                let orphan = |(collection, matches): (&Collection, &Matches)| {
                    collection.parent.is_some() && matches.values().any(|one| one.parent.is_none())
                };
                let orphans = self.collections.iter().zip(&matches).any(orphan);
                return if orphans { Err(3) } else { Ok(matches) };
            }
        }
        panic!("the model does not come to an end");
    }

    /// What follows from the rows found so far about shared identifiers and the person; and whether it is doubtful.
    fn believe(
        &self,
        requested: &[Identifier],
        known: &[Identifier],
        matches: &[Matches],
        direct: &BTreeSet<(Identifier, String)>,
        before: &Belief,
    ) -> (Belief, bool) {
        let finds = |identifier: &Identifier| -> BTreeSet<String> {
            direct.iter().filter(|(id, _)| id == identifier).map(|(_, person)| person.clone()).collect()
        };
        let mut belief = Belief { shared: before.shared.clone(), back: before.back.clone(), ..Belief::default() };
        let mut doubt = false;
        let mut several = |persons: &BTreeSet<String>| doubt |= persons.len() > 1 && !self.same_person;
        for identifier in requested.iter().filter(|identifier| !before.shared.contains(identifier)) {
            let found = finds(identifier);
            if found.len() == 1 {
                belief.persons.extend(found);
            }
        }
        several(&belief.persons);
        // An identifier is shared if it finds more than one person; those whom the operator says to be one are one.
        for identifier in requested {
            let found = finds(identifier);
            let others = found.difference(&belief.persons).count();
            if others + usize::from(others < found.len()) > 1 {
                belief.shared.insert(identifier.clone());
            }
        }
        let led_to = |belief: &Belief, ids: &[Identifier]| -> BTreeSet<String> {
            let ids: Vec<&Identifier> = ids.iter().filter(|id| !belief.shared.contains(id)).collect();
            let mut persons = BTreeSet::new();
            for (collection, matches) in self.collections.iter().zip(matches).filter(|(c, _)| c.person) {
                for (nth, one) in matches.iter().filter(|(_, one)| ids.iter().any(|id| one.by.contains(*id))) {
                    let _ = one;
                    persons.extend(self.rows(collection)[*nth].no.text());
                }
            }
            persons
        };
        // Otherwise the persons of the rows that links from there lead to.
        if belief.persons.is_empty() {
            belief.persons = led_to(&belief, requested);
            several(&belief.persons);
        }
        let nobody = belief.persons.is_empty() && requested.iter().any(|identifier| !finds(identifier).is_empty());
        let mut further = BTreeSet::new();
        for identifier in known.iter().filter(|id| !requested.contains(id) && !before.shared.contains(id)) {
            let found = finds(identifier);
            let stranger = if belief.persons.is_empty() { found.len() > 1 } else { !found.is_subset(&belief.persons) };
            if stranger {
                belief.shared.insert(identifier.clone());
            } else {
                further.extend(found);
            }
        }
        if belief.persons.is_empty() {
            several(&further);
            belief.persons = further;
        }
        if belief.persons.is_empty() {
            belief.persons = led_to(&belief, known);
            several(&belief.persons);
        }
        for (at, collection) in self.collections.iter().enumerate().filter(|(_, c)| c.selection.is_some()) {
            for (nth, row) in self.rows(collection).iter().enumerate() {
                let taken = self.collections.iter().enumerate().any(|(other, twin)| {
                    let admits = twin.selection.is_none_or(|flag| flag == row.flag);
                    let has = matches[other].get(&nth).is_some_and(|one| one.fate != Fate::Shared);
                    other != at && twin.table == collection.table && admits && has
                });
                let left_out = collection.selection != Some(row.flag);
                let was = before.left.contains(&(at, nth));
                if was && !taken {
                    belief.back.insert((at, nth));
                }
                let is = left_out && taken && (matches[at].contains_key(&nth) || was);
                if is && !belief.back.contains(&(at, nth)) {
                    belief.left.insert((at, nth));
                }
            }
        }
        (belief, doubt || nobody)
    }
}
