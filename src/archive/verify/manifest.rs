//! Manifests: which files there have to be, and their digests (RFC 8493, sections 2.1.3 and 2.2.1).

use super::fault::{FaultCode, Faults};
use super::names;
use super::reading::{Files, Measure, decode_hex};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// What a manifest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The files in `data/`.
    Payload,
    /// The other files, but tag manifests.
    Tags,
}

/// An algorithm that RFC 8493, section 2.4, says every tool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Sha256,
    Sha512,
}

/// What is wrong with a line.
type Wrong = (FaultCode, &'static str);
/// What a line lists: a path and a digest.
type Listed = (String, Box<[u8]>);

/// One manifest.
#[derive(Debug)]
pub struct Manifest {
    name: String,
    algorithm: Algorithm,
    digests: BTreeMap<String, Box<[u8]>>,
}

impl Covers {
    /// What the names of such manifests begin with.
    fn prefix(self) -> &'static str {
        match self {
            Covers::Payload => "manifest-",
            Covers::Tags => "tagmanifest-",
        }
    }

    /// Whether such a manifest lists a file of this name.
    pub fn covers(self, name: &str) -> bool {
        match self {
            Covers::Payload => name.starts_with("data/"),
            Covers::Tags => !name.starts_with("data/") && !is_tagmanifest(name),
        }
    }
}

fn is_tagmanifest(name: &str) -> bool {
    name.starts_with("tagmanifest-") && name.ends_with(".txt") && !name.contains('/')
}

/// Reads every manifest of one sort, with at most so many lines as an archive may have files.
pub fn read_all(covers: Covers, most: u64, files: &mut Files<'_>, faults: &mut Faults) -> Vec<Manifest> {
    let tree = files.tree();
    let names = tree.below(covers.prefix()).map(|entry| entry.name.as_str());
    let mut manifests = Vec::new();
    for name in names.filter(|name| name.ends_with(".txt") && !name.contains('/')) {
        let algorithm = match &name[covers.prefix().len()..name.len() - ".txt".len()] {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => {
                faults.add(FaultCode::ManifestAlgorithm, name, "not sha256 or sha512");
                continue;
            }
        };
        let mut manifest = Manifest { name: name.to_owned(), algorithm, digests: BTreeMap::new() };
        if files.read(name, faults, |reader, _, faults| manifest.fill(covers, most, reader, faults)).is_some() {
            manifests.push(manifest);
        }
    }
    manifests
}

impl Manifest {
    fn fill(&mut self, covers: Covers, most: u64, reader: &mut dyn BufRead, faults: &mut Faults) -> io::Result<()> {
        /// Longer than any line with a path that could be unpacked.
        const MAX_LINE: u64 = 1 << 16;
        let mut line = Vec::new();
        for number in 1u64.. {
            line.clear();
            if io::Read::take(&mut *reader, MAX_LINE).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if number > most {
                faults.add(FaultCode::ManifestSyntax, &self.name, format!("more than {most} lines"));
                break;
            }
            let (wrong, listed) = self.parse(&line);
            if let Some((code, detail)) = wrong {
                faults.add(code, &self.name, format!("line {number}: {detail}"));
            }
            let Some((path, digest)) = listed else { continue };
            let name = &self.name;
            if let Some(reason) = names::escapes(&path) {
                faults.add(FaultCode::NameUnsafe, name, format!("line {number}: {reason}"));
            } else if !covers.covers(&path) {
                faults.add(FaultCode::ManifestScope, name, format!("line {number}"));
            } else if self.digests.insert(path, digest).is_some() {
                faults.add(FaultCode::ManifestDuplicate, name, format!("line {number}"));
            }
        }
        Ok(())
    }

    /// One line with its end: what is wrong with it, and what it lists if that can be told nevertheless.
    fn parse(&self, line: &[u8]) -> (Option<Wrong>, Option<Listed>) {
        let mut wrong = None;
        let mut note = |detail| wrong = wrong.or(Some((FaultCode::ManifestSyntax, detail)));
        let Ok(line) = std::str::from_utf8(line) else {
            return (Some((FaultCode::ManifestSyntax, "not UTF-8")), None);
        };
        let Some(line) = line.strip_suffix('\n') else {
            return (Some((FaultCode::ManifestSyntax, "no line end, or a line that is too long")), None);
        };
        let line = line.strip_suffix('\r').inspect(|_| note("a carriage return")).unwrap_or(line);
        let (hex, rest) = line.split_at_checked(self.algorithm.hex_digits()).unwrap_or((line, ""));
        if hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
            note("upper-case digits");
        }
        let digest = decode_hex(&hex.to_ascii_lowercase());
        let path = rest.trim_start_matches([' ', '\t']);
        let path = path.strip_prefix('*').inspect(|_| note("a mark of binary mode")).unwrap_or(path);
        if rest.len() - path.len() != 2 || !rest.starts_with("  ") {
            note("not two spaces after the digest");
        }
        let path = path.strip_prefix("./").inspect(|_| note("a path that begins with './'")).unwrap_or(path);
        let Some(digest) = digest.filter(|_| rest.starts_with([' ', '\t'])) else {
            note("not a digest of the right length");
            return (wrong, None);
        };
        match decode_percent(path) {
            Some(path) => (wrong, Some((path, digest.into_boxed_slice()))),
            None => (Some((FaultCode::ManifestPercentEncoding, "a percent sign that encodes something else")), None),
        }
    }

    /// Compares the manifest with the files that there are.
    pub fn compare(&self, covers: Covers, files: &Files<'_>, faults: &mut Faults) {
        let (missing, unlisted, differs) = match covers {
            Covers::Payload => {
                (FaultCode::PayloadFileMissing, FaultCode::PayloadFileUnlisted, FaultCode::PayloadDigest)
            }
            Covers::Tags => (FaultCode::TagFileMissing, FaultCode::TagFileUnlisted, FaultCode::TagDigest),
        };
        for (path, digest) in &self.digests {
            match files.measure(path) {
                Some(measure) if self.algorithm.digest(measure) == Some(digest) => {}
                Some(_) => faults.add(differs, path, format!("not as in {}", self.name)),
                // One that is there but cannot be read has its fault already.
                None if files.tree().contains(path) => {}
                None => faults.add(missing, path, format!("listed in {}", self.name)),
            }
        }
        let mut previous = "";
        for entry in files.tree().entries() {
            if covers.covers(&entry.name) && entry.name != previous && !self.digests.contains_key(&entry.name) {
                faults.add(unlisted, &entry.name, format!("not in {}", self.name));
            }
            previous = &entry.name;
        }
    }
}

impl Algorithm {
    fn hex_digits(self) -> usize {
        match self {
            Algorithm::Sha256 => 64,
            Algorithm::Sha512 => 128,
        }
    }

    fn digest(self, measure: &Measure) -> Option<&[u8]> {
        match self {
            Algorithm::Sha256 => Some(&measure.sha256),
            Algorithm::Sha512 => measure.sha512.as_deref().map(<[u8; 64]>::as_slice),
        }
    }
}

/// `%25`, `%0A` and `%0D` stand for the three characters that a path in a manifest cannot hold; nothing else does.
fn decode_percent(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        decoded.push(match code {
            "25" => '%',
            "0A" | "0a" => '\n',
            "0D" | "0d" => '\r',
            _ => return None,
        });
        decoded.push_str(rest);
    }
    Some(decoded)
}
