//! README.html: the report for the person, one file that needs nothing but a browser (requirements F, G8, H1-H8).
//!
//! While records stream, a [`Digest`] keeps what fits on a page; [`render`] then writes the page from it and from the
//! [`Facts`]. Every value is hostile until shown: escaped by maud, isolated and shortened by `shown`.

mod about;
mod cells;
mod digest;
mod inside;
mod others;
mod outside;
mod page;
mod periods;
mod purposes;
mod records;
mod rights;
pub mod sentences;
mod shown;
mod timeline;
mod usage;
mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod sample_records;
#[cfg(test)]
mod tests;

pub use digest::{Digest, FIRST};
pub use others::sentence as replaced_sentence;
pub use shown::{grouped, size, visible};

use super::facts::Facts;
use view::{Language, View};

/// The report in every language of the facts. The same facts and digest give the same text.
pub fn render(facts: &Facts, digest: &Digest) -> String {
    let languages = Language::all(&facts.languages);
    let views: Vec<View<'_>> = languages.iter().map(|language| View { facts, digest, language }).collect();
    page::document(&views).into_string()
}
