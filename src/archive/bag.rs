//! BagIt 1.0 (RFC 8493): what makes the archive checkable with `sha256sum -c` and without art20 (law 6).

use super::container::Written;
use super::facts::Facts;

/// Where the manifest of the payload stands.
pub(super) const MANIFEST: &str = "manifest-sha256.txt";

/// `bagit.txt` and `bag-info.txt`, for a payload of so many bytes and files.
pub(super) fn tag_files(facts: &Facts, payload: (u64, u64)) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_vec()),
        ("bag-info.txt", info(facts, payload).into_bytes()),
    ]
}

/// The line of a manifest for one file.
pub(super) fn manifest_line(file: &Written) -> String {
    [&file.sha256_hex(), "  ", &file.path, "\n"].concat()
}

/// The manifest of the tag files.
pub(super) fn tag_manifest(mut tags: Vec<Written>) -> String {
    tags.sort_by(|a, b| a.path.cmp(&b.path));
    tags.iter().map(manifest_line).collect()
}

fn info(facts: &Facts, (bytes, files): (u64, u64)) -> String {
    let zone = jiff::tz::TimeZone::get(&facts.controller.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = facts.as_of.to_zoned_datetime(zone).date();
    let law = if facts.regime == "pipl" { "PIPL Article 45" } else { "GDPR Article 20" };
    let mut lines = vec![
        ("Source-Organization", facts.controller.name.clone()),
        ("External-Description", format!("Personal data of one person, for data portability ({law})")),
        ("External-Identifier", facts.id().as_str().to_owned()),
        ("Bagging-Date", day.to_string()),
        ("Bag-Software-Agent", format!("art20 {}", env!("CARGO_PKG_VERSION"))),
        ("Payload-Oxum", format!("{bytes}.{files}")),
    ];
    if let Some(email) = &facts.controller.email {
        lines.insert(1, ("Contact-Email", email.clone()));
    }
    // A line end inside a value would begin another label.
    let clean = |value: &str| value.split(char::is_control).collect::<Vec<_>>().join(" ");
    lines.iter().map(|(label, value)| format!("{label}: {}\n", clean(value))).collect()
}
