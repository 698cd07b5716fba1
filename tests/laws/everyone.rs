//! A controller with several people who write to each other and to strangers, share addresses and name each other in
//! free text; everyone asks, in one batch. Of every value it is known who may have it: its audience. Afterwards a value
//! is in a person's archive if and only if the person is in its audience.

use crate::choices::Choices;
use std::collections::{BTreeMap, BTreeSet};

/// People of the controller, by their numbers; strangers are correspondents that ask for nothing.
pub const MOST_PEOPLE: usize = 4;
pub const STRANGERS: usize = 3;
/// The controller's own desk, which is nobody.
pub const DESK: &str = "desk@own.example";
/// An address that some share.
pub const HOME: &str = "home@x.org";

pub const MODES: [&str; 3] = ["keep", "pseudonymise", "omit"];

/// Somebody: a person below [`MOST_PEOPLE`], else a stranger.
pub type Who = usize;

pub fn address(who: Who) -> String {
    format!("zqa{who}qz@x.org")
}

/// A name of two words, the second of which stands nowhere else.
pub fn name(who: Who) -> String {
    format!("Ann zqn{who}qz")
}

/// What stands in a field for correspondents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Party {
    Desk,
    Home,
    One(Who),
}

impl Party {
    pub fn address(self) -> String {
        match self {
            Party::Desk => DESK.into(),
            Party::Home => HOME.into(),
            Party::One(who) => address(who),
        }
    }

    pub fn written(self) -> String {
        match self {
            Party::One(who) => format!("{} <{}>", name(who), address(who)),
            other => other.address(),
        }
    }
}

/// An e-mail or a chat.
#[derive(Debug, Clone)]
pub struct Message {
    pub from: Party,
    pub to: Vec<Party>,
    /// Hidden recipients, whom a header of an e-mail tells.
    pub hidden: Option<Who>,
    /// Somebody whose name stands in the text.
    pub mentions: Option<Who>,
    pub attachment: bool,
}

/// An order with lines, a ticket, a newsletter: something of one person, with a word of its own.
#[derive(Debug, Clone)]
pub struct Possession {
    pub of: Who,
    /// An index into [`IN_SCOPE`].
    pub activity: usize,
    pub mentions: Option<Who>,
    pub lines: usize,
    pub open: bool,
}

#[derive(Debug, Clone)]
pub struct Everyone {
    pub people: usize,
    /// Who has the shared address too.
    pub home: Vec<bool>,
    /// Rows of the same person.
    pub merged: Vec<bool>,
    /// Whom the person named as a friend, in a column about a third party.
    pub friends: Vec<Option<Who>>,
    /// Consents to the newsletter: given and withdrawn, by day; the last counts.
    pub consents: Vec<Vec<bool>>,
    pub orders: Vec<Possession>,
    pub tickets: Vec<Possession>,
    /// By address: a person's own, or the shared one.
    pub newsletters: Vec<Party>,
    pub mails: Vec<Message>,
    pub chats: Vec<Message>,
    pub modes: Vec<&'static str>,
    /// How orders and mails are kept.
    pub orders_as: &'static str,
    pub mails_as: &'static str,
}

/// Whether each of the activities of orders is in the scope of Art. 20.
pub const IN_SCOPE: [bool; 3] = [true, false, false];

fn somebody(c: &mut Choices, people: usize) -> Who {
    if c.percent(60) { c.below(people) } else { MOST_PEOPLE + c.below(STRANGERS) }
}

fn party(c: &mut Choices, people: usize) -> Party {
    match c.below(8) {
        0 | 1 => Party::Desk,
        2 => Party::Home,
        _ => Party::One(somebody(c, people)),
    }
}

fn mention(c: &mut Choices, people: usize) -> Option<Who> {
    c.percent(40).then(|| somebody(c, people))
}

impl Message {
    fn new(c: &mut Choices, people: usize) -> Message {
        let from = party(c, people);
        Message {
            from,
            to: (0..1 + c.below(3)).map(|_| party(c, people)).collect(),
            hidden: c.percent(25).then(|| MOST_PEOPLE + c.below(STRANGERS)),
            mentions: mention(c, people),
            attachment: c.percent(40),
        }
    }
}

impl Possession {
    fn new(c: &mut Choices, people: usize) -> Possession {
        Possession {
            of: c.below(people),
            activity: c.below(IN_SCOPE.len()),
            mentions: mention(c, people),
            lines: c.below(3),
            open: c.percent(60),
        }
    }
}

impl Everyone {
    pub fn new(mut c: Choices) -> Everyone {
        let c = &mut c;
        let people = 2 + c.below(MOST_PEOPLE - 1);
        let possessions = |c: &mut Choices| (0..c.below(6)).map(|_| Possession::new(c, people)).collect();
        Everyone {
            people,
            home: (0..people).map(|_| c.percent(50)).collect(),
            merged: (0..people).map(|_| c.percent(25)).collect(),
            friends: (0..people).map(|_| mention(c, people)).collect(),
            consents: (0..people).map(|_| (0..c.below(4)).map(|_| c.percent(60)).collect()).collect(),
            orders: possessions(c),
            tickets: possessions(c),
            newsletters: (0..c.below(5))
                .map(|_| if c.percent(30) { Party::Home } else { Party::One(c.below(people)) })
                .collect(),
            mails: (0..c.below(7)).map(|_| Message::new(c, people)).collect(),
            chats: (0..c.below(7)).map(|_| Message::new(c, people)).collect(),
            modes: (0..people).map(|_| c.of(&MODES)).collect(),
            orders_as: c.of(&["sqlite", "csv", "jsonl"]),
            mails_as: c.of(&["maildir", "mbox"]),
        }
    }

