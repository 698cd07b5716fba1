//! What the tests of the program have in common: the program itself, fixtures, and folders that vanish.
#![allow(dead_code)]

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

/// A folder that vanishes with the test.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Whether the expected outputs are to be written instead of compared: `ART20_BLESS=1`.
pub fn blessing() -> bool {
    std::env::var_os("ART20_BLESS").is_some_and(|value| value == "1")
}
