//! The first pass over the snapshot: every name and address of somebody else that stands in a correspondents' header or
//! a value about a third party, and what is the subject's own. Keeps distinct names and addresses, nothing else.

use super::alias::{Alias, LONGEST, people};
use super::message;
use crate::controller::{About, Controller};
use crate::normalize::Normalized;
use crate::records::{FieldValue, Json, Kind, Party};
use crate::subject::{Identifier, RowFate};
use std::collections::{HashMap, HashSet};

/// Where a name and an address were seen together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Role {
    /// As the sender of a message: what a person calls itself.
    Sender,
    /// As the other side of a transaction.
    Counterparty,
    /// Anywhere else.
    Other,
}

/// What the first pass saw.
pub struct Sightings<'a> {
    pub(super) controller: &'a Controller,
    /// The subject's own: identifiers, and what their contact rows say.
    pub(super) subject: HashSet<Alias>,
    /// Names and addresses that were seen together, or alone.
    pub(super) pairs: HashSet<(Option<Alias>, Option<Alias>, Role)>,
    /// Names of a single word that were seen beginning with a small letter.
    pub(super) small: HashSet<Alias>,
    /// Message ids that other people's programs gave.
    pub(super) message_ids: HashSet<String>,
}

impl<'a> Sightings<'a> {
    /// Nothing seen yet but the subject's identifiers.
    pub fn new<'i>(controller: &'a Controller, identifiers: impl Iterator<Item = &'i Identifier>) -> Sightings<'a> {
        let own = |identifier: &Identifier| match identifier.kind() {
            "email" => Some(Alias::Mail(identifier.canonical().to_owned())),
            "phone" => Some(Alias::Phone(identifier.canonical().to_owned())),
            _ => Alias::of(identifier.canonical(), None),
        };
        Sightings {
            controller,
            subject: identifiers.filter_map(own).collect(),
            pairs: HashSet::new(),
            small: HashSet::new(),
            message_ids: HashSet::new(),
        }
    }

    /// Takes note of a row, whatever will be decided about it.
    pub fn row(&mut self, row: &Normalized, fate: RowFate) {
        if row.kind == Kind::Contact {
            self.contact(row, fate != RowFate::SharedIdentifier);
        }
        let text = |path| row.get(path).and_then(FieldValue::as_text);
        let (name, account) = (text("counterparty.name"), text("counterparty.account"));
        if name.is_some() || account.is_some() {
            self.pair(name, account, Role::Counterparty);
        }
        if let Some(account) = text("payment.account").filter(|_| fate != RowFate::SharedIdentifier) {
            self.subject.extend(self.key(account));
        }
        for value in &row.values {
            let others = value.about == About::ThirdParty;
            match &value.reading.value {
                FieldValue::Party(party) if value.path == "from" => {
                    self.party(party, Role::Sender);
                    if !self.is_own(party) && !self.is_known_subject(party) {
                        self.message_ids.extend(text("message_id").map(str::to_owned));
                    }
                }
                FieldValue::Party(party) => self.party(party, Role::Other),
                FieldValue::Parties(parties) => parties.iter().for_each(|party| self.party(party, Role::Other)),
                FieldValue::Text(text) if others && !value.path.starts_with("counterparty.") => self.text(text),
                FieldValue::List(_, entries) if others => entries.iter().for_each(|entry| self.text(&entry.value)),
                FieldValue::Json(json) if others => self.json(json),
                _ => {}
            }
        }
    }

    /// Takes note of the correspondents in the headers of a stored e-mail, and of e-mails in it.
    pub fn raw(&mut self, raw: &[u8]) {
        let mut senders = Vec::new();
        message::correspondents(raw, &mut |header, party| {
            let is_sender = header.eq_ignore_ascii_case("From");
            self.party(&party, if is_sender { Role::Sender } else { Role::Other });
            if is_sender && senders.is_empty() {
                senders.push(party);
            }
        });
        if senders.iter().any(|party| !self.is_own(party) && !self.is_known_subject(party)) {
            self.message_ids.extend(message::own_id(raw));
        }
    }