    /// The person whose address alone finds something, if the shared address is one person's only.
    fn reaches(&self, party: Party, person: Who) -> Reach {
        match party {
            Party::One(who) if who == person => Reach::Own,
            Party::Home if self.home[person] => match self.home.iter().filter(|has| **has).count() {
                1 => Reach::Own,
                _ => Reach::Shared,
            },
            _ => Reach::Not,
        }
    }

    fn reach(&self, parties: impl Iterator<Item = Party>, person: Who) -> Reach {
        parties.map(|party| self.reaches(party, person)).max().unwrap_or(Reach::Not)
    }

    /// Every word with those who may have it.
    pub fn audiences(&self) -> BTreeMap<String, BTreeSet<Who>> {
        let mut all: BTreeMap<String, BTreeSet<Who>> = BTreeMap::new();
        // Every word is known, those of nobody too.
        let mut word = |word: String, person: Option<Who>| {
            let audience = all.entry(word).or_default();
            audience.extend(person);
        };
        for person in 0..self.people {
            let replaced = self.modes[person] != "keep";
            let known = self.known(person);
            let named = |who: Who| who == person || !replaced || !known.contains(&who);
            word(format!("zqn{person}qz"), Some(person));
            word(format!("zqa{person}qz"), Some(person));
            for kept_out in ["derived", "staff", "secret", "omitted"] {
                word(format!("zq{kept_out}{person}qz"), None);
            }
            if let Some(friend) = self.friends[person] {
                word(format!("zqn{friend}qz"), named(friend).then_some(person));
            }
            let consent = self.consents[person].last() == Some(&true);
            for (nth, order) in self.orders.iter().enumerate() {
                let has = order.of == person && IN_SCOPE[order.activity];
                word(format!("zqorder{nth}qz"), has.then_some(person));
                (0..order.lines).for_each(|line| word(format!("zqline{nth}x{line}qz"), has.then_some(person)));
                if let Some(who) = order.mentions {
                    word(format!("zqn{who}qz"), (has && named(who)).then_some(person));
                }
            }
            for (nth, ticket) in self.tickets.iter().enumerate() {
                let has = ticket.of == person && ticket.open;
                word(format!("zqticket{nth}qz"), has.then_some(person));
                if let Some(who) = ticket.mentions {
                    word(format!("zqn{who}qz"), (has && named(who)).then_some(person));
                }
            }
            for (nth, party) in self.newsletters.iter().enumerate() {
                let has = self.reaches(*party, person) == Reach::Own && consent;
                word(format!("zqnews{nth}qz"), has.then_some(person));
            }
            for (kind, messages) in [("mail", &self.mails), ("chat", &self.chats)] {
                for (nth, message) in messages.iter().enumerate() {
                    let has = self.reach(message.parties(), person) == Reach::Own;
                    word(format!("zq{kind}{nth}qz"), has.then_some(person));
                    word(format!("zqhead{kind}{nth}qz"), None);
                    for who in message.people() {
                        word(format!("zqn{who}qz"), (has && named(who)).then_some(person));
                        word(format!("zqa{who}qz"), (has && named(who)).then_some(person));
                    }
                    if let Some(who) = message.mentions {
                        word(format!("zqn{who}qz"), (has && named(who)).then_some(person));
                    }
                    let sent = self.reaches(message.from, person) == Reach::Own;
                    if message.attachment && kind == "chat" {
                        word(format!("zqfile{nth}qz"), (has && (sent || !replaced)).then_some(person));
                    }
                    if message.hidden.is_some() {
                        word(format!("zqhidden{kind}{nth}qz"), None);
                    }
                }
            }
        }
        all
    }

    /// Whom a person's data name, as correspondents or as third parties, whatever becomes of the row.
    fn known(&self, person: Who) -> BTreeSet<Who> {
        let mut known: BTreeSet<Who> = self.friends[person].into_iter().collect();
        if self.home[person] {
            // The shared address finds the others' own rows, which stay out and name them.
            known.extend((0..self.people).filter(|other| self.home[*other]));
            known.extend((0..self.people).filter(|other| self.home[*other]).filter_map(|other| self.friends[other]));
        }
        for message in self.mails.iter().chain(&self.chats) {
            if self.reach(message.parties(), person) != Reach::Not {
                known.extend(message.people());
            }
        }
        known
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Not,
    /// Only by what several have.
    Shared,
    Own,
}

impl Message {
    /// Who stands in From and To.
    pub fn parties(&self) -> impl Iterator<Item = Party> + '_ {
        std::iter::once(self.from).chain(self.to.iter().copied())
    }

    fn people(&self) -> impl Iterator<Item = Who> + '_ {
        self.parties().filter_map(|party| match party {
            Party::One(who) => Some(who),
            _ => None,
        })
    }
}
