//! What the tests of the program have in common: the program itself, fixtures, and folders that vanish.
#![allow(dead_code)]

pub mod unpacked;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program under test, in an environment that says nothing.
pub fn art20() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_art20"));
    command.env_remove("SOURCE_DATE_EPOCH");
    command
}

/// A file of `fixtures/`.
pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)
}

/// A folder that vanishes with the test.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}
