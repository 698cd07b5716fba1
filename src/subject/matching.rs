//! Whether a stored value matches: the exact decision, whatever a store let pass.

use super::identifier::canonical;
use super::phone::may_be_one_of;
use crate::records::{Cell, Json, Party, party};

/// The position of the canonical form of a cell among canonical values, which are in order: there may be many.
pub fn canonical_in(cell: &Cell, kind: &str, region: Option<&str>, values: &[Vec<u8>]) -> Option<usize> {
    match kind {
        "email" | "phone" => {
            let text = cell.utf8()?;
            if kind == "phone" && !may_be_one_of(&text, values) {
                return None;
            }
            let form = canonical(kind, &text, region);
            place(values, form.as_bytes())
        }
        _ => {
            let text = cell.text()?;
            place(values, text.as_ref())
        }
    }
}

fn place(values: &[Vec<u8>], form: &[u8]) -> Option<usize> {
    values.binary_search_by(|value| value.as_slice().cmp(form)).ok()
}

/// The positions of those canonical values, which are in order, that stand in a cell that is a list of addresses or a
/// JSON array.
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
    party::parse_list(text).into_iter().filter_map(identity).collect()
}

/// What a list entry is found by: its address; the name is free text that anybody may choose, so it counts only where
/// nothing else stands.
fn identity(party: Party) -> Option<String> {
    party.address.or(party.name)
}

/// Every address, text or number in a JSON value. Of an object with an address only that counts.
fn from_json(json: &Json, all: &mut Vec<String>) {
    match json {
        Json::String(text) => all.extend(identity(party::parse_one(text))),
        Json::Number(text) => all.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| from_json(item, all)),
        Json::Object(members) => {
            const ADDRESSES: [&str; 5] = ["address", "email", "mail", "number", "phone"];
            let addresses: Vec<&Json> =
                members.iter().filter(|(key, _)| ADDRESSES.contains(&key.as_str())).map(|(_, value)| value).collect();
            if addresses.is_empty() {
                members.iter().for_each(|(_, value)| from_json(value, all));
            } else {
                addresses.into_iter().for_each(|value| from_json(value, all));
            }
        }
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
            "Team: ann@x.org, b@y;",
            "\"b@y\": ann@x.org;",
        ] {
            assert!(has(text, "ann@x.org"), "{text}");
        }
        for text in [
            "\"ann@x.org\" <mallory@y>",
            "ann@x.org <mallory@y>",
            "mallory@y (ann@x.org)",
            "\"ann@x.org\": b@y;",
            "[{\"name\":\"ann@x.org\",\"address\":\"m@y\"}]",
            "joann@x.org",
            "ann@x.org.evil.example",
            "ann",
            "",
            "[\"joann@x.org\"]",
            "ann@x.organic",
        ] {
            assert!(!has(text, "ann@x.org"), "{text}");
        }
    }
}
