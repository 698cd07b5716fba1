//! The field dictionary: what every column of a table means, in every language of the report, where its values come from
//! and why they are held (Table Schema v2; requirements E3-E5).

use super::facts::{Facts, FieldFacts};
use super::table::{Source, TableColumn, TimesSeen};
use super::writer::{PARTY_COLUMNS, WrittenTable};
use crate::records::text::is_chinese;
use crate::records::{Bilingual, Kind, LegalBasis, Origin, Shape, Text};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Where the profiles of the Data Package standard stand.
pub(super) const PROFILES: &str = "https://datapackage.org/profiles/2.0";

/// A text in every language of the report but the first, which stands by itself where a reader of packages looks.
pub(super) type Texts<'a> = BTreeMap<&'a str, Cow<'a, str>>;

/// What the columns of a table are; keys in the order of the alphabet.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TableSchema<'a> {
    #[serde(rename = "$schema")]
    profile: String,
    fields: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<ForeignKey>,
    missing_values: [&'static str; 1],
    primary_key: &'static [&'static str],
}

#[derive(Serialize)]
struct ForeignKey {
    fields: [String; 1],
    reference: Reference,
}

#[derive(Serialize)]
struct Reference {
    fields: [&'static str; 1],
    resource: &'static str,
}

/// A column.
#[derive(Serialize)]
struct Field<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<Vec<Category<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<Vec<Category<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<Constraints>,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    descriptions: Texts<'a>,
    name: &'a str,
    #[serde(rename = "rdfType", skip_serializing_if = "Option::is_none")]
    rdf_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<Provenance<'a>>>,
    title: Cow<'a, str>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    titles: Texts<'a>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
}

#[derive(Serialize)]
struct Constraints {
    required: bool,
    unique: bool,
}

/// A code and what it means.
#[derive(Serialize)]
struct Category<'a> {
    label: &'a str,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    labels: Texts<'a>,
    value: &'a str,
}

/// Origin and legal basis of the values that come from one collection.
#[derive(Serialize)]
struct Provenance<'a> {
    activities: Vec<&'a str>,
    collection: &'a str,
    legal_basis: Vec<&'static str>,
    origin: Option<&'static str>,
    store: &'a str,
}

/// The language that comes first in the report.
pub(super) fn first_language(facts: &Facts) -> &str {
    facts.languages.first().map_or("en", String::as_str)
}

/// What `text` says in each language of the report but the first.
pub(super) fn in_languages<'a>(facts: &'a Facts, text: impl Fn(&str) -> Cow<'a, str>) -> Texts<'a> {
    facts.languages.iter().skip(1).map(|tag| (tag.as_str(), text(tag))).collect()
}

/// The schema of the table of a kind.
pub(super) fn schema<'a>(facts: &'a Facts, table: &'a WrittenTable) -> TableSchema<'a> {
    let kind = table.table.kind;
    let columns = table.table.columns.iter().zip(&table.times);
    let parent = kind.parent().map(|parent| ForeignKey {
        fields: [format!("{}_uid", parent.name())],
        reference: Reference { fields: ["uid"], resource: parent.file_stem() },
    });
    TableSchema {
        profile: format!("{PROFILES}/tableschema.json"),
        fields: columns.map(|(column, times)| field(facts, kind, column, *times)).collect(),
        foreign_keys: parent.into_iter().collect(),
        missing_values: [""],
        primary_key: &["uid"],
    }
}

/// The schema of the table of correspondents.
pub(super) fn parties(facts: &Facts) -> TableSchema<'_> {
    let described: [(&'static str, Bilingual); 5] = [
        ("string", Bilingual { en: "The message", zh: "所属邮件或通话" }),
        ("string", Bilingual { en: "from, to or cc", zh: "from（发件）、to（收件）或 cc（抄送）" }),
        ("integer", Bilingual { en: "The place in the list, from 1", zh: "在列表中的位置，从 1 开始" }),
        ("string", Bilingual { en: "The display name", zh: "显示名称" }),
        ("string", Bilingual { en: "The e-mail address or number", zh: "电子邮箱地址或号码" }),
    ];
    let fields = PARTY_COLUMNS.iter().zip(described).map(|(name, (kind, text))| Field {
        categories: None,
        codes: None,
        constraints: None,
        description: text.in_language(first_language(facts)).into(),
        descriptions: in_languages(facts, |tag| text.in_language(tag).into()),
        name,
        rdf_type: None,
        sources: None,
        title: text.in_language(first_language(facts)).into(),
        titles: Texts::new(),
        kind,
        unit: None,
    });
    let message = Reference { fields: ["uid"], resource: "messages" };
    TableSchema {
        profile: format!("{PROFILES}/tableschema.json"),
        fields: fields.collect(),
        foreign_keys: vec![ForeignKey { fields: ["message_uid".to_owned()], reference: message }],
        missing_values: [""],
        primary_key: &["message_uid", "role", "position"],
    }
}

