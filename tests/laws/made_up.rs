//! A controller made up from choices.

use crate::choices::Choices;
use crate::world::{ACTIVITIES, Collection, Key, Row, Table, Term, Treatment, VALUES, Value, World};

const DAYS: [&str; 4] = ["2026-01-10", "2026-03-10", "2026-05-10", "2026-08-10"];
const ORIGINS: [&str; 5] = ["provided", "observed", "exchanged", "derived", "inferred"];
const EMAILS: [&str; 4] = ["p0@x.org", "p1@x.org", "p2@x.org", "home@x.org"];

fn number(c: &mut Choices) -> Value {
    c.of(&[Value::Text("C0".into()), Value::Text("C1".into()), Value::Text("C2".into()), Value::Integer(7)])
}

fn spelled(c: &mut Choices, address: &str) -> String {
    if c.percent(25) { address.to_uppercase() } else { address.to_owned() }
}

fn one_address(c: &mut Choices) -> String {
    let address = c.of(&EMAILS);
    spelled(c, address)
}

fn link(c: &mut Choices) -> Value {
    let all = ["1", "2", "3", "R1", "R2"];
    match c.below(8) {
        0..=2 => Value::Text(c.of(&all).to_owned()),
        3 | 4 => Value::Integer(c.below(4) as i64),
        5 | 6 => Value::Blob(c.of(&all).to_owned()),
        _ => Value::Null,
    }
}

fn key(c: &mut Choices, shape: Key, table: usize, row: usize) -> Vec<Value> {
    let number = Value::Integer((row * 7 % 11) as i64 + 100 * table as i64);
    // Texts sort otherwise than the numbers in them.
    let text = Value::Text(format!("k{}-{}", row * 5 % 13, row));
    match shape {
        Key::RowNumber => vec![number],
        Key::Composite | Key::CompositeWithoutRowid => vec![Value::Integer((row / 2) as i64), text],
        _ => vec![if c.percent(50) { text } else { number }],
    }
}

impl Row {
    fn new(c: &mut Choices, shape: Key, table: usize, row: usize) -> Row {
        let tag = format!("t{table}r{row}");
        let person = c.of(&[0, 0, 1, 2]);
        let address = match c.below(6) {
            0..=2 => Some(EMAILS[person]),
            3 => Some(EMAILS[3]),
            4 => Some(EMAILS[c.below(4)]),
            _ => None,
        };
        let no = match c.below(6) {
            0..=2 => Value::Text(format!("C{person}")),
            3 | 4 => number(c),
            _ => Value::Null,
        };
        let email = match address {
            Some(address) if c.percent(10) => Value::Blob(spelled(c, address)),
            Some(address) => Value::Text(spelled(c, address)),
            None => Value::Null,
        };
        let list = (0..c.below(3)).map(|_| one_address(c)).collect();
        let values = (0..VALUES).map(|at| (!c.percent(15)).then(|| format!("zq{tag}v{at}qz"))).collect();
        let at = match c.below(6) {
            0..=2 => Value::Text("2026-02-03T04:05:06Z".into()),
            3 => Value::Text("2026-02-03".into()),
            4 => Value::Null,
            _ => Value::Text(format!("zq{tag}atqz")),
        };
        let day = |c: &mut Choices, percent| c.percent(percent).then(|| c.of(&DAYS));
        Row {
            key: key(c, shape, table, row),
            email,
            list,
            no,
            link: link(c),
            reference: link(c),
            tenant: if c.percent(30) { Value::Text("T2".into()) } else { Value::Text("T1".into()) },
            flag: c.percent(40),
            activity: if c.percent(50) { c.below(ACTIVITIES.len()) } else { 0 },
            origin: if c.percent(30) { c.of(&ORIGINS) } else { "provided" },
            hold: c.percent(60),
            since: if c.percent(50) { "2024-01-01" } else { "2026-01-01" },
            restricted: c.percent(20),
            tag: format!("zq{tag}qz"),
            at,
            values,
            consent: (if c.percent(50) { 6 } else { 1 }, day(c, 90), day(c, 40)),
        }
    }
}

fn treatment(c: &mut Choices) -> Treatment {
    match c.below(14) {
        8 => Treatment::ThirdParty,
        9 => Treatment::Staff,
        10 => Treatment::Derived,
        11 => Treatment::Own(c.below(ACTIVITIES.len())),
        12 => Treatment::Omitted,
        13 => Treatment::Secret,
        7 => Treatment::Inferred,
        _ => Treatment::Plain,
    }
}

