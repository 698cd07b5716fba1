//! Values as a person may safely look at them: escaped by maud, isolated from the text around them, never too long.
//!
//! Only the report does this. The records hold every value exactly.

use maud::{Markup, html};

/// The longest cell of a table, in characters.
pub(super) const CELL: usize = 120;
/// The longest configured text.
pub(super) const SENTENCE: usize = 600;

/// At most `limit` characters, control characters made visible, the rest as an ellipsis.
///
/// Controls become their pictures (U+2400), what has no picture U+FFFD. Explicit directional controls go too: a
/// stray PDI would end the isolation of the value and turn the text after it around.
pub fn visible(text: &str, limit: usize) -> String {
    // As most values are.
    if text.len() <= limit && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(limit).map(visible_char).collect();
    if text.chars().nth(limit).is_some() {
        // Half of an emoji or of an accented letter is worse than none.
        shown.truncate(shown.trim_end_matches(['\u{200d}', '\u{fe0f}', ' ']).len());
        shown.push('…');
    }
    shown
}

fn visible_char(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fdd0}'..='\u{fdef}' => {
            char::REPLACEMENT_CHARACTER
        }
        _ if u32::from(c) & 0xfffe == 0xfffe => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// A value, isolated.
pub(super) fn value(text: &str) -> Markup {
    isolated(text, None)
}

/// A text, which may be in another language, isolated: from right to left it would turn the text around it. What is
/// ASCII cannot, on a page from left to right, and needs no mark.
pub(super) fn isolated(text: &str, language: Option<&str>) -> Markup {
    let shown = visible(text, SENTENCE);
    html! { @if language.is_none() && shown.is_ascii() { (shown) } @else { bdi lang=[language] { (shown) } } }
}

/// A whole number that people and programs read.
pub(super) fn number(count: u64) -> Markup {
    html! { @if count < 1_000 { (count) } @else { data value=(count) { (grouped(count)) } } }
}

/// Thousands between commas, as English and Chinese readers both know them.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A size in the units that file managers show.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Whether a path of the archive may stand in a link: nothing but the names that the contract allows, inside `data/`.
pub(super) fn is_safe_path(path: &str) -> bool {
    path.strip_prefix("data/").is_some_and(|rest| {
        let names = rest.strip_suffix('/').unwrap_or(rest);
        names.split('/').all(|name| {
            !name.is_empty()
                && !name.starts_with('.')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        })
    })
}

/// The target of a link to an e-mail address, if it is one.
pub(super) fn mailto(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\"<>,;@".contains(c);
    if local.is_empty() || domain.is_empty() || !address.replacen('@', "", 1).chars().all(plain) {
        return None;
    }
    let mut target = String::from("mailto:");
    for byte in address.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' | b'@' => {
                target.push(char::from(byte));
            }
            _ => target.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shortened_and_its_controls_are_visible() {
        assert_eq!(visible("a\0b\u{1b}c\u{7f}d\u{85}e\u{202e}f\r\ng", 50), "a␀b␛c␡d\u{fffd}e\u{fffd}f  g");
        assert_eq!(visible("李雷和韩梅梅", 4), "李雷和韩…");
        assert_eq!(visible("李雷", 2), "李雷");
        assert_eq!(visible("👩\u{200d}👧", 2), "👩…");
        assert_eq!(visible("\u{2069}x\u{ffff}\u{10ffff}", 9), "\u{fffd}x\u{fffd}\u{fffd}");
    }

    #[test]
    fn what_may_turn_the_text_around_it_is_isolated_and_what_is_in_another_language_says_so() {
        assert_eq!(value("Anna <a@x.org>").into_string(), "Anna &lt;a@x.org&gt;");
        assert_eq!(value("שלום 12").into_string(), "<bdi>שלום 12</bdi>");
        assert_eq!(isolated("Bonjour", Some("fr")).into_string(), "<bdi lang=\"fr\">Bonjour</bdi>");
    }

    #[test]
    fn numbers_and_sizes_are_easy_to_read() {
        assert_eq!(number(999).into_string(), "999");
        assert_eq!(number(1_000).into_string(), "<data value=\"1000\">1,000</data>");
        assert_eq!(["0", "999", "1,000", "1,234,567"], [0, 999, 1_000, 1_234_567].map(grouped)[..]);
        assert_eq!(
            ["999 B", "1.0 kB", "999.9 kB", "1.0 MB", "4.1 GB"],
            [999, 1_000, 999_999, 1_000_000, 4_123_456_789].map(size)[..]
        );
        assert!(size(u64::MAX).ends_with(" PB"));
    }

    #[test]
    fn a_link_stays_inside_the_archive() {
        for safe in ["data/mail/", "data/tables/contacts.csv", "data/mail/inbox/0001.eml"] {
            assert!(is_safe_path(safe), "{safe}");
        }
        for unsafe_path in
            ["", "data/", "data//x", "/etc/passwd", "data/../x", "data/a b", "data/é", "javascript:x", "data/x:y"]
        {
            assert!(!is_safe_path(unsafe_path), "{unsafe_path}");
        }
    }

    #[test]
    fn only_an_address_becomes_a_mail_link() {
        assert_eq!(mailto("a+b@x.org").as_deref(), Some("mailto:a+b@x.org"));
        assert_eq!(mailto("a?cc=b&c@例.cn").as_deref(), Some("mailto:a%3Fcc%3Db%26c@%E4%BE%8B.cn"));
        for bad in ["", "x", "@x", "a@", "a b@x", "a@b@c", "a,b@x", "a\n@x"] {
            assert_eq!(mailto(bad), None, "{bad:?}");
        }
    }
}
