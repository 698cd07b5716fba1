//! Files of comma-separated values as other programs write them.

use art20::controller::{Collection, Controller};
use art20::stores::{Stores, Surroundings};
use art20::subject::Finder;
use std::cell::RefCell;
use std::path::Path;

/// Where art20 takes a file, it finds in it what the crate csv finds; else it says in which line it gave up.
pub fn csv(bytes: &[u8]) {
    thread_local!(static FOLDER: RefCell<tempfile::TempDir> = RefCell::new({
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tables")).unwrap();
        folder
    }));
    FOLDER.with_borrow(|folder| {
        std::fs::write(folder.path().join("tables/t.csv"), bytes).unwrap();
        let Some(ours) = ours(folder.path()) else { return };
        // Another encoding, and lines that end in CR alone beside others, are read in ways of their own.
        if let (Ok(text), false) = (std::str::from_utf8(bytes), bytes.starts_with(&[0xef, 0xbb, 0xbf])) {
            let theirs = theirs(text);
            assert_eq!(ours, theirs, "{text:?}");
        }
    });
}

/// Every row as art20 reads it, the heading first; none where it refuses the file.
fn ours(folder: &Path) -> Option<Vec<Vec<String>>> {
    let controller = Controller::parse(&folder.join("art20.toml"), CONFIGURATION.to_owned()).unwrap();
    let surroundings = Surroundings { now: jiff::Timestamp::now, variable: |_| None, interrupted: Default::default() };
    let stores = match Stores::open(&controller, &surroundings, &[]) {
        Ok(stores) => stores,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.advice().is_empty());
            return None;
        }
    };
    let heading = stores.tables_of("files").first()?.columns.clone();
    let collection = Collection { key: vec![heading.first()?.clone()], ..controller.collections[0].clone() };
    let columns: Vec<&str> = heading.iter().map(String::as_str).collect();
    let mut rows = vec![heading.clone()];
    stores
        .find(&collection, &[], &columns, &mut |row| {
            let text = |cell: &art20::records::Cell| {
                String::from_utf8(cell.text().unwrap_or_default().into_owned()).unwrap_or_else(|_| "no text".into())
            };
            rows.push(row.cells.iter().map(text).collect());
            Ok(())
        })
        .ok()?;
    Some(rows)
}

fn theirs(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

const CONFIGURATION: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
[activity.shop]
legal_basis = "contract"
purpose = "Selling"
[store.files]
url = "csv:tables"
[collection.rows]
store = "files"
table = "t"
kind = "other"
activity = "shop"
origin = "provided"
key = ["id"]
match = ["id == subject.id"]
[collection.rows.columns]
id = { omit = "row number" }
"#;
