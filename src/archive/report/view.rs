//! One language's view of the archive: which words, which ids, and the few shapes that every section is made of.

use super::digest::Digest;
use super::sentences::{ACCESS_GDPR, ACCESS_PIPL};
use super::shown::{self, value};
use crate::archive::facts::{CollectionFacts, Facts};
use crate::records::text::is_chinese;
use crate::records::{Bilingual, Text};
use maud::{Markup, html};

/// A language that the report is written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Language {
    /// The configured BCP 47 tag; configured texts are looked up by it.
    pub tag: String,
    /// The beginning of every id in its part of the page.
    pub id: String,
    /// Its fixed texts are Chinese, else English.
    pub chinese: bool,
    /// Another part of the page before it has the same fixed texts.
    pub repeated: bool,
}

impl Language {
    /// The languages of the report, each once; English if none is configured.
    pub(super) fn all(tags: &[String]) -> Vec<Language> {
        let mut languages: Vec<Language> = Vec::new();
        for tag in tags {
            if languages.iter().any(|known| known.tag.eq_ignore_ascii_case(tag)) {
                continue;
            }
            let chinese = is_chinese(tag);
            let plain: String = tag.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            let unique = !plain.is_empty() && languages.iter().all(|known| known.id != plain);
            let id = if unique { plain } else { format!("language-{}", languages.len() + 1) };
            let repeated = languages.iter().any(|known| known.chinese == chinese);
            languages.push(Language { tag: tag.clone(), id, chinese, repeated });
        }
        if languages.is_empty() {
            languages.push(Language { tag: "en".into(), id: "en".into(), chinese: false, repeated: false });
        }
        languages
    }

    /// The tag of the language that the fixed texts are really in: the configured one where it says the same.
    pub(super) fn html_tag(&self) -> &str {
        const SIMPLIFIED: [&str; 5] = ["zh", "zh-CN", "zh-SG", "zh-Hans", "zh-Hans-CN"];
        match self.tag.split('-').next() {
            _ if self.chinese && !SIMPLIFIED.iter().any(|tag| tag.eq_ignore_ascii_case(&self.tag)) => "zh-Hans",
            Some(primary) if !self.chinese && !primary.eq_ignore_ascii_case("en") => "en",
            _ => &self.tag,
        }
    }

    /// Its name in itself.
    pub(super) fn own_name(&self) -> String {
        let name = if self.chinese { "简体中文" } else { "English" };
        if self.repeated { format!("{name} [{}]", shown::visible(&self.tag, 40)) } else { name.to_owned() }
    }
}

/// A part of the report with a heading and an entry in the table of contents.
pub(super) struct Section {
    /// The end of its id.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What stands below.
    pub body: Markup,
}

/// The heading of a column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head<'a> {
    name: &'a str,
    number: bool,
}

/// A column of words.
pub(super) fn words(name: &str) -> Head<'_> {
    Head { name, number: false }
}

/// A column of numbers.
pub(super) fn numbers(name: &str) -> Head<'_> {
    Head { name, number: true }
}

/// What the sections of one language are made from.
pub(super) struct View<'a> {
    pub facts: &'a Facts,
    pub digest: &'a Digest,
    pub language: &'a Language,
}