fn field<'a>(facts: &'a Facts, kind: Kind, column: &'a TableColumn, times: TimesSeen) -> Field<'a> {
    let language = first_language(facts);
    let path = match &column.source {
        Source::Field(spec, _) => spec.path,
        Source::Additional(path) => path,
        Source::Head(_) | Source::Parent => "",
    };
    let configured: Vec<(&str, &FieldFacts)> = facts
        .collections
        .iter()
        .filter(|collection| collection.kind == kind)
        .flat_map(|collection| collection.fields.iter().map(move |field| (collection.name.as_str(), field)))
        .filter(|(_, field)| field.path == path && !path.is_empty())
        .collect();
    let title = |tag: &str| -> Cow<'a, str> {
        match &column.source {
            Source::Field(spec, _) => spec.title.in_language(tag).into(),
            Source::Additional(path) => path.trim_start_matches("additional.").into(),
            Source::Head(_) | Source::Parent => head_text(&column.source).0.in_language(tag).into(),
        }
    };
    let description = |tag: &str| -> Cow<'a, str> { description(&column.source, &configured, tag).into() };
    let (categories, codes) = codes(facts, &configured);
    Field {
        categories,
        codes,
        constraints: (column.name == "uid").then_some(Constraints { required: true, unique: true }),
        description: description(language),
        descriptions: in_languages(facts, description),
        name: &column.name,
        rdf_type: match &column.source {
            Source::Field(spec, _) => Some(format!("https://w3id.org/dpv/pd#{}", spec.category)),
            _ => None,
        },
        sources: (!path.is_empty()).then(|| sources(facts, kind, &configured)),
        title: title(language),
        titles: in_languages(facts, title),
        kind: field_type(&column.source, times),
        unit: unit(&column.source),
    }
}

/// The codes of a field: as the standard has them, unless free texts stand in the same column, and with their labels in
/// every language.
fn codes<'a>(
    facts: &'a Facts,
    configured: &[(&str, &'a FieldFacts)],
) -> (Option<Vec<Category<'a>>>, Option<Vec<Category<'a>>>) {
    let language = first_language(facts);
    let mut codes: Vec<Category<'_>> = Vec::new();
    let labels: Vec<&'a (String, Text)> = configured.iter().flat_map(|(_, field)| &field.labels).collect();
    for (value, label) in labels {
        if !codes.iter().any(|known| known.value == value) {
            let labels = in_languages(facts, |tag| label.in_language(tag).into());
            codes.push(Category { label: label.in_language(language), labels, value });
        }
    }
    if codes.is_empty() {
        return (None, None);
    }
    let all = configured.iter().all(|(_, field)| !field.labels.is_empty());
    let plain = || codes.iter().map(|code| Category { labels: Texts::new(), ..*code }).collect();
    (all.then(plain), Some(codes))
}

/// Origin and legal basis of the values of a field, by collection.
fn sources<'a>(facts: &'a Facts, kind: Kind, configured: &[(&'a str, &'a FieldFacts)]) -> Vec<Provenance<'a>> {
    let mut sources = Vec::new();
    for (collection, field) in configured {
        let Some(about) = facts.collections.iter().find(|c| c.name == *collection && c.kind == kind) else { continue };
        let keys = field.activity.iter().chain(about.activities.iter().filter(|_| field.activity.is_none()));
        let activities: Vec<&str> = keys.map(String::as_str).collect();
        let bases = activities
            .iter()
            .filter_map(|key| facts.activities.iter().find(|activity| activity.key == **key))
            .filter_map(|activity| activity.legal_basis);
        sources.push(Provenance {
            legal_basis: bases.map(LegalBasis::name).collect(),
            activities,
            collection,
            origin: field.origin.or(about.origin).map(Origin::name),
            store: &about.store,
        });
    }
    sources
}

