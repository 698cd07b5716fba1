//! Whether a stored value matches: the exact decision, whatever a store let pass.

use super::identifier::canonical;
use crate::records::{Cell, Json, party};

/// The position of the canonical form of a cell among canonical values.
pub fn canonical_in(cell: &Cell, kind: &str, region: Option<&str>, values: &[Vec<u8>]) -> Option<usize> {
    match kind {
        "email" | "phone" => {
            let form = canonical(kind, &cell.utf8()?, region);
            values.iter().position(|value| value == form.as_bytes())
        }
        _ => {
            let text = cell.text()?;
            values.iter().position(|value| value.as_slice() == text.as_ref())
        }
    }
}

/// The positions of those canonical values that stand in a cell that is a list of addresses or a JSON array.
pub fn list_has(cell: &Cell, kind: &str, region: Option<&str>, values: &[Vec<u8>]) -> Vec<usize> {
    let Some(text) = cell.utf8() else { return Vec::new() };
    let mut hits: Vec<usize> = entries(&text)
        .into_iter()
        .filter_map(|entry| canonical_in(&Cell::Text(entry.into_bytes()), kind, region, values))
        .collect();
    hits.sort_unstable();
    hits.dedup();
    hits
}

/// The addresses or values of a list.
fn entries(text: &str) -> Vec<String> {
    if text.trim_start().starts_with(['[', '{'])
        && let Ok(json) = Json::parse(text)
    {
        let mut all = Vec::new();
        from_json(&json, &mut all);
        return all;
    }
    let mut all: Vec<String> = Vec::new();
    for party in party::parse_list(text) {
        all.extend(party.address);
        all.extend(party.name);
    }
    all
}

/// Every text and number in a JSON value; texts of addresses with names are taken apart.
fn from_json(json: &Json, all: &mut Vec<String>) {
    match json {
        Json::String(text) => {
            let party = party::parse_one(text);
            all.push(text.clone());
            all.extend(party.address.filter(|address| address != text));
        }
        Json::Number(text) => all.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| from_json(item, all)),
        Json::Object(members) => members.iter().for_each(|(_, value)| from_json(value, all)),
        Json::Null | Json::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, address: &str) -> bool {
        !list_has(&Cell::Text(text.into()), "email", None, &[address.as_bytes().to_vec()]).is_empty()
    }

    #[test]
    fn an_address_is_found_in_lists_as_people_and_programs_write_them() {
        for text in [
            "ann@x.org",
            "\"Ann, A.\" <ANN@x.org>, b@y",
            "b@y; Ann <ann@x.org>",
            "[\"b@y\", \"ann@x.org\"]",
            "[{\"name\":\"Ann\",\"address\":\"Ann@X.org\"}]",
            "b@y\nann@x.org",
        ] {
            assert!(has(text, "ann@x.org"), "{text}");
        }
        for text in ["joann@x.org", "ann@x.org.evil.example", "ann", "", "[\"joann@x.org\"]", "ann@x.organic"] {
            assert!(!has(text, "ann@x.org"), "{text}");
        }
    }
}
