//! A zip writer that can lie about everything.

use super::builder::Files;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// One entry, as its headers say and as it is.
#[derive(Clone)]
pub struct Member {
    pub name: String,
    pub local_name: Option<String>,
    pub method: u16,
    pub flags: u16,
    pub crc: u32,
    pub local_crc: Option<u32>,
    pub size: u32,
    pub packed: Vec<u8>,
    pub external: u32,
    /// Bytes written after the data, for example a data descriptor.
    pub after: Vec<u8>,
    /// Points to the header of the entry before instead of having one.
    pub shares: bool,
}

/// The entries of an archive as art20 writes them: bagit.txt first, the rest sorted.
pub fn members(files: &Files) -> Vec<Member> {
    let mut members: Vec<Member> = files.iter().map(|(name, bytes)| Member::new(name, bytes)).collect();
    members.sort_by_key(|member| member.name != "bagit.txt");
    members
}

impl Member {
    pub fn new(name: &str, bytes: &[u8]) -> Member {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(bytes).unwrap();
        Member {
            name: name.to_owned(),
            local_name: None,
            method: 8,
            flags: 1 << 11,
            crc: crc32fast::hash(bytes),
            local_crc: None,
            size: u32::try_from(bytes.len()).unwrap(),
            packed: encoder.finish().unwrap(),
            external: 0o100_644 << 16,
            after: Vec::new(),
            shares: false,
        }
    }

    fn header(&self, name: &str, crc: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for half in [20, self.flags, self.method, 0, 0x21] {
            bytes.extend(half.to_le_bytes());
        }
        for word in [crc, u32::try_from(self.packed.len()).unwrap(), self.size] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        bytes.extend(0u16.to_le_bytes());
        bytes
    }
}

/// The zip file of these entries.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let (mut bytes, mut directory, mut offset) = (Vec::new(), Vec::new(), 0);
    for member in members {
        if !member.shares {
            offset = u32::try_from(bytes.len()).unwrap();
            let name = member.local_name.as_deref().unwrap_or(&member.name);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(member.header(name, member.local_crc.unwrap_or(member.crc)));
            bytes.extend(name.as_bytes());
            bytes.extend(&member.packed);
            bytes.extend(&member.after);
        }
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(member.header(&member.name, member.crc));
        // Comment length, disk, internal attributes.
        directory.extend([0; 6]);
        directory.extend(member.external.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let start = u32::try_from(bytes.len()).unwrap();
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    bytes.extend([count, count].concat());
    bytes.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}
