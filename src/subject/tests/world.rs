//! A test double of the stores: tables in memory, seen by a store that lets every row pass and by one that does not.

use crate::controller::{Collection, Controller};
use crate::records::Cell;
use crate::subject::{
    ColumnTest, Decisions, Finder, FoundRow, Identification, Identifier, IdentifyError, RowFate, RowId, Test,
    canonical_in, identify, list_has,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

/// A failure that no test expects.
#[derive(Debug, PartialEq)]
pub struct Broken;

pub struct World {
    pub controller: Controller,
    tables: HashMap<String, (Vec<String>, Vec<Vec<Cell>>)>,
    /// Whether the store leaves out what cannot match; a store need not.
    strict: bool,
    /// Whether the store leaves open what `where` admits where it may.
    open: bool,
    /// How often the last search asked for rows of each collection.
    asked: RefCell<HashMap<String, usize>>,
}

/// A table: its name, its columns and its rows. The empty text is NULL, digits are a number, `'1` is the text 1.
pub type Rows<'a> = (&'a str, &'a str, &'a [&'a str]);

fn cell(text: &str) -> Cell {
    match (text.strip_prefix('\''), text.parse::<i64>()) {
        _ if text.is_empty() => Cell::Null,
        (Some(text), _) => Cell::Text(text.as_bytes().to_vec()),
        (None, Ok(number)) => Cell::Integer(number),
        (None, Err(_)) => Cell::Text(text.as_bytes().to_vec()),
    }
}

impl World {
    /// Collections as (name, table, further lines of the configuration), and the tables; columns and cells stand
    /// between bars. In a column `sel` stand the collections whose `where` admits the row.
    pub fn new(collections: &[(&str, &str, &str)], tables: &[Rows<'_>]) -> World {
        let mut text = String::from(
            "version = 1\n[controller]\nname = \"T\"\nid = \"https://t.example\"\ncountry = \"DE\"\n\
             [activity.a]\nlegal_basis = \"contract\"\n[store.s]\nurl = \"sqlite:none.db\"\n",
        );
        let split = |line: &str| line.split('|').map(|part| part.trim().to_owned()).collect::<Vec<String>>();
        let mut known = HashMap::new();
        for (name, columns, rows) in tables {
            let rows = rows.iter().map(|row| split(row).iter().map(|text| cell(text)).collect()).collect();
            known.insert((*name).to_owned(), (split(columns), rows));
        }
        for (name, table, lines) in collections {
            let kind = if lines.contains("kind =") { "" } else { "kind = \"other\"\n" };
            let key = if lines.contains("key =") { "" } else { "key = [\"id\"]\n" };
            text.push_str(&format!(
                "[collection.{name}]\nstore = \"s\"\ntable = \"{table}\"\n{kind}activity = \"a\"\norigin = \"provided\"\n{key}{lines}\n[collection.{name}.columns]\n"
            ));
            for column in &known[*table].0 {
                text.push_str(&format!("{column} = {{ omit = \"not looked at\" }}\n"));
            }
        }
        let controller = Controller::parse(Path::new("art20.toml"), text).unwrap();
        World { controller, tables: known, strict: false, open: false, asked: RefCell::default() }
    }

    fn run(&self, subject: &[&str], decisions: Decisions) -> Result<Identification, IdentifyError<Broken>> {
        self.asked.borrow_mut().clear();
        let subject: Vec<Identifier> =
            subject.iter().map(|text| Identifier::parse(text, Some("DE")).unwrap()).collect();
        identify(&self.controller, &subject, decisions, self)
    }

    /// What is found, the same whether the store lets every row pass or only those that may match, and whenever it says
    /// what `where` admits.
    pub fn identify(&mut self, subject: &[&str], decisions: Decisions) -> Result<Found, IdentifyError<Broken>> {
        self.strict = false;
        let lax = self.run(subject, decisions);
        self.strict = true;
        let strict = self.run(subject, decisions);
        self.open = true;
        let open = self.run(subject, decisions);
        self.open = false;
        let show = |result: &Result<Identification, _>| match result {
            Ok(found) => format!("{:?}", self.found(found)),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(show(&lax), show(&strict), "it must not matter how much the store lets pass");
        assert_eq!(show(&lax), show(&open), "it must not matter when the store says what `where` admits");
        lax.map(|found| self.found(&found))
    }

    /// How often the last search asked for rows of this collection.
    pub fn asked(&self, collection: &str) -> usize {
        self.asked.borrow().get(collection).copied().unwrap_or_default()
    }

    /// Finds without decisions and without failing.
    pub fn find(&mut self, subject: &[&str]) -> Found {
        self.identify(subject, Decisions::default()).unwrap()
    }

    fn admits(&self, collection: &Collection, row: &[Cell]) -> bool {
        let (columns, _) = &self.tables[&collection.table];
        let admitting = columns.iter().position(|name| name == "sel").and_then(|at| row[at].utf8());
        collection.selection.is_none()
            || admitting.is_some_and(|names| names.split(' ').any(|name| name == collection.name))
    }

    fn found(&self, identification: &Identification) -> Found {
        let mut rows = HashMap::new();
        let mut parents = HashMap::new();
        let mut unreached = Vec::new();
        for (collection, matched) in self.controller.collections.iter().zip(&identification.matched) {
            let (columns, table) = &self.tables[&collection.table];
            let key = columns.iter().position(|column| *column == collection.key[0]).unwrap();
            let one = |row: &crate::subject::MatchedRow| {
                let RowId::Number(at) = row.row else { unreachable!() };
                let key = String::from_utf8(table[at as usize][key].text().unwrap().into_owned()).unwrap();
                let admitted = self.admits(collection, &table[at as usize]);
                let mark = match matched.fate_of(row, &[Cell::Integer(admitted.into())]) {
                    RowFate::Subject => "",
                    RowFate::Accepted => "+",
                    RowFate::SharedIdentifier => "!",
                    RowFate::NotSelected => "~",
                };
                format!("{key}{mark}")
            };
            rows.insert(collection.name.clone(), matched.rows.iter().map(one).collect::<Vec<_>>().join(" "));
            parents.insert(collection.name.clone(), matched.rows.iter().map(|row| row.parent.get()).collect());
            unreached.extend((!matched.reached).then(|| collection.name.clone()));
        }
        let known = |known: &crate::subject::KnownIdentifier| {
            let learned = if known.taught_by.is_some() { "+" } else { "" };
            let shared = if known.shared { "!" } else { "" };
            format!("{learned}{}:{}{shared}", known.identifier.kind(), known.identifier.canonical())
        };
        let suggested = identification.suggestions.iter().map(|s| s.identifier.canonical().to_owned());
        Found {
            rows,
            parents,
            unreached,
            identifiers: identification.identifiers.iter().map(known).collect::<Vec<_>>().join(" "),
            suggested: suggested.collect::<Vec<_>>().join(" "),
        }
    }
}

/// What was found, in words that a test can compare.
pub struct Found {
    rows: HashMap<String, String>,
    parents: HashMap<String, Vec<Option<u32>>>,
    /// Collections that no identifier reaches.
    pub unreached: Vec<String>,
    /// `+` before learned ones, `!` after shared ones.
    pub identifiers: String,
    /// Identifiers to ask about.
    pub suggested: String,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort();
        write!(f, "{rows:?} {:?} {} {}", self.unreached, self.identifiers, self.suggested)
    }
}

impl Found {
    /// The keys of a collection's rows: `!` stays out as shared, `+` accepted, `~` not selected.
    pub fn rows(&self, collection: &str) -> &str {
        &self.rows[collection]
    }

    /// The positions of the rows' parents.
    pub fn parents(&self, collection: &str) -> Vec<Option<u32>> {
        self.parents[collection].clone()
    }
}

impl Finder for World {
    type Error = Broken;

    fn find(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        *self.asked.borrow_mut().entry(collection.name.clone()).or_default() += 1;
        let (names, rows) = &self.tables[&collection.table];
        let get = |row: &[Cell], column: &str| row[names.iter().position(|name| name == column).unwrap()].clone();
        // From the end: nothing may depend on the order of the store.
        for (at, row) in rows.iter().enumerate().rev() {
            let passes = tests.iter().all(|test| {
                let cell = get(row, test.column);
                match test.test {
                    Test::TextIn(values) => canonical_in(&cell, "", None, values).is_some(),
                    Test::CanonicalIn { kind, values } => canonical_in(&cell, kind, Some("DE"), values).is_some(),
                    Test::ListHas { kind, values } => !list_has(&cell, kind, Some("DE"), values).is_empty(),
                }
            });
            if self.strict && !passes {
                continue;
            }
            visit(FoundRow {
                row: RowId::Number(at as i64),
                cells: columns.iter().map(|column| get(row, column)).collect(),
                selected: self.admits(collection, row),
            })?;
        }
        Ok(())
    }

    fn find_whether_selected_or_not(
        &self,
        collection: &Collection,
        tests: &[ColumnTest<'_>],
        columns: &[&str],
        visit: &mut dyn FnMut(FoundRow) -> Result<(), Broken>,
    ) -> Result<bool, Broken> {
        let open = self.open && collection.selection.is_some();
        self.find(collection, tests, columns, &mut |row| visit(FoundRow { selected: open || row.selected, ..row }))?;
        Ok(open)
    }

    fn read(
        &self,
        collection: &Collection,
        rows: &[&RowId],
        columns: &[&str],
        visit: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let (names, table) = &self.tables[&collection.table];
        for (nth, row) in rows.iter().enumerate() {
            let RowId::Number(at) = row else { return Err(Broken) };
            let cell = |column: &&str| {
                let place = names.iter().position(|name| name == column).unwrap();
                table[*at as usize][place].clone()
            };
            visit(nth, columns.iter().map(cell).collect())?;
        }
        Ok(())
    }

    fn key_names_rows(&self, _: &Collection) -> bool {
        false
    }
}
