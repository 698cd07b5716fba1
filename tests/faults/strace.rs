//! The program strace, which counts the calls that a run makes of the system and lets the nth of a kind fail, or sends a
//! signal at it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// By these a run touches files and starts threads, each with the failures that are tried.
const CALLS: &[(&str, &[&str])] = &[
    ("openat", &["EACCES"]),
    ("read", &["EIO"]),
    ("pread64", &["EIO"]),
    ("write", &["ENOSPC"]),
    ("pwrite64", &["ENOSPC"]),
    ("ftruncate", &["ENOSPC"]),
    ("fsync", &["EIO"]),
    ("fdatasync", &["EIO"]),
    ("syncfs", &["EIO"]),
    ("rename", &["EIO"]),
    ("renameat2", &["EIO", "EINVAL"]),
    ("linkat", &["EIO"]),
    ("mkdir", &["EACCES"]),
    ("statx", &["EACCES"]),
    ("newfstatat", &["EACCES"]),
    ("fcntl", &["ENOLCK"]),
    ("flock", &["ENOLCK"]),
    ("lseek", &["EIO"]),
    ("getdents64", &["EIO"]),
    ("readlink", &["EACCES"]),
    ("clone3", &["EAGAIN"]),
];

/// Rust's beginning looks at the three standard files with this call: what is before it is the loader's.
const BEGINNING: &str = "poll";

/// What happens at a call.
#[derive(Debug, Clone)]
pub struct Fault {
    pub call: &'static str,
    /// `error=EIO`, `signal=KILL`.
    pub what: String,
    /// The how manieth call of this kind it is.
    pub at: usize,
}

/// What happened when a fault was tried.
pub struct Tried {
    pub fault: Fault,
    pub output: Output,
    /// The line of strace's log that tells which call failed; none if the run did not come to it.
    pub line: Option<String>,
}

impl Tried {
    /// What to say of it when it is not as it should be.
    pub fn story(&self) -> String {
        let Output { status, stdout, stderr } = &self.output;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        format!("{:?}\n{:?}\n{status}\n{}{}", self.fault, self.line, text(stdout), text(stderr))
    }
}

/// Whether runs can be traced here. If not, says that what needs it is skipped.
pub fn can_trace() -> bool {
    if !crate::common::tool("strace") {
        return false;
    }
    let tried =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"]).output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        println!("skipped: strace may not trace here");
    }
    may
}

fn traced(command: &Command, log: &Path, options: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-y", "-s", "64", "-o"]).arg(log).args(options).arg("--").arg(command.get_program());
    strace.args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => strace.env(name, value),
            None => strace.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        strace.current_dir(folder);
    }
    strace
}

/// The calls of a run that goes well, as (call, how manieth). strace counts the calls of each thread by itself, and the
/// loader's come first: the first few of another thread, which have the numbers that the loader's have, are left out,
/// since it is the loader that would fail.
fn calls(command: &Command, log: &Path) -> BTreeSet<(&'static str, usize)> {
    let names: Vec<&str> = CALLS.iter().map(|(name, _)| *name).chain([BEGINNING]).collect();
    let output = traced(command, log, &["-e", &format!("trace={}", names.join(","))]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // A batch in which a request has no archive ends with 7.
    assert!(matches!(output.status.code(), Some(0 | 7)), "the run without a fault: {}: {said}", output.status);
    let text = fs::read_to_string(log).unwrap();
    let mut begun = false;
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut of_loader: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all = BTreeSet::new();
    for line in text.lines() {
        let Some((process, rest)) = line.split_once(char::is_whitespace) else { continue };
        let Some((name, _)) = rest.trim_start().split_once('(') else { continue };
        begun |= name == BEGINNING;
        let Some((name, _)) = CALLS.iter().find(|(call, _)| *call == name) else { continue };
        let count = counts.entry((process, name)).or_default();
        *count += 1;
        if !begun {
            of_loader.insert(name, *count);
        } else if *count > of_loader.get(name).copied().unwrap_or_default() {
            all.insert((*name, *count));
        }
    }
    assert!(all.len() > 5, "{text}");
    all
}

/// A run that is tried again and again, each time with another fault.
pub struct Trial<'a> {
    /// Makes what it is tried in.
    pub world: &'a (dyn Fn() -> tempfile::TempDir + Sync),
    /// Makes it as it was before the first run.
    pub prepare: &'a (dyn Fn(&Path) + Sync),
    /// The run.
    pub command: &'a (dyn Fn(&Path) -> Command + Sync),
    /// Says whether what came of it is in order.
    pub judge: &'a (dyn Fn(&Path, &Tried) + Sync),
}

