//! A mailbox in one file: where its messages stand, and how their lines are read back.
//!
//! A line that begins with `From `, stands first or behind an empty line, and says a time or is followed by a header
//! field, begins a message; so does one without an empty line before it that does both. What a variant changed when it
//! wrote the messages is taken back: one `>` of every line `>From `, `>>From ` … (mboxrd), of `>From ` alone (mboxo), or
//! nothing (mboxcl2, where Content-Length tells the end). A file of no declared variant is mboxcl2 if its first messages
//! all end exactly where their Content-Length says, as far as nobody but the program that wrote the file could know;
//! else it is read as mboxrd, which also reads back what mboxo escaped.

use super::header::Header;
use super::index::Indexing;
use crate::controller::MboxVariant;
use crate::stores::watched::{Piece, Pieces, Stretch, WatchedFile};
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};

/// So many `>` before `From ` are looked at.
const MOST_QUOTES: usize = 1_000;
/// So many messages show whether Content-Length can be trusted.
const SHOWN: usize = 3;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its `From ` line, or its first byte where it has none.
    pub start: u64,
    /// The length of that line.
    pub from_line: u32,
    /// The end of the message: without the empty line that keeps it from the next.
    pub end: u64,
    /// How many signs were put in when it was written.
    pub escaped: u32,
}

/// The messages of a file.
#[derive(Debug)]
pub(super) struct Mbox {
    pub places: Vec<Place>,
    pub variant: MboxVariant,
}

/// Whether a line begins with `From ` behind this many `>`.
fn quotes(line: &[u8]) -> Option<usize> {
    let quotes = line.iter().take(MOST_QUOTES).take_while(|byte| **byte == b'>').count();
    line[quotes..].starts_with(b"From ").then_some(quotes)
}

/// Whether one `>` was put before the line when it was written.
fn is_escaped(line: &[u8], variant: MboxVariant) -> bool {
    match (variant, quotes(line)) {
        (MboxVariant::Mboxrd, Some(quotes)) => quotes > 0,
        (MboxVariant::Mboxo, Some(quotes)) => quotes == 1,
        _ => false,
    }
}

/// Whether a line says a time: `09:30`, a year, and a month or a whole date.
fn says_a_time(line: &[u8]) -> bool {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let digit = |byte: &u8| byte.is_ascii_digit();
    let month = line
        .split(|byte| !byte.is_ascii_alphabetic())
        .any(|word| word.len() == 3 && MONTHS.chunks(3).any(|m| m == word))
        || line
            .windows(6)
            .any(|w| digit(&w[0]) && w[1] == b'-' && digit(&w[2]) && digit(&w[3]) && w[4] == b'-' && digit(&w[5]));
    let clock = line.windows(5).any(|w| digit(&w[0]) && digit(&w[1]) && w[2] == b':' && digit(&w[3]) && digit(&w[4]))
        || line.windows(4).any(|w| digit(&w[0]) && w[1] == b':' && digit(&w[2]) && digit(&w[3]));
    let year =
        line.split(|byte| !byte.is_ascii_digit()).any(|run| run.len() == 4 && (run[0] == b'1' || run[0] == b'2'));
    clock && year && month
}

/// Whether a line is a header field.
fn is_field(line: &[u8]) -> bool {
    let name = line.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    name > 0 && line.get(name) == Some(&b':')
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line, b"\n" | b"\r\n")
}

/// Lists the messages of a file and puts their addresses into the index; `None` if the run is to stop.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn list(
    file: &WatchedFile,
    declared: Option<MboxVariant>,
    indexing: &mut Indexing,
    interrupted: &AtomicBool,
) -> io::Result<Option<Mbox>> {
    let variant = match declared {
        Some(variant) => variant,
        None if lengths_fit(file)? => MboxVariant::Mboxcl2,
        None => MboxVariant::Mboxrd,
    };
    let mut pieces = Pieces::new(file.stretch(0, u64::MAX));
    let mut places = Vec::new();
    let mut open: Option<Listing> = None;
    let mut behind_blank = true;
    loop {
        let at = pieces.at();
        let within = open.as_ref().is_some_and(|listing| at < listing.skip);
        if pieces.at_line_start() && !within && separates(&mut pieces, behind_blank)? {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(None);
            }
            places.extend(open.take().map(|listing| listing.end(at, indexing)));
            let line = pieces.next()?.map_or(0, |piece| piece.bytes.len());
            open = Some(Listing::begin(at, line, variant));
            behind_blank = false;
            continue;
        }
        let Some(piece) = pieces.next()? else { break };
        behind_blank = piece.begins && is_blank(piece.bytes);
        // Empty lines before the first message are no message; anything else is one, also without a `From ` line.
        if behind_blank && open.is_none() {
            continue;
        }
        let listing = open.get_or_insert_with(|| Listing::begin(piece.at, 0, variant));
        listing.take(piece, file, indexing)?;
        // Where Content-Length ends a message, the next may follow at once.
        behind_blank |= listing.skip > piece.at;
    }
    places.extend(open.map(|listing| listing.end(pieces.at(), indexing)));
    Ok(Some(Mbox { places, variant }))
}

/// A message that is being listed.
struct Listing {
    header: Header,
    place: Place,
    variant: MboxVariant,
    /// The last line is empty, belongs to the body, and begins here.
    blank: Option<u64>,
    /// Up to here Content-Length says that the message goes on.
    skip: u64,
}

