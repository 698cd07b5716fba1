//! Full disks, files that may not grow, too few descriptors, and outputs that take nothing.

use crate::common::{assurance, strict};
use crate::export::{prepare, whole};
use crate::judge::{files, journal_holds, names, refused, silent};
use crate::world::{export, run_in, world};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn story(output: &Output, what: &str) -> String {
    format!("{what}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr))
}

/// The command with a limit, set by `ulimit` of the shell.
fn limited(limit: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        shell.envs(value.map(|value| (name, value)));
    }
    shell.current_dir(command.get_current_dir().unwrap());
    shell
}

/// All, or nothing with exit status 1 or those allowed besides.
fn all_or_nothing(at: &Path, output: &Output, statuses: &[i32], what: &str) -> bool {
    let story = story(output, what);
    silent(output, &story);
    let out = names(&at.join("out"));
    if output.status.success() {
        assert_eq!(out, ["letter.txt", "r-1.receipt.json", "r-1.zip"], "{story}");
        assert_eq!(
            crate::world::run_in(at, &["verify", "-q", "out/r-1.zip"]).status().unwrap().code(),
            Some(0),
            "{story}"
        );
    } else {
        refused(output, statuses, &story);
        assert_eq!(out, [""; 0], "something is left: {story}");
    }
    assert_eq!(names(&at.join("tmp")), [""; 0], "something temporary is left: {story}");
    journal_holds(at, &story);
    output.status.success()
}

#[test]
fn a_file_that_may_not_grow_further_leaves_nothing() {
    let folder = world();
    let at = folder.path();
    let whole = whole();
    let blocks = whole[Path::new("r-1.zip")].len() / 512;
    // From nothing to a little more than the archive takes.
    let mut tried = 0;
    for limit in (0..8).chain((8..blocks + 40).step_by(blocks / 24)).chain([blocks + 40]) {
        prepare(at);
        let output = limited(&format!("-f {limit}"), &export(at)).output().unwrap();
        let enough = all_or_nothing(at, &output, &[1], &format!("{limit} blocks"));
        assert!(enough == (limit > blocks), "{}", story(&output, &format!("{limit} of {blocks} blocks")));
        tried += 1;
    }
    assurance::tell(
        "files may not grow (RLIMIT_FSIZE)",
        "export with limits from nothing to more than the archive",
        tried / 10 * 10,
        "exit status 1 and nothing left, until the limit is enough",
    );
}

#[test]
fn an_encrypted_file_that_may_not_grow_further_leaves_nothing_and_nothing_is_said_but_what_to_do() {
    let folder = world();
    let at = folder.path();
    std::fs::write(at.join("passphrase"), "invented\n").unwrap();
    let mut tried = 0;
    for (option, key) in [
        ("--zip-passphrase-file", "passphrase"),
        ("--recipient", &std::fs::read_to_string(at.join("age.pub")).unwrap()),
    ] {
        for blocks in [0, 1, 7, 100, 500] {
            prepare(at);
            let mut command = export(at);
            command.args([option, key]);
            let output = limited(&format!("-f {blocks}"), &command).output().unwrap();
            let what = format!("{option}: {blocks} blocks");
            assert!(!all_or_nothing(at, &output, &[1], &what), "{what} are enough");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                said.lines().all(|line| ["error: ", "  what to do: "].iter().any(|begin| line.starts_with(begin))),
                "{said}"
            );
            tried += 1;
        }
    }
    assurance::tell(
        "files may not grow (RLIMIT_FSIZE)",
        "export to a key of age and to an AES-256 zip with limits of nothing to 250 KiB",
        tried,
        "exit status 1 and nothing left, and no library says anything besides",
    );
}

#[test]
fn too_few_descriptors_leave_nothing() {
    let folder = world();
    let at = folder.path();
    let (mut tried, mut enough) = (0, false);
    for limit in 3..40 {
        prepare(at);
        let output = limited(&format!("-n {limit}"), &export(at)).output().unwrap();
        if output.status.code() == Some(127) {
            // The loader of the system could not even begin.
            continue;
        }
        let done = all_or_nothing(at, &output, &[1, 2, 3], &format!("{limit} descriptors"));
        assert!(done || !enough, "more are worse: {}", story(&output, &format!("{limit} descriptors")));
        enough |= done;
        tried += 1;
    }
    assert!(enough, "40 descriptors are enough");
    assurance::tell(
        "too few open files (RLIMIT_NOFILE)",
        "export with 3 to 39 descriptors",
        tried / 10 * 10,
        "nothing left and a sentence that helps, until there are enough",
    );
}

