//! What a row of an imported record carries beside its values: its uid, what was withheld or kept verbatim, and the
//! form in which it stood in the archive, so that it can be written again exactly as it was (contract 3, kinds).

use super::NormalizeError;
use super::columns::ADDITIONAL_PLACE;
use super::row::{NormalValue, Normalized};
use super::value::Reading;
use crate::controller::Field;
use crate::records::{Cell, Code, FieldValue, Json, Kind, PostalAddress, Uid, Verbatim};
use std::collections::HashMap;

/// What columns cannot say of a record: `{"fields": […], "labels": {…}, "json": […]}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// The paths of the fields that it has, null ones too, with their places. A column that is NULL and is not among
    /// them is as if it were not mapped (requirement E15).
    fields: HashMap<String, usize>,
    /// Labels of fields that hold a code.
    labels: Vec<(String, String)>,
    /// Fields whose column holds JSON, because no text or number of their kind is the same.
    json: Vec<String>,
}

impl Form {
    /// Reads the text of the column.
    pub fn parse(text: &str) -> Option<Form> {
        let Ok(Json::Object(members)) = Json::parse(text) else { return None };
        let mut form = Form::default();
        for (key, value) in members {
            match (key.as_str(), value) {
                ("fields", Json::Array(items)) => {
                    for (place, item) in items.into_iter().enumerate() {
                        form.fields.insert(text_of(item)?, place);
                    }
                }
                ("labels", Json::Object(labels)) => {
                    for (path, label) in labels {
                        form.labels.push((path, text_of(label)?));
                    }
                }
                ("json", Json::Array(items)) => {
                    form.json = items.into_iter().map(text_of).collect::<Option<_>>()?;
                }
                _ => return None,
            }
        }
        Some(form)
    }

    /// Whether the record has the field with this path, or holds children under this key.
    pub fn has(&self, path: &str) -> bool {
        self.fields.contains_key(path)
    }

    /// What a value becomes, given what it would become by its field alone.
    pub(super) fn read(&self, path: &str, cell: &Cell, reading: Reading) -> Reading {
        if self.json.iter().any(|known| known == path) && !cell.is_null() {
            let exact = cell.utf8().and_then(|text| Json::parse(&text).ok());
            return exact.map_or(reading, |json| Reading {
                value: FieldValue::Json(json),
                verbatim: None,
                ambiguous: false,
            });
        }
        match (self.labels.iter().find(|(known, _)| known == path), reading) {
            (Some((_, label)), Reading { value: FieldValue::Text(code), .. }) => {
                Reading { value: FieldValue::Code { code, label: label.clone() }, verbatim: None, ambiguous: false }
            }
            (_, reading) => reading,
        }
    }

    /// Takes out what the record never had, and puts additional fields into their order. What somebody has written
    /// into a column since stays.
    pub(super) fn settle(&self, values: &mut Vec<NormalValue>) {
        values.retain(|value| self.has(&value.path) || !(value.reading.is_empty() || value.companion));
        for value in values.iter_mut().filter(|value| value.place >= ADDITIONAL_PLACE) {
            if let Some(place) = self.fields.get(value.path.as_ref()) {
                value.place = ADDITIONAL_PLACE + place;
            }
        }
    }
}

fn text_of(json: Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text),
        _ => None,
    }
}

/// Takes what one column says of the record as a whole.
pub(super) fn take_held(normalized: &mut Normalized, field: &Field, cell: &Cell) -> Result<(), NormalizeError> {
    if cell.is_null() {
        return Ok(());
    }
    let broken = |field| NormalizeError::BrokenImport { row: normalized.row.to_string(), field };
    let text = cell.utf8().unwrap_or_default();
    match field {
        Field::Uid => normalized.uid = Uid::parse(&text).ok_or_else(|| broken("uid"))?,
        Field::Form => normalized.form = Some(Form::parse(&text).ok_or_else(|| broken("form"))?),
        Field::Withheld => {
            let Ok(Json::Object(members)) = Json::parse(&text) else { return Err(broken("withheld")) };
            for (path, codes) in members {
                for code in one_or_many(codes) {
                    let code = code.as_str().and_then(Code::named).ok_or_else(|| broken("withheld"))?;
                    normalized.withheld_before.push((path.clone(), code));
                }
            }
        }
        Field::Verbatim => {
            let Ok(Json::Object(members)) = Json::parse(&text) else { return Err(broken("verbatim")) };
            for (path, values) in members {
                let values = one_or_many(values).into_iter().map(|value| (path.clone(), Verbatim::Json(value)));
                normalized.verbatim_before.extend(values);
            }
        }
        Field::Known { .. } | Field::Additional(_) | Field::Addresses => {}
    }
    Ok(())
}

/// Of several columns that go to one list, each has a value of its own.
fn one_or_many(json: Json) -> Vec<Json> {
    match json {
        Json::Array(many) => many,
        one => vec![one],
    }
}

/// The place of a contact's addresses: that of their first part.
pub(super) fn addresses_place() -> usize {
    Kind::Contact.field("address.street").map_or(0, |(place, _)| place)
}

/// Postal addresses as records hold them: a list of objects of texts.
pub(super) fn addresses(text: &str) -> Option<FieldValue> {
    let Json::Array(items) = Json::parse(text).ok()? else { return None };
    let address = |item| {
        let Json::Object(members) = item else { return None };
        let mut address = PostalAddress::default();
        for (part, value) in members {
            let text = match value {
                Json::Null => None,
                Json::String(text) => Some(text),
                _ => return None,
            };
            match part.as_str() {
                "label" => address.label = text,
                _ => address.parts.push((part, text)),
            }
        }
        Some(address)
    };
    items.into_iter().map(address).collect::<Option<_>>().map(FieldValue::Addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_which_fields_a_record_has_and_how_they_are_read() {
        let form =
            Form::parse(r#"{"fields":["status","additional.b"],"labels":{"status":"open"},"json":["x"]}"#).unwrap();
        assert!(form.has("status") && !form.has("type"));
        let text = |text: &str| Reading { value: FieldValue::Text(text.into()), verbatim: None, ambiguous: false };
        let code = form.read("status", &Cell::Text(b"O".to_vec()), text("O"));
        assert_eq!(code.value, FieldValue::Code { code: "O".into(), label: "open".into() });
        let json = form.read("x", &Cell::Text(b"[1.50]".to_vec()), text("[1.50]"));
        assert_eq!(json.value, FieldValue::Json(Json::Array(vec![Json::Number("1.50".into())])));
        assert_eq!(form.read("type", &Cell::Null, text("A")), text("A"));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for text in ["", "[]", r#"{"fields":[1]}"#, r#"{"other":[]}"#, r#"{"labels":{"a":null}}"#] {
            assert_eq!(Form::parse(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_keep_their_parts_and_what_is_null_in_them() {
        let Some(FieldValue::Addresses(found)) = addresses(r#"[{"street":"A 1","region":null,"label":"work"}]"#) else {
            panic!("no addresses");
        };
        let parts = vec![("street".to_owned(), Some("A 1".to_owned())), ("region".to_owned(), None)];
        assert_eq!(found, [PostalAddress { parts, label: Some("work".into()) }]);
        assert!(addresses(r#"["A 1"]"#).is_none());
    }
}
