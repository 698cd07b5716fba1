//! What the tests of the program have in common: the program itself, fixtures, and folders that vanish.
#![allow(dead_code)]

pub mod assurance;
pub mod extreme;
pub mod postgres;
pub mod unpacked;
pub mod world;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program under test, in an environment that says nothing.
pub fn art20() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_art20"));
    command.env_remove("SOURCE_DATE_EPOCH");
    command
}

/// The top of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of `fixtures/`.
pub fn fixture(path: &str) -> PathBuf {
    root().join("fixtures").join(path)
}

/// A file of `fixtures/` with a string of JSON on every line.
pub fn strings(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixture(path)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder that vanishes with the test.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Whether the expected outputs are to be written instead of compared: `ART20_BLESS=1`.
pub fn blessing() -> bool {
    std::env::var_os("ART20_BLESS").is_some_and(|value| value == "1")
}

/// Whether a missing tool is a failure: in `.ci/run`, which installs them all (`ART20_CI=1`).
pub fn strict() -> bool {
    std::env::var_os("ART20_CI").is_some_and(|value| value == "1")
}

/// Where `.ci/run` puts the judges that it installs: a Python environment and Node's packages.
pub fn judges() -> PathBuf {
    std::env::var_os("ART20_JUDGES").map_or_else(|| root().join("target/judges"), PathBuf::from)
}

/// The search path for programs, with those of the judges first.
pub fn tool_path() -> String {
    format!("{}:{}", judges().join("bin").display(), std::env::var("PATH").unwrap_or_default())
}

/// Whether a program is there. If not, says that what needs it is skipped; in `.ci/run` that is a failure.
pub fn tool(name: &str) -> bool {
    let there = tool_path().split(':').any(|folder| Path::new(folder).join(name).is_file());
    assert!(there || !strict(), "{name} is missing, and .ci/run installs it");
    if !there {
        println!("skipped: {name} is not installed");
    }
    there
}
