//! What is known of every table before anything is guessed: columns, types, keys, and the shapes of a few rows.

use crate::controller::{Controller, Disposition};
use crate::guess::columns::is_secret;
use crate::guess::{Sample, words};
use crate::records::Cell;
use crate::stores::{StoreError, Stores, Table};

/// How many rows of a table are looked at.
const ROWS: usize = 200;

/// A table as it was found.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// Its store.
    pub store: String,
    /// Its full name.
    pub name: String,
    /// Whether it is the one table of a mail store, of which everything is known.
    pub is_mail: bool,
    /// Its columns.
    pub columns: Vec<SurveyedColumn>,
    /// What somebody has said elsewhere of what is nested in them, each named by a JSON pointer. Where the store has
    /// columns of these names, it is said of them.
    pub nested: Vec<SurveyedColumn>,
    /// The columns of its primary key.
    pub primary_key: Vec<String>,
    /// Where its foreign keys lead.
    pub leads: Vec<Lead>,
    /// Whether all of its rows were looked at.
    pub is_whole: bool,
}

/// A column as it was found.
#[derive(Debug, Clone, Default)]
pub struct SurveyedColumn {
    /// Its name.
    pub name: String,
    /// The words of its name.
    pub words: Vec<String>,
    /// The type that it is declared with, in small letters.
    pub declared: String,
    /// What its values look like.
    pub sample: Sample,
    /// Some of its values, to see whether two columns hold the same. They go no further.
    pub values: Vec<Vec<u8>>,
    /// What somebody has said of it elsewhere.
    pub annotation: Annotation,
}

/// What a dataset annotation says of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annotation {
    /// The type of identifier that it holds.
    pub identity: Option<String>,
    /// Data categories, such as `user.contact.email`.
    pub categories: Vec<String>,
    /// What it means.
    pub description: Option<String>,
    /// The keys of its objects.
    pub keys: Vec<String>,
    /// Keys in its objects, at any depth, that are never to be read.
    pub secret_keys: Vec<String>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its columns.
    pub columns: Vec<String>,
    /// The store of the other table.
    pub store: String,
    /// The other table.
    pub table: String,
    /// The columns there; none stand for the primary key.
    pub targets: Vec<String>,
}

impl Surveyed {
    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&SurveyedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The words of all columns.
    pub fn words(&self) -> Vec<Vec<String>> {
        self.columns.iter().map(|column| column.words.clone()).collect()
    }
}

impl SurveyedColumn {
    /// A column of which only the name is known.
    pub fn named(name: &str) -> SurveyedColumn {
        SurveyedColumn { name: name.to_owned(), words: words(name), ..SurveyedColumn::default() }
    }

    /// Whether it is never to be read.
    pub fn is_secret(&self) -> bool {
        let said = &self.annotation;
        is_secret(&self.words)
            || said.categories.iter().any(|category| is_authorization(category))
            || (said.keys.is_empty() && !said.secret_keys.is_empty())
    }

    /// The keys of its objects, as far as they are known, without those that hold secrets.
    pub fn keys(&self) -> Option<Vec<String>> {
        let seen = self.sample.keys.iter().flatten();
        let said = self.annotation.keys.iter().filter(|key| !self.sample.keys.iter().flatten().any(|own| own == *key));
        let all = seen.chain(said).filter(|key| !self.annotation.secret_keys.contains(key));
        let all: Vec<String> = all.cloned().collect();
        (self.sample.keys.is_some() || !all.is_empty()).then_some(all)
    }

    /// Whether any of its values were looked at.
    pub fn was_seen(&self) -> bool {
        self.sample.seen + self.sample.nulls > 0
    }

    /// Whether it holds bytes rather than text.
    pub fn is_bytes(&self) -> bool {
        self.sample.bytes || ["blob", "bytea", "binary"].iter().any(|kind| self.declared.contains(kind))
    }
}

/// Whether data of this category are for proving who somebody is.
pub fn is_authorization(category: &str) -> bool {
    category.starts_with("user.authorization")
        || category.starts_with("user.account.password")
        || category.contains(".password")
}

