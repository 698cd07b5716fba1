//! One change for each fault that only a zip, a file system or a limit can have.

use super::builder::{Builder, Files, put};
use super::zipped::{Member, members, zip};
use super::*;
use FaultCode::*;

/// The codes that the tests of this file produce.
pub const CODES: [FaultCode; 17] = [
    ZipUnreadable,
    Encrypted,
    TooManyEntries,
    TooLarge,
    CompressionRatio,
    ZipEntryUnreadable,
    ZipMethod,
    ZipOverlap,
    ZipStrayData,
    ZipNameMismatch,
    ZipHeaderMismatch,
    ZipSize,
    ZipCrc,
    FileUnreadable,
    SymbolicLink,
    NotAFile,
    NameDuplicate,
];

fn valid() -> Files {
    Builder::default().build()
}

/// The codes of a zip file in which the entry README.html was changed.
fn changed(change: impl Fn(&mut Member)) -> BTreeSet<&'static str> {
    let mut members = members(&valid());
    change(members.iter_mut().find(|member| member.name == "README.html").unwrap());
    codes(&verify_bytes(&zip(&members), &Limits::default()))
}

/// The codes of a zip file whose bytes were changed.
fn bytes_changed(change: impl Fn(&mut Vec<u8>)) -> BTreeSet<&'static str> {
    let mut bytes = zip(&members(&valid()));
    change(&mut bytes);
    codes(&verify_bytes(&bytes, &Limits::default()))
}

fn only(code: FaultCode) -> BTreeSet<&'static str> {
    BTreeSet::from([code.as_str()])
}

#[test]
fn what_is_no_whole_zip_is_not_read() {
    assert_eq!(bytes_changed(|bytes| bytes.truncate(bytes.len() - 30)), only(ZipUnreadable));
    assert_eq!(bytes_changed(|bytes| bytes.truncate(bytes.len() / 2)), only(ZipUnreadable));
    assert_eq!(bytes_changed(|bytes| *bytes = b"not a zip".to_vec()), only(ZipUnreadable));
    assert_eq!(bytes_changed(Vec::clear), only(ZipUnreadable));
    // One entry less in the end record than in the directory.
    assert_eq!(
        bytes_changed(|bytes| {
            let at = bytes.len() - 12;
            bytes[at] -= 1;
        }),
        only(ZipUnreadable)
    );
}

#[test]
fn a_zip_can_be_cut_or_changed_anywhere_without_a_crash_and_never_passes() {
    let whole = zip(&members(&valid()));
    let limits = Limits::default();
    for cut in (0..whole.len()).step_by(97) {
        assert!(!verify_bytes(&whole[..cut], &limits).valid, "cut at {cut}");
    }
    for at in (0..whole.len()).step_by(31) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        let found = verify_bytes(&bytes, &limits);
        // Times, versions and permissions are nobody's business.
        assert!(!found.valid || is_metadata(&whole, at), "byte {at}: {found}");
    }
}

/// Whether a byte is in a field of a header that says nothing about the content.
fn is_metadata(zip: &[u8], at: usize) -> bool {
    let within = |signature: &[u8], fields: &[std::ops::Range<usize>]| {
        (at.saturating_sub(46)..=at)
            .any(|start| zip[start..].starts_with(signature) && fields.iter().any(|f| f.contains(&(at - start))))
    };
    within(b"PK\x03\x04", &[4..6, 10..14])
        || within(b"PK\x01\x02", &[4..8, 12..16, 34..42])
        || within(b"PK\x05\x06", &[4..10, 12..16])
}

#[test]
fn an_encrypted_archive_is_named_as_such() {
    assert_eq!(changed(|member| member.flags |= 1), only(Encrypted));
    assert_eq!(bytes_changed(|bytes| *bytes = b"age-encryption.org/v1\n-> X25519".to_vec()), only(Encrypted));
}

