//! Finding known names, addresses and numbers in free text: on word boundaries, the longest first, and never inside a
//! name or address of the subject.

use super::alias::{Alias, is_account, is_phone};
use super::fold::{Folded, Markup, fold};
use super::persons::Persons;
use super::sightings::in_order;
use crate::scope::ScopeError;
use crate::subject::identifier::canonical;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::{BTreeMap, HashMap, HashSet};
use unicode_normalization::char::is_combining_mark;

/// The longest piece of text that may be a telephone number.
const LONGEST_NUMBER: usize = 40;
/// So many bytes of names and addresses are looked for at most, those of some three million people: each is a state of
/// the automaton, which takes a few dozen bytes of memory.
const LARGEST: usize = 1 << 26;
/// A name of so many letters is looked for without its spaces too.
const RUN_TOGETHER: usize = 8;
/// Names of no person that are ordinary words when written in one.
const ORDINARY: [&str; 14] = [
    "accountspayable",
    "backoffice",
    "callcenter",
    "customercare",
    "customerservice",
    "donotreply",
    "frontdesk",
    "frontoffice",
    "helpcenter",
    "helpdesk",
    "mailroom",
    "newsletter",
    "servicedesk",
    "webmaster",
];
/// What stands before a telephone number, also without a space.
const LABELS: [&str; 14] =
    ["call", "cell", "f", "fax", "handy", "m", "mob", "mobil", "mobile", "phone", "t", "tel", "telefon", "telephone"];

/// One person in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Where the name or address begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whose it is.
    pub person: u32,
    /// It stands where only an address can: in angle brackets, or in a link.
    pub address: bool,
    /// How tags in it are to be read.
    pub markup: Markup,
}

/// Something to look for.
struct Pattern {
    /// None for the subject.
    person: Option<u32>,
    mail: bool,
    /// A single word that must begin with a capital letter.
    capital: bool,
    /// The words of a name in one, which must be part of a file name, address or link.
    joined: bool,
}

/// Everything to look for.
pub(super) struct Search {
    automaton: Option<AhoCorasick>,
    patterns: Vec<Pattern>,
    phones: HashMap<String, u32>,
    /// The last digits of the numbers: few pieces of text need a closer look.
    tails: HashSet<String>,
    region: Option<String>,
}

impl Search {
    /// Prepares to look for these people.
    ///
    /// # Errors
    /// When they have too many names and addresses to look for all of them: nobody may be passed over.
    pub(super) fn new(persons: &Persons, region: Option<&str>) -> Result<Search, ScopeError> {
        let mut texts: BTreeMap<String, Pattern> = BTreeMap::new();
        let mut phones = HashMap::new();
        let own = persons.subject.iter().filter(|key| !names_another(key, persons)).flat_map(forms);
        let own: HashSet<String> = own.collect();
        // In an order of their own: two people may be written alike, and each run must say the same.
        let keys: Vec<(&Alias, u32)> = in_order(&persons.of).into_iter().map(|key| (key, persons.of[key])).collect();
        for (key, person) in &keys {
            if let Alias::Phone(number) = key {
                phones.insert(number.clone(), *person);
            }
            let mail = matches!(key, Alias::Mail(_));
            let Some(text) = forms(key).into_iter().next() else { continue };
            let single = !mail && !text.contains(' ') && text.chars().all(char::is_alphabetic);
            let capital = single && !persons.small.contains(key);
            texts.entry(text).or_insert(Pattern { person: Some(*person), mail, capital, joined: false });
        }
        // A name of somebody's own goes before what others' names may look like, and the subject's before both.
        for (key, person) in &keys {
            let mail = matches!(key, Alias::Mail(_));
            let is_others = |form: &Alias| {
                persons.subject.contains(form) || persons.of.get(form).is_some_and(|other| other != person)
            };
            for text in forms(key).into_iter().skip(1) {
                if own.contains(&text) || Alias::of(&text, region).as_ref().is_some_and(is_others) {
                    continue;
                }
                // Where no spaces stand between words, a name in one is its usual form.
                let in_one = |name: &str| name.contains(' ') && text == name.replace(' ', "");
                let joined = matches!(key, Alias::Word(name) if in_one(name)) && text.contains(is_word);
                let new = Pattern { person: Some(*person), mail, capital: false, joined };
                let known = texts.entry(text).or_insert(new);
                known.joined |= joined && known.capital && known.person == Some(*person);
            }
        }
        for text in own {
            texts.entry(text).or_insert(Pattern { person: None, mail: false, capital: false, joined: false });
        }
        texts.retain(|text, _| is_telling(text));
        let (texts, patterns): (Vec<String>, Vec<Pattern>) = texts.into_iter().unzip();
        let anybody = patterns.iter().any(|pattern| pattern.person.is_some());
        let automaton = anybody.then(|| automaton(&texts, LARGEST)).transpose()?;
        let tails = phones.keys().map(|number| tail(number)).collect();
        Ok(Search { automaton, patterns, phones, tails, region: region.map(str::to_owned) })
    }

