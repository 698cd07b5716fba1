//! Judges that know nothing of art20: what others wrote reads archives of the example, with its nastiest values, and
//! says what it thinks. Each is skipped with a message where it is not installed; `.ci/run` installs them all, and
//! there a missing one is a failure.

mod common;

use common::{art20, fixture, judges, root, scratch, strict, tool, tool_path};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The main subject; every value that ever broke an export; a Chinese name without parts; a name from right to left; one
/// in whose store nothing is as one expects; and again without other people.
const ARCHIVES: [(&str, &str, &str); 9] = [
    ("main", "email:anna.mueller@example.org", "keep"),
    ("nasty", "email:o'neil+tag@example.org", "keep"),
    ("chinese", "phone:010-0000 0142", "keep"),
    ("arabic", "email:layla@example.org", "keep"),
    ("extreme", common::extreme::SUBJECT, "keep"),
    ("main-pseudonymised", "email:anna.mueller@example.org", "pseudonymise"),
    ("nasty-pseudonymised", "email:o'neil+tag@example.org", "pseudonymise"),
    ("extreme-pseudonymised", common::extreme::SUBJECT, "pseudonymise"),
    ("main-omitted", "email:anna.mueller@example.org", "omit"),
];

/// An archive for each subject, `NAME.zip`, extracted to `NAME`.
fn archives() -> (TempDir, Vec<PathBuf>) {
    let folder = scratch();
    let extreme = common::extreme::write(folder.path());
    let mut folders = Vec::new();
    for (name, subject, third_parties) in ARCHIVES {
        let is_extreme = subject == common::extreme::SUBJECT;
        let zip = folder.path().join(format!("{name}.zip"));
        let run = art20()
            .args(["export", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z"])
            .args(["--reference", name, "-s", subject, "--third-parties", third_parties, "-c"])
            .arg(if is_extreme { extreme.clone() } else { fixture("trexlabel/art20.toml") })
            .arg("-o")
            .arg(&zip)
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let to = folder.path().join(name);
        zip::ZipArchive::new(std::fs::File::open(&zip).unwrap()).unwrap().extract(&to).unwrap();
        folders.push(to);
    }
    (folder, folders)
}

/// Runs a judge and prints what it says; it must accept.
fn accepts(program: &str, arguments: &[&str], files: &[PathBuf], folder: &Path) -> String {
    let (accepted, said) = ask(program, arguments, files, folder);
    assert!(accepted, "{program} {arguments:?} rejects:\n{said}");
    said
}

fn ask(program: &str, arguments: &[&str], files: &[PathBuf], folder: &Path) -> (bool, String) {
    let output = Command::new(program)
        .args(arguments)
        .args(files)
        .current_dir(folder)
        .env("PATH", tool_path())
        .env("PYTHONUTF8", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("JUDGES", judges())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// Whether a Python module of the judges is there.
fn module(name: &str) -> bool {
    let python = judges().join("bin/python");
    let run =
        python.exists() && Command::new(python).args(["-c", &format!("import {name}")]).status().unwrap().success();
    assert!(run || !strict(), "the Python module {name} is missing, and .ci/run installs it");
    if !run {
        println!("skipped: the Python module {name} is not installed");
    }
    run
}

fn python(script: &str, arguments: &[&str], files: &[PathBuf]) -> String {
    let script = root().join("tests/judges").join(script);
    let python = judges().join("bin/python");
    accepts(python.to_str().unwrap(), &[&[script.to_str().unwrap()], arguments].concat(), files, root())
}

/// A folder of what the project shares with others, such as schemas that others published.
fn shared(path: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(path);
    if !folder.exists() {
        println!("skipped: shared/{path} is not beside the project");
    }
    folder.exists().then_some(folder)
}

/// The files below folders whose path ends so.
fn found(folders: &[PathBuf], below: &str, ending: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder.join(below)) else { continue };
        all.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.to_str().unwrap().ends_with(ending)));
    }
    all.sort();
    all
}

#[test]
fn bagit_py_finds_every_archive_valid() {
    if !tool("bagit.py") {
        return;
    }
    let (folder, folders) = archives();
    accepts("bagit.py", &["--validate"], &folders, folder.path());
    // A judge that accepts everything would be none.
    std::fs::write(folders[0].join("data/archive.json"), "{}").unwrap();
    assert!(!ask("bagit.py", &["--validate"], &folders[..1], folder.path()).0);
}

