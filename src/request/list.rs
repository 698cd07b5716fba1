//! Many requests from one file: CSV with a heading, or JSON Lines with one object a line (contract 2).
//!
//! What is wrong with the file is told before anything is done, by line, never with what stands there; what is wrong
//! with one request is that request's own matter.

use super::read::{OPTIONS, from_object, is_option, request, values_of};
use super::{PortabilityRequest, RawRequest, RequestFault, check_reference, known_types};
use crate::controller::Controller;
use serde_json::Value;
use std::collections::HashMap;

/// A request of a list.
#[derive(Debug)]
pub struct Listed {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its reference, if one is given.
    pub reference: Option<String>,
    /// The request, or what is wrong with it.
    pub request: Result<PortabilityRequest, Vec<RequestFault>>,
}

/// Something that is wrong with the file as a whole. Exit status 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ListFault {
    /// What is wrong and on which line; never shows what stands there.
    pub what: String,
    /// What to do.
    pub advice: String,
}

/// Faults that are told at once; more of them say nothing new.
const TOLD: usize = 20;

/// Reads a list of requests.
///
/// # Errors
/// When it is neither CSV nor JSON Lines, has a field that nobody knows, or a reference that cannot be a file name or
/// occurs twice.
pub fn read_list(text: &str, controller: &Controller) -> Result<Vec<Listed>, Vec<ListFault>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reading = Reading { known: known_types(controller), faults: Vec::new(), requests: Vec::new() };
    match text.trim_start().as_bytes().first() {
        Some(b'{') => reading.lines(text),
        Some(b'[') => reading.fault("the requests are a JSON array".into(), "Write one JSON object a line (JSON Lines)."),
        Some(_) => reading.rows(text),
        None => reading.fault(
            "the requests are empty: there is not even a heading".into(),
            "Give a CSV heading with a row for each request, or one JSON object a line.",
        ),
    }
    reading.references();
    if reading.faults.is_empty() {
        let listed = reading.requests.into_iter().map(|(line, raw)| {
            let reference = raw.reference.clone();
            Listed { line, reference, request: raw.validate(controller) }
        });
        Ok(listed.collect())
    } else {
        reading.faults.truncate(TOLD);
        Err(reading.faults)
    }
}

struct Reading<'a> {
    known: Vec<&'a str>,
    faults: Vec<ListFault>,
    requests: Vec<(u64, RawRequest)>,
}

impl Reading<'_> {
    fn fault(&mut self, what: String, advice: impl Into<String>) {
        self.faults.push(ListFault { what, advice: advice.into() });
    }

    fn is_known(&self, field: &str) -> bool {
        is_option(field) || self.known.contains(&field)
    }

    fn fields(&self) -> String {
        format!("The fields are {}, and the types of identifier {}.", OPTIONS.join(", "), self.known.join(", "))
    }

    fn lines(&mut self, text: &str) {
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let Ok(Value::Object(object)) = serde_json::from_str(text) else {
                self.fault(format!("line {line} of the requests is no JSON object"), "Write one JSON object a line.");
                continue;
            };
            if let Some(at) = object.keys().position(|field| !self.is_known(field)) {
                let what = format!("line {line} of the requests: field {} is not known", at + 1);
                self.fault(what, self.fields());
                continue;
            }
            match from_object(object).and_then(request) {
                Ok(raw) => self.requests.push((line, raw)),
                Err(error) => self.fault(format!("line {line} of the requests: {error}"), "Correct this line."),
            }
        }
    }

    fn rows(&mut self, text: &str) {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
        let Ok(headings) = reader.headers().cloned() else {
            return self.fault("the heading of the requests cannot be read".into(), "Save the file as CSV in UTF-8.");
        };
        let mut seen = HashMap::new();
        for (at, heading) in (1..).zip(&headings) {
            // A file without its heading has persons there, so the heading is not shown.
            if !self.is_known(heading) {
                self.fault(format!("line 1 of the requests: the heading of column {at} is not known"), self.fields());
            } else if let Some(first) = seen.insert(heading, at) {
                let what = format!("line 1 of the requests: the columns {first} and {at} have the same heading");
                self.fault(what, "Put several identifiers of a type into one cell, with semicolons between them.");
            }
        }
        if !self.faults.is_empty() {
            return;
        }
        for row in reader.records() {
            match row {
                Ok(row) => {
                    let line = row.position().map_or(0, csv::Position::line);
                    let fields = headings.iter().zip(&row);
                    let fields = fields.map(|(heading, cell)| (heading.to_owned(), values_of(heading, cell)));
                    match request(fields.collect()) {
                        Ok(raw) => self.requests.push((line, raw)),
                        Err(error) => self.fault(format!("line {line} of the requests: {error}"), "Correct this line."),
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let what = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("line {line} of the requests has {len} cells, and the heading {expected_len}")
                        }
                        _ => format!("line {line} of the requests cannot be read as CSV"),
                    };
                    self.fault(what, "Put values with commas between quotation marks, and give every row all its cells.");
                }
            }
        }
    }

    /// A reference is the name of an archive: each must be one, and no two may be the same on any file system.
    fn references(&mut self) {
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut faults = Vec::new();
        for (line, raw) in &self.requests {
            let Some(reference) = &raw.reference else { continue };
            if let Err(fault) = check_reference(reference.clone()) {
                let what = format!("line {line} of the requests: the reference cannot be a file name");
                faults.push(ListFault { what, advice: fault.advice });
            } else if let Some(first) = seen.insert(reference.to_ascii_lowercase(), *line) {
                faults.push(ListFault {
                    what: format!("the lines {first} and {line} of the requests have the same reference"),
                    advice: "Give each request a reference of its own; upper and lower case count as the same.".into(),
                });
            }
        }
        self.faults.append(&mut faults);
    }
}
