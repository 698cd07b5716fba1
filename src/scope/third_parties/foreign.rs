//! Texts that are no UTF-8 and do not say what else they are: files that the subject sent, parts of e-mails with a wrong
//! charset or none. A name is looked for in every encoding that the bytes can be as a whole, also in UTF-8 and UTF-16
//! with faults in them; what stands for it is written in the same encoding, and every byte beside it stays as it was.

use super::fold::Markup;
use super::replacer::Replacer;
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252,
};
use std::borrow::Cow;

/// Those of the scripts that people write to each other in; the last can be any bytes.
const TRIED: [&Encoding; 8] = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, WINDOWS_1251, KOI8_R, WINDOWS_1252];

/// What makes the bytes behind it Japanese in ISO-2022-JP, which is all ASCII.
pub(super) const SHIFT: &str = "\x1b$";
/// What makes them ASCII again.
const ASCII: &[u8] = b"\x1b(B";

/// A byte that is no UTF-8 stands for some letter: a name that ends before it may go on.
const LETTER: char = 'ÿ';

/// How much of a file says whether it begins as a text.
pub(super) const START: usize = 8_192;

/// What the bytes of a file that the subject sent are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written<'b> {
    /// Text in UTF-8.
    Text(&'b str),
    /// Text that does not say how it is written.
    Foreign,
    /// Text at first and something else further on, which other bytes in it would break.
    Mixed,
    /// No text from the beginning.
    Binary,
}

impl Written<'_> {
    /// By all bytes of the file.
    pub(super) fn of(bytes: &[u8]) -> Written<'_> {
        match std::str::from_utf8(bytes) {
            // With a shift in it, it may be a text in another encoding; with control characters it is none.
            Ok(text) if !(text.contains('\0') || text.contains(SHIFT) && is_text(bytes)) => Written::Text(text),
            _ if is_text(bytes) => Written::Foreign,
            _ if is_text(&bytes[..bytes.len().min(START)]) => Written::Mixed,
            _ => Written::Binary,
        }
    }
}

/// Whether the beginning of a file is that of a text: no control characters but those of lines, or two bytes a
/// character.
pub(super) fn is_text(start: &[u8]) -> bool {
    let control = |byte: &u8| *byte < 0x20 && !b"\t\n\x0b\x0c\r\x1b".contains(byte);
    !start.starts_with(b"%PDF") && !start.iter().any(control) || Wide::of(start).is_some()
}

/// UTF-16: Excel and Windows save texts so.
#[derive(Clone, Copy)]
struct Wide {
    little: bool,
}

impl Wide {
    /// By its first two bytes, or because every other byte of mostly Latin letters is a zero.
    fn of(bytes: &[u8]) -> Option<Wide> {
        let zeros = |first: usize| bytes.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
        match bytes {
            [0xff, 0xfe, ..] => Some(Wide { little: true }),
            [0xfe, 0xff, ..] => Some(Wide { little: false }),
            _ if bytes.len() < 8 => None,
            _ if zeros(0) == 0 && zeros(1) * 4 > bytes.len() => Some(Wide { little: true }),
            _ if zeros(1) == 0 && zeros(0) * 4 > bytes.len() => Some(Wide { little: false }),
            _ => None,
        }
    }

