//! Folders of CSV and of JSON Lines as stores: they give what a database gives, and a damaged or changed file stops the
//! run with a sentence that helps.

mod common;

use art20::controller::Controller;
use art20::stores::{StoreError, Stores, Surroundings};
use art20::subject::{ColumnTest, Finder, RowId, Test};
use common::unpacked::{records, unpacked};
use common::{art20, fixture, scratch};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

/// The shop's configuration with this in the place of the store's URL, and more lines of its section.
fn configuration(url: &str, more: &str) -> String {
    let text = fs::read_to_string(fixture("files/art20.toml")).unwrap();
    text.replace("url = \"STORE\"", &format!("url = \"{url}\"\n{more}"))
}

/// Copies a folder of fixtures beside the configuration.
fn folder(name: &str, url: &str, more: &str) -> tempfile::TempDir {
    let folder = scratch();
    fs::create_dir(folder.path().join(name)).unwrap();
    for entry in fs::read_dir(fixture("files").join(name)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(name).join(path.file_name().unwrap())).unwrap();
    }
    fs::write(folder.path().join("art20.toml"), configuration(url, more)).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    art20().current_dir(folder).args(arguments).output().unwrap()
}

fn export(folder: &Path, subject: &str) -> Output {
    let fixed = ["export", "-q", "--identity-check", "in-person", "--as-of", "2026-01-01T00:00:00Z", "-o", "a.zip"];
    run(folder, &[&fixed[..], &["-s", subject]].concat())
}

/// The files of records that an export writes.
fn record_files(folder: &Path, subject: &str) -> BTreeMap<String, Vec<u8>> {
    let exported = export(folder, subject);
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let files = unpacked(&folder.join("a.zip"));
    fs::remove_file(folder.join("a.zip")).unwrap();
    fs::remove_file(folder.join("a.receipt.json")).unwrap();
    files
        .into_iter()
        .filter(|(path, _)| path.starts_with("data/records/") || path.starts_with("data/tables/"))
        .collect()
}

#[test]
fn the_same_data_give_the_same_records_however_they_are_kept() {
    for subject in ["email:ann@example.org", "customer:K-2", "email:nobody@example.org"] {
        let expected = record_files(folder("sql", "sql:sql/shop.sql", "").path(), subject);
        assert!(!expected.is_empty());
        let csv = record_files(folder("csv", "csv:csv", "").path(), subject);
        let jsonl = record_files(folder("jsonl", "jsonl:jsonl", "").path(), subject);
        assert!(csv == expected, "{subject}: {}", String::from_utf8_lossy(&csv["data/records/contacts.ndjson"]));
        assert!(jsonl == expected, "{subject}: {}", String::from_utf8_lossy(&jsonl["data/records/contacts.ndjson"]));
    }
    // Her rows and nobody else's; the numbers in the order of numbers.
    let found = record_files(folder("csv", "csv:csv", "").path(), "email:ann@example.org");
    let references: Vec<String> =
        records(&found).iter().filter_map(|record| record["reference"].as_str().map(str::to_owned)).collect();
    assert_eq!(references, ["2", "10", "100"]);
    let text: String = found.values().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(!text.contains("stranger") && !text.contains("has no number"));
}