impl<'a> View<'a> {
    /// One of two fixed texts.
    pub(super) fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        if self.language.chinese { zh } else { en }
    }

    /// A fixed text with values at its `{names}`.
    pub(super) fn fill(&self, en: &'static str, zh: &'static str, values: &[(&str, Markup)]) -> Markup {
        let pieces = self.say(en, zh).split('{').enumerate().map(|(at, piece)| match piece.split_once('}') {
            Some((name, rest)) if at > 0 => {
                let filled = values.iter().find(|(known, _)| *known == name).map(|(_, markup)| markup);
                html! { @if let Some(filled) = filled { (filled) } (rest) }
            }
            _ => html! { (piece) },
        });
        html! { @for piece in pieces { (piece) } }
    }

    /// A fixed text of the records room.
    pub(super) fn fixed(&self, text: Bilingual) -> &'static str {
        text.in_language(&self.language.tag)
    }

    /// A configured text, marked with its own language where that differs.
    pub(super) fn text(&self, text: &Text) -> Markup {
        let chosen = text.in_language(&self.language.tag);
        let tag = text.variants.iter().find(|(_, variant)| variant == chosen).map_or("", |(tag, _)| tag);
        let foreign = is_tag(tag) && primary(tag) != if self.language.chinese { "zh" } else { "en" };
        shown::isolated(chosen, foreign.then_some(tag))
    }

    /// The id of a part of this language's text.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.language.id)
    }

    /// A label that no other part of the page has.
    pub(super) fn label(&self, text: &str) -> String {
        if self.language.repeated { format!("{text} [{}]", self.language.tag) } else { text.to_owned() }
    }

    /// A table that scrolls in itself, also by keyboard, where the screen is narrow.
    pub(super) fn table(&self, caption: &str, head: &[Head<'_>], rows: Markup) -> Markup {
        html! {
            div.scroll role="region" aria-label=(self.label(caption)) tabindex="0" {
                table {
                    caption { (caption) }
                    thead { tr { @for head in head { th class=[head.number.then_some("number")] scope="col" { (head.name) } } } }
                    (rows)
                }
            }
        }
    }

    /// The title of a processing activity, its key if the facts do not name it.
    pub(super) fn activity(&self, key: &str) -> Markup {
        match self.facts.activities.iter().find(|activity| activity.key == key) {
            Some(activity) => self.text(&activity.title),
            None => value(key),
        }
    }

    /// A collection by its name, with the activities that its rows may belong to.
    pub(super) fn collection(&self, name: &str) -> Markup {
        let activities = self.collection_facts(name).map_or(&[][..], |collection| &collection.activities);
        html! {
            code { (value(name)) }
            @for (at, key) in activities.iter().enumerate() {
                (if at == 0 { " · " } else { self.say(", ", "、") }) (self.activity(key))
            }
        }
    }

    /// What the facts say about a collection.
    pub(super) fn collection_facts(&self, name: &str) -> Option<&'a CollectionFacts> {
        self.facts.collections.iter().find(|collection| collection.name == name)
    }

    /// The controller's name.
    pub(super) fn controller(&self) -> Markup {
        value(&self.facts.controller.name)
    }

    /// Whether the request is one under Chinese law.
    pub(super) fn pipl(&self) -> bool {
        self.facts.regime == "pipl"
    }

    /// An instant to the minute, with its zone.
    pub(super) fn instant(&self, instant: jiff::Timestamp) -> Markup {
        let minute = super::cells::minute(instant, &self.digest.zone);
        html! { time.whole { (minute) } " (" (self.digest.zone_name()) ")" }
    }

    /// Links to those of these files and folders that the archive has.
    pub(super) fn links(&self, paths: &[String]) -> Markup {
        let known = paths.iter().filter(|path| match path.strip_suffix('/') {
            Some(folder) => self.digest.folder(folder.trim_start_matches("data/")).is_some(),
            None => self.digest.has(path),
        });
        html! { @for path in known.filter(|path| shown::is_safe_path(path)) {
            a.file href=(path) {
                @for (at, name) in path.trim_start_matches("data/").split_inclusive('/').enumerate() {
                    @if at > 0 { wbr; }
                    (name)
                }
            } " "
        } }
    }

    /// The sentence on where more may be had.
    pub(super) fn access_pointer(&self) -> Markup {
        let who = [("who", self.controller())];
        if self.pipl() {
            return self.fill(ACCESS_PIPL.en, ACCESS_PIPL.zh, &who);
        }
        self.fill(ACCESS_GDPR.en, ACCESS_GDPR.zh, &who)
    }
}

/// Whether this looks like a BCP 47 tag at all.
fn is_tag(tag: &str) -> bool {
    (2..=3).contains(&primary(tag).len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The language of a tag without script and region.
fn primary(tag: &str) -> String {
    tag.split('-').next().unwrap_or("").to_ascii_lowercase()
}
