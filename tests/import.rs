//! The receiving side: what was exported, imported and exported again is the same, of every kind and whatever stands in
//! it; an import changes nothing but what a later archive says; and it is all or nothing.

mod common;

#[path = "laws/choices.rs"]
mod choices;
#[path = "import/made_up.rs"]
mod made_up;

use choices::Choices;
use common::unpacked::unpacked;
use common::{art20, fixture, scratch};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Output;

const AS_OF: &str = "2026-11-23T12:00:00Z";

/// The data subjects of the example with data that go into an archive, each with an identifier of the request.
const SUBJECTS: [(&str, &str); 20] = [
    ("anna", "email:anna.mueller@example.org"),
    ("bjoern", "email:bjorn.old@example.net"),
    ("carla", "customer:C-1003"),
    ("dario", "phone:+442079460104"),
    ("mallory", "email:mallory@example.net"),
    ("niels", "email:niels@example.com"),
    ("olivia", "email:olivia@example.com"),
    ("paula", "email:paula@example.com"),
    ("sofia", "email:sofia.lindqvist@example.org"),
    ("namesake", "email:anna.mueller@example.net"),
    ("ben", "email:ben.okafor@example.net"),
    ("chinese", "email:li.ji@example.org"),
    ("arabic", "email:layla@example.org"),
    ("nasty", "email:o'neil+tag@example.org"),
    ("rita", "email:rita@example.com"),
    ("viktor", "email:viktor.horvath@example.org"),
    ("jonas", "email:jonas_k@example.net"),
    ("visitor", "visitor:v-7f3c09d1aa"),
    ("hana", "email:hana.sato@example.net"),
    ("susanna", "email:susanna.mueller@example.org"),
];

fn run(arguments: &[&str], folder: &Path) -> Output {
    art20().args(arguments).current_dir(folder).output().unwrap()
}

fn done(arguments: &[&str], folder: &Path) -> Output {
    let output = run(arguments, folder);
    let said = [&output.stdout[..], &output.stderr].concat();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
    output
}

fn export(config: &str, subject: &str, as_of: &str, zip: &str, folder: &Path) {
    let head = ["export", "-q", "--identity-check", "account-login", "--reference", "r", "--as-of", as_of];
    done(&[&head[..], &["-c", config, "-s", subject, "-o", zip]].concat(), folder);
}

/// Imports, and gives what `--json` says.
fn import(archive: &str, database: &str, folder: &Path) -> serde_json::Value {
    let into = format!("sqlite:{database}");
    let output = done(&["import", archive, "--into", &into, "--json", "-q"], folder);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The files of an archive below these folders. Records name the digest of every file that belongs to them.
fn below(zip: &Path, folders: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let mut files = unpacked(zip);
    files.retain(|path, _| folders.iter().any(|folder| path.starts_with(folder)));
    files
}

fn same_records(first: &Path, second: &Path, of: &str) {
    let folders = ["data/records/", "data/attachments/", "data/mail/", "data/conversations/recording"];
    let (first, second) = (below(first, &folders), below(second, &folders));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second), "{of}");
    for (path, bytes) in first.iter().filter(|(path, _)| !path.ends_with("folder.json")) {
        let (a, b) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&second[path]));
        for (a, b) in a.lines().zip(b.lines()) {
            assert_eq!(a, b, "{of}: {path}");
        }
        assert!(*bytes == second[path], "{of}: {path}");
    }
}

fn sha256(path: &Path) -> Vec<u8> {
    Sha256::digest(std::fs::read(path).unwrap()).to_vec()
}

