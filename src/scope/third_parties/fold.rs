//! A text as it is compared: without case, composition and the many ways of writing a space, every byte with the place
//! in the original that it stands for.

use super::tags::Ends;
use mail_parser::decoders::html::add_html_token;
use unicode_normalization::UnicodeNormalization;

/// The longest HTML entity that is looked for.
const ENTITY: usize = 34;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Markup {
    /// As it stands.
    Plain,
    /// With HTML entities.
    Html,
    /// The same without tags and comments, each tag to its first `>`, as a simple reader takes it.
    Cut,
    /// The same as a browser shows it: no `>` in quotation marks ends a tag.
    Shown,
}

/// The folded text.
#[derive(Debug)]
pub(super) struct Folded {
    /// What is searched.
    pub text: String,
    /// For each byte of it: where the piece of the original that it comes from begins and ends.
    places: Vec<(u32, u32)>,
    ends: Ends,
}

impl Folded {
    /// Folds a text. Entities, `%40` and `\u0040` count as the character that they stand for; a line break with the
    /// marks of a quoted reply counts as a space.
    pub(super) fn of(text: &str, markup: Markup) -> Folded {
        let (folded, places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
        let mut folded = Folded { text: folded, places, ends: Ends::of(markup) };
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            at = match c {
                '<' if matches!(markup, Markup::Cut | Markup::Shown) => folded.tag(text, at),
                '&' if markup != Markup::Plain => folded.entity(text, at),
                '%' => folded.percent(text, at),
                '\\' => folded.escape(text, at),
                _ if is_space(c) => folded.space(text, at),
                _ => folded.character(c, at, at + c.len_utf8()),
            };
        }
        folded
    }

    /// Whether a browser shows the text otherwise than it was read.
    pub(super) fn is_shown_otherwise(&self) -> bool {
        self.ends.differ
    }

    /// The piece of the original that a piece of the folded text stands for; none if it cuts a character in two.
    pub(super) fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let whole = |at: usize| at == 0 || at >= self.places.len() || self.places[at - 1] != self.places[at];
        let last = self.places.get(end.checked_sub(1)?)?;
        (whole(start) && whole(end)).then_some((self.places.get(start)?.0 as usize, last.1 as usize))
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        // Any number of spaces, however each is written, is one.
        if c == ' ' && self.text.ends_with(' ') {
            return;
        }
        let place = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        self.text.push(c);
        self.places.resize(self.text.len(), place);
    }

    fn character(&mut self, c: char, start: usize, end: usize) -> usize {
        if c.is_ascii() {
            self.push(c.to_ascii_lowercase(), start, end);
        } else if is_space(c) {
            self.push(' ', start, end);
        } else {
            for part in std::iter::once(c).nfkd().flat_map(without_case).map(plain) {
                // A capital I with a dot, as Turkish writes it, is an i.
                let dot = part == '\u{307}' && self.text.ends_with('i');
                if !dot && !is_invisible(part) {
                    self.push(part, start, end);
                }
            }
        }
        end
    }

    fn space(&mut self, text: &str, start: usize) -> usize {
        let (mut end, mut broken) = (start, false);
        for c in text[start..].chars() {
            broken |= c == '\n';
            if !(is_space(c) || is_invisible(c) || broken && (c == '>' || c == '|')) {
                break;
            }
            end += c.len_utf8();
        }
        self.push(' ', start, end);
        end
    }

    /// A tag that only changes how letters look stands between no two letters; any other parts words.
    fn tag(&mut self, text: &str, start: usize) -> usize {
        let Some(end) = self.ends.tag(text, start) else { return self.character('<', start, start + 1) };
        if self.ends.parts_words(&text[start..end]) {
            self.push(' ', start, end);
        }
        end
    }

    /// `&uuml;`, `&#252;`; browsers also read some of them without their end.
    fn entity(&mut self, text: &str, start: usize) -> usize {
        let inner = |b: &u8| b.is_ascii_alphanumeric() || *b == b'#';
        let length = text.as_bytes()[start + 1..].iter().take(ENTITY).take_while(|b| inner(b)).count();
        let whole = text.as_bytes().get(start + 1 + length) == Some(&b';');
        let number = text[start + 1..].strip_prefix('#').map(|rest| {
            let hex = rest.starts_with(['x', 'X']);
            let fits = |b: &u8| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() };
            1 + usize::from(hex) + rest.bytes().skip(usize::from(hex)).take(8).take_while(|b| fits(b)).count()
        });
        let shorter = number.map_or((2..=length.min(6)).rev().collect(), |digits| vec![digits]);
        let lengths = whole.then_some((length, true)).into_iter().chain(shorter.into_iter().map(|n| (n, false)));
        for (length, whole) in lengths {
            let token = format!("{};", &text[start..start + 1 + length]);
            let mut decoded = String::new();
            add_html_token(&mut decoded, token.as_bytes(), false);
            let known = whole || number.is_some() || decoded.chars().all(|c| ('\u{a0}'..='\u{ff}').contains(&c));
            if decoded != token && known {
                let end = start + 1 + length + usize::from(whole);
                decoded.chars().for_each(|c| _ = self.character(c, start, end));
                return end;
            }
        }
        self.character('&', start, start + 1)
    }

    /// `%C3%BC`: as many in a row as make up a character, or a few; `%25C3%25BC` where an address was put into another twice.
    fn percent(&mut self, text: &str, start: usize) -> usize {
        let bytes = text.as_bytes();
        let (mut decoded, mut ends, mut at) = (Vec::new(), Vec::new(), start);
        // No character has more bytes.
        while let Some((byte, end)) = percent_byte(bytes, at).filter(|_| decoded.len() < 4) {
            decoded.push(byte);
            ends.push(end);
            at = end;
        }
        let valid = match std::str::from_utf8(&decoded) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&decoded[..error.valid_up_to()]).unwrap_or_default(),
        };
        let (mut from, mut read) = (start, 0);
        for c in valid.chars() {
            read += c.len_utf8();
            let end = ends[read - 1];
            self.character(c, from, end);
            from = end;
        }
        if read == 0 { self.character('%', start, start + 1) } else { from }
    }

    /// `\u4e2d`, as JSON inside a text writes it; a character beyond four digits is written as two.
    fn escape(&mut self, text: &str, start: usize) -> usize {
        let unit = |at: usize| {
            let code = text.get(at..at + 6)?.strip_prefix("\\u")?;
            u16::from_str_radix(code, 16).ok()
        };
        let units: Vec<u16> = unit(start).into_iter().chain(unit(start + 6)).collect();
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => self.character(c, start, start + 6 * c.len_utf16()),
            _ => self.character('\\', start, start + 1),
        }
    }
}

