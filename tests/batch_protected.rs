//! A batch that encrypts, signs and keeps a journal does for each request what a single export does; and how busy the
//! machine is changes no byte.

mod common;

use common::world::{World, lines, names, said};
use common::{art20, tool, tool_path};
use std::path::Path;
use std::process::{Command, Stdio};

const FEW: u64 = 12;

fn with_journal(world: &World) {
    let config = world.path("art20.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(config, text + "\n[journal]\nfile = \"journal.jsonl\"\nretention = \"P3Y\"\n").unwrap();
}

fn works(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let mut command = if program == "art20" { art20() } else { Command::new(program) };
    let output = command.args(arguments).current_dir(folder).env("PATH", tool_path()).stdin(Stdio::null()).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The journal's lines of this kind of event, by their references, in the order of the alphabet.
fn entered(world: &World, event: &str) -> Vec<String> {
    works(world.folder.path(), "art20", &["journal", "verify"]);
    let text = std::fs::read_to_string(world.path("journal.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut references: Vec<String> = lines
        .filter(|line| line["event"] == event)
        .map(|line| line["reference"].as_str().unwrap().to_owned())
        .collect();
    references.sort();
    references
}

fn references(few: u64) -> Vec<String> {
    let mut all: Vec<String> = (1..=few).map(|number| format!("R-{number}")).collect();
    all.sort();
    all
}

#[test]
fn a_batch_encrypts_to_a_key_signs_and_enters_each_request_in_the_journal_once() {
    if !["age", "age-keygen", "minisign"].iter().all(|name| tool(name)) {
        return;
    }
    let world = World::of(FEW);
    let at = world.folder.path();
    assert_eq!(world.batch("plain", &["--jobs", "2"]).status.code(), Some(0));
    with_journal(&world);
    works(at, "age-keygen", &["-o", "one.txt"]);
    let key = works(at, "age-keygen", &["-y", "one.txt"]).trim().to_owned();
    works(at, "minisign", &["-G", "-W", "-p", "ours.pub", "-s", "ours.key"]);
    let protected = ["--jobs", "2", "--recipient", &key, "--sign-key", "ours.key"];
    let output = world.batch("out", &protected);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut expected = vec!["batch-result.csv".to_owned()];
    for number in 1..=FEW {
        let name = format!("R-{number}.zip.age");
        expected.extend([name.clone(), format!("{name}.minisig"), format!("R-{number}.receipt.json")]);
        let opened = format!("opened-{number}.zip");
        works(at, "age", &["-d", "-i", "one.txt", "-o", &opened, &format!("out/{name}")]);
        let plain = std::fs::read(world.path(&format!("plain/R-{number}.zip"))).unwrap();
        assert!(std::fs::read(world.path(&opened)).unwrap() == plain, "R-{number}: encryption apart, the same bytes");
        let told = works(at, "minisign", &["-V", "-p", "ours.pub", "-m", &format!("out/{name}")]);
        assert!(told.contains(&format!("reference:R-{number}\t")), "{told}");
    }
    assert_eq!(names(&world.path("out")), expected.into_iter().collect());
    assert_eq!(entered(&world, "export"), references(FEW));
    // A second run finds everything, so it has nothing to enter; one that finds a gap enters what it fills.
    assert_eq!(world.batch("out", &protected).status.code(), Some(0));
    assert_eq!(entered(&world, "export"), references(FEW));
    std::fs::remove_file(world.path("out/R-5.zip.age.minisig")).unwrap();
    assert_eq!(world.batch("out", &protected).status.code(), Some(0));
    let mut again = references(FEW);
    again.push("R-5".into());
    again.sort();
    assert_eq!(entered(&world, "export"), again);
    let result = lines(&world.path("out/batch-result.csv"));
    assert!(result.iter().all(|line| line["status"] == "done" && line["archive"].ends_with(".zip.age")));
}

#[test]
fn a_batch_writes_zips_with_a_password_and_nothing_readable_beside_them() {
    let world = World::of(FEW);
    let at = world.folder.path();
    std::fs::write(world.path("pass"), "correct horse battery staple\n").unwrap();
    let output = world.batch("out", &["--jobs", "2", "--zip-passphrase-file", "pass"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for number in 1..=FEW {
        let name = format!("out/R-{number}.zip");
        works(at, "art20", &["verify", "-q", &name, "--zip-passphrase-file", "pass"]);
        let bytes = std::fs::read(world.path(&name)).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"README.htm"), "no name shows");
    }
    // What is refused, is refused for all of them, and each has its line.
    let config = std::fs::read_to_string(world.path("art20.toml")).unwrap();
    std::fs::write(world.path("art20.toml"), config + "\n[archive]\nencrypt = \"required\"\n").unwrap();
    let output = world.batch("open", &[]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    let result = lines(&world.path("open/batch-result.csv"));
    assert_eq!(result.len() as u64, FEW);
    assert!(result.iter().all(|line| line["status"] == "failed" && line["exit_code"] == "2"), "{result:?}");
    assert_eq!(names(&world.path("open")).len(), 1, "the result and nothing else");
}

#[test]
#[cfg(unix)]
fn after_a_kill_no_archive_is_without_its_line_in_the_journal() {
    let world = World::of(FEW);
    with_journal(&world);
    for nth in 1..=6 {
        let out = format!("out-{nth}");
        let mut child = world.command(&out, &["-q", "--jobs", "2"]).stdin(Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(60 * nth));
        child.kill().unwrap();
        child.wait().unwrap();
        let told = world.path("journal.jsonl").exists();
        let known = if told { entered(&world, "export") } else { Vec::new() };
        if world.path(&out).exists() {
            let there = names(&world.path(&out));
            for name in there.iter().filter_map(|name| name.strip_suffix(".zip")) {
                assert!(known.iter().any(|reference| reference == name), "{name} is not in the journal");
            }
        }
        let output = world.batch(&out, &["--jobs", "2"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    }
}

#[test]
fn twenty_repetitions_on_a_busy_machine_give_the_same_bytes() {
    const SUBJECTS: u64 = 4;
    let world = World::of(SUBJECTS);
    assert_eq!(world.batch("first", &["--jobs", "1"]).status.code(), Some(0));
    // Five at a time, each with more workers than there are processors.
    for round in 0..4 {
        let run = |nth: usize| {
            let jobs = ["1", "2", "3", "8", "16"][nth];
            let out = format!("out-{round}-{nth}");
            (world.command(&out, &["-q", "--jobs", jobs]).spawn().unwrap(), out)
        };
        for (mut child, out) in (0..5).map(run).collect::<Vec<_>>() {
            assert!(child.wait().unwrap().success());
            for name in names(&world.path("first")).iter().filter(|name| !name.ends_with(".receipt.json")) {
                let first = std::fs::read(world.path("first").join(name)).unwrap();
                assert!(std::fs::read(world.path(&out).join(name)).unwrap() == first, "{out}/{name}");
            }
        }
    }
}
