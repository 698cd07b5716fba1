//! The one table of a mail store, and what a collection on it needs not say (contract 3, "A mail store").

use super::collection::{Column, Disposition, Field, Mapping};
use super::condition::{Comparison, Condition, Term, TermSource};
use crate::records::Kind;

/// The table.
pub const TABLE: &str = "messages";
/// Its columns.
pub const COLUMNS: [&str; 8] = ["from", "to", "cc", "bcc", "date", "subject", "message_id", "raw"];
/// What can be read besides them: nothing that does not stand in `raw`, so that nobody has to classify it.
pub const FURTHER: [&str; 6] = [KEY, ADDRESSES, "text", "html", "in_reply_to", "thread"];
/// What names a message: the file name without flags (Maildir), the position from 1 (mbox).
pub const KEY: &str = "key";
/// Every address in the header fields by which a message is somebody's, as a JSON array.
pub const ADDRESSES: &str = "addresses";

/// Where each column goes unless the configuration says otherwise.
const FIELDS: [(&str, &str); 12] = [
    ("from", "from"),
    ("to", "to"),
    ("cc", "cc"),
    ("bcc", "bcc"),
    ("date", "sent_at"),
    ("subject", "subject"),
    ("text", "text"),
    ("html", "html"),
    ("thread", "thread"),
    ("message_id", "message_id"),
    ("in_reply_to", "in_reply_to"),
    ("raw", "raw"),
];

/// Fills in what a collection on a mail store leaves unsaid.
pub(super) fn complete(
    line: usize,
    has_columns: bool,
    key: &mut Vec<String>,
    matches: &mut Vec<Condition>,
    columns: &mut Vec<Column>,
    set: &mut Vec<(Field, String)>,
) {
    let known = |path: &str| Kind::Message.field(path).map(|(place, spec)| Field::Known { place, spec });
    if key.is_empty() {
        key.push(KEY.to_owned());
    }
    if matches.is_empty() {
        let source = TermSource::Subject("email".to_owned());
        let term = Term { column: ADDRESSES.to_owned(), comparison: Comparison::Has, source };
        matches.push(Condition { terms: vec![term] });
    }
    if !has_columns {
        let mapped = |(column, path): &(&str, &str)| {
            let disposition = Disposition::Mapped(Box::new(Mapping::plain(known(path)?)));
            Some(Column { name: (*column).to_owned(), disposition, line })
        };
        columns.extend(FIELDS.iter().filter_map(mapped));
    }
    let fills_channel = |field: &Field| field.path() == "channel";
    let by_column = columns
        .iter()
        .any(|column| matches!(&column.disposition, Disposition::Mapped(mapping) if fills_channel(&mapping.field)));
    if !by_column && !set.iter().any(|(field, _)| fills_channel(field)) {
        set.extend(known("channel").map(|field| (field, "email".to_owned())));
    }
}
