//! One `[collection.NAME]` section, its columns and constants.

use super::collection::{
    About, AboutChoice, ActivityChoice, Collection, Column, Disposition, Field, Joint, OriginChoice,
};
use super::condition::Condition;
use super::document::{Placed, Section};
use super::faults::Fault;
use super::mail;
use super::read::{check_name, marked};
use super::read_column::{self, field_named};
use super::store::{Store, StoreUrl};
use crate::records::{Kind, Origin, Shape};

/// Reads one collection. `None` where not even its kind can be told; its faults are noted all the same.
pub(super) fn collection(
    name: &Placed<String>,
    section: &Section<'_, '_>,
    stores: &[Store],
    review: &mut Vec<Fault>,
) -> Option<Collection> {
    check_name(section, name);
    if name.value == "subject" {
        section.fault_at(name.line, "a collection cannot be called `subject`: conditions would not tell them apart");
    }
    let store = section.required("store").map(|store| store.value).unwrap_or_default();
    let url = stores.iter().find(|known| known.name == store).map(|known| &known.url);
    let is_mail = url.is_some_and(StoreUrl::is_mail);
    // Of a store that has faults itself nobody knows what its collections need.
    let needs_all = !is_mail && (url.is_some() || store.is_empty());
    let word = if is_mail && !section.has("kind") { None } else { section.required("kind") };
    let kind = word.as_ref().and_then(|word| {
        let kind = Kind::named(&word.value);
        if kind.is_none() {
            let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
            section.fault_at(word.line, format!("`{}` is no kind; write one of {}", word.value, known.join(", ")));
        }
        if is_mail && kind.is_some_and(|kind| kind != Kind::Message) {
            section.fault_at(word.line, format!("the store `{store}` holds e-mails: write `kind = \"message\"`"));
        }
        kind
    });
    let kind = if is_mail { Some(Kind::Message) } else { kind };
    let table = if needs_all { section.required("table") } else { section.string("table") };
    let table = table.map_or_else(|| mail::TABLE.to_owned(), |table| table.value);
    let mut key: Vec<String> = section.strings("key").into_iter().map(|column| column.value).collect();
    if key.is_empty() && needs_all {
        section.fault("`key` is missing: the columns that name a row");
    }
    let mut matches = conditions(section, needs_all);
    let activity = activity(section);
    let origin = origin(section, kind);
    let person = section.string("person").map(|column| column.value);
    let learn = identifiers(section, "learn");
    let suggest = identifiers(section, "suggest");
    let about = about(section);
    let selection = section.string("where").map(|condition| {
        if !url.is_none_or(StoreUrl::knows_sql) {
            let message = format!("`where` is a condition in SQL, which the store `{store}` does not understand");
            section.fault_at(condition.line, message);
        }
        condition.value
    });
    let [restricted, legal_hold, retention_from, deceased] = ["restricted", "legal_hold", "retention_from", "deceased"]
        .map(|key| section.string(key).map(|column| column.value));
    let changed = section.strings("changed").into_iter().map(|column| column.value).collect();
    let joint = joint(section);
    let parent = section.string("parent").map(|parent| parent.value);
    marked(section, &name.value, review);

    let mut columns = Vec::new();
    for (column, member) in section.members("columns") {
        columns.extend(kind.and_then(|kind| read_column::column(section, kind, column, member, review)));
    }
    if !section.has("columns") && needs_all {
        section.fault("`columns` is missing: every column goes to a field or is kept out with a reason");
    }
    let mut set = Vec::new();
    for (path, member) in section.members("set") {
        let value = member.string(&path.value);
        if let (Some(kind), Some(value)) = (kind, value) {
            set.extend(constant(section, kind, &path, value.value));
        }
    }
    if is_mail {
        mail::complete(section.line(), section.has("columns"), &mut key, &mut matches, &mut columns, &mut set);
    }
    section.finish();
    // A log line is as old as what it tells of; its period needs no second word (requirement C19).
    let retention_from = retention_from.or_else(|| logged_at(kind, &columns));
    let collection = Collection {
        name: name.value.clone(),
        store,
        table,
        kind: kind?,
        activity: activity?,
        origin,
        key,
        matches,
        parent,
        person,
        learn,
        suggest,
        selection,
        about,
        joint,
        deceased,
        changed,
        restricted,
        legal_hold,
        retention_from,
        columns,
        set,
        line: section.line(),
    };
    check_columns(section, &collection, is_mail);
    Some(collection)
}

/// The column that holds when an access was logged.
fn logged_at(kind: Option<Kind>, columns: &[Column]) -> Option<String> {
    let is_at = |column: &&Column| match &column.disposition {
        Disposition::Mapped(mapping) => mapping.field.path() == "at",
        _ => false,
    };
    (kind == Some(Kind::AccessLog)).then(|| columns.iter().find(is_at).map(|column| column.name.clone())).flatten()
}

fn conditions(section: &Section<'_, '_>, needed: bool) -> Vec<Condition> {
    let texts = section.strings("match");
    if texts.is_empty() && (needed || section.has("match")) {
        section.fault("`match` is missing: the conditions that say which rows are the subject's");
    }
    texts
        .into_iter()
        .filter_map(|text| match Condition::parse(&text.value) {
            Ok(condition) => Some(condition),
            Err(error) => {
                section.fault_at(text.line, format!("`match` cannot be read: {error}"));
                None
            }
        })
        .collect()
}

fn activity(section: &Section<'_, '_>) -> Option<ActivityChoice> {
    if !section.is_table("activity") {
        return section.required("activity").map(|key| ActivityChoice::Fixed(key.value));
    }
    let choice = section.table("activity")?;
    let column = choice.required("column");
    let mut values = Vec::new();
    for (text, member) in choice.members("values") {
        values.extend(member.string(&text.value).map(|activity| (text.value, activity.value)));
    }
    if values.is_empty() {
        choice.fault("`values` is missing: which text of the column means which activity");
    }
    choice.finish();
    Some(ActivityChoice::ByColumn { column: column?.value, values })
}

