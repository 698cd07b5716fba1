//! Match conditions (contract 3, `match`): which rows of a table are the subject's.

use std::fmt;

/// Terms that must all hold for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// At least one; at least one of them says whose the row is.
    pub terms: Vec<Term>,
}

/// One comparison of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The column of the collection's table.
    pub column: String,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub source: TermSource,
}

/// How a column is compared with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`: the canonical forms are the same.
    Canonical,
    /// `==`: the bytes are those of the canonical form.
    Bytes,
    /// `has`: the column is a list of addresses with this one in it.
    Has,
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermSource {
    /// `subject.TYPE`: an identifier of the subject.
    Subject(String),
    /// `COLLECTION.COLUMN`: the text of a column of rows already matched.
    Link {
        /// The other collection.
        collection: String,
        /// Its column.
        column: String,
    },
    /// `'literal'`.
    Literal(String),
}

/// Why a text is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConditionError(String);

impl Condition {
    /// Reads `column = source`, joined by `and`.
    ///
    /// # Errors
    /// When the text does not follow the grammar, or no term says whose the row is.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        let mut rest = text.trim();
        let mut terms = Vec::new();
        loop {
            let (term, after) = term(rest)?;
            terms.push(term);
            let after = after.trim_start();
            if after.is_empty() {
                break;
            }
            rest = after
                .strip_prefix("and")
                .filter(|r| r.starts_with(char::is_whitespace))
                .ok_or_else(|| ConditionError(format!("expected ` and ` or the end before `{after}`")))?;
            rest = rest.trim_start();
        }
        if terms.iter().all(|term| matches!(term.source, TermSource::Literal(_))) {
            return Err(ConditionError("it compares with literals only, so it would find everybody's rows".into()));
        }
        Ok(Condition { terms })
    }

    /// The collections that it links to, each once.
    pub fn links(&self) -> Vec<&str> {
        let mut links: Vec<&str> = Vec::new();
        for term in &self.terms {
            if let TermSource::Link { collection, .. } = &term.source
                && !links.contains(&collection.as_str())
            {
                links.push(collection);
            }
        }
        links
    }

    /// The types of identifiers that it needs.
    pub fn identifier_types(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().filter_map(|term| match &term.source {
            TermSource::Subject(kind) => Some(kind.as_str()),
            _ => None,
        })
    }
}

fn term(text: &str) -> Result<(Term, &str), ConditionError> {
    let (column, rest) = name(text, false)?;
    let rest = rest.trim_start();
    let (comparison, rest) = if let Some(rest) = rest.strip_prefix("==") {
        (Comparison::Bytes, rest)
    } else if let Some(rest) = rest.strip_prefix('=') {
        (Comparison::Canonical, rest)
    } else if let Some(rest) = rest.strip_prefix("has").filter(|r| r.starts_with(char::is_whitespace)) {
        (Comparison::Has, rest)
    } else {
        return Err(ConditionError(format!("expected `=`, `==` or `has` after the column `{column}`")));
    };
    let rest = rest.trim_start();
    if let Some(literal) = rest.strip_prefix('\'') {
        let (value, rest) = literal_text(literal)?;
        if comparison == Comparison::Has {
            return Err(ConditionError("`has` compares with `subject.TYPE` or `COLLECTION.COLUMN`".into()));
        }
        return Ok((Term { column, comparison, source: TermSource::Literal(value) }, rest));
    }
    let (owner, rest) = name(rest, true)?;
    let rest = rest.strip_prefix('.').ok_or_else(|| {
        ConditionError(format!("expected `subject.TYPE`, `COLLECTION.COLUMN` or `'literal'`, not `{owner}`"))
    })?;
    let (member, rest) = name(rest, owner == "subject")?;
    let source = if owner == "subject" {
        TermSource::Subject(member)
    } else {
        TermSource::Link { collection: owner, column: member }
    };
    Ok((Term { column, comparison, source }, rest))
}

/// A name of letters, digits and `_` (and `-` where allowed), or any name in double quotes.
fn name(text: &str, hyphens: bool) -> Result<(String, &str), ConditionError> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut chars = quoted.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c != '"' {
                value.push(c);
            } else if chars.peek().is_some_and(|(_, next)| *next == '"') {
                value.push('"');
                chars.next();
            } else if value.is_empty() {
                break;
            } else {
                return Ok((value, &quoted[at + 1..]));
            }
        }
        return Err(ConditionError(format!("the quoted name that begins at `{text}` does not end or is empty")));
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || (hyphens && c == '-'))).unwrap_or(text.len());
    if end == 0 {
        return Err(ConditionError(format!("expected a name before `{text}`; other names stand in double quotes")));
    }
    Ok((text[..end].to_owned(), &text[end..]))
}

/// The text up to the closing quote; two quotes stand for one.
fn literal_text(text: &str) -> Result<(String, &str), ConditionError> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(ConditionError("a literal does not end".into()));
        };
        value.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Ok((value, rest)),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.comparison {
            Comparison::Canonical => "=",
            Comparison::Bytes => "==",
            Comparison::Has => "has",
        };
        match &self.source {
            TermSource::Subject(kind) => write!(f, "{} {sign} subject.{kind}", self.column),
            TermSource::Link { collection, column } => write!(f, "{} {sign} {collection}.{column}", self.column),
            TermSource::Literal(_) => write!(f, "{} {sign} '…'", self.column),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            write!(f, "{}{term}", if at > 0 { " and " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_say_which_column_is_compared_how_and_with_what() {
        let condition =
            Condition::parse(r#""e mail" = subject.email and tenant == 'it''s' and no has invoice-lines."a ""b""""#)
                .unwrap();
        assert_eq!(
            condition.terms,
            [
                Term {
                    column: "e mail".into(),
                    comparison: Comparison::Canonical,
                    source: TermSource::Subject("email".into())
                },
                Term {
                    column: "tenant".into(),
                    comparison: Comparison::Bytes,
                    source: TermSource::Literal("it's".into())
                },
                Term {
                    column: "no".into(),
                    comparison: Comparison::Has,
                    source: TermSource::Link { collection: "invoice-lines".into(), column: "a \"b\"".into() }
                },
            ]
        );
    }

    #[test]
    fn what_could_find_everybody_or_means_nothing_is_refused() {
        for text in [
            "",
            "email",
            "email =",
            "email = 'x'",
            "email = subject",
            "a = b.c or d = e.f",
            "a = b.c and",
            "a = 'x",
            "a b = subject.c",
            "a; drop = subject.c",
            "\"\" = subject.email",
            "a = subject.email; --",
            "a has 'x' and b = subject.c",
        ] {
            assert!(Condition::parse(text).is_err(), "{text}");
        }
    }
}
