//! From a normalised row to its decision: the one place where a portable record is made.

use super::consent::{ConsentBook, ConsentState};
use super::rules::{Hold, OwnActivity, RowFacts, ValueFacts, decide_row, decide_untold, decide_value};
use super::third_parties::must_go;
use crate::controller::activity::Regime;
use crate::controller::{About, Collection, Controller, Disposition, ProcessingActivity};
use crate::normalize::{Holding, NormalValue, Normalized};
use crate::records::{Code, Entry, FieldValue, Kind, PostalAddress, Record, Source};
use crate::request::ThirdParties;
use crate::subject::RowFate;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the decisions of one run have in common.
pub struct Circumstances<'a> {
    /// The controller.
    pub controller: &'a Controller,
    /// The regime of the request.
    pub regime: Regime,
    /// What the consent records say.
    pub consents: &'a ConsentBook,
    /// The time that the export counts as made at.
    pub as_of: Timestamp,
    /// What becomes of other people.
    pub third_parties: ThirdParties,
    /// The collections that the request asks for; all if none is named (requirement A9).
    pub only: &'a [String],
}

impl Circumstances<'_> {
    /// Whether the request asks for rows of this collection. What is nested goes with its parent.
    fn asked_for(&self, collection: &Collection) -> bool {
        self.only.is_empty() || collection.parent.is_some() || self.only.contains(&collection.name)
    }
}

/// A record that Art. 20 covers. It can only be made by [`decide`].
#[derive(Debug)]
pub struct PortableRecord {
    record: Record,
    tally: Tally,
    /// Fields that are about third parties, where the request asks for more than to keep them.
    third_party: Vec<Cow<'static, str>>,
    /// Some, perhaps empty, where a collection of children is configured.
    children: Option<Vec<PortableRecord>>,
}

/// Values of a portable row that are not in it as they stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Withheld values by reason, omitted and secret ones included.
    pub withheld: BTreeMap<Code, u64>,
    /// Values that could not be normalised.
    pub verbatim: u64,
    /// Local times that occur twice.
    pub ambiguous_times: u64,
    /// Values of which the person must not be told, by their activity; counted as omitted.
    pub untold: BTreeMap<String, u64>,
}

impl Tally {
    fn withhold(&mut self, code: Code, values: u64) {
        if values > 0 {
            *self.withheld.entry(code).or_default() += values;
        }
    }
}

/// The decision about one row.
#[derive(Debug)]
pub enum ScopeDecision {
    /// It goes into the archive.
    Portable(Box<PortableRecord>),
    /// It stays out.
    Excluded(Code),
}

impl PortableRecord {
    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What is not in it as it stood, its children apart.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Its portable children.
    pub fn children(&self) -> &[PortableRecord] {
        self.children.as_deref().unwrap_or_default()
    }

    /// Nests portable children in it.
    pub fn nest(&mut self, children: Vec<PortableRecord>) {
        self.children = Some(children);
    }

