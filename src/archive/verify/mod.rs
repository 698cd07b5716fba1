//! Is an archive complete and valid? What a receiving controller asks before it trusts one (contract 2, `verify`).
//!
//! The archive may come from anybody, so nothing in it is believed before it is checked: neither names, nor sizes, nor
//! what one file says of another. Every fault is collected; only an archive that cannot be opened, is encrypted or
//! exceeds the [`Limits`] is not looked into. Each file is read once, so memory does not grow with the data, only with
//! the number of files (some hundred bytes each), records and keys (sixteen).
//!
//! [`verify`] is the road; the files are the stops: [`tree`] lists (`list`, `zip`, `zip_layout`, `folder`),
//! `names`, `bag` and `manifest`, `package` and `tables` (`csv`, `keys`), `statement`, `page`, `records` (`ijson`,
//! `shape`, `values`, `tally`). What does not wait for each other is done beside each other. [`fault`] has every code.

mod ahead;
mod bag;
mod beside;
mod csv;
pub mod fault;
mod folder;
mod ijson;
mod inflate;
mod keys;
pub mod limits;
mod list;
mod manifest;
mod markup;
mod names;
mod package;
mod page;
pub mod reading;
mod records;
mod sender;
mod shape;
mod source;
mod statement;
mod tables;
mod tally;
#[cfg(test)]
mod tests;
pub mod tree;
mod values;
pub mod verification;
mod zip;
mod zip_layout;

pub use fault::{Fault, FaultCode, Faults};
pub use limits::Limits;
pub use tree::{ArchiveKind, Tree, VerifyError};
pub use verification::{Sender, Verification};

use crate::archive::secrecy::Keys;
use crate::archive::signature::PublicKey;
use crate::records::Kind;
use bag::Bag;
use package::Package;
use reading::Files;
use statement::Statement;
use std::collections::BTreeMap;
use std::path::Path;
use tally::Tally;

/// Verifies an archive: a zip file or an unpacked folder.
///
/// # Errors
/// If the path cannot be opened at all. Whatever is wrong inside is a [`Fault`].
pub fn verify(path: &Path, limits: &Limits) -> Result<Verification, VerifyError> {
    verify_with(path, &Keys::default(), None, limits)
}

/// Verifies an archive that may be encrypted, and its sender by a public key.
///
/// # Errors
/// If the path cannot be opened at all, a part of it cannot be read, or the keys are not those of the archive.
pub fn verify_with(
    path: &Path,
    keys: &Keys,
    public_key: Option<&PublicKey>,
    limits: &Limits,
) -> Result<Verification, VerifyError> {
    let mut faults = Faults::new(limits.faults);
    let sender = match public_key {
        Some(key) => sender::check(path, key, &mut faults)?,
        None => Sender::Unproven,
    };
    let tree = Tree::open(path, keys, limits, &mut faults)?;
    let verification = verify_tree(&tree, limits, faults);
    match tree.failure() {
        Some((path, source)) => Err(VerifyError::Unreadable { path, source }),
        None => Ok(Verification { sender, ..verification }),
    }
}

/// Verifies an archive that has been listed, with the faults that were found in doing so.
pub fn verify_tree(tree: &Tree, limits: &Limits, mut faults: Faults) -> Verification {
    if cannot_be_read(&faults) {
        names::check(tree, &mut faults);
        return Verification::unread(tree, faults);
    }
    let files = &Files::new(tree);
    let threads = tree.threads(files.left());
    let names = |faults: &mut Faults| names::check(tree, faults);
    let bag = |faults: &mut Faults| Bag::read(limits.entries, files, faults);
    let ((), bag) = beside::both(threads, &mut faults, names, bag);
    let documents = |faults: &mut Faults| {
        page::check(limits.piece_bytes, files, faults);
        let package = Package::read(limits.index_bytes, files, faults);
        let statement = Statement::read(limits.piece_bytes, files, faults);
        json_documents(files, faults);
        (package, statement)
    };
    let others = |faults: &mut Faults| files.read_others(faults, |entry| !is_parsed(entry.name));
    let ((package, statement), ()) = beside::both(threads, &mut faults, documents, others);
    files
        .read_others(&mut faults, |entry| ![tables::FOLDER, records::FOLDER].iter().any(|f| entry.name.starts_with(f)));
    let tables = |faults: &mut Faults| tables::check(&package, limits.piece_bytes, files, faults);
    // Only now, because records point to files.
    let records = |faults: &mut Faults| records::check(limits.piece_bytes, files, faults);
    let (rows, tally) = beside::both(threads, &mut faults, tables, records);
    files.read_others(&mut faults, |_| true);
    bag.compare(files, &mut faults);
    package.compare(files, &mut faults);
    compare_rows(&rows, &tally, tree, &mut faults);
    statement.balance(&tally, &mut faults);
    if tree.is_broken() {
        faults.add_global(FaultCode::CiphertextBroken, "a part of it was changed");
    }
    Verification::of(tree, &bag, statement, bag::payload(files), tally.records(), faults)
}

/// Whether there is nothing to look into, or too much.
fn cannot_be_read(faults: &Faults) -> bool {
    use FaultCode::{CiphertextBroken, Encrypted, TooLarge, TooManyEntries, ZipUnreadable};
    [ZipUnreadable, Encrypted, CiphertextBroken, TooManyEntries, TooLarge].into_iter().any(|code| faults.has(code))
}

/// Whether a file is the business of somebody who looks into it.
fn is_parsed(name: &str) -> bool {
    let inside = |folder: &str| name.starts_with(folder);
    // Those above data/ are few.
    !inside("data/")
        || inside(tables::FOLDER)
        || inside(records::FOLDER)
        || name == statement::NAME
        || is_own_json(name)
}

/// The JSON files that art20 writes itself; what a person attached to a message may be called anything.
fn is_own_json(name: &str) -> bool {
    name == "data/archive.json"
        || ["data/schemas/", "data/contacts/"].iter().any(|folder| name.starts_with(folder) && name.ends_with(".json"))
        || (name.starts_with("data/mail/") && name.ends_with("/folder.json"))
        || (name.starts_with("data/conversations/") && name.ends_with(".vcon.json"))
}

fn json_documents(files: &Files<'_>, faults: &mut Faults) {
    let tree = files.tree();
    for entry in tree.below("data/").filter(|entry| is_own_json(entry.name)) {
        files.read(entry.name, faults, |reader, _, faults| {
            match serde_json::from_reader::<_, serde::de::IgnoredAny>(reader) {
                Ok(_) => Ok(()),
                Err(error) if error.is_io() => Err(error.into()),
                Err(error) => {
                    let detail = format!("line {}, column {}", error.line(), error.column());
                    faults.add(FaultCode::JsonSyntax, entry.name, detail);
                    Ok(())
                }
            }
        });
    }
}

/// A table of a kind has a row for each of its records.
fn compare_rows(rows: &BTreeMap<String, u64>, tally: &Tally, tree: &Tree, faults: &mut Faults) {
    if tally.broken {
        return;
    }
    for kind in Kind::ALL {
        let path = format!("data/tables/{}.csv", kind.file_stem());
        let records = tally.kinds.get(&kind).copied().unwrap_or(0);
        match rows.get(&path) {
            Some(rows) if *rows == records => {}
            Some(rows) => faults.add(FaultCode::TableRows, &path, format!("{rows} rows, {records} records")),
            None if records > 0 && !tree.contains(&path) => {
                faults.add(FaultCode::TableRows, &path, format!("no table, {records} records"));
            }
            None => {}
        }
    }
}
