//! What is proposed: for each table a collection, or the reason why it holds nothing of anybody.

use super::column::{Part, Proposed, propose};
use super::survey::{Surveyed, SurveyedColumn};
use super::ways::{Reached, Source, Way, reach};
use crate::controller::written;
use crate::guess::columns::{is_email, is_personal, is_staff};
use crate::guess::words::table_words;
use crate::guess::{field, joined, tables};
use crate::records::Kind;

/// Everything that is proposed for the stores that were looked at.
#[derive(Debug, Default)]
pub struct Proposal {
    /// The collections, each after those that it links to.
    pub collections: Vec<Collection>,
    /// Tables that stay aside.
    pub ignored: Vec<Ignored>,
}

/// A table that stays aside.
#[derive(Debug)]
pub struct Ignored {
    /// Its store.
    pub store: String,
    /// The table.
    pub table: String,
    /// Why.
    pub reason: String,
}

/// A collection.
#[derive(Debug)]
pub struct Collection {
    /// Its name.
    pub name: String,
    /// Its store.
    pub store: String,
    /// Its table; none for a mail store, which has one.
    pub table: Option<String>,
    /// What its rows may be.
    pub kind: Kind,
    /// The key of its activity.
    pub activity: String,
    /// Where the data may have come from; messages have it by their direction.
    pub origin: Option<&'static str>,
    /// The columns that name a row.
    pub key: Vec<String>,
    /// Where the key does not come from the schema: what it was guessed by.
    pub key_note: Option<&'static str>,
    /// Its conditions.
    pub matches: Vec<String>,
    /// Columns with addresses by which rows are not looked for.
    pub left_out: Vec<String>,
    /// The collection that its records are nested in.
    pub parent: Option<String>,
    /// The column in which different people differ.
    pub person: Option<String>,
    /// What a matched row teaches: the type and the column.
    pub learn: Option<(String, String)>,
    /// Addresses that somebody merely typed in.
    pub suggest: Vec<String>,
    /// Columns that mark a restriction and a legal hold.
    pub marks: Vec<(&'static str, String)>,
    /// Its columns.
    pub columns: Vec<Proposed>,
    /// Constants.
    pub set: Vec<(&'static str, &'static str)>,
    /// What somebody has said elsewhere that no condition can follow.
    pub notes: Vec<String>,
}

/// What a configuration knows already of the tables that were looked at.
#[derive(Debug, Default)]
pub struct Known {
    /// The names of all of its collections.
    pub names: Vec<String>,
    /// Those of its collections that are on tables that were looked at: (position of the table, name).
    pub named: Vec<(usize, String)>,
    /// How their rows are reached.
    pub reached: Vec<Reached>,
}

/// Proposes a configuration for what is not known yet of these tables.
pub fn proposal(survey: &[Surveyed], known: Known) -> Proposal {
    let Known { mut names, mut named, reached: already } = known;
    let first = already.len();
    let reached = reach(survey, already);
    for done in &reached[first..] {
        let name = name(&survey[done.table], &names);
        names.push(name.clone());
        named.push((done.table, name));
    }
    let mut proposal = Proposal::default();
    for done in &reached[first..] {
        match collection(survey, done, &named, &reached) {
            Some(collection) => proposal.collections.push(collection),
            None => proposal.ignored.push(ignored(survey, &survey[done.table])),
        }
    }
    let aside = |at: usize| reached.iter().all(|done| done.table != at);
    proposal.ignored.extend((0..survey.len()).filter(|at| aside(*at)).map(|at| ignored(survey, &survey[at])));
    proposal
}

/// Why a table may stay aside. Where something in it looks personal, the reason says so instead of guessing.
fn ignored(survey: &[Surveyed], table: &Surveyed) -> Ignored {
    let telling = table.columns.iter().find(|column| {
        is_personal(&column.words)
            || is_staff(&column.words)
            || column.sample.some_address
            || column.sample.json_addresses
            || column.annotation.categories.iter().any(|category| category.starts_with("user"))
    });
    let reason = if tables::bookkeeping(&table.name) {
        "framework bookkeeping".to_owned()
    } else if let Some(note) = notes(survey, table).first() {
        format!("LOOK HERE FIRST: {note}")
    } else if let Some(column) = telling {
        let column = if column.name.is_empty() { "without a name" } else { &column.name };
        format!(
            "LOOK HERE FIRST: the column {column} may be about people, and no way was found from a person to these rows"
        )
    } else {
        "no column looks personal, and nothing leads from a person to these rows".to_owned()
    };
    Ignored { store: table.store.clone(), table: table.name.clone(), reason }
}

/// What is said of values inside of JSON that have no column of their own, so that no condition can look at them.
fn notes(survey: &[Surveyed], table: &Surveyed) -> Vec<String> {
    // Pointers name what is nested; people write it with dots.
    let dotted = |names: &[String]| names.iter().map(|name| name.trim_start_matches('/').replace('/', ".")).collect();
    let inside = |table: &Surveyed, name: &String| name.starts_with('/') && table.column(name).is_none();
    let mut notes = Vec::new();
    for lead in &table.leads {
        let Some(other) = survey.iter().find(|other| other.store == lead.store && other.name == lead.table) else {
            continue;
        };
        if lead.columns.iter().any(|name| inside(table, name)) || lead.targets.iter().any(|name| inside(other, name)) {
            let (from, to): (Vec<String>, Vec<String>) = (dotted(&lead.columns), dotted(&lead.targets));
            notes.push(format!(
                "{} leads to {}.{}, and conditions do not look inside of JSON: link by a generated column or a view",
                from.join(", "),
                other.name,
                to.join(", ")
            ));
        }
    }
    for column in table.nested.iter().filter(|nested| inside(table, &nested.name)) {
        if let Some(kind) = &column.annotation.identity {
            let names: Vec<String> = dotted(std::slice::from_ref(&column.name));
            notes.push(format!(
                "{} identifies people ({kind}), and conditions do not look inside of JSON: look by a generated column or a view",
                names.join("")
            ));
        }
    }
    notes
}

/// The name of a collection: as its table is called, in the letters that names may have.
fn name(table: &Surveyed, taken: &[String]) -> String {
    let source = if table.is_mail { "mails" } else { table.name.as_str() };
    let mut name: String =
        source.chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '-' }).collect();
    if !name.chars().any(char::is_alphanumeric) {
        name = "table".to_owned();
    }
    let free = |name: &String| name != "subject" && !taken.contains(name);
    if free(&name) {
        return name;
    }
    let of_store = format!("{}-{name}", table.store);
    if free(&of_store) {
        return of_store;
    }
    (2..).map(|nth| format!("{name}-{nth}")).find(free).unwrap_or(of_store)
}