    /// What [`super::third_parties`] works on: the record, its fields about third parties, its children.
    pub(super) fn parts_mut(&mut self) -> (&mut Record, &[Cow<'static, str>], &mut [PortableRecord]) {
        (&mut self.record, &self.third_party, self.children.as_deref_mut().unwrap_or_default())
    }

    /// Takes it apart for the archive's writer: the record with its children in it.
    pub fn into_record(self) -> Record {
        let mut record = self.record;
        record.children = self.children.map(|children| children.into_iter().map(PortableRecord::into_record).collect());
        record
    }
}

/// Decides about a row. `fate` is what recognising the subject says of it, `parent` the code of an excluded parent.
pub fn decide(
    circumstances: &Circumstances<'_>,
    collection: &Collection,
    row: Normalized,
    fate: RowFate,
    parent: Option<Code>,
) -> ScopeDecision {
    if let Some(code) = parent {
        return ScopeDecision::Excluded(code);
    }
    let Some(activity) = circumstances.controller.activity(&row.activity) else {
        return ScopeDecision::Excluded(Code::NotSelected);
    };
    // The road stops before a row whose activity has no basis under the regime; whoever else asks gets no record.
    let basis = activity.basis(circumstances.regime);
    let Some(legal_basis) = basis else { return ScopeDecision::Excluded(Code::LegitimateInterests) };
    let facts = RowFacts {
        shared_identifier: fate == RowFate::SharedIdentifier,
        about: row.about,
        automated: activity.automated,
        legal_basis,
        voluntary: activity.voluntary,
        consent: consent(circumstances, activity),
        origin: row.origin,
        selected: fate != RowFate::NotSelected && circumstances.asked_for(collection),
        hold: hold(circumstances, &row),
    };
    if !activity.disclose {
        // A statute forbids to tell the person of it; the receipt alone names it.
        return ScopeDecision::Excluded(decide_untold(&facts));
    }
    match decide_row(&facts) {
        Some(code) => ScopeDecision::Excluded(code),
        None => {
            let covered = decide_row(&RowFacts { voluntary: false, ..facts }).is_none();
            ScopeDecision::Portable(Box::new(portable(circumstances, collection, row, legal_basis, !covered)))
        }
    }
}

fn consent(circumstances: &Circumstances<'_>, activity: &ProcessingActivity) -> ConsentState {
    circumstances.consents.state(activity.consent.as_deref(), &activity.key)
}

/// Whether the retention of the row has ended by the as-of.
pub fn retention_ended(circumstances: &Circumstances<'_>, row: &Normalized) -> bool {
    let Some(activity) = circumstances.controller.activity(&row.activity) else { return false };
    let zone = &circumstances.controller.time_zone;
    let (Some(retention), Some(from)) =
        (&activity.retention, row.retention_from.as_ref().and_then(|time| time.instant(zone)))
    else {
        return false;
    };
    let end = from.to_zoned_datetime(zone.clone()).checked_add(retention.span.0);
    end.is_ok_and(|end| end.timestamp() < circumstances.as_of)
}

fn hold(circumstances: &Circumstances<'_>, row: &Normalized) -> Hold {
    if row.legal_hold && retention_ended(circumstances, row) { Hold::PastRetention } else { Hold::None }
}

fn portable(
    circumstances: &Circumstances<'_>,
    collection: &Collection,
    row: Normalized,
    legal_basis: crate::records::LegalBasis,
    voluntary: bool,
) -> PortableRecord {
    let mut tally = Tally::default();
    let columns = |kind: fn(&Disposition) -> bool| {
        collection.columns.iter().filter(|column| kind(&column.disposition)).count() as u64
    };
    tally.withhold(Code::Omitted, columns(|disposition| matches!(disposition, Disposition::Omitted(_))));
    tally.withhold(Code::Secret, columns(|disposition| matches!(disposition, Disposition::Secret(_))));
    let mut record = Record {
        uid: row.uid,
        kind: row.kind,
        activity: row.activity,
        legal_basis,
        origin: row.origin,
        source: Source { store: row.row.store, collection: row.row.collection },
        voluntary,
        restricted: row.restricted,
        entries: Vec::with_capacity(row.values.len()),
        children: None,
        withheld: row.withheld_before,
        verbatim: row.verbatim_before,
    };
    let mut third_party = Vec::new();
    let joint = row.holding == Holding::Joint;
    for mut value in row.values {
        if let Some(activity) = untold(circumstances, &value) {
            // A statute forbids to tell the person of it: no field, no code.
            if !value.reading.is_empty() && !value.companion {
                tally.withhold(Code::Omitted, 1);
                *tally.untold.entry(activity.key.clone()).or_default() += 1;
            }
            continue;
        }
        if let Some(code) = value_code(circumstances, &value, joint) {
            if !value.companion {
                record.withheld.push((value.path.to_string(), code));
            }
            value.reading.value = FieldValue::Null;
            value.reading.verbatim = None;
            value.secrets = 0;
        } else if value.about == About::ThirdParty && circumstances.third_parties != ThirdParties::Keep {
            third_party.push(value.path.clone());
        }
        if let Some(verbatim) = value.reading.verbatim.take() {
            record.verbatim.push((value.path.to_string(), verbatim));
        }
        tally.ambiguous_times += u64::from(value.reading.ambiguous);
        tally.withhold(Code::Secret, value.secrets);
        place(&mut record.entries, record.kind, value);
    }
    // What an imported row carries is held back here as well.
    for (_, code) in &record.withheld {
        tally.withhold(*code, 1);
    }
    tally.verbatim = record.verbatim.len() as u64;
    settle_addresses(&mut record.entries);
    PortableRecord { record, tally, third_party, children: None }
}

/// The value's own activity, if the person must not be told of it.
fn untold<'a>(circumstances: &Circumstances<'a>, value: &NormalValue) -> Option<&'a ProcessingActivity> {
    let activity = value.activity.as_deref().and_then(|key| circumstances.controller.activity(key));
    activity.filter(|activity| !activity.disclose)
}