    /// The people that a text names, in order and apart from each other.
    pub(super) fn hits(&self, text: &str, markup: Markup) -> Vec<Hit> {
        if text.is_empty() || self.automaton.is_none() && self.phones.is_empty() {
            return Vec::new();
        }
        let mut hits = self.found(text, &Folded::of(text, markup));
        // Once more as it is shown: a name may be half bold, and stand in an attribute as well.
        if markup == Markup::Html && text.contains('<') {
            let cut = Folded::of(text, Markup::Cut);
            hits.extend(self.found(text, &cut));
            if cut.is_shown_otherwise() {
                let shown = self.found(text, &Folded::of(text, Markup::Shown)).into_iter();
                hits.extend(shown.map(|hit| Hit { markup: Markup::Shown, ..hit }));
            }
        }
        hits.sort_by_key(|hit| (hit.start, usize::MAX - hit.end));
        let mut end = 0;
        hits.retain(|hit| {
            let apart = hit.start >= end;
            end = if apart { hit.end } else { end };
            apart
        });
        hits
    }

    fn found(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let mut hits = self.known(text, folded);
        hits.extend(self.numbers(folded));
        hits
    }

    fn known(&self, text: &str, folded: &Folded) -> Vec<Hit> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let (mut hits, mut subject) = (Vec::new(), Vec::new());
        for found in automaton.find_overlapping_iter(&folded.text) {
            let pattern = &self.patterns[found.pattern().as_usize()];
            let (start, end) = (found.start(), found.end());
            let Some((from, to)) = folded.original(start, end) else { continue };
            let (before, after) = (&folded.text[..start], &folded.text[end..]);
            let what = &folded.text[start..end];
            let small = || text[from..].chars().next().is_some_and(char::is_lowercase);
            let fits = match pattern {
                _ if what.contains('@') => stands_as_address(before, after),
                Pattern { joined: true, .. } if stands_in_link((before, &text[..from]), (after, &text[to..])) => {
                    stands_as_name(before, what, after, true)
                }
                Pattern { joined, capital, .. } => {
                    (*capital || !joined)
                        && stands_as_name(before, what, after, what.contains(' '))
                        && !(*capital && small())
                }
            };
            if !fits {
                continue;
            }
            match pattern.person {
                None => subject.push((from, to)),
                Some(person) => {
                    let address = pattern.mail && ["<", "mailto:", "="].iter().any(|mark| before.ends_with(mark));
                    hits.push(Hit { start: from, end: to, person, address, markup: Markup::Cut });
                }
            }
        }
        // Of those that begin before a place only the one that ends last counts: a long text names the subject often.
        subject.sort_unstable();
        let mut last = 0;
        subject.iter_mut().for_each(|(_, to)| {
            last = last.max(*to);
            *to = last;
        });
        hits.retain(|hit| {
            let begun = subject.partition_point(|(from, _)| *from <= hit.start);
            subject[..begun].last().is_none_or(|(_, to)| *to < hit.end)
        });
        hits
    }

    /// Telephone numbers, however they are written.
    fn numbers(&self, folded: &Folded) -> Vec<Hit> {
        let mut hits = Vec::new();
        if self.phones.is_empty() {
            return hits;
        }
        let text = &folded.text;
        let fits = |c: char| c.is_ascii_digit() || " +()".contains(c) || parts_digits(c);
        let mut at = 0;
        while let Some(start) = text[at..].find(|c: char| c.is_ascii_digit() || c == '+').map(|found| at + found) {
            let end = text[start..].find(|c| !fits(c)).map_or(text.len(), |length| start + length);
            at = end.max(start + 1);
            for (from, to) in self.numbers_in(text, start, end) {
                if let (Some(person), Some((start, end))) = (self.phone(&text[from..to]), folded.original(from, to)) {
                    hits.push(Hit { start, end, person, address: false, markup: Markup::Cut });
                }
            }
        }
        hits
    }

    /// Every run of groups of digits in a piece of text, the longest first.
    fn numbers_in(&self, text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
        let piece = &text[start..end];
        let part = |c: char| c.is_ascii_digit() || c == '+' || c == '(';
        let starts =
            piece.char_indices().filter(|(at, c)| part(*c) && (*at == 0 || !piece.as_bytes()[at - 1].is_ascii_digit()));
        let ends: Vec<usize> = piece
            .char_indices()
            .filter(|(at, c)| c.is_ascii_digit() && !piece.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit))
            .map(|(at, _)| at + 1)
            .collect();
        let mut all: Vec<(usize, usize)> = Vec::new();
        for (from, _) in starts {
            let reach =
                ends[ends.partition_point(|to| *to <= from)..].iter().take_while(|to| **to - from <= LONGEST_NUMBER);
            let pieces = reach.map(|to| (start + from, start + to));
            all.extend(pieces.filter(|(from, to)| {
                let piece = &text[*from..*to];
                is_phone(piece)
                    && self.tails.contains(&tail(piece))
                    && !is_reference(&text[..*from], piece, &text[*to..])
            }));
        }
        all.sort_by_key(|(from, to)| (*from, usize::MAX - to));
        all
    }

    fn phone(&self, text: &str) -> Option<u32> {
        // Not every reader of numbers knows every dash.
        let text = text.replace(parts_digits, " ");
        self.phones.get(&canonical("phone", &text, self.region.as_deref())).copied()
    }
}

