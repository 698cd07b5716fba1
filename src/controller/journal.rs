//! `[journal]`: where the controller keeps the chained log of its runs, and for how long (requirements I1, I3).

use super::activity::Retention;
use super::document::Section;
use std::path::{Path, PathBuf};

/// Where the journal is.
#[derive(Debug, Clone)]
pub struct JournalPlace {
    /// The file.
    pub file: PathBuf,
    /// How long its lines are kept; for ever if none is set.
    pub retention: Option<Retention>,
    /// Whether another person than the one who made a file has to hand it over (requirement I5).
    pub two_people: bool,
}

/// Reads the section; a relative path counts from `folder`.
pub(super) fn journal(section: &Section<'_, '_>, folder: &Path) -> Option<JournalPlace> {
    let file = section.required("file");
    let retention = section.string("retention").and_then(|text| {
        // Shorter than a day would drop lines before anybody has asked for them.
        Retention::parse(text.value).filter(|retention| is_of_days(&retention.span.0)).or_else(|| {
            section.fault_at(text.line, "`retention` must be an ISO 8601 duration of days or more, such as \"P3Y\"");
            None
        })
    });
    let two_people = section.boolean("two_people").is_some_and(|two| two.value);
    section.finish();
    file.map(|file| JournalPlace { file: folder.join(file.value), retention, two_people })
}

fn is_of_days(span: &jiff::Span) -> bool {
    span.get_years() > 0 || span.get_months() > 0 || span.get_weeks() > 0 || span.get_days() > 0
}
