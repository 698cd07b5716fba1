//! Additions to a configuration that a person wrote: what stands in it keeps every byte, comments too. Nothing is
//! rendered anew; texts are only put between others.

use super::written::{key, quoted};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A configuration, and what is to be added to it.
pub struct Additions<'s> {
    source: &'s str,
    root: Spanned<DeTable<'s>>,
    /// (place, text), in the order in which they were asked for.
    between: Vec<(usize, String)>,
    /// Tables that have to be opened anew.
    opened: Vec<Opened>,
    /// What stands after everything else.
    after: String,
}

/// A table that is not there yet.
struct Opened {
    /// Where it is to stand; at the end if nothing says so.
    place: Option<usize>,
    header: String,
    lines: Vec<String>,
}

impl<'s> Additions<'s> {
    /// Nothing yet, to a configuration that was read without fault.
    pub fn to(source: &'s str) -> Additions<'s> {
        let (root, _) = DeTable::parse_recoverable(source);
        Additions { source, root, between: Vec::new(), opened: Vec::new(), after: String::new() }
    }

    /// Adds a key and its value, which is TOML on one line, to the table at this path.
    pub fn entry(&mut self, path: &[&str], name: &str, value: &str) {
        let chain = self.chain(path);
        let whole: Vec<String> = path.iter().chain([&name]).map(|part| key(part)).collect();
        let dotted = |depth: usize| format!("{} = {value}", whole[depth..].join("."));
        let sign = |depth: usize| self.source.as_bytes().get(chain[depth].1).copied().filter(|_| depth > 0);
        let deepest = chain.len() - 1;
        if let (Some(b'{'), _) | (Some(b'['), true) = (sign(deepest), deepest == path.len()) {
            self.between.push(self.within(chain[deepest], sign(deepest), &dotted(deepest)));
            return;
        }
        let header = format!("[{}]", whole[..path.len()].join("."));
        // Below a table that was made by keys with dots, only such keys can stand.
        let (_, errors) = DeTable::parse_recoverable(&format!("{}\n{header}\n", self.source));
        let written = |depth: &usize| *depth == 0 || matches!(sign(*depth), Some(b'[' | b'{'));
        if let Some(depth) = (0..=deepest).rev().find(written).filter(|_| !errors.is_empty()) {
            self.between.push(self.within(chain[depth], sign(depth), &dotted(depth)));
            return;
        }
        // Beside the table that it belongs to, if that has a header.
        let parent = deepest + 1 == path.len() && sign(deepest) == Some(b'[');
        let place = parent.then(|| self.within(chain[deepest], Some(b'['), "").0);
        let line = format!("{} = {value}", key(name));
        match self.opened.iter_mut().find(|opened| opened.header == header) {
            Some(opened) => opened.lines.push(line),
            None => self.opened.push(Opened { place, header, lines: vec![line] }),
        }
    }

    /// The place after everything that stands in a table itself, and what to write there for one line more.
    fn within(&self, (table, begin): (&DeTable<'s>, usize), sign: Option<u8>, line: &str) -> (usize, String) {
        let end = self.end(table);
        if sign == Some(b'{') {
            let is_first = self.between.iter().all(|(other, _)| *other != begin + 1);
            return match end {
                Some(end) => (end, format!(", {line}")),
                None if is_first => (begin + 1, format!(" {line} ")),
                None => (begin + 1, format!(", {line} ")),
            };
        }
        let end = end.unwrap_or(begin);
        match self.source[end..].find('\n') {
            Some(at) => (end + at + 1, format!("{line}\n")),
            None => (self.source.len(), format!("\n{line}")),
        }
    }

    /// Adds texts to the list at this path. False if there is no such list.
    pub fn elements(&mut self, path: &[&str], texts: &[String]) -> bool {
        let Some((name, path)) = path.split_last() else { return false };
        let Some(list) = self.table(path).and_then(|table| table.get(*name)) else { return false };
        let Some(items) = list.get_ref().as_array() else { return false };
        let all = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let (place, text) = match items.last() {
            Some(last) => (last.span().end, format!(", {all}")),
            None => (list.span().start + 1, all),
        };
        self.between.push((place, text));
        true
    }

    /// The truth value at this path, if there is one.
    pub fn truth(&self, path: &[&str]) -> Option<bool> {
        let (name, path) = path.split_last()?;
        self.table(path)?.get(*name)?.get_ref().as_bool()
    }

    /// Adds whole tables after everything else.
    pub fn append(&mut self, text: &str) {
        self.after.push_str(text);
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.between.is_empty() && self.opened.is_empty() && self.after.is_empty()
    }

    /// The whole text.
    pub fn written(mut self) -> String {
        // Lines end as they do in what is there.
        let crlf = self.source.find('\n').is_some_and(|at| self.source[..at].ends_with('\r'));
        let ended = |text: &str| if crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        let mut more = String::new();
        for Opened { place, header, lines } in self.opened {
            let text = format!("{header}\n{}\n", lines.join("\n"));
            match place {
                Some(place) if self.source[..place].ends_with('\n') => self.between.push((place, text)),
                _ => more.push_str(&format!("\n{text}")),
            }
        }
        more.push_str(&self.after);
        self.between.sort_by_key(|(place, _)| *place);
        let (mut written, mut done) = (String::with_capacity(self.source.len() * 2), 0);
        for (place, text) in &self.between {
            written.push_str(&self.source[done..*place]);
            written.push_str(&ended(text));
            done = *place;
        }
        written.push_str(&self.source[done..]);
        if !more.is_empty() && !written.ends_with('\n') {
            written.push_str(&ended("\n"));
        }
        written + &ended(&more)
    }

    /// The tables on this path as far as they are there, from the whole on, each with its beginning.
    fn chain(&self, path: &[&str]) -> Vec<(&DeTable<'s>, usize)> {
        let mut chain = vec![(self.root.get_ref(), 0)];
        for part in path {
            let Some(next) = chain[chain.len() - 1].0.get(*part) else { break };
            let Some(inner) = next.get_ref().as_table() else { break };
            chain.push((inner, next.span().start));
        }
        chain
    }

    /// The table at this path.
    fn table(&self, path: &[&str]) -> Option<&DeTable<'s>> {
        let chain = self.chain(path);
        chain.get(path.len()).map(|(table, _)| *table)
    }

    /// Where the last value ends that stands in the table itself, and not under a header of its own.
    fn end(&self, table: &DeTable<'s>) -> Option<usize> {
        let of = |value: &Spanned<DeValue<'s>>| match value.get_ref().as_table() {
            Some(inner) => match self.source.as_bytes().get(value.span().start) {
                Some(b'[') => None,
                Some(b'{') => Some(value.span().end),
                // Keys with dots, or the way to a header further down.
                _ => self.end(inner),
            },
            None => Some(value.span().end),
        };
        table.values().filter_map(of).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(source: &str) -> String {
        let mut additions = Additions::to(source);
        additions.entry(&["c", "x", "columns"], "new one", "{ omit = \"a\" }");
        additions.entry(&["c", "x", "columns"], "other", "{ omit = \"b\" }");
        additions.written()
    }

    #[test]
    fn what_is_added_to_a_table_stands_after_its_last_line() {
        let two = "\"new one\" = { omit = \"a\" }\nother = { omit = \"b\" }\n";
        assert_eq!(added("[c.x] # one\n# two\n"), format!("[c.x] # one\n[c.x.columns]\n{two}# two\n"));
        for (before, after) in [
            ("[c.x.columns] # all of them\na = 1\nb = { omit = [\n 1 ] } # kept\n", "# that was it\n\n[d]\n"),
            ("[ \"c\" . x.columns ]\n", "# none\n"),
            ("[c.x.columns]\na.field = 1\n", "\n[c.x.columns.b]\nfield = 2\n"),
            ("[c.x.columns.b]\nfield = 2\n[c.x.columns]\na = 1\n", ""),
            ("[c.x.columns]\na = '''\n[d]\n'''\n", "  # end"),
        ] {
            assert_eq!(added(&format!("{before}{after}")), format!("{before}{two}{after}"));
        }
        let unended = added("[c.x.columns]\na = 1");
        assert_eq!(unended, "[c.x.columns]\na = 1\n\"new one\" = { omit = \"a\" }\nother = { omit = \"b\" }");
        let two = two.replace('\n', "\r\n");
        assert_eq!(added("[c.x.columns]\r\na = 1\r\n# b\r\n"), format!("[c.x.columns]\r\na = 1\r\n{two}# b\r\n"));
    }

    #[test]
    fn however_a_table_is_written_the_whole_is_toml_and_has_both() {
        for source in [
            "[c.x]\ncolumns = { a = 1 } # one\n",
            "[c.x]\ncolumns = {}\n[d]\n",
            "[c.x]\ncolumns = { a = { b = 1 }, }\n",
            "[c]\nx = { columns.a = 1 }\n",
            "[c]\nx = { y = 1 }\n",
            "c = { x = { y = {} } }\n",
            "[c.x]\ncolumns.a = 1\ncolumns.b = 2\ny = 3\n",
            "[c.x.columns.a]\nomit = 'a'",
            "[c]\nx.columns.a.field = 1\n[d]\n",
            "[c.x]\n[d]\nx = 1",
            "c.x.columns.a = 1\n[d]\n",
            "[c.x.columns.a]\nb = 1\n[c.x]\ny = 1\n",
            "[c.x] # one\ny = 1\n\n[d]\n",
            "[c.x]",
            "d = 1\n",
            "",
        ] {
            let text = added(source);
            let read: toml::Table = text.parse().unwrap_or_else(|error| panic!("{text}\n{error}"));
            for (name, value) in [("new one", "a"), ("other", "b")] {
                assert_eq!(read["c"]["x"]["columns"][name]["omit"].as_str(), Some(value), "{text}");
            }
            // What was there stands there in its order, with something between.
            let mut rest = text.chars();
            assert!(source.chars().all(|c| rest.any(|other| other == c)), "{text}");
        }
    }

    #[test]
    fn a_list_grows_at_its_end_whatever_stands_around() {
        for (source, after) in [
            ("[c]\nm = [\"a\"] # one\n", "[c]\nm = [\"a\", \"b\", \"c\"] # one\n"),
            ("[c]\nm = [\n  \"a\", # one\n]\n", "[c]\nm = [\n  \"a\", \"b\", \"c\", # one\n]\n"),
            ("c = { m = [] }", "c = { m = [\"b\", \"c\"] }"),
        ] {
            let mut additions = Additions::to(source);
            assert!(additions.elements(&["c", "m"], &["b".to_owned(), "c".to_owned()]));
            assert_eq!(additions.written(), after);
        }
        let additions = Additions::to("[c]\nm = true\nn = 1");
        let truths = ["m", "n", "o"].map(|name| additions.truth(&["c", name]));
        assert_eq!((truths, additions.truth(&["d", "m"])), ([Some(true), None, None], None));
        assert!(!Additions::to("[c]\nm = 1").elements(&["c", "m"], &[]));
        assert!(!Additions::to("[c]\n").elements(&["c", "m"], &[]));
    }

    #[test]
    fn what_comes_last_is_on_lines_of_its_own() {
        let mut additions = Additions::to("[c]\nm = 1");
        assert!(additions.is_empty());
        additions.append("\n[d]\n");
        assert!(!additions.is_empty());
        assert_eq!(additions.written(), "[c]\nm = 1\n\n[d]\n");
    }
}