/// Finds these texts all at once.
pub(super) fn automaton(texts: &[String], largest: usize) -> Result<AhoCorasick, ScopeError> {
    if texts.iter().map(String::len).sum::<usize>() > largest {
        return Err(ScopeError::TooManyNames);
    }
    let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts);
    built.map_err(|_| ScopeError::TooManyNames)
}

/// What people put between the digits of a number, spaces and brackets apart.
fn parts_digits(c: char) -> bool {
    "-./\u{2012}\u{2013}\u{2014}\u{2212}\u{b7}\u{2022}".contains(c)
}

/// Digits between letters without a space are somebody's reference, unless what stands before says what they are.
fn is_reference(before: &str, piece: &str, after: &str) -> bool {
    let letter = |c: char| is_word(c) && c.is_alphabetic();
    let label = &before[before.trim_end_matches(letter).len()..];
    !piece.contains(char::is_whitespace) && !label.is_empty() && after.starts_with(letter) && !LABELS.contains(&label)
}

/// The last five digits.
fn tail(number: &str) -> String {
    let digits: Vec<char> = number.split(';').next().unwrap_or(number).chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(5)..].iter().collect()
}

/// Whether a name tells anybody from anybody else in a text: not a single character, not a small number.
fn is_telling(text: &str) -> bool {
    text.chars().nth(1).is_some()
        && (text.chars().any(char::is_alphabetic) || text.chars().filter(char::is_ascii_digit).count() >= 5)
}

