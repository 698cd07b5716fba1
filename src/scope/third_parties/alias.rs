//! What makes two addresses or two names the same.

use super::fold::fold;
use crate::records::{Party, party};
use crate::subject::identifier::canonical;

/// Longer texts are no names.
pub(super) const LONGEST: usize = 200;
/// A telephone number has at least so many digits.
const DIGITS: usize = 7;
/// What stands where a number or name is not known.
const NOBODY: [&str; 9] = [
    "anonymous",
    "unknown",
    "private",
    "restricted",
    "unavailable",
    "withheld",
    "blocked",
    "undisclosed recipients:",
    "undisclosed-recipients:",
];

/// A name or address in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Alias {
    /// An e-mail address.
    Mail(String),
    /// A telephone number.
    Phone(String),
    /// A name, a handle, an account.
    Word(String),
}

impl Alias {
    /// The alias that a value is; none if it names nobody.
    pub(super) fn of(value: &str, region: Option<&str>) -> Option<Alias> {
        let value = value.trim_matches(|c: char| c.is_whitespace() || "\"'<>".contains(c));
        let value = ["mailto:", "tel:"]
            .into_iter()
            .find_map(|scheme| value.get(..scheme.len()).filter(|s| s.eq_ignore_ascii_case(scheme)))
            .map_or(value, |scheme| &value[scheme.len()..]);
        if value.len() > LONGEST * 4 || !value.chars().any(char::is_alphanumeric) {
            return None;
        }
        if is_mail(value) {
            return Some(Alias::Mail(canonical("email", value, region)));
        }
        if is_phone(value) {
            return Some(Alias::Phone(canonical("phone", value, region)));
        }
        let word = fold(value);
        let compact: String = word.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if is_account(&compact) {
            return Some(Alias::Word(compact));
        }
        // `Novak, Kim` is `Kim Novak`.
        let word = match word.split_once(", ") {
            Some((last, first)) if !first.contains(',') => format!("{} {}", first.trim(), last.trim()),
            _ => word,
        };
        (!word.is_empty() && !NOBODY.contains(&word.as_str())).then_some(Alias::Word(word))
    }
}

/// The people that a value about others names: a list where it holds addresses, else one.
pub(super) fn people(text: &str) -> Vec<Party> {
    if text.contains('@') {
        return party::parse_list(text);
    }
    vec![Party { name: Some(text.to_owned()), address: None }]
}

fn is_mail(value: &str) -> bool {
    !value.contains(|c: char| c.is_whitespace() || "<>,;".contains(c))
        && value.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// Digits with what people put between them.
pub(super) fn is_phone(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    (DIGITS..=20).contains(&digits)
        && value.chars().all(|c| {
            c.is_ascii_digit()
                || c.is_whitespace()
                || "+()-./\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{b7}\u{2022}".contains(c)
        })
}

/// An IBAN or the like: letters and many digits in one.
pub(super) fn is_account(compact: &str) -> bool {
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    compact.len() >= 12 && digits >= 8 && compact.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_addresses_and_names_have_one_key() {
        let key = |text| Alias::of(text, Some("DE"));
        for (one, other) in [
            ("Kim@Example.ORG", "<kim@example.org>"),
            ("mailto:kim@bücher.example", "kim@xn--bcher-kva.example"),
            ("030 123456", "+49 (30) 12 34-56"),
            ("Kim  Novak", "\"kim novak\""),
            ("van den Berg, Kim", "Kim van den Berg"),
            ("DE02 1203 0000 0000 2020 51", "de02120300000000202051"),
        ] {
            assert!(key(one).is_some());
            assert_eq!(key(one), key(other), "{one}");
        }
        assert_ne!(key("kim@x.org"), key("kim.n@x.org"));
        for nobody in ["", " - ", "anonymous", "undisclosed-recipients:", "?"] {
            assert_eq!(key(nobody), None, "{nobody}");
        }
    }
}
