//! A text as it is compared: without case, composition and the many ways of writing a space, every byte with the place
//! in the original that it stands for.

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
}

/// The folded text.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// What is searched.
    pub text: String,
    /// For each byte of it: where the piece of the original that it comes from begins and ends.
    places: Vec<(u32, u32)>,
}

impl Folded {
    /// Folds a text. Entities, `%40` and `\u0040` count as the character that they stand for; a line break with the
    /// marks of a quoted reply counts as a space.
    pub(super) fn of(text: &str, markup: Markup) -> Folded {
        let mut folded = Folded { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            at = match c {
                '&' if markup == Markup::Html => folded.entity(text, at),
                '%' => folded.percent(text, at),
                '\\' => folded.escape(text, at),
                _ if is_space(c) => folded.space(text, at),
                _ => folded.character(c, at, at + c.len_utf8()),
            };
        }
        folded
    }

    /// The piece of the original that a piece of the folded text stands for; none if it cuts a character in two.
    pub(super) fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let whole = |at: usize| at == 0 || at >= self.places.len() || self.places[at - 1] != self.places[at];
        let last = self.places.get(end.checked_sub(1)?)?;
        (whole(start) && whole(end)).then_some((self.places.get(start)?.0 as usize, last.1 as usize))
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        let place = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        self.text.push(c);
        self.places.resize(self.text.len(), place);
    }

    fn character(&mut self, c: char, start: usize, end: usize) -> usize {
        if c.is_ascii() {
            self.push(c.to_ascii_lowercase(), start, end);
        } else if is_space(c) {
            self.push(' ', start, end);
        } else if !is_invisible(c) {
            for part in std::iter::once(c).nfkd().flat_map(char::to_lowercase) {
                self.push(if is_space(part) { ' ' } else { part }, start, end);
            }
        }
        end
    }

    fn space(&mut self, text: &str, start: usize) -> usize {
        let (mut end, mut broken) = (start, false);
        for c in text[start..].chars() {
            broken |= c == '\n';
            if !(is_space(c) || is_invisible(c) || broken && c == '>') {
                break;
            }
            end += c.len_utf8();
        }
        self.push(' ', start, end);
        end
    }

    fn entity(&mut self, text: &str, start: usize) -> usize {
        let token = text.as_bytes()[start..].iter().take(ENTITY).position(|b| *b == b';').map(|end| start + end + 1);
        if let Some(end) = token
            && let Some(token) = text.get(start..end)
            && token[1..token.len() - 1].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
        {
            let mut decoded = String::new();
            add_html_token(&mut decoded, token.as_bytes(), false);
            if decoded != token {
                decoded.chars().for_each(|c| _ = self.character(c, start, end));
                return end;
            }
        }
        self.character('&', start, start + 1)
    }

    /// `%C3%BC`: as many in a row as make up text.
    fn percent(&mut self, text: &str, start: usize) -> usize {
        let bytes = text.as_bytes();
        let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        let decoded: Vec<u8> = (start..)
            .step_by(3)
            .map_while(|at| match (bytes.get(at), digit(at + 1), digit(at + 2)) {
                (Some(b'%'), Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
                _ => None,
            })
            .collect();
        let Some(decoded) = Some(decoded).filter(|d| !d.is_empty()).and_then(|d| String::from_utf8(d).ok()) else {
            return self.character('%', start, start + 1);
        };
        decoded.chars().fold(start, |at, c| self.character(c, at, at + 3 * c.len_utf8()))
    }

    /// `\u4e2d`, as JSON inside a text writes it.
    fn escape(&mut self, text: &str, start: usize) -> usize {
        let code = text.get(start + 2..start + 6).filter(|_| text[start + 1..].starts_with('u'));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(c) => self.character(c, start, start + 6),
            None => self.character('\\', start, start + 1),
        }
    }
}

/// A short text folded, without spaces around it.
pub(super) fn fold(text: &str) -> String {
    Folded::of(text, Markup::Plain).text.trim().to_owned()
}

/// White space, and what stands for it in file names.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '_'
}

/// Characters that show nothing, or only turn the direction of writing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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
