//! Exact decimal numbers: money and quantities as strings, never as binary fractions (requirement E13).

use rust_decimal::Decimal as Exact;

/// An exact decimal number in plain notation: `-?digits(.digits)?`, with the digits as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// Reads plain (`19.90`, `+5`, `.5`, `007`) or scientific notation (`1e3`). Anything else, such as grouped
    /// digits or a currency sign, is no number.
    pub fn parse(text: &str) -> Option<Decimal> {
        let text = text.trim_matches(' ');
        plain(text).or_else(|| scientific(text))
    }

    /// Reads the notation with a decimal comma: `19,90`, `1.234,56`, `1 234,56`. Groups must have three digits.
    pub fn parse_decimal_comma(text: &str) -> Option<Decimal> {
        let text = text.trim_matches(' ');
        let (whole, fraction) = match text.split_once(',') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let (sign, digits) = match whole.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", whole.strip_prefix('+').unwrap_or(whole)),
        };
        let mut groups = digits.split(['.', ' ', '\u{a0}', '\u{202f}', '\'', '’']);
        let first = groups.next()?;
        let rest: Vec<&str> = groups.collect();
        let grouped = !rest.is_empty();
        if grouped && (first.is_empty() || first.len() > 3 || rest.iter().any(|group| group.len() != 3)) {
            return None;
        }
        let whole = format!("{sign}{first}{}", rest.concat());
        match fraction {
            Some(fraction) => plain(&format!("{whole}.{fraction}")),
            None => plain(&whole),
        }
    }

    /// A whole number of minor units (cents) with this many decimal digits: 1990 with 2 is `19.90`.
    pub fn from_minor_units(units: i64, exponent: u16) -> Option<Decimal> {
        Exact::try_from_i128_with_scale(i128::from(units), u32::from(exponent)).ok().map(|d| Decimal(d.to_string()))
    }

    /// A stored binary fraction as its shortest decimal that reads back as the same number.
    pub fn from_f64(number: f64) -> Option<Decimal> {
        number.is_finite().then(|| Decimal(number.to_string()))
    }

    /// A whole number.
    pub fn from_i64(number: i64) -> Decimal {
        Decimal(number.to_string())
    }

    /// The number in plain notation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Moves the point of the mantissa, so that every digit stays. Exponents of more than three digits are refused: nobody
/// means them, and they would fill the disk.
fn scientific(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let magnitude = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if magnitude.is_empty() || magnitude.len() > 3 || !magnitude.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    let mantissa = plain(mantissa)?.0;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    if point <= 0 {
        all.insert_str(0, &"0".repeat(1 + point.unsigned_abs() as usize));
    }
    let point = usize::try_from(point.max(1)).ok()?;
    while all.len() < point {
        all.push('0');
    }
    plain(&format!("{sign}{}.{}", &all[..point], &all[point..]))
        .map(|Decimal(text)| Decimal(text.trim_end_matches('.').to_owned()))
}

/// Plain notation with redundant signs and zeros put in order; the digits after the point stay as they are.
fn plain(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let zero = whole == "0" && fraction.bytes().all(|b| b == b'0');
    let sign = if negative && !zero { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(Decimal(format!("{sign}{whole}{point}{fraction}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        Decimal::parse(text).map(|d| d.0)
    }

    #[test]
    fn money_keeps_every_digit_that_was_stored() {
        for (stored, expected) in [
            ("19.90", "19.90"),
            ("0.10", "0.10"),
            ("12345678901234.56", "12345678901234.56"),
            ("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"),
            ("-0.00", "0.00"),
            ("-19.90", "-19.90"),
            ("+5", "5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007.50", "7.50"),
            ("1e3", "1000"),
            ("1.5E-2", "0.015"),
            ("-12.5e0", "-12.5"),
            ("12.50e1", "125.0"),
            ("1e-30", "0.000000000000000000000000000001"),
            ("1.234567890123456789012345678901234e5", "123456.7890123456789012345678901234"),
        ] {
            assert_eq!(parsed(stored).as_deref(), Some(expected), "{stored}");
        }
    }

    #[test]
    fn what_is_no_plain_number_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1,000.00",
            "1 000",
            "19.90 EUR",
            "NaN",
            "inf",
            "0x10",
            "1e",
            "e3",
            "1e9999",
            "1e+-3",
            "1e3.5",
            "١٢",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_with_and_without_groups() {
        let parsed = |text| Decimal::parse_decimal_comma(text).map(|d| d.0);
        for (stored, expected) in [
            ("19,90", "19.90"),
            ("1.234,56", "1234.56"),
            ("-1 234 567,8", "-1234567.8"),
            ("12", "12"),
            ("1234,5", "1234.5"),
        ] {
            assert_eq!(parsed(stored).as_deref(), Some(expected), "{stored}");
        }
        for text in ["1.23,4", "1,2,3", "1234.567,8", ".123,4", "19.90", ""] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn minor_units_follow_the_exponent() {
        let of = |units, exponent| Decimal::from_minor_units(units, exponent).map(|d| d.0);
        assert_eq!(of(1990, 2).as_deref(), Some("19.90"));
        assert_eq!(of(1000, 0).as_deref(), Some("1000"));
        assert_eq!(of(1234, 3).as_deref(), Some("1.234"));
        assert_eq!(of(-5, 2).as_deref(), Some("-0.05"));
        assert_eq!(of(i64::MIN, 2).as_deref(), Some("-92233720368547758.08"));
    }

    #[test]
    fn a_binary_fraction_becomes_its_shortest_decimal() {
        let of = |number| Decimal::from_f64(number).map(|d| d.0);
        assert_eq!(of(0.1).as_deref(), Some("0.1"));
        assert_eq!(of(1e21).as_deref(), Some("1000000000000000000000"));
        assert_eq!(of(f64::NAN), None);
    }
}