/// A condition of a collection; links lead to collections before it only, but in both directions between tables.
fn condition(c: &mut Choices, before: usize, parent: Option<usize>) -> Vec<Term> {
    let linked = |c: &mut Choices, to: usize| {
        let (own, other) = c.of(&[("link", "ref"), ("ref", "link"), ("link", "k1"), ("no", "no")]);
        Term::Link(own, to, other)
    };
    if let Some(parent) = parent {
        let mut terms = vec![Term::Link("link", parent, "ref")];
        terms.extend(c.percent(20).then_some(Term::Link("tenant", parent, "tenant")));
        return terms;
    }
    let subject = [Term::Email, Term::Number, Term::EmailBytes, Term::ListHasEmail];
    match c.below(if before > 0 { 10 } else { 5 }) {
        0..=3 => vec![c.of(&subject)],
        4 => vec![c.of(&subject), Term::Tenant],
        5..=7 => vec![{
            let to = c.below(before);
            linked(c, to)
        }],
        8 => {
            let to = c.below(before);
            vec![linked(c, to), Term::Link("tenant", to, "tenant")]
        }
        _ => {
            let (one, two) = (c.below(before), c.below(before));
            let mut terms = vec![c.of(&subject), linked(c, one)];
            if two != one {
                terms.push(linked(c, two));
            }
            terms
        }
    }
}

impl World {
    pub fn new(mut c: Choices) -> World {
        let c = &mut c;
        let stores = 1 + c.below(2);
        let mut world = World {
            stores,
            tables: Vec::new(),
            collections: Vec::new(),
            request: Vec::new(),
            received: None,
            accept_shared: false,
            third_parties: "keep",
            same_person: false,
        };
        // The consents first, so that activities can name them.
        world.collection(c, "consent");
        for _ in 0..1 + c.below(6) {
            let orders = world.collections.iter().any(|collection| collection.kind == "transaction");
            let kind = match c.below(9) {
                0 | 1 => "other",
                2 => "contact",
                3 => "access_log",
                4 => "cookie",
                5 | 6 if orders => "line",
                _ => "transaction",
            };
            world.collection(c, kind);
        }
        for _ in 0..1 + c.below(3) {
            let one = match c.below(5) {
                0 | 1 => ("customer", number(c).text().unwrap_or_default()),
                2 => ("email", EMAILS[3].to_owned()),
                _ => ("email", one_address(c)),
            };
            world.request.push(one);
        }
        // A type of identifier that no condition looks for would be a mistake on the command line.
        let asked = |kind: &str| {
            let terms = world.collections.iter().flat_map(|c| &c.conditions).flatten();
            terms.map(Term::identifier).any(|asked| asked == Some(kind))
        };
        let (emails, numbers) = (asked("email"), asked("customer"));
        world.request.retain(|(kind, _)| if *kind == "email" { emails } else { numbers });
        if world.request.is_empty() {
            let other = if emails { ("email", one_address(c)) } else { ("customer", "C0".to_owned()) };
            world.request.push(other);
        }
        world.received = c.percent(40).then(|| c.of(&["2026-04-01T00:00:00Z", "2026-02-01T00:00:00Z"]));
        world.accept_shared = c.percent(15);
        world.third_parties = c.of(&["keep", "keep", "pseudonymise", "omit"]);
        world.same_person = c.percent(20);
        world
    }

    fn collection(&mut self, c: &mut Choices, kind: &'static str) {
        let at = self.collections.len();
        // Several collections may divide a table among them.
        let shared_table = at > 1 && kind != "line" && c.percent(20);
        let table = if shared_table {
            1 + c.below(self.tables.len() - 1)
        } else {
            let number = self.tables.len();
            let shapes =
                [Key::RowNumber, Key::Column, Key::Composite, Key::WithoutRowid, Key::CompositeWithoutRowid, Key::View];
            let key = c.of(&shapes);
            let rows = (0..c.below(12)).map(|row| Row::new(c, key, number, row)).collect();
            let declared = c.of(&["", "TEXT", "NUMERIC"]);
            let store = c.below(self.stores);
            self.tables.push(Table { name: format!("t{number}"), store, key, rows, declared });
            number
        };
        let parents: Vec<usize> = (0..at).filter(|before| self.collections[*before].kind == "transaction").collect();
        let parent = (kind == "line").then(|| c.of(&parents));
        let mut conditions = vec![condition(c, at, parent)];
        for _ in 0..c.below(3) {
            // A child that is found without its parent stops the run: now and then.
            if parent.is_none() || c.percent(20) {
                conditions.push(condition(c, at, None));
            }
        }
        self.collections.push(Collection {
            name: if kind == "consent" { "consents".into() } else { format!("c{at}") },
            table,
            kind,
            parent,
            conditions,
            person: c.percent(45),
            learn_number: c.percent(30),
            learn_email: c.percent(30),
            suggest: c.percent(20),
            selection: (shared_table || c.percent(15)).then(|| c.percent(50)),
            about: if c.percent(8) { c.of(&["staff", "third_party"]) } else { "subject" },
            activity: if c.percent(40) {
                None
            } else {
                Some(match c.below(10) {
                    0..=4 => 0,
                    5 => 5,
                    _ => c.below(ACTIVITIES.len()),
                })
            },
            origin: if c.percent(25) { None } else { Some("provided") },
            holds: c.percent(40),
            treatments: (0..VALUES).map(|_| treatment(c)).collect(),
        });
    }
}
