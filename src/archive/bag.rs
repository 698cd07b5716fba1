//! BagIt 1.0 (RFC 8493): what makes the archive checkable with `sha256sum -c` and without art20 (law 6).

use super::container::{Written, hex};
use super::facts::Facts;
use sha2::{Digest as _, Sha256};

/// `bagit.txt`, `bag-info.txt` and the manifest of the payload.
pub(super) fn tag_files(facts: &Facts, payload: &[Written]) -> Vec<(&'static str, Vec<u8>)> {
    let manifest = manifest(payload);
    vec![
        ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec()),
        ("bag-info.txt", info(facts, payload).into_bytes()),
        ("manifest-sha256.txt", manifest.into_bytes()),
    ]
}

/// The manifest of the tag files.
pub(super) fn tag_manifest(tags: &[(&'static str, Vec<u8>)]) -> String {
    let mut lines: Vec<String> =
        tags.iter().map(|(path, bytes)| format!("{}  {path}\n", hex(&Sha256::digest(bytes)))).collect();
    lines.sort_by(|a, b| a[66..].cmp(&b[66..]));
    lines.concat()
}

/// Every payload file, in the order of the paths.
fn manifest(payload: &[Written]) -> String {
    let mut files: Vec<&Written> = payload.iter().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = String::new();
    for file in files {
        text.push_str(&file.sha256_hex());
        text.push_str("  ");
        text.push_str(&file.path);
        text.push('\n');
    }
    text
}

fn info(facts: &Facts, payload: &[Written]) -> String {
    let zone = jiff::tz::TimeZone::get(&facts.controller.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = facts.as_of.to_zoned_datetime(zone).date();
    let bytes: u64 = payload.iter().map(|file| file.bytes).sum();
    let mut lines = vec![
        ("Source-Organization", facts.controller.name.clone()),
        ("External-Description", "Personal data of one person, for data portability (GDPR Article 20)".to_owned()),
        ("External-Identifier", facts.id().as_str().to_owned()),
        ("Bagging-Date", day.to_string()),
        ("Bag-Software-Agent", format!("art20 {}", env!("CARGO_PKG_VERSION"))),
        ("Payload-Oxum", format!("{bytes}.{}", payload.len())),
    ];
    if let Some(email) = &facts.controller.email {
        lines.insert(1, ("Contact-Email", email.clone()));
    }
    // A line end inside a value would begin another label.
    let clean = |value: &str| value.split(char::is_control).collect::<Vec<_>>().join(" ");
    lines.iter().map(|(label, value)| format!("{label}: {}\n", clean(value))).collect()
}
