//! Files of records: each record also in the format that its own software reads, and stored bytes streamed from the
//! store into the archive (contract 5). Names say nothing about anybody.

use super::container::{Container, Part, Prepared};
use super::error::ArchiveError;
use super::facts::Facts;
use super::formats::names::{FileNames, extension};
use super::formats::pdparchive::{self, Folder, FolderFile};
use super::formats::{jscontact, json_file, mail, schema, vcard, vcon};
use super::report::Digest;
use crate::records::uid::Namespace;
use crate::records::{Code, Content, Contents, FieldValue, FileRef, Kind, Record, Uid};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

const ATTACHMENTS: &str = "data/attachments/";
/// Messages of conversations that are held until the conversation is written; a longer one is written in parts.
const HELD: usize = 2_000;

/// Writes the files of records.
pub(super) struct Files {
    names: FileNames,
    namespace: Namespace,
    archive: Uid,
    as_of: Timestamp,
    controller: String,
    dropped: Vec<String>,
    cards: Option<Part>,
    folders: BTreeMap<Folder, FolderFile<Part>>,
    /// Chats under way by collection and thread, in the order of their first message.
    chats: Vec<((String, String), Vec<Record>)>,
    held: usize,
    kinds: BTreeSet<Kind>,
}

/// A piece of what a stored value held, kept back while its file was written: (collection, reason, how many).
pub type HeldBack = (String, Code, u64);

impl Files {
    pub(super) fn new(facts: &Facts) -> Files {
        let namespace = Namespace::of_controller(&facts.controller.id);
        Files {
            names: FileNames::default(),
            namespace,
            archive: facts.id(),
            as_of: facts.as_of,
            controller: facts.controller.name.clone(),
            dropped: facts.dropped_headers.clone(),
            cards: None,
            folders: BTreeMap::new(),
            chats: Vec::new(),
            held: 0,
            kinds: BTreeSet::new(),
        }
    }

    /// Writes every file of a record and of its children, and says in the record where each is.
    ///
    /// # Errors
    /// When a file cannot be read from its store, or the disk is full or fails.
    pub(super) fn write(
        &mut self,
        container: &mut Container,
        record: &mut Record,
        contents: &dyn Contents,
        digest: &mut Digest,
    ) -> Result<Vec<HeldBack>, ArchiveError> {
        self.kinds.insert(record.kind);
        match record.kind {
            Kind::Contact => self.contact(container, record, digest).map(|()| Vec::new()),
            Kind::Message => self.message(container, record, contents, digest),
            _ => Ok(Vec::new()),
        }
    }

    fn contact(&mut self, container: &mut Container, record: &Record, digest: &mut Digest) -> Result<(), ArchiveError> {
        let name = self.names.next("contact");
        let book = uid(&self.namespace, &self.archive, "address-book");
        let card = json_file(&jscontact::card(record, &book, self.as_of));
        let vcard = vcard::vcard(record);
        for (ending, text) in [("json", &card), ("vcf", &vcard)] {
            let written = container.bytes(format!("{}{name}.{ending}", pdparchive::CONTACTS), text.as_bytes())?;
            digest.file(&written.path, written.bytes);
        }
        let all = self.cards.get_or_insert_with(|| container.part(pdparchive::ALL_VCARDS));
        all.write_all(vcard.as_bytes()).map_err(ArchiveError::doing("writing contacts"))
    }

    fn message(
        &mut self,
        container: &mut Container,
        record: &mut Record,
        contents: &dyn Contents,
        digest: &mut Digest,
    ) -> Result<Vec<HeldBack>, ArchiveError> {
        let channel = record.text("channel").unwrap_or_default().to_owned();
        let raw = take(record, "raw");
        let is_mail = channel == "email" || raw.is_some();
        let mut held = Vec::new();
        if is_mail {
            held = self.mail(container, record, raw, contents, digest)?;
        }
        if let Some(recording) = take(record, "recording") {
            let name = self.names.next_file("recording", extension(record.text("recording.media_type"), None));
            let file = copy(container, format!("{}{name}", vcon::CONVERSATIONS), &recording, contents, digest)?;
            put(record, "recording", file);
        }
        for child in record.children.iter_mut().flatten() {
            if let Some(content) = take(child, "content") {
                let ending = extension(child.text("media_type"), child.text("name"));
                let name = self.names.next_file("attachment", ending);
                let file = copy(container, format!("{ATTACHMENTS}{name}"), &content, contents, digest)?;
                put(child, "content", file);
            }
        }
        match channel.as_str() {
            "phone" => {
                self.transcript(container, record, digest)?;
                self.conversation(container, &[&*record], digest)?;
            }
            "chat" | "sms" => match vcon::conversation(record).map(|(a, b)| (a.to_owned(), b.to_owned())) {
                Some(thread) => self.hold(container, thread, record.clone(), digest)?,
                None => self.conversation(container, &[&*record], digest)?,
            },
            _ => {}
        }
        Ok(held)
    }

