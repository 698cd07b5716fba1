//! Where a controller keeps its data: the URLs of stores, and their tables that hold no personal data.

use super::postgres_url::PostgresUrl;
use std::path::{Path, PathBuf};

/// A store and the tables in it that are knowingly left aside.
#[derive(Debug, Clone)]
pub struct Store {
    /// Its name in the configuration.
    pub name: String,
    /// Where it is.
    pub url: StoreUrl,
    /// (full table name, why it holds no personal data of data subjects).
    pub ignore: Vec<(String, String)>,
    /// The line of the configuration.
    pub line: usize,
}

/// The kinds of store that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:FILE`, a SQLite database.
    Sqlite(PathBuf),
    /// `sql:FILE`, a SQLite script that is loaded into memory.
    SqlScript(PathBuf),
    /// `postgres://…`, a PostgreSQL database or one that speaks its protocol.
    Postgres(PostgresUrl),
}

impl StoreUrl {
    /// Reads a store URL; a relative path counts from `folder`. The error says what is wrong, without the URL itself,
    /// which may hold a password.
    pub fn parse(url: &str, folder: &Path) -> Result<StoreUrl, String> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(
                "the store's URL has no scheme; write `sqlite:FILE`, `sql:FILE` or `postgres://HOST/DATABASE`".into()
            );
        };
        if rest.is_empty() {
            return Err(format!("the store's URL `{scheme}:` names no file"));
        }
        match scheme {
            "sqlite" => Ok(StoreUrl::Sqlite(folder.join(rest))),
            "sql" => Ok(StoreUrl::SqlScript(folder.join(rest))),
            "postgres" | "postgresql" => PostgresUrl::parse(url, folder).map(StoreUrl::Postgres),
            "csv" | "jsonl" | "maildir" | "mbox" => Err(format!(
                "stores of the kind `{scheme}:` cannot be read by this version of art20; it reads `sqlite:FILE`, `sql:FILE` and `postgres://HOST/DATABASE`"
            )),
            _ => Err(format!(
                "the kind of store `{scheme}:` is not known; write `sqlite:FILE`, `sql:FILE` or `postgres://HOST/DATABASE`"
            )),
        }
    }
}
