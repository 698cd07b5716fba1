//! The frame of a Personal Data Portability Archive (draft-ietf-mailmaint-pdparchive-02): `archive.json`, the address
//! book, and the folder files of mail.
//!
//! The archive's `data/` is its root: `archive.json`, `contacts/` with the address book and one card per contact,
//! `mail/FOLDER/` with `folder.json` and one `.eml` per message. File names in `folder.json` are relative to it.

use super::shown;
use crate::archive::facts::Facts;
use crate::records::{Record, Uid};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Where `archive.json` stands.
pub const ARCHIVE: &str = "data/archive.json";
/// The folder of the address book, its cards and their vCards.
pub const CONTACTS: &str = "data/contacts/";
/// The address book.
pub const ADDRESS_BOOK: &str = "data/contacts/address-book.json";
/// All contacts in one vCard file.
pub const ALL_VCARDS: &str = "data/contacts/contacts.vcf";
/// The folder of all mail folders.
pub const MAIL: &str = "data/mail/";
/// The version of the format that is written.
const VERSION: &str = "draft-ietf-mailmaint-pdparchive-02";

/// A mail folder, from the point of view of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// Messages to the person, also as a copy.
    Inbox,
    /// Messages from the person.
    Sent,
    /// Messages whose direction is not known.
    Other,
}

impl Folder {
    /// Every folder.
    pub const ALL: [Folder; 3] = [Folder::Inbox, Folder::Sent, Folder::Other];

    /// The folder in which the person would look for this message.
    pub fn of(record: &Record) -> Folder {
        match shown(record, "direction") {
            Some("from_subject") => Folder::Sent,
            Some("to_subject" | "cc_subject") => Folder::Inbox,
            _ => Folder::Other,
        }
    }

    /// Its name in the archive.
    pub fn name(self) -> &'static str {
        match self {
            Folder::Inbox => "inbox",
            Folder::Sent => "sent",
            Folder::Other => "other",
        }
    }

    /// The path of its `folder.json`.
    pub fn path(self) -> String {
        format!("{MAIL}{}/folder.json", self.name())
    }

    /// What a mail program shows, and the use that it knows the folder by (RFC 6154); the inbox has none.
    fn display(self) -> (&'static str, Option<&'static str>) {
        match self {
            Folder::Inbox => ("INBOX", None),
            Folder::Sent => ("Sent", Some("\\Sent")),
            Folder::Other => ("Other", None),
        }
    }
}

/// `archive.json` (section 6.1). `id` is the archive's own uid; nothing in it is personal.
pub fn archive_json(facts: &Facts, id: &Uid, has_mail: bool, has_contacts: bool) -> Value {
    let types = [(has_mail, "MAIL"), (has_contacts, "CONTACTS")];
    let types: Vec<&str> = types.into_iter().filter_map(|(has, name)| has.then_some(name)).collect();
    json!({
        "$schema": "https://id.schemas.pub/o/DTI/PDPArchive/archive",
        "archive": {
            "id": id.as_str(),
            "name": format!("Data portability export, {}", facts.controller.name),
            "note": "Part of a larger archive: see README.html beside the folder that holds this file.",
            "timestamp": facts.as_of.to_string(),
            "version": VERSION,
            "generator": concat!("art20 ", env!("CARGO_PKG_VERSION")),
        },
        "dataset": {
            "extent": if facts.missing.is_empty() { "FULL" } else { "PARTIAL" },
            "datatypes": types,
            "languagetag": facts.languages.first().map_or("und", String::as_str),
            "timezone": facts.controller.time_zone,
        },
        "datasource": { "service": facts.controller.id },
    })
}

/// `address-book.json` (section 6.3.3), to which every card belongs.
pub fn address_book(uid: &Uid, as_of: Timestamp) -> Value {
    json!({
        "$schema": "https://id.schemas.pub/o/DTI/PDPArchive/address-book",
        "@type": "AddressBook",
        "uid": uid.as_str(),
        "updated": as_of.to_string(),
        "name": "Contacts",
    })
}

/// `folder.json` (section 6.3.1) under way: messages are added one by one, so that none has to be held.
///
/// The numbers of an IMAP mailbox and the flags are left out: there is none, and they would be made up.
#[derive(Debug)]
pub struct FolderFile<W: Write> {
    out: W,
    comma: &'static str,
}

impl<W: Write> FolderFile<W> {
    /// Begins the file of a folder.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn begin(folder: Folder, uid: &Uid, mut out: W) -> io::Result<FolderFile<W>> {
        let (name, special_use) = folder.display();
        write!(
            out,
            "{{\n  \"$schema\": \"https://id.schemas.pub/o/DTI/PDPArchive/folder\",\n  \"name\": \"{name}\",\n"
        )?;
        writeln!(out, "  \"uid\": {},", json!(uid.as_str()))?;
        if let Some(special_use) = special_use {
            writeln!(out, "  \"special_use\": {},", json!(special_use))?;
        }
        out.write_all(b"  \"items\": [")?;
        Ok(FolderFile { out, comma: "" })
    }

    /// Adds a message by its uid and its file's name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn item(&mut self, uid: &str, filename: &str) -> io::Result<()> {
        self.out.write_all(self.comma.as_bytes())?;
        for (before, text) in [("\n    {\"filename\":", filename), (",\"uid\":", uid)] {
            self.out.write_all(before.as_bytes())?;
            serde_json::to_writer(&mut self.out, text)?;
        }
        self.out.write_all(b"}")?;
        self.comma = ",";
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        self.out.write_all(if self.comma.is_empty() { b"]\n}\n" } else { b"\n  ]\n}\n" })?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::records::{FieldValue, Kind};

    fn uid() -> Uid {
        Uid::parse("urn:uuid:9dd49a17-5789-528a-8089-5db3d428737c").unwrap()
    }

    #[test]
    fn a_message_lies_where_the_person_would_look_for_it() {
        for (direction, folder) in [
            (FieldValue::Text("from_subject".into()), Folder::Sent),
            (FieldValue::Text("cc_subject".into()), Folder::Inbox),
            (FieldValue::Text("sideways".into()), Folder::Other),
            (FieldValue::Null, Folder::Other),
        ] {
            assert_eq!(Folder::of(&sample::record(Kind::Message, "1", vec![("direction", direction)])), folder);
        }
    }

    #[test]
    fn a_folder_lists_its_messages_in_their_order() {
        let read = |items: &[(&str, &str)]| -> Value {
            let mut file = FolderFile::begin(Folder::Sent, &uid(), Vec::new()).unwrap();
            for (uid, filename) in items {
                file.item(uid, filename).unwrap();
            }
            serde_json::from_slice(&file.end().unwrap()).unwrap()
        };
        let folder = read(&[("urn:uuid:b", "message-000002.eml"), ("urn:uuid:a", "message-000001.eml")]);
        assert_eq!(folder["special_use"], "\\Sent");
        assert_eq!(folder["items"][0], json!({ "uid": "urn:uuid:b", "filename": "message-000002.eml" }));
        assert_eq!(read(&[])["items"], json!([]));
    }

    #[test]
    fn an_address_book_has_what_the_schema_requires() {
        let book = address_book(&uid(), Timestamp::UNIX_EPOCH);
        for key in ["@type", "uid", "updated", "name"] {
            assert!(book[key].is_string(), "{key}");
        }
    }
}
