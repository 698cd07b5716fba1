//! Columns that hold what people are recognised by and that the configuration takes for harmless (requirements C2, C3):
//! seen by their names and in a sample of their values, none of which is ever shown. A guess, so a warning.

use super::Remark;
use crate::controller::collection::JsonKeys;
use crate::controller::{
    About, AboutChoice, Collection, Column, Controller, Disposition, Field, Format, Mapping, RemarkCode, StoreUrl,
    TermSource,
};
use crate::guess::columns::{is_email, is_phone};
use crate::guess::{Sample, words};
use crate::records::Cell;
use crate::stores::{StoreError, Stores};
use std::collections::BTreeSet;

/// How many rows are looked at.
const ROWS: usize = 200;

/// At most one remark a column.
pub(super) fn columns(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let store = controller.stores.iter().find(|store| store.name == collection.store);
    let Some((store, table)) = store.zip(stores.table(collection)) else { return Ok(()) };
    if store.url.is_mail() || collection.about != AboutChoice::Fixed(About::Subject) {
        return Ok(());
    }
    // The role that reads a server need not be allowed to read what stays out.
    let all = !matches!(store.url, StoreUrl::Postgres(_));
    let types = stores.layout(&collection.store, table)?.types;
    let is_text = |name: &str| {
        let at = table.columns.iter().position(|column| column == name);
        let declared = at.and_then(|at| types.get(at)).map(|text| text.to_lowercase()).unwrap_or_default();
        !["blob", "bytea", "binary"].iter().any(|kind| declared.contains(kind))
    };
    let open: Vec<&Column> = collection
        .columns
        .iter()
        .filter(|column| match &column.disposition {
            Disposition::Mapped(mapping) => {
                matches!(mapping.field, Field::Additional(_)) && mapping.about == About::Subject
            }
            Disposition::Omitted(_) => all,
            Disposition::Secret(_) => false,
        })
        .filter(|column| is_text(&column.name) && !is_used(controller, collection, &column.name))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = open.iter().map(|column| column.name.as_str()).collect();
    let rows = stores.sample(&collection.store, table, &collection.key, &names, ROWS)?;
    for (nth, column) in open.into_iter().enumerate() {
        let cells: Vec<&Cell> = rows.iter().filter_map(|row| row.get(nth)).collect();
        let Some((code, message)) = judged(controller, column, &cells) else { continue };
        let message = format!("the column `{}` of the collection `{}` {message}", column.name, collection.name);
        let remark = Remark::about(code, collection, message);
        remarks.push(Remark { column: Some(column.name.clone()), ..remark });
    }
    Ok(())
}

/// What speaks against what the configuration says of a column.
fn judged(controller: &Controller, column: &Column, cells: &[&Cell]) -> Option<(RemarkCode, String)> {
    let found = identifiers(controller, cells);
    let mapping = match &column.disposition {
        Disposition::Mapped(mapping) => mapping,
        Disposition::Omitted(_) => {
            let message = format!(
                "stays out, and {} stand in it: if people gave them, map it to a field, with `about` where they are somebody else's, or look for people by it",
                found?
            );
            return Some((RemarkCode::OmittedIdentifier, message));
        }
        Disposition::Secret(_) => return None,
    };
    let sample = Sample::of(cells.iter().copied());
    if sample.json && sample.json_addresses && !has_keys(mapping) {
        let message = "holds JSON with e-mail addresses in it, of which no key is classified: write `format = \"json\"` and name each key in `keys` that may leave";
        return Some((RemarkCode::JsonAddresses, message.to_owned()));
    }
    let called = words(&column.name);
    // What is called so but holds yes and no is about an address, and none.
    let could_be = |sign: fn(char) -> bool, least: usize| {
        let mut texts = cells.iter().filter_map(|cell| cell.utf8()).filter(|text| !text.trim().is_empty()).peekable();
        texts.peek().is_none() || texts.any(|text| text.chars().filter(|c| sign(*c)).count() >= least)
    };
    let what = match found {
        Some(DOCUMENTS) | None if is_email(&called) && could_be(|c| c == '@', 1) => {
            "is called like e-mail addresses".to_owned()
        }
        Some(DOCUMENTS) | None if is_phone(&called) && could_be(|c| c.is_numeric(), 4) => {
            "is called like telephone numbers".to_owned()
        }
        Some(DOCUMENTS) | None => return None,
        Some(found) => format!("holds {found}"),
    };
    let message = format!(
        "goes to `{}` as the person's own, {what}, and nobody is looked for by it: add it to `match`, to `suggest` if anybody may have typed it in, or say whose it is (`about`)",
        mapping.field.path()
    );
    Some((RemarkCode::UnmatchedIdentifier, message))
}

