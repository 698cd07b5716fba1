//! How rows are named and found again: by the whole number that is their primary key, else by the key of the
//! configuration.

use super::column::{Column, Compared, quoted};
use super::condition::{Values, list_of};
use super::session::Value;
use crate::records::Cell;
use crate::stores::snapshot::Table;
use crate::subject::RowId;

/// The columns by which rows are told apart: the whole number that is their key, or the key of the configuration.
pub(super) fn names_of_rows<'k>(table: &'k Table, key: &'k [String]) -> &'k [String] {
    table.row_number.as_ref().map_or(key, std::slice::from_ref)
}

/// The name of a row with these cells.
pub(super) fn row_id(table: &Table, mut cells: Vec<Cell>) -> RowId {
    match (&table.row_number, cells.as_mut_slice()) {
        (Some(_), [Cell::Integer(number)]) => RowId::Number(*number),
        _ => RowId::Key(Box::new(cells)),
    }
}

/// The condition that names these rows.
pub(super) fn named(ids: &[&Column], rows: &[&RowId], sent: &mut Values) -> String {
    let (mut terms, mut columns, mut lists) = (Vec::new(), Vec::new(), Vec::new());
    for (at, column) in ids.iter().enumerate() {
        let list = match &column.compared {
            Compared::Bytes => {
                let bytes = rows.iter().map(|row| text_of(row, at)).collect();
                format!("{}::bytea[]", sent.place(Value::Blobs(bytes)))
            }
            compared => {
                let texts: Vec<String> =
                    rows.iter().map(|row| String::from_utf8(text_of(row, at)).unwrap_or_default()).collect();
                list_of(compared, &texts.iter().map(String::as_str).collect::<Vec<_>>(), sent)
            }
        };
        let column = match &column.compared {
            Compared::Written { like: None } => column.reading(),
            _ => quoted(&column.name),
        };
        terms.push(format!("{column} = ANY ({list})"));
        columns.push(column);
        lists.push(list);
    }
    // Each column alone serves an index, here and on other servers; all together they name the rows.
    if columns.len() > 1 {
        let (columns, lists) = (columns.join(", "), lists.join(", "));
        terms.push(format!("({columns}) IN (SELECT * FROM unnest({lists}))"));
    }
    terms.join(" AND ")
}

/// The text of one part of a row's name.
fn text_of(row: &RowId, at: usize) -> Vec<u8> {
    match row {
        RowId::Number(number) => number.to_string().into_bytes(),
        RowId::Key(cells) => cells.get(at).and_then(Cell::text).unwrap_or_default().into_owned(),
    }
}

/// A row's name as bytes, which differ if its cells do.
pub(super) fn name_of(row: &RowId) -> Vec<u8> {
    match row {
        RowId::Number(number) => number.to_be_bytes().to_vec(),
        RowId::Key(cells) => {
            let mut name = Vec::new();
            for cell in cells.iter() {
                let text = cell.text();
                name.push(u8::from(text.is_some()));
                let text = text.unwrap_or_default();
                name.extend((text.len() as u64).to_be_bytes());
                name.extend_from_slice(&text);
            }
            name
        }
    }
}
