//! An archive as its reader sees it: every file by its path, unpacked by a zip reader that is not art20's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The files of a zip by their paths.
pub fn unpacked(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

/// The records of every kind, each line read as JSON.
pub fn records(files: &BTreeMap<String, Vec<u8>>) -> Vec<serde_json::Value> {
    let of_records = files.iter().filter(|(path, _)| path.starts_with("data/records/"));
    let lines = of_records.flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every file as people may write the same text: as it stands, and with folded lines joined and escapes undone.
pub fn readings(bytes: &[u8]) -> [String; 2] {
    let plain = String::from_utf8_lossy(bytes).into_owned();
    let joined = plain.replace("\r\n ", "").replace("\n ", "").replace('\\', "");
    let entities = [("&quot;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    let joined = entities.iter().fold(joined, |text, (entity, character)| text.replace(entity, character));
    [plain, joined]
}
