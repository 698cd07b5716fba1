//! A column's text against given texts: asked so that an index can serve it, and without looking for what the column
//! does not have.

use super::SqliteSnapshot;
use super::query::{Parameter, Parameters, Question, call, quoted};
use crate::records::Cell;
use rusqlite::types::{ToSql, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Up to here values stand in the statement one by one, which every planner understands.
const LISTED: usize = 64;

/// What a column has besides numbers and NULL.
#[derive(Clone, Copy)]
struct Sorts {
    texts: bool,
    blobs: bool,
}

/// Columns of a snapshot of which this was asked, by table and name.
#[derive(Default)]
pub(super) struct KnownSorts(RefCell<HashMap<(String, String), Sorts>>);

/// The column's text is one of these, whatever its type: each text is sent as every value that has it.
pub(super) fn texts_in(
    snapshot: &SqliteSnapshot,
    question: &Question<'_>,
    name: &str,
    values: &[Vec<u8>],
    parameters: &mut Parameters,
) -> String {
    let column = question.column(name);
    let Sorts { texts, blobs } = match values.len() > LISTED {
        true => sorts(snapshot, question, name),
        false => Sorts { texts: true, blobs: true },
    };
    let (mut whole, mut reals): (Vec<i64>, Vec<Value>) = (Vec::new(), Vec::new());
    let (mut written, mut broken): (Vec<Value>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    for value in values {
        let Ok(text) = std::str::from_utf8(value) else {
            broken.extend(texts.then(|| value.clone()));
            continue;
        };
        let number: Option<i64> = text.parse().ok();
        whole.extend(number);
        // Digits of a large number can be the shortest that tell a fraction from others, without being its exact value.
        if number.is_none_or(|number| number.unsigned_abs() > 1 << f64::MANTISSA_DIGITS) {
            let real = text.parse::<f64>().ok().filter(|real| !real.is_nan());
            reals.extend(real.map(Value::Real));
        }
        written.extend(texts.then(|| Value::Text(text.to_owned())));
    }
    if broken.len() > LISTED {
        return call(snapshot, "art20_canonical_in", "", &column, values, parameters);
    }
    whole.sort_unstable();
    whole.dedup();
    if !texts
        && !blobs
        && reals.is_empty()
        && let Some((first, last)) = without_gaps(&whole)
    {
        let (first, last) = (parameters.name(Box::new(first)), parameters.name(Box::new(last)));
        return format!("({column} BETWEEN {first} AND {last} AND {column} = CAST({column} AS INTEGER))");
    }
    // In the order in which SQLite keeps them, so that its own list of them grows at its end.
    let mut sent: Vec<Value> = whole.into_iter().map(Value::Integer).collect();
    sent.extend(reals);
    sent.extend(written);
    sent.extend(values.iter().filter(|_| blobs).cloned().map(Value::Blob));
    let mut name = |value: Box<dyn ToSql>| parameters.name(value);
    // Text that is not UTF-8 can only stand in the statement one by one.
    let mut names: Vec<String> = broken.into_iter().map(|bytes| name(Box::new(Parameter(Cell::Text(bytes))))).collect();
    if sent.len() > LISTED {
        let list = format!("{column} IN rarray({})", name(Box::new(Rc::new(sent))));
        if names.is_empty() {
            return list;
        }
        return format!("({list} OR {column} IN ({}))", names.join(", "));
    }
    names.extend(sent.into_iter().map(|value| name(Box::new(value))));
    format!("{column} IN ({})", names.join(", "))
}

/// The ends of numbers that are many and follow each other, so that all can be read from the first to the last. They are
/// in order, each once. Where one is missing, a row that has it would be looked at, which may be anybody's: what is
/// computed of it could fail.
fn without_gaps(numbers: &[i64]) -> Option<(i64, i64)> {
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    (numbers.len() > LISTED && last.abs_diff(first) == numbers.len() as u64 - 1).then_some((first, last))
}

/// What a column has, told by its index: texts are behind all numbers there, and blobs behind all texts.
fn sorts(snapshot: &SqliteSnapshot, question: &Question<'_>, name: &str) -> Sorts {
    let any = Sorts { texts: true, blobs: true };
    if !question.has_index(name) {
        return any;
    }
    let column = (question.table.name.clone(), name.to_owned());
    if let Some(sorts) = snapshot.sorts.0.borrow().get(&column) {
        return *sorts;
    }
    let (table, name) = (quoted(&question.table.name), quoted(name));
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM {table} WHERE {name} >= '' AND {name} < x''), \
         EXISTS (SELECT 1 FROM {table} WHERE {name} >= x'')"
    );
    let asked = snapshot.connection.query_row(&sql, [], |row| Ok(Sorts { texts: row.get(0)?, blobs: row.get(1)? }));
    // What is wrong with the table is told by whoever looks for rows.
    let Ok(sorts) = asked else { return any };
    snapshot.sorts.0.borrow_mut().insert(column, sorts);
    sorts
}
