//! Reads a TOML document key by key and collects every fault with its line, so that all are reported at once.

use super::faults::Fault;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A document being read, and what is wrong with it so far.
pub struct Document {
    /// Where each line but the first begins: every value is asked for its line.
    lines: Vec<usize>,
    faults: RefCell<Vec<Fault>>,
}

/// One table of the document; remembers which keys were asked for, so that the others are unknown.
pub struct Section<'d, 't> {
    document: &'d Document,
    table: &'d DeTable<'t>,
    /// How people find it, such as `collection.contacts`.
    pub name: String,
    span: Range<usize>,
    known: RefCell<BTreeSet<&'static str>>,
}

#[cfg(test)]
thread_local! {
    /// Every key that was asked for, by section: what the schema of the configuration is held against.
    pub(super) static ASKED: RefCell<std::collections::BTreeMap<String, BTreeSet<&'static str>>> = RefCell::default();
}

/// A value with the place where it stands.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
}

impl Document {
    /// A document to read. A syntax error is a fault like any other.
    pub fn parse(text: &str) -> (Document, Spanned<DeTable<'_>>) {
        let lines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1).collect();
        let document = Document { lines, faults: RefCell::default() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            document.fault(document.line(at), format!("not valid TOML: {}", error.message().trim()));
        }
        (document, table)
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= at) + 1
    }

    /// Notes a fault.
    pub fn fault(&self, line: usize, message: impl Into<String>) {
        self.faults.borrow_mut().push(Fault { line, message: message.into() });
    }

    /// The whole document as a section.
    pub fn root<'d, 't>(&'d self, table: &'d Spanned<DeTable<'t>>) -> Section<'d, 't> {
        self.section(String::new(), table.get_ref(), table.span())
    }

    fn section<'d, 't>(&'d self, name: String, table: &'d DeTable<'t>, span: Range<usize>) -> Section<'d, 't> {
        Section { document: self, table, name, span, known: RefCell::default() }
    }

    /// What is wrong with the document, in the order of its lines.
    pub fn into_faults(self) -> Vec<Fault> {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}

impl<'d, 't> Section<'d, 't> {
    /// The line on which the section begins.
    pub fn line(&self) -> usize {
        self.document.line(self.span.start)
    }

    /// Notes a fault of the section as a whole.
    pub fn fault(&self, message: impl std::fmt::Display) {
        self.fault_at(self.line(), message);
    }

    /// Notes a fault on a line of the section.
    pub fn fault_at(&self, line: usize, message: impl std::fmt::Display) {
        let message = if self.name.is_empty() { message.to_string() } else { format!("[{}] {message}", self.name) };
        self.document.fault(line, message);
    }

    fn get(&self, key: &'static str) -> Option<&'d Spanned<DeValue<'t>>> {
        self.known.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn wrong<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<T> {
        let line = self.document.line(value.span().start);
        self.fault_at(line, format!("`{key}` must be {expected}, not {}", article(value.get_ref().type_str())));
        None
    }

    /// An optional string.
    pub fn string(&self, key: &'static str) -> Option<Placed<String>> {
        let value = self.get(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(self.placed(value, text.to_owned())),
            None => self.wrong(key, value, "a string"),
        }
    }

    /// A string that must be there and must not be empty.
    pub fn required(&self, key: &'static str) -> Option<Placed<String>> {
        if self.get(key).is_none() {
            self.fault(format!("`{key}` is missing"));
            return None;
        }
        let text = self.string(key)?;
        if text.value.trim().is_empty() {
            self.fault_at(text.line, format!("`{key}` is empty"));
            return None;
        }
        Some(text)
    }

    /// An optional truth value.
    pub fn boolean(&self, key: &'static str) -> Option<Placed<bool>> {
        let value = self.get(key)?;
        match value.get_ref().as_bool() {
            Some(truth) => Some(self.placed(value, truth)),
            None => self.wrong(key, value, "true or false"),
        }
    }

    /// An optional whole number.
    pub fn integer(&self, key: &'static str) -> Option<Placed<i64>> {
        let value = self.get(key)?;
        match value.get_ref().as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok()) {
            Some(number) => Some(self.placed(value, number)),
            None => self.wrong(key, value, "a whole number"),
        }
    }

