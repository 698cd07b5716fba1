//! The proposal as a configuration that a person goes through from top to bottom.

use super::column::Proposed;
use super::proposal::{Collection, Ignored, Proposal};
use crate::controller::written::{key, list, quoted};
use std::fmt::Write as _;

const MARK: &str = "review = true";

/// Activities: key, title, legal basis, purpose.
const ACTIVITIES: [(&str, &str, &str, &str); 8] = [
    ("accounts", "Customer accounts", "contract", "Keeping the accounts of our customers"),
    ("purchases", "Purchases", "contract", "Delivering, invoicing and being paid"),
    ("correspondence", "Correspondence", "contract", "Answering enquiries"),
    ("newsletter", "Newsletter", "consent", "News about our services"),
    ("consents", "Consents", "contract", "Proving what was agreed to"),
    ("cookies", "Cookies", "consent", "Remembering preferences"),
    ("server-logs", "Server logs", "legitimate_interests", "Running the website and defending it"),
    ("services", "Services", "contract", "Providing our services"),
];

/// A store as it is written: its name, its URL, and further lines.
#[derive(Debug, Clone)]
pub struct StoreLines {
    /// Its name.
    pub name: String,
    /// Its URL, paths counted from the folder of the configuration.
    pub url: String,
    /// Settings besides, as lines.
    pub settings: Vec<(&'static str, String)>,
    /// Whether the URL itself is a guess.
    pub is_guess: bool,
}

/// A whole new configuration.
pub fn configuration(stores: &[StoreLines], proposal: &Proposal) -> String {
    let mut text = String::from(
        "# Proposed by `art20 init`. Everything here is a guess, and each guess carries `review = true`: as long as one is left,\n\
         # nothing is exported. Go through the file from top to bottom, correct what is wrong, and take each mark away when you\n\
         # have looked. `art20 check` lists what is left; docs/configuration.md says what every key means.\n\
         version = 1\n\n\
         [controller]\n\
         name = \"Name of the controller\"\n\
         id = \"https://controller.example\"   # a URL of yours: names this controller for ever, never change it afterwards\n\
         languages = [\"en\"]\n\
         # email = \"privacy@controller.example\"\n\
         # country = \"DE\"                      # the region of phone numbers that carry none\n\
         # time_zone = \"Europe/Berlin\"         # for times that carry no offset; UTC if nothing is said\n\
         # own_addresses = [\"@controller.example\"]\n\
         review = true\n\n\
         # ---- Why the data are held: one entry for each activity that your privacy policy announces. Names, purposes and above\n\
         # all the legal bases are placeholders; only consent and contract make data portable.\n",
    );
    activities(proposal, &[], &mut text);
    text.push_str("\n# ---- Where they are. Tables that stay aside are named, each with the reason: a new one stops the export.\n");
    for store in stores {
        self::store(store, proposal, &mut text);
    }
    text.push_str("\n# ---- What they are: a collection for each table, and a field or a reason for each column.\n");
    for collection in &proposal.collections {
        text.push('\n');
        self::collection(collection, &mut text);
    }
    text
}

/// One store, with those of its tables that stay aside.
pub fn store(store: &StoreLines, proposal: &Proposal, text: &mut String) {
    let _ = write!(text, "\n[store.{}]\nurl = {}\n", key(&store.name), quoted(&store.url));
    for (name, value) in &store.settings {
        let _ = writeln!(text, "{name} = {}", quoted(value));
    }
    if store.is_guess {
        let _ = writeln!(text, "# A dataset does not say where it is: write the URL of its store here.\n{MARK}");
    }
    let aside: Vec<&Ignored> = proposal.ignored.iter().filter(|ignored| ignored.store == store.name).collect();
    if !aside.is_empty() {
        let _ = writeln!(text, "[store.{}.ignore]", key(&store.name));
    }
    for ignored in aside {
        let _ = writeln!(text, "{} = {}", quoted(&ignored.table), ignored_value(ignored));
    }
}

/// Why a table stays aside, as TOML.
pub fn ignored_value(ignored: &Ignored) -> String {
    format!("{{ reason = {}, {MARK} }}", quoted(&ignored.reason))
}

/// The activities that the proposal needs and that are not known yet.
pub fn activities(proposal: &Proposal, known: &[String], text: &mut String) {
    let needed = |key: &str| proposal.collections.iter().any(|collection| collection.activity == key);
    for (name, title, basis, purpose) in ACTIVITIES {
        if !needed(name) || known.iter().any(|known| known == name) {
            continue;
        }
        let _ = write!(
            text,
            "\n[activity.{name}]\ntitle = {}\nlegal_basis = {}   # a guess: only you know the basis\npurpose = {}\n{MARK}\n",
            quoted(title),
            quoted(basis),
            quoted(purpose)
        );
    }
}

/// One collection.
pub fn collection(collection: &Collection, text: &mut String) {
    let name = key(&collection.name);
    let _ = writeln!(text, "[collection.{name}]");
    for note in &collection.notes {
        let _ = writeln!(text, "# {}", comment(note));
    }
    for (key, value) in settings(collection) {
        let _ = writeln!(text, "{key} = {value}");
    }
    if collection.table.is_none() {
        return;
    }
    let _ = writeln!(text, "[collection.{name}.columns]");
    let width = collection.columns.iter().map(|column| key(&column.name).chars().count()).max().unwrap_or(0).min(24);
    for column in &collection.columns {
        let _ = writeln!(text, "{:width$} = {}", key(&column.name), column_value(column));
    }
    if !collection.set.is_empty() {
        let _ = writeln!(text, "[collection.{name}.set]");
        for (field, value) in &collection.set {
            let _ = writeln!(text, "{} = {}", key(field), quoted(value));
        }
    }
}

/// The settings of a collection, in the order in which people read them.
fn settings(collection: &Collection) -> Vec<(&'static str, String)> {
    let mut lines = vec![("store", quoted(&collection.store))];
    lines.extend(collection.table.as_ref().map(|table| ("table", quoted(table))));
    lines.push(("kind", quoted(collection.kind.name())));
    lines.extend(collection.parent.as_ref().map(|parent| ("parent", quoted(parent))));
    lines.push(("activity", quoted(&collection.activity)));
    lines.extend(collection.origin.map(|origin| ("origin", quoted(origin))));
    if collection.table.is_some() {
        let note = collection.key_note.map(|note| format!("   # {note}")).unwrap_or_default();
        lines.push(("key", format!("{}{note}", list(&collection.key))));
        let note = match collection.left_out.is_empty() {
            true => String::new(),
            false => {
                format!("   # rows of guests may have only an address: {}", comment(&collection.left_out.join(", ")))
            }
        };
        lines.push(("match", format!("{}{note}", list(&collection.matches))));
    }
    if let Some(person) = &collection.person {
        lines.push(("person", format!("{}   # rows that differ here are different people", quoted(person))));
    }
    if let Some((kind, column)) = &collection.learn {
        lines.push(("learn", format!("{{ {} = {} }}", key(kind), list(&[column]))));
    }
    if !collection.suggest.is_empty() {
        let note = "   # may be unconfirmed: shown by plan, never followed";
        lines.push(("suggest", format!("{{ email = {} }}{note}", list(&collection.suggest))));
    }
    lines.extend(collection.marks.iter().map(|(mark, column)| (*mark, quoted(column))));
    lines.push(("review", "true".to_owned()));
    lines
}

/// A name in a comment: what ends the line or is no text for people stands as `_`.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '_' } else { c }).collect()
}

/// What becomes of a column, as TOML.
pub fn column_value(column: &Proposed) -> String {
    let attributes: Vec<String> = column.attributes.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    format!("{{ {} }}", attributes.join(", "))
}
