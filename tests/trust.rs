//! Secrecy, signatures and the journal as those see them who do not have art20: the programs age, minisign and 7-Zip
//! judge what it writes, and what they write it reads. Nothing readable is on the disk meanwhile.

mod common;

use art20::demo::{Size, identifiers, synthetic};
use common::assurance::tell;
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
    tell(
        "Whoever has the file but no key reads it",
        "age to two keys: the program age opens it with each and with no other, and finds the archive that is written without encryption, byte for byte",
        3,
        "opened with its keys alone, nothing changed",
    );
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
    tell(
        "Whoever has the file but no key reads it",
        "AES-256 zip: 7-Zip opens it with the passphrase and not with another, and sees one name, `archive.zip`, before",
        2,
        "opened with its passphrase alone, no name shows",
    );
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
    tell(
        "Somebody changes the file on its way",
        "one bit of an age file and of an AES zip, at its beginning, in its middle and at its end; and its end cut off",
        8,
        "`verify` says ciphertext-broken, status 6",
    );
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
    tell(
        "Somebody fakes the sender",
        "another key, a changed trusted comment, an empty signature, none: the program minisign and `verify --public-key` judge each",
        4,
        "both refuse; what either signs, the other takes",
    );
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
    tell(
        "Somebody reads the disk while an encrypted archive is written, or after a kill",
        "every file that the process has open, the nameless ones too, looked at all the time; then SIGKILL under way; for age and zip",
        4,
        "nothing readable; the same look at a run without encryption finds the words",
    );
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
    tell(
        "Many runs write one journal",
        "eight processes at once, three exports each",
        24,
        "one whole chain, every run in it",
    );
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
    tell(
        "The journal cannot be written",
        "a folder in its place, for `export`",
        1,
        "no archive, nothing left, status 1, a sentence that helps",
    );
}

#[test]
fn no_line_of_the_journal_can_be_changed_removed_or_moved_unseen() {
    let folder = example();
    let at = folder.path();
    (0..6).for_each(|nth| exported(at, &format!("r-{nth}"), &[]));
    let text = String::from_utf8(read(at, "journal.jsonl")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut changed: Vec<String> = Vec::new();
    for nth in 0..lines.len() {
        let with = |line: &str| [&lines[..nth], &[line], &lines[nth + 1..]].concat().concat();
        changed.push(with(&lines[nth].replace("\"done\"", "\"fail\"")));
        changed.push(with(""));
        changed.push(with(&lines[nth].repeat(2)));
        let mut moved = lines.clone();
        moved.swap(nth, (nth + 1) % lines.len());
        changed.push(moved.concat());
        changed.push(lines[..nth].concat());
    }
    for (nth, text) in changed.iter().enumerate() {
        std::fs::write(at.join("journal.jsonl"), text).unwrap();
        assert_eq!(status(at, &["journal", "verify"]), 6, "change {nth}");
        // Nor does any run go on from a false end.
        let last = text.split_inclusive('\n').next_back();
        assert!(last == lines.last().copied() || export(at, "next", &[]).status.code() == Some(1), "change {nth}");
    }
    tell(
        "An insider changes what the journal says",
        "each line of a journal changed, removed, repeated, moved, and the journal cut off before it",
        changed.len(),
        "`journal verify` says where, status 6; no run goes on from a false end",
    );
}

/// Every letter without an archive has its line, also one that could not be written.
#[test]
fn the_journal_has_a_line_for_every_letter_and_tells_which_was_handed_over() {
    let folder = example();
    let at = folder.path();
    let fixed = ["--reference", "r-1", "--received", "2026-11-02", "--as-of", "2026-11-23T12:00:00Z", "-q"];
    let letter = |command: &str, more: &[&str]| in_folder(at, "art20", &[&[command], &fixed[..], more].concat());
    let extend = ["--reason", "complexity", "--explanation", "Anna's data lie in many stores.", "--operator", "desk"];
    let excessive = ["--reason", "excessive", "--operator", "desk"];
    let extended = letter("extend", &extend);
    assert!(extended.status.success(), "{}", said(&extended));
    assert_eq!(letter("extend", &extend).status.code(), Some(2), "it is there already");
    assert_eq!(letter("refuse", &excessive).status.code(), Some(2), "no evidence");
    let evidence = [&excessive[..], &["--evidence", "Anna asked twelve times."]].concat();
    assert!(letter("refuse", &evidence).status.success());

    let shown: serde_json::Value = serde_json::from_str(&works(at, "art20", &["journal", "show", "--json"])).unwrap();
    let lines: Vec<String> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let word = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
            [word("event"), word("outcome"), word("why"), word("reason"), word("operator")].join(" ")
        })
        .collect();
    assert_eq!(
        lines,
        [
            "extension done - complexity desk",
            "extension failed output complexity desk",
            "refusal failed reason excessive desk",
            "refusal done - excessive desk"
        ]
    );
    let text = String::from_utf8(read(at, "journal.jsonl")).unwrap();
    assert!(!text.contains("Anna") && !text.contains("r-1.refusal"), "{text}");
    for (file, event) in [("r-1.extension.txt", "extension done"), ("r-1.refusal.json", "refusal done")] {
        let found = works(at, "art20", &["journal", "find", file]);
        assert!(found.contains(event) && found.lines().count() == 2, "{found}");
    }

    // The last letter, and then the one before by its file.
    let delivered = |more: &[&str]| -> serde_json::Value {
        let fixed = ["journal", "delivered", "r-1", "--channel", "letter", "--json"];
        serde_json::from_str(&works(at, "art20", &[&fixed[..], more].concat())).unwrap()
    };
    for (more, file) in [(&[][..], "r-1.refusal.txt"), (&["--file", "r-1.extension.txt"], "r-1.extension.txt")] {
        let noted = delivered(more);
        let digest = works(at, "sha256sum", &[file]);
        assert!(digest.starts_with(noted["letter"]["sha256"].as_str().unwrap()) && noted["archive"].is_null());
        assert!(noted["letter"]["made_from"].is_null());
    }
    works(at, "art20", &["journal", "verify"]);
}