#[test]
fn a_full_disk_leaves_nothing() {
    let folder = world();
    let at = folder.path();
    let whole = whole();
    let needed = files(&at.join("out")).len() + whole.values().map(Vec::len).sum::<usize>() / 1024;
    let mut tried = 0;
    for kibibytes in [4, 8, 16, 64, 128, needed * 3 / 4, needed, needed * 4] {
        prepare(at);
        let options = format!("size={kibibytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "none"])
            .arg(at.join("out"))
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("skipped: a small file system may not be mounted here");
            return;
        }
        // Whatever is laid aside lies beside the archive.
        let output = export(at).output().unwrap();
        let story = story(&output, &format!("{kibibytes} KiB"));
        let out = names(&at.join("out"));
        let unmounted = Command::new("umount").arg(at.join("out")).status().unwrap();
        assert!(unmounted.success());
        silent(&output, &story);
        if output.status.success() {
            assert_eq!(out.len(), 3, "{story}");
        } else {
            refused(&output, &[1], &story);
            assert!(out.is_empty(), "something is left: {out:?} {story}");
            assert!(kibibytes < needed * 4, "{story}");
        }
        tried += 1;
    }
    assert!(!strict() || tried == 8);
    assurance::tell(
        "the disk is full (a small tmpfs)",
        "export to file systems from 4 KiB to more than enough",
        tried,
        "exit status 1 and nothing left, until there is room",
    );
}

/// The exit status of a command whose output goes to a device that takes nothing: (standard output, standard error).
fn deaf(command: &mut Command, out: bool, errors: bool) -> Output {
    let full = || Stdio::from(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    command.stdin(Stdio::null());
    command.stdout(if out { full() } else { Stdio::piped() }).stderr(if errors { full() } else { Stdio::piped() });
    command.spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn nobody_to_hear_it_changes_no_exit_status() {
    let folder = world();
    let at = folder.path();
    let loud = |arguments: &[&str]| {
        let mut command = run_in(at, arguments);
        command.arg("-c").arg("art20.toml");
        command
    };
    let request = ["-s", crate::world::SUBJECT, "--identity-check", "account-login", "--as-of", crate::world::AS_OF];
    let nobody = ["-s", "email:nobody.canary@example.org", "--identity-check", "account-login"];
    let cases: Vec<(Vec<&str>, i32)> = vec![
        ([&["export", "-o", "out/a.zip"][..], &request].concat(), 0),
        ([&["export", "-o", "out/b.zip"][..], &nobody].concat(), 4),
        ([&["export", "-o", "out/a.zip"][..], &request].concat(), 2),
        ([&["plan", "-q"][..], &nobody].concat(), 4),
        (vec!["batch", "requests.csv", "-o", "out/batch"], 7),
        (vec!["journal", "delivered", "none", "--channel", "portal"], 1),
        (vec!["refuse", "--reason", "nonsense"], 2),
        (vec!["nonsense"], 2),
    ];
    let tried = cases.len();
    for (arguments, status) in cases {
        let mut command = if arguments.len() == 1 { run_in(at, &arguments) } else { loud(&arguments) };
        let output = deaf(&mut command, false, true);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", output.status);
    }
    assert!(at.join("out/a.zip").exists() && at.join("out/batch/r-2.zip").exists());
    assurance::tell(
        "standard error takes nothing (/dev/full)",
        "export, plan, batch, journal, refuse, with success and failure",
        tried,
        "the exit status that they have otherwise, and their files",
    );
}

#[test]
fn an_answer_that_cannot_be_printed_is_a_failure_that_says_what_is_done() {
    let folder = world();
    let at = folder.path();
    let request = ["-s", crate::world::SUBJECT, "--identity-check", "account-login", "--as-of", crate::world::AS_OF];
    assert!(run_in(at, &[&["export", "-q", "-o", "sent.zip"][..], &request].concat()).status().unwrap().success());
    let cases: Vec<Vec<&str>> = vec![
        [&["export", "-q", "--json", "-o", "out/a.zip"][..], &request].concat(),
        [&["plan", "--json"][..], &request].concat(),
        [&["plan"][..], &request].concat(),
        vec!["batch", "requests.csv", "-q", "--json", "-o", "out/batch"],
        vec!["check"],
        vec!["check", "--json"],
        vec!["verify", "sent.zip"],
        vec!["verify", "--json", "sent.zip"],
        vec!["import", "sent.zip", "-q", "--json", "--into", "sqlite:out/got.db"],
        vec!["journal", "show"],
        vec!["journal", "verify"],
        vec!["schema"],
        vec!["schema", "receipt"],
        vec!["completions", "bash"],
    ];
    let tried = cases.len();
    for arguments in cases {
        let output = deaf(&mut run_in(at, &arguments), true, false);
        refused(&output, &[1], &story(&output, &format!("{arguments:?}")));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("standard output"), "{arguments:?}: {said}");
    }
    for there in ["out/a.zip", "out/a.receipt.json", "out/batch/r-1.zip", "out/batch/batch-result.csv", "out/got.db"] {
        assert!(at.join(there).exists(), "{there}: what is done is done");
    }
    assurance::tell(
        "standard output takes nothing (/dev/full)",
        "every command that prints",
        tried,
        "exit status 1 and a sentence that says so; what was written to files stays",
    );
}