#[test]
fn every_data_subject_of_the_example_gets_the_same_records_out_of_one_database_and_nobody_elses() {
    let scratch = scratch();
    let folder = scratch.path();
    let config = fixture("trexlabel/art20.toml");
    let mut identifiers = BTreeMap::new();
    for (name, subject) in SUBJECTS {
        export(config.to_str().unwrap(), subject, AS_OF, &format!("{name}.zip"), folder);
        let imported = import(&format!("{name}.zip"), "all.db", folder);
        identifiers.insert(name, imported["identifier"].as_str().unwrap().to_owned());
    }
    let again = |name: &str, subject: &str| {
        let _ = std::fs::remove_file(folder.join("again.zip"));
        let _ = std::fs::remove_file(folder.join("again.receipt.json"));
        export("all.toml", subject, AS_OF, "again.zip", folder);
        done(&["verify", "again.zip"], folder);
        same_records(&folder.join(format!("{name}.zip")), &folder.join("again.zip"), name);
    };
    for (name, subject) in SUBJECTS {
        again(name, &identifiers[name]);
        // By the same identifier too, where the records themselves tell it: not a number that only the controller
        // gives, an address that only an order names, or one to which others wrote.
        if subject.starts_with("email:") && !["hana", "jonas", "susanna"].contains(&name) {
            again(name, subject);
        }
    }
    again("dario", "phone:+44 20 7946 0104");
    let shared = run(&["plan", "-c", "all.toml", "-s", "email:family.ferri@example.org"], folder);
    assert_eq!(shared.status.code(), Some(5), "an address of two people names neither");
    let check = run(&["check", "-c", "all.toml"], folder);
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

#[test]
fn the_same_archive_again_changes_nothing_and_a_folder_is_as_good_as_a_zip() {
    let scratch = scratch();
    let folder = scratch.path();
    export(fixture("trexlabel/art20.toml").to_str().unwrap(), SUBJECTS[0].1, AS_OF, "a.zip", folder);
    let first = import("a.zip", "r.db", folder);
    assert!(first["new"].as_u64().unwrap() > 10);
    let digests = [sha256(&folder.join("r.db")), sha256(&folder.join("r.toml"))];
    zip::ZipArchive::new(std::fs::File::open(folder.join("a.zip")).unwrap())
        .unwrap()
        .extract(folder.join("a"))
        .unwrap();
    for archive in ["a.zip", "a"] {
        let again = import(archive, "r.db", folder);
        assert_eq!((again["new"].as_u64(), again["updated"].as_u64()), (Some(0), Some(0)));
        assert_eq!(again["unchanged"], first["new"]);
        assert_eq!(again["identifier"], first["identifier"]);
        assert_eq!([sha256(&folder.join("r.db")), sha256(&folder.join("r.toml"))], digests);
    }
}

/// A shop with one person, whose data can be changed between two exports.
fn shop(folder: &Path) -> rusqlite::Connection {
    let base = common::root().join("tests/cli/base");
    std::fs::copy(base.join("art20.toml"), folder.join("art20.toml")).unwrap();
    let shop = rusqlite::Connection::open(folder.join("shop.db")).unwrap();
    shop.execute_batch(&std::fs::read_to_string(base.join("shop.sql")).unwrap()).unwrap();
    shop
}

#[test]
fn a_later_archive_brings_records_up_to_date_and_an_earlier_one_changes_nothing() {
    let scratch = scratch();
    let folder = scratch.path();
    let world = made_up::World::new(Choices::new(vec![7; 6000]));
    world.write(folder);
    let store = rusqlite::Connection::open(folder.join("s.db")).unwrap();
    let contact = |name: &str, updated: Option<&str>| {
        let sql = "UPDATE contact SET \"name.full\" = ?1, updated = ?2 WHERE s = '1'";
        assert!(store.execute(sql, rusqlite::params![name, updated]).unwrap() > 0);
    };
    let states = [
        ("2026-01-01T00:00:00Z", "first", Some("2026-01-01T00:00:00Z")),
        ("2026-02-01T00:00:00Z", "second", Some("2026-01-15T00:00:00Z")),
        ("2026-03-01T00:00:00Z", "set back", Some("2026-01-14T00:00:00Z")),
        ("2026-04-01T00:00:00Z", "without a time", None),
    ];
    for (nth, (as_of, name, updated)) in states.into_iter().enumerate() {
        contact(name, updated);
        export("art20.toml", "customer:1", as_of, &format!("{nth}.zip"), folder);
    }
    let held = |database: &str| -> String {
        let database = rusqlite::Connection::open(folder.join(database)).unwrap();
        assert_eq!(database.query_row("SELECT count(*) FROM data_subjects", [], |row| row.get::<_, i64>(0)), Ok(1));
        database.query_row("SELECT DISTINCT name_full FROM contacts", [], |row| row.get(0)).unwrap()
    };
    let mut said = Vec::new();
    for (archive, expected) in
        [(1, "second"), (0, "second"), (2, "second"), (3, "without a time"), (1, "without a time")]
    {
        let imported = import(&format!("{archive}.zip"), "r.db", folder);
        assert_eq!(held("r.db"), expected, "after {archive}");
        said.push((imported["updated"].as_u64().unwrap() > 0, imported["older"].as_u64().unwrap() > 0));
    }
    assert_eq!(said, [(false, false), (false, true), (false, true), (true, false), (false, true)]);
}

#[test]
fn an_archive_that_was_changed_is_refused_and_nothing_is_written() {
    let scratch = scratch();
    let folder = scratch.path();
    export(fixture("trexlabel/art20.toml").to_str().unwrap(), SUBJECTS[13].1, AS_OF, "a.zip", folder);
    zip::ZipArchive::new(std::fs::File::open(folder.join("a.zip")).unwrap())
        .unwrap()
        .extract(folder.join("a"))
        .unwrap();
    export(fixture("trexlabel/art20.toml").to_str().unwrap(), SUBJECTS[0].1, AS_OF, "b.zip", folder);
    import("b.zip", "held.db", folder);
    let digests = || [sha256(&folder.join("held.db")), sha256(&folder.join("held.toml"))];
    let before = digests();
    let records = folder.join("a/data/records/contacts.ndjson");
    std::fs::write(&records, std::fs::read_to_string(&records).unwrap().replacen("\"kind\"", "\"kinb\"", 1)).unwrap();
    for database in ["new.db", "held.db"] {
        let output = run(&["import", "a", "--into", &format!("sqlite:{database}")], folder);
        assert_eq!(output.status.code(), Some(6));
        assert!(String::from_utf8_lossy(&output.stdout).contains("payload-digest"));
    }
    assert_eq!(digests(), before);
    let mut left: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["a", "a.receipt.json", "a.zip", "b.receipt.json", "b.zip", "held.db", "held.toml"]);
}

