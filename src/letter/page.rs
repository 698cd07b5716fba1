//! A letter under way, in one language: headings, paragraphs and lists in plain text whose lines fit a screen and a
//! page of paper.

use super::Occasion;
use crate::archive::report::visible;
use crate::records::text::is_chinese;
use crate::records::{Bilingual, Text};
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Columns of a line; a Chinese character takes two.
const WIDTH: usize = 76;
/// The longest text of the configuration or of the operator, in characters.
const LONGEST: usize = 4_000;

/// A fixed text in both languages.
pub(super) const fn two(en: &'static str, zh: &'static str) -> Bilingual {
    Bilingual { en, zh }
}

/// A letter in one language.
pub(super) struct Page {
    tag: String,
    text: String,
}

/// The languages to write: each of the two that art20 speaks at most once, in the order asked for, with the tag by
/// which configured texts are looked up. English where neither is asked for.
pub(super) fn languages(tags: &[String]) -> Vec<String> {
    let mut chosen: Vec<String> = Vec::new();
    for tag in tags {
        match chosen.iter_mut().find(|other| is_chinese(other) == is_chinese(tag)) {
            None => chosen.push(tag.clone()),
            // English stands in for every language that art20 does not speak; configured texts are then English too.
            Some(other) if !is_english(other) && !is_chinese(other) && is_english(tag) => other.clone_from(tag),
            Some(_) => {}
        }
    }
    if chosen.is_empty() {
        chosen.push("en".into());
    }
    chosen
}

fn is_english(tag: &str) -> bool {
    tag.split('-').next().is_some_and(|primary| primary.eq_ignore_ascii_case("en"))
}

/// The whole letter: a page in each language, the next below a line.
pub(super) fn letter(occasion: &Occasion<'_>, mut write: impl FnMut(&mut Page)) -> String {
    let languages = languages(occasion.languages);
    let mut text = String::new();
    for (at, tag) in languages.iter().enumerate() {
        let mut page = Page { tag: tag.clone(), text: String::new() };
        if at == 0 && languages.len() > 1 {
            page.line("This letter is in English and Chinese. 本函有英文和中文文本。");
            page.gap();
        }
        write(&mut page);
        if at > 0 {
            text.push_str(&format!("\n{}\n\n", "=".repeat(WIDTH)));
        }
        text.push_str(page.text.trim_start_matches('\n'));
    }
    text
}

impl Page {
    /// The fixed text in this language.
    pub(super) fn say(&self, words: Bilingual) -> &'static str {
        words.in_language(&self.tag)
    }

    /// A fixed text with values at its `{names}`.
    pub(super) fn fill(&self, words: Bilingual, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        for (at, piece) in self.say(words).split('{').enumerate() {
            match piece.split_once('}') {
                Some((name, rest)) if at > 0 => {
                    let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
                    filled.push_str(value);
                    filled.push_str(rest);
                }
                _ => filled.push_str(piece),
            }
        }
        filled
    }

    /// A configured text.
    pub(super) fn text(&self, text: &Text) -> String {
        visible(text.in_language(&self.tag), LONGEST)
    }

    /// A number of something: the count, with one of two English words.
    pub(super) fn count(&self, count: u64, one: &str, many: &str, zh: &str) -> String {
        let number = crate::archive::report::grouped(count);
        if is_chinese(&self.tag) {
            format!("{number} {zh}")
        } else {
            format!("{number} {}", if count == 1 { one } else { many })
        }
    }

    /// Entries of a list within a sentence.
    pub(super) fn list(&self, entries: &[String]) -> String {
        entries.join(if is_chinese(&self.tag) { "；" } else { "; " })
    }

    /// A heading with a line below it.
    pub(super) fn heading(&mut self, words: Bilingual) {
        let words = self.say(words);
        self.text.push_str(&format!("\n\n{words}\n{}\n", "-".repeat(display_width(words).min(WIDTH))));
    }

    /// A paragraph of its own.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.wrapped(text, "\n", "", "");
    }

    /// An entry of a list.
    pub(super) fn item(&mut self, text: &str) {
        self.wrapped(text, "", "- ", "  ");
    }

    /// What belongs to the entry of a list before it.
    pub(super) fn below(&mut self, text: &str) {
        self.wrapped(text, "", "  ", "  ");
    }

    /// A line that must stay as it is: an address, a command.
    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(&format!("{}\n", visible(text, LONGEST)));
    }

    /// A command to type in.
    pub(super) fn command(&mut self, text: &str) {
        self.text.push_str(&format!("\n    {}\n", visible(text, LONGEST)));
    }

    /// Space before a list.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    fn wrapped(&mut self, text: &str, before: &str, first: &str, next: &str) {
        let options = Options::new(WIDTH)
            .initial_indent(first)
            .subsequent_indent(next)
            .break_words(false)
            .word_separator(WordSeparator::UnicodeBreakProperties)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        self.text.push_str(before);
        self.text.push_str(&textwrap::fill(&visible(text, LONGEST), options));
        self.text.push('\n');
    }
}

/// A text of the operator, made safe to show.
pub(super) fn given(text: &str) -> String {
    visible(text.trim(), LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(tags: &[&str]) -> Vec<String> {
        languages(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_language_is_written_once_and_english_stands_in_for_those_unknown() {
        assert_eq!(tags(&["zh-CN", "en", "zh-Hant", "en-GB"]), ["zh-CN", "en"]);
        assert_eq!(tags(&["de", "en"]), ["en"]);
        assert_eq!(tags(&["de", "fr"]), ["de"]);
        assert_eq!(tags(&[]), ["en"]);
    }

    #[test]
    fn lines_fit_and_chinese_breaks_between_characters_but_not_before_a_comma() {
        let mut page = Page { tag: "zh".into(), text: String::new() };
        let sentence =
            "您可以向数据保护监管机构投诉，特别是您惯常居住地、工作地或您认为发生违法行为的成员国的监管机构，";
        page.paragraph(&sentence.repeat(3));
        page.item(
            "a plain word and https://shop.example.org/a/very/long/address/that/no/line/of/this/letter/would/hold",
        );
        for line in page.text.lines() {
            assert!(display_width(line) <= WIDTH || line.contains("https://"), "{line}");
            assert!(!line.starts_with(['，', '、', '。']), "{line}");
        }
        assert!(page.text.replace(['\n', ' '], "").contains(&sentence.repeat(3)));
    }

    #[test]
    fn hostile_text_stays_text_on_its_line() {
        assert_eq!(given(" a\u{1b}[2J\nb\u{202e}c "), "a\u{241b}[2J b\u{fffd}c");
    }
}
