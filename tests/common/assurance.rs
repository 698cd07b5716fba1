//! What a test tried and how often, for docs/assurance.md: one JSON object a line, appended to the file that
//! `ART20_ASSURANCE` names, and printed. A test tells it last, when everything it says has held.

use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Tells that a threat was tried so many times, in which way, and what came of it every time.
///
/// A number that chance decides is rounded down to what is always reached, so that two runs tell the same.
pub fn tell(threat: &str, how: &str, tried: usize, result: &str) {
    assert!(tried > 0, "{threat}: nothing was tried");
    let line = format!("{}\n", json!({ "threat": threat, "how": how, "tried": tried, "result": result }));
    print!("{line}");
    if let Some(path) = std::env::var_os("ART20_ASSURANCE") {
        // One write to a file opened for appending: tests that run at the same time do not mix their lines.
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}