fn collection(
    survey: &[Surveyed],
    done: &Reached,
    named: &[(usize, String)],
    reached: &[Reached],
) -> Option<Collection> {
    let table = &survey[done.table];
    let called = |at: usize| named.iter().find(|(table, _)| *table == at).map(|(_, name)| name.clone());
    let all_called = |at: usize| {
        named.iter().filter(|(table, _)| *table == at).map(|(_, name)| name.clone()).collect::<Vec<String>>()
    };
    let activity = activity(done.kind, &table.name);
    let mut proposed = Collection {
        name: called(done.table)?,
        store: table.store.clone(),
        table: (!table.is_mail).then(|| table.name.clone()),
        kind: done.kind,
        activity,
        origin: origin(done.kind),
        key: Vec::new(),
        key_note: None,
        matches: Vec::new(),
        left_out: done.left_out.clone(),
        parent: done.parent.and_then(called),
        person: done.person.clone(),
        learn: done.number.clone(),
        suggest: Vec::new(),
        marks: Vec::new(),
        columns: Vec::new(),
        set: Vec::new(),
        notes: notes(survey, table),
    };
    if table.is_mail {
        return Some(proposed);
    }
    (proposed.key, proposed.key_note) = key(table)?;
    proposed.matches = done.ways.iter().flat_map(|way| conditions(way, &all_called)).collect();
    proposed.matches.dedup();
    if done.parent.is_some() {
        // What is nested has one parent, even where several collections are on its table.
        proposed.matches.truncate(1);
    }
    let found_by = |name: &str| done.ways.iter().flatten().any(|(column, _)| column == name);
    proposed.suggest = table
        .columns
        .iter()
        .filter(|column| done.kind == Kind::Contact && done.number.is_some() && is_email(&column.words))
        .filter(|column| !column.is_secret() && !found_by(&column.name) && !column.name.is_empty())
        .map(|column| column.name.clone())
        .collect();
    for (mark, words) in [("restricted", "restricted"), ("legal_hold", "legal_hold")] {
        let found = table.columns.iter().find(|column| joined(&column.words) == words);
        proposed.marks.extend(found.map(|column| (mark, column.name.clone())));
    }
    let mut taken: Vec<String> = Vec::new();
    for column in &table.columns {
        let part = part(survey, done, reached, &proposed.key, column);
        proposed.columns.push(propose(done.kind, &table.name, column, &part, &mut taken));
    }
    if done.kind == Kind::Message && !taken.iter().any(|path| path == "channel") {
        proposed.set.push(("channel", tables::channel(&table.name)));
    }
    Some(proposed)
}

