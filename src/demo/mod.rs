//! Stores to try art20 on: the T-Rex Label example as it is, and large synthetic ones made from a seed.
//!
//! A synthetic store has the example's own schema and configuration, taken from its files so that the two cannot
//! diverge. Its rows are invented (`invented.rs`, `text.rs`); the same size and seed give the same bytes with the same
//! version of art20, whatever the day. Subject number N is found by `email:subject-00000N@example.org` and by
//! `customer:C-00000N`, six digits or as many as it takes. No two subjects share an identifier or a message.
//!
//! | | rows of each subject |
//! |---|---|
//! | e-mails | exactly as many as asked for, scattered over the table in the order of time; one in 20 has an attachment |
//! | log lines, tickets, invoices with lines, payments | a few |
//! | contacts, consents, cookies, ratings, letters, calls, subscriptions, mandates | none, one or a few |
//!
//! Number 1 has at least one row in every table about people, however small the store. One subject in 20 (9, 29, …)
//! has withdrawn what it consented to, one in 10 (5, 15, …) has a merged duplicate with an older address, one in 500
//! (1, 501, …) works for the controller. What no archive may hold begins as in `fixtures/README.md`: `SECRET-CANARY`, …

mod billing;
mod clock;
mod crm;
mod error;
mod invented;
mod mail;
mod media;
mod random;
mod store;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use error::DemoError;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const CONFIGURATION: &str = include_str!("../../fixtures/trexlabel/art20.toml");
const CRM: &str = include_str!("../../fixtures/trexlabel/crm.sql");
const BILLING: &str = include_str!("../../fixtures/trexlabel/billing.sql");
const MAIL: &str = include_str!("../../fixtures/trexlabel/mail.sql");

/// The greatest number of subjects.
const SUBJECTS: u64 = 10_000_000;
/// The greatest number of messages in a store.
const MESSAGES: u64 = 10_000_000_000;

/// How the example's configuration becomes that of synthetic stores: databases instead of scripts, and comparison of
/// bytes, which an index serves, since every address and number stands there in canonical form.
const CHANGES: [(&str, &str); 6] = [
    ("sql:crm.sql", "sqlite:crm.db"),
    ("sql:billing.sql", "sqlite:billing.db"),
    ("sql:mail.sql", "sqlite:mail.db"),
    (" = subject.email", " == subject.email"),
    (" has subject.email", " == subject.email"),
    (" = subject.phone", " == subject.phone"),
];

/// The size of synthetic stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Data subjects, from 1.
    pub subjects: u64,
    /// E-mails that each of them exchanged with the controller.
    pub messages: u64,
    /// What everything invented follows from.
    pub seed: u64,
}

/// How a request finds subject number N of synthetic stores: by e-mail address or by customer number, as `TYPE:VALUE`.
pub fn identifiers(number: u64) -> [String; 2] {
    [format!("email:{}", invented::email(number)), format!("customer:{}", invented::customer(number))]
}

/// Writes the T-Rex Label example into a folder, which is made if it is not there.
///
/// # Errors
/// When a file of the same name is there, or a file cannot be written.
pub fn example(dir: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let files = [("art20.toml", CONFIGURATION), ("billing.sql", BILLING), ("crm.sql", CRM), ("mail.sql", MAIL)];
    prepare(dir, &files.map(|(name, _)| name))?;
    let mut written = Vec::new();
    for (name, text) in files {
        match write(dir, name, text) {
            Ok(path) => written.push(path),
            Err(error) => {
                // Half an example is none.
                written.iter().for_each(|path| drop(fs::remove_file(path)));
                return Err(error);
            }
        }
    }
    Ok(written)
}

/// Writes large stores and their configuration into a folder, which is made if it is not there. `progress` is told
/// how many of how many steps are done.
///
/// # Errors
/// When a file of the same name is there, the size is out of bounds, or a file cannot be written. Stores that were
/// finished before a failure stay.
pub fn synthetic(dir: &Path, size: Size, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<PathBuf>, DemoError> {
    let Size { subjects, messages, seed } = size;
    if !(1..=SUBJECTS).contains(&subjects) {
        return Err(DemoError::Size { what: "subjects", most: SUBJECTS });
    }
    if messages == 0 || messages > MESSAGES / subjects {
        return Err(DemoError::Size { what: "messages of each subject", most: MESSAGES / subjects });
    }
    prepare(dir, &["art20.toml", "billing.db", "crm.db", "mail.db"])?;
    let (mut done, total) = (0, subjects * (3 + messages));
    let mut advance = || {
        done += 1;
        if done % 1024 == 0 || done == total {
            progress(done, total);
        }
    };
    let crm = store::Plan { file: "crm.db", script: CRM, as_they_are: &["schema_migrations", "usage_daily"] };
    let billing = store::Plan { file: "billing.db", script: BILLING, as_they_are: &["vat_rates"] };
    let mail = store::Plan { file: "mail.db", script: MAIL, as_they_are: &["templates"] };
    let crm = store::build(dir, &crm, |store| crm::fill(store, seed, subjects, &mut advance))?;
    let billing = store::build(dir, &billing, |store| billing::fill(store, seed, subjects, &mut advance))?;
    let mail = store::build(dir, &mail, |store| mail::fill(store, seed, subjects, messages, &mut advance))?;
    let configuration = write(dir, "art20.toml", &configuration(size))?;
    Ok(vec![configuration, billing, crm, mail])
}

/// The example's configuration for databases.
fn configuration(size: Size) -> String {
    let Size { subjects, messages, seed } = size;
    let head = format!(
        "# Synthetic stores, made by `art20 demo --subjects {subjects} --messages {messages} --seed {seed}`: nobody in \
         them exists.\n# The rest is the example's configuration, with databases for scripts and `==` for columns in \
         canonical form.\n\n"
    );
    CHANGES.iter().fold(head + CONFIGURATION, |text, (from, to)| text.replace(from, to))
}

/// Makes the folder, and sure that none of the files is there.
fn prepare(dir: &Path, names: &[&str]) -> Result<(), DemoError> {
    fs::create_dir_all(dir).map_err(|cause| DemoError::Folder { path: dir.to_owned(), cause })?;
    let paths: Vec<PathBuf> = names.iter().map(|name| dir.join(name)).filter(|path| taken(path)).collect();
    if paths.is_empty() { Ok(()) } else { Err(DemoError::Exists { paths }) }
}

/// Whether anything has this name, be it a link to nowhere.
fn taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Writes a file under a temporary name and gives it its own when it is whole.
fn write(dir: &Path, name: &str, text: &str) -> Result<PathBuf, DemoError> {
    let path = dir.join(name);
    let file = tempfile::Builder::new().prefix(".art20-demo-").suffix(".part").tempfile_in(dir);
    let whole = file.and_then(|mut file| file.write_all(text.as_bytes()).map(|()| file));
    match whole.and_then(|file| file.persist_noclobber(&path).map_err(|error| error.error)) {
        Ok(_) => Ok(path),
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => Err(DemoError::Exists { paths: vec![path] }),
        Err(cause) => Err(DemoError::Write { path, cause }),
    }
}
