//! The privacy policy that a configuration speaks of, and the sections of it that announce processing.

use super::Policy;
use super::document::Section;
use super::read::{check_language, texts};
use crate::records::Text;

/// Reads `policy` of the controller.
pub(super) fn policy(section: &Section<'_, '_>) -> Option<Policy> {
    let policy = section.table("policy")?;
    let read = Policy {
        title: texts(&policy, "title").unwrap_or_else(|| Text::plain("Privacy Policy")),
        effective: day(&policy, "effective"),
        prevailing_language: policy.string("prevailing_language").map(|language| {
            check_language(&policy, &language);
            language.value
        }),
        sections: sections(&policy),
    };
    policy.finish();
    Some(read)
}

/// The sections of the policy that announce processing, each once.
fn sections(policy: &Section<'_, '_>) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for section in policy.strings("sections") {
        if section.value.trim().is_empty() {
            policy.fault_at(section.line, "a section of `sections` is empty");
        } else if sections.contains(&section.value) {
            policy.fault_at(section.line, format!("`sections` names `{}` twice", section.value));
        } else {
            sections.push(section.value);
        }
    }
    sections
}

fn day(section: &Section<'_, '_>, key: &'static str) -> Option<String> {
    let text = section.string(key)?;
    if text.value.parse::<jiff::civil::Date>().is_err() || text.value.len() != 10 {
        section.fault_at(text.line, format!("`{key}` must be a day that exists, such as \"2024-06-12\""));
        return None;
    }
    Some(text.value)
}
