//! Synthetic stores with a request of every subject, and what a folder looks like after a batch.

use super::{art20, scratch};
use art20::demo::{Size, identifiers, synthetic};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// How many subjects there are unless a test says otherwise.
pub const SUBJECTS: u64 = 60;
/// When every export of these tests counts as made.
pub const AS_OF: &str = "2026-11-23T12:00:00Z";

/// Stores, and a file with a request of every subject, the last ones received first.
pub struct World {
    pub folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> World {
        World::of(SUBJECTS)
    }

    pub fn of(subjects: u64) -> World {
        let folder = scratch();
        synthetic(folder.path(), Size { subjects, messages: 3, seed: 1 }, &mut |_, _| {}).unwrap();
        let world = World { folder };
        let rows = (1..=subjects).map(|number| {
            let [email, _] = identifiers(number);
            let email = email.split_once(':').unwrap().1;
            format!("R-{number},{email},account-login:checked,2026-11-{:02}\n", 1 + (subjects - number) % 20)
        });
        let text: String =
            std::iter::once("reference,email,identity_check,received\n".to_owned()).chain(rows).collect();
        std::fs::write(world.path("requests.csv"), text).unwrap();
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, output: &str, more: &[&str]) -> Command {
        let mut command = art20();
        command.args(["batch", "requests.csv", "-o", output, "--as-of", AS_OF]).args(more);
        command.current_dir(self.folder.path());
        command
    }

    pub fn batch(&self, output: &str, more: &[&str]) -> Output {
        self.command(output, more).output().unwrap()
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The lines of a result by their columns.
pub fn lines(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().collect::<Result<_, _>>().unwrap()
}

/// The names in a folder.
pub fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What a folder must hold when every request has been answered: nothing more, nothing less.
pub fn whole(references: impl Iterator<Item = u64>) -> BTreeSet<String> {
    let files = references.flat_map(|number| [format!("R-{number}.zip"), format!("R-{number}.receipt.json")]);
    files.chain(["batch-result.csv".to_owned()]).collect()
}
