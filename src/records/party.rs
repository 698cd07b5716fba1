//! Correspondents: one address with the name that goes with it, and lists of them as people and mail programs write them.

/// A sender or recipient. At least one of the two is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The display name.
    pub name: Option<String>,
    /// The e-mail address, number or handle, as it was written.
    pub address: Option<String>,
}

impl Party {
    /// An address without a name.
    pub fn address(address: impl Into<String>) -> Party {
        Party { name: None, address: Some(address.into()) }
    }
}

/// Reads a list of correspondents (RFC 5322, section 3.4, leniently): `"Ann" <a@x>, b@y; Team: c@z;`.
/// Nothing is dropped: a piece without an address becomes a name, and so does that of a group; a comma inside an
/// unquoted name (`Doe, John <j@x>`) does not split it.
pub fn parse_list(text: &str) -> Vec<Party> {
    let mut parties = Vec::new();
    let mut pending: Vec<&str> = Vec::new();
    for piece in split(text) {
        let piece = match piece {
            Piece::Entry(piece) => piece.trim(),
            Piece::Group(name) => {
                parties.extend(pending.drain(..).map(parse_one));
                // With its colon: a name that looks like an address must not be found as one.
                parties.push(Party { name: Some(format!("{}:", unquote(name))), address: None });
                continue;
            }
        };
        if piece.is_empty() {
            continue;
        }
        // `Doe` of `Doe, John <j@x>`: words, no address; it waits for the piece that has one.
        if !piece.contains(['@', '<']) && looks_like_a_name(piece) {
            pending.push(piece);
            continue;
        }
        let waiting = std::mem::take(&mut pending).join(", ");
        if waiting.is_empty() {
            parties.push(parse_one(piece));
        } else if piece.contains('<') {
            parties.push(parse_one(&format!("{waiting}, {piece}")));
        } else {
            parties.push(parse_one(&waiting));
            parties.push(parse_one(piece));
        }
    }
    parties.extend(pending.into_iter().map(parse_one));
    parties
}

/// Reads one correspondent: `"Ann" <a@x>`, `a@x`, `a@x (Ann)`, `+49 30 …`, a handle, or a mere name.
pub fn parse_one(text: &str) -> Party {
    let text = text.trim();
    if let Some(open) = text.rfind('<')
        && let Some(length) = text[open..].find('>')
    {
        let address = text[open + 1..open + length].trim();
        let name = unquote(&[&text[..open], &text[open + length + 1..]].concat());
        if name.is_empty() && address.is_empty() {
            return Party::address(text); // `<>`: what bounces say of their sender
        }
        return Party {
            name: (!name.is_empty()).then_some(name),
            address: (!address.is_empty()).then(|| address.to_owned()),
        };
    }
    if let Some(open) = text.find('(')
        && text.ends_with(')')
        && text[..open].contains('@')
    {
        let name = text[open + 1..text.len() - 1].trim();
        return Party {
            name: (!name.is_empty()).then(|| name.to_owned()),
            address: Some(text[..open].trim().to_owned()),
        };
    }
    if text.contains(' ') && !text.contains('@') && looks_like_a_name(text) {
        return Party { name: Some(unquote(text)), address: None };
    }
    Party::address(text)
}

/// More letters than digits: not a phone number.
fn looks_like_a_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 0 && letters > text.chars().filter(|c| c.is_numeric()).count()
}

/// No group has a longer name; looking at longer ones again and again would take for ever.
const LONGEST_NAME: usize = 1_000;