#[test]
fn more_than_the_limits_allow_is_not_read() {
    let zipped = zip(&members(&valid()));
    let dir = folder(&valid());
    for (limits, code) in [
        (Limits { entries: 3, ..Limits::default() }, TooManyEntries),
        (Limits { total_bytes: 10, ..Limits::default() }, TooLarge),
    ] {
        assert_eq!(codes(&verify_bytes(&zipped, &limits)), only(code));
        assert_eq!(codes(&verify(dir.path(), &limits).unwrap()), only(code));
    }
    let builder = Builder {
        content: |files| put(files, "data/attachments/zeros.txt", &"0".repeat(100_000)),
        ..Builder::default()
    };
    let bomb = zip(&members(&builder.build()));
    let limits = Limits { ratio: 200, ratio_from: 50_000, ..Limits::default() };
    assert_eq!(codes(&verify_bytes(&bomb, &limits)), only(CompressionRatio));
    assert!(verify_bytes(&bomb, &Limits::default()).valid);
}

#[test]
fn an_entry_that_lies_is_found_out() {
    assert_eq!(changed(|member| member.packed = vec![0xff; 40]), only(ZipEntryUnreadable));
    assert_eq!(changed(|member| member.packed.truncate(20)), only(ZipEntryUnreadable));
    assert_eq!(changed(|member| member.method = 12), only(ZipMethod));
    assert_eq!(changed(|member| member.local_name = Some("README.htm".into())), only(ZipNameMismatch));
    assert_eq!(changed(|member| member.local_crc = Some(7)), only(ZipHeaderMismatch));
    assert_eq!(changed(|member| member.size += 1), only(ZipSize));
    assert_eq!(changed(|member| member.size -= 1), only(ZipSize));
    assert_eq!(changed(|member| member.packed.push(0)), only(ZipSize));
    assert_eq!(changed(|member| member.crc ^= 1), only(ZipCrc));
}

#[test]
fn bytes_that_belong_to_nobody_are_found() {
    assert_eq!(changed(|member| member.after = b"hidden".to_vec()), only(ZipStrayData));
    assert_eq!(bytes_changed(|bytes| bytes.extend(b"trailing")), only(ZipStrayData));
    assert_eq!(bytes_changed(|bytes| drop(bytes.splice(0..0, *b"#!/bin/sh\n"))), only(ZipStrayData));
    let comment = |bytes: &mut Vec<u8>| {
        let at = bytes.len() - 2;
        bytes[at] = 3;
        bytes.extend(b"abc");
    };
    assert_eq!(bytes_changed(comment), only(ZipStrayData));
}

#[test]
fn a_data_descriptor_has_to_say_the_same() {
    let described = |crc: u32| {
        move |member: &mut Member| {
            member.flags |= 1 << 3;
            let sizes = [u32::try_from(member.packed.len()).unwrap(), member.size];
            member.after =
                [&b"PK\x07\x08"[..], &crc.to_le_bytes(), &sizes[0].to_le_bytes(), &sizes[1].to_le_bytes()].concat();
        }
    };
    let crc = crc32fast::hash(&valid()["README.html"]);
    assert_eq!(changed(described(crc)), BTreeSet::new());
    assert_eq!(changed(described(crc ^ 1)), only(ZipHeaderMismatch));
    assert_eq!(changed(|member| member.flags |= 1 << 3), only(ZipHeaderMismatch));
}

#[test]
fn entries_that_share_bytes_or_names_are_found() {
    let mut shared = members(&valid());
    let at = shared.iter().position(|member| member.name == "datapackage.json").unwrap();
    shared[at].shares = true;
    let found = codes(&verify_bytes(&zip(&shared), &Limits::default()));
    assert_eq!(found, BTreeSet::from(["zip-name-mismatch", "zip-overlap"]));
    let mut twice = members(&valid());
    twice.push(Member::new("README.html", b"another"));
    assert_eq!(codes(&verify_bytes(&zip(&twice), &Limits::default())), only(NameDuplicate));
    let mut inside = members(&valid());
    inside.push(Member::new("README.html/x", b""));
    let found = codes(&verify_bytes(&zip(&inside), &Limits::default()));
    assert_eq!(found, BTreeSet::from(["name-duplicate", "tag-file-unlisted"]));
    let mut escaping = members(&valid());
    escaping.push(Member::new("../", b""));
    assert_eq!(codes(&verify_bytes(&zip(&escaping), &Limits::default())), only(NameUnsafe));
}

