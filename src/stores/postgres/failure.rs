//! What went wrong in art20's words. The server's own messages may quote values, so only their codes are looked at, but
//! for what it says of a statement before it reads anything.

use super::session::Trouble;
use crate::stores::error::StoreError;
use crate::stores::server::ServerProblem;
use postgres::error::SqlState;
use std::error::Error as _;
use std::io;

/// Where it went wrong.
pub(super) struct Place<'a> {
    pub(super) store: &'a str,
    /// The table's name in the configuration.
    pub(super) table: &'a str,
    /// Policies may hide rows of the table.
    pub(super) row_security: bool,
    /// The statement holds a `where` of the configuration.
    pub(super) selection: bool,
}

/// A problem of the server.
pub(super) fn server(store: &str, problem: ServerProblem) -> StoreError {
    StoreError::Server { store: store.to_owned(), problem }
}

/// Why no connection came about.
pub(super) fn connecting(store: &str, error: &postgres::Error) -> StoreError {
    let what = error.to_string();
    let causes = causes(error);
    let problem = match error.code() {
        Some(code) if *code == SqlState::INVALID_PASSWORD => ServerProblem::WrongPassword,
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => ServerProblem::NoDatabase,
        Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS || code.code().starts_with("57P") => ServerProblem::Busy,
        Some(code) if code.code().starts_with("28") || *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            ServerProblem::NotAdmitted
        }
        Some(code) => ServerProblem::NotUnderstood(format!("SQLSTATE {}", code.code())),
        None if causes.contains("password missing") => ServerProblem::NoPassword,
        // The driver's own words, in which nothing of the server stands.
        None if what.contains("TLS") => ServerProblem::Tls(causes),
        None if what == "invalid configuration" => ServerProblem::Settings(causes),
        None if what == "authentication error" => ServerProblem::WrongPassword,
        None if what.contains("connect") || what.contains("communicating") || what.contains("timeout") => {
            ServerProblem::Unreachable(if causes.is_empty() { "it does not answer".into() } else { causes })
        }
        None => ServerProblem::NotUnderstood(what),
    };
    server(store, problem)
}

/// The texts of what lies under an error.
fn causes(error: &postgres::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = match error.downcast_ref::<io::Error>() {
            // The system's words for a code, without its number.
            Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
            _ => error.to_string(),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
        cause = error.source();
    }
    texts.join(": ")
}

/// Why a statement failed.
pub(super) fn reading(place: &Place<'_>, trouble: &Trouble) -> StoreError {
    let (error, before) = match trouble {
        Trouble::Interrupted => return StoreError::Interrupted,
        Trouble::Gone => return server(place.store, ServerProblem::Gone),
        Trouble::Preparing(error) => (error, true),
        Trouble::Running(error) => (error, false),
    };
    let table = || place.table.to_owned();
    let query = |cause: String| StoreError::Query { store: place.store.to_owned(), table: table(), cause };
    let Some(code) = error.code() else {
        let lost = error.is_closed() || causes_are_io(error) || error.to_string().contains("communicating");
        return match lost {
            true => server(place.store, ServerProblem::Gone),
            false => server(place.store, ServerProblem::NotUnderstood(error.to_string())),
        };
    };
    let problem = match code.code() {
        "42501" if place.row_security => ServerProblem::RowSecurity(table()),
        "42501" => ServerProblem::Permission(table()),
        "57014" => ServerProblem::TooSlow(table()),
        "25P02" | "25P03" | "25P04" | "57P01" | "57P02" | "57P03" | "57P05" => ServerProblem::Gone,
        "40001" | "40P01" | "40003" | "72000" => ServerProblem::NotKept,
        "55P03" => return StoreError::Locked { store: place.store.to_owned() },
        "42P01" | "3F000" => {
            return StoreError::NoTable { store: place.store.to_owned(), table: table() };
        }
        // What the server says of the words of a statement, which are names of the schema and the configuration's own.
        code if before && code.starts_with("42") => {
            let cause = error.as_db_error().map_or_else(String::new, |error| error.message().to_owned());
            return match place.selection {
                // Everything else in the statement is made of names that the schema has.
                true => StoreError::Selection { store: place.store.to_owned(), table: table(), cause },
                false => query(cause),
            };
        }
        code => return query(words(code)),
    };
    server(place.store, problem)
}

fn causes_are_io(error: &postgres::Error) -> bool {
    error.source().is_some_and(|cause| cause.downcast_ref::<io::Error>().is_some())
}

/// A code in words, where it is one that happens.
fn words(code: &str) -> String {
    let meaning = match &code[..code.len().min(2)] {
        "22" => "a value cannot be computed or converted, as in a view, a generated column or a `where`",
        "42" => "the statement does not fit the table any more",
        "53" => "the server has no room or memory left",
        "54" => "a value or a statement is too large",
        "58" | "XX" => "the server met a damaged file or an error of its own",
        // The server itself can only say this of another one.
        "08" | "HV" => "a server behind it cannot be read",
        _ => "the server refuses",
    };
    format!("{meaning} (SQLSTATE {code})")
}
