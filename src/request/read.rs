//! A request from a file or standard input: one JSON object, or a CSV heading with one row (contract 2).

use super::RawRequest;
use crate::records::{Json, NotJson};
use serde_json::value::RawValue;

/// Why a file is no request. Exit status 2. Never shows what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFileError {
    /// Neither JSON nor CSV.
    #[error("the request is neither a JSON object nor a CSV heading with a row")]
    Syntax,
    /// No request or several.
    #[error("the request file holds {0} requests, not one")]
    NotOne(usize),
    /// A field that cannot be a text or a list of texts.
    #[error("the field `{0}` of the request is neither a text nor a list of texts")]
    Field(String),
    /// A field is given twice. A file without its heading has persons there, so the heading is not shown.
    #[error("the columns {0} and {1} of the request have the same heading")]
    Twice(usize, usize),
    /// A field stands twice in the JSON object, and one of the two would be lost.
    #[error("a field of the request is given twice")]
    Repeated,
}

/// Reads one request.
///
/// # Errors
/// When the text is not exactly one request.
pub fn read_request(text: &str) -> Result<RawRequest, RequestFileError> {
    let text = text.trim_start_matches('\u{feff}');
    let fields = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => from_json(text)?,
        Some(_) => from_csv(text)?,
        None => return Err(RequestFileError::NotOne(0)),
    };
    request(fields)
}

pub(super) type Fields = Vec<(String, Vec<String>)>;

fn from_json(text: &str) -> Result<Fields, RequestFileError> {
    if !text.trim_start().starts_with('[') {
        return from_object(text);
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| RequestFileError::Syntax)?;
    let [item] = items.as_slice() else { return Err(RequestFileError::NotOne(items.len())) };
    from_object(item.get())
}

/// The fields of a JSON object: a text or a list of texts each; null is not given.
pub(super) fn from_object(object: &str) -> Result<Fields, RequestFileError> {
    let members = Json::members(object).map_err(|error| match error {
        NotJson::RepeatedKey => RequestFileError::Repeated,
        NotJson::Invalid | NotJson::TooDeep => RequestFileError::Syntax,
    })?;
    let mut fields = Fields::new();
    for (name, value) in members {
        // Numbers keep every digit, so a long customer number may stand as one.
        let text = |value: &Json| match value {
            Json::String(text) | Json::Number(text) => Ok(text.clone()),
            _ => Err(RequestFileError::Field(name.clone())),
        };
        let values = match &Json::parse(value).map_err(|_| RequestFileError::Field(name.clone()))? {
            Json::Null => Vec::new(),
            Json::Array(items) => items.iter().map(text).collect::<Result<_, _>>()?,
            single => vec![text(single)?],
        };
        fields.push((name, values));
    }
    Ok(fields)
}

fn from_csv(text: &str) -> Result<Fields, RequestFileError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|_| RequestFileError::Syntax)?.clone();
    let rows: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(|_| RequestFileError::Syntax)?;
    let [row] = rows.as_slice() else { return Err(RequestFileError::NotOne(rows.len())) };
    let mut fields = Fields::new();
    for (at, (heading, cell)) in headings.iter().zip(row).enumerate() {
        if let Some(first) = fields.iter().position(|(name, _)| name == heading) {
            return Err(RequestFileError::Twice(first + 1, at + 1));
        }
        fields.push((heading.to_owned(), values_of(heading, cell)));
    }
    Ok(fields)
}

/// The values of a cell: an empty cell is not given; several identifiers stand between semicolons.
pub(super) fn values_of(heading: &str, cell: &str) -> Vec<String> {
    if is_option(heading) {
        Some(cell.to_owned()).filter(|cell| !cell.trim().is_empty()).into_iter().collect()
    } else {
        cell.split(';').map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
    }
}

/// The fields of a request that are not identifiers.
pub(super) const OPTIONS: [&str; 13] = [
    "identity_check",
    "reference",
    "received",
    "accept_shared",
    "same_person",
    "third_parties",
    "language",
    "regime",
    "direct_transmission",
    "only",
    "deceased",
    "identity_asked",
    "identity_confirmed",
];