#[test]
fn sha256sum_finds_every_file_as_the_manifests_say() {
    if !tool("sha256sum") {
        return;
    }
    for folder in archives().1 {
        accepts("sha256sum", &["-c", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"], &[], &folder);
    }
}

#[test]
fn frictionless_finds_every_package_valid_in_the_zip_itself() {
    if !tool("frictionless") {
        return;
    }
    let (folder, folders) = archives();
    for (name, ..) in ARCHIVES {
        accepts("frictionless", &["validate", &format!("{name}.zip")], &[], folder.path());
    }
    for extracted in &folders {
        accepts("frictionless", &["validate", "datapackage.json"], &[], extracted);
    }
    let table = folders[0].join("data/tables/transactions.csv");
    let text = std::fs::read_to_string(&table).unwrap();
    std::fs::write(&table, text.replacen("\"EUR\"", "\"EUX\"", 1)).unwrap();
    assert!(!ask("frictionless", &["validate", "datapackage.json"], &[], &folders[0]).0);
}

#[test]
fn the_official_profile_accepts_every_datapackage_json() {
    let Some(schemas) = shared("schemas").filter(|_| tool("check-jsonschema")) else { return };
    let (folder, folders) = archives();
    let profile = schemas.join("datapackage-2.0.json");
    let files = found(&folders, "", "datapackage.json");
    assert_eq!(files.len(), ARCHIVES.len());
    accepts("check-jsonschema", &["--schemafile", profile.to_str().unwrap()], &files, folder.path());
}

#[test]
fn the_schemas_of_the_draft_accept_every_personal_data_portability_archive() {
    let Some(schemas) = shared("schemas/pdparchive").filter(|_| module("jsonschema")) else { return };
    let (_folder, folders) = archives();
    let mail: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder.join("data/mail")).into_iter().flatten())
        .map(|entry| entry.unwrap().path().join("folder.json"))
        .collect();
    let judged = [
        ("archive.schema.json", found(&folders, "data", "archive.json")),
        ("address-book.schema.json", found(&folders, "data/contacts", "address-book.json")),
        ("pdpa-contact.schema.json", {
            let mut cards = found(&folders, "data/contacts", ".json");
            cards.retain(|path| !path.ends_with("address-book.json"));
            cards
        }),
        ("folder.schema.json", mail),
    ];
    for (schema, files) in judged {
        assert!(files.len() >= ARCHIVES.len(), "{schema}: {}", files.len());
        println!("{schema}: {}", python("schemas.py", &[schemas.to_str().unwrap(), schema], &files));
    }
}

#[test]
fn the_schema_of_the_draft_accepts_every_vcon() {
    let Some(schemas) = shared("schemas").filter(|_| tool("check-jsonschema")) else { return };
    let (folder, folders) = archives();
    let schema = schemas.join("vcon.schema.json");
    let files = found(&folders, "data/conversations", ".vcon.json");
    assert!(files.len() >= 3);
    accepts("check-jsonschema", &["--schemafile", schema.to_str().unwrap()], &files, folder.path());
}

#[test]
fn the_schemas_in_an_archive_describe_its_records() {
    if !module("jsonschema") {
        return;
    }
    for folder in archives().1 {
        let schemas = folder.join("data/schemas");
        let records = found(std::slice::from_ref(&folder), "data/records", ".ndjson");
        assert!(!records.is_empty());
        for file in records {
            let schema = format!("{}.schema.json", file.file_stem().unwrap().to_str().unwrap());
            python("schemas.py", &[schemas.to_str().unwrap(), &schema], &[file]);
        }
    }
}

#[test]
fn the_metaschema_accepts_every_schema_in_an_archive() {
    if !tool("check-jsonschema") {
        return;
    }
    let (folder, folders) = archives();
    let schemas = found(&folders, "data/schemas", ".schema.json");
    accepts("check-jsonschema", &["--check-metaschema"], &schemas, folder.path());
}