    /// A contact row is the subject's, or that of somebody who shares an identifier with them.
    fn contact(&mut self, row: &Normalized, subject: bool) {
        let own = |path: &str| {
            let value = row.values.iter().find(|value| value.path == path && value.about == About::Subject);
            value.and_then(|value| value.reading.value.as_text()).filter(|text| !text.trim().is_empty())
        };
        let (full, given, surname) = (own("name.full"), own("name.given"), own("name.surname"));
        let mut names: Vec<String> = full.into_iter().map(str::to_owned).collect();
        if let (Some(given), Some(surname)) = (given, surname) {
            names.extend([format!("{given} {surname}"), format!("{surname}, {given}"), format!("{surname}{given}")]);
        }
        let values = row.values.iter().filter(|value| value.about == About::Subject);
        let addresses: Vec<&str> = values
            .filter_map(|value| match &value.reading.value {
                FieldValue::List(_, entries) => Some(entries),
                _ => None,
            })
            .flatten()
            .map(|entry| entry.value.as_str())
            .collect();
        if subject {
            let parts = given.into_iter().chain(surname);
            let all = names.iter().map(String::as_str).chain(parts).chain(addresses);
            let keys: Vec<Alias> = all.filter_map(|text| self.key(text)).collect();
            self.subject.extend(keys);
            return;
        }
        let first = names.first().map(String::as_str);
        names.iter().for_each(|name| self.pair(Some(name), None, Role::Other));
        addresses.into_iter().for_each(|address| self.pair(first, Some(address), Role::Other));
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter().for_each(|item| self.json(item)),
            Json::Object(members) => members.iter().for_each(|(_, value)| self.json(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// A value about a third party: a name, an address, or a list of them.
    fn text(&mut self, text: &str) {
        if is_name_like(text) {
            people(text).iter().for_each(|party| self.party(party, Role::Other));
        }
    }

    fn party(&mut self, party: &Party, role: Role) {
        if !self.is_own(party) {
            self.pair(party.name.as_deref(), party.address.as_deref(), role);
        }
    }

    fn pair(&mut self, name: Option<&str>, address: Option<&str>, role: Role) {
        let address = address.and_then(|address| self.key(address));
        let mut name = name.filter(|name| is_name_like(name)).and_then(|name| self.seen_name(name));
        // An address where a name should stand is not that person's: anybody can write anything there.
        if let Some(mail @ Alias::Mail(_)) = name.take_if(|name| matches!(name, Alias::Mail(_))) {
            if address.is_none() || address.as_ref() == Some(&mail) {
                name = None;
            }
            self.pairs.insert((None, Some(mail), Role::Other));
        }
        if name.is_some() || address.is_some() {
            self.pairs.insert((name, address, role));
        }
    }

    fn seen_name(&mut self, name: &str) -> Option<Alias> {
        let key = self.key(name)?;
        if name.trim().chars().next().is_some_and(|c| !c.is_uppercase()) {
            self.small.insert(key.clone());
        }
        Some(key)
    }

    /// The alias that a value is, unless it is the controller's own.
    fn key(&self, text: &str) -> Option<Alias> {
        let own = text.trim() == self.controller.name || self.controller.email.as_deref() == Some(text.trim());
        if own || self.controller.is_own_address(text) {
            return None;
        }
        Alias::of(text, self.controller.country.as_deref())
    }

    fn is_own(&self, party: &Party) -> bool {
        party.address.as_deref().is_some_and(|address| super::is_own(self.controller, address))
    }

    fn is_known_subject(&self, party: &Party) -> bool {
        party.address.as_deref().and_then(|address| self.key(address)).is_some_and(|key| self.subject.contains(&key))
    }
}

/// Short and on one line.
pub(super) fn is_name_like(text: &str) -> bool {
    text.len() <= LONGEST && !text.trim().contains('\n')
}

/// Every distinct name and address in an order of its own, for a digest.
pub(super) fn in_order(keys: &HashMap<Alias, u32>) -> Vec<&Alias> {
    let mut all: Vec<&Alias> = keys.keys().collect();
    all.sort_unstable();
    all
}