/// Whether the keys of a JSON column are classified one by one.
fn has_keys(mapping: &Mapping) -> bool {
    mapping.format == Some(Format::Json) && mapping.keys != JsonKeys::All
}

/// Whether rows are found, told apart or linked by a column.
fn is_used(controller: &Controller, collection: &Collection, column: &str) -> bool {
    let own = collection.matches.iter().flat_map(|condition| &condition.terms).any(|term| term.column == column);
    let told = collection.learn.iter().chain(&collection.suggest).flat_map(|(_, columns)| columns);
    let terms = controller.collections.iter().flat_map(|other| &other.matches).flat_map(|condition| &condition.terms);
    let linked = |source: &TermSource| matches!(source, TermSource::Link { collection: other, column: to } if *other == collection.name && to == column);
    own || told.chain(&collection.person).any(|name| name == column) || terms.map(|term| &term.source).any(linked)
}

const DOCUMENTS: &str = "numbers of identity documents or accounts";

/// What nearly all of these values are by which people are recognised, if there are several people. Those of the
/// controller's own staff are nobody's.
pub(super) fn identifiers(controller: &Controller, cells: &[&Cell]) -> Option<&'static str> {
    let sample = Sample::of(cells.iter().copied());
    let texts: BTreeSet<String> = cells
        .iter()
        .filter_map(|cell| cell.utf8())
        .map(|text| text.trim().to_lowercase())
        .filter(|text| !text.is_empty() && !controller.is_own_address(text))
        .collect();
    // What stands in JSON is judged by its keys.
    if texts.len() < 2 || sample.json {
        return None;
    }
    let documents = texts.iter().filter(|text| is_resident_number(text) || is_account(text)).count();
    if sample.email || sample.addresses {
        Some("e-mail addresses")
    } else if documents * 10 >= texts.len() * 9 {
        Some(DOCUMENTS)
    } else if sample.phone && sample.pattern.is_none() {
        Some("telephone numbers")
    } else {
        None
    }
}

/// Whether a text is the number of a Chinese identity card: its last sign checks the others (GB 11643).
fn is_resident_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let Some((number, check)) = text.split_at_checked(17).filter(|(_, check)| check.len() == 1) else { return false };
    let digits: Option<Vec<u32>> = number.chars().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
        "10x98765432".chars().nth((sum % 11) as usize) == check.chars().next()
    })
}

/// Whether a text is an IBAN: its two digits check the rest (ISO 13616).
fn is_account(text: &str) -> bool {
    let text: String = text.chars().filter(|c| *c != ' ').collect();
    let is_one = text.is_ascii()
        && (15..=34).contains(&text.len())
        && text.bytes().take(2).all(|byte| byte.is_ascii_lowercase())
        && text.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    // Letters count from ten on, and the first four signs come last.
    let remainder = text.chars().cycle().skip(4).take(text.len()).try_fold(0, |rest: u32, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    is_one && remainder == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_documents_and_accounts_are_known_by_their_check_digits() {
        for text in ["11010519491231002x", "440524188001010014"] {
            assert!(is_resident_number(text), "{text}");
        }
        for text in ["110105194912310021", "11010519491231002", "1101051949123100２x", "", "abcdefghijklmnopqr"] {
            assert!(!is_resident_number(text), "{text}");
        }
        for text in ["de89 3704 0044 0532 0130 00", "gb82west12345698765432", "no9386011117947"] {
            assert!(is_account(text), "{text}");
        }
        for text in ["de89370400440532013001", "8989370400440532013000", "de8937", "", "déad370400440532013000"] {
            assert!(!is_account(text), "{text}");
        }
    }
}