/// The ways in which a name or address may be written, its own form first.
fn forms(key: &Alias) -> Vec<String> {
    match key {
        Alias::Phone(_) => Vec::new(),
        Alias::Mail(address) => {
            let mut forms = vec![fold(address)];
            if let Some((local, domain)) = address.rsplit_once('@') {
                forms.push(fold(&format!("{local}@{}", idna::domain_to_unicode(domain).0)));
                forms.dedup();
            }
            forms
        }
        Alias::Word(word) => {
            let mut forms = vec![word.clone()];
            if is_account(word) {
                let groups: Vec<&str> = word.as_bytes().chunks(4).filter_map(|c| std::str::from_utf8(c).ok()).collect();
                forms.extend([groups.join(" "), groups.join("-")]);
            } else {
                let words: Vec<&str> = word.split(' ').filter(|_| word.len() < 80).collect();
                let turned = (1..words.len()).map(|at| format!("{}, {}", words[at..].join(" "), words[..at].join(" ")));
                forms.extend(turned);
                // As file names and links have it. Run together it may be another word: long ones only, and only there.
                let name = words.concat();
                if words.len() > 1 && !ORDINARY.contains(&name.as_str()) {
                    forms.extend(["-", "+", "."].map(|mark| words.join(mark)));
                    forms.extend(Some(name).filter(|name| name.chars().count() >= RUN_TOGETHER));
                }
            }
            forms
        }
    }
}

/// Whether a name that only headers give the subject holds the whole name or the address of somebody else.
fn names_another(key: &Alias, persons: &Persons) -> bool {
    let (Alias::Word(name), true) = (key, persons.hearsay.contains(key)) else { return false };
    let words: Vec<&str> = name.split([' ', ',', '&', '/', '(', ')']).filter(|word| !word.is_empty()).collect();
    (0..words.len())
        .any(|from| (from + 2..=words.len()).any(|to| persons.of.contains_key(&Alias::Word(words[from..to].join(" ")))))
}

/// A letter or digit of a script that puts spaces between words.
fn is_word(c: char) -> bool {
    let without_spaces = matches!(c,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
    c.is_alphanumeric() && !without_spaces
}

/// Whether what stands between these belongs to a file name, address or link: each side folded, and as it is written.
fn stands_in_link((before, written_before): (&str, &str), (after, written_after): (&str, &str)) -> bool {
    let mut back = before.chars().rev();
    let mut on = after.chars();
    let marks = |mark: Option<char>, beyond: Option<char>| match mark {
        Some('/' | '@' | '=') => true,
        // Not the end of a sentence.
        Some('.' | '-') => beyond.is_some_and(is_word),
        mark => mark.is_some_and(|c| c.is_ascii_digit()),
    };
    marks(back.next(), back.next())
        || marks(on.next(), on.next())
        || written_before.ends_with('_')
        || written_after.starts_with('_')
}

/// `whole`: more than a single word.
fn stands_as_name(before: &str, name: &str, after: &str, whole: bool) -> bool {
    let (previous, next) = (before.chars().next_back(), after.chars().next());
    let (first, last) = (name.chars().next(), name.chars().next_back());
    // No number makes another word of a whole name, but it may of a short one: `Kim Novak2`, not `7ED9`.
    let word = |c: char| is_word(c) && !(whole && c.is_ascii_digit());
    let glued = |a: Option<char>, b: Option<char>| a.is_some_and(word) && b.is_some_and(word);
    // A local part or a domain is no name.
    let in_address = next == Some('@') && after[1..].starts_with(is_word)
        || previous == Some('@') && before[..before.len() - 1].ends_with(is_word);
    !glued(previous, first) && !glued(last, next) && !next.is_some_and(is_combining_mark) && !in_address
}

fn stands_as_address(before: &str, after: &str) -> bool {
    let mut back = before.chars().rev();
    let longer_before = match (back.next(), back.next()) {
        (Some(c), _) if is_word(c) => true,
        // A local part may hold other marks, but people and programs put them between addresses.
        (Some(mark), Some(c)) => ".+-'".contains(mark) && is_word(c),
        _ => false,
    };
    let mut on = after.chars();
    let longer_after = match (on.next(), on.next()) {
        (Some(c), _) if is_word(c) => true,
        (Some('-'), Some(c)) => is_word(c),
        _ => false,
    };
    !longer_before && !longer_after
}