    /// The characters; half of a pair is none, and an odd byte at the end is left out.
    fn chars(self, bytes: &[u8]) -> impl Iterator<Item = char> {
        let unit = move |pair: &[u8]| {
            let pair = [pair[0], pair[1]];
            if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
        };
        let units = bytes.chunks_exact(2).map(unit);
        char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// How bytes may be read.
#[derive(Clone, Copy)]
enum Way {
    Wide(Wide),
    /// Faults and all.
    Utf8,
    In(&'static Encoding),
}

impl Way {
    fn read(self, bytes: &[u8]) -> Option<String> {
        match self {
            Way::Wide(wide) => Some(wide.chars(bytes).collect()),
            Way::Utf8 => Some(bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
                text.push_str(chunk.valid());
                text.extend((!chunk.invalid().is_empty()).then_some(LETTER));
                text
            })),
            Way::In(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
            }
        }
    }

    /// For every character of the text that was read, or what bytes made several: where it ends there and in the bytes.
    fn ends(self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let mut ends = Vec::new();
        let mut at = (0, 0);
        let mut read = |in_text: usize, in_bytes: usize| {
            at = (at.0 + in_text, at.1 + in_bytes);
            if in_text > 0 {
                ends.push(at);
            }
        };
        match self {
            Way::Wide(wide) => wide.chars(bytes).for_each(|c| read(c.len_utf8(), 2 * c.len_utf16())),
            Way::Utf8 => {
                for chunk in bytes.utf8_chunks() {
                    chunk.valid().chars().for_each(|c| read(c.len_utf8(), c.len_utf8()));
                    if !chunk.invalid().is_empty() {
                        read(LETTER.len_utf8(), chunk.invalid().len());
                    }
                }
            }
            Way::In(encoding) => {
                let (mut decoder, mut buffer) = (encoding.new_decoder_without_bom_handling(), [0; 32]);
                for byte in bytes.chunks(1) {
                    let (_, _, written) = decoder.decode_to_utf8_without_replacement(byte, &mut buffer, false);
                    read(written, 1);
                }
            }
        }
        ends
    }

    fn written(self, text: &str) -> Vec<u8> {
        match self {
            Way::Wide(wide) => {
                let bytes = |unit: u16| if wide.little { unit.to_le_bytes() } else { unit.to_be_bytes() };
                text.encode_utf16().flat_map(bytes).collect()
            }
            Way::Utf8 => text.into(),
            Way::In(encoding) => encoding.encode(text).0.into_owned(),
        }
    }
}

impl Replacer<'_> {
    /// Takes other people out of a text of which nobody says how it is written; none if it names nobody.
    pub(super) fn foreign(&mut self, bytes: &[u8], markup: Markup) -> Option<Vec<u8>> {
        if let Some(new) = Wide::of(bytes).and_then(|wide| self.foreign_in(Way::Wide(wide), bytes, markup)) {
            return Some(new);
        }
        if let Some(japanese) = japanese(bytes) {
            // What is none of it in another encoding would be the halves of characters.
            return self.foreign_in(japanese, bytes, markup);
        }
        let mut new: Option<Vec<u8>> = None;
        for way in std::iter::once(Way::Utf8).chain(TRIED.map(Way::In)) {
            new = self.foreign_in(way, new.as_deref().unwrap_or(bytes), markup).or(new);
        }
        new
    }

    /// The same for one way of reading it.
    fn foreign_in(&mut self, way: Way, bytes: &[u8], markup: Markup) -> Option<Vec<u8>> {
        let replacements = self.replacements(&way.read(bytes)?, markup);
        if replacements.is_empty() {
            return None;
        }
        let ends = way.ends(bytes);
        let is_japanese = matches!(way, Way::In(encoding) if encoding == ISO_2022_JP);
        let (mut new, mut at, mut shifted) = (Vec::with_capacity(bytes.len()), 0, ASCII);
        for (hit, name) in replacements {
            let start = ends[..ends.partition_point(|end| end.0 <= hit.start)].last().map_or(0, |end| end.1);
            let end = ends.get(ends.partition_point(|end| end.0 < hit.end)).map_or(bytes.len(), |end| end.1);
            // Two hits in the characters that one sequence of bytes makes are one.
            let start = start.max(at);
            new.extend_from_slice(&bytes[at..start]);
            shifted = last_shift(&bytes[at..start]).unwrap_or(shifted);
            if is_japanese && shifted != ASCII {
                new.extend_from_slice(ASCII);
            }
            new.extend(way.written(&name));
            shifted = last_shift(&bytes[start..end]).unwrap_or(shifted);
            // Nor may two shifts follow each other.
            if is_japanese && shifted != ASCII && bytes.get(end).is_some_and(|next| *next != SHIFT.as_bytes()[0]) {
                new.extend_from_slice(shifted);
            }
            at = end;
        }
        new.extend_from_slice(&bytes[at..]);
        Some(new)
    }