fn value_code(circumstances: &Circumstances<'_>, value: &NormalValue, joint: bool) -> Option<Code> {
    // Where nothing stands, nothing is held back.
    if value.reading.is_empty() {
        return None;
    }
    let own = value.activity.as_deref().and_then(|key| circumstances.controller.activity(key)).and_then(|activity| {
        let legal_basis = activity.basis(circumstances.regime)?;
        Some(OwnActivity {
            automated: activity.automated,
            legal_basis,
            voluntary: activity.voluntary,
            consent: consent(circumstances, activity),
        })
    });
    let hidden_recipient = value.path == "bcc";
    decide_value(&ValueFacts { origin: value.origin, about: value.about, hidden_recipient, joint, own })
        .or_else(|| must_go(circumstances.third_parties, value).then_some(Code::ThirdParty))
}

/// Puts a value into its field; values of one list, and the parts of one address, come together.
fn place(entries: &mut Vec<Entry>, kind: Kind, value: NormalValue) {
    let NormalValue { path, reading, label, .. } = value;
    if kind == Kind::Contact
        && let Some(part) = path.strip_prefix("address.")
    {
        return postal(entries, part, reading.value, label);
    }
    // Values come in the order of the catalogue, so those of one known field follow each other.
    let earlier = match &path {
        Cow::Borrowed(path) => entries.last_mut().filter(|entry| entry.path == *path),
        Cow::Owned(path) => entries.iter_mut().find(|entry| entry.path == *path),
    };
    match (earlier.map(|entry| &mut entry.value), reading.value) {
        (None, value) => entries.push(Entry { path, value }),
        (Some(FieldValue::List(_, list)), FieldValue::List(_, more)) => list.extend(more),
        (Some(FieldValue::Parties(list)), FieldValue::Parties(more)) => list.extend(more),
        // A NULL column of a list adds nothing to what is there.
        (Some(_), FieldValue::Null) => {}
        (Some(earlier), value) => *earlier = value,
    }
}

/// Puts a part of an address to the parts with the same label.
fn postal(entries: &mut Vec<Entry>, part: &str, value: FieldValue, label: Option<String>) {
    if entries.last().is_none_or(|entry| entry.path != "addresses") {
        entries.push(Entry { path: Cow::Borrowed("addresses"), value: FieldValue::Addresses(Vec::new()) });
    }
    if let Some(Entry { value: FieldValue::Addresses(addresses), .. }) = entries.last_mut() {
        let text = value.as_text().map(str::to_owned);
        let part = (part.to_owned(), text);
        match addresses.iter_mut().find(|address| address.label == label) {
            Some(address) => address.parts.push(part),
            None => addresses.push(PostalAddress { parts: vec![part], label }),
        }
    }
}

/// An address of which every part is NULL is none.
fn settle_addresses(entries: &mut [Entry]) {
    for entry in entries.iter_mut().filter(|entry| entry.path == "addresses") {
        if let FieldValue::Addresses(addresses) = &mut entry.value {
            addresses.retain(|address| address.parts.iter().any(|(_, text)| text.is_some()));
            if addresses.is_empty() {
                entry.value = FieldValue::Null;
            }
        }
    }
}
