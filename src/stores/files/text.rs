//! Text files in the encodings of real exports, line by line, each line with its place in the file.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::io::{self, BufRead, BufReader, Read};

/// The encoding of a file that begins so, and how many bytes its byte order mark has. The mark is the truth of the file,
/// `declared` only of files without one.
pub(super) fn encoding(start: &[u8], declared: Option<&'static Encoding>) -> (&'static Encoding, u64) {
    match Encoding::for_bom(start) {
        Some((encoding, length)) => (encoding, length as u64),
        None => (declared.unwrap_or(UTF_8), 0),
    }
}

/// The lines of a text. A line ends with LF, CR LF or CR: what stands in quotation marks keeps them exactly.
pub(super) struct TextLines<R> {
    source: BufReader<R>,
    encoding: &'static Encoding,
    raw: Vec<u8>,
    at: u64,
    /// A unit of UTF-16 that belongs to the next line.
    pending: Option<[u8; 2]>,
}

impl<R: Read> TextLines<R> {
    /// Reads from a place that is so many bytes from the start of the file, `held` bytes at once.
    pub(super) fn new(source: R, encoding: &'static Encoding, at: u64, held: usize) -> TextLines<R> {
        TextLines { source: BufReader::with_capacity(held, source), encoding, raw: Vec::new(), at, pending: None }
    }

    /// Appends the next line with its end, in UTF-8, to `text`, and gives its place in the file; none at the end.
    /// Bytes that are nothing in the encoding are kept as they are, so that nothing vanishes.
    ///
    /// # Errors
    /// When the file cannot be read, or a line is longer than `most` bytes.
    pub(super) fn next(&mut self, text: &mut Vec<u8>, most: usize) -> io::Result<Option<u64>> {
        let place = self.at;
        self.raw.clear();
        let wide = self.encoding == UTF_16LE || self.encoding == UTF_16BE;
        if wide {
            self.wide_line(most)?;
        } else {
            self.narrow_line(most)?;
        }
        if self.raw.is_empty() {
            return Ok(None);
        }
        self.at += self.raw.len() as u64;
        if self.encoding == UTF_8 {
            text.extend_from_slice(&self.raw);
        } else if wide {
            from_utf16(&self.raw, self.encoding == UTF_16LE, text);
        } else {
            decode(&self.raw, self.encoding, text);
        }
        Ok(Some(place))
    }

    /// Where the next line stands.
    pub(super) fn place(&self) -> u64 {
        self.at
    }

    /// In every encoding here but UTF-16 the bytes CR and LF are never a part of another character.
    fn narrow_line(&mut self, most: usize) -> io::Result<()> {
        loop {
            let held = filled(&mut self.source)?;
            if held.is_empty() {
                return Ok(());
            }
            let found = memchr::memchr2(b'\n', b'\r', held);
            let length = found.map_or(held.len(), |at| at + 1);
            self.raw.extend_from_slice(&held[..length]);
            self.source.consume(length);
            if self.raw.len() > most {
                return Err(too_long());
            }
            if found.is_some() {
                break;
            }
        }
        if self.raw.ends_with(b"\r") && filled(&mut self.source)?.first() == Some(&b'\n') {
            self.raw.push(b'\n');
            self.source.consume(1);
        }
        Ok(())
    }

    fn wide_line(&mut self, most: usize) -> io::Result<()> {
        let signs = |sign: u8| if self.encoding == UTF_16LE { [sign, 0] } else { [0, sign] };
        let (feed, back) = (signs(b'\n'), signs(b'\r'));
        let mut after_return = false;
        while let Some(unit) = self.unit()? {
            if after_return && unit != feed {
                self.pending = Some(unit);
                return Ok(());
            }
            self.raw.extend_from_slice(&unit);
            if self.raw.len() > most {
                return Err(too_long());
            }
            if unit == feed {
                return Ok(());
            }
            after_return = unit == back;
        }
        Ok(())
    }

    /// The next two bytes.
    fn unit(&mut self) -> io::Result<Option<[u8; 2]>> {
        if let Some(unit) = self.pending.take() {
            return Ok(Some(unit));
        }
        let mut unit = [0; 2];
        for (nth, place) in unit.iter_mut().enumerate() {
            match filled(&mut self.source)?.first() {
                Some(byte) => *place = *byte,
                None if nth == 0 => return Ok(None),
                None => return Err(io::Error::new(io::ErrorKind::InvalidData, "the file ends within a character")),
            }
            self.source.consume(1);
        }
        Ok(Some(unit))
    }
}

