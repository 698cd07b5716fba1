//! Names that could escape, and names that are not one file on every system (RFC 8493, sections 5.2 and 6.1.3;
//! requirement F3). The contract allows `[A-Za-z0-9._-]` only, which also settles Unicode normalisation.

use super::fault::{FaultCode, Faults};
use super::tree::Tree;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// The longest path that unpacks everywhere (requirement F3).
const MAX_PATH: usize = 200;

/// Checks the names of all entries, each alone and against each other.
pub fn check(tree: &Tree, faults: &mut Faults) {
    let mut previous: Option<&str> = None;
    for entry in tree.entries() {
        if previous == Some(entry.name) {
            faults.add(FaultCode::NameDuplicate, entry.name, "two entries");
        } else {
            check_one(entry.name, faults);
        }
        previous = Some(entry.name);
    }
    for folder in tree.folders() {
        check_one(folder, faults);
    }
    let empty = empty_folders(tree);
    if !all_differ(tree, &empty) {
        collisions(tree, &empty, faults);
    }
}

fn check_one(name: &str, faults: &mut Faults) {
    if is_plain(name) {
        return;
    }
    if let Some(reason) = escapes(name) {
        faults.add(FaultCode::NameUnsafe, name, reason);
    } else if let Some(reason) = not_portable(name) {
        faults.add(FaultCode::NameNotPortable, name, reason);
    }
}

/// Why a path must not be opened or unpacked, if there is a reason.
pub fn escapes(path: &str) -> Option<&'static str> {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if path.is_empty() {
        Some("an empty name")
    } else if path.chars().any(char::is_control) {
        Some("a control character")
    } else if path.starts_with('/') {
        Some("an absolute path")
    } else if drive {
        Some("a drive letter")
    } else if path.starts_with('~') {
        Some("a home folder")
    } else if path.contains('\\') {
        Some("a backslash, which separates folders on Windows")
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        Some("a part that is empty, '.' or '..'")
    } else {
        None
    }
}

/// Why a path cannot be written on every system.
fn not_portable(path: &str) -> Option<&'static str> {
    if path.len() > MAX_PATH {
        return Some("longer than 200 bytes");
    }
    path.split('/').find_map(|part| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if part.ends_with(['.', ' ']) {
            Some("a part ends with a dot or a space, which Windows drops")
        } else if !part.is_ascii() {
            Some("a character outside ASCII, which systems write in different ways")
        } else if !part.bytes().all(allowed) {
            Some("another character than letters, digits, '.', '_' and '-'")
        } else if is_reserved(part) {
            Some("a device name of Windows")
        } else {
            None
        }
    })
}

/// `CON`, `NUL.txt` and their like, which Windows takes for devices.
fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).as_bytes();
    let word = match stem {
        [word @ .., digit] if word.len() == 3 && digit.is_ascii_digit() => return is_one_of(word, &[b"COM", b"LPT"]),
        word => word,
    };
    is_one_of(word, &[b"CON", b"PRN", b"AUX", b"NUL"])
}

/// Whether nothing can be wrong with a name, found out in one pass: an archive may have millions.
fn is_plain(name: &str) -> bool {
    let mut parts = name.split('/');
    name.len() <= MAX_PATH
        && parts.all(|part| {
            part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
                && !part.is_empty()
                && !part.ends_with('.')
                && !is_reserved(part)
        })
}

/// The folders that a zip lists for themselves and in which no file lies, and those that hold nothing but such. Names
/// that are too long have a fault already.
fn empty_folders(tree: &Tree) -> Vec<&str> {
    let listed = tree.folders().iter().map(String::as_str).filter(|folder| folder.len() <= MAX_PATH);
    let mut folders: Vec<&str> =
        listed.flat_map(|folder| folder.match_indices('/').map(|(at, _)| &folder[..at]).chain([folder])).collect();
    folders.sort_unstable();
    folders.dedup();
    folders.retain(|folder| tree.below(&format!("{folder}/")).next().is_none());
    folders
}

/// Whether no two paths, of files or folders, are one where case does not count, so that nobody has to ask which. Of each
/// path a hash is kept, not the path.
fn all_differ(tree: &Tree, empty_folders: &[&str]) -> bool {
    let (state, mut hashes) = (RandomState::new(), Vec::with_capacity(tree.count() + empty_folders.len()));
    hashes.extend(empty_folders.iter().map(|path| state.hash_one(path.to_lowercase())));
    let (mut lower, mut previous) = (String::new(), "");
    for entry in tree.entries() {
        let name = entry.name;
        let folded = if name.is_ascii() {
            lower.clear();
            lower.push_str(name);
            lower.make_ascii_lowercase();
            &lower
        } else {
            lower = name.to_lowercase();
            &lower
        };
        // Names are sorted, so that of each folder all come together: what was new in the one before was looked at.
        let shared = name.bytes().zip(previous.bytes()).take_while(|(a, b)| a == b).count();
        let parents = name.match_indices('/').filter(|(at, _)| *at >= shared).map(|(at, _)| &name[..at]);
        hashes.extend(parents.map(|path| state.hash_one(path.to_lowercase())));
        hashes.push(state.hash_one(folded));
        previous = name;
    }
    hashes.sort_unstable();
    hashes.windows(2).all(|pair| pair[0] != pair[1])
}

fn is_one_of(word: &[u8], words: &[&[u8; 3]]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(*known))
}

/// Names and folders that are one on systems without case, and files where a folder has to be.
fn collisions(tree: &Tree, empty_folders: &[&str], faults: &mut Faults) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    let mut check = |path, is_folder| {
        let first = *seen.entry(str::to_lowercase(path)).or_insert(path);
        if first != path {
            faults.add(FaultCode::NameCaseCollision, path, "differs only in case from another name");
        }
        if is_folder && tree.contains(path) {
            faults.add(FaultCode::NameDuplicate, path, "a file and a folder");
        }
    };
    let mut folder = "";
    for entry in tree.entries() {
        let name = entry.name;
        let parents = name.match_indices('/').map(|(at, _)| &name[..at]);
        for path in parents.chain([name]) {
            // Files are sorted, so most share the folder of the one before.
            if path != folder {
                check(path, path.len() < name.len());
            }
        }
        folder = name.rfind('/').map_or("", |at| &name[..at]);
    }
    for path in empty_folders {
        check(path, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_lead_out_of_a_folder_are_recognised() {
        for name in
            ["", "/etc/x", "../x", "a/../x", "a//b", "./a", "a/", "C:x", "~/x", "a\\b", "a\0", "a\nb", "a/\u{85}"]
        {
            assert!(escapes(name).is_some(), "{name:?}");
        }
        assert_eq!(escapes("data/mail/a-b_c/..1.eml"), None);
    }

    #[test]
    fn names_that_some_system_cannot_write_are_recognised() {
        for name in ["a/CON", "nul.txt", "com1.eml", "a.", "a /b", "e\u{301}.txt", "é.txt", "a b", "a:b", "100%.txt"] {
            assert!(not_portable(name).is_some(), "{name:?}");
        }
        assert!(not_portable(&"a".repeat(201)).is_some());
        assert_eq!(not_portable("data/attachments/Console.CON-1.txt"), None);
    }
}