    /// The same text in UTF-8, in the encoding in which it names the most people, if those are more than `known`.
    pub(super) fn foreign_text(&self, bytes: &[u8], markup: Markup, known: usize) -> Option<String> {
        let certain = Wide::of(bytes).map(Way::Wide).into_iter().chain(japanese(bytes));
        let mut certain = certain.filter_map(|way| way.read(bytes));
        if let Some(text) = certain.find(|text| self.search.hits(text, markup).len() > known) {
            return Some(text);
        }
        if std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        let texts = TRIED.into_iter().filter_map(|encoding| Way::In(encoding).read(bytes));
        let counted = texts.map(|text| (self.search.hits(&text, markup).len(), text));
        let (most, text) = counted.fold((known, None), |(most, best), (hits, text)| match hits > most {
            true => (hits, Some(text)),
            false => (most, best),
        });
        text.filter(|_| most > known)
    }
}

/// ISO-2022-JP, if the bytes are that.
fn japanese(bytes: &[u8]) -> Option<Way> {
    let way = Way::In(ISO_2022_JP);
    let shifts = bytes.windows(SHIFT.len()).any(|window| window == SHIFT.as_bytes());
    (shifts && way.read(bytes).is_some()).then_some(way)
}

/// The last of the marks in these bytes that say how those behind it are to be read.
fn last_shift(bytes: &[u8]) -> Option<&[u8]> {
    bytes.windows(ASCII.len()).rev().find(|mark| mark[0] == ASCII[0])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{controller, replacer};
    use super::*;
    use crate::request::ThirdParties;
    use encoding_rs::UTF_8;
    use proptest::prelude::*;

    const KIM: &str = "From: Kim Novak <kim@k.example>";
    /// 王小明
    const XIAOMING: &str = "From: =?UTF-8?B?546L5bCP5piO?= <x@x.example>";
    const GRETA: &str = "From: =?UTF-8?Q?Greta_L=C3=BCnd?= <g@g.example>";

    fn new(bytes: &[u8], markup: Markup) -> Option<Vec<u8>> {
        let controller = controller();
        replacer(&controller, ThirdParties::Pseudonymise, &[KIM, XIAOMING, GRETA]).foreign(bytes, markup)
    }

    /// Bytes in pieces.
    type Pieces<'b> = &'b [&'b [u8]];

    fn becomes(pairs: &[(Pieces<'_>, Pieces<'_>)]) {
        for (bytes, expected) in pairs {
            let (bytes, expected) = (bytes.concat(), expected.concat());
            let new = new(&bytes, Markup::Plain).unwrap_or(bytes);
            assert_eq!(new.escape_ascii().to_string(), expected.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_file_is_text_to_its_end_or_at_first_or_never() {
        let behind = |start: &[u8], end: &[u8]| [start, &b"x".repeat(START), end].concat();
        for (bytes, written) in [
            (b"Kim \x01".to_vec(), Written::Text("Kim \x01")),
            (b"Kim \x07 \x1b$".to_vec(), Written::Text("Kim \x07 \x1b$")),
            (b"\x1b$B\x1b(B".to_vec(), Written::Foreign),
            (b"caf\xe9".to_vec(), Written::Foreign),
            (b"\xff\xfea\0".to_vec(), Written::Foreign),
            (behind(b"caf\xe9", b"\x01"), Written::Mixed),
            (behind(b"a", b"\0"), Written::Mixed),
            (behind(b"\0", b""), Written::Binary),
            (behind(b"%PDF-1.7 \xe9", b""), Written::Binary),
        ] {
            assert_eq!(Written::of(&bytes), written);
        }
    }

    #[test]
    fn bytes_that_no_encoding_writes_back_as_they_were_stay() {
        becomes(&[
            // A euro sign of Windows, which GB18030 has too and writes otherwise.
            (&[b"Kim Novak: 20 \x80, caf\xe9"], &[b"Person 1: 20 \x80, caf\xe9"]),
            // A space of Chinese that some programs write so.
            (&[b"Kim Novak\xa3\xa0\xb5\xc4"], &[b"Person 1\xa3\xa0\xb5\xc4"]),
            // A character that EUC-JP can be read with, but is never written with.
            (&[b"\x8f\xb0\xa1 Kim Novak \x8f\xb0\xa1"], &[b"\x8f\xb0\xa1 Person 1 \x8f\xb0\xa1"]),
            (&[b"\x88\x62\xb1\xe9 Kim Novak \xa2\xcc"], &[b"\x88\x62\xb1\xe9 Person 1 \xa2\xcc"]),
            (&[b"caf\xe9 20 \x80"], &[b"caf\xe9 20 \x80"]),
        ]);
    }

    #[test]
    fn a_text_with_faults_is_searched_all_the_same() {
        let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let utf8 = |text: &str| text.as_bytes().to_vec();
        becomes(&[
            // Half a character at the end, and half of a pair.
            (&[b"\xff\xfe", &wide("An 王小明."), b"!"], &[b"\xff\xfe", &wide("An Person 1."), b"!"]),
            (
                &[b"\xff\xfe\x00\xd8", &wide(" Kim Novak "), b"\x00\xdc"],
                &[b"\xff\xfe\x00\xd8", &wide(" Person 1 "), b"\x00\xdc"],
            ),
            (&[&utf8("王小明, Greta Lünd\0"), b"\xe9\xff"], &[&utf8("Person 1, Person 2\0"), b"\xe9\xff"]),
            // A letter that cannot be read may make it another name.
            (&[&utf8("ü王小明 "), b"Greta L\xfcnda"], &[&utf8("üPerson 1 "), b"Greta L\xfcnda"]),
        ]);
    }

    #[test]
    fn japanese_is_shifted_to_ascii_for_a_pseudonym_and_back() {
        let mail = |text: &str| ISO_2022_JP.encode(text).0.into_owned();
        for text in [
            "本王小明本",
            "王小明本",
            "本王小明",
            "本 王小明 本",
            "王小明",
            "本Kim Novak本王小明x王小明",
            "本 Kim Novak",
        ] {
            let bytes = mail(text);
            assert!(bytes.is_ascii());
            let new = new(&bytes, Markup::Plain).unwrap();
            let controller = controller();
            let mut expected = text.to_owned();
            replacer(&controller, ThirdParties::Pseudonymise, &[KIM, XIAOMING]).text(&mut expected, Markup::Plain);
            assert_eq!(Way::In(ISO_2022_JP).read(&new).as_deref(), Some(&*expected), "{text}");
            let found = replacer(&controller, ThirdParties::Omit, &[XIAOMING]).foreign_text(&bytes, Markup::Plain, 0);
            assert_eq!(found.as_deref(), Some(text).filter(|text| text.contains('王')));
        }
        // What only begins like it is read as what it otherwise is.
        becomes(&[(&[b"\x1b$ Kim Novak \xe9"], &[b"\x1b$ Person 1 \xe9"])]);
    }

    proptest! {
        #[test]
        fn no_byte_beside_a_name_changes(
            before in prop::collection::vec(prop::sample::select(BYTES), 0..12),
            after in prop::collection::vec(prop::sample::select(BYTES), 0..12),
        ) {
            let with = |name: &[u8]| [b"x", &before[..], b" ", name, b" ", &after].concat();
            prop_assert_eq!(new(&with(b"Kim Novak"), Markup::Html), Some(with(b"Person 1")));
        }

        #[test]
        fn every_character_is_found_again_in_the_bytes(text in ".{0,20}") {
            let ways = TRIED.into_iter().chain([ISO_2022_JP, UTF_8]).map(Way::In);
            for way in ways.chain([Way::Utf8, Way::Wide(Wide { little: true }), Way::Wide(Wide { little: false })]) {
                let bytes = way.written(&text);
                let (read, ends) = (way.read(&bytes).unwrap(), way.ends(&bytes));
                prop_assert!(ends.iter().all(|end| read.is_char_boundary(end.0)));
                let mut start = (0, 0);
                for end in ends {
                    let character = way.read(&bytes[start.1..end.1]);
                    if !matches!(way, Way::In(encoding) if encoding == ISO_2022_JP) {
                        prop_assert_eq!(character.as_deref(), Some(&read[start.0..end.0]));
                    }
                    start = end;
                }
                prop_assert_eq!(start.0, read.len());
            }
        }
    }

    /// Of all encodings: beginnings of characters, their ends, and what is neither.
    const BYTES: &[u8] = b"\x80\x81\x8e\x8f\x98\xa0\xa1\xa3\xb0\xc3\xe4\xe9\xf0\xfe\xff\xbc0@\\~ \t\n<>&;a";
}
