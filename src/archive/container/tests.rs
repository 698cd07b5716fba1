//! The zip file as others find it: the same bytes whoever compressed them, and read by a library that did not write it.

use super::*;
use crate::archive::failing::{Disk, Failure};
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};

/// Text that compresses about as letters do, the same for the same number.
fn text(number: usize, size: usize) -> Vec<u8> {
    const WORDS: [&str; 8] =
        ["answer ", "亲爱的 ", "letter ", "of ", "yesterday, ", "مرحبا ", "again ", "not known\r\n"];
    let mut seed = u32::try_from(number).unwrap();
    let words = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        WORDS[(seed >> 29) as usize]
    });
    words.flat_map(str::bytes).take(size).collect()
}

/// What stands in the archive of [`sealed`], by path.
fn contents() -> Vec<(String, Vec<u8>)> {
    let small = (0..700).map(|nth| (format!("data/mail/inbox/message-{nth}.eml"), text(nth, 40 + nth * 13 % 3000)));
    let sizes = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17];
    let streamed = sizes.into_iter().map(|size| (format!("data/attachments/streamed-{size}"), text(size, size)));
    let grown = sizes.into_iter().map(|size| (format!("data/tables/grown-{size}.csv"), text(size + 1, size)));
    small.chain(streamed).chain(grown).collect()
}

const BLOCK: usize = super::super::deflate::BLOCK;

/// An archive by so many threads: its bytes, and what the container says of them.
fn sealed(level: u32, threads: usize) -> (Vec<u8>, (u64, [u8; 32])) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    let file = File::create(&path).unwrap();
    let mut container = Container::new(file, folder.path(), level, &Secrecy::Open, Some(threads)).unwrap();
    let mut parts = Vec::new();
    for (nth, (path, data)) in contents().into_iter().enumerate() {
        if path.contains("grown") {
            let mut part = container.part(path);
            data.chunks(10_007).for_each(|chunk| part.write_all(chunk).unwrap());
            parts.push(part);
        } else if nth % 2 == 0 {
            container.bytes(path, &data).unwrap();
        } else {
            container.copy(path, &mut data.as_slice()).unwrap();
        }
        if nth == 300 {
            let prepared = Arc::new(Prepared::new(&text(9, 20_000), level).unwrap());
            container.prepared("data/schemas/constant.schema.json", prepared).unwrap();
        }
    }
    parts.into_iter().for_each(|part| assert!(container.append(part).is_ok()));
    let (manifest, described) = container.end_payload().unwrap();
    let mut named = Vec::new();
    let naming = described.each(|written| {
        named.push(written.path.clone());
        Ok(())
    });
    naming.unwrap();
    // The few first, by their paths; then those of single records; e-mails are described by their folders.
    assert_eq!(named.len(), 13);
    assert!(named[0] == "data/schemas/constant.schema.json" && named[7].starts_with("data/attachments/"));
    container.append(manifest).unwrap();
    let said = container.finish().unwrap();
    (std::fs::read(path).unwrap(), said)
}

#[test]
fn the_same_bytes_come_from_one_thread_from_two_from_eight_and_under_load() {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for level in [0, 1, 6, 9] {
            let (bytes, said) = sealed(level, 1);
            assert_eq!(said, (bytes.len() as u64, Sha256::digest(&bytes).into()));
            for threads in [2, 8, 3] {
                assert!(sealed(level, threads).0 == bytes, "{threads} threads at level {level}");
            }
        }
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::black_box(Sha256::digest(b"load"));
                }
            });
        }
        let first = sealed(6, 8).0;
        let same = (0..10).all(|_| sealed(6, 8).0 == first);
        over.store(true, Ordering::Relaxed);
        assert!(same);
    });
}

#[test]
fn a_disk_that_is_full_while_a_large_file_is_appended_is_an_error_and_no_panic() {
    let large = text(7, 12 * BLOCK);
    for threads in [1, 2, 8] {
        for room in [5 * BLOCK, 5 * BLOCK + 300_000, 11 * BLOCK] {
            let taken = Arc::default();
            let disk = Disk::of(room, Failure::Error(io::ErrorKind::StorageFull), &taken);
            let folder = std::env::temp_dir();
            let mut container = Container::new(disk, &folder, 0, &Secrecy::Open, Some(threads)).unwrap();
            let mut part = container.part("data/tables/large.csv");
            part.write_all(&large).unwrap();
            assert!(container.append(part).is_err(), "{threads} threads, room for {room}");
            // All that there was room for went through the hands of the container in its order.
            let taken = taken.lock().unwrap();
            let header = taken.windows(40).position(|window| window == &large[..40]).unwrap();
            assert!(taken[header..] == large[..taken.len() - header]);
        }
    }
}

#[test]
fn another_library_reads_every_file_as_it_was_given() {
    for level in [0, 6] {
        let (bytes, _) = sealed(level, 4);
        let mut zip = zip::ZipArchive::new(io::Cursor::new(bytes)).unwrap();
        let mut lines = String::new();
        for (path, data) in contents() {
            let mut found = Vec::new();
            let mut file = zip.by_name(&path).unwrap();
            file.read_to_end(&mut found).unwrap();
            assert!(found == data, "{path}");
            assert_eq!((file.unix_mode(), file.last_modified().unwrap().year()), (Some(0o100_644), 1980));
            let stored = level == 0 || file.compressed_size() == data.len() as u64;
            assert_eq!(file.compression() == zip::CompressionMethod::Stored, stored, "{path}");
            lines.push_str(&format!("{}  {path}\n", hex(&Sha256::digest(&data))));
        }
        let mut manifest = String::new();
        zip.by_name("manifest-sha256.txt").unwrap().read_to_string(&mut manifest).unwrap();
        assert!(lines.lines().all(|line| manifest.contains(line)));
        assert_eq!(manifest.lines().count(), lines.lines().count() + 1);
    }
}
