//! What stands in the folder of a request already: nothing, half of it, its whole answer, or somebody else's.

use super::results::{ResultLine, Status};
use crate::archive::container::hex;
use crate::request::PortabilityRequest;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// What a request may have in the folder, by the endings of the names.
const ENDINGS: [&str; 5] = [".receipt.json", ".zip", ".zip.age", ".zip.minisig", ".zip.age.minisig"];

/// What stands there.
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// An archive and a receipt that agree and answer this request.
    Whole(ResultLine),
    /// An archive and a receipt that agree, and answer another request under this reference.
    Foreign,
    /// Something that a run left which did not come to its end.
    Half,
}

/// The parts of a receipt that tell whether it is of a request, and what its line says.
#[derive(Deserialize)]
struct Told {
    reference: String,
    received: Value,
    identity_check: Value,
    regime: Value,
    third_parties: Value,
    accept_shared: Value,
    same_person: Value,
    identifiers: BTreeMap<String, Count>,
    archive: Proof,
    #[serde(default)]
    missing_stores: Vec<String>,
    ledger: Vec<Account>,
}

#[derive(Deserialize)]
struct Count {
    requested: usize,
}

#[derive(Deserialize)]
struct Proof {
    name: String,
    sha256: String,
    #[serde(default)]
    signed: bool,
}

#[derive(Deserialize)]
struct Account {
    matched: u64,
    portable: u64,
    excluded: BTreeMap<String, u64>,
}

/// Looks at what stands in the folder under the request's reference.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn standing(folder: &Path, request: &PortabilityRequest) -> io::Result<Standing> {
    let reference = &request.reference;
    let Some(receipt) = read(&folder.join(format!("{reference}.receipt.json")))? else {
        let there = |ending: &&str| fs::symlink_metadata(folder.join(format!("{reference}{ending}"))).is_ok();
        return Ok(if ENDINGS.iter().any(there) { Standing::Half } else { Standing::Nothing });
    };
    let Ok(told) = serde_json::from_slice::<Told>(&receipt) else { return Ok(Standing::Half) };
    let named = [".zip", ".zip.age"].iter().any(|ending| told.archive.name == format!("{reference}{ending}"));
    if told.reference != *reference || !named || digest(&folder.join(&told.archive.name))? != told.archive.sha256 {
        return Ok(Standing::Half);
    }
    if told.archive.signed && !folder.join(format!("{}.minisig", told.archive.name)).is_file() {
        return Ok(Standing::Half);
    }
    Ok(if told.is_of(request) { Standing::Whole(told.line()) } else { Standing::Foreign })
}

/// Takes away what stands there.
///
/// # Errors
/// When a file cannot be taken away.
pub(super) fn clear(folder: &Path, reference: &str) -> io::Result<()> {
    for ending in ENDINGS.iter().rev() {
        match fs::remove_file(folder.join(format!("{reference}{ending}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Told {
    /// A receipt names nobody, so two requests that differ only in the identifiers' values cannot be told apart.
    fn is_of(&self, request: &PortabilityRequest) -> bool {
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for identifier in &request.identifiers {
            named.entry(identifier.kind()).or_default().insert(identifier.canonical());
        }
        let counts = self.identifiers.iter().filter(|(_, count)| count.requested > 0);
        let counts = counts.map(|(kind, count)| (kind.as_str(), count.requested));
        counts.eq(named.iter().map(|(kind, values)| (*kind, values.len())))
            && self.received == Value::from(request.received.map(|at| at.to_string()))
            && self.regime == request.regime.name()
            && self.accept_shared == Value::from(request.accept_shared.clone())
            && self.same_person == Value::from(request.same_person.clone())
            && serde_json::to_value(&request.identity_check).is_ok_and(|check| check == self.identity_check)
            && serde_json::to_value(request.third_parties).is_ok_and(|mode| mode == self.third_parties)
    }

    fn line(self) -> ResultLine {
        let partial = !self.missing_stores.is_empty();
        let sum = |count: fn(&Account) -> u64| Some(self.ledger.iter().map(count).sum());
        ResultLine {
            status: if partial { Status::Partial } else { Status::Done },
            exit_code: Some(if partial { 9 } else { 0 }),
            matched: sum(|account| account.matched),
            portable: sum(|account| account.portable),
            excluded: sum(|account| account.excluded.values().sum()),
            reference: self.reference,
            archive: Some(self.archive.name),
            sha256: Some(self.archive.sha256),
            message: String::new(),
        }
    }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The digest of a file; of one that is not there, none that anything could agree with.
fn digest(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let mut sha256 = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hex(&sha256.finalize())),
            Ok(read) => sha256.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