#[test]
fn folders_that_a_zip_lists_must_not_share_the_name_of_a_file_or_differ_from_another_in_case_only() {
    let with = |folders: &[&str]| {
        let mut members = members(&valid());
        members.extend(folders.iter().map(|name| Member::new(name, b"")));
        let found = verify_bytes(&zip(&members), &Limits::default());
        let paths: Vec<_> = found.faults.iter().map(|fault| fault.path.clone().unwrap()).collect();
        (codes(&found), paths.join(" "))
    };
    let none = (BTreeSet::new(), String::new());
    assert_eq!(with(&["data/", "data/tables/", "data/none/", "data/none/here/", "data/none-/", "data/none/"]), none);
    assert_eq!(with(&["README.html/"]), (only(NameDuplicate), "README.html".into()));
    assert_eq!(with(&["README.html/none/"]), (only(NameDuplicate), "README.html".into()));
    for folders in [&["DATA/"][..], &["data/", "DATA/"], &["DATA/", "none/"]] {
        assert_eq!(with(folders), (only(NameCaseCollision), "DATA".into()), "{folders:?}");
    }
    assert_eq!(with(&["DATA/none/"]), (only(NameCaseCollision), "DATA".into()));
    assert_eq!(with(&["none/", "None/"]), (only(NameCaseCollision), "none".into()));
    assert_eq!(with(&["readme.HTML/"]), (only(NameCaseCollision), "readme.HTML".into()));
}

#[test]
fn of_many_manifests_of_one_name_one_is_read() {
    let mut many = members(&valid());
    let absent = format!("{}  data/absent.txt\n", "0".repeat(64));
    many.retain(|member| member.name != "manifest-sha256.txt");
    many.extend((0..3_000).map(|_| Member::new("manifest-sha256.txt", absent.as_bytes())));
    let found = verify_bytes(&zip(&many), &Limits::default());
    let missing = found.faults.iter().filter(|fault| fault.code == FaultCode::PayloadFileMissing).count();
    assert_eq!(missing, 1, "{found}");
}

#[test]
fn folders_that_share_bytes_are_named() {
    let mut shared = members(&valid());
    shared.extend((0..2_000).map(|nth| Member { shares: nth > 0, ..Member::new(&format!("folder-{nth:04}/"), b"") }));
    let found = verify_bytes(&zip(&shared), &Limits { faults: 5_000, ..Limits::default() });
    let named = found.faults.iter().filter(|fault| fault.code == FaultCode::ZipOverlap);
    let names: BTreeSet<&str> = named.filter_map(|fault| fault.path.as_deref()).collect();
    assert_eq!(names.len(), 1_999);
    assert!(names.contains("folder-1999/"));
}

#[test]
fn what_is_no_file_is_never_opened() {
    assert_eq!(changed(|member| member.external = 0o120_777 << 16), only(SymbolicLink));
    assert_eq!(changed(|member| member.external = 0o010_644 << 16), only(NotAFile));
}

#[cfg(unix)]
#[test]
fn links_and_sockets_in_a_folder_are_never_opened() {
    let dir = folder(&valid());
    let readme = dir.path().join("README.html");
    fs::remove_file(&readme).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &readme).unwrap();
    assert_eq!(codes(&verify(dir.path(), &Limits::default()).unwrap()), only(SymbolicLink));
    fs::remove_file(&readme).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(&readme).unwrap();
    assert_eq!(codes(&verify(dir.path(), &Limits::default()).unwrap()), only(NotAFile));
}

#[test]
fn a_file_that_changes_while_it_is_verified_is_a_fault() {
    let dir = folder(&valid());
    let readme = dir.path().join("README.html");
    let (limits, mut faults) = (Limits::default(), Faults::new(10));
    let tree = Tree::open(dir.path(), &Keys::default(), &limits, &mut faults).unwrap();
    fs::write(&readme, "shorter").unwrap();
    assert_eq!(codes(&verify_tree(&tree, &limits, faults)), only(FileUnreadable));
    fs::remove_file(&readme).unwrap();
    assert_eq!(codes(&verify_tree(&tree, &limits, Faults::new(10))), only(FileUnreadable));
}
