//! A portable record without other people: every value, every file, every child.

use super::fold::Markup;
use super::foreign::{START, Written, is_text};
use super::message::{self, Remade};
use super::parts::markup;
use super::replacer::Replacer;
use crate::records::{Code, Content, Contents, FieldValue, Json, Kind, Record, Shape, Verbatim};
use crate::scope::PortableRecord;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read};

/// A file that has to be read whole in order to be searched may be so large.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What was held back in a record: (collection, reason, how many).
type HeldBack = (String, Code, u64);

/// What is known of a record while it is searched.
struct Place<'r> {
    third_party: &'r [Cow<'static, str>],
    /// The subject sent the message.
    sent: bool,
}

impl Replacer<'_> {
    /// Takes other people out of a record and its children, and says what was held back for the ledger.
    ///
    /// # Errors
    /// When a file of the record cannot be read.
    pub fn hide(&mut self, record: &mut PortableRecord, contents: &dyn Contents) -> io::Result<Vec<HeldBack>> {
        let mut held = Vec::new();
        let shared = self.shared.as_ref().zip(record.record().get("from"));
        let anybody = shared.is_some_and(|(shared, from)| matches!(from, FieldValue::Party(p) if shared.is_subject(p)));
        // From an address that is shared with others, it may be they who sent it (requirement A15).
        let sent = record.record().text("direction") == Some("from_subject") && !anybody;
        // One value that concerns others gives record and children names of this archive alone: what two archives
        // have in common would lead from a pseudonym of one to the person in the other.
        if self.record(record, sent, contents, &mut held)? {
            self.rename(record);
        }
        Ok(held)
    }

    /// True if the record names somebody else, or would have.
    fn record(
        &mut self,
        portable: &mut PortableRecord,
        sent: bool,
        contents: &dyn Contents,
        held: &mut Vec<HeldBack>,
    ) -> io::Result<bool> {
        let (record, third_party, children) = portable.parts_mut();
        let place = Place { third_party, sent };
        let (listed, mut values) = (record.withheld.len(), 0);
        for at in 0..record.entries.len() {
            values += u64::from(self.entry(record, at, &place, contents)?);
        }
        for (path, verbatim) in &mut record.verbatim {
            if is_file(path) && !sent {
                *verbatim = Verbatim::Json(Json::String("[withheld]".to_owned()));
                record.withheld.push((path.clone(), Code::Unsearchable));
            } else {
                values += u64::from(self.verbatim(verbatim));
            }
        }
        let collection = record.source.collection.clone();
        for (_, code) in &record.withheld[listed..] {
            held.push((collection.clone(), *code, 1));
        }
        if values > 0 {
            *self.replaced.values.entry(collection).or_default() += values;
        }
        let others = |(_, code): &(String, Code)| matches!(code, Code::ThirdParty | Code::Unsearchable);
        let mut involved = values > 0 || record.withheld.iter().any(others);
        for child in children.iter_mut() {
            involved |= self.record(child, sent, contents, held)?;
        }
        Ok(involved)
    }

    fn rename(&self, portable: &mut PortableRecord) {
        let (record, _, children) = portable.parts_mut();
        record.uid = self.uid(&record.uid);
        children.iter_mut().for_each(|child| self.rename(child));
    }

    /// One field; true if something in it was replaced.
    fn entry(
        &mut self,
        record: &mut Record,
        at: usize,
        place: &Place<'_>,
        contents: &dyn Contents,
    ) -> io::Result<bool> {
        let path = record.entries[at].path.clone();
        if let FieldValue::Content(content) = &record.entries[at].value {
            let content = content.clone();
            return self.file(record, at, &path, &content, place.sent, contents);
        }
        let shape = record.kind.field(&path).map(|(_, spec)| spec.shape);
        if matches!(shape, Some(Shape::Word(_) | Shape::Currency | Shape::Time | Shape::Day)) {
            return Ok(false);
        }
        let named = place.third_party.contains(&path) || path.starts_with("counterparty.");
        Ok(match (&*path, &mut record.entries[at].value) {
            ("message_id" | "in_reply_to" | "thread", FieldValue::Text(text)) => {
                let ids = text.contains('@') && self.message_ids(text);
                self.text(text, Markup::Plain) | ids
            }
            ("html", FieldValue::Text(text)) => self.text(text, Markup::Html),
            (_, FieldValue::Text(text)) if named => self.third_party(text),
            (_, value) => self.field(value, named),
        })
    }

    fn field(&mut self, value: &mut FieldValue, named: bool) -> bool {
        match value {
            FieldValue::Text(text) => self.text(text, Markup::Plain),
            FieldValue::Party(party) => self.party(party),
            FieldValue::Parties(parties) => parties.iter_mut().fold(false, |any, party| self.party(party) | any),
            FieldValue::List(_, entries) => entries.iter_mut().fold(false, |any, entry| {
                let label = entry.label.as_mut().is_some_and(|label| self.text(label, Markup::Plain));
                self.value(&mut entry.value) | label | any
            }),
            FieldValue::Addresses(addresses) => addresses
                .iter_mut()
                .flat_map(|address| &mut address.parts)
                .filter_map(|(_, text)| text.as_mut())
                .fold(false, |any, text| self.text(text, Markup::Plain) | any),
            FieldValue::Json(json) => self.json(json, named),
            _ => false,
        }
    }

    fn json(&mut self, json: &mut Json, named: bool) -> bool {
        match json {
            Json::String(text) if named => self.third_party(text),
            Json::String(text) => self.text(text, Markup::Plain),
            Json::Number(number) if named => {
                *json = Json::Null;
                true
            }
            // A telephone number or an account may be stored as a number.
            Json::Number(number) => {
                let mut text = number.clone();
                let changed = self.text(&mut text, Markup::Plain);
                if changed {
                    *json = Json::String(text);
                }
                changed
            }
            Json::Array(items) => items.iter_mut().fold(false, |any, item| self.json(item, named) | any),
            Json::Object(members) => {
                let mut changed = false;
                // Which keys there are, and how far each was numbered; looked at as soon as one changes.
                let (mut taken, mut numbers): (HashSet<String>, HashMap<String, u64>) = Default::default();
                for at in 0..members.len() {
                    changed |= self.json(&mut members[at].1, named);
                    let mut key = members[at].0.clone();
                    if self.text(&mut key, Markup::Plain) {
                        changed = true;
                        if taken.is_empty() {
                            taken.extend(members.iter().map(|(key, _)| key.clone()));
                        }
                        // A key stands once in an object (RFC 7493, section 2.3).
                        let (mut free, number) = (key.clone(), numbers.entry(key.clone()).or_insert(1));
                        while taken.contains(&free) {
                            *number += 1;
                            free = format!("{key} ({number})");
                        }
                        taken.insert(free.clone());
                        members[at].0 = free;
                    }
                }
                changed
            }
            Json::Null | Json::Bool(_) => false,
        }
    }

    fn verbatim(&mut self, verbatim: &mut Verbatim) -> bool {
        match verbatim {
            Verbatim::Json(json) => self.json(json, false),
            // What was to be text and is no UTF-8, such as the subject of an e-mail that does not say how it is written.
            Verbatim::Bytes(bytes) => match self.foreign(bytes, Markup::Plain) {
                Some(new) => {
                    *bytes = new;
                    true
                }
                None => false,
            },
        }
    }

    /// A stored e-mail, attachment or recording.
    fn file(
        &mut self,
        record: &mut Record,
        at: usize,
        path: &str,
        content: &Content,
        sent: bool,
        contents: &dyn Contents,
    ) -> io::Result<bool> {
        let is_mail = path == "raw" || record.kind == Kind::Attachment && is_mail(record);
        let searched = match (path == "raw" || sent, is_mail) {
            (false, _) => Searched::No,
            (true, true) => match read(content, contents)? {
                None => Searched::No,
                Some(raw) => match message::remake(self, &raw, sent, &record.uid) {
                    Remade::Same => Searched::Same,
                    Remade::Unreadable => Searched::No,
                    Remade::New(made) => {
                        let code = |(name, code)| (format!("{path}.{name}"), code);
                        record.withheld.extend(made.withheld.into_iter().map(code));
                        Searched::New(made.bytes)
                    }
                },
            },
            (true, false) => self.text_file(record, content, contents)?,
        };
        let entry = &mut record.entries[at];
        match searched {
            Searched::Same => return Ok(false),
            Searched::New(bytes) => entry.value = FieldValue::Content(Box::new(Content::Inline(bytes))),
            Searched::No => {
                entry.value = FieldValue::Null;
                record.withheld.push((path.to_owned(), Code::Unsearchable));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A file that the subject sent: a text is searched, any other stays as it is.
    fn text_file(&mut self, record: &Record, content: &Content, contents: &dyn Contents) -> io::Result<Searched> {
        let mut start = Vec::new();
        content.reader(contents)?.take(START as u64).read_to_end(&mut start)?;
        if !is_text(&start) {
            return Ok(Searched::Same);
        }
        let Some(bytes) = read(content, contents)? else { return Ok(Searched::No) };
        let kind = record.text("media_type").unwrap_or_default().to_ascii_lowercase();
        let markup = markup(&kind);
        let new = match Written::of(&bytes) {
            Written::Text(text) => {
                let mut text = message::unfolded(&kind, text.to_owned());
                self.text(&mut text, markup).then(|| text.into_bytes())
            }
            Written::Foreign => self.foreign(&bytes, markup),
            Written::Mixed if self.names(&bytes, markup) => return Ok(Searched::No),
            Written::Mixed | Written::Binary => None,
        };
        Ok(new.map_or(Searched::Same, Searched::New))
    }
}

/// What searching a file came to.
enum Searched {
    Same,
    New(Vec<u8>),
    /// It cannot be searched.
    No,
}

/// The whole of a file; none if it is too large.
fn read(content: &Content, contents: &dyn Contents) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    content.reader(contents)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST).then_some(bytes))
}

fn is_file(path: &str) -> bool {
    matches!(path, "raw" | "recording" | "content")
}

/// Whether an attachment is an e-mail.
fn is_mail(attachment: &Record) -> bool {
    let kind = attachment.text("media_type").unwrap_or_default().to_ascii_lowercase();
    let name = attachment.text("name").unwrap_or_default().to_ascii_lowercase();
    kind.starts_with("message/rfc822") || name.ends_with(".eml")
}
