//! The example and the synthetic stores as wholes.

use super::*;
use crate::controller::{Comparison, Controller, TermSource};
use rusqlite::Connection;
use std::collections::BTreeMap;

const SMALL: Size = Size { subjects: 60, messages: 12, seed: 1 };

fn made(size: Size) -> (tempfile::TempDir, BTreeMap<String, Vec<u8>>) {
    let dir = tempfile::tempdir().unwrap();
    let files = synthetic(dir.path(), size, &mut |_, _| {}).unwrap();
    let bytes = files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect();
    (dir, bytes)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn texts(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

const STORES: [(&str, &str); 3] = [("crm.db", CRM), ("billing.db", BILLING), ("mail.db", MAIL)];

#[test]
fn the_example_is_written_as_the_fixtures_are() {
    let above = tempfile::tempdir().unwrap();
    let dir = above.path().join("a/b");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/trexlabel");
    let files = example(&dir).unwrap();
    assert_eq!(files.len(), fs::read_dir(&fixtures).unwrap().count());
    for path in files {
        assert_eq!(fs::read(&path).unwrap(), fs::read(fixtures.join(name(&path))).unwrap());
    }
}

#[test]
fn a_file_that_is_there_is_never_overwritten_and_nothing_is_written_beside_it() {
    for file in ["art20.toml", "crm.sql", "mail.db"] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(file), "mine").unwrap();
        let results = [
            (file != "mail.db").then(|| example(dir.path())),
            (file != "crm.sql").then(|| synthetic(dir.path(), SMALL, &mut |_, _| {})),
        ];
        for result in results.into_iter().flatten() {
            let error = result.unwrap_err();
            assert!(matches!(&error, DemoError::Exists { paths } if paths == &[dir.path().join(file)]), "{error}");
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(fs::read(dir.path().join(file)).unwrap(), b"mine");
    }
}

#[test]
fn a_size_out_of_bounds_is_refused_before_anything_is_written() {
    let above = tempfile::tempdir().unwrap();
    for (subjects, messages) in [(0, 1), (1, 0), (SUBJECTS + 1, 1), (2, MESSAGES), (10, u64::MAX)] {
        let dir = above.path().join("demo");
        let error = synthetic(&dir, Size { subjects, messages, seed: 1 }, &mut |_, _| {}).unwrap_err();
        assert!(matches!(error, DemoError::Size { .. }), "{error}");
        assert!(!dir.exists());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let (dir, first) = made(SMALL);
    assert_eq!(first, made(SMALL).1);
    let other = made(Size { seed: 2, ..SMALL }).1;
    for (file, bytes) in &first {
        assert_ne!(bytes, &other[file], "{file}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), first.len(), "nothing is left beside the files");
}

#[test]
fn a_store_has_the_example_s_schema() {
    let (dir, _) = made(SMALL);
    for (file, script) in STORES {
        let (store, example) =
            (Connection::open(dir.path().join(file)).unwrap(), Connection::open_in_memory().unwrap());
        example.execute_batch(script).unwrap();
        let tables = "SELECT sql FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        assert_eq!(texts(&store, tables), texts(&example, tables));
        let names = "SELECT name FROM sqlite_schema ORDER BY name";
        assert_eq!(texts(&store, names), texts(&example, names));
        assert_eq!(number(&store, "PRAGMA page_size"), 4096);
        assert_eq!(texts(&store, "PRAGMA journal_mode"), ["delete"]);
        assert_eq!(texts(&store, "PRAGMA integrity_check"), ["ok"]);
        assert!(store.prepare("PRAGMA foreign_key_check").unwrap().query([]).unwrap().next().unwrap().is_none());
    }
}

#[test]
fn the_least_store_fills_every_table_and_a_small_one_every_column() {
    for size in [Size { subjects: 1, messages: 1, seed: 3 }, SMALL] {
        let (dir, _) = made(size);
        for (file, _) in STORES {
            let store = Connection::open(dir.path().join(file)).unwrap();
            for table in texts(&store, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
                assert!(number(&store, &format!("SELECT count(*) FROM {table}")) > 0, "{table}");
                for column in texts(&store, &format!("SELECT name FROM pragma_table_info('{table}')")) {
                    let filled = number(&store, &format!("SELECT count(\"{column}\") FROM {table}"));
                    assert!(filled > 0 || size != SMALL, "{table}.{column}");
                }
            }
        }
    }
}

#[test]
fn each_subject_has_as_many_messages_as_asked_for_scattered_in_the_order_of_time() {
    let (dir, _) = made(SMALL);
    let mail = Connection::open(dir.path().join("mail.db")).unwrap();
    assert_eq!(number(&mail, "SELECT count(*) FROM emails"), 60 * 12);
    let own = "\"from\" = 'subject-000001@example.org' OR \"to\" = 'subject-000001@example.org'";
    assert_eq!(number(&mail, &format!("SELECT count(*) FROM emails WHERE {own}")), 12);
    let uneven = "SELECT count(*) FROM (SELECT count(*) AS n FROM emails GROUP BY iif(state = 'sent', \"to\", \"from\")) \
                  WHERE n <> 12";
    assert_eq!(number(&mail, uneven), 0);
    // One in each round of sixty.
    let rounds = format!("SELECT count(DISTINCT (id - 1) / 60) FROM emails WHERE {own}");
    assert_eq!(number(&mail, &rounds), 12);
    let backwards = "SELECT count(*) FROM emails a JOIN emails b ON b.id = a.id + 1 \
                     WHERE unixepoch(b.sent_at) < unixepoch(a.sent_at)";
    assert_eq!(number(&mail, backwards), 0);
    let answers = "SELECT count(*) FROM emails a WHERE in_reply_to IS NOT NULL AND NOT EXISTS \
                   (SELECT 1 FROM emails b WHERE b.message_id = a.in_reply_to AND b.thread = a.thread AND b.id < a.id)";
    assert_eq!(number(&mail, answers), 0);
    let (bytes, share) = (number(&mail, "SELECT sum(octet_length(text)) / count(*) FROM emails"), 60 * 12 / 20);
    assert!((800..1300).contains(&bytes), "{bytes}");
    let attachments = number(&mail, "SELECT count(*) FROM attachments");
    assert!((share / 2..share * 2).contains(&attachments), "{attachments}");
}

#[test]
fn invoices_add_up_to_the_cent() {
    let (dir, _) = made(SMALL);
    let billing = Connection::open(dir.path().join("billing.db")).unwrap();
    let wrong = "SELECT count(*) FROM invoices WHERE total_minor IS NOT \
                 (SELECT sum(line_minor) FROM invoice_lines WHERE invoice_no = number)";
    assert_eq!(number(&billing, wrong), 0);
    assert_eq!(number(&billing, "SELECT count(*) FROM invoice_lines WHERE quantity * unit_minor <> line_minor"), 0);
    let unpaid = "SELECT count(*) FROM payments JOIN invoices ON number = invoice_no \
                  WHERE amount <> iif(invoices.currency = 'JPY', '' || total_minor, printf('%.2f', total_minor / 100.0))";
    assert_eq!(number(&billing, unpaid), 0);
}

#[test]
fn what_is_drawn_for_a_subject_does_not_depend_on_how_many_there_are() {
    let (few, many) = (made(SMALL).0, made(Size { subjects: 90, ..SMALL }).0);
    let text = "SELECT text FROM emails WHERE \"to\" = 'subject-000007@example.org' ORDER BY id";
    let of = |dir: &tempfile::TempDir| texts(&Connection::open(dir.path().join("mail.db")).unwrap(), text);
    assert!(!of(&few).is_empty());
    assert_eq!(of(&few), of(&many));
}

#[test]
fn progress_ends_with_all_steps_done() {
    let dir = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    synthetic(dir.path(), SMALL, &mut |done, total| told.push((done, total))).unwrap();
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(60 * 15, 60 * 15)));
}

#[test]
fn every_change_of_the_configuration_finds_its_place() {
    for (from, _) in CHANGES {
        assert!(CONFIGURATION.contains(from), "{from}");
    }
}

#[test]
fn an_index_serves_every_match() {
    let (dir, _) = made(SMALL);
    let controller = Controller::read(&dir.path().join("art20.toml")).unwrap();
    for collection in &controller.collections {
        let store = Connection::open(dir.path().join(format!("{}.db", collection.store))).unwrap();
        for condition in &collection.matches {
            for term in &condition.terms {
                let identifier = matches!(term.source, TermSource::Subject(_));
                assert!(!identifier || term.comparison == Comparison::Bytes || term.column == "customer_no");
            }
            let tests: Vec<String> =
                condition.terms.iter().map(|term| format!("\"{}\" IN (?1, ?2)", term.column)).collect();
            let sql = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {} WHERE {}", collection.table, tests.join(" AND "));
            let plan: String = store.query_row(&sql, ["a", "b"], |row| row.get("detail")).unwrap();
            assert!(plan.starts_with("SEARCH"), "{}: {plan}", collection.name);
        }
    }
}
