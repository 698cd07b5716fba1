//! A made-up controller with a table of every kind and a column for every field, in which anything may stand.

use crate::choices::Choices;
use art20::records::{FieldSpec, Kind, Shape};
use rusqlite::types::Value;
use std::fmt::Write as _;
use std::path::Path;

const NASTY: [&str; 14] = [
    "",
    " ",
    "Zoë \u{1f469}\u{1f3fd}\u{200d}\u{1f680}",
    "李雷",
    "ليلى حداد",
    "=1+1",
    "a\r\nb\rc\n",
    "nul\0inside",
    "\u{202e}abc",
    "\"quoted\", 'so' \\ too",
    "{\"code\":\"A\",\"label\":\"B\"}",
    "null",
    "007",
    "\u{7f}\u{85}\u{feff}",
];
const TIMES: [&str; 6] = [
    "2024-02-29",
    "2024-03-01T09:00:00Z",
    "2024-03-01 09:00:00.1234567890+05:30",
    "1969-12-31T23:59:59.999-08:00",
    "2023-02-29",
    "Fri, 01 Mar 2024 09:00:00 +0100",
];
const NUMBERS: [&str; 8] =
    ["19.90", "0.10", "-0.005", "123456789012345678901234567890.123", "1e3", "12,5", "9007199254740993", "0"];
const PARTIES: [&str; 6] =
    ["a@x.org", "\"Ann, of course\" <ann@x.org>, b@y.org", "+49 30 123456", "李雷 <li@例子.cn>", "<>", "Ann Lee"];
const JSON: [&str; 7] = [
    "{\"a\":[1.50,null,true]}",
    "[]",
    "\"text\"",
    "12.50",
    "{\"code\":\"x\",\"label\":\"y\"}",
    "false",
    "{\"a\":1,\"a\":2}",
];

/// One table: the columns of its fields with their mappings, and its rows.
struct Table {
    kind: Kind,
    columns: Vec<(String, String)>,
    rows: Vec<Vec<Value>>,
}

pub struct World {
    tables: Vec<Table>,
}

impl World {
    pub fn new(mut choices: Choices) -> World {
        let c = &mut choices;
        // Not every controller has children at all.
        let nested = c.percent(80);
        let kinds = Kind::ALL.into_iter().filter(|kind| nested || kind.parent().is_none());
        World { tables: kinds.map(|kind| table(c, kind)).collect() }
    }

    pub fn write(&self, folder: &Path) {
        let store = rusqlite::Connection::open(folder.join("s.db")).unwrap();
        let mut config = String::from(
            "version = 1\n[controller]\nname = \"Made up\"\nid = \"https://made-up.example\"\ntime_zone = \"Asia/Kolkata\"\n\
             [activity.all]\ntitle = { en = \"Everything\", zh-CN = \"一切\" }\nlegal_basis = \"contract\"\npurpose = \"\\\"To be\\\" tried\\n\"\n\
             [activity.given]\nlegal_basis = \"legitimate_interests\"\nvoluntary = true\n\
             [store.s]\nurl = \"sqlite:s.db\"\n",
        );
        for table in &self.tables {
            World::table(&store, table, &mut config);
        }
        std::fs::write(folder.join("art20.toml"), config).unwrap();
    }

    fn table(store: &rusqlite::Connection, table: &Table, config: &mut String) {
        let name = table.kind.name();
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let mut columns = vec![
            "id INTEGER PRIMARY KEY".to_owned(),
            "s".into(),
            "s2".into(),
            "parent".into(),
            "mark".into(),
            "basis".into(),
        ];
        columns.extend(table.columns.iter().map(|(column, _)| format!("\"{column}\"")));
        store.execute_batch(&format!("CREATE TABLE \"{name}\" ({})", columns.join(", "))).unwrap();
        for row in &table.rows {
            let places: Vec<String> = (1..=row.len()).map(|nth| format!("?{nth}")).collect();
            let sql = format!("INSERT INTO \"{name}\" VALUES (NULL, {})", places.join(", "));
            store.execute(&sql, rusqlite::params_from_iter(row)).unwrap();
        }
        writeln!(config, "[collection.{name}s]\nstore = \"s\"\ntable = \"{name}\"\nkind = \"{name}\"\nkey = [\"id\"]")
            .unwrap();
        config.push_str(
            "activity = { column = \"basis\", values = { all = \"all\", given = \"given\" } }\nrestricted = \"mark\"\n",
        );
        match table.kind.parent() {
            Some(parent) => {
                let parent = format!("{}s", parent.name());
                writeln!(config, "parent = \"{parent}\"\nmatch = [\"parent = {parent}.id\"]").unwrap();
            }
            None => config.push_str("match = [\"s = subject.customer\", \"s2 = subject.customer\"]\n"),
        }
        if table.kind != Kind::Message {
            config.push_str("origin = \"provided\"\n");
        }
        writeln!(config, "[collection.{name}s.columns]").unwrap();
        for column in ["id", "s", "s2", "parent", "mark", "basis"] {
            writeln!(config, "{column} = {{ omit = \"internal\" }}").unwrap();
        }
        for (column, mapping) in &table.columns {
            writeln!(config, "{} = {mapping}", quoted(column)).unwrap();
        }
    }
}

