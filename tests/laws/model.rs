//! The contract in plain loops over the rows: who the subject is, which rows are theirs, what becomes of each row and
//! value. Written from sections 1, 3 and 6 of the contract; shares nothing with the program, and is in no hurry.

use crate::world::{ACTIVITIES, AS_OF, Collection, Row, Term, Treatment, Value, World};
use std::collections::{BTreeMap, BTreeSet};

pub type Identifier = (&'static str, String);

/// How a run ends.
#[derive(Debug)]
pub enum Outcome {
    Exit(i32),
    Archive(Vec<Expected>),
}

/// What one collection comes to.
#[derive(Debug, Default)]
pub struct Expected {
    pub matched: u64,
    pub excluded: BTreeMap<String, u64>,
    pub withheld: BTreeMap<String, u64>,
    pub verbatim: u64,
    /// In the order of the records.
    pub portable: Vec<Portable>,
}

#[derive(Debug, Clone)]
pub struct Portable {
    pub tag: String,
    pub parent: Option<String>,
    pub restricted: bool,
    pub voluntary: bool,
    /// Words that are the subject's to have.
    pub words: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Subject,
    Accepted,
    Shared,
    NotSelected,
}

#[derive(Debug, Clone)]
struct Match {
    by: BTreeSet<Identifier>,
    parent: Option<usize>,
    fate: Fate,
}

/// By row.
type Matches = BTreeMap<usize, Match>;

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

fn order(a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let rank = |value: &Value| match value {
        Value::Integer(number) => (0, *number, String::new()),
        other => (1, 0, other.text().unwrap_or_default()),
    };
    a.iter().map(rank).collect::<Vec<_>>().cmp(&b.iter().map(rank).collect::<Vec<_>>())
}

impl World {
    fn rows(&self, collection: &Collection) -> &[Row] {
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
    fn recognise(&self) -> Result<Vec<Matches>, i32> {
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

    /// Whether the consent for an activity stood when the request was received, else as of the export.
    fn consent(&self, activity: usize, matches: &[Matches]) -> Option<&'static str> {
        if !ACTIVITIES[activity].3 {
            return None;
        }
        let decisive = self.received.unwrap_or(AS_OF);
        let mut events: Vec<(&str, bool)> = Vec::new();
        for (nth, _) in matches[0].iter().filter(|(_, m)| matches!(m.fate, Fate::Subject | Fate::NotSelected)) {
            let (of, given, withdrawn) = self.rows(&self.collections[0])[*nth].consent;
            if of == activity {
                events.extend(given.map(|day| (day, false)));
                events.extend(withdrawn.map(|day| (day, true)));
            }
        }
        // Days compare as text with the beginning of a time.
        match events.into_iter().filter(|(day, _)| *day < decisive).max() {
            None => Some("no-consent-on-record"),
            Some((_, true)) => Some("consent-withdrawn"),
            Some((_, false)) => None,
        }
    }

    /// Section 6, from the means to the consent, of an activity.
    fn activity_code(&self, activity: usize, matches: &[Matches]) -> Option<String> {
        let (basis, automated, voluntary, _, _) = ACTIVITIES[activity];
        if !automated {
            return Some("not-automated".into());
        }
        if !["consent", "explicit_consent", "contract"].contains(&basis) && !voluntary {
            return Some(basis.replace('_', "-"));
        }
        self.consent(activity, matches).map(str::to_owned)
    }

    fn row_code(&self, collection: &Collection, row: &Row, fate: Fate, matches: &[Matches]) -> Option<String> {
        let activity = collection.activity.unwrap_or(row.activity);
        let origin = collection.origin.unwrap_or(row.origin);
        let code = |code: &str| Some(code.to_owned());
        if fate == Fate::Shared {
            return code("shared-identifier");
        }
        if collection.about != "subject" {
            return code("about-others");
        }
        if let Some(code) = self.activity_code(activity, matches) {
            return Some(code);
        }
        if origin == "derived" || origin == "inferred" {
            return code(origin);
        }
        if fate == Fate::NotSelected {
            return code("not-selected");
        }
        let ended = ACTIVITIES[activity].4 && row.since == "2024-01-01";
        if collection.holds && row.hold && ended {
            return code("legal-hold");
        }
        None
    }

    /// The whole of the contract.
    pub fn expected(&self) -> Outcome {
        let matches = match self.recognise() {
            Ok(matches) => matches,
            Err(exit) => return Outcome::Exit(exit),
        };
        if matches.iter().all(BTreeMap::is_empty) {
            return Outcome::Exit(4);
        }
        let mut codes: Vec<BTreeMap<usize, Option<String>>> = Vec::new();
        let mut all = Vec::new();
        for (at, collection) in self.collections.iter().enumerate() {
            let mut expected = Expected { matched: matches[at].len() as u64, ..Expected::default() };
            let mut decided = BTreeMap::new();
            let mut rows: Vec<(usize, &Match)> = matches[at].iter().map(|(nth, one)| (*nth, one)).collect();
            let table = self.rows(collection);
            let parents = collection.parent.map(|parent| self.rows(&self.collections[parent]));
            rows.sort_by(|(a, x), (b, y)| {
                let parents = parents.map(|rows| order(&rows[x.parent.unwrap()].key, &rows[y.parent.unwrap()].key));
                parents.unwrap_or(std::cmp::Ordering::Equal).then_with(|| order(&table[*a].key, &table[*b].key))
            });
            for (nth, one) in rows {
                let row = &table[nth];
                let of_parent = collection.parent.and_then(|parent| codes[parent][&one.parent.unwrap()].clone());
                let code = of_parent.or_else(|| self.row_code(collection, row, one.fate, &matches));
                match &code {
                    Some(code) => *expected.excluded.entry(code.clone()).or_default() += 1,
                    None => {
                        let parent = collection.parent.map(|_| parents.unwrap()[one.parent.unwrap()].tag.clone());
                        self.portable(collection, row, parent, &matches, &mut expected);
                    }
                }
                decided.insert(nth, code);
            }
            codes.push(decided);
            all.push(expected);
        }
        Outcome::Archive(all)
    }

    fn portable(
        &self,
        collection: &Collection,
        row: &Row,
        parent: Option<String>,
        matches: &[Matches],
        expected: &mut Expected,
    ) {
        let (omitted, secret) = crate::written::kept_out(self, collection);
        for (code, count) in [("omitted", omitted), ("secret", secret)] {
            if count > 0 {
                *expected.withheld.entry(code.into()).or_default() += count;
            }
        }
        let mut words = vec![row.tag.clone()];
        for (value, treatment) in row.values.iter().zip(&collection.treatments) {
            let Some(word) = value else { continue };
            let code = match treatment {
                Treatment::Omitted | Treatment::Secret => continue,
                Treatment::Plain | Treatment::ThirdParty => None,
                Treatment::Staff => Some("staff".to_owned()),
                Treatment::Derived => Some("derived".to_owned()),
                Treatment::Inferred => Some("inferred".to_owned()),
                Treatment::Own(activity) => self.activity_code(*activity, matches),
            };
            match code {
                Some(code) => *expected.withheld.entry(code).or_default() += 1,
                None => words.push(word.clone()),
            }
        }
        if let Value::Text(at) = &row.at
            && at.starts_with("zq")
        {
            expected.verbatim += 1;
            words.push(at.clone());
        }
        let (basis, _, voluntary, _, _) = ACTIVITIES[collection.activity.unwrap_or(row.activity)];
        let covered = ["consent", "explicit_consent", "contract"].contains(&basis);
        expected.portable.push(Portable {
            tag: row.tag.clone(),
            parent,
            restricted: row.restricted,
            voluntary: voluntary && !covered,
            words,
        });
    }
}
