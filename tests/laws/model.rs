//! What becomes of each row and value, in plain loops over the rows that [`crate::recognised`] finds: the contract's
//! sections 1 and 6. Shares nothing with the program.

use crate::recognised::{Fate, Match, Matches, order};
use crate::world::{ACTIVITIES, AS_OF, Collection, Row, Treatment, Value, World};
use std::collections::{BTreeMap, BTreeSet};

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

impl World {
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
        let named = self.named(&matches);
        all.iter_mut().flat_map(|one| &mut one.portable).for_each(|p| p.words.retain(|word| !named.contains(word)));
        Outcome::Archive(all)
    }

    /// What names a third party in a matched row, whatever becomes of the row: nobody finds it in the archive, not even
    /// where another collection sees the same column as the subject's.
    fn named(&self, matches: &[Matches]) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for (collection, matches) in self.collections.iter().zip(matches).filter(|_| self.third_parties != "keep") {
            for row in matches.keys().map(|nth| &self.rows(collection)[*nth]) {
                let others =
                    row.values.iter().zip(&collection.treatments).filter(|(_, t)| **t == Treatment::ThirdParty);
                named.extend(others.filter_map(|(value, _)| value.clone()));
            }
        }
        named
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
