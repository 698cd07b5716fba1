//! Manifests: which files there have to be, and their digests (RFC 8493, sections 2.1.3 and 2.2.1).

use super::fault::{FaultCode, Faults};
use super::keys::Hashed;
use super::names;
use super::reading::{Files, decode_hex};
use super::tree::{Finder, Tree};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::sync::Arc;

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
/// What a line lists: a path and a digest, of which only the first bytes may be meant.
type Listed<'l> = (Cow<'l, str>, [u8; 64]);

/// One manifest. There may be millions of files, so the digests of those that are there lie side by side, hashed, in the
/// order of the [`Tree`].
#[derive(Debug)]
pub struct Manifest {
    name: String,
    algorithm: Algorithm,
    digests: Arc<Vec<Hashed>>,
    listed: Vec<bool>,
    /// Paths of files that are not there.
    absent: BTreeSet<String>,
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
pub fn read_all(covers: Covers, most: u64, files: &Files<'_>, faults: &mut Faults) -> Vec<Manifest> {
    let tree = files.tree();
    let names = tree.below(covers.prefix()).map(|entry| entry.name);
    let (mut manifests, mut previous) = (Vec::new(), "");
    for name in names.filter(|name| name.ends_with(".txt") && !name.contains('/')) {
        // A second file of the name is a fault already; a million of them would each take room for all digests.
        if std::mem::replace(&mut previous, name) == name {
            continue;
        }
        let algorithm = match &name[covers.prefix().len()..name.len() - ".txt".len()] {
            "sha256" => Algorithm::Sha256,
            "sha512" => Algorithm::Sha512,
            _ => {
                faults.add(FaultCode::ManifestAlgorithm, name, "not sha256 or sha512");
                continue;
            }
        };
        let mut manifest = Manifest::new(name, algorithm, tree);
        let mut digests = vec![Hashed::default(); tree.count()];
        let whole = files.read(name, faults, |reader, files, faults| {
            manifest.fill(covers, most, reader, (files, &mut digests), faults)
        });
        if whole.is_some() {
            manifest.digests = Arc::new(digests);
            if algorithm == Algorithm::Sha256 && covers == Covers::Payload {
                files.expect(&manifest.digests);
            }
            manifests.push(manifest);
        }
    }
    manifests
}

impl Manifest {
    fn new(name: &str, algorithm: Algorithm, tree: &Tree) -> Manifest {
        let listed = vec![false; tree.count()];
        Manifest { name: name.to_owned(), algorithm, digests: Arc::default(), listed, absent: BTreeSet::new() }
    }

    /// Notes what a line lists; whether its path was not listed before.
    fn list(
        &mut self,
        (path, digest): Listed<'_>,
        finder: &mut Finder<'_>,
        noted: (&Files<'_>, &mut [Hashed]),
    ) -> bool {
        let Some(at) = finder.position(&path) else { return self.absent.insert(path.into_owned()) };
        let (files, digests) = noted;
        digests[at] = files.hashed(&digest[..self.algorithm.bytes()]);
        !std::mem::replace(&mut self.listed[at], true)
    }

    fn fill(
        &mut self,
        covers: Covers,
        most: u64,
        reader: &mut dyn BufRead,
        (files, digests): (&Files<'_>, &mut [Hashed]),
        faults: &mut Faults,
    ) -> io::Result<()> {
        /// Longer than any line with a path that could be unpacked.
        const MAX_LINE: u64 = 1 << 16;
        let (mut line, mut finder) = (Vec::new(), Finder::new(files.tree()));
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
            } else if !self.list((path, digest), &mut finder, (files, digests)) {
                faults.add(FaultCode::ManifestDuplicate, &self.name, format!("line {number}"));
            }
        }
        Ok(())
    }

    /// One line with its end: what is wrong with it, and what it lists if that can be told nevertheless.
    fn parse<'l>(&self, line: &'l [u8]) -> (Option<Wrong>, Option<Listed<'l>>) {
        let mut wrong = None;
        let mut note = |detail| wrong = wrong.or(Some((FaultCode::ManifestSyntax, detail)));
        let Ok(line) = std::str::from_utf8(line) else {
            return (Some((FaultCode::ManifestSyntax, "not UTF-8")), None);
        };
        let Some(line) = line.strip_suffix('\n') else {
            return (Some((FaultCode::ManifestSyntax, "no line end, or a line that is too long")), None);
        };
        let line = line.strip_suffix('\r').inspect(|_| note("a carriage return")).unwrap_or(line);
        let (hex, rest) = line.split_at_checked(2 * self.algorithm.bytes()).unwrap_or((line, ""));
        if hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
            note("upper-case digits");
        }
        let (mut digest, mut is_digest) = ([0; 64], false);
        if let Some(bytes) = digest.get_mut(..self.algorithm.bytes()) {
            is_digest = decode_hex(hex, bytes) || decode_hex(&hex.to_ascii_lowercase(), bytes);
        }
        let path = rest.trim_start_matches([' ', '\t']);
        let path = path.strip_prefix('*').inspect(|_| note("a mark of binary mode")).unwrap_or(path);
        if rest.len() - path.len() != 2 || !rest.starts_with("  ") {
            note("not two spaces after the digest");
        }
        let path = path.strip_prefix("./").inspect(|_| note("a path that begins with './'")).unwrap_or(path);
        if !is_digest || !rest.starts_with([' ', '\t']) {
            note("not a digest of the right length");
            return (wrong, None);
        }
        match decode_percent(path) {
            Some(path) => (wrong, Some((path, digest))),
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
        for path in &self.absent {
            faults.add(missing, path, format!("listed in {}", self.name));
        }
        let mut previous = "";
        let lines = files.tree().entries().zip(&self.listed).zip(self.digests.iter());
        for (at, ((entry, listed), digest)) in lines.enumerate() {
            let name = entry.name;
            if *listed {
                // One that is there but cannot be read has its fault already.
                let found = match self.algorithm {
                    Algorithm::Sha256 => files.sha256(at),
                    Algorithm::Sha512 => files.sha512(at),
                };
                if found.is_some_and(|found| found != *digest) {
                    faults.add(differs, name, format!("not as in {}", self.name));
                }
            } else if covers.covers(name) && name != previous {
                faults.add(unlisted, name, format!("not in {}", self.name));
            }
            previous = name;
        }
    }
}

impl Algorithm {
    /// The size of a digest.
    fn bytes(self) -> usize {
        match self {
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }
}

/// `%25`, `%0A` and `%0D` stand for the three characters that a path in a manifest cannot hold; nothing else does.
fn decode_percent(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(path.into());
    }
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
    Some(decoded.into())
}