    /// Writes an e-mail: the stored bytes less what is nobody's business, or one made from the record.
    fn mail(
        &mut self,
        container: &mut Container,
        record: &mut Record,
        raw: Option<Content>,
        contents: &dyn Contents,
        digest: &mut Digest,
    ) -> Result<Vec<HeldBack>, ArchiveError> {
        let folder = Folder::of(record);
        let name = self.names.next_file("message", "eml");
        let path = [pdparchive::MAIL, folder.name(), "/", &name].concat();
        let mut held = Vec::new();
        let writing = ArchiveError::doing("writing an e-mail");
        if let Some(raw) = raw {
            let reader = raw.reader(contents).map_err(ArchiveError::Content)?;
            let drop: Vec<&str> = self.dropped.iter().map(String::as_str).collect();
            let (stripped, written) =
                container.file(&path, |mut out| mail::strip_headers(reader, &mut out, &drop).map_err(writing))?;
            let file = FileRef { path: written.path.clone(), bytes: written.bytes, sha256: written.sha256_hex() };
            digest.file(&written.path, written.bytes);
            put(record, "raw", file);
            held.push((record.source.collection.clone(), Code::ThirdParty, stripped.names.len() as u64));
            record.withheld.extend(stripped.names.into_iter().map(|name| (format!("raw.{name}"), Code::ThirdParty)));
        } else {
            let message = &*record;
            let children = message.children().iter().filter_map(|child| match child.get("content") {
                Some(FieldValue::Content(content)) => Some((child, content)),
                _ => None,
            });
            let attachments = children.map(|(child, content)| {
                let content = content.reader(contents)?;
                Ok(mail::Attachment { name: child.text("name"), media_type: child.text("media_type"), content })
            });
            let ((), written) =
                container.file(&path, |mut out| mail::compose(message, attachments, &mut out).map_err(writing))?;
            digest.file(&written.path, written.bytes);
        }
        let doing = || ArchiveError::doing("writing a mail folder");
        let listing = match self.folders.entry(folder) {
            std::collections::btree_map::Entry::Occupied(listing) => listing.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let uid = uid(&self.namespace, &self.archive, folder.name());
                place.insert(FolderFile::begin(folder, &uid, container.part(folder.path())).map_err(doing())?)
            }
        };
        listing.item(record.uid.as_str(), &name).map_err(doing())?;
        Ok(held)
    }

    /// What was said, as a plain text file beside the recording.
    fn transcript(
        &mut self,
        container: &mut Container,
        record: &Record,
        digest: &mut Digest,
    ) -> Result<(), ArchiveError> {
        if let Some(text) = record.text("transcript") {
            let name = self.names.next_file("transcript", "txt");
            let written = container.bytes(format!("{}{name}", vcon::CONVERSATIONS), text.as_bytes())?;
            digest.file(&written.path, written.bytes);
        }
        Ok(())
    }

    fn conversation(
        &mut self,
        container: &mut Container,
        records: &[&Record],
        digest: &mut Digest,
    ) -> Result<(), ArchiveError> {
        let name = self.names.next_file("conversation", "vcon.json");
        let text = json_file(&vcon::vcon(records, self.as_of, &self.controller));
        let written = container.bytes(format!("{}{name}", vcon::CONVERSATIONS), text.as_bytes())?;
        digest.file(&written.path, written.bytes);
        Ok(())
    }

    fn hold(
        &mut self,
        container: &mut Container,
        thread: (String, String),
        record: Record,
        digest: &mut Digest,
    ) -> Result<(), ArchiveError> {
        match self.chats.iter_mut().find(|(known, _)| *known == thread) {
            Some((_, records)) => records.push(record),
            None => self.chats.push((thread, vec![record])),
        }
        self.held += 1;
        if self.held >= HELD { self.release(container, digest) } else { Ok(()) }
    }

    /// Writes the conversations that are held.
    fn release(&mut self, container: &mut Container, digest: &mut Digest) -> Result<(), ArchiveError> {
        self.held = 0;
        for (_, records) in std::mem::take(&mut self.chats) {
            self.conversation(container, &records.iter().collect::<Vec<_>>(), digest)?;
        }
        Ok(())
    }

    /// Writes what can only be written at the end: lists, folders and schemas.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub(super) fn finish(
        &mut self,
        container: &mut Container,
        facts: &Facts,
        digest: &mut Digest,
    ) -> Result<(), ArchiveError> {
        self.release(container, digest)?;
        let (mail, contacts) = (!self.folders.is_empty(), self.cards.is_some());
        if let Some(cards) = self.cards.take() {
            let written = container.append(cards)?;
            digest.file(&written.path, written.bytes);
            let book =
                json_file(&pdparchive::address_book(&uid(&self.namespace, &self.archive, "address-book"), self.as_of));
            let written = container.bytes(pdparchive::ADDRESS_BOOK, book.as_bytes())?;
            digest.file(&written.path, written.bytes);
        }
        for (_, folder) in std::mem::take(&mut self.folders) {
            let part = folder.end().map_err(ArchiveError::doing("writing a mail folder"))?;
            let written = container.append(part)?;
            digest.file(&written.path, written.bytes);
        }
        let archive = json_file(&pdparchive::archive_json(facts, &self.archive, mail, contacts));
        let written = container.bytes(pdparchive::ARCHIVE, archive.as_bytes())?;
        digest.file(&written.path, written.bytes);
        for kind in &self.kinds {
            let path = format!("data/schemas/{}.schema.json", kind.file_stem());
            let written = container.prepared(path, schema_file(*kind, container.level())?)?;
            digest.file(&written.path, written.bytes);
        }
        Ok(())
    }
}