/// What a column is to its table.
pub fn part(survey: &[Surveyed], done: &Reached, reached: &[Reached], key: &[String], column: &SurveyedColumn) -> Part {
    let name = &column.name;
    let linked = |source: &Source| match source {
        Source::Rows { table, .. } => Some(table_words(&survey[*table].name).join(" ")),
        Source::Subject { .. } => None,
    };
    let own = done.ways.iter().flatten().find(|(own, source)| own == name && linked(source).is_some());
    // What a looked up row is called by is its own.
    let is_own_name = survey[done.table].primary_key == [name.clone()];
    let elsewhere =
        reached.iter().flat_map(|other| &other.ways).flatten().any(
            |(_, source)| matches!(source, Source::Rows { table, column } if *table == done.table && column == name),
        );
    let leads = survey[done.table].leads.iter().find(|lead| lead.columns.len() == 1 && lead.columns.contains(name));
    let of_lead = leads.map(|lead| table_words(&lead.table).join(" "));
    let is_number = done.number.as_ref().filter(|(_, own)| own == name).map(|(kind, _)| kind.clone());
    let is_key = key.contains(name);
    let is_field = field(done.kind, &table_words(&survey[done.table].name), &column.words).is_some();
    Part {
        is_key,
        is_used: is_key || own.is_some() || elsewhere || done.person.as_ref() == Some(name),
        leads_to: own
            .filter(|_| !is_own_name)
            .and_then(|(_, source)| linked(source))
            .or(of_lead.filter(|_| !is_field && !is_staff(&column.words))),
        numbers: is_number,
    }
}

/// A condition as it is written, once for each collection that is on the table it leads to. None if it would name a
/// column without a name.
pub fn conditions(way: &Way, called: &dyn Fn(usize) -> Vec<String>) -> Vec<String> {
    let led_to = way.iter().find_map(|(_, source)| match source {
        Source::Rows { table, .. } => Some(*table),
        Source::Subject { .. } => None,
    });
    let names = led_to.map_or_else(|| vec![String::new()], called);
    let term = |(column, source): &(String, Source), name: &str| {
        let column = written::column(column)?;
        Some(match source {
            Source::Subject { comparison, kind } => format!("{column} {comparison} subject.{kind}"),
            Source::Rows { column: other, .. } => format!("{column} = {name}.{}", written::column(other)?),
        })
    };
    let all = names.iter().filter_map(|name| {
        way.iter().map(|one| term(one, name)).collect::<Option<Vec<String>>>().map(|terms| terms.join(" and "))
    });
    all.collect()
}

/// The columns that name a row, and a note if the schema does not say so. `None` if nothing does.
fn key(table: &Surveyed) -> Option<(Vec<String>, Option<&'static str>)> {
    if !table.primary_key.is_empty() {
        return Some((table.primary_key.clone(), None));
    }
    let note = match table.columns.iter().any(SurveyedColumn::was_seen) {
        true => "no primary key: nothing repeated in the rows looked at",
        false => "no primary key is known: these columns may repeat",
    };
    let readable = |column: &&SurveyedColumn| !column.is_secret() && !column.is_bytes();
    let unique = |column: &&SurveyedColumn| column.sample.unique && column.sample.nulls == 0;
    let naming = |column: &SurveyedColumn| crate::guess::columns::is_naming(&column.words);
    let mut candidates: Vec<&SurveyedColumn> = table.columns.iter().filter(readable).filter(unique).collect();
    candidates.sort_by_key(|column| !naming(column));
    if let Some(first) = candidates.first() {
        return Some((vec![first.name.clone()], Some(note)));
    }
    let all: Vec<String> = table
        .columns
        .iter()
        .filter(readable)
        .filter(|column| column.sample.nulls == 0)
        .map(|column| column.name.clone())
        .collect();
    (!all.is_empty()).then_some((all, Some(note)))
}

/// The activity that rows of this kind may belong to.
fn activity(kind: Kind, table: &str) -> String {
    let key = match kind {
        _ if tables::is_newsletter(table) => "newsletter",
        Kind::Contact => "accounts",
        Kind::Transaction | Kind::Line => "purchases",
        Kind::Message | Kind::Attachment => "correspondence",
        Kind::Consent => "consents",
        Kind::Cookie => "cookies",
        Kind::AccessLog => "server-logs",
        Kind::Other => "services",
    };
    key.to_owned()
}

/// Where data of this kind mostly come from.
fn origin(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Message | Kind::Attachment => None,
        Kind::Cookie | Kind::AccessLog => Some("observed"),
        _ => Some("provided"),
    }
}
