//! The invented data subjects: everything about number N follows from N and the seed, and can be foretold.
//!
//! Addresses are under `example.org`, telephone numbers in the ranges that ARCEP (France) and ACMA (Australia) keep for
//! fiction. No two subjects share an identifier.

use super::random::Random;
use super::text::Script;

const LATIN_GIVEN: [&str; 24] = [
    "Änne", "Bruno", "Céline", "Dagný", "Eskil", "Fiona", "Gaël", "Hedwig", "Ilse", "Jürgen", "Klára", "Lorcan",
    "Mireia", "Nils", "Océane", "Piet", "Quirin", "Rosa", "Søren", "Tadeusz", "Ulla", "Viola", "Wanda", "Zoë",
];
#[rustfmt::skip]
const LATIN_SURNAMES: [&str; 24] = [
    "Ahornau", "Birkfeld", "Colline", "Dünen", "Eberesch", "Fjordal", "Glockner", "Hagebutt", "Inselau", "Jasmínek", "Kiesel",
    "Lindholt", "Mondsee", "Nordlys", "O'Willow", "Petitbo", "Quellau", "Rosmarin", "Sandbank", "Tannberg", "Uferlos", "Vogelau", "Wiesner", "Zitron",
];
const CHINESE_SURNAMES: [&str; 8] = ["云", "江", "林", "石", "叶", "雷", "龙", "白"];
const CHINESE_GIVEN: [&str; 12] =
    ["晓雨", "明月", "青山", "小溪", "春晖", "秋实", "冬梅", "夏荷", "子墨", "思远", "一帆", "若水"];
const ARABIC_GIVEN: [&str; 10] = ["نور", "سلمى", "زياد", "هدى", "كريم", "ياسمين", "طارق", "ريم", "سامي", "ليان"];
const ARABIC_SURNAMES: [&str; 8] = ["الزيتوني", "النجار", "البحري", "الوردي", "الجبلي", "القمري", "النهري", "الصباغ"];

/// Places of invented streets: country, locality, region, postcode.
const FRANCE: [[&str; 3]; 3] = [
    ["Pont-Imaginaire", "Contrée-Inventée", "00001"],
    ["Saint-Exemple", "Contrée-Inventée", "00002"],
    ["Villefictive", "Pays-des-Songes", "00003"],
];
const AUSTRALIA: [[&str; 3]; 3] =
    [["Sampleton", "NSW", "0001"], ["Nowhere Creek", "QLD", "0002"], ["Port Example", "VIC", "0003"]];

/// Of the ranges for fiction those that software takes for valid, 10,000 numbers each: `01 99 00 …`, `02 61 91 …`, …
const FRENCH_RANGES: [&str; 5] = ["19900", "26191", "35301", "46571", "53649"];
/// `02 5550 …`, `02 7010 …`, …
const AUSTRALIAN_RANGES: [&str; 5] = ["25550", "27010", "35550", "37010", "75550"];

/// An invented data subject.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invented {
    /// From 1.
    pub(super) number: u64,
    /// How the name and the letters are written.
    pub(super) script: Script,
    /// Given name.
    pub(super) given: &'static str,
    /// Surname.
    pub(super) surname: &'static str,
    place: [&'static str; 3],
}

impl Invented {
    /// The subject of this number.
    pub(super) fn new(seed: u64, number: u64) -> Invented {
        let mut random = Random::of(seed, 0, number);
        let script = match number % 7 {
            5 => Script::Chinese,
            6 => Script::Arabic,
            _ => Script::Latin,
        };
        let (given, surname) = match script {
            Script::Latin => (random.pick(&LATIN_GIVEN), random.pick(&LATIN_SURNAMES)),
            Script::Chinese => (random.pick(&CHINESE_GIVEN), random.pick(&CHINESE_SURNAMES)),
            Script::Arabic => (random.pick(&ARABIC_GIVEN), random.pick(&ARABIC_SURNAMES)),
        };
        let place = random.pick(if number % 2 == 1 { &FRANCE } else { &AUSTRALIA });
        Invented { number, script, given, surname, place }
    }

    /// Whether this is one of every so many subjects; number 1 always is.
    pub(super) fn one_of(&self, every: u64) -> bool {
        self.number % every == 1 % every
    }

    /// Whether this is one of every so many subjects, counted so that number 1 seldom is.
    pub(super) fn at(&self, place: u64, every: u64) -> bool {
        self.number % every == place
    }

    pub(super) fn full_name(&self) -> String {
        match self.script {
            Script::Chinese => format!("{}{}", self.surname, self.given),
            _ => format!("{} {}", self.given, self.surname),
        }
    }

    pub(super) fn customer(&self) -> String {
        customer(self.number)
    }

