//! The processing activities of the controllers, with the bases that their archives name. A later archive of the same
//! controller corrects what an earlier one said; one controller never changes what another's records rest on.

use super::cells::text_of;
use super::error::ImportError;
use super::names::{free, is_later};
use super::survey::Survey;
use crate::archive::import::{ArchivedActivity, ArchivedStatement};
use crate::records::{Json, LegalBasis, Text};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashMap;

/// An activity of the archive, with what its records say.
struct Activity {
    stated: ArchivedActivity,
    basis: Option<String>,
}

/// An activity of the database.
struct Known {
    key: String,
    controller: i64,
    as_of: String,
    basis: Option<String>,
    voluntary: bool,
}

/// Finds the key of each activity, and enters what is new.
///
/// # Errors
/// When the database cannot be read or written.
pub fn settle(
    connection: &Connection,
    controller: i64,
    statement: &ArchivedStatement,
    survey: &Survey,
) -> Result<HashMap<String, String>, ImportError> {
    let mut keys = HashMap::new();
    for activity in all(statement, survey) {
        let name = activity.stated.key.clone();
        keys.insert(name, key(connection, controller, statement, &activity)?);
    }
    Ok(keys)
}

/// The activities that the statement names and those that only records name.
fn all(statement: &ArchivedStatement, survey: &Survey) -> Vec<Activity> {
    let mut all: Vec<Activity> = Vec::new();
    let stated = |key: &str| all_of(statement).find(|stated| stated.key == key).cloned();
    for (key, (basis, voluntary)) in &survey.activities {
        let mut stated = stated(key).unwrap_or_else(|| bare(key));
        (stated.voluntary, stated.held) = (stated.voluntary || *voluntary, true);
        all.push(Activity { stated, basis: Some(basis.clone()) });
    }
    for stated in all_of(statement) {
        let basis = stated.legal_basis.map(|basis| basis.name().to_owned());
        // One that is held needs a basis; without records nothing rests on it.
        if !survey.activities.contains_key(&stated.key) && (basis.is_some() || !stated.held) {
            all.push(Activity { stated: stated.clone(), basis });
        }
    }
    all
}

fn all_of(statement: &ArchivedStatement) -> impl Iterator<Item = &ArchivedActivity> {
    statement.activities.iter()
}

fn bare(key: &str) -> ArchivedActivity {
    ArchivedActivity {
        key: key.to_owned(),
        title: Text::plain(key),
        policy: None,
        legal_basis: None,
        purpose: None,
        recipients: Vec::new(),
        retention: None,
        automated: true,
        voluntary: false,
        held: true,
    }
}

/// The column that holds the basis under the regime of an archive.
fn column(statement: &ArchivedStatement) -> &'static str {
    if statement.regime == "pipl" { "legal_basis_pipl" } else { "legal_basis" }
}

fn key(
    connection: &Connection,
    controller: i64,
    statement: &ArchivedStatement,
    activity: &Activity,
) -> Result<String, ImportError> {
    let name = &activity.stated.key;
    let column = column(statement);
    let select = |condition: &str| {
        format!("SELECT a.key, a.controller, a.as_of, a.{column}, a.voluntary FROM activities a {condition}")
    };
    let read = |row: &rusqlite::Row<'_>| {
        let (key, controller, as_of) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Known { key, controller, as_of, basis: row.get(3)?, voluntary: row.get(4)? })
    };
    let own = select("JOIN controller_activities c ON c.activity = a.key WHERE c.controller = ?1 AND c.name = ?2");
    let own: Option<Known> = connection.query_row(&own, params![controller, name], read).optional()?;
    let known = match own {
        Some(own) => Some(own),
        // Another controller's of the same name and basis serves as well.
        None => connection
            .query_row(&select("WHERE a.key = ?1"), [name], read)
            .optional()?
            .filter(|other| other.basis == activity.basis && other.voluntary == activity.stated.voluntary),
    };
    let key = match known {
        Some(known) => {
            let others = "SELECT 1 FROM controller_activities WHERE activity = ?1 AND controller <> ?2";
            let shared = connection.prepare_cached(others)?.exists(params![known.key, controller])?;
            let changes = activity.basis.is_some() && known.basis.is_some() && known.basis != activity.basis;
            let later = is_later(statement.as_of, &known.as_of);
            if changes && later && shared {
                insert(connection, controller, statement, activity)?
            } else {
                if known.controller == controller && later {
                    update(connection, &known.key, statement, activity)?;
                } else if known.basis.is_none() && activity.basis.is_some() {
                    let sql = format!("UPDATE activities SET {column} = ?2 WHERE key = ?1");
                    connection.execute(&sql, params![known.key, activity.basis])?;
                }
                known.key
            }
        }
        None => insert(connection, controller, statement, activity)?,
    };
    let known = "SELECT activity FROM controller_activities WHERE controller = ?1 AND name = ?2";
    let before: Option<String> = connection.query_row(known, params![controller, name], |row| row.get(0)).optional()?;
    if before.as_ref() != Some(&key) {
        let sql = "INSERT OR REPLACE INTO controller_activities (controller, name, activity) VALUES (?1, ?2, ?3)";
        connection.execute(sql, params![controller, name, key])?;
    }
    Ok(key)
}

fn insert(
    connection: &Connection,
    controller: i64,
    statement: &ArchivedStatement,
    activity: &Activity,
) -> Result<String, ImportError> {
    let taken =
        |key: &str| connection.prepare_cached("SELECT 1 FROM activities WHERE key = ?1 COLLATE NOCASE")?.exists([key]);
    let key = free(&activity.stated.key, taken)?;
    connection.execute(
        "INSERT INTO activities (key, controller, as_of, title, recipients, automated, voluntary, held) VALUES (?1, ?2, ?3, '', '[]', 1, 0, 1)",
        params![key, controller, statement.as_of.to_string()],
    )?;
    update(connection, &key, statement, activity)?;
    Ok(key)
}

fn update(
    connection: &Connection,
    key: &str,
    statement: &ArchivedStatement,
    activity: &Activity,
) -> Result<(), ImportError> {
    let stated = &activity.stated;
    let basis = activity.basis.as_deref().filter(|basis| LegalBasis::named(basis).is_some());
    let recipients = Json::Array(stated.recipients.iter().cloned().map(Json::String).collect());
    // What was once given voluntarily could not be exported again without the mark. An archive without data of an
    // activity does not say all of it.
    let sql = format!(
        "UPDATE activities SET as_of = ?2, title = ?3, policy = coalesce(?4, policy), {column} = coalesce(?5, {column}),
           purpose = coalesce(?6, purpose), recipients = iif(?7 = '[]', recipients, ?7), retention = coalesce(?8, retention),
           automated = ?9, voluntary = max(voluntary, ?10), held = ?11 WHERE key = ?1",
        column = column(statement)
    );
    connection.execute(
        &sql,
        params![
            key,
            statement.as_of.to_string(),
            text_json(&stated.title),
            stated.policy,
            basis,
            stated.purpose.as_ref().map(text_json),
            text_of(&recipients),
            stated.retention,
            stated.automated,
            stated.voluntary,
            stated.held,
        ],
    )?;
    Ok(())
}

/// A text in one or several languages as JSON: a string, or an object by languages.
fn text_json(text: &Text) -> String {
    text_of(&match text.variants.as_slice() {
        [(tag, only)] if tag.is_empty() => Json::String(only.clone()),
        variants => {
            Json::Object(variants.iter().map(|(tag, text)| (tag.clone(), Json::String(text.clone()))).collect())
        }
    })
}
