//! Texts for people: fixed ones in English and Chinese, and configured ones in any language.

/// A fixed text in the two languages that art20 itself speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Bilingual {
    /// The text in the language of this BCP 47 tag: Chinese for `zh…`, else English.
    pub fn in_language(&self, tag: &str) -> &'static str {
        if is_chinese(tag) { self.zh } else { self.en }
    }
}

/// Whether a BCP 47 tag names a Chinese language.
pub fn is_chinese(tag: &str) -> bool {
    tag.split(['-', '_']).next().is_some_and(|primary| primary.eq_ignore_ascii_case("zh"))
}

/// A configured text: one string for every language, or one per language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// (BCP 47 tag, text), in the order of the configuration; a single string has the empty tag.
    pub variants: Vec<(String, String)>,
}

impl Text {
    /// One string for every language.
    pub fn plain(text: impl Into<String>) -> Text {
        Text { variants: vec![(String::new(), text.into())] }
    }

    /// The variant for this BCP 47 tag: the same tag, else the same primary language, else the first.
    pub fn in_language(&self, tag: &str) -> &str {
        let primary = |t: &str| t.split('-').next().unwrap_or("").to_ascii_lowercase();
        self.variants
            .iter()
            .find(|(t, _)| t.eq_ignore_ascii_case(tag))
            .or_else(|| self.variants.iter().find(|(t, _)| primary(t) == primary(tag)))
            .or_else(|| self.variants.first())
            .map_or("", |(_, text)| text)
    }

    /// The first variant.
    pub fn first(&self) -> &str {
        self.variants.first().map_or("", |(_, text)| text)
    }
}