    pub(super) fn email(&self) -> String {
        email(self.number)
    }

    /// In E.164; the ranges last for 100,000 subjects.
    pub(super) fn phone(&self) -> Option<String> {
        let nth = (self.number - 1) / 2;
        let (prefix, ranges) = if self.number % 2 == 1 { ("+33", FRENCH_RANGES) } else { ("+61", AUSTRALIAN_RANGES) };
        let range = usize::try_from(nth / 10_000).ok().and_then(|at| ranges.get(at))?;
        Some(format!("{prefix}{range}{:04}", nth % 10_000))
    }

    pub(super) fn country(&self) -> &'static str {
        if self.number % 2 == 1 { "FR" } else { "AU" }
    }

    /// Hours east of Greenwich.
    pub(super) fn offset(&self) -> i8 {
        if self.number % 2 == 1 { 1 } else { 10 }
    }

    pub(super) fn language(&self) -> &'static str {
        match (self.script, self.country()) {
            (Script::Chinese, _) => "zh-CN",
            (Script::Arabic, _) => "ar",
            (Script::Latin, "FR") => "fr",
            (Script::Latin, _) => "en-AU",
        }
    }

    pub(super) fn street(&self) -> String {
        let house = self.number % 199 + 1;
        if self.number % 2 == 1 { format!("{house} rue des Fougères") } else { format!("{house} Fern Street") }
    }

    pub(super) fn locality(&self) -> &'static str {
        self.place[0]
    }

    pub(super) fn region(&self) -> &'static str {
        self.place[1]
    }

    pub(super) fn postcode(&self) -> &'static str {
        self.place[2]
    }

    /// The cookie's name for the subject's browser. An odd factor keeps different numbers different.
    pub(super) fn visitor(&self) -> String {
        format!("v-{:010x}", self.number.wrapping_mul(0x9E_3779_B97F) & 0xFF_FFFF_FFFF)
    }

    /// In the ranges kept for documentation (RFC 5737, RFC 3849).
    pub(super) fn ip(&self) -> String {
        let host = self.number % 254 + 1;
        match self.number % 4 {
            0 => format!("2001:db8::{:x}:{:x}", self.number >> 16 & 0xFFFF, self.number & 0xFFFF),
            1 => format!("192.0.2.{host}"),
            2 => format!("198.51.100.{host}"),
            _ => format!("203.0.113.{host}"),
        }
    }

    /// An account with right check digits (ISO 13616) at a bank that is not there.
    pub(super) fn iban(&self) -> String {
        let account = format!("00000000{:010}", self.number % 10_000_000_000);
        // The country and the place of the check digits, as figures, stand behind: D is 13, E is 14.
        let rest = account.bytes().chain(*b"131400").fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
        format!("DE{:02}{account}", 98 - rest)
    }
}

/// The e-mail address of subject number N.
pub(super) fn email(number: u64) -> String {
    format!("subject-{number:06}@example.org")
}

/// The customer number of subject number N.
pub(super) fn customer(number: u64) -> String {
    format!("C-{number:06}")
}

/// Somebody who is in no register and writes or gets copies: name and address.
pub(super) fn outsider(random: &mut Random) -> (String, String) {
    let name = format!("{} {}", random.pick(&LATIN_GIVEN), random.pick(&LATIN_SURNAMES));
    (name, format!("outsider-{:04}@example.net", random.below(5000)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::identifier;
    use std::collections::HashSet;

    #[test]
    fn identifiers_are_in_canonical_form() {
        for number in (1..102_000).step_by(4_999).chain(2..9) {
            let subject = Invented::new(1, number);
            assert_eq!(identifier::email(&subject.email()), subject.email());
            if let Some(phone) = subject.phone() {
                assert_eq!(identifier::phone(&phone, Some("CN")), phone);
                assert!(phonenumber::is_valid(&phonenumber::parse(None, &phone).unwrap()), "{phone}");
            }
        }
    }

    #[test]
    fn no_two_subjects_share_an_identifier() {
        let mut seen = HashSet::new();
        for subject in (1..=102_000).map(|number| Invented::new(1, number)) {
            let phone = subject.phone();
            assert_eq!(phone.is_some(), subject.number <= 100_000);
            for identifier in phone.into_iter().chain([subject.email(), subject.customer(), subject.visitor()]) {
                assert!(seen.insert(identifier));
            }
        }
    }

    #[test]
    fn accounts_have_right_check_digits() {
        for number in 1..200 {
            let iban = Invented::new(1, number).iban();
            let turned: String = iban[4..].chars().chain(iban[..4].chars()).collect();
            let figures: String = turned.chars().map(|letter| letter.to_digit(36).unwrap().to_string()).collect();
            assert_eq!(figures.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97), 1);
        }
    }
}