fn description(source: &Source, configured: &[(&str, &FieldFacts)], tag: &str) -> String {
    let mut text = match source {
        Source::Field(spec, Some("name")) => {
            format!("{} ({})", spec.description.in_language(tag), if is_chinese(tag) { "名称" } else { "name" })
        }
        Source::Field(spec, Some(_)) => {
            format!("{} ({})", spec.description.in_language(tag), if is_chinese(tag) { "地址" } else { "address" })
        }
        Source::Field(spec, None) => spec.description.in_language(tag).to_owned(),
        Source::Additional(_) => {
            Bilingual { en: "A field of this controller", zh: "该控制者自有的字段" }.in_language(tag).to_owned()
        }
        Source::Head(_) | Source::Parent => head_text(source).1.in_language(tag).to_owned(),
    };
    let mut own: Vec<&str> = Vec::new();
    for described in configured.iter().filter_map(|(_, field)| field.description.as_ref()).map(|d| d.in_language(tag)) {
        if !own.contains(&described) {
            own.push(described);
        }
    }
    if !own.is_empty() {
        let separator = if is_chinese(tag) { ":" } else { ": " };
        text = match source {
            Source::Additional(_) => own.join("; "),
            _ => format!("{text}{separator}{}", own.join("; ")),
        };
    }
    text
}

fn head_text(source: &Source) -> (Bilingual, Bilingual) {
    let of = |en, zh, den, dzh| (Bilingual { en, zh }, Bilingual { en: den, zh: dzh });
    match source {
        Source::Head("uid") => of(
            "Identifier",
            "标识",
            "The lasting name of the record; a later export names the same record the same way",
            "记录的永久标识；以后的导出以相同标识命名同一记录",
        ),
        Source::Head("collection") => {
            of("Collection", "数据集", "Where the record stands at the controller", "记录在控制者处所属的数据集")
        }
        Source::Head("activity") => {
            of("Activity", "处理活动", "The processing activity that the record belongs to", "记录所属的处理活动")
        }
        Source::Head("legal_basis") => {
            of("Legal basis", "法律依据", "Why the controller may process the record", "控制者处理该记录的法律依据")
        }
        Source::Head("origin") => of(
            "Origin",
            "来源",
            "provided by the person, observed from use, or exchanged with the controller",
            "由本人提供（provided）、从使用中观察到（observed）或与控制者交流产生（exchanged）",
        ),
        Source::Head("restricted") => {
            of("Restricted", "限制处理", "Whether processing is restricted (Art. 18)", "是否限制处理（第18条）")
        }
        Source::Head("voluntary") => of(
            "Voluntary",
            "自愿提供",
            "Whether it is given although Art. 20 does not ask for it",
            "是否在第20条未要求的情况下自愿提供",
        ),
        Source::Parent => of("Belongs to", "所属记录", "The record that it belongs to", "所属的上级记录"),
        _ => of(
            "Withheld",
            "不予提供",
            "Fields whose value is held back, with the reason's code",
            "不予提供的字段及其原因代码",
        ),
    }
}

fn field_type(source: &Source, times: TimesSeen) -> &'static str {
    match source {
        Source::Head("restricted" | "voluntary") => "boolean",
        Source::Field(spec, None) => match spec.shape {
            Shape::Time if times.fine => "string",
            Shape::Time => match (times.instants, times.days) {
                (true, false) => "datetime",
                (false, true) => "date",
                _ => "string",
            },
            Shape::Day => "date",
            Shape::Money | Shape::Decimal | Shape::Seconds => "number",
            Shape::Integer => "integer",
            _ => "string",
        },
        _ => "string",
    }
}

fn unit(source: &Source) -> Option<&'static str> {
    let Source::Field(spec, _) = source else { return None };
    match (spec.shape, spec.path) {
        (Shape::Seconds, _) => Some("s"),
        (Shape::Integer, "bytes") => Some("B"),
        (Shape::Money, _) => Some("main unit of the currency (ISO 4217)"),
        _ => None,
    }
}
