//! Secrecy, signatures and the journal as those see them who do not have art20: the programs age, minisign and 7-Zip
//! judge what it writes, and what they write it reads. Nothing readable is on the disk meanwhile.

mod common;

use art20::demo::{Size, identifiers, synthetic};
use common::{art20, fixture, scratch, tool, tool_path};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The example with a journal, in a folder of its own.
fn example() -> tempfile::TempDir {
    let folder = scratch();
    for entry in std::fs::read_dir(fixture("trexlabel")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let config = folder.path().join("art20.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(config, text + "\n[journal]\nfile = \"journal.jsonl\"\nretention = \"P3Y\"\n").unwrap();
    folder
}

fn in_folder(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let mut command = if program == "art20" { art20() } else { Command::new(program) };
    command.args(arguments).current_dir(folder).env("PATH", tool_path()).stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

fn works(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = in_folder(folder, program, arguments);
    assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
    said(&output)
}

fn status(folder: &Path, arguments: &[&str]) -> i32 {
    in_folder(folder, "art20", arguments).status.code().unwrap()
}

/// Exports the example's main subject under a reference.
fn export(folder: &Path, reference: &str, more: &[&str]) -> Output {
    let fixed = ["export", "-q", "-s", "email:anna.mueller@example.org", "--identity-check", "account-login"];
    let when = ["--as-of", "2026-11-23T12:00:00Z", "--reference", reference];
    in_folder(folder, "art20", &[&fixed[..], &when, more].concat())
}

fn exported(folder: &Path, reference: &str, more: &[&str]) {
    let output = export(folder, reference, more);
    assert!(output.status.success(), "{}", said(&output));
}

/// The public key of a pair that age-keygen makes as `NAME`.
fn age_pair(folder: &Path, name: &str) -> String {
    works(folder, "age-keygen", &["-o", name]);
    works(folder, "age-keygen", &["-y", name]).trim().to_owned()
}

fn receipt(folder: &Path, reference: &str) -> serde_json::Value {
    let text = std::fs::read(folder.join(format!("{reference}.receipt.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn age_opens_what_art20_encrypts_to_a_key_and_finds_the_same_archive_as_without() {
    if !tool("age") || !tool("age-keygen") {
        return;
    }
    let folder = example();
    let at = folder.path();
    let (first, second) = (age_pair(at, "one.txt"), age_pair(at, "two.txt"));
    exported(at, "r-1", &["--recipient", &first, "--recipient", &second]);
    exported(at, "r-1", &["-o", "plain.zip"]);
    for identity in ["one.txt", "two.txt"] {
        works(at, "age", &["-d", "-i", identity, "-o", "opened.zip", "r-1.zip.age"]);
        assert!(read(at, "opened.zip") == read(at, "plain.zip"), "encryption apart, the bytes are the same");
        assert_eq!(status(at, &["verify", "-q", "r-1.zip.age", "--identity", identity]), 0);
    }
    let archive = &receipt(at, "r-1")["archive"];
    assert_eq!((&archive["name"], &archive["encrypted"]), (&"r-1.zip.age".into(), &true.into()));
    assert_eq!(archive["bytes"], read(at, "r-1.zip.age").len());
    let digest = works(at, "sha256sum", &["r-1.zip.age"]);
    assert!(digest.starts_with(archive["sha256"].as_str().unwrap()));
    age_pair(at, "other.txt");
    assert_eq!(status(at, &["verify", "-q", "r-1.zip.age", "--identity", "other.txt"]), 1);
    assert_eq!(status(at, &["verify", "-q", "r-1.zip.age"]), 6);
}

#[test]
fn art20_reads_what_age_encrypts_also_as_text() {
    if !tool("age") || !tool("age-keygen") {
        return;
    }
    let folder = example();
    let at = folder.path();
    let key = age_pair(at, "key.txt");
    exported(at, "r-1", &[]);
    works(at, "age", &["-r", &key, "-o", "binary.age", "r-1.zip"]);
    works(at, "age", &["-a", "-r", &key, "-o", "text.age", "r-1.zip"]);
    for file in ["binary.age", "text.age"] {
        assert_eq!(status(at, &["verify", "-q", file, "--identity", "key.txt"]), 0, "{file}");
    }
}

#[test]
fn seven_zip_opens_what_art20_encrypts_for_it_and_sees_one_name_before() {
    let Some(seven_zip) = ["7zz", "7z"].into_iter().find(|name| *name == "7z" || tool("7zz")).filter(|name| tool(name))
    else {
        return;
    };
    let folder = example();
    let at = folder.path();
    std::fs::write(at.join("pass"), "correct horse battery staple\n").unwrap();
    exported(at, "r-1", &["--zip-passphrase-file", "pass"]);
    exported(at, "r-1", &["-o", "plain.zip"]);
    let listed = works(at, seven_zip, &["l", "-slt", "r-1.zip"]);
    assert!(listed.contains("Path = archive.zip") && listed.contains("Method = AES-256 Store"), "{listed}");
    assert_eq!(listed.matches("Path = ").count(), 2, "the zip and one file: {listed}");
    works(at, seven_zip, &["x", "-pcorrect horse battery staple", "-oout", "r-1.zip"]);
    assert!(read(at, "out/archive.zip") == read(at, "plain.zip"));
    assert!(!in_folder(at, seven_zip, &["t", "-pwrong", "r-1.zip"]).status.success());
    // And what 7-Zip encrypts, compressed or not.
    works(at, seven_zip, &["a", "-tzip", "-mem=AES256", "-pcorrect horse battery staple", "theirs.zip", "plain.zip"]);
    for file in ["r-1.zip", "theirs.zip"] {
        assert_eq!(status(at, &["verify", "-q", file, "--zip-passphrase-file", "pass"]), 0, "{file}");
        assert_eq!(status(at, &["verify", "-q", file]), 6, "{file}");
    }
    std::fs::write(at.join("wrong"), "wrong").unwrap();
    assert_eq!(status(at, &["verify", "-q", "r-1.zip", "--zip-passphrase-file", "wrong"]), 1);
}

#[test]
fn a_passphrase_comes_from_a_file_a_descriptor_or_standard_input() {
    let folder = example();
    let at = folder.path();
    std::fs::write(at.join("pass"), "été à la mer\r\nnot this\n").unwrap();
    exported(at, "r-1", &["--passphrase-file", "pass"]);
    let verify = |script: &str| {
        let program = env!("CARGO_BIN_EXE_art20");
        Command::new("bash")
            .args(["-c", &format!("'{program}' verify -q r-1.zip.age {script}")])
            .current_dir(at)
            .status()
    };
    for script in ["--passphrase-file pass", "--passphrase-file /dev/fd/3 3<pass", "--passphrase-file - <pass"] {
        assert!(verify(script).unwrap().success(), "{script}");
    }
    assert_eq!(verify("--passphrase-file - <<< été").unwrap().code(), Some(1));
}

#[test]
fn one_changed_byte_of_a_ciphertext_is_a_fault() {
    let folder = example();
    let at = folder.path();
    std::fs::write(at.join("pass"), "p").unwrap();
    exported(at, "age", &["--passphrase-file", "pass"]);
    exported(at, "zip", &["--zip-passphrase-file", "pass"]);
    for (name, option) in [("age.zip.age", "--passphrase-file"), ("zip.zip", "--zip-passphrase-file")] {
        let whole = read(at, name);
        for place in [300, whole.len() / 2, whole.len() - 200] {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            std::fs::write(at.join("changed"), changed).unwrap();
            let verified = in_folder(at, "art20", &["verify", "changed", option, "pass"]);
            assert_eq!(verified.status.code(), Some(6), "{name} {place}: {}", said(&verified));
            assert!(said(&verified).contains("ciphertext-broken"), "{name} {place}: {}", said(&verified));
        }
        std::fs::write(at.join("cut"), &whole[..whole.len() - 40]).unwrap();
        assert_eq!(status(at, &["verify", "-q", "cut", option, "pass"]), 6);
    }
}

#[test]
fn minisign_and_art20_agree_about_every_signature() {
    if !tool("minisign") {
        return;
    }
    let folder = example();
    let at = folder.path();
    works(at, "minisign", &["-G", "-W", "-p", "ours.pub", "-s", "ours.key"]);
    works(at, "minisign", &["-G", "-W", "-p", "other.pub", "-s", "other.key"]);
    std::fs::write(at.join("pass"), "p").unwrap();
    exported(at, "r-1", &["--sign-key", "ours.key", "--passphrase-file", "pass"]);
    let told = works(at, "minisign", &["-V", "-p", "ours.pub", "-m", "r-1.zip.age"]);
    assert!(told.contains("reference:r-1") && told.contains("timestamp:"), "{told}");
    assert_eq!(receipt(at, "r-1")["archive"]["signed"], true);
    let verify = |key: &str| {
        in_folder(at, "art20", &["verify", "r-1.zip.age", "--passphrase-file", "pass", "--public-key", key])
    };
    let good = verify("ours.pub");
    assert!(good.status.success() && said(&good).contains("sender proven"), "{}", said(&good));
    let line = std::fs::read_to_string(at.join("ours.pub")).unwrap().lines().last().unwrap().to_owned();
    assert!(verify(&line).status.success());
    let unasked = works(at, "art20", &["verify", "r-1.zip.age", "--passphrase-file", "pass"]);
    assert!(unasked.contains("intact; sender unproven"));

    // Another key; another file; another comment; nothing. minisign refuses what art20 refuses.
    let refused = |code: &str| {
        let (theirs, ours) =
            (in_folder(at, "minisign", &["-V", "-p", "ours.pub", "-m", "r-1.zip.age"]), verify("ours.pub"));
        assert!(!theirs.status.success());
        assert_eq!(ours.status.code(), Some(6), "{}", said(&ours));
        assert!(said(&ours).contains(code) && !said(&ours).contains("proven"), "{}", said(&ours));
    };
    let other = verify("other.pub");
    assert!(other.status.code() == Some(6) && said(&other).contains("signature-key"));
    let signature = std::fs::read_to_string(at.join("r-1.zip.age.minisig")).unwrap();
    std::fs::write(at.join("r-1.zip.age.minisig"), signature.replace("reference:r-1", "reference:r-2")).unwrap();
    refused("signature-wrong");
    std::fs::write(at.join("r-1.zip.age.minisig"), "").unwrap();
    refused("signature-syntax");
    std::fs::remove_file(at.join("r-1.zip.age.minisig")).unwrap();
    refused("signature-missing");

    // What minisign signs, art20 takes; also with a key that a password protects.
    works(at, "minisign", &["-S", "-s", "ours.key", "-m", "r-1.zip.age"]);
    assert!(verify("ours.pub").status.success());
}

#[test]
fn an_archive_that_cannot_appear_leaves_neither_signature_nor_receipt_and_says_so_in_the_journal() {
    if !tool("minisign") {
        return;
    }
    let folder = example();
    let at = folder.path();
    works(at, "minisign", &["-G", "-W", "-p", "ours.pub", "-s", "ours.key"]);
    for blocked in ["r-1.zip", "r-1.zip.minisig", "r-1.receipt.json"] {
        std::fs::write(at.join(blocked), "mine").unwrap();
        let output = export(at, "r-1", &["--sign-key", "ours.key"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let left: Vec<String> =
            names(at).into_iter().filter(|name| name.starts_with("r-1") || name.starts_with('.')).collect();
        assert_eq!(left, [blocked]);
        std::fs::remove_file(at.join(blocked)).unwrap();
    }
    let shown: serde_json::Value = serde_json::from_str(&works(at, "art20", &["journal", "show", "--json"])).unwrap();
    assert!(shown.as_array().unwrap().iter().all(|line| line["outcome"] == "failed" && line["why"] == "output"));
    assert_eq!(shown.as_array().unwrap().len(), 3);
}

fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

/// The person's words, and the names of files.
const READABLE: [&[u8]; 3] = [b"@example.org", b"Message-ID", b"data/mail/"];

/// Looks at every file that a process has open for writing, the nameless ones too: (nameless bytes, readable words).
#[cfg(target_os = "linux")]
fn open_files(process: u32, below: &Path, found: &mut Vec<String>) -> usize {
    let mut nameless = 0;
    let Ok(entries) = std::fs::read_dir(format!("/proc/{process}/fd")) else { return 0 };
    for entry in entries.flatten() {
        let Ok(target) = std::fs::read_link(entry.path()) else { continue };
        if !target.starts_with(below) {
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        if target.to_string_lossy().ends_with("(deleted)") {
            nameless = nameless.max(bytes.len());
        }
        for words in READABLE {
            if bytes.windows(words.len()).any(|window| window == words) {
                found.push(format!("{} in {}", String::from_utf8_lossy(words), target.display()));
            }
        }
    }
    nameless
}

/// A run that writes several megabytes, uncompressed so that anything readable would show.
#[cfg(target_os = "linux")]
fn large_run(stores: &Path, out: &Path, more: &[&str]) -> std::process::Child {
    let mut command = art20();
    command.args(["export", "-q", "--identity-check", "account-login", "--reference", "r-1", "--level", "0"]);
    command.args(["-s", &identifiers(1)[0], "-c"]).arg(stores.join("art20.toml"));
    command.arg("-o").arg(out.join("r-1.zip")).args(more).env("TMPDIR", out);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn while_an_encrypted_archive_is_written_nothing_on_the_disk_can_be_read_and_nothing_after_a_kill() {
    let stores = scratch();
    synthetic(stores.path(), Size { subjects: 1, messages: 1500, seed: 1 }, &mut |_, _| {}).unwrap();
    std::fs::write(stores.path().join("pass"), "correct horse battery").unwrap();
    let pass = stores.path().join("pass");
    for option in ["--zip-passphrase-file", "--passphrase-file"] {
        let out = scratch();
        let mut run = large_run(stores.path(), out.path(), &[option, pass.to_str().unwrap()]);
        let (mut found, mut nameless, mut looked) = (Vec::new(), 0, 0);
        while run.try_wait().unwrap().is_none() {
            nameless = nameless.max(open_files(run.id(), out.path(), &mut found));
            looked += 1;
        }
        assert!(run.wait().unwrap().success());
        assert_eq!(found, [""; 0], "{option}");
        assert!(looked > 3 && nameless > 100_000, "something was laid aside on the disk: {nameless} in {looked}");
        let delivered = if option.contains("zip") { "r-1.zip" } else { "r-1.zip.age" };
        let bytes = read(out.path(), delivered);
        assert!(bytes.len() > 1_000_000);
        assert!(!READABLE.iter().any(|words| bytes.windows(words.len()).any(|window| window == *words)));

        let out = scratch();
        let mut run = large_run(stores.path(), out.path(), &[option, pass.to_str().unwrap()]);
        while run.try_wait().unwrap().is_none() && open_files(run.id(), out.path(), &mut found) < 100_000 {}
        run.kill().unwrap();
        assert!(!run.wait().unwrap().success(), "killed under way");
        let left = names(out.path());
        assert!(left.iter().all(|name| name.starts_with(".art20-")), "{left:?}");
        for name in left {
            let bytes = read(out.path(), &name);
            assert!(!READABLE.iter().any(|words| bytes.windows(words.len()).any(|window| window == *words)));
        }
    }
    // Without encryption the same look finds them: it can see.
    let out = scratch();
    let mut run = large_run(stores.path(), out.path(), &[]);
    let mut found = Vec::new();
    while run.try_wait().unwrap().is_none() {
        open_files(run.id(), out.path(), &mut found);
    }
    assert!(!found.is_empty());
}

#[test]
fn eight_processes_enter_their_runs_into_one_journal() {
    let folder = example();
    let at = folder.path();
    std::thread::scope(|scope| {
        for process in 0..8 {
            scope.spawn(move || (0..3).for_each(|nth| exported(at, &format!("r-{process}-{nth}"), &[])));
        }
    });
    let verified: serde_json::Value =
        serde_json::from_str(&works(at, "art20", &["journal", "verify", "--json"])).unwrap();
    assert_eq!((&verified["whole"], &verified["lines"]), (&true.into(), &24.into()));
    for process in 0..8 {
        let found = works(at, "art20", &["journal", "find", &format!("r-{process}-2.zip")]);
        assert!(found.contains(&format!("r-{process}-2 ")) && found.lines().count() == 2, "{found}");
    }
}

#[test]
fn the_journal_names_every_run_and_nobody() {
    let folder = example();
    let at = folder.path();
    exported(at, "r-1", &["--operator", "desk 3", "--accept-shared", "told by anna.mueller"]);
    let config = std::fs::read_to_string(at.join("art20.toml")).unwrap();
    assert_eq!(
        status(at, &["export", "-q", "-s", "email:nobody@example.org", "--identity-check", "document:passport"]),
        4
    );
    std::fs::write(
        at.join("art20.toml"),
        config.replace("[journal]", "[archive]\nencrypt = \"required\"\n\n[journal]"),
    )
    .unwrap();
    assert_eq!(export(at, "r-2", &[]).status.code(), Some(2));
    let text = String::from_utf8(read(at, "journal.jsonl")).unwrap();
    for (line, expected) in
        text.lines().zip(["\"outcome\":\"done\"", "\"why\":\"unknown-subject\"", "\"why\":\"not-encrypted\""])
    {
        assert!(line.contains(expected), "{line}");
    }
    assert_eq!(text.lines().count(), 3);
    for word in ["anna", "mueller", "nobody", "passport", "example.org"] {
        assert!(!text.contains(word), "{word}");
    }
    let digest = works(at, "bash", &["-c", "sed -n 1p journal.jsonl | sha256sum"]);
    assert!(text.lines().nth(1).unwrap().contains(&digest[..64]), "a line names the hash of the one before");
    let contains = |hash: &str| status(at, &["journal", "verify", "--contains", hash]);
    assert_eq!((contains(&digest[..64]), contains(&"0".repeat(64))), (0, 6));
    std::fs::write(at.join("journal.jsonl"), text.replacen("desk 3", "desk 4", 1)).unwrap();
    let verified = in_folder(at, "art20", &["journal", "verify"]);
    assert!(
        verified.status.code() == Some(6) && said(&verified).contains("line 2: journal-chain"),
        "{}",
        said(&verified)
    );
}

#[test]
fn no_archive_appears_if_the_journal_cannot_be_written() {
    let folder = example();
    let at = folder.path();
    std::fs::create_dir(at.join("journal.jsonl")).unwrap();
    let output = export(at, "r-1", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("journal") && said(&output).contains("what to do"), "{}", said(&output));
    assert!(!names(at).iter().any(|name| name.starts_with("r-1") || name.starts_with('.')), "{:?}", names(at));
}

/// The recipe of SECURITY.md for two people: who exports cannot read, who releases cannot change unseen.
#[test]
fn the_officer_reviews_what_the_operator_could_not_read_and_the_journal_shows_both() {
    if !tool("age") || !tool("age-keygen") {
        return;
    }
    let folder = example();
    let at = folder.path();
    let config = std::fs::read_to_string(at.join("art20.toml")).unwrap();
    std::fs::write(
        at.join("art20.toml"),
        config.replace("[journal]", "[archive]\nencrypt = \"required\"\n\n[journal]"),
    )
    .unwrap();
    let (officer, person) = (age_pair(at, "officer.txt"), age_pair(at, "person.txt"));
    exported(at, "r-1", &["--recipient", &officer, "--operator", "operator"]);

    works(at, "art20", &["verify", "r-1.zip.age", "--identity", "officer.txt"]);
    let script =
        format!("set -o pipefail; age -d -i officer.txt r-1.zip.age | age -r {person} -o for-the-person.zip.age");
    works(at, "bash", &["-c", &script]);
    works(
        at,
        "art20",
        &[
            "journal",
            "delivered",
            "r-1",
            "--channel",
            "portal",
            "--file",
            "for-the-person.zip.age",
            "--operator",
            "officer",
        ],
    );

    works(at, "art20", &["verify", "for-the-person.zip.age", "--identity", "person.txt"]);
    for file in ["r-1.zip.age", "for-the-person.zip.age"] {
        let found = works(at, "art20", &["journal", "find", file]);
        let by = |line: &str, who: &str| found.lines().any(|l| l.contains(line) && l.contains(who));
        assert!(by("delivered by portal", "officer"), "{found}");
        assert!(by("export done", "operator"), "{found}");
    }
    let shown = works(at, "art20", &["journal", "show"]);
    assert!(shown.contains("export done") && shown.contains("delivered by portal"), "{shown}");
    works(at, "art20", &["journal", "verify"]);
}

#[test]
fn every_receipt_says_what_the_delivered_file_is() {
    let folder = example();
    let at = folder.path();
    std::fs::write(at.join("pass"), "p").unwrap();
    exported(at, "zip", &["--zip-passphrase-file", "pass", "-o", "answer.zip"]);
    exported(at, "age", &["--passphrase-file", "pass", "-o", "answer2.zip"]);
    exported(at, "named", &["--passphrase-file", "pass", "-o", "answer3.zip.age"]);
    for (stem, delivered) in [("answer", "answer.zip"), ("answer2", "answer2.zip.age"), ("answer3", "answer3.zip.age")]
    {
        let archive = &receipt(at, stem)["archive"];
        assert_eq!((&archive["name"], &archive["encrypted"]), (&delivered.into(), &true.into()));
        let path: PathBuf = at.join(delivered);
        assert_eq!(archive["bytes"], std::fs::metadata(path).unwrap().len());
        let digest = works(at, "sha256sum", &[delivered]);
        assert!(digest.starts_with(archive["sha256"].as_str().unwrap()));
    }
}

#[test]
fn the_letter_says_how_to_open_the_file_that_was_delivered() {
    let folder = example();
    let at = folder.path();
    std::fs::write(at.join("pass"), "p").unwrap();
    let ways = [
        ("zip", "--zip-passphrase-file", "7-Zip", "age -d"),
        ("age", "--passphrase-file", "age -d -o age.zip age.zip.age", "7-Zip"),
    ];
    for (reference, option, expected, other) in ways {
        let letter = format!("{reference}.txt");
        exported(at, reference, &[option, "pass", "--letter", &letter, "--language", "en"]);
        let text = String::from_utf8(read(at, &letter)).unwrap();
        assert!(text.contains(expected) && !text.contains(other), "{text}");
    }
}