/// Looks at every table of every store of the controller but those that it ignores. What it or `datasets` call secret is
/// not read.
///
/// # Errors
/// When a store cannot be read.
pub fn survey(controller: &Controller, stores: &Stores, datasets: &[Surveyed]) -> Result<Vec<Surveyed>, StoreError> {
    let mut all = Vec::new();
    for store in &controller.stores {
        for table in stores.tables_of(&store.name) {
            let ignored = store.ignore.iter().any(|(name, _)| *name == table.name);
            let on_it = || controller.collections.iter().filter(|c| c.store == store.name && c.table == table.name);
            // Views hold nothing of their own.
            if ignored || (table.is_view && on_it().next().is_none()) {
                continue;
            }
            if store.url.is_mail() {
                all.push(mail(&store.name, table));
                continue;
            }
            let said = datasets.iter().find(|said| said.store == store.name && said.name == table.name);
            let secret = |name: &str| {
                let mut columns = on_it().filter_map(|collection| collection.column(name));
                columns.any(|column| matches!(column.disposition, Disposition::Secret(_)))
            };
            all.push(look(stores, &store.name, table, said, &secret)?);
        }
    }
    Ok(all)
}

fn mail(store: &str, table: &Table) -> Surveyed {
    let columns = table.columns.iter().map(|name| SurveyedColumn::named(name)).collect();
    Surveyed {
        store: store.to_owned(),
        name: table.name.clone(),
        is_mail: true,
        columns,
        nested: Vec::new(),
        primary_key: Vec::new(),
        leads: Vec::new(),
        is_whole: false,
    }
}

fn look(
    stores: &Stores,
    store: &str,
    table: &Table,
    said: Option<&Surveyed>,
    secret: &dyn Fn(&str) -> bool,
) -> Result<Surveyed, StoreError> {
    let layout = stores.layout(store, table)?;
    let mut columns: Vec<SurveyedColumn> = table.columns.iter().map(|name| SurveyedColumn::named(name)).collect();
    for (at, column) in columns.iter_mut().enumerate() {
        // Files declare no types.
        column.declared = layout.types.get(at).map(|declared| declared.to_lowercase()).unwrap_or_default();
        let nested = || said?.nested.iter().find(|nested| nested.name == column.name);
        if let Some(said) = said.and_then(|said| said.column(&column.name)).or_else(nested) {
            column.annotation = said.annotation.clone();
        }
    }
    // What may be secret or is large is not even looked at.
    let open = |column: &SurveyedColumn| !column.is_secret() && !secret(&column.name) && !column.is_bytes();
    let looked_at: Vec<usize> = (0..columns.len()).filter(|at| open(&columns[*at])).collect();
    let names: Vec<&str> = looked_at.iter().map(|at| table.columns[*at].as_str()).collect();
    // Rows without a number of the store's own are named by their key.
    let key = match layout.primary_key.is_empty() && table.row_name.is_none() {
        true => table.columns.iter().take(1).cloned().collect(),
        false => layout.primary_key.clone(),
    };
    let rows = if names.is_empty() { Vec::new() } else { stores.sample(store, table, &key, &names, ROWS)? };
    for (nth, at) in looked_at.iter().enumerate() {
        let cells = || rows.iter().filter_map(|row| row.get(nth));
        columns[*at].sample = Sample::of(cells());
        columns[*at].values =
            cells().filter_map(Cell::text).filter(|text| text.len() <= 100).map(|text| text.into_owned()).collect();
    }
    let leads = layout.references.into_iter().map(|reference| Lead {
        columns: reference.columns,
        store: store.to_owned(),
        table: reference.table,
        targets: reference.targets,
    });
    Ok(Surveyed {
        store: store.to_owned(),
        name: table.name.clone(),
        is_mail: false,
        columns,
        nested: Vec::new(),
        primary_key: layout.primary_key,
        leads: leads.collect(),
        is_whole: rows.len() < ROWS,
    })
}
