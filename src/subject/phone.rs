//! Telephone numbers in one form, E.164.
//!
//! `phonenumber` knows how every country writes them, and takes a tenth of a second to learn it. Most numbers need none
//! of that: one that says its country code and has nothing that the controller's region would take for a prefix of
//! its own stands in E.164 already, once what separates its digits is taken out. A test holds the two ways equal.

/// Country codes (ITU-T E.164, annex D), as `phonenumber` knows them.
const COUNTRY_CODES: [&str; 3] = [
    "1 7",
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 \
     91 92 93 94 95 98",
    "211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239 240 241 242 \
     243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269 290 291 \
     297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 \
     387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 673 \
     674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692 800 808 850 852 853 855 856 870 878 880 \
     881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 992 993 994 995 996 \
     998",
];

/// Regions whose prefixes may begin otherwise than with 0: (regions, beginnings of the prefixes for calls abroad,
/// beginnings of what may stand before a national number).
const PREFIXES: [(&str, &str, &str); 20] = [
    ("CA DO JM MH PR US", "0", "1"),
    ("CN", "0 11 12 179", "0 11 12 179"),
    ("AU", "0 14", "0 183"),
    ("GB", "0", "0 180020"),
    ("BR", "0", "0 90"),
    ("CR", "0", "19"),
    ("FO", "0", "10"),
    ("LU", "0", "15"),
    ("LI", "0", "0 1001"),
    ("LT", "0", "0 8"),
    ("AX FI KP", "0 99", "0"),
    ("KZ RU TM", "810", "8"),
    ("BY", "810", "0 8"),
    ("TJ", "810", ""),
    ("CL", "0 1", ""),
    ("IS", "0 10 11", ""),
    ("PG", "0 140", ""),
    ("TD", "0 16", ""),
    ("PE SI", "0 10 19", "0"),
    ("CU", "119", "0"),
];

/// Regions with rules that only `phonenumber` knows.
const PARTICULAR: &str = "AG AI AR AS BB BM BS CC CX DM GD GG GU IM JE KN KY LC MG MP MS NF SM SX TC TT VC VG VI";

/// Regions where a call abroad does not begin with 00.
const NOT_00: &str = "AG AI AS AU BB BM BO BR BS BY CA CC CL CO CU CV CX DM DO FJ GD GU GY HK ID IL JM JP KE KH KN KR \
     KY KZ LC MH MN MP MS MU MV MX NG NZ PR PW RU SB SC SG SX TC TH TJ TM TT TW TZ UG US UY VC VG VI WS";

/// The form in which numbers are compared, with the extension if there is one; what is no number stays as it is.
/// `region` (ISO 3166-1) is that of numbers that carry no country code.
pub fn phone(value: &str, region: Option<&str>) -> String {
    let value = value.trim();
    // An address may begin with digits, and is no number.
    if value.contains('@') || !value.chars().any(char::is_numeric) {
        return value.to_owned();
    }
    match digits_alone(value) {
        Some(digits) if value.starts_with('+') => {
            let number = format!("+{digits}");
            if is_e164(&number, region) {
                return number;
            }
            parsed(&number, region)
        }
        Some(digits) if region.is_some_and(|region| !NOT_00.split(' ').any(|other| other == region)) => {
            match digits.strip_prefix("00").map(|digits| format!("+{digits}")) {
                Some(number) if is_e164(&number, region) => return number,
                _ => parsed(value, region),
            }
        }
        _ => parsed(value, region),
    }
    .unwrap_or_else(|| value.to_owned())
}

/// By the rules of every country.
fn parsed(number: &str, region: Option<&str>) -> Option<String> {
    let region = region.and_then(|region| region.parse().ok());
    let number = phonenumber::parse(region, number).ok()?;
    let plain = number.format().mode(phonenumber::Mode::E164).to_string();
    Some(match number.extension() {
        // Two people may share a number and differ in the extension.
        Some(extension) => format!("{};ext={}", plain.split(';').next().unwrap_or(&plain), extension.as_ref()),
        None => plain,
    })
}

/// The digits without what people put between them; nothing if there is anything else.
fn digits_alone(value: &str) -> Option<String> {
    let rest = value.strip_prefix('+').unwrap_or(value);
    let plain = rest.bytes().all(|byte| byte.is_ascii_digit() || b" -.()".contains(&byte));
    plain.then(|| rest.replace(|c: char| !c.is_ascii_digit(), ""))
}

/// Whether this is E.164 as it stands, and surely so: `phonenumber` would not change it.
fn is_e164(number: &str, region: Option<&str>) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    if !(9..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let known = |length: &usize| COUNTRY_CODES[length - 1].split(' ').any(|code| code == &digits[..*length]);
    let Some(length) = (1..=3).find(known) else { return false };
    // A region that `phonenumber` does not know either has no prefixes.
    let region = region.unwrap_or_default();
    let among = |list: &str| list.split(' ').any(|one| one == region);
    if region.is_empty() || among(PARTICULAR) {
        return false;
    }
    let (abroad, trunk) =
        PREFIXES.iter().find(|(list, ..)| among(list)).map_or(("0", "0"), |(_, abroad, trunk)| (*abroad, *trunk));
    let begins = |digits: &str, list: &str| list.split_terminator(' ').any(|beginning| digits.starts_with(beginning));
    !begins(digits, abroad) && !begins(&digits[length..], trunk)
}

