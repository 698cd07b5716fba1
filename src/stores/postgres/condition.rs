//! Tests of columns as SQL that lets every matching row pass: what passes too much, art20 drops. Values are compared in
//! the column's own type where they can be, so that an index serves.

use super::column::{Column, Compared, quoted};
use super::session::Value;
use crate::subject::{ColumnTest, Test};
use std::net::IpAddr;

/// What an address may stand between without belonging to it, as far as ASCII goes.
const BLANKS: &str = r"E' \t\n\x0b\x0c\r'";
/// Digits of a telephone number that no way of writing it changes.
const TAIL: usize = 4;

/// A statement's values, by their numbers.
#[derive(Default)]
pub(super) struct Values(pub(super) Vec<Value>);

impl Values {
    /// Takes a value in and gives the place where it stands in the statement.
    pub(super) fn place(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    fn texts<T: AsRef<str>>(&mut self, texts: impl IntoIterator<Item = T>) -> String {
        let texts = texts.into_iter().map(|text| text.as_ref().to_owned()).collect();
        format!("{}::text[]", self.place(Value::Texts(texts)))
    }
}

/// A test as SQL. `utf8` says that the database keeps text as UTF-8.
pub(super) fn condition(column: &Column, test: &ColumnTest<'_>, utf8: bool, sent: &mut Values) -> String {
    let all = || format!("{} IS NOT NULL", quoted(&column.name));
    let exact = |values: &[Vec<u8>], sent: &mut Values| texts_in(column, values, utf8, sent).unwrap_or_else(all);
    match &test.test {
        Test::TextIn(values) => exact(values, sent),
        Test::CanonicalIn { kind, values } => match *kind {
            "email" => address(column, values, utf8, sent).unwrap_or_else(all),
            "phone" => phone(column, values, utf8, sent).unwrap_or_else(all),
            _ => exact(values, sent),
        },
        Test::ListHas { kind, values } => match *kind {
            "phone" => phone(column, values, utf8, sent).unwrap_or_else(all),
            kind => list(column, values, kind == "email", utf8, sent).unwrap_or_else(all),
        },
    }
}

/// The values that the server can know as text: it has no NUL. `None` if some cannot be said and might still be there.
fn sayable(values: &[Vec<u8>], utf8: bool) -> Option<Vec<&str>> {
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        match std::str::from_utf8(value) {
            Ok(text) if !text.contains('\0') => texts.push(text),
            Ok(_) => {}
            Err(_) if utf8 => {}
            Err(_) => return None,
        }
    }
    Some(texts)
}

/// The column's text is one of these.
fn texts_in(column: &Column, values: &[Vec<u8>], utf8: bool, sent: &mut Values) -> Option<String> {
    let name = quoted(&column.name);
    if column.compared == Compared::Bytes {
        return Some(format!("{name} = ANY ({}::bytea[])", sent.place(Value::Blobs(values.to_vec()))));
    }
    let texts = sayable(values, utf8)?;
    Some(match &column.compared {
        Compared::Written { .. } => format!("{} = ANY ({})", column.reading(), sent.texts(texts)),
        compared => format!("{name} = ANY ({})", list_of(compared, &texts, sent)),
    })
}

/// The texts as an array of the column's own type; those that no value of the type is written as are left out.
pub(super) fn list_of(compared: &Compared, texts: &[&str], sent: &mut Values) -> String {
    match compared {
        Compared::Whole => {
            let number = |text: &&str| text.parse::<i64>().ok().filter(|number| number.to_string() == *text);
            format!("{}::int8[]", sent.place(Value::Wholes(texts.iter().filter_map(number).collect())))
        }
        Compared::Truth => {
            let truth = |text: &&str| matches!(*text, "0" | "1").then_some(*text == "1");
            format!("{}::bool[]", sent.place(Value::Truths(texts.iter().filter_map(truth).collect())))
        }
        Compared::Real { single } => {
            let number = |text: &&str| text.parse::<f64>().ok().filter(|number| !*single || fits_single(*number));
            let place = sent.place(Value::Reals(texts.iter().filter_map(number).collect()));
            format!("{place}::float8[]{}", if *single { "::float4[]" } else { "" })
        }
        Compared::Exact => format!("{}::numeric[]", sent.texts(texts.iter().filter(|text| is_exact(text)))),
        Compared::Uuid => {
            let is_uuid = |text: &&&str| uuid::Uuid::parse_str(text).is_ok_and(|uuid| uuid.to_string() == **text);
            format!("{}::uuid[]", sent.texts(texts.iter().filter(is_uuid)))
        }
        Compared::Internet => format!("{}::inet[]", sent.texts(texts.iter().filter(|text| is_internet(text)))),
        Compared::Text { like } | Compared::Written { like: Some(like) } => match like.as_str() {
            r#""pg_catalog"."text""# | r#""pg_catalog"."varchar""# => sent.texts(texts),
            like => format!("{}::{like}[]", sent.texts(texts)),
        },
        Compared::Bytes | Compared::Written { like: None } => sent.texts(texts),
    }
}

