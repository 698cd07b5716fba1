//! Archives from anybody, as `verify` meets them.

use art20::archive::verify::{FaultCode, Limits, Verification};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use zip::write::SimpleFileOptions;

type Files = BTreeMap<String, Vec<u8>>;

/// Bytes that begin with `PK` are an archive as it is. Any other text changes a valid one: `=== NAME` and the lines
/// behind it are a file that it gets, `=== -NAME` one that it loses. With manifests that fit, so that everything behind
/// them is looked at; without, what changed must show.
pub fn verify(bytes: &[u8]) {
    if bytes.starts_with(b"PK") {
        return consistent(&verified(bytes));
    }
    let valid = valid();
    let mut files = valid.clone();
    let mut place = None;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"=== ") {
            let name = String::from_utf8_lossy(name.trim_ascii_end()).into_owned();
            place = match name.strip_prefix('-') {
                Some(gone) => files.remove(gone).and(None),
                None => files.insert(name.clone(), Vec::new()).map(|_| name.clone()).or(Some(name)),
            };
        } else if let Some(file) = place.as_ref().and_then(|name| files.get_mut(name)) {
            file.extend_from_slice(line);
        }
    }
    let found = verified(&zipped(&files));
    consistent(&found);
    // A folder that a zip lists for itself holds nothing that a manifest could name.
    let is_folder = |(name, content): &(&String, &Vec<u8>)| name.ends_with('/') && content.is_empty();
    if files.iter().filter(|file| !is_folder(file)).ne(valid) {
        assert!(!found.valid, "nothing showed of what changed");
    }
    refitted(&mut files);
    consistent(&verified(&zipped(&files)));
}

fn verified(zip: &[u8]) -> Verification {
    thread_local!(static FILE: RefCell<tempfile::NamedTempFile> = RefCell::new(tempfile::NamedTempFile::new().unwrap()));
    let limits = Limits { total_bytes: 16 << 20, piece_bytes: 1 << 20, index_bytes: 1 << 20, ..Limits::default() };
    FILE.with_borrow(|file| {
        std::fs::write(file.path(), zip).unwrap();
        art20::archive::verify::verify(file.path(), &limits).unwrap()
    })
}

/// The words of a verdict do not contradict each other.
fn consistent(found: &Verification) {
    assert_eq!(found.valid, found.faults.is_empty(), "{found}");
    assert!(found.complete || !found.valid, "{found}");
    assert!(found.faults.iter().all(|fault| FaultCode::ALL.contains(&fault.code)));
    serde_json::to_string(found).unwrap();
}

/// Names that the format of zip cannot hold at all are left out.
fn zipped(files: &Files) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        if zip.start_file(name.as_str(), options).is_ok() {
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Makes manifests and sizes fit what the files are now.
fn refitted(files: &mut Files) {
    let digest = |bytes: &[u8]| -> String { Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let manifest = |files: &Files, covers: fn(&str) -> bool| -> Vec<u8> {
        let line = |(name, bytes): (&String, &Vec<u8>)| format!("{}  {name}\n", digest(bytes));
        files.iter().filter(|(name, _)| covers(name)).map(line).collect::<String>().into_bytes()
    };
    let payload = manifest(files, |name| name.starts_with("data/"));
    files.insert("manifest-sha256.txt".into(), payload);
    let tags = manifest(files, |name| !name.starts_with("data/") && name != "tagmanifest-sha256.txt");
    files.insert("tagmanifest-sha256.txt".into(), tags);
}

/// A small valid archive.
fn valid() -> &'static Files {
    static VALID: OnceLock<Files> = OnceLock::new();
    VALID.get_or_init(|| {
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        // The crate is art20 itself, or that of the programs in `fuzz/`.
        let archive = [top, &top.join("..")].map(|top| top.join("fixtures/archives/valid/a-form-and-a-call"));
        let mut files = Files::new();
        let mut folders: Vec<(PathBuf, String)> =
            archive.into_iter().filter(|at| at.is_dir()).map(|at| (at, String::new())).collect();
        while let Some((folder, prefix)) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
                if path.is_dir() {
                    folders.push((path, format!("{name}/")));
                } else {
                    files.insert(name, std::fs::read(path).unwrap());
                }
            }
        }
        files
    })
}