fn origin(section: &Section<'_, '_>, kind: Option<Kind>) -> Option<OriginChoice> {
    if section.is_table("origin") {
        let choice = section.table("origin")?;
        let column = choice.required("column");
        choice.finish();
        return column.map(|column| OriginChoice::ByColumn(column.value));
    }
    match section.string("origin") {
        Some(word) => match Origin::named(&word.value) {
            Some(origin) => Some(OriginChoice::Fixed(origin)),
            None => {
                let known: Vec<&str> = Origin::ALL.into_iter().map(Origin::name).collect();
                section
                    .fault_at(word.line, format!("`{}` is no origin; write one of {}", word.value, known.join(", ")));
                None
            }
        },
        None => {
            let by_direction = matches!(kind, Some(Kind::Message | Kind::Attachment) | None);
            if !by_direction && !section.has("origin") {
                section.fault("`origin` is missing: provided, observed, exchanged, derived or inferred");
            }
            None
        }
    }
}

fn about(section: &Section<'_, '_>) -> AboutChoice {
    let named = |word: &Placed<String>| {
        About::named(&word.value).unwrap_or_else(|| {
            section.fault_at(word.line, "`about` must be subject, third_party or staff");
            About::Subject
        })
    };
    if !section.is_table("about") {
        return AboutChoice::Fixed(section.string("about").map_or(About::Subject, |word| named(&word)));
    }
    let Some(choice) = section.table("about") else { return AboutChoice::Fixed(About::Subject) };
    let column = choice.required("column").map(|column| column.value).unwrap_or_default();
    let mut values = Vec::new();
    for (text, member) in choice.members("values") {
        let word = member.string(&text.value);
        values.extend(word.map(|word| (text.value, named(&word))));
    }
    if values.is_empty() {
        choice.fault("`values` is missing: which text of the column means subject, third_party or staff");
    }
    choice.finish();
    AboutChoice::ByColumn { column, values }
}

/// `joint`: a column, or one with the column of the other's agreement.
fn joint(section: &Section<'_, '_>) -> Option<Joint> {
    if !section.is_table("joint") {
        return section.string("joint").map(|column| Joint { column: column.value, agreed: None });
    }
    let joint = section.table("joint")?;
    let column = joint.required("column");
    let agreed = joint.string("agreed").map(|column| column.value);
    joint.finish();
    column.map(|column| Joint { column: column.value, agreed })
}

/// `learn` and `suggest`: which columns hold identifiers of which type.
fn identifiers(section: &Section<'_, '_>, key: &'static str) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    for (kind, member) in section.members(key) {
        let columns: Vec<String> = match member.as_str() {
            Some(column) => vec![column.to_owned()],
            None => member.strings(&kind.value).into_iter().map(|column| column.value).collect(),
        };
        all.push((kind.value, columns));
    }
    all
}

fn constant(section: &Section<'_, '_>, kind: Kind, path: &Placed<String>, value: String) -> Option<(Field, String)> {
    let field = match field_named(kind, &path.value) {
        Ok(field) => field,
        Err(message) => {
            section.fault_at(path.line, format!("`set`: {message}"));
            return None;
        }
    };
    if let Field::Known { spec, .. } = &field {
        let wrong = match spec.shape {
            Shape::Word(words) if !words.contains(&value.as_str()) => {
                Some(format!("must be one of {}", words.join(", ")))
            }
            Shape::Currency if iso_currency::Currency::from_code(&value).is_none() => {
                Some("must be an ISO 4217 code, such as \"EUR\"".into())
            }
            Shape::Content => Some("cannot be a constant".into()),
            _ => None,
        };
        if let Some(wrong) = wrong {
            section.fault_at(path.line, format!("`set`: `{}` {wrong}", spec.path));
            return None;
        }
    }
    Some((field, value))
}

/// What must hold between the columns of one collection.
fn check_columns(section: &Section<'_, '_>, collection: &Collection, is_mail: bool) {
    for used in collection.columns_used().into_iter().filter(|used| !is_mail || !mail::FURTHER.contains(used)) {
        match collection.column(used).map(|column| &column.disposition) {
            None => section.fault(format!("the column `{used}` is used, but `columns` does not name it")),
            Some(Disposition::Secret(_)) => {
                section.fault(format!("the column `{used}` is secret, so it cannot be used: it is never read"));
            }
            Some(_) => {}
        }
    }
    let mut seen: Vec<Field> = collection.set.iter().map(|(field, _)| field.clone()).collect();
    for column in &collection.columns {
        let Disposition::Mapped(mapping) = &column.disposition else { continue };
        let list = match &mapping.field {
            Field::Known { spec, .. } => {
                matches!(spec.shape, Shape::Emails | Shape::Phones | Shape::Parties)
                    || (collection.kind == Kind::Contact && spec.shape == Shape::Postal)
            }
            _ => false,
        };
        if !list && seen.contains(&mapping.field) {
            section.fault_at(column.line, format!("the field `{}` is filled twice", mapping.field.path()));
        }
        seen.push(mapping.field.clone());
    }
    let has = |path: &str| seen.iter().any(|field| field.path() == path);
    if has("addresses") && seen.iter().any(|field| field.path().starts_with("address.")) {
        section.fault("a contact has `addresses` or the parts of addresses, not both");
    }
    if collection.kind == Kind::Attachment && has("content") && has("path") {
        section.fault("an attachment has `content` or `path`, not both");
    }
}