/// Whether a fraction is one of half the size too, roughly: PostgreSQL takes others for mistakes.
#[expect(clippy::cast_possible_truncation, reason = "that is what is asked")]
fn fits_single(number: f64) -> bool {
    let single = number as f32;
    !number.is_finite() || (single.is_finite() && (single != 0.0 || number == 0.0))
}

/// Whether `numeric` may be written like this.
fn is_exact(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    let number = digits(whole) && digits(fraction) && text.len() < 10_000;
    number || ["NaN", "Infinity", "-Infinity"].contains(&text)
}

/// Whether `inet` may be written like this.
fn is_internet(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// The column as text to search in, and what may be something else than it looks like.
fn searched(column: &Column, utf8: bool) -> Option<(String, String)> {
    let text = column.searchable().filter(|_| utf8)?;
    // Whatever is not ASCII may be the same in other letters, digits or blanks.
    let odd = format!("octet_length({text}) <> char_length({text})");
    Some((text, odd))
}

fn in_small_letters(text: &str) -> String {
    // Not `lower`, in which some places of the world have letters of their own.
    format!("translate({text}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')")
}

/// The column is one of these addresses in some way of writing it.
fn address(column: &Column, values: &[Vec<u8>], utf8: bool, sent: &mut Values) -> Option<String> {
    let (text, odd) = searched(column, utf8)?;
    let small = in_small_letters(&text);
    let list = sent.texts(sayable(values, utf8)?);
    Some(format!("(btrim({small}, {BLANKS}) = ANY ({list}) OR strpos({small}, 'xn--') > 0 OR {odd})"))
}

/// The column is, or holds, one of these numbers in some way of writing it: the last digits stay what they are, unless
/// letters stand for them.
fn phone(column: &Column, values: &[Vec<u8>], utf8: bool, sent: &mut Values) -> Option<String> {
    let (text, odd) = searched(column, utf8)?;
    let mut tails: Vec<String> = Vec::new();
    for value in sayable(values, utf8)? {
        let number = value.strip_prefix('+')?.split(';').next().unwrap_or_default();
        tails.push(format!("%{}%", number.get(number.len().checked_sub(TAIL)?..)?));
    }
    let list = sent.texts(tails);
    Some(format!("(regexp_replace({text}, '[^0-9]', '', 'g') LIKE ANY ({list}) OR {text} ~ '[A-Za-z]' OR {odd})"))
}

/// The column is a list in which one of these stands.
fn list(column: &Column, values: &[Vec<u8>], addresses: bool, utf8: bool, sent: &mut Values) -> Option<String> {
    let (text, odd) = searched(column, utf8)?;
    let values = sayable(values, utf8)?;
    // Lists join names that a comma parts with a blank after it.
    if values.iter().any(|value| value.contains(',')) {
        return None;
    }
    let escaped = |value: &&str| {
        let escaped: String =
            value.chars().flat_map(|c| ['\\'].into_iter().filter(move |_| "%_\\".contains(c)).chain([c])).collect();
        format!("%{escaped}%")
    };
    let patterns = sent.texts(values.iter().map(escaped));
    // A backslash may hide any letter, and empty brackets may part a word.
    let hidden = format!("strpos({text}, chr(92)) > 0 OR {text} ~ '<[ \t]*>'");
    Some(if addresses {
        let small = in_small_letters(&text);
        format!("({small} LIKE ANY ({patterns}) OR strpos({small}, 'xn--') > 0 OR {hidden} OR {odd})")
    } else {
        format!("({text} LIKE ANY ({patterns}) OR {hidden})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_no_value_of_the_type_is_written_as_are_not_sent() {
        let sent = |compared: &Compared, texts: &[&str]| {
            let mut sent = Values::default();
            list_of(compared, texts, &mut sent);
            format!("{:?}", sent.0[0])
        };
        assert_eq!(sent(&Compared::Whole, &["7", "07", "x", "-1", ""]), "Wholes([7, -1])");
        assert_eq!(sent(&Compared::Truth, &["1", "true"]), "Truths([true])");
        let addresses = ["192.0.2.7", "192.0.2.7/24", "2001:db8::1", "192.0.2.7/33", "fe80::1%1", "x", "192.0.2.7/+1"];
        assert_eq!(sent(&Compared::Internet, &addresses), "Texts([\"192.0.2.7\", \"192.0.2.7/24\", \"2001:db8::1\"])");
        assert_eq!(sent(&Compared::Exact, &["19.90", "1e5", "-3", ".5", "NaN"]), "Texts([\"19.90\", \"-3\", \"NaN\"])");
        assert_eq!(sent(&Compared::Real { single: true }, &["0.5", "1e300", "1e-300", "0"]), "Reals([0.5, 0.0])");
    }

    #[test]
    fn text_that_cannot_be_there_is_not_asked_for() {
        let values = [b"a\0b".to_vec(), vec![0xff], b"c".to_vec()];
        assert_eq!(sayable(&values, true), Some(vec!["c"]));
        assert_eq!(sayable(&values, false), None);
    }
}
