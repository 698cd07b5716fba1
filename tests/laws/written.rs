//! A made-up world as art20 meets it: SQLite files, a configuration, a request.

use crate::world::{ACTIVITIES, Collection, Key, Row, Table, Term, Treatment, VALUES, Value, World};
use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use std::fmt::Write;
use std::path::Path;

const COLUMNS: [&str; 18] = [
    "email", "list", "no", "link", "ref", "tenant", "flag", "act", "org", "hold", "since", "restr", "tag", "at",
    "fora", "given", "gone", "typed",
];

fn columns(table: &Table) -> Vec<String> {
    let keys = table.key.columns().iter().map(|name| (*name).to_owned());
    keys.chain(COLUMNS.map(str::to_owned)).chain((0..VALUES).map(|at| format!("v{at}"))).collect()
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Integer(number) => Stored::Integer(*number),
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Blob(text) => Stored::Blob(text.clone().into_bytes()),
    }
}

fn cells(row: &Row) -> Vec<Stored> {
    let text = |text: &str| Stored::Text(text.to_owned());
    let optional = |value: Option<&str>| value.map_or(Stored::Null, |value| Stored::Text(value.to_owned()));
    let list: Vec<String> = row.list.iter().enumerate().map(|(at, a)| format!("\"N, {at}\" <{a}>")).collect();
    let mut cells: Vec<Stored> = row.key.iter().map(stored).collect();
    cells.extend([stored(&row.email), text(&list.join(", ")), stored(&row.no), stored(&row.link)]);
    cells.extend([stored(&row.reference), stored(&row.tenant), Stored::Integer(i64::from(row.flag))]);
    cells.extend([text(&format!("a{}", row.activity)), text(row.origin)]);
    cells.extend([Stored::Integer(i64::from(row.hold)), text(row.since), Stored::Integer(i64::from(row.restricted))]);
    cells.extend([text(&row.tag), stored(&row.at), text(&format!("a{}", row.consent.0))]);
    cells.extend([optional(row.consent.1), optional(row.consent.2), text("victim@x.org")]);
    cells.extend(row.values.iter().map(|value| optional(value.as_deref())));
    cells
}

fn write_table(connection: &Connection, table: &Table) {
    let declared = |name: &String| match name.as_str() {
        "k1" if table.key == Key::RowNumber => "k1 INTEGER PRIMARY KEY".to_owned(),
        "k1" | "k2" => name.clone(),
        "email" | "no" | "link" | "ref" => format!("{name} {}", table.declared),
        _ => format!("{name} TEXT"),
    };
    let columns = columns(table);
    let mut definition = columns.iter().map(declared).collect::<Vec<_>>().join(", ");
    let end = match table.key {
        Key::WithoutRowid | Key::CompositeWithoutRowid => {
            write!(definition, ", PRIMARY KEY ({})", table.key.columns().join(", ")).unwrap();
            " WITHOUT ROWID"
        }
        _ => "",
    };
    let name = if table.key == Key::View { format!("base_{}", table.name) } else { table.name.clone() };
    let mut sql = format!("CREATE TABLE {name} ({definition}){end};");
    if table.key == Key::View {
        write!(sql, "CREATE VIEW {} AS SELECT * FROM {name};", table.name).unwrap();
    }
    connection.execute_batch(&sql).unwrap();
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT INTO {name} VALUES ({marks})");
    for row in &table.rows {
        connection.execute(&insert, rusqlite::params_from_iter(cells(row))).unwrap();
    }
}

fn term(world: &World, term: &Term) -> String {
    match term {
        Term::Email => "email = subject.email".into(),
        Term::EmailBytes => "email == subject.email".into(),
        Term::ListHasEmail => "list has subject.email".into(),
        Term::Number => "no = subject.customer".into(),
        Term::Tenant => "tenant = 'T1'".into(),
        Term::Link(own, to, other) => format!("{own} = {}.{other}", world.collections[*to].name),
    }
}

/// How each column is classified; none for a field is kept out.
fn classified(collection: &Collection, column: &str) -> String {
    if let Some(at) = column.strip_prefix('v').and_then(|at| at.parse::<usize>().ok()) {
        let field = format!("field = \"additional.{column}\"");
        return match collection.treatments[at] {
            Treatment::Plain => format!("\"additional.{column}\""),
            Treatment::ThirdParty => format!("{{ {field}, about = \"third_party\" }}"),
            Treatment::Staff => format!("{{ {field}, about = \"staff\" }}"),
            Treatment::Derived => format!("{{ {field}, origin = \"derived\" }}"),
            Treatment::Inferred => format!("{{ {field}, origin = \"inferred\" }}"),
            Treatment::Own(activity) => format!("{{ {field}, activity = \"a{activity}\" }}"),
            Treatment::Omitted => "{ omit = \"internal\" }".into(),
            Treatment::Secret => "{ secret = true, omit = \"credential\" }".into(),
        };
    }
    match (column, collection.kind) {
        ("tag", _) => "\"additional.tag\"".into(),
        ("at", _) => "\"created\"".into(),
        ("fora", "consent") => "\"for_activity\"".into(),
        ("given", "consent") => "\"given_at\"".into(),
        ("gone", "consent") => "\"withdrawn_at\"".into(),
        _ => "{ omit = \"internal\" }".into(),
    }
}

