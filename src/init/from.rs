//! What `--from` names: stores, each with a name of its own, and paths that count from the folder of the configuration.

use super::error::InitError;
use super::survey::Surveyed;
use super::text::StoreLines;
use crate::controller::written::{key, quoted};
use crate::controller::{Controller, StoreUrl};
use std::path::{Component, Path, PathBuf};

/// One `--from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The name that the store is given, if one is.
    pub name: Option<String>,
    /// Where it is.
    pub url: String,
}

impl From {
    /// Reads `URL` or `NAME=URL`.
    ///
    /// # Errors
    /// When the name or the URL makes no sense.
    pub fn parse(text: &str) -> Result<From, InitError> {
        let scheme = text.find(':').unwrap_or(text.len());
        let (name, url) = match text[..scheme].split_once('=') {
            Some((name, _)) => (Some(name.to_owned()), &text[name.len() + 1..]),
            None => (None, text),
        };
        if name.as_ref().is_some_and(|name| safe(name) != *name) {
            return Err(InitError::Url("a store's name is made of letters, digits, `_` and `-`".to_owned()));
        }
        if url.strip_prefix("fides:").is_some_and(|path| !path.is_empty()) {
            return Ok(From { name, url: url.to_owned() });
        }
        match StoreUrl::parse(url, Path::new("")).map_err(InitError::Url)? {
            StoreUrl::Postgres(postgres) if postgres.has_password() => {
                Err(InitError::Url("a password has no place on a command line".to_owned()))
            }
            _ => Ok(From { name, url: url.to_owned() }),
        }
    }

    /// The file, if it is a dataset annotation rather than a store.
    pub fn dataset(&self) -> Option<&Path> {
        self.url.strip_prefix("fides:").map(Path::new)
    }
}

/// The stores of all of them, as they are to be written into a configuration at this path.
///
/// # Errors
/// When two have the same name.
pub fn stores(from: &[From], output: &Path) -> Result<Vec<StoreLines>, InitError> {
    let mut all: Vec<StoreLines> = Vec::new();
    for one in from.iter().filter(|one| one.dataset().is_none()) {
        let url = &one.url;
        let name = one.name.clone().unwrap_or_else(|| called(url));
        if all.iter().any(|other| other.name == name) {
            return Err(InitError::SameName(name));
        }
        all.push(StoreLines { name, url: placed(url, output), settings: Vec::new(), is_guess: false });
    }
    Ok(all)
}

/// Names of stores, each with the place where it is looked at.
pub type Places = Vec<(String, StoreUrl)>;

/// Which store of a configuration each of them means: by the name that it is given, else by its place. Those that none is
/// meant by are new.
///
/// # Errors
/// When a new one is called like one that is there.
pub fn known(from: &[From], controller: &Controller, output: &Path) -> Result<(Places, Vec<StoreLines>), InitError> {
    let (mut known, mut new) = (Vec::new(), Vec::new());
    for one in from.iter().filter(|one| one.dataset().is_none()) {
        let url = StoreUrl::parse(&one.url, Path::new("")).map_err(InitError::Url)?;
        let meant = controller.stores.iter().find(|store| match &one.name {
            Some(name) => store.name == *name,
            None => is_same_place(&store.url, &url),
        });
        match meant {
            Some(store) => known.push((store.name.clone(), url)),
            None => new.push(one.clone()),
        }
    }
    let new = stores(&new, output)?;
    match new.iter().find(|new| controller.stores.iter().any(|store| store.name == new.name)) {
        Some(new) => Err(InitError::SameName(new.name.clone())),
        None => Ok((known, new)),
    }
}

/// Whether two URLs lead to the same place, whatever folder their paths count from.
fn is_same_place(a: &StoreUrl, b: &StoreUrl) -> bool {
    match (place(a), place(b)) {
        (Some(one), Some(other)) => {
            std::mem::discriminant(a) == std::mem::discriminant(b) && whole(one) == whole(other)
        }
        _ => a == b,
    }
}