pub(super) fn is_option(name: &str) -> bool {
    OPTIONS.contains(&name)
}

/// Every field that is no option is a type of identifier; `subject` holds several, each as `TYPE:VALUE`.
pub(super) fn request(fields: Fields) -> Result<RawRequest, RequestFileError> {
    let mut request = RawRequest::default();
    for (name, values) in fields {
        let place = match name.as_str() {
            "identity_check" => &mut request.identity_check,
            "reference" => &mut request.reference,
            "received" => &mut request.received,
            "accept_shared" => &mut request.accept_shared,
            "same_person" => &mut request.same_person,
            "third_parties" => &mut request.third_parties,
            "regime" => &mut request.regime,
            "direct_transmission" => &mut request.direct_transmission,
            "deceased" => &mut request.deceased,
            "identity_asked" => &mut request.identity_asked,
            "identity_confirmed" => &mut request.identity_confirmed,
            "language" | "only" => {
                let list = if name == "only" { &mut request.only } else { &mut request.language };
                *list = (!values.is_empty()).then(|| values.join(","));
                continue;
            }
            // As on the command line, each with its type before a colon.
            "subject" => {
                request.subjects.extend(values.into_iter().map(|value| (None, value)));
                continue;
            }
            _ => {
                request.subjects.extend(values.into_iter().map(|value| (Some(name.clone()), value)));
                continue;
            }
        };
        if values.len() > 1 {
            return Err(RequestFileError::Field(name));
        }
        *place = values.into_iter().next().filter(|value| !value.is_empty());
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_json_object_or_one_row_of_csv() {
        let json =
            r#"{"email": ["a@x.org", "b@x.org"], "customer": 17, "identity_check": "document:seen", "received": null}"#;
        let csv = "\u{feff}email,customer,identity_check,received\na@x.org; b@x.org,17,document:seen,\n";
        for text in [json, csv] {
            let mut request = read_request(text).unwrap();
            request.subjects.sort();
            let subjects: Vec<(&str, &str)> =
                request.subjects.iter().map(|(kind, value)| (kind.as_deref().unwrap(), value.as_str())).collect();
            assert_eq!(subjects, [("customer", "17"), ("email", "a@x.org"), ("email", "b@x.org")]);
            assert_eq!(request.identity_check.as_deref(), Some("document:seen"));
            assert_eq!(request.received, None);
        }
    }

    #[test]
    fn what_is_not_exactly_one_request_is_refused() {
        assert!(matches!(read_request(""), Err(RequestFileError::NotOne(0))));
        assert!(matches!(read_request("email\n"), Err(RequestFileError::NotOne(0))));
        assert!(matches!(read_request("email\na@x\nb@x\n"), Err(RequestFileError::NotOne(2))));
        assert!(matches!(read_request("{"), Err(RequestFileError::Syntax)));
        assert!(matches!(read_request("[1]"), Err(RequestFileError::Syntax)));
        assert!(matches!(read_request(r#"{"email": {"a": 1}}"#), Err(RequestFileError::Field(_))));
        let typed = read_request(r#"{"subject": ["email:a@x.org", "customer:17"]}"#).unwrap();
        assert_eq!(typed.subjects, [(None, "email:a@x.org".to_owned()), (None, "customer:17".to_owned())]);
        let long = read_request(r#"{"customer": 12345678901234567890123}"#).unwrap();
        assert_eq!(long.subjects[0].1, "12345678901234567890123");
        let twice = r#"{"email": "a@x.org", "identity_check": "document", "email": "b@x.org"}"#;
        assert!(matches!(read_request(twice), Err(RequestFileError::Repeated)));
        assert!(matches!(read_request(&format!("[{twice}]")), Err(RequestFileError::Repeated)));
        assert!(matches!(read_request("email,email\na,b\n"), Err(RequestFileError::Twice(1, 2))));
    }
}