/// One byte written with a percent sign, and where it ends.
fn percent_byte(bytes: &[u8], start: usize) -> Option<(u8, usize)> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let byte = |at: usize| u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok();
    let mut at = start + usize::from(*bytes.get(start)? == b'%');
    if at == start {
        return None;
    }
    // A percent sign that was written with one itself.
    while byte(at) == Some(b'%') && byte(at + 2).is_some() {
        at += 2;
    }
    Some((byte(at)?, at + 2))
}

/// A short text folded, without spaces around it.
pub(super) fn fold(text: &str) -> String {
    Folded::of(text, Markup::Plain).text.trim().to_owned()
}

/// White space, and what stands for it in file names.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '_'
}

/// Characters that show nothing or only turn the direction of writing, and signs that a writer of Arabic or Hebrew may
/// leave out: vowels, and the line that stretches a word.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}'
        | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}')
}

/// Without case in any script: `ẞ`, `ß` and `SS` are one, the two small sigmas too, and the i without a dot is an i.
fn without_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// One sign for what keyboards and programs write in several ways.
fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{2032}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        // The full stop of Chinese and Japanese parts the names of a domain as well (RFC 3490, section 3.1).
        '\u{3002}' => '.',
        // Persian keyboards write these letters of Arabic names.
        '\u{6cc}' => '\u{64a}',
        '\u{6a9}' => '\u{643}',
        '\u{660}'..='\u{669}' => digit(c, '\u{660}'),
        '\u{6f0}'..='\u{6f9}' => digit(c, '\u{6f0}'),
        '\u{966}'..='\u{96f}' => digit(c, '\u{966}'),
        c if is_space(c) => ' ',
        c => c,
    }
}

/// The digit that stands so far behind the zero of its script.
fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_form_however_it_is_written() {
        for text in [
            "Kim  Müller",
            "KIM MU\u{308}LLER",
            "kim_müller",
            "kim\u{a0}mü\u{200b}ller",
            "Ｋｉｍ Müller",
            "kim\r\n> > müller",
        ] {
            assert_eq!(fold(text), fold("kim müller"), "{text}");
        }
        assert_eq!(
            Folded::of("Kim&nbsp;M&uuml;ller&#64;x&#x2e;org", Markup::Html).text,
            format!("{}@x.org", fold("kim müller"))
        );
        assert_eq!(Folded::of("K%C3%A4te%40x 100%", Markup::Plain).text, format!("{}@x 100%", fold("käte")));
        assert_eq!(Folded::of(r"\u4e2d\u", Markup::Plain).text, r"中\u");
        // Six bytes on stands the middle of a character.
        assert_eq!(Folded::of(r"\€€ 1234 \u4e2€", Markup::Plain).text, r"\€€ 1234 \u4e2€");
        assert_eq!(Folded::of("a &nosuch; &", Markup::Html).text, "a &nosuch; &");
    }

    #[test]
    fn a_place_in_the_folded_text_leads_back_to_the_original() {
        let text = "<b>J&ouml;rg  Li</b>";
        let folded = Folded::of(text, Markup::Html);
        let start = folded.text.find('j').unwrap();
        let end = folded.text.find("</b>").unwrap();
        let (from, to) = folded.original(start, end).unwrap();
        assert_eq!(&text[from..to], "J&ouml;rg  Li");
        // Half of a composed letter is no letter.
        let folded = Folded::of("José", Markup::Plain);
        assert_eq!(folded.original(0, 4), None);
    }
}