/// How many columns of a collection are kept out: (with `omit`, with `secret`).
pub fn kept_out(world: &World, collection: &Collection) -> (u64, u64) {
    let all = columns(&world.tables[collection.table]);
    let all: Vec<String> = all.iter().map(|column| classified(collection, column)).collect();
    let secret = all.iter().filter(|text| text.contains("secret")).count() as u64;
    (all.iter().filter(|text| text.contains("omit")).count() as u64 - secret, secret)
}

pub fn configuration(world: &World) -> String {
    let mut text =
        String::from("version = 1\n[controller]\nname = \"Made up\"\nid = \"https://made.up\"\nlanguages = [\"en\"]\n");
    for (at, (basis, automated, voluntary, consent, retention)) in ACTIVITIES.iter().enumerate() {
        writeln!(text, "[activity.a{at}]\ntitle = \"Activity {at}\"\nlegal_basis = \"{basis}\"").unwrap();
        text.push_str(if *automated { "" } else { "means = \"manual\"\n" });
        text.push_str(if *voluntary { "voluntary = true\n" } else { "" });
        text.push_str(if *consent { "consent = \"consents\"\n" } else { "" });
        text.push_str(if *retention { "retention = \"P1Y\"\n" } else { "" });
    }
    for store in 0..world.stores {
        writeln!(text, "[store.s{store}]\nurl = \"sqlite:s{store}.db\"\n[store.s{store}.ignore]").unwrap();
        for table in world.tables.iter().filter(|table| table.store == store && table.key == Key::View) {
            writeln!(text, "base_{} = \"seen through a view\"", table.name).unwrap();
        }
    }
    for collection in &world.collections {
        let table = &world.tables[collection.table];
        let quoted = |all: Vec<String>| all.iter().map(|one| format!("\"{one}\"")).collect::<Vec<_>>().join(", ");
        let key = quoted(table.key.columns().iter().map(|name| (*name).to_owned()).collect());
        writeln!(
            text,
            "[collection.{}]\nstore = \"s{}\"\ntable = \"{}\"\nkind = \"{}\"\nkey = [{key}]\nabout = \"{}\"",
            collection.name, table.store, table.name, collection.kind, collection.about
        )
        .unwrap();
        let join = |terms: &Vec<Term>| terms.iter().map(|one| term(world, one)).collect::<Vec<_>>().join(" and ");
        writeln!(text, "match = [{}]", quoted(collection.conditions.iter().map(join).collect())).unwrap();
        if let Some(parent) = collection.parent {
            writeln!(text, "parent = \"{}\"", world.collections[parent].name).unwrap();
        }
        text.push_str(if collection.person { "person = \"no\"\n" } else { "" });
        let mut learn = Vec::new();
        learn.extend(collection.learn_number.then_some("customer = [\"no\"]"));
        learn.extend(collection.learn_email.then_some("email = [\"email\"]"));
        writeln!(text, "learn = {{ {} }}", learn.join(", ")).unwrap();
        text.push_str(if collection.suggest { "suggest = { email = [\"typed\"] }\n" } else { "" });
        if let Some(flag) = collection.selection {
            writeln!(text, "where = \"flag = '{}'\"", i32::from(flag)).unwrap();
        }
        match collection.activity {
            Some(activity) => writeln!(text, "activity = \"a{activity}\"").unwrap(),
            None => {
                let values: Vec<String> = (0..ACTIVITIES.len()).map(|at| format!("a{at} = \"a{at}\"")).collect();
                writeln!(text, "activity = {{ column = \"act\", values = {{ {} }} }}", values.join(", ")).unwrap();
            }
        }
        match collection.origin {
            Some(origin) => writeln!(text, "origin = \"{origin}\"").unwrap(),
            None => writeln!(text, "origin = {{ column = \"org\" }}").unwrap(),
        }
        text.push_str("restricted = \"restr\"\n");
        if collection.holds {
            text.push_str("legal_hold = \"hold\"\nretention_from = \"since\"\n");
        }
        writeln!(text, "[collection.{}.columns]", collection.name).unwrap();
        for column in columns(table) {
            writeln!(text, "{column} = {}", classified(collection, &column)).unwrap();
        }
    }
    text
}

/// Writes the stores and the configuration into a folder.
pub fn write(world: &World, folder: &Path) {
    for store in 0..world.stores {
        let connection = Connection::open(folder.join(format!("s{store}.db"))).unwrap();
        let transaction = connection.unchecked_transaction().unwrap();
        world.tables.iter().filter(|table| table.store == store).for_each(|table| write_table(&transaction, table));
        // Also a store without tables is a database.
        transaction.pragma_update(None, "user_version", 1).unwrap();
        transaction.commit().unwrap();
    }
    std::fs::write(folder.join("art20.toml"), configuration(world)).unwrap();
}

/// The request, as options of the command line.
pub fn arguments(world: &World) -> Vec<String> {
    let mut arguments = Vec::new();
    for (kind, value) in &world.request {
        arguments.extend(["-s".to_owned(), format!("{kind}:{value}")]);
    }
    arguments.extend(world.received.iter().flat_map(|at| ["--received".to_owned(), (*at).to_owned()]));
    arguments.extend(["--third-parties".to_owned(), world.third_parties.to_owned()]);
    if world.accept_shared {
        arguments.extend(["--accept-shared".to_owned(), "asked on the telephone".to_owned()]);
    }
    if world.same_person {
        arguments.extend(["--same-person".to_owned(), "asked on the telephone".to_owned()]);
    }
    arguments
}