/// The faults that are tried.
#[derive(Clone, Copy)]
pub enum Kinds<'k> {
    /// Every call fails with each of its errors.
    Errors,
    /// The same of the calls that this takes.
    ErrorsOf(&'k dyn Fn(&str) -> bool),
    /// One signal at every call of these kinds.
    Signal(&'k str, &'k [&'k str]),
    /// Every such call is interrupted once, which is to be of no consequence.
    Interruptions,
}

impl Trial<'_> {
    /// Tries every fault of a kind: how many there were.
    pub fn sweep(&self, kinds: Kinds<'_>) -> usize {
        let first = (self.world)();
        (self.prepare)(first.path());
        let calls = calls(&(self.command)(first.path()), &first.path().join("strace.log"));
        let mut faults = Vec::new();
        for (call, at) in calls {
            let fault = |what: String| Fault { call, what, at };
            match kinds {
                Kinds::ErrorsOf(takes) if !takes(call) => {}
                Kinds::Errors | Kinds::ErrorsOf(_) => {
                    let errors = CALLS.iter().find(|(name, _)| *name == call).map_or(&[][..], |(_, errors)| errors);
                    faults.extend(errors.iter().map(|error| fault(format!("error={error}"))));
                }
                Kinds::Signal(signal, at) if at.contains(&call) => faults.push(fault(format!("signal={signal}"))),
                Kinds::Interruptions if ["read", "pread64", "write", "fsync"].contains(&call) => {
                    faults.push(fault("error=EINTR".into()));
                }
                _ => {}
            }
        }
        let (next, faults) = (AtomicUsize::new(0), &faults);
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    let world = (self.world)();
                    while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.one(world.path(), fault);
                    }
                });
            }
        });
        faults.len()
    }

    fn one(&self, at: &Path, fault: &Fault) {
        (self.prepare)(at);
        let log = at.join("strace.log");
        let inject = format!("inject={}:{}:when={}", fault.call, fault.what, fault.at);
        let output = traced(&(self.command)(at), &log, &["-e", &format!("trace={}", fault.call), "-e", &inject])
            .output()
            .unwrap();
        let text = fs::read_to_string(&log).unwrap_or_default();
        let hit = |line: &&str| line.contains("(INJECTED)") || line.contains("--- SIG") || line.contains("+++ killed");
        let line = text.lines().find(hit).map(str::to_owned);
        (self.judge)(at, &Tried { fault: fault.clone(), output, line });
    }
}

/// Stops a run at its nth call of a kind on a path, or on any, changes something, and lets it go on. None if it did not
/// come to that call.
pub fn stopped(
    command: &Command,
    log: &Path,
    (call, at, path): (&str, usize, Option<&Path>),
    change: impl FnOnce(),
) -> Option<Output> {
    let inject = format!("inject={call}:signal=STOP:when={at}");
    let trace = format!("trace={call}");
    let mut options = vec!["-e", &trace, "-e", &inject];
    options.extend(path.iter().flat_map(|path| ["-P", path.to_str().unwrap()]));
    let _ = fs::remove_file(log);
    let mut child = traced(command, log, &options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let process = loop {
        let text = fs::read_to_string(log).unwrap_or_default();
        let line = text.lines().find(|line| line.contains("--- stopped by SIGSTOP"));
        if let Some(process) = line.and_then(|line| line.split_whitespace().next()) {
            break process.to_owned();
        }
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    change();
    // It may have been killed meanwhile.
    let _ = Command::new("kill").args(["-s", "CONT", &process]).stderr(Stdio::null()).status();
    Some(child.wait_with_output().unwrap())
}
