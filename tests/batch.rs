//! A batch is so many exports: the same bytes, nobody's data in another's archive, and whatever happens to the process,
//! in the end every request has exactly one archive and one line.

mod common;

use art20::demo::identifiers;
use common::unpacked::{readings, unpacked};
use common::world::{AS_OF, SUBJECTS, World, lines, names, said, whole};
use common::{art20, scratch};
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn every_archive_is_byte_for_byte_that_of_a_single_export_however_many_jobs_there_are() {
    let world = World::new();
    for jobs in ["1", "2", "8"] {
        let output = world.batch(jobs, &["--jobs", jobs]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(names(&world.path(jobs)), whole(1..=SUBJECTS));
    }
    for number in 1..=SUBJECTS {
        let name = format!("R-{number}.zip");
        let archive = std::fs::read(world.path("1").join(&name)).unwrap();
        assert!(
            ["2", "8"].iter().all(|jobs| std::fs::read(world.path(jobs).join(&name)).unwrap() == archive),
            "{name}"
        );
        if number % 10 == 1 {
            let [email, _] = identifiers(number);
            let received = format!("2026-11-{:02}", 1 + (SUBJECTS - number) % 20);
            let reference = format!("R-{number}");
            let single = art20()
                .args(["export", "-q", "-s", &email, "--identity-check", "account-login:checked"])
                .args(["--reference", &reference, "--received", &received, "--as-of", AS_OF])
                .current_dir(world.folder.path())
                .status()
                .unwrap();
            assert!(single.success());
            assert!(std::fs::read(world.path(&name)).unwrap() == archive, "{name}");
        }
    }
    let result = lines(&world.path("2/batch-result.csv"));
    let order: Vec<String> = (1..=SUBJECTS).map(|number| format!("R-{number}")).collect();
    assert_eq!(result.iter().map(|line| line["reference"].clone()).collect::<Vec<_>>(), order, "in the file's order");
    for line in &result {
        let receipt = std::fs::read(world.path("2").join(format!("{}.receipt.json", line["reference"]))).unwrap();
        let receipt: serde_json::Value = serde_json::from_slice(&receipt).unwrap();
        assert_eq!((line["status"].as_str(), line["exit_code"].as_str()), ("done", "0"));
        assert_eq!(receipt["archive"]["sha256"], line["sha256"].as_str());
        let matched: u64 = receipt["ledger"].as_array().unwrap().iter().map(|l| l["matched"].as_u64().unwrap()).sum();
        assert_eq!(line["matched"].parse(), Ok(matched));
        let rest = line["portable"].parse::<u64>().unwrap() + line["excluded"].parse::<u64>().unwrap();
        assert_eq!(matched, rest, "the line balances");
    }
}

/// Every value of every person holds the person's own canary.
const CANARIES: &str = r#"version = 1
[controller]
name = "T"
id = "https://t.example"
languages = ["en"]
[activity.business]
legal_basis = "contract"
[store.s]
url = "sqlite:s.db"
[collection.people]
store = "s"
table = "people"
kind = "contact"
activity = "business"
origin = "provided"
key = ["id"]
match = ["email == subject.email"]
columns = { id = { omit = "row number" }, email = "emails", name = "name.full", note = "notes" }
[collection.letters]
store = "s"
table = "letters"
kind = "message"
activity = "business"
key = ["id"]
match = ["owner = people.id"]
columns = { id = { omit = "row number" }, owner = { omit = "link" }, sender = "from", subject = "subject", body = "text", file = "raw" }
[collection.letters.set]
channel = "email"
"#;

#[test]
fn what_is_processed_together_never_gets_into_the_archive_of_another() {
    const PEOPLE: usize = 40;
    let folder = scratch();
    std::fs::write(folder.path().join("art20.toml"), CANARIES).unwrap();
    let mut script =
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email, name, note); CREATE INDEX e ON people (email);
        CREATE TABLE letters (id INTEGER PRIMARY KEY, owner, sender, subject, body, file);
        CREATE INDEX o ON letters (owner); BEGIN;"
            .to_owned();
    let mut requests = "reference,email,identity_check\n".to_owned();
    for person in 0..PEOPLE {
        let canary = format!("canary{person:03}x");
        let names = ["Ann", "Ögmundur", "李娜", "أمل"];
        let name = names[person % names.len()];
        script +=
            &format!("INSERT INTO people VALUES ({person}, '{canary}@x.example', '{name} {canary}', '{canary}');");
        requests += &format!("P{person},{canary}@x.example,document:{canary}\n");
        for letter in 0..5 {
            let id = letter * PEOPLE + person;
            let raw = format!("From: {canary}@x.example\r\nSubject: {canary}\r\n\r\nraw {canary} {letter}\r\n");
            script += &format!(
                "INSERT INTO letters VALUES ({id}, {person}, '{canary}@x.example', '{canary}', 'to {canary}', {});",
                if letter == 0 { format!("CAST('{raw}' AS BLOB)") } else { "NULL".to_owned() }
            );
        }
    }
    rusqlite::Connection::open(folder.path().join("s.db")).unwrap().execute_batch(&(script + "COMMIT;")).unwrap();
    std::fs::write(folder.path().join("requests.csv"), requests).unwrap();
    let mut command = art20();
    command.args(["batch", "requests.csv", "-o", "out", "--jobs", "8"]).current_dir(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for person in 0..PEOPLE {
        let files = unpacked(&folder.path().join(format!("out/P{person}.zip")));
        assert!(files.len() > 15, "{}", files.len());
        let all: String = files.values().flat_map(|bytes| readings(bytes)).collect();
        let found: Vec<usize> = (0..PEOPLE).filter(|other| all.contains(&format!("canary{other:03}x"))).collect();
        assert_eq!(found, [person]);
        let receipt = std::fs::read_to_string(folder.path().join(format!("out/P{person}.receipt.json"))).unwrap();
        let noted: Vec<usize> = (0..PEOPLE).filter(|other| receipt.contains(&format!("canary{other:03}x"))).collect();
        assert_eq!(noted, [person], "the note of the identity check, and nothing else");
    }
}

#[test]
fn three_shards_at_the_same_time_answer_every_request_exactly_once() {
    let world = World::new();
    let shard = |number: usize| {
        let shard = format!("{number}/3");
        world.command("out", &["-q", "--jobs", "1", "--shard", &shard]).spawn().unwrap()
    };
    let workers: Vec<_> = (0..3).map(shard).collect();
    for mut worker in workers {
        assert_eq!(worker.wait().unwrap().code(), Some(0));
    }
    let mut expected = whole(1..=SUBJECTS);
    expected.remove("batch-result.csv");
    let results: Vec<String> = (0..3).map(|number| format!("batch-result-{number}.csv")).collect();
    expected.extend(results.iter().cloned());
    assert_eq!(names(&world.path("out")), expected);
    let mut seen: Vec<String> = Vec::new();
    for name in &results {
        let lines = lines(&world.path("out").join(name));
        assert!(lines.len() > 5, "a shard has its part");
        seen.extend(lines.iter().map(|line| line["reference"].clone()));
    }
    seen.sort();
    let mut all: Vec<String> = (1..=SUBJECTS).map(|number| format!("R-{number}")).collect();
    all.sort();
    assert_eq!(seen, all);
}

#[test]
fn a_batch_that_is_taken_up_again_does_what_is_missing_and_nothing_twice() {
    let world = World::new();
    assert_eq!(world.batch("out", &[]).status.code(), Some(0));
    let out = world.path("out");
    let first: BTreeMap<String, Vec<u8>> =
        names(&out).into_iter().map(|name| (name.clone(), std::fs::read(out.join(name)).unwrap())).collect();
    let changed = |name: &str| std::fs::metadata(out.join(name)).unwrap().modified().unwrap();
    let before = changed("R-1.zip");
    // Half an archive, an archive without its receipt, a receipt without its archive, and what a dead process left.
    std::fs::OpenOptions::new().write(true).open(out.join("R-2.zip")).unwrap().set_len(100).unwrap();
    std::fs::remove_file(out.join("R-3.receipt.json")).unwrap();
    std::fs::remove_file(out.join("R-4.zip")).unwrap();
    std::fs::write(out.join("R-5.receipt.json"), "{").unwrap();
    std::fs::create_dir(out.join(".art20-batch")).unwrap();
    std::fs::write(out.join(".art20-batch/.art20-dead.part"), "half").unwrap();
    let output = world.batch("out", &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((summary["done"].as_u64(), summary["done_before"].as_u64()), (Some(SUBJECTS), Some(SUBJECTS - 4)));
    assert_eq!(names(&out), whole(1..=SUBJECTS));
    for (name, bytes) in &first {
        let again = std::fs::read(out.join(name)).unwrap();
        // The receipts of those done anew tell another start and end.
        assert!(name.ends_with("receipt.json") || again == *bytes, "{name}");
    }
    assert_eq!(changed("R-1.zip"), before);
    assert_eq!(world.batch("out", &["--restart"]).status.code(), Some(0));
    assert!(changed("R-1.zip") > before, "--restart does all of it anew");
    assert_eq!(names(&out), whole(1..=SUBJECTS));
}

#[test]
fn an_archive_that_answers_another_request_is_neither_taken_nor_replaced() {
    let world = World::new();
    assert_eq!(world.batch("out", &[]).status.code(), Some(0));
    let before = std::fs::read(world.path("out/R-7.zip")).unwrap();
    let text = std::fs::read_to_string(world.path("requests.csv")).unwrap();
    let other = text.replace("subject-000007@example.org,account-login:checked", "subject-000008@example.org,document");
    assert_ne!(other, text);
    std::fs::write(world.path("requests.csv"), other).unwrap();
    let output = world.batch("out", &[]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    let line = &lines(&world.path("out/batch-result.csv"))[6];
    assert_eq!((line["status"].as_str(), line["exit_code"].as_str()), ("failed", "2"));
    assert!(line["message"].contains("another request"), "{}", line["message"]);
    assert!(std::fs::read(world.path("out/R-7.zip")).unwrap() == before);
}

#[test]
fn requests_without_a_reference_keep_the_one_that_the_first_run_made_up() {
    let world = World::new();
    let text = "email,identity_check\nsubject-000001@example.org,document\nsubject-000002@example.org,document\n";
    std::fs::write(world.path("requests.csv"), text).unwrap();
    let output = world.batch("out", &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("2 requests have no reference"));
    let first = names(&world.path("out"));
    assert_eq!(first.len(), 5);
    assert_eq!(world.batch("out", &[]).status.code(), Some(0));
    assert_eq!(names(&world.path("out")), first);
    std::fs::write(world.path("requests.csv"), format!("{text}subject-000003@example.org,document\n")).unwrap();
    let output = world.batch("out", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(names(&world.path("out")), first);
    let output = world.batch("shards", &["--shard", "0/2"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(!world.path("shards").exists());
}

#[test]
fn requests_that_fail_are_a_line_each_and_touch_no_other() {
    let folder = scratch();
    let base = common::root().join("tests/cli/base");
    std::fs::copy(base.join("art20.toml"), folder.path().join("art20.toml")).unwrap();
    let script = std::fs::read_to_string(base.join("shop.sql")).unwrap();
    // A key that is NULL is a fault of the store that only one person meets.
    let script = script.replace("orders (id INTEGER PRIMARY KEY,", "orders (id INTEGER,")
        + "INSERT INTO orders VALUES (NULL, 'CANARY-3', '2025-03-02 10:00:00', 500);";
    rusqlite::Connection::open(folder.path().join("shop.db")).unwrap().execute_batch(&script).unwrap();
    let requests = "reference,email,customer,identity_check,received\n\
        R-1,ann.canary@example.org,,document,\n\
        R-2,nobody.canary@example.org,,document,\n\
        R-3,shared.canary@example.org,,document,\n\
        R-4,,CANARY-3,document,\n\
        R-5,bob.canary@example.org,,,\n\
        R-6,bob.canary@example.org,,failed,\n\
        R-7,canary,,document,soon\n\
        R-8,,CANARY-2,document,\n";
    std::fs::write(folder.path().join("requests.csv"), requests).unwrap();
    let mut command = art20();
    command.args(["batch", "requests.csv", "-o", "out", "--jobs", "2"]).current_dir(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    assert!(said(&output).contains("2 of 8 requests have their archive, 6 failed"), "{}", said(&output));
    let out = folder.path().join("out");
    let result = lines(&out.join("batch-result.csv"));
    let codes: Vec<&str> = result.iter().map(|line| line["exit_code"].as_str()).collect();
    assert_eq!(codes, ["0", "4", "5", "3", "2", "2", "2", "0"]);
    let expected = ["R-1.receipt.json", "R-1.zip", "R-8.receipt.json", "R-8.zip", "batch-result.csv"];
    assert_eq!(names(&out).into_iter().collect::<Vec<_>>(), expected);
    for line in &result {
        assert_eq!(line["message"].is_empty(), line["status"] == "done", "{line:?}");
        assert!(!line["message"].contains('\n') && line["message"].is_ascii(), "{line:?}");
    }
    let all = std::fs::read_to_string(out.join("batch-result.csv")).unwrap() + &said(&output);
    assert!(!all.to_lowercase().contains("canary"), "{all}");
    // Once corrected, only what failed is done.
    let corrected = requests.replace("R-5,bob.canary@example.org,,,", "R-5,bob.canary@example.org,,document,");
    std::fs::write(folder.path().join("requests.csv"), corrected).unwrap();
    assert_eq!(command.output().unwrap().status.code(), Some(7));
    let again = lines(&out.join("batch-result.csv"));
    assert_eq!(again[4]["status"], "done");
    assert_eq!((&again[0], &again[7]), (&result[0], &result[7]));
}

/// Kills batches at so many moments spread over their whole length, and takes each up to its end.
#[cfg(unix)]
fn killed(moments: u32) {
    const SUBJECTS: u64 = 24;
    let world = World::of(SUBJECTS);
    let begin = Instant::now();
    assert_eq!(world.batch("whole", &["--jobs", "2"]).status.code(), Some(0));
    let mut length = begin.elapsed().max(Duration::from_millis(50));
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut cut_short = 0;
    for nth in 0..moments.div_ceil(2) {
        let out = format!("out-{nth}");
        // Two kills, so that a resumed batch dies too.
        for _ in 0..2 {
            let mut child = world.command(&out, &["-q", "--jobs", "2"]).stdin(Stdio::null()).spawn().unwrap();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let chance = u32::try_from(state % 1_000).unwrap();
            std::thread::sleep(length * chance / 1_000);
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                // The first batch met a busier machine than this one: look at shorter times.
                length = length * 3 / 4;
            } else {
                cut_short += 1;
            }
            if world.path(&out).exists() {
                for name in names(&world.path(&out)).iter().filter(|name| name.ends_with(".zip")) {
                    let whole = std::fs::read(world.path("whole").join(name)).unwrap();
                    assert!(
                        std::fs::read(world.path(&out).join(name)).unwrap() == whole,
                        "a name stands for all of it"
                    );
                }
            }
        }
        let output = world.batch(&out, &["--jobs", "2"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(names(&world.path(&out)), whole(1..=SUBJECTS));
        let result = std::fs::read(world.path(&out).join("batch-result.csv")).unwrap();
        assert!(result == std::fs::read(world.path("whole/batch-result.csv")).unwrap(), "one line each, and the same");
        std::fs::remove_dir_all(world.path(&out)).unwrap();
    }
    assert!(cut_short > moments / 3, "the kills came before the end");
}

#[cfg(unix)]
#[test]
fn a_batch_killed_at_any_moment_is_whole_after_the_next_run() {
    let more = std::env::var("ART20_KILLS").ok().and_then(|kills| kills.parse().ok());
    killed(more.unwrap_or(12));
}

#[cfg(unix)]
#[test]
fn a_batch_that_is_told_to_stop_ends_in_order_and_says_so() {
    let world = World::new();
    let mut child = world.command("out", &["--jobs", "1"]).stderr(Stdio::piped()).spawn().unwrap();
    // As soon as there is a first archive under way.
    let limit = Instant::now() + Duration::from_secs(60);
    while !world.path("out/batch-result.csv").exists() && Instant::now() < limit {
        std::thread::yield_now();
    }
    let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut words = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut words).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{words}");
    assert!(words.contains("interrupted") && words.contains("what to do"), "{words}");
    let result = lines(&world.path("out/batch-result.csv"));
    assert_eq!(result.len() as u64, SUBJECTS, "a line for those that wait, too");
    let done = result.iter().filter(|line| line["status"] == "done").map(|line| line["reference"].clone());
    let done: BTreeSet<String> = done.collect();
    assert!(result.iter().all(|line| ["done", "waiting"].contains(&line["status"].as_str())));
    let zips = names(&world.path("out")).into_iter().filter_map(|name| name.strip_suffix(".zip").map(str::to_owned));
    assert_eq!(zips.collect::<BTreeSet<_>>(), done);
    assert!(names(&world.path("out")).iter().all(|name| !name.starts_with('.')), "nothing temporary");
    assert_eq!(world.batch("out", &[]).status.code(), Some(0));
    assert_eq!(names(&world.path("out")), whole(1..=SUBJECTS));
}

#[test]
fn two_batches_do_not_work_in_one_folder_at_the_same_time() {
    let world = World::new();
    std::fs::create_dir_all(world.path("out/.art20-batch")).unwrap();
    let lock = std::fs::File::create(world.path("out/.art20-batch/lock")).unwrap();
    lock.lock().unwrap();
    let output = world.batch("out", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("another batch"));
    drop(lock);
    assert_eq!(world.batch("out", &[]).status.code(), Some(0));
}
