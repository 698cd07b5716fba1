//! Where a controller keeps its data: the URLs of stores, and their tables that hold no personal data.

use encoding_rs::Encoding;
use std::path::{Path, PathBuf};

/// The kinds of store, as messages name them.
const KINDS: &str = "`sqlite:FILE`, `sql:FILE`, `csv:DIR`, `jsonl:DIR`, `maildir:DIR` and `mbox:FILE`";

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
    /// `csv:DIR`, a folder of CSV files, and how they are written.
    Csv(PathBuf, CsvForm),
    /// `jsonl:DIR`, a folder of files of JSON Lines.
    JsonLines(PathBuf),
    /// `maildir:DIR`, a Maildir with its folders.
    Maildir(PathBuf),
    /// `mbox:FILE`, a mailbox in one file, and how it is written, if that is known.
    Mbox(PathBuf, Option<MboxVariant>),
}

/// How CSV files are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvForm {
    /// The encoding of files that do not begin with a byte order mark; UTF-8 if none is declared.
    pub encoding: Option<&'static Encoding>,
    /// Between cells: ASCII.
    pub delimiter: u8,
    /// Around cells, ASCII; none if quotation marks mean nothing.
    pub quote: Option<u8>,
    /// The text of a cell that holds nothing, besides the empty cell without quotation marks.
    pub null: Option<String>,
}

impl Default for CsvForm {
    fn default() -> CsvForm {
        CsvForm { encoding: None, delimiter: b',', quote: Some(b'"'), null: None }
    }
}

/// How a mailbox in one file keeps lines of messages that begin with `From ` apart from the lines between messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MboxVariant {
    /// `From ` is written `>From `, and nothing else is changed.
    Mboxo,
    /// Every such line, quoted or not, gets one more `>`.
    Mboxrd,
    /// Nothing is changed: `Content-Length` says how long the message is.
    Mboxcl2,
}

impl StoreUrl {
    /// Reads a store URL; a relative path counts from `folder`. The error says what is wrong, without the URL itself,
    /// which may hold a password.
    pub fn parse(url: &str, folder: &Path) -> Result<StoreUrl, String> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err("the store's URL has no scheme; write for example `sqlite:FILE`".into());
        };
        if rest.is_empty() {
            return Err(format!("the store's URL `{scheme}:` names no file"));
        }
        match scheme {
            "sqlite" => Ok(StoreUrl::Sqlite(folder.join(rest))),
            "sql" => Ok(StoreUrl::SqlScript(folder.join(rest))),
            "csv" => Ok(StoreUrl::Csv(folder.join(rest), CsvForm::default())),
            "jsonl" => Ok(StoreUrl::JsonLines(folder.join(rest))),
            "maildir" => Ok(StoreUrl::Maildir(folder.join(rest))),
            "mbox" => Ok(StoreUrl::Mbox(folder.join(rest), None)),
            "postgres" | "postgresql" => {
                Err(format!("stores of the kind `{scheme}:` cannot be read by this version of art20; it reads {KINDS}"))
            }
            _ => Err(format!("the kind of store `{scheme}:` is not known; art20 reads {KINDS}")),
        }
    }

    /// Whether it holds e-mails, in one table (contract 3, "A mail store").
    pub fn is_mail(&self) -> bool {
        matches!(self, StoreUrl::Maildir(_) | StoreUrl::Mbox(..))
    }

    /// Whether it understands conditions in SQL.
    pub fn knows_sql(&self) -> bool {
        matches!(self, StoreUrl::Sqlite(_) | StoreUrl::SqlScript(_))
    }
}