#[test]
fn the_schemas_that_art20_prints_describe_what_it_reads_and_writes() {
    if !tool("check-jsonschema") {
        return;
    }
    let (folder, _) = archives();
    let at = |name: &str| folder.path().join(name);
    let print = |arguments: &[&str], to: &str| {
        let output = art20().args(arguments).current_dir(folder.path()).output().unwrap();
        std::fs::write(at(to), &output.stdout).unwrap();
    };
    let config = fixture("trexlabel/art20.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let json = serde_json::to_vec(&toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
    std::fs::write(at("configuration.json"), json).unwrap();
    let config = config.to_str().unwrap();
    print(
        &["plan", "--json", "-q", "--received", "2026-11-05T09:00:00Z", "-c", config, "-s", ARCHIVES[0].1],
        "plan.json",
    );
    print(&["check", "--json", "-c", config], "check.json");
    print(&["verify", "--json", "main.zip"], "verify.json");
    print(&["verify", "--json", config], "verify-refused.json");
    print(&["import", "main.zip", "--json", "-q", "--into", "sqlite:received.db"], "import.json");
    let received = std::fs::read_to_string(at("received.toml")).unwrap();
    let json = serde_json::to_vec(&toml::from_str::<toml::Table>(&received).unwrap()).unwrap();
    std::fs::write(at("received.json"), json).unwrap();
    std::fs::write(at("request.json"), r#"{"email": ["a@x.org"], "customer": 17, "identity_check": "document:seen"}"#)
        .unwrap();
    for (name, files, rejected) in [
        ("configuration", &["configuration.json", "received.json"][..], "request.json"),
        ("receipt", &["main.receipt.json", "nasty.receipt.json", "plan.json"], "check.json"),
        ("check", &["check.json"], "plan.json"),
        ("verify", &["verify.json", "verify-refused.json"], "import.json"),
        ("import", &["import.json"], "verify.json"),
        ("request", &["request.json"], "configuration.json"),
    ] {
        let schema = format!("{name}.schema.json");
        print(&["schema", name], &schema);
        let schema = at(&schema);
        accepts("check-jsonschema", &["--check-metaschema"], std::slice::from_ref(&schema), folder.path());
        let files: Vec<PathBuf> = files.iter().map(|file| at(file)).collect();
        let arguments = ["--schemafile", schema.to_str().unwrap()];
        accepts("check-jsonschema", &arguments, &files, folder.path());
        // A schema that accepts everything would describe nothing.
        assert!(!ask("check-jsonschema", &arguments, &[at(rejected)], folder.path()).0, "{name} accepts {rejected}");
    }
}

#[test]
fn vobject_reads_every_vcard_as_the_records_say() {
    if module("vobject") {
        println!("{}", python("cards.py", &[], &archives().1));
    }
}

#[test]
fn the_email_package_of_python_reads_every_message_as_the_records_say() {
    if module("email") {
        println!("{}", python("mail.py", &[], &archives().1));
    }
}

#[test]
fn hledger_reads_every_table_of_transactions() {
    if !tool("hledger") {
        return;
    }
    let (_folder, folders) = archives();
    let tables = found(&folders, "data/tables", "/transactions.csv");
    assert!(tables.len() >= 3);
    for table in tables {
        let folder = table.parent().unwrap();
        accepts("hledger", &["-f", "transactions.csv", "check"], &[], folder);
        accepts("hledger", &["-f", "transactions.csv", "bal"], &[], folder);
        let printed = accepts("hledger", &["-f", "transactions.csv", "print"], &[], folder);
        let text = std::fs::read_to_string(&table).unwrap();
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headings = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        for row in rows {
            let cell = |name: &str| row.get(headings.iter().position(|heading| heading == name).unwrap()).unwrap();
            let booked = !cell("amount_value").is_empty() && !cell("occurred_at").is_empty();
            assert_eq!(printed.contains(cell("uid")), booked, "{}", cell("uid"));
        }
    }
}

#[test]
fn the_published_vocabulary_and_shapes_accept_every_statement_and_reject_changed_ones() {
    let Some(vocabulary) = shared("dpv").filter(|_| module("pyshacl")) else { return };
    let (_folder, folders) = archives();
    let statements = found(&folders, "data", "statement.jsonld");
    assert_eq!(statements.len(), ARCHIVES.len());
    println!("{}", python("statement.py", &[vocabulary.to_str().unwrap()], &statements));
}

#[test]
fn a_browser_loads_nothing_for_the_report_and_axe_finds_nothing_in_it() {
    let packages =
        judges().join("node_modules/axe-core").exists() && judges().join("node_modules/playwright-core").exists();
    assert!(packages || !strict(), "axe-core or playwright-core is missing, and .ci/run installs them");
    if !packages {
        println!("skipped: axe-core and playwright-core are not installed");
    }
    if !packages || !tool("node") || !tool("chromium") {
        return;
    }
    let script = root().join("tests/judges/report_axe.mjs");
    for folder in archives().1 {
        let page = folder.join("README.html");
        println!("{}", accepts("node", &[script.to_str().unwrap(), page.to_str().unwrap()], &[], root()));
    }
}
