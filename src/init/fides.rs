//! The dataset annotations of fides: collections and fields with data categories, primary keys, identities and
//! references. What else stands in such a file is not looked at.

use super::error::InitError;
use super::survey::{Annotation, Lead, Surveyed, SurveyedColumn, is_authorization};
use crate::guess::columns::is_secret;
use crate::guess::words;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct File {
    dataset: Option<Vec<Dataset>>,
}

#[derive(Deserialize)]
struct Dataset {
    fides_key: String,
    collections: Option<Vec<Collection>>,
}

#[derive(Deserialize)]
struct Collection {
    name: String,
    fields: Option<Vec<Field>>,
}

#[derive(Deserialize)]
struct Field {
    name: String,
    description: Option<String>,
    data_categories: Option<Vec<String>>,
    #[serde(alias = "fidesops_meta")]
    fides_meta: Option<Meta>,
    fields: Option<Vec<Field>>,
}

#[derive(Deserialize, Default)]
struct Meta {
    identity: Option<String>,
    primary_key: Option<bool>,
    data_type: Option<String>,
    references: Option<Vec<Reference>>,
}

#[derive(Deserialize)]
struct Reference {
    dataset: String,
    field: String,
    /// `to`: values of this field find rows there; `from`, or nothing: values from there find rows here.
    direction: Option<String>,
}

impl Reference {
    fn leads_away(&self) -> bool {
        self.direction.as_deref() == Some("to")
    }
}