    /// A list of strings, empty if absent.
    pub fn strings(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        self.strings_of(key, value)
    }

    fn strings_of(&self, key: &str, value: &'d Spanned<DeValue<'t>>) -> Vec<Placed<String>> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong::<()>(key, value, "a list of strings");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| match item.get_ref().as_str() {
                Some(text) => Some(self.placed(item, text.to_owned())),
                None => self.wrong(key, item, "a list of strings"),
            })
            .collect()
    }

    /// Whether the key is there at all.
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Whether the value of the key is a table.
    pub fn is_table(&self, key: &'static str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// Whether the value of the key is a string.
    pub fn is_string(&self, key: &'static str) -> bool {
        self.get(key).is_some_and(|value| value.get_ref().is_str())
    }

    /// An optional table.
    pub fn table(&self, key: &'static str) -> Option<Section<'d, 't>> {
        let value = self.get(key)?;
        match value.get_ref().as_table() {
            Some(table) => Some(self.document.section(self.path(key), table, value.span())),
            None => self.wrong(key, value, "a table"),
        }
    }

    /// The members of the table under this key whose names the writer chose: (name, its line, member).
    pub fn members(&self, key: &'static str) -> Vec<(Placed<String>, Member<'d, 't>)> {
        self.table(key).map(|section| section.all()).unwrap_or_default()
    }

    /// Every member of this section.
    pub fn all(&self) -> Vec<(Placed<String>, Member<'d, 't>)> {
        self.table
            .iter()
            .map(|(name, value): (&'d Spanned<DeString<'t>>, _)| {
                let line = self.document.line(name.span().start);
                let section = value
                    .get_ref()
                    .as_table()
                    .map(|table| self.document.section(self.path(name.get_ref()), table, name.span()));
                let name = Placed { value: name.get_ref().to_string(), line };
                let owner = self.document.section(self.name.clone(), self.table, self.span.clone());
                (name, Member { owner, value, section })
            })
            .collect()
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn placed<T>(&self, at: &Spanned<DeValue<'_>>, value: T) -> Placed<T> {
        Placed { value, line: self.document.line(at.span().start) }
    }

    /// Reports every key that nobody asked for. Call it last.
    pub fn finish(&self) {
        let known = self.known.borrow();
        #[cfg(test)]
        ASKED.with(|asked| asked.borrow_mut().entry(self.name.clone()).or_default().extend(known.iter().copied()));
        for (key, _) in self.table {
            if !known.contains(key.get_ref().as_ref()) {
                let line = self.document.line(key.span().start);
                let near = known.iter().find(|k| similar(k, key.get_ref()));
                let hint = near.map(|k| format!("; did you mean `{k}`?")).unwrap_or_default();
                self.fault_at(line, format!("unknown key `{}`{hint}", key.get_ref()));
            }
        }
    }
}

/// A member of a table with freely chosen names: a table, or a plain value.
pub struct Member<'d, 't> {
    owner: Section<'d, 't>,
    value: &'d Spanned<DeValue<'t>>,
    /// The member as a table, if it is one.
    pub section: Option<Section<'d, 't>>,
}

impl<'d, 't> Member<'d, 't> {
    /// The member as a string, or a fault.
    pub fn string(&self, name: &str) -> Option<Placed<String>> {
        match self.value.get_ref().as_str() {
            Some(text) => Some(self.owner.placed(self.value, text.to_owned())),
            None => self.owner.wrong(name, self.value, "a string"),
        }
    }

    /// The member as a string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        self.value.get_ref().as_str()
    }

    /// The member as a list of strings, or a fault.
    pub fn strings(&self, name: &str) -> Vec<Placed<String>> {
        self.owner.strings_of(name, self.value)
    }

    /// The member as a table, or a fault.
    pub fn table(self, name: &str) -> Option<Section<'d, 't>> {
        match self.section {
            Some(section) => Some(section),
            None => self.owner.wrong(name, self.value, "a table"),
        }
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

/// Whether a key looks like a misspelling of another: at most two edits apart.
fn similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 || a.len().min(b.len()) < 3 {
        return false;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()] <= 2
}