/// The name of a part of this archive.
fn uid(namespace: &Namespace, archive: &Uid, name: &str) -> Uid {
    namespace.other(&format!("{} {name}", archive.as_str()))
}

/// What looking without writing learns of the files: which headers of stored e-mails would go.
///
/// # Errors
/// When a file cannot be read from its store.
pub(super) fn held_back(
    record: &Record,
    dropped: &[String],
    contents: &dyn Contents,
) -> Result<Vec<HeldBack>, ArchiveError> {
    let Some(FieldValue::Content(raw)) = record.get("raw") else { return Ok(Vec::new()) };
    let drop: Vec<&str> = dropped.iter().map(String::as_str).collect();
    let reader = raw.reader(contents).map_err(ArchiveError::Content)?;
    let stripped = mail::strip_headers(reader, &mut std::io::sink(), &drop).map_err(ArchiveError::Content)?;
    Ok(vec![(record.source.collection.clone(), Code::ThirdParty, stripped.names.len() as u64)])
}

/// The schema of the records of a kind, which no archive changes: compressed once for all archives of a batch.
fn schema_file(kind: Kind, level: u32) -> Result<Arc<Prepared>, ArchiveError> {
    static MADE: Mutex<BTreeMap<(Kind, u32), Arc<Prepared>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(file) = made.get(&(kind, level)) {
        return Ok(file.clone());
    }
    let file = Arc::new(Prepared::new(schema::schema_file(kind).as_bytes(), level)?);
    made.insert((kind, level), file.clone());
    Ok(file)
}

/// The content of a field that is still to be written.
fn take(record: &mut Record, path: &str) -> Option<Content> {
    let entry = record.entries.iter_mut().find(|entry| entry.path == path)?;
    match std::mem::replace(&mut entry.value, FieldValue::Null) {
        FieldValue::Content(content) => Some(*content),
        other => {
            entry.value = other;
            None
        }
    }
}

fn put(record: &mut Record, path: &str, file: FileRef) {
    if let Some(entry) = record.entries.iter_mut().find(|entry| entry.path == path) {
        entry.value = FieldValue::File(file);
    }
}

fn copy(
    container: &mut Container,
    path: String,
    content: &Content,
    contents: &dyn Contents,
    digest: &mut Digest,
) -> Result<FileRef, ArchiveError> {
    let mut reader = content.reader(contents).map_err(ArchiveError::Content)?;
    let written = container.copy(path, &mut *reader)?;
    digest.file(&written.path, written.bytes);
    Ok(FileRef { path: written.path.clone(), bytes: written.bytes, sha256: written.sha256_hex() })
}