fn table(c: &mut Choices, kind: Kind) -> Table {
    let mut columns: Vec<(String, String, Option<&'static FieldSpec>)> = Vec::new();
    for spec in kind.fields() {
        // Where the content stands, its path is the archive's; what a channel is must be known.
        if (kind == Kind::Attachment && spec.path == "path")
            || c.percent(10) && spec.path != "updated" && spec.path != "name.full"
        {
            continue;
        }
        columns.push((spec.path.into(), format!("\"{}\"", spec.path), Some(spec)));
        let twice = matches!(spec.shape, Shape::Emails | Shape::Phones)
            || (kind == Kind::Contact && spec.shape == Shape::Postal);
        if twice && c.percent(50) {
            let mapping = format!("{{ field = \"{}\", label = \"work\" }}", spec.path);
            columns.push((format!("{} 2", spec.path), mapping, Some(spec)));
        }
    }
    for (name, attributes) in [
        ("plain", ""),
        ("Plain", ""),
        ("Ü und.so \\\" weiter", ""),
        ("json", ", format = \"json\", keys = \"all\""),
        ("code", ", values = { A = \"first\", \"007\" = { en = \"seventh\", zh-CN = \"第七\" } }"),
        ("score", ", origin = \"derived\""),
        ("time", ", format = \"unix_ms\""),
    ] {
        columns.push((
            format!("x {}", columns.len()),
            format!("{{ field = \"additional.{name}\"{attributes} }}"),
            None,
        ));
    }
    let rows = (0..c.below(6) + 2).map(|nth| row(c, kind, &columns, nth)).collect();
    Table { kind, columns: columns.into_iter().map(|(column, mapping, _)| (column, mapping)).collect(), rows }
}

fn row(
    c: &mut Choices,
    kind: Kind,
    columns: &[(String, String, Option<&'static FieldSpec>)],
    nth: usize,
) -> Vec<Value> {
    let who = match nth {
        0 => "1",
        1 => "2",
        _ => c.of(&["1", "1", "2", "3"]),
    };
    // A record between the two stands in the archives of both.
    let also = if c.percent(20) && kind == Kind::Message { Value::Text("2".into()) } else { Value::Null };
    let parent = Value::Integer(c.below(4) as i64 + 1);
    let mark = if c.percent(20) { Value::Integer(1) } else { Value::Null };
    let mut row = vec![Value::Text(who.into()), also, parent, mark, Value::Text(c.of(&["all", "all", "given"]).into())];
    row.extend(columns.iter().map(|(_, mapping, spec)| value(c, *spec, mapping)));
    row
}

fn value(c: &mut Choices, spec: Option<&FieldSpec>, mapping: &str) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    match c.below(10) {
        0 | 1 => return Value::Null,
        2 => return text(c.of(&NASTY)),
        3 => {
            return match c.below(4) {
                0 => Value::Integer(c.below(1000) as i64 - 500),
                1 => Value::Integer(i64::MAX),
                2 => Value::Real(c.below(1000) as f64 / 8.0),
                _ => Value::Blob(vec![0xff, 0xfe, c.below(256) as u8]),
            };
        }
        _ => {}
    }
    match spec.map(|spec| spec.shape) {
        Some(Shape::Time | Shape::Day) => text(c.of(&TIMES)),
        Some(Shape::Money | Shape::Decimal | Shape::Seconds | Shape::Integer) => text(c.of(&NUMBERS)),
        Some(Shape::Currency) => text(c.of(&["EUR", "jpy", "XXQ"])),
        Some(Shape::Emails | Shape::Party | Shape::Parties | Shape::Phones) => text(c.of(&PARTIES)),
        Some(Shape::Word(words)) => text(words[c.below(words.len())]),
        Some(Shape::Content) => {
            let bytes = c.of(&[0, 1, 100, 70_000, 200_000]);
            let seed = c.below(256) as u8;
            let body = (0..bytes).map(|at: usize| (at as u8).wrapping_mul(31) ^ seed);
            // An e-mail has header fields, and some of them go.
            let head = b"From: a@x.org\r\nBcc: hidden@x.org\r\nSubject: =?utf-8?q?a?=\r\nReceived: x\r\n\ty\r\n\r\n";
            let head = if spec.is_some_and(|spec| spec.path == "raw") { head.as_slice() } else { &[] };
            Value::Blob(head.iter().copied().chain(body).collect())
        }
        None if mapping.contains("json") => text(c.of(&JSON)),
        None if mapping.contains("values") => text(c.of(&["A", "007", "B"])),
        _ => text(c.of(&NASTY)),
    }
}