/// Whether a text may be one of these numbers in their one form. It is told by the last digits, which no country's
/// rules change, and saves reading every number of a table by those rules.
pub(super) fn may_be_one_of(text: &str, numbers: &[Vec<u8>]) -> bool {
    /// What a prefix may take away or add stands before these.
    const LAST: usize = 4;
    /// Shorter numbers may be prefix for the most part, and so may those that begin with the prefix for calls abroad.
    const LONG: usize = 10;
    // Letters may stand for digits or for an extension, and a slash between two numbers.
    if !text.bytes().all(|byte| byte.is_ascii_digit() || b" +-.()".contains(&byte)) {
        return true;
    }
    let digits = |text: &[u8]| -> Vec<u8> { text.iter().rev().filter(|b| b.is_ascii_digit()).copied().collect() };
    let own = digits(text.as_bytes());
    if own.len() < LONG || own.ends_with(b"00") {
        return true;
    }
    numbers.iter().any(|number| {
        // The extension comes last; a number that could not be read stands there with whatever it had.
        let plain = number.split(|byte| *byte == b';').next().unwrap_or_default();
        let other = digits(plain);
        // A prefix may have left hardly anything behind the code of a country.
        let is_short = other.len() < COUNTRY_CODES.len() + LAST;
        is_short || plain.iter().any(u8::is_ascii_alphabetic) || other.iter().take(LAST).eq(own.iter().take(LAST))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits that look like chance, always the same.
    fn digits(state: &mut u64, count: usize) -> String {
        (0..count)
            .map(|_| {
                *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'0' + u8::try_from((*state >> 40) % 10).unwrap())
            })
            .collect()
    }

    #[test]
    fn the_country_codes_are_those_that_phonenumber_knows() {
        let known = (1..1_000u16).filter(|code| phonenumber::metadata::DATABASE.by_code(code).is_some());
        let own: Vec<u16> =
            COUNTRY_CODES.iter().flat_map(|codes| codes.split(' ')).map(|c| c.parse().unwrap()).collect();
        assert_eq!(own, known.collect::<Vec<_>>());
    }

    #[test]
    fn what_is_taken_for_e164_in_any_region_is_what_phonenumber_makes_of_it() {
        let letters = || 'A'..='Z';
        let regions = letters().flat_map(|a| letters().map(move |b| format!("{a}{b}")));
        let regions: Vec<String> = regions.filter(|id| phonenumber::metadata::DATABASE.by_id(id).is_some()).collect();
        assert!(regions.len() > 200);
        let (mut state, mut quick) = (1, 0);
        for region in &regions {
            for code in COUNTRY_CODES.iter().flat_map(|codes| codes.split(' ')).step_by(11) {
                for first in 0..10 {
                    let length = 6 + usize::try_from(state % 6).unwrap();
                    let number = format!("+{code}{first}{}", digits(&mut state, length));
                    if is_e164(&number, Some(region)) {
                        quick += 1;
                        assert_eq!(parsed(&number, Some(region)).as_deref(), Some(number.as_str()), "in {region}");
                        let abroad = format!("00{}", &number[1..]);
                        let rules = parsed(&abroad, Some(region)).unwrap_or_else(|| abroad.clone());
                        assert_eq!(phone(&abroad, Some(region)), rules, "{abroad} in {region}");
                    }
                }
            }
        }
        assert!(quick > 25_000, "{quick}");
    }

    #[test]
    fn a_number_that_may_not_be_one_of_some_is_none_of_them() {
        let mut state = 7;
        let mut dropped = 0;
        for region in ["DE", "CN", "US", "AR", "MX", "BR", "IT", "GB", "RU", "AU"] {
            for nth in 0..400 {
                let length = 2 + nth % 12;
                let text = match nth % 4 {
                    0 => digits(&mut state, length),
                    1 => format!("0{} {}", digits(&mut state, 3), digits(&mut state, length)),
                    2 => format!("+{} ({}) {}", 1 + nth % 98, digits(&mut state, 2), digits(&mut state, length)),
                    _ => format!("00{}-{}", 1 + nth % 98, digits(&mut state, length)),
                };
                let own = vec![phone(&text, Some(region)).into_bytes()];
                assert!(may_be_one_of(&text, &own), "{text} in {region}");
                dropped += u32::from(!may_be_one_of(&text, &[b"+4930123456".to_vec()]));
            }
        }
        assert!(dropped > 1_500, "{dropped}");
        // China takes the beginning of a number in Belize for a prefix and leaves two digits of it.
        let text = "+501 1267435";
        assert_eq!(phone(text, Some("CN")), "+50135");
        assert!(may_be_one_of(text, &[b"+50135".to_vec()]));
    }

    #[test]
    fn what_stands_between_the_digits_and_what_is_no_number_makes_no_difference() {
        for text in [
            "+86 10 6552 9988",
            "+86 (10) 6552-9988",
            "+8610-65529988",
            "+86.10.6552.9988",
            "0086 10 65529988",
            "0086-10-6552-9988",
        ] {
            assert_eq!(phone(text, Some("CN")), "+861065529988", "{text}");
        }
        for text in ["ann@example.org", "+861065529988@example.org", "anonymous", ""] {
            assert_eq!(phone(text, Some("CN")), text);
        }
        assert_eq!(phone("+44 (0)20 7946 0000", Some("DE")), "+442079460000");
    }
}
