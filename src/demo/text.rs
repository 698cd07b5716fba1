//! Text that reads like correspondence to a compressor: each word leads to a few others, as in a language.

use super::random::Random;
use super::words::{ARABIC, CHINESE, LATIN};

/// How people of this group of invented subjects write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Latin letters.
    Latin,
    /// Chinese characters.
    Chinese,
    /// Arabic letters.
    Arabic,
}

impl Script {
    /// How a letter begins.
    pub(super) fn greeting(self) -> &'static str {
        match self {
            Script::Latin => "Hello",
            Script::Chinese => "您好",
            Script::Arabic => "مرحبا",
        }
    }
}

/// How many words may follow a word.
const FOLLOWERS: usize = 48;
/// One word in so many follows nothing but chance.
const SURPRISE: u64 = 2;
/// One word in so many is a number.
const NUMBERS: u64 = 14;

/// One language: its words and which of them follow each.
struct Language {
    words: Vec<String>,
    followers: Vec<[u16; FOLLOWERS]>,
    space: &'static str,
    stop: &'static str,
    comma: &'static str,
}

impl Language {
    fn new(words: Vec<String>, space: &'static str, stop: &'static str, comma: &'static str) -> Language {
        // The same language for every seed; words at the front of the list follow more often.
        let mut random = Random::new(words.len() as u64);
        let count = words.len() as u64;
        let mut frequent = || {
            let drawn = random.below(count).min(random.below(count));
            u16::try_from(drawn).unwrap_or_default()
        };
        let followers = words.iter().map(|_| std::array::from_fn(|_| frequent())).collect();
        Language { words, followers, space, stop, comma }
    }

    /// Appends a sentence.
    fn sentence(&self, random: &mut Random, out: &mut String) {
        let words = random.between(6, 18);
        let mut at = random.index(self.words.len());
        for nth in 0..words {
            let word = &self.words[at];
            if nth == 0 {
                capitalised(word, out);
            } else {
                out.push_str(self.space);
                out.push_str(word);
            }
            // Bits of one draw decide what comes next.
            let drawn = random.next();
            if nth + 1 < words && drawn.is_multiple_of(NUMBERS) {
                out.push_str(self.space);
                number(drawn >> 20, out);
            } else if nth + 1 < words && drawn % NUMBERS == 1 {
                out.push_str(self.comma);
            }
            let choice = usize::try_from(drawn >> 40).unwrap_or_default();
            at = if (drawn >> 8).is_multiple_of(SURPRISE) {
                choice % self.words.len()
            } else {
                usize::from(self.followers[at][choice % FOLLOWERS])
            };
        }
        out.push_str(self.stop);
    }
}

/// Appends a number from 2 to 2001.
fn number(drawn: u64, out: &mut String) {
    out.push_str(&(drawn % 2000 + 2).to_string());
}

fn capitalised(word: &str, out: &mut String) {
    let mut letters = word.chars();
    out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
    out.push_str(letters.as_str());
}

/// Writes invented text in every script.
pub(super) struct Writer {
    latin: Language,
    chinese: Language,
    arabic: Language,
}

impl Writer {
    /// The languages, which are the same for every seed.
    pub(super) fn new() -> Writer {
        let own = |list: &str| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        Writer {
            latin: Language::new(own(LATIN), " ", ".", ","),
            chinese: Language::new(own(CHINESE), "", "。", "，"),
            arabic: Language::new(own(ARABIC), " ", ".", "،"),
        }
    }

    fn language(&self, script: Script) -> &Language {
        match script {
            Script::Latin => &self.latin,
            Script::Chinese => &self.chinese,
            Script::Arabic => &self.arabic,
        }
    }

    /// Appends paragraphs of together at least so many bytes.
    pub(super) fn paragraphs(&self, script: Script, bytes: usize, random: &mut Random, out: &mut String) {
        let language = self.language(script);
        let end = out.len() + bytes;
        while out.len() < end {
            for nth in 0..random.between(2, 4) {
                if nth > 0 {
                    out.push_str(language.space);
                }
                language.sentence(random, out);
            }
            out.push_str("\n\n");
        }
    }

    /// A few words, as in a subject line.
    pub(super) fn title(&self, script: Script, random: &mut Random) -> String {
        let language = self.language(script);
        let mut title = String::new();
        for nth in 0..random.between(2, 5) {
            let word = &language.words[random.index(language.words.len())];
            if nth == 0 {
                capitalised(word, &mut title);
            } else {
                title.push_str(language.space);
                title.push_str(word);
            }
        }
        title
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn text_deflates_to_about_a_third() {
        let (writer, mut random, mut text) = (Writer::new(), Random::new(1), String::new());
        while text.len() < 1_000_000 {
            writer.paragraphs(Script::Latin, 900, &mut random, &mut text);
        }
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::new(6));
        deflated.write_all(text.as_bytes()).unwrap();
        let ratio = text.len() as f64 / deflated.finish().unwrap().len() as f64;
        assert!((2.7..3.3).contains(&ratio), "{ratio}");
    }

    #[test]
    fn text_is_written_in_the_script_asked_for() {
        let writer = Writer::new();
        for (script, within) in
            [(Script::Latin, 'a'..='z'), (Script::Chinese, '\u{4e00}'..='\u{9fff}'), (Script::Arabic, 'ء'..='ي')]
        {
            let mut text = String::new();
            writer.paragraphs(script, 300, &mut Random::new(2), &mut text);
            assert!(text.chars().filter(|letter| within.contains(letter)).count() > 75, "{text}");
        }
    }
}