/// Why a line is not read to its end.
fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the row is too long, perhaps because a quotation mark is not closed")
}

fn filled<R: Read>(source: &mut BufReader<R>) -> io::Result<&[u8]> {
    while source.buffer().is_empty() {
        match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    Ok(source.buffer())
}

/// UTF-16 as UTF-8; a lone surrogate becomes the three bytes that UTF-8 would have for it.
fn from_utf16(raw: &[u8], little: bool, text: &mut Vec<u8>) {
    let units = raw.chunks_exact(2).map(|pair| match little {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let [high, low] = lone.unpaired_surrogate().to_be_bytes();
                text.extend([0xe0 | (high >> 4), 0x80 | ((high & 15) << 2) | (low >> 6), 0x80 | (low & 63)]);
            }
        }
    }
}

/// Any other encoding as UTF-8; what is nothing in it stays as it is.
fn decode(raw: &[u8], encoding: &'static Encoding, text: &mut Vec<u8>) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut room = [0; 4096];
    let mut at = 0;
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(&raw[at..], &mut room, true);
        at += read;
        text.extend_from_slice(&room[..written]);
        match result {
            DecoderResult::InputEmpty => return,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let end = at.saturating_sub(usize::from(after));
                text.extend_from_slice(&raw[end.saturating_sub(usize::from(length))..end]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8], label: &str) -> Vec<(u64, Vec<u8>)> {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let mut lines = TextLines::new(bytes, encoding, 0, 3);
        let mut all = Vec::new();
        loop {
            let mut text = Vec::new();
            match lines.next(&mut text, 1_000).unwrap() {
                Some(at) => all.push((at, text)),
                None => return all,
            }
        }
    }

    #[test]
    fn lines_of_every_sort_keep_their_ends_and_their_places() {
        let expected = ["李\r\n", "b\r", "\r", "c\n", "\n", "é"].map(|line| line.as_bytes().to_vec());
        let text = expected.concat();
        let utf16 = |little: bool| -> Vec<u8> {
            let text = std::str::from_utf8(&text).unwrap();
            text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
        };
        let gb18030 = encoding_rs::GB18030.encode(std::str::from_utf8(&text).unwrap()).0.into_owned();
        for (label, bytes) in
            [("utf-8", text.clone()), ("utf-16le", utf16(true)), ("utf-16be", utf16(false)), ("gb18030", gb18030)]
        {
            let found = lines(&bytes, label);
            assert_eq!(found.iter().map(|(_, line)| line.clone()).collect::<Vec<_>>(), expected, "{label}");
            // Every line can be read from its place alone.
            for (at, line) in found {
                let rest = lines(&bytes[usize::try_from(at).unwrap()..], label);
                assert_eq!(rest[0].1, line, "{label}");
            }
        }
    }

    #[test]
    fn what_is_nothing_in_an_encoding_is_kept() {
        assert_eq!(lines(b"a\xffb\n", "gb18030")[0].1, b"a\xffb\n");
        assert_eq!(lines(b"a\xffb\n", "utf-8")[0].1, b"a\xffb\n");
        assert_eq!(lines(b"\x41\x00\x00\xd8\x42\x00", "utf-16le")[0].1, b"A\xed\xa0\x80B");
        assert_eq!(lines(b"\x80\n", "windows-1252")[0].1, "€\n".as_bytes());
        assert!(TextLines::new(&b"a\0b"[..], UTF_16LE, 0, 8).next(&mut Vec::new(), 9).is_err());
    }

    #[test]
    fn a_byte_order_mark_says_more_than_a_declaration() {
        assert_eq!(encoding(b"\xef\xbb\xbfa", Some(encoding_rs::GB18030)), (UTF_8, 3));
        assert_eq!(encoding(b"\xff\xfea\0", None), (UTF_16LE, 2));
        assert_eq!(encoding(b"a", Some(encoding_rs::GB18030)), (encoding_rs::GB18030, 0));
        assert_eq!(encoding(b"", None), (UTF_8, 0));
    }
}