/// The tables of these files, each in a store that is called after its dataset, or as is asked for.
///
/// # Errors
/// When a file cannot be read, is no dataset, or something is described twice.
pub fn tables(files: &[(&Path, Option<&str>)]) -> Result<Vec<Surveyed>, InitError> {
    let mut datasets: Vec<(Dataset, &Path)> = Vec::new();
    // References lead from one file to another, too.
    let mut names: Vec<(String, String)> = Vec::new();
    for (path, called) in files {
        for dataset in read(path)? {
            let name = called.map_or_else(|| store(&dataset.fides_key), str::to_owned);
            if names.iter().any(|(key, other)| *other == name || *key == dataset.fides_key) {
                return Err(InitError::SameName(name));
            }
            names.push((dataset.fides_key.clone(), name));
            datasets.push((dataset, path));
        }
    }
    let store_of = |key: &str| {
        let own = names.iter().find(|(own, _)| own == key);
        own.map_or_else(|| store(key), |(_, name)| name.clone())
    };
    let mut all: Vec<Surveyed> = Vec::new();
    for (dataset, path) in &datasets {
        for collection in dataset.collections.iter().flatten() {
            let fault = |cause| InitError::Dataset { path: (*path).to_owned(), cause };
            let table = table(store_of(&dataset.fides_key), collection, &store_of).map_err(fault)?;
            if all.iter().any(|other| other.store == table.store && other.name == table.name) {
                return Err(fault(format!("the collection `{}` stands twice", table.name)));
            }
            all.push(table);
        }
    }
    for (dataset, _) in &datasets {
        for collection in dataset.collections.iter().flatten() {
            turn_around(&store_of(&dataset.fides_key), collection, &store_of, &mut all);
        }
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Vec<Dataset>, InitError> {
    let fault = |cause: String| InitError::Dataset { path: path.to_owned(), cause };
    let text = std::fs::read_to_string(path).map_err(|cause| fault(cause.to_string()))?;
    let file: File = serde_saphyr::from_str(&text).map_err(|error| {
        fault(error.to_string().trim_start_matches("error: ").lines().next().unwrap_or_default().to_owned())
    })?;
    let datasets = file.dataset.unwrap_or_default();
    match datasets.iter().all(|dataset| dataset.collections.iter().flatten().next().is_none()) {
        true => Err(fault("it has no `dataset` with `collections`".to_owned())),
        false => Ok(datasets),
    }
}

/// What a store is called after its dataset.
fn store(key: &str) -> String {
    let name: String = key.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect();
    if name.chars().any(char::is_alphanumeric) { name } else { "dataset".to_owned() }
}

fn table(store: String, collection: &Collection, store_of: &dyn Fn(&str) -> String) -> Result<Surveyed, String> {
    let mut table = Surveyed {
        store,
        name: collection.name.clone(),
        is_mail: false,
        columns: Vec::new(),
        nested: Vec::new(),
        primary_key: Vec::new(),
        leads: Vec::new(),
        is_whole: false,
    };
    for field in collection.fields.iter().flatten() {
        if table.column(&field.name).is_some() {
            return Err(format!("the field `{}` of `{}` stands twice", field.name, table.name));
        }
        take(field, &mut table, store_of);
        nested(field, &mut vec![&field.name], &mut table, store_of);
    }
    table.nested.retain(|column| table.columns.iter().all(|own| own.name != column.name));
    match table.columns.is_empty() {
        true => Err(format!("the collection `{}` has no `fields`", table.name)),
        false => Ok(table),
    }
}

fn take(field: &Field, table: &mut Surveyed, store_of: &dyn Fn(&str) -> String) {
    let none = Meta::default();
    let meta = field.fides_meta.as_ref().unwrap_or(&none);
    let mut column = SurveyedColumn::named(&field.name);
    let nested = || field.fields.iter().flatten();
    column.annotation = Annotation {
        identity: meta.identity.as_deref().map(identity),
        categories: categories(field),
        description: field.description.clone().filter(|text| !text.trim().is_empty()),
        keys: nested().filter(|field| !is_private(field)).map(|field| field.name.clone()).collect(),
        secret_keys: nested().flat_map(secret_keys).collect(),
    };
    // What is nested stands in one column.
    if field.fields.is_some() || meta.data_type.as_deref().is_some_and(|kind| kind.starts_with("object")) {
        let is_id = meta.data_type.as_deref().is_some_and(|kind| kind.starts_with("object_id"));
        column.declared = if is_id { String::new() } else { "json".to_owned() };
    }
    if meta.primary_key == Some(true) {
        table.primary_key.push(field.name.clone());
    }
    let references = meta.references.iter().flatten().filter(|reference| !reference.leads_away());
    table.leads.extend(references.filter_map(|reference| lead(&field.name, reference, store_of)));
    table.columns.push(column);
}

/// Takes up what is said of the fields in a field, at any depth: a store may have columns for them.
fn nested<'f>(field: &'f Field, path: &mut Vec<&'f str>, table: &mut Surveyed, store_of: &dyn Fn(&str) -> String) {
    for inner in field.fields.iter().flatten() {
        path.push(&inner.name);
        let name = pointer(path);
        let mut column = SurveyedColumn::named(&name);
        column.words = words(&inner.name);
        let meta = inner.fides_meta.as_ref();
        column.annotation.identity = meta.and_then(|meta| meta.identity.as_deref()).map(identity);
        column.annotation.categories = categories(inner);
        column.annotation.description = inner.description.clone().filter(|text| !text.trim().is_empty());
        if meta.is_some_and(|meta| meta.primary_key == Some(true)) {
            table.primary_key.push(name.clone());
        }
        if !is_private(inner) {
            let references = meta.iter().flat_map(|meta| meta.references.iter().flatten());
            let here = references.filter(|reference| !reference.leads_away());
            table.leads.extend(here.filter_map(|reference| lead(&name, reference, store_of)));
        }
        table.nested.push(column);
        nested(inner, path, table, store_of);
        path.pop();
    }
}

/// The name of a column at these keys: the key alone at the top, a JSON pointer below it, as JSON Lines have it.
fn pointer(path: &[&str]) -> String {
    match path {
        [key] => (*key).to_owned(),
        keys => keys.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect(),
    }
}

/// Whether a nested field is never to be read.
fn is_private(field: &Field) -> bool {
    is_secret(&words(&field.name)) || field.data_categories.iter().flatten().any(|category| is_authorization(category))
}

/// The names of nested fields, at any depth, that are never to be read.
fn secret_keys(field: &Field) -> Vec<String> {
    match is_private(field) {
        true => vec![field.name.clone()],
        false => field.fields.iter().flatten().flat_map(secret_keys).collect(),
    }
}

/// The categories of a field and of what is nested in it, but for secrets, which are kept out by their keys.
fn categories(field: &Field) -> Vec<String> {
    // Older files say how the data came about, too.
    let own = field.data_categories.iter().flatten().map(|name| name.replace("user.provided.identifiable.", "user."));
    let nested = field.fields.iter().flatten().filter(|field| !is_private(field));
    own.chain(nested.flat_map(categories)).collect()
}

/// The word for a type of identifier: `reader` for `reader_id`, as for columns of such a name.
fn identity(kind: &str) -> String {
    match words(kind).as_slice() {
        [phone, number] if phone == "phone" && number == "number" => phone.clone(),
        [person, id] if id == "id" && person != "external" => person.clone(),
        _ => kind.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect(),
    }
}

/// Where the values of a field come from.
fn lead(field: &str, reference: &Reference, store_of: &dyn Fn(&str) -> String) -> Option<Lead> {
    let (table, target) = reference.field.split_once('.')?;
    Some(Lead {
        columns: vec![field.to_owned()],
        store: store_of(&reference.dataset),
        table: table.to_owned(),
        targets: vec![pointer(&target.split('.').collect::<Vec<_>>())],
    })
}

/// A reference `to` rows of another table is one of theirs, by which they are found.
fn turn_around(own: &str, collection: &Collection, store_of: &dyn Fn(&str) -> String, all: &mut [Surveyed]) {
    let mut fields: Vec<(Vec<&str>, &Field)> = Vec::new();
    all_fields(collection.fields.as_deref(), &[], &mut fields);
    for (path, field) in fields {
        let references = field.fides_meta.iter().flat_map(|meta| meta.references.iter().flatten());
        for reference in references.filter(|reference| reference.leads_away()) {
            let Some(found) = lead(&pointer(&path), reference, store_of) else { continue };
            let other = all.iter_mut().find(|table| table.store == found.store && table.name == found.table);
            if let Some(other) = other {
                other.leads.push(Lead {
                    columns: found.targets,
                    store: own.to_owned(),
                    table: collection.name.clone(),
                    targets: found.columns,
                });
            }
        }
    }
}

/// Fields at any depth with the keys that lead to them, but for those that are never to be read.
fn all_fields<'f>(fields: Option<&'f [Field]>, path: &[&'f str], all: &mut Vec<(Vec<&'f str>, &'f Field)>) {
    for field in fields.unwrap_or_default().iter().filter(|field| path.is_empty() || !is_private(field)) {
        let path: Vec<&str> = path.iter().copied().chain([field.name.as_str()]).collect();
        all.push((path.clone(), field));
        all_fields(field.fields.as_deref(), &path, all);
    }
}

/// Adds the links and keys of datasets to tables that were looked at. Of a store that was looked at, it says which tables and columns
/// there are; tables of other stores are taken as the datasets have them.
pub fn annotate(survey: &mut Vec<Surveyed>, datasets: Vec<Surveyed>) {
    let looked_at: Vec<String> = survey.iter().map(|table| table.store.clone()).collect();
    for table in datasets {
        let Some(live) = survey.iter_mut().find(|live| live.store == table.store && live.name == table.name) else {
            if !looked_at.contains(&table.store) {
                survey.push(table);
            }
            continue;
        };
        live.nested = table.nested;
        for lead in table.leads {
            if !live.leads.contains(&lead) {
                live.leads.push(lead);
            }
        }
        if live.primary_key.is_empty() {
            let there = |name: &String| live.columns.iter().any(|own| own.name == *name);
            live.primary_key = table.primary_key.into_iter().filter(there).collect();
        }
    }
}