/// What stands between two separators of a list.
enum Piece<'a> {
    /// A correspondent.
    Entry(&'a str),
    /// The name of a group (RFC 5322, section 3.4), whose members follow.
    Group(&'a str),
}

/// Words before a colon that begin an address (`sip:ann@x`) and are no group's name.
const SCHEMES: [&str; 9] = ["mailto", "sip", "sips", "xmpp", "im", "acct", "skype", "matrix", "smtp"];

/// Pieces between commas and semicolons that stand outside quotes, comments and angle brackets; a colon ends a group's
/// name where an address follows inside the group.
fn split(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut comment, mut angle) = (false, false, 0usize, false);
    // Where the next address or end of a group is, looked for once.
    let mut next = None;
    // What separates is ASCII, and no byte of another character is.
    for (at, byte) in text.bytes().enumerate() {
        let plain = !quoted && comment == 0 && !angle;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted || comment > 0 => escaped = true,
            b'"' if comment == 0 => quoted = !quoted,
            b'(' if !quoted && !angle => comment += 1,
            b')' if !quoted && comment > 0 => comment -= 1,
            b'<' if plain => angle = true,
            b'>' if angle && !quoted => angle = false,
            b',' | b';' | b'\n' if plain => {
                pieces.push(Piece::Entry(&text[start..at]));
                start = at + 1;
            }
            b':' if plain && names_a_group(text[start..at].trim()) => {
                if next.is_none_or(|next| next < at) {
                    next = Some(text[at..].find(['@', ';']).map_or(text.len(), |further| at + further));
                }
                if next.is_some_and(|next| text[next..].starts_with('@')) {
                    pieces.push(Piece::Group(&text[start..at]));
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    pieces.push(Piece::Entry(&text[start..]));
    pieces
}

/// Whether what stands before a colon can be the name of a group.
fn names_a_group(text: &str) -> bool {
    let plain = text.len() <= LONGEST_NAME && looks_like_a_name(text) && (!text.contains('@') || text.starts_with('"'));
    plain && !SCHEMES.iter().any(|scheme| text.eq_ignore_ascii_case(scheme))
}

/// A display name without its quotation marks and backslashes.
fn unquote(text: &str) -> String {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut name = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        name.push(c);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<(Option<String>, Option<String>)> {
        parse_list(text).into_iter().map(|party| (party.name, party.address)).collect()
    }

    fn pair(name: &str, address: &str) -> (Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(name), some(address))
    }

    #[test]
    fn a_list_keeps_every_name_and_address() {
        assert_eq!(
            list(r#""Doe, \"J\" John" <j@x.org>, b@y.org; 李雷 <li@例子.cn>"#),
            [pair("Doe, \"J\" John", "j@x.org"), pair("", "b@y.org"), pair("李雷", "li@例子.cn")]
        );
        assert_eq!(list("Doe, John <j@x.org>, b@y"), [pair("Doe, John", "j@x.org"), pair("", "b@y")]);
        assert_eq!(list("Ann Lee, b@y"), [pair("Ann Lee", ""), pair("", "b@y")]);
        assert_eq!(list("a@x (Ann, of course)"), [pair("Ann, of course", "a@x")]);
        assert_eq!(list("+49 30 123456"), [pair("", "+49 30 123456")]);
        assert_eq!(list(" , "), []);
        assert_eq!(list("<a@x>"), [pair("", "a@x")]);
        assert_eq!(list("<>, b@y"), [pair("", "<>"), pair("", "b@y")]);
        assert_eq!(list("anna_99"), [pair("", "anna_99")]);
    }

    #[test]
    fn a_group_gives_its_members_and_its_name() {
        let team = [pair("Team:", ""), pair("Ann", "a@x"), pair("", "b@y"), pair("", "c@z")];
        assert_eq!(list("Team: Ann <a@x>, b@y; c@z"), team);
        assert_eq!(list("Doe, \"Team\":Ann <a@x>,b@y;,c@z")[1..], team);
        assert_eq!(list("undisclosed-recipients:;"), [pair("", "undisclosed-recipients:")]);
        assert_eq!(list("sip:ann@x.org"), [pair("", "sip:ann@x.org")]);
        assert_eq!(list("\"a: b\" <c@z>, d@[IPv6:::1]"), [pair("a: b", "c@z"), pair("", "d@[IPv6:::1]")]);
    }

    #[test]
    fn a_quoted_name_alone_stays_whole() {
        assert_eq!(list("\"Doe, John\", Bob"), [pair("Doe, John", ""), pair("", "Bob")]);
    }

    #[test]
    fn a_long_list_of_names_without_any_address_takes_no_longer_than_it_is() {
        let names = "a,".repeat(500_000);
        let start = std::time::Instant::now();
        assert_eq!(parse_list(&names).len(), 500_000);
        assert_eq!(parse_list(&format!("{names} <j@x>")).len(), 1);
        assert!(parse_list(&format!("{} <j@x>", "a:".repeat(500_000))).len() > 100_000);
        for damaged in ["a:", "1:"] {
            assert!(!parse_list(&damaged.repeat(500_000)).is_empty());
            assert!(!parse_list(&format!("{}@", damaged.repeat(500_000))).is_empty());
        }
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }

    #[test]
    fn unbalanced_marks_never_lose_an_address() {
        for text in ["\"Ann <a@x.org>, b@y.org", "(Ann a@x.org, b@y.org", "Ann <a@x.org, b@y.org"] {
            let all: String = parse_list(text).into_iter().flat_map(|p| [p.name, p.address]).flatten().collect();
            assert!(all.contains("a@x.org") && all.contains("b@y.org"), "{text}: {all}");
        }
    }
}
