//! Names of files in the archive: `[A-Za-z0-9._-]`, unique without regard to case, legal on every system, and without
//! anything personal (contract 5): a word, a number in the order of the records, and a known extension.

use std::collections::HashMap;

/// Gives out file names; the same records in the same order get the same names.
#[derive(Debug, Default)]
pub struct FileNames(HashMap<String, u64>);

impl FileNames {
    /// The next name with this word, without an extension: `contact-000001`. Letters and inner hyphens of the word
    /// count, so that a word with another's number in it cannot meet it.
    pub fn next(&mut self, word: &str) -> String {
        if let Some(number) = self.0.get_mut(word) {
            // It was a word already.
            *number += 1;
            return format!("{word}-{number:06}");
        }
        let word: String = word.bytes().filter(|b| b.is_ascii_alphabetic() || *b == b'-').map(char::from).collect();
        let word = word.trim_matches('-').to_ascii_lowercase();
        let word = if word.is_empty() { "file".to_owned() } else { word };
        let number = self.0.entry(word.clone()).or_default();
        *number += 1;
        format!("{word}-{number:06}")
    }

    /// The next name with this word and extension: `message-000001.eml`.
    pub fn next_file(&mut self, word: &str, extension: &str) -> String {
        format!("{}.{extension}", self.next(word))
    }
}

/// The extension for a file: that of its original name if it is a known one, else by its media type, else `bin`.
/// Only known ones: what follows the last dot of a name may be personal (`letter to ms.smith`).
pub fn extension(media_type: Option<&str>, original: Option<&str>) -> &'static str {
    let named = original.and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    let essence = media_type.and_then(|media_type| media_type.split(';').next()).map(str::trim);
    let by_name = named.and_then(|named| EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(named)));
    let by_type = || essence.and_then(|essence| EXTENSIONS.iter().find(|(_, of)| of.eq_ignore_ascii_case(essence)));
    match by_name.or_else(by_type).map_or("bin", |(known, _)| known) {
        // Readers of Data Packages unpack what ends so, and find the archive invalid where it is encrypted, torn or no
        // such thing (law 6); without the last ending it is what it was.
        "zip" => "zip.bin",
        "gz" => "gz.bin",
        other => other,
    }
}

/// Extensions and the media types that they stand for; of a type with several the first is preferred.
const EXTENSIONS: [(&str, &str); 71] = [
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("xml", "application/xml"),
    ("xml", "text/xml"),
    ("json", "application/json"),
    ("ndjson", "application/x-ndjson"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("log", "text/x-log"),
    ("ics", "text/calendar"),
    ("vcf", "text/vcard"),
    ("eml", "message/rfc822"),
    ("msg", "application/vnd.ms-outlook"),
    ("mbox", "application/mbox"),
    ("pdf", "application/pdf"),
    ("ps", "application/postscript"),
    ("rtf", "application/rtf"),
    ("rtf", "text/rtf"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("epub", "application/epub+zip"),
    ("pages", "application/vnd.apple.pages"),
    ("numbers", "application/vnd.apple.numbers"),
    ("key", "application/vnd.apple.keynote"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("svg", "image/svg+xml"),
    ("heic", "image/heic"),
    ("avif", "image/avif"),
    ("ico", "image/vnd.microsoft.icon"),
    ("dwg", "image/vnd.dwg"),
    ("wav", "audio/wav"),
    ("wav", "audio/x-wav"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/opus"),
    ("flac", "audio/flac"),
    ("amr", "audio/amr"),
    ("aac", "audio/aac"),
    ("weba", "audio/webm"),
    ("mp4", "video/mp4"),
    ("m4v", "video/x-m4v"),
    ("mov", "video/quicktime"),
    ("avi", "video/x-msvideo"),
    ("webm", "video/webm"),
    ("mkv", "video/matroska"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("tar", "application/x-tar"),
    ("7z", "application/x-7z-compressed"),
    ("asc", "application/pgp-signature"),
    ("p7s", "application/pkcs7-signature"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_without_regard_to_case_and_hold_only_plain_characters() {
        let (mut names, mut seen) = (FileNames::default(), HashSet::new());
        for word in ["contact", "Contact", "con", "CON", "../x", "a-1", "a", "李雷", "", "-", "nul."] {
            for _ in 0..20 {
                let name = names.next_file(word, "eml");
                assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{name}");
                assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()), "{name}");
                assert!(seen.insert(name.to_ascii_lowercase()), "{name}");
            }
        }
        assert_eq!(FileNames::default().next_file("message", "eml"), "message-000001.eml");
    }

    #[test]
    fn an_extension_is_a_known_one_or_bin() {
        assert_eq!(extension(Some("application/zip"), Some("Vertrag.DOCX")), "docx");
        assert_eq!(extension(Some("image/jpeg; name=x"), Some("photo of ann.smith")), "jpg");
        assert_eq!(extension(Some("AUDIO/X-WAV"), None), "wav");
        assert_eq!(extension(None, Some("合同.pdf")), "pdf");
        assert_eq!(extension(Some("application/x-anything"), Some("a.b/../c")), "bin");
        assert_eq!(extension(None, None), "bin");
        assert_eq!(extension(Some("application/zip"), None), "zip.bin");
        assert_eq!(extension(None, Some("LPT9.tar.GZ")), "gz.bin");
    }
}
