//! Texts that are no UTF-8 and do not say what else they are: files that the subject sent, parts of e-mails with a wrong
//! charset or none. A name is looked for in every encoding that the bytes can be; where it stands, they are written
//! back in the same encoding.

use super::fold::Markup;
use super::replacer::Replacer;
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

/// Those of the scripts that people write to each other in; the last can be any bytes.
const TRIED: [&Encoding; 8] = [GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR, WINDOWS_1251, KOI8_R, WINDOWS_1252];

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

    fn read(self, bytes: &[u8]) -> Option<String> {
        let unit = |pair: &[u8]| {
            let pair = [pair[0], *pair.get(1)?];
            Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
        };
        String::from_utf16(&bytes.chunks(2).map(unit).collect::<Option<Vec<u16>>>()?).ok()
    }

    fn written(self, text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if self.little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }
}

impl Replacer<'_> {
    /// Takes other people out of a text of which nobody says how it is written; none if it names nobody.
    pub(super) fn foreign(&mut self, bytes: &[u8], markup: Markup) -> Option<Vec<u8>> {
        if let Some((wide, mut text)) = Wide::of(bytes).and_then(|wide| Some((wide, wide.read(bytes)?)))
            && self.text(&mut text, markup)
        {
            return Some(wide.written(&text));
        }
        let mut new: Option<Vec<u8>> = None;
        for encoding in TRIED {
            let Some(mut text) = read(encoding, new.as_deref().unwrap_or(bytes)) else { continue };
            if self.text(&mut text, markup) {
                new = Some(encoding.encode(&text).0.into_owned());
            }
        }
        new
    }

    /// The same text in UTF-8, in the encoding in which it names the most people, if those are more than `known`.
    pub(super) fn foreign_text(&self, bytes: &[u8], markup: Markup, known: usize) -> Option<String> {
        let wide = Wide::of(bytes).and_then(|wide| wide.read(bytes));
        if let Some(text) = wide.filter(|text| self.search.hits(text, markup).len() > known) {
            return Some(text);
        }
        if std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        let texts = TRIED.into_iter().filter_map(|encoding| read(encoding, bytes));
        let counted = texts.map(|text| (self.search.hits(&text, markup).len(), text));
        let (most, text) = counted.fold((known, None), |(most, best), (hits, text)| match hits > most {
            true => (hits, Some(text)),
            false => (most, best),
        });
        text.filter(|_| most > known)
    }
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}
