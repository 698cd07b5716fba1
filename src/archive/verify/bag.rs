//! BagIt 1.0 by the letter (RFC 8493); the usual validators accept more.

use super::fault::{FaultCode, Faults};
use super::manifest::{self, Covers, Manifest};
use super::reading::Files;

/// The only content that bagit.txt may have, byte for byte.
const BAGIT_TXT: &[u8] = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// bag-info.txt is a page of text; a longer one is not read.
const MAX_BAG_INFO: u64 = 1 << 20;

/// What the tag files say that BagIt itself asks for.
#[derive(Debug)]
pub struct Bag {
    payload: Vec<Manifest>,
    tags: Vec<Manifest>,
    info: Vec<(String, String)>,
}

impl Bag {
    /// Reads bagit.txt, bag-info.txt and all manifests, of at most so many lines.
    pub fn read(most: u64, files: &Files<'_>, faults: &mut Faults) -> Bag {
        declaration(files, faults);
        if files.tree().contains("fetch.txt") {
            faults.add(FaultCode::FetchTxt, "fetch.txt", "present");
        }
        if files.tree().below("data/").next().is_none() {
            faults.add_global(FaultCode::PayloadMissing, "nothing in data/");
        }
        let required = [
            ("manifest-sha256.txt", FaultCode::ManifestMissing),
            ("tagmanifest-sha256.txt", FaultCode::TagmanifestMissing),
        ];
        for (name, code) in required {
            if !files.tree().contains(name) {
                faults.add(code, name, "absent");
            }
        }
        let info = bag_info(files, faults);
        let payload = manifest::read_all(Covers::Payload, most, files, faults);
        let tags = manifest::read_all(Covers::Tags, most, files, faults);
        Bag { payload, tags, info }
    }

    /// The value of a label of bag-info.txt; labels have no case.
    pub fn info(&self, label: &str) -> Option<&str> {
        self.info.iter().find(|(found, _)| found.eq_ignore_ascii_case(label)).map(|(_, value)| value.as_str())
    }

    /// Compares the manifests and the Payload-Oxum with the files, all of which have been read.
    pub fn compare(&self, files: &Files<'_>, faults: &mut Faults) {
        for manifest in &self.payload {
            manifest.compare(Covers::Payload, files, faults);
        }
        for manifest in &self.tags {
            manifest.compare(Covers::Tags, files, faults);
        }
        if files.tree().contains("bag-info.txt") {
            self.payload_oxum(files, faults);
        }
    }

    fn payload_oxum(&self, files: &Files<'_>, faults: &mut Faults) {
        const NAME: &str = "bag-info.txt";
        let oxums: Vec<&str> = self
            .info
            .iter()
            .filter(|(label, _)| label.eq_ignore_ascii_case("Payload-Oxum"))
            .map(|(_, value)| value.as_str())
            .collect();
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<u64>().ok()).flatten()
        };
        let parsed = match oxums.as_slice() {
            [one] => one.split_once('.').and_then(|(bytes, count)| number(bytes).zip(number(count))),
            _ => None,
        };
        let Some(declared) = parsed else {
            return faults.add(FaultCode::PayloadOxumMissing, NAME, format!("{} lines that could be it", oxums.len()));
        };
        let (bytes, count) = payload(files);
        if declared != (bytes, count) {
            let detail = format!("{}.{} is declared, {bytes}.{count} is there", declared.0, declared.1);
            faults.add(FaultCode::PayloadOxumWrong, NAME, detail);
        }
    }
}

/// The bytes and files of the payload.
pub fn payload(files: &Files<'_>) -> (u64, u64) {
    let sizes = files.tree().below("data/").map(|entry| entry.bytes);
    sizes.fold((0, 0), |(bytes, count), size| (bytes.saturating_add(size), count + 1))
}

fn declaration(files: &Files<'_>, faults: &mut Faults) {
    const NAME: &str = "bagit.txt";
    if !files.tree().contains(NAME) {
        return faults.add(FaultCode::BagitTxt, NAME, "absent");
    }
    if let Some(content) = files.read_whole(NAME, 1 << 10, faults)
        && content.as_deref() != Ok(BAGIT_TXT)
    {
        faults.add(FaultCode::BagitTxt, NAME, "other bytes than the declaration of BagIt 1.0");
    }
}

/// The lines of bag-info.txt: `label: value`, continued by lines that begin with white space (RFC 8493, section 2.2.2).
fn bag_info(files: &Files<'_>, faults: &mut Faults) -> Vec<(String, String)> {
    const NAME: &str = "bag-info.txt";
    if !files.tree().contains(NAME) {
        faults.add(FaultCode::BagInfoMissing, NAME, "absent");
        return Vec::new();
    }
    let Some(content) = files.read_whole(NAME, MAX_BAG_INFO, faults) else { return Vec::new() };
    let Some(text) = content.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        faults.add(FaultCode::BagInfoSyntax, NAME, "not UTF-8, or too long");
        return Vec::new();
    };
    let mut info: Vec<(String, String)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = info.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
            continue;
        }
        let pair = line.split_once(':').filter(|(label, value)| {
            let clean = !label.is_empty() && label.trim() == *label && !label.starts_with('\u{feff}');
            clean && (value.is_empty() || value.starts_with([' ', '\t']))
        });
        match pair {
            Some((label, value)) => info.push((label.to_owned(), value.trim().to_owned())),
            None => faults.add(FaultCode::BagInfoSyntax, NAME, format!("line {}", at + 1)),
        }
    }
    info
}