#[test]
fn no_letter_appears_if_the_journal_cannot_be_written() {
    let folder = example();
    let at = folder.path();
    std::fs::create_dir(at.join("journal.jsonl")).unwrap();
    let arguments =
        ["extend", "-q", "--reference", "r-1", "--received", "2026-11-02", "--as-of", "2026-11-23T12:00:00Z"];
    let reason = ["--reason", "complexity", "--explanation", "Many stores."];
    let output = in_folder(at, "art20", &[&arguments[..], &reason].concat());
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("journal") && said(&output).contains("what to do"), "{}", said(&output));
    assert!(!names(at).iter().any(|name| name.starts_with("r-1") || name.starts_with('.')), "{:?}", names(at));
    tell(
        "The journal cannot be written",
        "a folder in its place, for `extend`",
        1,
        "no letter, nothing left, status 1, a sentence that helps",
    );
}

/// The recipe of SECURITY.md as it stands there: who exports cannot read, who releases cannot change unseen.
#[test]
fn the_officer_reviews_what_the_operator_could_not_read_and_the_journal_shows_both() {
    if !tool("age") || !tool("age-keygen") {
        return;
    }
    let folder = example();
    let at = folder.path();
    let security = std::fs::read_to_string(common::root().join("SECURITY.md")).unwrap();
    let recipe = security.split("## Two people").nth(1).unwrap();
    let block = |language: &str| {
        let fence = format!("```{language}\n");
        recipe.split(&fence).nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    let config = std::fs::read_to_string(at.join("art20.toml")).unwrap();
    let config = config.replace("[journal]\nfile = \"journal.jsonl\"\nretention = \"P3Y\"\n", &block("toml"));
    assert!(config.contains("encrypt = \"required\"") && config.contains("two_people = true"), "{config}");
    std::fs::write(at.join("art20.toml"), config).unwrap();
    let request = r#"{"email": "anna.mueller@example.org", "identity_check": "account-login"}"#;
    std::fs::write(at.join("request.json"), request).unwrap();
    let person = age_pair(at, "person.txt");

    let program = env!("CARGO_BIN_EXE_art20");
    let shell = |script: &str| {
        let script = format!("set -euo pipefail\nart20() {{ '{program}' \"$@\"; }}\n{script}");
        in_folder(at, "bash", &["-c", &script])
    };
    // What stands in the recipe for a key is one, and the memory's folder is this one.
    let script = block("sh").replace("KEY-OF-THE-PERSON", &person).replace("/dev/shm", ".");
    let officer = |script: String| {
        let key = std::fs::read_to_string(at.join("officer.txt")).ok();
        let public = key.and_then(|key| key.lines().find_map(|l| l.strip_prefix("# public key: ").map(str::to_owned)));
        script.replace("KEY-OF-THE-OFFICER", public.as_deref().unwrap_or("KEY-OF-THE-OFFICER"))
    };
    let parts: Vec<&str> = script.split("\n\n").collect();
    assert_eq!(parts.len(), 3, "the officer, the operator, the officer: {script}");
    for part in &parts {
        let output = shell(&officer((*part).to_owned()));
        assert!(output.status.success(), "{part}\n{}", said(&output));
    }

    works(at, "art20", &["verify", "2026-0017.for-the-person.zip.age", "--identity", "person.txt"]);
    assert_eq!(status(at, &["verify", "-q", "2026-0017.zip.age", "--identity", "person.txt"]), 1);
    for file in ["2026-0017.zip.age", "2026-0017.for-the-person.zip.age"] {
        let found = works(at, "art20", &["journal", "find", file]);
        let by = |line: &str, who: &str| found.lines().any(|l| l.contains(line) && l.contains(who));
        assert!(by("delivered by portal", "officer") && by("export done", "operator"), "{found}");
    }
    // Nobody releases what is their own, nor without a name; nothing is entered.
    let release = |more: &[&str]| {
        in_folder(at, "art20", &[&["journal", "delivered", "2026-0017", "--channel", "portal"], more].concat())
    };
    for more in [&["--operator", " Operator"][..], &[]] {
        let refused = release(more);
        assert!(refused.status.code() == Some(2) && said(&refused).contains("two people"), "{}", said(&refused));
    }
    assert!(release(&["--operator", "somebody else"]).status.success());
    assert_eq!(works(at, "art20", &["journal", "show"]).lines().count(), 4);
    // And nothing leaves readable.
    let plain = shell("art20 export -q --request request.json --reference r-2");
    assert_eq!(plain.status.code(), Some(2), "{}", said(&plain));
    works(at, "art20", &["journal", "verify"]);
    tell(
        "An operator sends what nobody reviewed",
        "the recipe for two people of SECURITY.md as it stands; then the operator reads, releases, releases without a name, exports without encryption",
        4,
        "each refused; the journal shows who made and who released",
    );
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
