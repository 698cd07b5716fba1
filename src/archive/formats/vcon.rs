//! Calls and chats as vCons (draft-ietf-vcon-vcon-core; the draft's schema is the only judge, its tools disagree).
//!
//! Recordings and files stay plain files beside the vCon: the draft allows outside content only at an https address, so
//! a dialog gives the file's name, relative to the vCon, and its hash. Hidden recipients are never parties.

use super::{shown, time};
use crate::records::{FieldValue, FileRef, Party, Record, Time};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The folder of the vCons and of the recordings.
pub const CONVERSATIONS: &str = "data/conversations/";

/// What the messages of one conversation have in common: collection and thread. A record without a thread, such as a
/// call, is a conversation of its own.
pub fn conversation(record: &Record) -> Option<(&str, &str)> {
    shown(record, "thread").map(|thread| (record.source.collection.as_str(), thread))
}

/// The vCon of one conversation, its records in their order and with their files written. `vendor` is who made the
/// transcripts (the controller), which the draft wants to be told.
///
/// It is named by the uid of its first record. A message without a time stands at `created_at`, because the draft
/// demands a time; the record says that there is none.
pub fn vcon(records: &[&Record], created_at: Timestamp, vendor: &str) -> Value {
    let mut made = Conversation { created_at: created_at.to_string(), vendor, ..Conversation::default() };
    for record in records {
        made.add(record);
    }
    let mut vcon = Map::new();
    let subject = records.iter().find_map(|record| shown(record, "subject"));
    vcon.insert("vcon".into(), json!("0.4.0"));
    vcon.insert("uuid".into(), json!(records.first().map_or("", |record| record.uid.uuid())));
    vcon.insert("created_at".into(), json!(made.created_at));
    if let Some(subject) = subject {
        vcon.insert("subject".into(), json!(subject));
    }
    vcon.insert("parties".into(), made.parties.iter().map(party).collect());
    vcon.insert("dialog".into(), Value::Array(made.dialog));
    vcon.insert("analysis".into(), Value::Array(made.analysis));
    vcon.insert("attachments".into(), Value::Array(made.attachments));
    Value::Object(vcon)
}

/// A vCon under construction.
#[derive(Default)]
struct Conversation<'a> {
    created_at: String,
    vendor: &'a str,
    parties: Vec<Party>,
    dialog: Vec<Value>,
    analysis: Vec<Value>,
    attachments: Vec<Value>,
}

impl Conversation<'_> {
    fn add(&mut self, record: &Record) {
        let start = time(record, "sent_at").map_or_else(|| self.created_at.clone(), rfc3339);
        let originator = match record.get("from") {
            Some(FieldValue::Party(from)) => Some(self.index(from)),
            _ => None,
        };
        let mut present: Vec<usize> = originator.into_iter().collect();
        for path in ["to", "cc"] {
            if let Some(FieldValue::Parties(parties)) = record.get(path) {
                present.extend(parties.iter().map(|party| self.index(party)));
            }
        }
        let channel = shown(record, "channel");
        let first = self.dialog.len();
        let dialog = |kind: &str| {
            let mut dialog = json!({ "type": kind, "start": start, "parties": present });
            if let Some(originator) = originator {
                dialog["originator"] = json!(originator);
            }
            if let Some(channel) = channel {
                dialog["application"] = json!(channel);
            }
            if let Some(id) = shown(record, "message_id") {
                dialog["message_id"] = json!(id);
            }
            dialog
        };
        if channel == Some("phone") || recorded(record) {
            let mut call = dialog("recording");
            if let Some(FieldValue::Seconds(seconds)) = record.get("recording.duration")
                && let Ok(Value::Number(duration)) = serde_json::from_str(seconds.as_str())
                && !seconds.as_str().starts_with('-')
            {
                call["duration"] = Value::Number(duration);
            }
            if let Some(FieldValue::File(file)) = record.get("recording") {
                content(&mut call, file);
            }
            if let Some(media_type) = shown(record, "recording.media_type") {
                call["mediatype"] = json!(media_type);
            }
            self.dialog.push(call);
        }
        // Of a chat message with two forms the plain one is what was said.
        let text = record.text("text").map(|text| ("text/plain", text));
        if let Some((media_type, text)) = text.or_else(|| record.text("html").map(|html| ("text/html", html))) {
            let mut said = dialog("text");
            said["mediatype"] = json!(media_type);
            said["body"] = json!(text);
            said["encoding"] = json!("none");
            self.dialog.push(said);
        }
        if self.dialog.len() == first {
            // Nothing was said in writing or recorded; that there was a message is still told.
            let mut silent = dialog("text");
            silent["body"] = json!("");
            silent["encoding"] = json!("none");
            silent["mediatype"] = json!("text/plain");
            self.dialog.push(silent);
        }
        if let Some(transcript) = shown(record, "transcript") {
            self.analysis.push(json!({
                "type": "transcript", "dialog": first, "vendor": self.vendor,
                "mediatype": "text/plain", "body": transcript, "encoding": "none",
            }));
        }
        for child in record.children() {
            let party = originator.or_else(|| present.first().copied());
            let party = party.unwrap_or_else(|| self.index(&Party { name: None, address: None }));
            let mut attachment = json!({ "start": start, "party": party, "dialog": first });
            if let Some(FieldValue::File(file)) = child.get("content") {
                content(&mut attachment, file);
            }
            if let Some(media_type) = shown(child, "media_type") {
                attachment["mediatype"] = json!(media_type);
            }
            if let Some(name) = shown(child, "name") {
                attachment["purpose"] = json!(name);
            }
            self.attachments.push(attachment);
        }
    }

    /// The index of this party, who joins if new.
    fn index(&mut self, party: &Party) -> usize {
        self.parties.iter().position(|known| known == party).unwrap_or_else(|| {
            self.parties.push(party.clone());
            self.parties.len() - 1
        })
    }
}

