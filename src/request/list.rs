//! Many requests from one file: CSV with a heading, or JSON Lines with one object a line (contract 2).
//!
//! What is wrong with the file is told before anything is done, by line, never with what stands there; what is wrong
//! with one request is that request's own matter.

use super::read::{OPTIONS, RequestFileError, from_object, is_option, request, values_of};
use super::{PortabilityRequest, RawRequest, RequestFault, check_reference, known_types};
use crate::controller::Controller;
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
        Some(b'[') => {
            reading.fault("the requests are a JSON array".into(), "Write one JSON object a line (JSON Lines).");
        }
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
        is_option(field) || field == "subject" || self.known.contains(&field)
    }

    fn fields(&self) -> String {
        format!("The fields are {}, and the types of identifier {}.", OPTIONS.join(", "), self.known.join(", "))
    }

    fn lines(&mut self, text: &str) {
        for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
            let fields = match from_object(text) {
                Err(RequestFileError::Syntax) => {
                    let what = format!("line {line} of the requests is no JSON object");
                    self.fault(what, "Write one JSON object a line.");
                    continue;
                }
                Ok(fields) if !fields.iter().all(|(field, _)| self.is_known(field)) => {
                    self.fault(format!("line {line} of the requests has a field that is not known"), self.fields());
                    continue;
                }
                fields => fields,
            };
            match fields.and_then(request) {
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
        let mut lines = Lines { text: text.as_bytes(), counted: 0, line: 1 };
        for row in reader.records() {
            match row {
                Ok(row) => {
                    let line = lines.of(row.position());
                    let fields = headings.iter().zip(&row);
                    let fields = fields.map(|(heading, cell)| (heading.to_owned(), values_of(heading, cell)));
                    match request(fields.collect()) {
                        Ok(raw) => self.requests.push((line, raw)),
                        Err(error) => self.fault(format!("line {line} of the requests: {error}"), "Correct this line."),
                    }
                }
                Err(error) => {
                    let line = lines.of(error.position());
                    let what = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("line {line} of the requests has {len} cells, and the heading {expected_len}")
                        }
                        _ => format!("line {line} of the requests cannot be read as CSV"),
                    };
                    self.fault(
                        what,
                        "Put values with commas between quotation marks, and give every row all its cells.",
                    );
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

/// Counts lines as an editor does; the CSV reader counts one less before a line that follows CR LF or is empty.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which a row begins. Rows come in their order.
    fn of(&mut self, position: Option<&csv::Position>) -> u64 {
        let begin = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.counted);
        while let Some(byte) = self.text.get(self.counted)
            && (self.counted < begin || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u64::from(*byte == b'\n');
            self.counted += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controller() -> Controller {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("art20.toml");
        let text = r#"version = 1
            [controller]
            name = "T"
            id = "https://t.example"
            languages = ["en"]
            [activity.business]
            legal_basis = "contract"
            [store.s]
            url = "sqlite:s.db"
            [collection.people]
            store = "s"
            table = "people"
            kind = "contact"
            activity = "business"
            origin = "provided"
            key = ["id"]
            match = ["email == subject.email", "number == subject.customer"]
            columns = { id = { omit = "row number" }, email = "emails", number = "additional.number" }"#;
        std::fs::write(&path, text).unwrap();
        Controller::read(&path).unwrap()
    }

    /// Line, reference, and how many identifiers or faults.
    fn read(text: &str) -> Vec<(u64, Option<String>, Result<usize, usize>)> {
        let listed = read_list(text, &controller()).unwrap();
        let sums = listed.into_iter().map(|one| {
            let request = one.request.map(|request| request.identifiers.len()).map_err(|faults| faults.len());
            (one.line, one.reference, request)
        });
        sums.collect()
    }

    fn faults(text: &str) -> Vec<String> {
        let faults = read_list(text, &controller()).unwrap_err();
        faults.into_iter().map(|fault| fault.what).collect()
    }

    #[test]
    fn rows_and_lines_are_read_alike_each_with_its_line_and_its_own_faults() {
        let csv = "\u{feff}reference,email,customer,identity_check\r\n\
            A,\"a@x.org; b@x.org\",,\"document:said\nin two lines\"\r\n\
            ,,17,document\r\n\
            C,nothing,,passport\r\n";
        let json = "{\"reference\": \"A\", \"email\": [\"a@x.org\", \"b@x.org\"], \"identity_check\": \"document\"}\n\
            {\"customer\": 17, \"reference\": null, \"identity_check\": \"document\"}\n\n\
            {\"reference\": \"C\", \"email\": \"nothing\", \"identity_check\": \"passport\"}\n";
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(read(csv), [(2, name("A"), Ok(2)), (4, None, Ok(1)), (5, name("C"), Err(2))]);
        assert_eq!(read(json), [(1, name("A"), Ok(2)), (2, None, Ok(1)), (4, name("C"), Err(2))]);
        assert_eq!(read("reference,email\n"), []);
    }

    #[test]
    fn faults_of_the_file_are_told_by_line_and_show_nothing_of_it() {
        for (text, expected) in [
            ("", "empty"),
            ("[{}]", "array"),
            ("ann@x.org,document\n", "line 1 of the requests: the heading of column 1 is not known"),
            ("email,email\n", "the columns 1 and 2"),
            ("reference,email\nA\n", "line 2 of the requests has 1 cells, and the heading 2"),
            ("reference,email\nann@x.org,a@x.org\n", "line 2 of the requests: the reference cannot be"),
            ("reference,email\nA,a@x.org\na,b@x.org\n", "the lines 2 and 3"),
            ("{\"name\": \"ann@x.org\"}", "line 1 of the requests has a field that is not known"),
            ("{\"email\": \"a@x.org\"}\nann@x.org\n", "line 2 of the requests is no JSON object"),
            ("{\"email\": {\"ann@x.org\": 1}}\n", "line 1 of the requests: the field `email`"),
        ] {
            let told = faults(text);
            assert!(told[0].contains(expected) && told.len() < 3, "{told:?}");
            assert!(!told.concat().contains("ann@x.org"), "{told:?}");
        }
    }
}
