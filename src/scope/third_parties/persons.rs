//! Who is who: equal address or equal name is one person, and what equals the subject's own is the subject (contract 6).

use super::alias::Alias;
use super::sightings::{Role, Sightings, in_order};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// The other people that art20 knows.
pub(super) struct Persons {
    /// The person of each name and address.
    pub of: HashMap<Alias, u32>,
    /// The subject's names and addresses.
    pub subject: HashSet<Alias>,
    /// Those of the subject's names that only headers tell, which may say anything.
    pub hearsay: HashSet<Alias>,
    /// Names of a single word that also occur with a small first letter.
    pub small: HashSet<Alias>,
    /// Message ids that other people's programs gave.
    pub message_ids: HashSet<String>,
    /// Domains of other people's addresses that neither the subject nor the controller uses.
    pub domains: HashSet<String>,
    /// What the archive's own uids are made from.
    pub salt: [u8; 32],
}

impl Persons {
    /// Settles who is who. `occasion` is what makes this archive another than the next: request and time.
    pub(super) fn of(sightings: Sightings<'_>, occasion: &[String]) -> Persons {
        let controller = sightings.controller;
        let Sightings { mut subject, pairs, small, message_ids, .. } = sightings;
        let is = |subject: &HashSet<Alias>, key: &Option<Alias>| key.as_ref().is_some_and(|key| subject.contains(key));
        let mut hearsay = HashSet::new();
        // What the subject calls itself is its name; the account of a transfer to oneself is one's own.
        for (name, address, role) in &pairs {
            match role {
                Role::Sender if is(&subject, address) => hearsay.extend(name.clone()),
                Role::Counterparty if is(&subject, name) => hearsay.extend(address.clone()),
                _ => {}
            }
        }
        hearsay.retain(|key| !subject.contains(key));
        subject.extend(hearsay.iter().cloned());
        let mut groups = Groups::default();
        let mut called = HashSet::new();
        for (name, address, role) in &pairs {
            let name = name.as_ref().filter(|key| !subject.contains(key));
            match address {
                Some(address) if subject.contains(address) && *role != Role::Counterparty => {
                    called.extend(name.cloned());
                }
                Some(address) if subject.contains(address) => groups.join(name, None),
                address => groups.join(name, address.as_ref()),
            }
        }
        let of = groups.settle();
        // What others call the subject is its name too, unless it is somebody else's.
        called.retain(|key| !of.contains_key(key));
        hearsay.extend(called.iter().cloned());
        subject.extend(called);
        let domain = |key: &Alias| match key {
            Alias::Mail(address) => address.rsplit_once('@').map(|(_, domain)| domain.to_owned()),
            _ => None,
        };
        let ours: HashSet<String> = subject.iter().filter_map(domain).collect();
        let domains = of.keys().filter_map(domain);
        let domains = domains
            .filter(|domain| !ours.contains(domain) && !super::is_own(controller, &format!("x@{domain}")))
            .collect();
        let salt = salt(occasion, &of, &subject);
        Persons { of, subject, hearsay, small, message_ids, domains, salt }
    }
}

/// A digest of what was asked and of every name and address on either side. Somebody who has the archive knows the
/// request and the subject, but not the other people, and so cannot compute the uids of another archive.
fn salt(occasion: &[String], of: &HashMap<Alias, u32>, subject: &HashSet<Alias>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    add("art20 third parties");
    occasion.iter().for_each(|text| add(text));
    let mut subject: Vec<&Alias> = subject.iter().collect();
    subject.sort_unstable();
    for key in subject.into_iter().chain(in_order(of)) {
        match key {
            Alias::Mail(text) | Alias::Phone(text) | Alias::Word(text) => add(text),
        }
    }
    digest.finalize().into()
}

/// Names and addresses that belong together.
#[derive(Default)]
struct Groups {
    number: HashMap<Alias, u32>,
    parents: Vec<u32>,
}

impl Groups {
    fn join(&mut self, name: Option<&Alias>, address: Option<&Alias>) {
        let (name, address) = (name.map(|key| self.root_of(key)), address.map(|key| self.root_of(key)));
        if let (Some(name), Some(address)) = (name, address) {
            self.parents[name.max(address) as usize] = name.min(address);
        }
    }

    fn root_of(&mut self, key: &Alias) -> u32 {
        let number = match self.number.get(key) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
                self.parents.push(number);
                self.number.insert(key.clone(), number);
                number
            }
        };
        self.root(number)
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.parents[number as usize] != number {
            let parent = self.parents[number as usize];
            self.parents[number as usize] = self.parents[parent as usize];
            number = parent;
        }
        number
    }

    fn settle(mut self) -> HashMap<Alias, u32> {
        let all: Vec<(Alias, u32)> = std::mem::take(&mut self.number).into_iter().collect();
        all.into_iter().map(|(key, number)| (key, self.root(number))).collect()
    }
}