#[test]
fn encodings_and_forms_are_read_as_declared() {
    let expected = record_files(folder("csv", "csv:csv", "").path(), "email:ann@example.org");
    type Rewrite = fn(&str) -> Vec<u8>;
    let cases: [(&str, Rewrite); 5] = [
        ("encoding = \"gb18030\"", |text| encoding_rs::GB18030.encode(text).0.into_owned()),
        // A byte order mark says more than the declaration.
        ("encoding = \"windows-1252\"", |text| {
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
        }),
        ("encoding = \"utf-16be\"", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("", |text| [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("delimiter = \"\\t\"\nquote = \"'\"\nnull = \"\\\\N\"", |text| {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let mut all = String::new();
            // As written by a program that quotes everything, and has a word for nothing.
            let empty = text.contains("\"\"\n") || text.contains("\"\",");
            for row in reader.records() {
                let cells: Vec<String> = row
                    .unwrap()
                    .iter()
                    .map(|cell| {
                        if cell.is_empty() && !empty { "\\N".into() } else { format!("'{}'", cell.replace('\'', "''")) }
                    })
                    .collect();
                all.push_str(&format!("{}\r", cells.join("\t")));
            }
            all.into_bytes()
        }),
    ];
    for (form, rewrite) in cases {
        let folder = folder("csv", "csv:csv", form);
        let tables: &[&str] = if form.contains("null") { &["consents"] } else { &["people", "orders", "consents"] };
        for table in ["people", "orders", "consents"] {
            let path = folder.path().join(format!("csv/{table}.csv"));
            let text = fs::read_to_string(&path).unwrap();
            if tables.contains(&table) {
                fs::write(&path, rewrite(&text)).unwrap();
            } else {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
                let mut writer = csv::WriterBuilder::new().delimiter(b'\t').quote(b'\'').from_writer(Vec::new());
                reader.records().for_each(|row| writer.write_record(&row.unwrap()).unwrap());
                fs::write(&path, writer.into_inner().unwrap()).unwrap();
            }
        }
        if form.contains("null") {
            // Which empty cells were quoted is lost on the way: what the word for nothing says is not.
            assert!(record_files(folder.path(), "email:ann@example.org").contains_key("data/records/consents.ndjson"));
        } else {
            assert!(record_files(folder.path(), "email:ann@example.org") == expected, "{form}");
        }
    }
}

#[test]
fn a_file_that_is_wrong_stops_the_run_with_its_table_and_line() {
    let cases: [(&str, &str, &str, &str); 9] = [
        ("csv", "people.csv", "id,number\n1,2\n\n1,2,3\n", "line 4: the row has 3 cells, and the heading has 2"),
        ("csv", "people.csv", "id,number\n1,\"x\ny\"\n1\n", "line 4: the row has 1 cells, and the heading has 2"),
        ("csv", "people.csv", "id,number,id\n", "line 1: the columns 1 and 3 have the same heading"),
        ("csv", "people.csv", "id,,x\n", "line 1: column 2 has no heading"),
        ("csv", "people.csv", "", "line 1: it is empty"),
        (
            "csv",
            "people.csv",
            "id,number\n1,\"x\n2,y\n",
            "line 2: a quotation mark that opens in this row is never closed",
        ),
        ("jsonl", "people.jsonl", "{\"id\":1}\nno JSON\n", "line 2: it is no JSON object"),
        ("jsonl", "people.jsonl", "{\"id\":1,\"id\":2}\n", "line 1: a key stands twice in one object"),
        ("jsonl", "people.jsonl", "\n[1]\n", "line 2: it is no JSON object"),
    ];
    for (name, file, text, expected) in cases {
        let folder = folder(name, &format!("{name}:{name}"), "");
        fs::write(folder.path().join(name).join(file), text).unwrap();
        // Columns that the configuration names and the file lacks would be said first.
        let short = configuration(&format!("{name}:{name}"), "");
        let mut short: String = short.split("[collection.people.columns]").next().unwrap().to_owned();
        short.push_str("[collection.people.columns]\nid = { omit = \"x\" }\nnumber = \"additional.n\"\n");
        let short = short
            .replace("match = [\"email = subject.email\", ", "match = [")
            .replace(", email = [\"email\"]", "")
            .replace("consent = \"consents\"\n", "")
            .replace("[store.shop.ignore]\n", "[store.shop.ignore]\norders = \"x\"\nconsents = \"x\"\n");
        fs::write(folder.path().join("art20.toml"), short).unwrap();
        let exported = export(folder.path(), "customer:K-1");
        let errors = String::from_utf8_lossy(&exported.stderr).into_owned();
        assert_eq!(exported.status.code(), Some(1), "{expected}: {errors}");
        assert!(errors.contains("`people`") && errors.contains(expected), "{expected}: {errors}");
        assert!(errors.contains("what to do"), "{errors}");
        assert!(!folder.path().join("a.zip").exists());
    }
}

#[test]
fn what_nobody_classified_stops_the_run() {
    let csv = folder("csv", "csv:csv", "");
    fs::write(csv.path().join("csv/more.CSV"), "x\n").unwrap();
    fs::write(csv.path().join("csv/notes.txt"), "no table").unwrap();
    fs::write(csv.path().join("csv/.hidden.csv"), "no table").unwrap();
    let errors = export(csv.path(), "email:ann@example.org");
    assert_eq!(errors.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&errors.stderr).into_owned();
    assert!(errors.contains("the table `more`") && !errors.contains("notes") && !errors.contains("hidden"), "{errors}");

    let jsonl = folder("jsonl", "jsonl:jsonl", "");
    let path = jsonl.path().join("jsonl/people.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{}\n", r#"{"id":13,"address":{"zip":"1","geo":null}}"#)).unwrap();
    let errors = export(jsonl.path(), "email:ann@example.org");
    assert_eq!(errors.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&errors.stderr).into_owned();
    assert!(errors.contains("`/address/zip`") && errors.contains("`/address/geo`"), "{errors}");
    // A column that no line has just now is not wrong.
    assert!(!errors.contains("does not have"), "{errors}");
}

#[test]
fn what_the_configuration_asks_of_the_wrong_store_is_a_fault() {
    for (name, url, more, expected) in [
        ("csv", "csv:csv", "encoding = \"klingon\"", "the encoding `klingon` is not known"),
        ("csv", "csv:csv", "encoding = \"iso-2022-jp\"", "cannot be read; convert them first"),
        ("csv", "csv:csv", "delimiter = \"||\"", "`delimiter` must be one ASCII character"),
        ("csv", "csv:csv", "delimiter = \"\\\"\"", "the same character"),
        ("csv", "csv:csv", "variant = \"mboxrd\"", "`variant` is only for stores of the kind `mbox:`"),
        ("csv", "csv:csv", "charset = \"utf-8\"", "charset"),
        ("jsonl", "jsonl:jsonl", "encoding = \"utf-8\"", "`encoding` is only for stores of the kind `csv:`"),
        ("sql", "sql:sql/shop.sql", "quote = \"'\"", "`quote` is only for stores of the kind `csv:`"),
    ] {
        let folder = folder(name, url, more);
        let checked = run(folder.path(), &["check"]);
        let errors = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert_eq!(checked.status.code(), Some(3), "{more}: {errors}");
        assert!(errors.contains(expected), "{more}: {errors}");
    }
    let folder = folder("csv", "csv:csv", "");
    let text = configuration("csv:csv", "").replace("person = \"number\"", "person = \"number\"\nwhere = \"1\"");
    fs::write(folder.path().join("art20.toml"), text).unwrap();
    let checked = run(folder.path(), &["check"]);
    assert_eq!(checked.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("`where` is a condition in SQL"));
}

#[test]
fn a_folder_that_is_not_there_or_no_folder_is_said() {
    let folder = folder("csv", "csv:absent", "");
    let missing = run(folder.path(), &["check"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("does not exist"));
    fs::write(folder.path().join("absent"), "a file").unwrap();
    let wrong = run(folder.path(), &["check"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("cannot be opened"));
}

#[test]
fn check_asks_for_no_index_where_there_can_be_none() {
    let checked = run(folder("csv", "csv:csv", "").path(), &["check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(!String::from_utf8_lossy(&checked.stdout).contains("CREATE INDEX"));
}

fn stores(folder: &Path) -> (Controller, Stores) {
    let controller = Controller::read(&folder.join("art20.toml")).unwrap();
    let surroundings = Surroundings { now: jiff::Timestamp::now, interrupted: Default::default() };
    let stores = Stores::open(&controller, &surroundings, &[]).unwrap();
    (controller, stores)
}

#[test]
fn a_file_that_changes_during_the_run_is_noticed() {
    let changes: [fn(&Path); 3] = [
        |path| fs::write(path, fs::read_to_string(path).unwrap() + "13,K-3,X,x@example.org,,,\n").unwrap(),
        |path| fs::remove_file(path).unwrap(),
        |path| {
            let text = fs::read(path).unwrap();
            fs::rename(path, path.with_extension("old")).unwrap();
            fs::write(path, text).unwrap();
        },
    ];
    for change in changes {
        let folder = folder("csv", "csv:csv", "");
        let (_, stores) = stores(folder.path());
        stores.confirm().unwrap();
        change(&folder.path().join("csv/people.csv"));
        assert!(matches!(stores.confirm(), Err(StoreError::Changed { .. })));
    }
}

#[test]
fn a_table_larger_than_what_is_held_is_read_row_by_row_from_any_place() {
    let folder = folder("csv", "csv:csv", "encoding = \"gb18030\"");
    let mut text = String::from("id,number,name,email,city,note,born\n");
    for at in 0..20_000 {
        let mark = if at % 7 == 0 { "\"a\r\n\"\"b\"" } else { "李" };
        text.push_str(&format!("{at},K-{},{mark},x{at}@example.org,,,\r\n", at % 1_000));
    }
    let bytes = encoding_rs::GB18030.encode(&text).0.into_owned();
    assert!(bytes.len() > 600_000);
    fs::write(folder.path().join("csv/people.csv"), bytes).unwrap();
    let (controller, stores) = stores(folder.path());
    let people = &controller.collections[0];
    let values = [b"K-77".to_vec()];
    let tests = [ColumnTest { column: "number", test: Test::TextIn(&values) }];
    let mut rows = Vec::new();
    stores
        .find(people, &tests, &["email"], &mut |row| {
            rows.push((row.row, row.cells[0].utf8().unwrap()));
            Ok(())
        })
        .unwrap();
    assert_eq!(rows.len(), 20);
    rows.reverse();
    let ids: Vec<&RowId> = rows.iter().map(|(row, _)| row).collect();
    let mut read = Vec::new();
    stores
        .read(people, &ids, &["email", "name"], &mut |nth, cells| {
            read.push((nth, cells[0].utf8().unwrap(), cells[1].utf8().unwrap()));
            Ok(())
        })
        .unwrap();
    for (nth, ((_, email), (position, again, name))) in rows.iter().zip(&read).enumerate() {
        assert_eq!((nth, email), (*position, again));
        assert!(name == "李" || name == "a\r\n\"b", "{name}");
    }
}