/// Where the files of a store are.
fn place(url: &StoreUrl) -> Option<&Path> {
    match url {
        StoreUrl::Postgres(_) => None,
        StoreUrl::Sqlite(path)
        | StoreUrl::SqlScript(path)
        | StoreUrl::Csv(path, _)
        | StoreUrl::JsonLines(path)
        | StoreUrl::Maildir(path)
        | StoreUrl::Mbox(path, _) => Some(path),
    }
}

fn whole(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).ok()
}

/// The dataset annotations, each perhaps with the name of its store.
pub fn datasets(from: &[From]) -> Vec<(&Path, Option<&str>)> {
    from.iter().filter_map(|one| Some((one.dataset()?, one.name.as_deref()))).collect()
}

/// Stores of tables that were described and not looked at, each with a URL to be corrected, but for the `known` ones.
pub fn described(survey: &[Surveyed], known: &[String], stores: &mut Vec<StoreLines>) {
    for table in survey {
        if !known.contains(&table.store) && stores.iter().all(|store| store.name != table.store) {
            let (name, url) = (table.store.clone(), format!("sqlite:{}.db", table.store));
            stores.push(StoreLines { name, url, settings: Vec::new(), is_guess: true });
        }
    }
}

/// The stores alone, as a part of a configuration to open them by.
pub fn bare(stores: &[StoreLines]) -> String {
    let mut text = String::new();
    for store in stores {
        text.push_str(&format!("[store.{}]\nurl = {}\n", key(&store.name), quoted(&store.url)));
        for (name, value) in &store.settings {
            text.push_str(&format!("{name} = {}\n", quoted(value)));
        }
    }
    text
}

/// What a store is called after its file, folder or database.
fn called(url: &str) -> String {
    let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let name = match scheme {
        "postgres" | "postgresql" => {
            let rest = rest.trim_start_matches('/');
            rest.split_once('/').map_or("database", |(_, database)| database).to_owned()
        }
        _ => Path::new(rest).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    };
    let name = safe(&name);
    if name.chars().any(char::is_alphanumeric) { name } else { "store".to_owned() }
}

fn safe(name: &str) -> String {
    let name = name.trim_start_matches('.');
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect()
}

/// A URL with its path counted from the folder of the configuration instead of the current one.
fn placed(url: &str, output: &Path) -> String {
    let Some((scheme, path)) = url.split_once(':').filter(|(scheme, _)| !scheme.starts_with("postgres")) else {
        return url.to_owned();
    };
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let (Some(folder), true) = (folder, Path::new(path).is_relative()) else { return url.to_owned() };
    match (whole(folder), whole(Path::new(path))) {
        (Some(folder), Some(file)) => match between(&folder, &file).to_str() {
            Some(path) => format!("{scheme}:{path}"),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// The way from a folder to a file.
fn between(folder: &Path, file: &Path) -> PathBuf {
    let (folder, file): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), file.components().collect());
    let common = folder.iter().zip(&file).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Component::ParentDir, folder.len() - common);
    up.chain(file[common..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_are_called_after_what_they_are_in() {
        for (url, name) in [
            ("sqlite:data/crm.db", "crm"),
            ("csv:exports/billing", "billing"),
            ("postgres://reader@db.example/shop?sslmode=require", "shop"),
            ("postgres://db.example", "database"),
            ("maildir:/srv/mail/.support", "support"),
            ("sqlite:客户.db", "客户"),
            ("sqlite:..", "store"),
        ] {
            assert_eq!(called(url), name, "{url}");
        }
    }

    #[test]
    fn a_name_may_stand_before_the_url_and_a_password_nowhere() {
        let named = From::parse("crm=sqlite:a=b.db").unwrap();
        assert_eq!((named.name.as_deref(), named.url.as_str()), (Some("crm"), "sqlite:a=b.db"));
        assert_eq!(From::parse("postgres://h/d?sslmode=require").unwrap().name, None);
        for text in ["", "crm.db", "a b=sqlite:x", "mysql:x", "fides:", "x=fides:", "postgres://u:secret@h/d"] {
            let error = From::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn paths_lead_from_the_folder_of_the_configuration() {
        assert_eq!(between(Path::new("/a/b"), Path::new("/a/c/d.db")), Path::new("../c/d.db"));
        assert_eq!(between(Path::new("/a"), Path::new("/a/d.db")), Path::new("d.db"));
    }
}