/// Whether there is a recording, also one that was withheld or could not be read.
fn recorded(record: &Record) -> bool {
    let of_it = |path: &str| path == "recording" || path.starts_with("recording.");
    record.entries.iter().any(|entry| of_it(&entry.path) && !entry.value.is_null())
        || record.withheld.iter().any(|(path, _)| of_it(path))
        || record.verbatim.iter().any(|(path, _)| of_it(path))
}

/// A party: a number as TEL URL if it is a global one, an e-mail address, else a handle in the name.
fn party(party: &Party) -> Value {
    let mut value = Map::new();
    let mut name = party.name.clone();
    if let Some(address) = &party.address {
        if let Some(number) = global_number(address) {
            value.insert("tel".into(), json!(format!("tel:{number}")));
        } else if address.contains('@') && !address.contains(char::is_whitespace) {
            value.insert("mailto".into(), json!(address));
        } else {
            name = Some(match name {
                Some(name) if name != *address => format!("{name} ({address})"),
                _ => address.clone(),
            });
        }
    }
    if let Some(name) = name {
        value.insert("name".into(), json!(name));
    }
    Value::Object(value)
}

/// A number with its country code, without the marks that people put into it (RFC 3966).
fn global_number(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}')).collect();
    let digits = number.strip_prefix('+')?;
    ((3..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

/// The name of a file and its hash, `sha256-` and base64url of the digest.
fn content(object: &mut Value, file: &FileRef) {
    let digest = (0..file.sha256.len())
        .step_by(2)
        .map(|at| file.sha256.get(at..at + 2).and_then(|byte| u8::from_str_radix(byte, 16).ok()))
        .collect::<Option<Vec<u8>>>();
    object["filename"] = json!(relative(&file.path));
    if let Some(digest) = digest {
        object["content_hash"] = json!(format!("sha256-{}", URL_SAFE_NO_PAD.encode(digest)));
    }
}

/// The path of a file of the archive as seen from the folder of the vCons.
fn relative(path: &str) -> String {
    match (path.strip_prefix(CONVERSATIONS), path.strip_prefix("data/")) {
        (Some(name), _) => name.to_owned(),
        (None, Some(rest)) => format!("../{rest}"),
        (None, None) => format!("../../{path}"),
    }
}

/// RFC 3339 with the offset as stored; a day counts from midnight UTC.
fn rfc3339(time: &Time) -> String {
    match time {
        Time::Instant(text, _) => text.clone(),
        Time::Day(..) => super::utc(time),
    }
}

#[cfg(test)]
#[path = "vcon_tests.rs"]
mod tests;