#[test]
fn archives_of_two_controllers_with_the_same_names_stay_apart() {
    let scratch = scratch();
    let folder = scratch.path();
    let _shop = shop(folder);
    let text = std::fs::read_to_string(folder.join("art20.toml")).unwrap();
    let id = text.lines().find(|line| line.starts_with("id = ")).unwrap().to_owned();
    std::fs::write(folder.join("other.toml"), text.replace(&id, "id = \"https://other.example\"")).unwrap();
    let subject = "email:ann.canary@example.org";
    for (config, zip) in [("art20.toml", "a.zip"), ("other.toml", "b.zip")] {
        export(config, subject, AS_OF, zip, folder);
    }
    let identifiers =
        ["a.zip", "b.zip"].map(|zip| import(zip, "r.db", folder)["identifier"].as_str().unwrap().to_owned());
    assert_eq!(identifiers, ["import:1", "import:2"]);
    for (identifier, zip) in identifiers.iter().zip(["a.zip", "b.zip"]) {
        let again = format!("again-{zip}");
        export("r.toml", identifier, AS_OF, &again, folder);
        same_records(&folder.join(zip), &folder.join(again), zip);
    }
    // Whether they are one person is for the operator to say.
    assert_eq!(run(&["plan", "-c", "r.toml", "-s", subject], folder).status.code(), Some(5));
    let both = ["plan", "-c", "r.toml", "-s", "import:1", "-s", "import:2"];
    assert_eq!(run(&both, folder).status.code(), Some(5));
    done(&[&both[..], &["--same-person", "the same passport"]].concat(), folder);
}

#[test]
fn twenty_thousand_messages_come_back_the_same() {
    let scratch = scratch();
    let folder = scratch.path();
    done(&["demo", "d", "--subjects", "1", "--messages", "20000", "--seed", "7"], folder);
    let subject = art20::demo::identifiers(1);
    export("d/art20.toml", &subject[0], AS_OF, "a.zip", folder);
    let imported = import("a.zip", "r.db", folder);
    assert!(imported["kinds"]["message"].as_u64().unwrap() >= 20_000);
    export("r.toml", &subject[0], AS_OF, "b.zip", folder);
    same_records(&folder.join("a.zip"), &folder.join("b.zip"), "the first");
    assert_eq!(import("a.zip", "r.db", folder)["unchanged"], imported["new"]);
}

/// Two people of one made-up controller go out, into one database, and out again.
fn comes_back(world: &made_up::World) -> usize {
    let scratch = scratch();
    let folder = scratch.path();
    world.write(folder);
    let mut records = 0;
    for subject in ["1", "2"] {
        let first = format!("{subject}.zip");
        export("art20.toml", &format!("customer:{subject}"), AS_OF, &first, folder);
        done(&["verify", &first], folder);
        let imported = import(&first, "r.db", folder);
        records += imported["new"].as_u64().unwrap() as usize;
        assert_eq!(imported["identifier"], format!("import:{subject}"));
    }
    for subject in ["1", "2"] {
        let (first, second) = (format!("{subject}.zip"), format!("{subject}-again.zip"));
        export("r.toml", &format!("import:{subject}"), AS_OF, &second, folder);
        done(&["verify", &second], folder);
        same_records(&folder.join(first), &folder.join(second), subject);
    }
    records
}

#[test]
fn whatever_a_controller_holds_comes_back_as_it_was() {
    let cases = std::env::var("ART20_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let mut runner = TestRunner::new_with_rng(
        Config { cases, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let bytes = proptest::collection::vec(any::<u8>(), 6000);
    let mut records = 0;
    for _ in 0..cases {
        let tree = bytes.new_tree(&mut runner).unwrap();
        let world = made_up::World::new(Choices::new(tree.current()));
        records += comes_back(&world);
    }
    assert!(records > cases as usize * 20, "the worlds are not empty: {records}");
}
