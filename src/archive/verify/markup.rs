//! As much of HTML's syntax as it takes to find every tag and style of a page, and rather one too many than one too few.

/// Something on a page that can do more than be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A start tag, its name and the names of its attributes in lower case, values with references resolved.
    Tag {
        /// The name of the element.
        name: String,
        /// Names and values.
        attributes: Vec<(String, String)>,
    },
    /// The content of a style element.
    Style(&'a str),
}

/// The pieces of a page, in order.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    in_style: bool,
}

impl<'a> Pieces<'a> {
    /// All pieces of this page.
    pub(super) fn new(text: &'a str) -> Pieces<'a> {
        Pieces { rest: text, in_style: false }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if std::mem::take(&mut self.in_style) {
            let end = find_ignoring_case(self.rest, "</style").unwrap_or(self.rest.len());
            let (style, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Some(Piece::Style(style));
        }
        loop {
            let at = self.rest.find('<')?;
            self.rest = &self.rest[at + 1..];
            if let Some(comment) = self.rest.strip_prefix("!--") {
                // `<!-->` and `<!--->` are whole comments (HTML, 13.2.5.43).
                let end =
                    if comment.starts_with('>') || comment.starts_with("->") { 0 } else { comment.find("-->")? };
                self.rest = &comment[end..];
            } else if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let (name, attributes) = self.tag();
                self.in_style = name == "style";
                return Some(Piece::Tag { name, attributes });
            }
        }
    }
}

impl Pieces<'_> {
    fn tag(&mut self) -> (String, Vec<(String, String)>) {
        let name = self.until(|c| c.is_ascii_whitespace() || matches!(c, '/' | '>')).to_ascii_lowercase();
        let mut attributes = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if self.rest.is_empty() || self.rest.starts_with('>') {
                self.rest = self.rest.strip_prefix('>').unwrap_or_default();
                return (name, attributes);
            }
            let first = self.rest.chars().next().map_or(0, char::len_utf8);
            let (first, after) = self.rest.split_at(first);
            self.rest = after;
            // Even an equals sign can begin the name of an attribute.
            let key = format!("{first}{}", self.until(|c| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=')));
            let value = match self.rest.trim_ascii_start().strip_prefix('=') {
                Some(value) => {
                    self.rest = value.trim_ascii_start();
                    self.value()
                }
                None => "",
            };
            attributes.push((key.to_ascii_lowercase(), resolve(value)));
        }
    }

    fn value(&mut self) -> &str {
        for quote in ['"', '\''] {
            if let Some(inner) = self.rest.strip_prefix(quote) {
                self.rest = inner;
                let value = self.until(|c| c == quote);
                self.rest = self.rest.strip_prefix(quote).unwrap_or_default();
                return value;
            }
        }
        self.until(|c| c.is_ascii_whitespace() || c == '>')
    }

    fn until<'b>(&mut self, end: impl Fn(char) -> bool) -> &'b str
    where
        Self: 'b,
    {
        let at = self.rest.find(end).unwrap_or(self.rest.len());
        let (found, rest) = self.rest.split_at(at);
        self.rest = rest;
        found
    }
}

/// Where an ASCII text begins, in either case.
fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes().windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// Resolves the references that can hide an address: numbers, and the names that programs write.
fn resolve(value: &str) -> String {
    let mut parts = value.split('&');
    let mut resolved = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (reference, rest) = part.split_once(';').unwrap_or((part, ""));
        let number = reference.strip_prefix('#').and_then(|digits| {
            let hex = digits.strip_prefix(['x', 'X']);
            u32::from_str_radix(hex.unwrap_or(digits), if hex.is_some() { 16 } else { 10 }).ok()
        });
        let named = match reference {
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "colon" => Some(':'),
            "sol" => Some('/'),
            "Tab" | "NewLine" => Some(' '),
            _ => number.and_then(char::from_u32),
        };
        match named {
            Some(character) => {
                resolved.push(character);
                resolved.push_str(rest);
            }
            None => {
                resolved.push('&');
                resolved.push_str(part);
            }
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<(String, Vec<(String, String)>)> {
        let tag = |piece| match piece {
            Piece::Tag { name, attributes } => Some((name, attributes)),
            Piece::Style(_) => None,
        };
        Pieces::new(text).filter_map(tag).collect()
    }

    #[test]
    fn tags_and_attributes_are_found_however_they_are_written() {
        let found = tags("a < b <!-- <script> --><IMG\n SRC = 'a>b' alt=x/ checked><p/onclick=\"x\"></p>&lt;script>");
        let attribute = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            found,
            [
                ("img".to_owned(), vec![attribute("src", "a>b"), attribute("alt", "x/"), attribute("checked", "")]),
                ("p".to_owned(), vec![attribute("onclick", "x")]),
            ]
        );
        assert_eq!(tags("<a href='java&#115;cript&colon;x&amp;y'>")[0].1[0].1, "javascript:x&y");
    }

    #[test]
    fn a_style_is_one_piece_up_to_its_end() {
        let pieces: Vec<_> = Pieces::new("<style>a>b{} <x></STYLE><b>").collect();
        assert_eq!(pieces[1], Piece::Style("a>b{} <x>"));
        assert_eq!(pieces.len(), 3);
    }
}
