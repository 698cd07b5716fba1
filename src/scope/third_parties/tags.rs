//! Where the tags and comments of HTML end, for readers who mind quotation marks and for those who do not.

use super::fold::Markup;

/// Tags that only change how letters look.
const LOOKS: [&str; 39] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "blink", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "nobr", "o:p", "output", "q", "rb", "ruby", "s", "samp", "slot", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "wbr",
];

/// Tags that part words: what stands before and behind them is on different lines, in different cells, or apart.
const PARTS: [&str; 68] = [
    "address",
    "article",
    "aside",
    "audio",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "img",
    "input",
    "legend",
    "li",
    "listing",
    "main",
    "marquee",
    "menu",
    "nav",
    "object",
    "ol",
    "optgroup",
    "option",
    "p",
    "plaintext",
    "pre",
    "rt",
    "section",
    "select",
    "summary",
    "svg",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements in which a browser reads nothing but their end tag.
const RAW: [&str; 8] = ["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"];

/// How many tags with a quotation mark that is never closed are looked through to the end of a text. Browsers show
/// nothing behind the first.
const OPEN: u32 = 16;

/// Where tags and comments end. What was found to end nothing any more is not looked for again: a hostile text begins a
/// million tags and ends none.
#[derive(Debug)]
pub(super) struct Ends {
    /// As browsers take them; else as simple readers do, who mind no quotation marks.
    shown: bool,
    no_tag: bool,
    no_comment: bool,
    /// Tags whose quotation marks are never closed.
    open: u32,
    /// Which elements of [`RAW`] have no end tag any more.
    unended: [bool; RAW.len()],
    /// Browsers end one of them elsewhere than simple readers.
    pub differ: bool,
}

impl Ends {
    /// For a text that is read in this way.
    pub(super) fn of(markup: Markup) -> Ends {
        Ends {
            shown: markup == Markup::Shown,
            no_tag: false,
            no_comment: false,
            open: 0,
            unended: [false; RAW.len()],
            differ: false,
        }
    }

    /// Where a tag or comment that begins here ends. The places asked for must come in their order.
    pub(super) fn tag(&mut self, text: &str, start: usize) -> Option<usize> {
        let rest = &text[start..];
        if rest.starts_with("<!--") {
            let found = if self.no_comment { None } else { self.comment(rest) };
            self.no_comment = found.is_none();
            return found.map(|length| start + length);
        }
        let next = rest[1..].trim_start_matches('/').chars().next()?;
        if !(next.is_ascii_alphabetic() || next == '!' || next == '?') {
            return None;
        }
        let found = if self.no_tag { None } else { rest.find('>') };
        self.no_tag = found.is_none();
        let mut length = found? + 1;
        if closed(&rest[..length]).is_none() {
            self.differ = true;
            if self.shown && self.open < OPEN {
                let whole = closed(rest);
                self.open += u32::from(whole.is_none());
                length = whole.unwrap_or(length);
            }
        }
        let end = start + length;
        let name = name_of(&text[start..end]);
        let Some(raw) = RAW.iter().position(|raw| raw.eq_ignore_ascii_case(name)) else { return Some(end) };
        self.differ = true;
        let begins = self.shown && !rest.starts_with("</");
        Some(begins.then(|| self.element(text, end, raw)).flatten().unwrap_or(end))
    }

    /// Where an element of [`RAW`] whose start tag ends here ends itself.
    fn element(&mut self, text: &str, from: usize, raw: usize) -> Option<usize> {
        if self.unended[raw] {
            return None;
        }
        let name = RAW[raw].as_bytes();
        let is_end = |at: &usize| {
            let rest = &text.as_bytes()[at + "</".len()..];
            let same = rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            same && rest.get(name.len()).is_some_and(|byte| b"> /\t\n\r\x0c".contains(byte))
        };
        let found = text[from..].match_indices("</").map(|(at, _)| from + at).find(is_end);
        let end = found.and_then(|at| text[at..].find('>').map(|length| at + length + 1));
        self.unended[raw] = end.is_none();
        end
    }

    /// Whether a tag parts words. One that only changes how letters look stands between no two letters, nor does a
    /// comment. Browsers show what they do not know within the line; simple readers may not.
    pub(super) fn parts_words(&mut self, tag: &str) -> bool {
        let name = name_of(tag);
        let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if name.starts_with('!') || is_in(&LOOKS) {
            return false;
        }
        let known = is_in(&PARTS);
        self.differ |= !known;
        known || !self.shown
    }

    /// How long the comment at the beginning is. Browsers end one at `--!>` too.
    fn comment(&mut self, rest: &str) -> Option<usize> {
        let mut lengths = rest.match_indices('>').map(|(at, _)| at + 1);
        lengths.find(|length| {
            let differ = *length > "<!----!".len() && rest[..*length].ends_with("--!>");
            self.differ |= differ;
            rest[..*length].ends_with("-->") || self.shown && differ
        })
    }
}

/// Where in a tag a browser is.
#[derive(Clone, Copy)]
enum State {
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    /// In a value without quotation marks.
    Bare,
    /// In one that this mark ends.
    Quoted(u8),
}

/// How long the tag at the beginning is for a browser, which minds quotation marks around the value of an attribute and
/// no others (HTML, sections 13.2.5.6 to 13.2.5.39).
fn closed(tag: &str) -> Option<usize> {
    let name = tag.strip_prefix("</").unwrap_or(&tag[1..]);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return tag.find('>').map(|at| at + 1);
    }
    let mut state = State::TagName;
    for (at, byte) in tag.bytes().enumerate().skip(tag.len() - name.len()) {
        state = match (state, byte) {
            (State::Quoted(mark), _) if byte == mark => State::BeforeName,
            (State::Quoted(_), _) => state,
            (_, b'>') => return Some(at + 1),
            (State::BeforeValue, b'"' | b'\'') => State::Quoted(byte),
            (State::BeforeValue, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => state,
            (State::BeforeValue, _) => State::Bare,
            (State::Name, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => State::AfterName,
            (State::AfterName, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => state,
            (_, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => State::BeforeName,
            (State::Bare, _) => state,
            (_, b'/') => State::BeforeName,
            (State::Name | State::AfterName, b'=') => State::BeforeValue,
            (State::BeforeName | State::AfterName, _) => State::Name,
            (State::TagName | State::Name, _) => state,
        };
    }
    None
}

/// The name of a tag.
fn name_of(tag: &str) -> &str {
    let name = tag[1..].trim_start_matches('/');
    name.split(|c: char| c.is_whitespace() || c == '/' || c == '>').next().unwrap_or_default()
}

/// The tags and comments in a piece of HTML that was read in this way, one after the other.
pub(super) fn tags(piece: &str, markup: Markup) -> String {
    let (mut tags, mut at, mut ends) = (String::new(), 0, Ends::of(markup));
    while let Some(start) = piece[at..].find('<').map(|found| at + found) {
        at = start + 1;
        if let Some(end) = ends.tag(piece, start) {
            tags.push_str(&piece[start..end]);
            at = end;
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::super::fold::Folded;
    use super::*;

    #[test]
    fn a_tag_ends_where_a_browser_ends_it() {
        for (tag, behind) in [
            ("<b>", "x"),
            ("<b title=\"a>b\">", "x"),
            ("<b title = 'a>b' >", "x\">"),
            ("<b a=1 title\n=\n'\"a>b' c=\"'>\"/>", "x"),
            ("</b title='a>b'>", "x"),
            ("<b a=\">\"b='>'>", "x"),
            // No value of an attribute begins with these marks.
            ("<b it's>", "'>"),
            ("<b \"a>", "\">"),
            ("<b a=it's>", "'>"),
            ("<b =\"a>", "\">"),
            ("<b=\"a>", "\">"),
            ("<b a=/\"a>", "\">"),
            ("<b a/=\"a>", "\">"),
            ("<b a=\"1\"=\"a>", "\">"),
            ("<!DOCTYPE html \"a>", "\">"),
            ("<?xml a=\"a>", "\">"),
            ("<//b a=\"a>", "\">"),
            // A mark that is never closed, and one that is.
            ("<b a=\"a>", "x <i>'"),
            ("<b a=\"a>x <i b=\"y\">", "z"),
            // Comments.
            ("<!-- > \"-->", "x\">"),
            ("<!-->", "x -->"),
            ("<!-- --!>", "x -->"),
            ("<!--!> -->", "x"),
        ] {
            let text = format!("{tag}{behind}");
            assert_eq!(Ends::of(Markup::Shown).tag(&text, 0), Some(tag.len()), "{text}");
        }
        for text in ["<", "<3>", "< b>", "</>", "<!-- >", "<b a=\""] {
            assert_eq!(Ends::of(Markup::Shown).tag(text, 0), None, "{text}");
        }
    }

    #[test]
    fn a_simple_reader_ends_a_tag_at_once_and_it_is_known_that_browsers_do_not() {
        for (text, end, differ) in [
            ("<b title=\"a>b\">", 12, true),
            ("<b title=\"a\">", 13, false),
            ("<!-- --!> -->", 13, true),
            ("<!-- -->", 8, false),
        ] {
            let mut ends = Ends::of(Markup::Cut);
            assert_eq!(ends.tag(text, 0), Some(end), "{text}");
            assert_eq!(ends.differ, differ, "{text}");
        }
        let mut ends = Ends::of(Markup::Cut);
        assert_eq!((ends.tag("<!-- --!>", 0), ends.differ), (None, true));
    }

    #[test]
    fn a_text_that_ends_nothing_it_begins_is_read_once() {
        let started = std::time::Instant::now();
        let pieces = ["<a", "<!--", "<1", "<!", "</", "<!-- <a ", "<!-- --!>", "<a b=\">\" c='", "<a b=\"'>\" c='\"'"];
        let pieces =
            pieces.into_iter().chain(["<style>", "<title><xmp></title", "<style></title>", "<script></script>"]);
        for piece in pieces.chain(["%FF", "%25", "&a", r"\u"]) {
            let text = piece.repeat(1_000_000 / piece.len());
            // The end of a tag or comment, which few of these begin, tempts to look for it too.
            for text in [text.clone(), text.clone() + "1>", text + "\"'-->"] {
                for markup in [Markup::Cut, Markup::Shown] {
                    assert!(Folded::of(&text, markup).text.len() <= text.len());
                    assert!(tags(&text, markup).len() <= text.len());
                }
            }
        }
        // Each takes a tenth of a second where nothing is optimised; looked for from every place it would take minutes.
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}