impl Listing {
    fn begin(start: u64, from_line: usize, variant: MboxVariant) -> Listing {
        let from_line = u32::try_from(from_line).unwrap_or(u32::MAX);
        let place = Place { start, from_line, end: start, escaped: 0 };
        Listing { header: Header::new(), place, variant, blank: None, skip: 0 }
    }

    fn take(&mut self, piece: Piece<'_>, file: &WatchedFile, indexing: &mut Indexing) -> io::Result<()> {
        self.place.escaped += u32::from(piece.begins && is_escaped(piece.bytes, self.variant));
        self.blank = None;
        // A message that goes on where its Content-Length ends it is taken whole.
        let behind = usize::try_from(self.skip.saturating_sub(piece.at)).unwrap_or(usize::MAX);
        if piece.bytes.get(behind..).is_some_and(|rest| !rest.iter().all(|byte| b"\r\n".contains(byte))) {
            self.skip = 0;
        }
        if self.header.is_over() {
            self.blank = (piece.begins && is_blank(piece.bytes)).then_some(piece.at);
            return Ok(());
        }
        self.header.take(piece.bytes, indexing);
        if self.header.is_over() && self.variant == MboxVariant::Mboxcl2 {
            let body = piece.at + piece.bytes.len() as u64;
            self.skip = end_by_length(file, body, indexing.content_length())?.unwrap_or(0);
        }
        Ok(())
    }

    /// The message ends before this place.
    fn end(mut self, before: u64, indexing: &mut Indexing) -> Place {
        self.header.finish(indexing);
        indexing.next_message();
        self.place.end = if self.skip > 0 { self.skip } else { self.blank.unwrap_or(before) };
        self.place
    }
}

/// Whether the next line begins a message.
fn separates(pieces: &mut Pieces<Stretch<'_>>, behind_blank: bool) -> io::Result<bool> {
    pieces.followed_by(|bytes| {
        if !bytes.starts_with(b"From ") {
            return false;
        }
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let (line, next) = bytes.split_at(end);
        let signs = (says_a_time(line), is_field(next));
        if behind_blank { signs.0 || signs.1 } else { signs.0 && signs.1 }
    })
}

/// Where the message ends whose body begins at `body`, if Content-Length leads to the end of the file or to the line
/// between two messages.
fn end_by_length(file: &WatchedFile, body: u64, length: Option<u64>) -> io::Result<Option<u64>> {
    let Some(end) = length.and_then(|length| body.checked_add(length)).filter(|end| *end <= file.bytes()) else {
        return Ok(None);
    };
    let mut around = Vec::new();
    let start = end.saturating_sub(1).max(body);
    file.stretch(start, end + 64).read_to_end(&mut around)?;
    let (last, behind) = around.split_at(usize::from(start < end));
    let next = behind.iter().position(|byte| !b"\r\n".contains(byte));
    let fits = match next {
        None => (behind.len() as u64) < 64,
        Some(0) => behind.starts_with(b"From ") && (last == b"\n" || end == body),
        Some(at) => behind[at..].starts_with(b"From ") && behind[at - 1] == b'\n',
    };
    Ok(fits.then_some(end))
}

/// Whether the first messages end where their Content-Length says.
fn lengths_fit(file: &WatchedFile) -> io::Result<bool> {
    let mut start = 0;
    for _ in 0..SHOWN {
        let mut pieces = Pieces::new(file.stretch(start, u64::MAX));
        let (mut header, mut indexing) = (Header::new(), Indexing::default());
        // Empty lines, and the `From ` line.
        loop {
            match pieces.next()? {
                None => return Ok(start > 0),
                Some(piece) if is_blank(piece.bytes) => {}
                Some(piece) if piece.bytes.starts_with(b"From ") => break,
                Some(_) => return Ok(false),
            }
        }
        while !header.is_over() {
            match pieces.next()? {
                None => return Ok(false),
                Some(piece) => header.take(piece.bytes, &mut indexing),
            }
        }
        match end_by_length(file, start + pieces.at(), indexing.content_length())? {
            Some(end) => start = end,
            None => return Ok(false),
        }
    }
    Ok(true)
}

impl Mbox {
    /// A reader over the message as it was before it was put into the file.
    pub(super) fn open<'f>(&self, file: &'f WatchedFile, place: &Place) -> Box<dyn Read + 'f> {
        let stretch = file.stretch(place.start + u64::from(place.from_line), place.end);
        if place.escaped == 0 {
            return Box::new(stretch);
        }
        Box::new(Unescaped { pieces: Pieces::new(stretch), variant: self.variant, ready: Vec::new(), given: 0 })
    }
}

impl Place {
    /// The size of the message as it was before it was put into the file.
    pub(super) fn bytes(&self) -> u64 {
        self.end - self.start - u64::from(self.from_line) - u64::from(self.escaped)
    }
}

/// Takes back what was put before lines that begin with `From `.
struct Unescaped<'f> {
    pieces: Pieces<Stretch<'f>>,
    variant: MboxVariant,
    ready: Vec<u8>,
    given: usize,
}

impl Read for Unescaped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            let Some(piece) = self.pieces.next()? else { return Ok(0) };
            let escaped = piece.begins && is_escaped(piece.bytes, self.variant);
            self.ready.clear();
            self.ready.extend_from_slice(&piece.bytes[usize::from(escaped)..]);
            self.given = 0;
        }
        let length = buffer.len().min(self.ready.len() - self.given);
        buffer[..length].copy_from_slice(&self.ready[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
#[path = "mbox_tests.rs"]
mod tests;
