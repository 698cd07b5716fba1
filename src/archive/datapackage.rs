//! `datapackage.json` (Data Package v2): every payload file with its size and digest, every table with its schema, and
//! the field dictionary in every language of the report (requirements E3-E5).

use super::container::Written;
use super::facts::{Facts, FieldFacts, RECORDS_FORMAT};
use super::listing::Described;
use super::table::{Source, TableColumn, TimesSeen};
use super::writer::{PARTY_COLUMNS, WrittenTable, table_path};
use crate::records::text::is_chinese;
use crate::records::{Bilingual, Kind, Shape};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

const PROFILES: &str = "https://datapackage.org/profiles/2.0";

/// Writes the descriptor. What it says of each file is written by itself, because there may be millions.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write(
    facts: &Facts,
    tables: &[WrittenTable],
    described: Described,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title =
        Bilingual { en: "Personal data of one person (GDPR Article 20)", zh: "个人数据（GDPR 第20条）" };
    let mut contributor = json!({"title": facts.controller.name, "roles": ["controller"], "path": facts.controller.id});
    if !facts.controller.id.starts_with("http") {
        contributor.as_object_mut().map(|object| object.remove("path"));
    }
    let package = json!({
        "$schema": format!("{PROFILES}/datapackage.json"),
        "name": "personal-data",
        "id": facts.id().as_str(),
        "title": title.in_language(first_language(facts)),
        "titles": in_languages(facts, |tag| title.in_language(tag).to_owned()),
        "description": "Data of one person, from one controller. The files under data/records are authoritative; every other file is made from them.",
        "version": RECORDS_FORMAT,
        "created": facts.as_of.to_string(),
        "contributors": [contributor],
        "licenses": [{"name": "other-closed", "title": "Personal data of the data subject"}],
        "resources": [],
    });
    let text = serde_json::to_string_pretty(&package)?;
    // Only there: in a text the quotation marks would have backslashes.
    let (before, after) = text.split_once("\"resources\": []").unwrap_or((&text, ""));
    write!(out, "{before}\"resources\": [")?;
    let mut separator = "";
    described.each(|file| {
        let resource = serde_json::to_string_pretty(&resource(facts, tables, file))?;
        write!(out, "{separator}\n    {}", resource.replace('\n', "\n    "))?;
        separator = ",";
        Ok(())
    })?;
    writeln!(out, "\n  ]{after}")
}

/// Whether a payload file is named here: the e-mails of a folder are described by its `folder.json`.
pub(super) fn describes(path: &str) -> bool {
    !(path.starts_with("data/mail/") && path.ends_with(".eml"))
}

fn first_language(facts: &Facts) -> &str {
    facts.languages.first().map_or("en", String::as_str)
}

fn in_languages(facts: &Facts, text: impl Fn(&str) -> String) -> Value {
    Value::Object(facts.languages.iter().map(|tag| (tag.clone(), Value::String(text(tag)))).collect())
}

fn resource(facts: &Facts, tables: &[WrittenTable], file: &Written) -> Value {
    let (format, media_type) = media_type(&file.path);
    let name: String =
        file.path.trim_start_matches("data/").to_lowercase().chars().map(|c| if c == '/' { '-' } else { c }).collect();
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("$schema", json!(format!("{PROFILES}/dataresource.json")));
    put("name", json!(name.trim_end_matches(".csv")));
    put("path", json!(file.path));
    put("format", json!(format));
    put("mediatype", json!(media_type));
    put("bytes", json!(file.bytes));
    put("hash", json!(format!("sha256:{}", file.sha256_hex())));
    if let Some(purpose) = purpose(&file.path) {
        put("description", json!(purpose.in_language(first_language(facts))));
        put("descriptions", in_languages(facts, |tag| purpose.in_language(tag).to_owned()));
    }
    let text = ["csv", "jsonlines", "json-schema", "json", "jsonld", "vcf", "txt", "rules"].contains(&format);
    if text {
        put("encoding", json!("utf-8"));
    }
    if let Some(table) = tables.iter().find(|table| table_path(table.table.kind) == file.path) {
        put("type", json!("table"));
        put("name", json!(table.table.kind.file_stem()));
        put("title", json!(table.table.kind.title().in_language(first_language(facts))));
        put("titles", in_languages(facts, |tag| table.table.kind.title().in_language(tag).to_owned()));
        put("description", json!(CELLS.in_language(first_language(facts))));
        put("descriptions", in_languages(facts, |tag| CELLS.in_language(tag).to_owned()));
        put("rowCount", json!(table.rows));
        put("dialect", dialect());
        put("schema", schema(facts, table));
    } else if file.path == "data/tables/message-parties.csv" {
        put("type", json!("table"));
        put("name", json!("message-parties"));
        put("dialect", dialect());
        put("schema", parties_schema(facts));
    }
    Value::Object(object)
}

fn dialect() -> Value {
    json!({"$schema": format!("{PROFILES}/tabledialect.json"), "header": true, "delimiter": ",", "lineTerminator": "\r\n", "quoteChar": "\"", "doubleQuote": true})
}

fn schema(facts: &Facts, table: &WrittenTable) -> Value {
    let columns = table.table.columns.iter().zip(&table.times);
    let fields: Vec<Value> = columns.map(|(column, times)| field(facts, table.table.kind, column, *times)).collect();
    let mut schema = json!({
        "$schema": format!("{PROFILES}/tableschema.json"),
        "fields": fields,
        "missingValues": [""],
        "primaryKey": ["uid"],
    });
    if let (Some(parent), Some(object)) = (table.table.kind.parent(), schema.as_object_mut()) {
        object.insert("foreignKeys".into(), json!([{"fields": [format!("{}_uid", parent.name())], "reference": {"resource": parent.file_stem(), "fields": ["uid"]}}]));
    }
    schema
}

fn parties_schema(facts: &Facts) -> Value {
    let described: [(&str, &str, Bilingual); 5] = [
        ("message_uid", "string", Bilingual { en: "The message", zh: "所属邮件或通话" }),
        ("role", "string", Bilingual { en: "from, to or cc", zh: "from（发件）、to（收件）或 cc（抄送）" }),
        ("position", "integer", Bilingual { en: "The place in the list, from 1", zh: "在列表中的位置，从 1 开始" }),
        ("name", "string", Bilingual { en: "The display name", zh: "显示名称" }),
        ("address", "string", Bilingual { en: "The e-mail address or number", zh: "电子邮箱地址或号码" }),
    ];
    let fields: Vec<Value> = described
        .iter()
        .map(|(name, kind, text)| {
            json!({"name": name, "type": kind, "title": text.in_language(first_language(facts)), "description": text.in_language(first_language(facts)), "descriptions": in_languages(facts, |tag| text.in_language(tag).to_owned())})
        })
        .collect();
    debug_assert!(described.iter().map(|d| d.0).eq(PARTY_COLUMNS));
    json!({
        "$schema": format!("{PROFILES}/tableschema.json"),
        "fields": fields,
        "missingValues": [""],
        "primaryKey": ["message_uid", "role", "position"],
        "foreignKeys": [{"fields": ["message_uid"], "reference": {"resource": "messages", "fields": ["uid"]}}],
    })
}

fn field(facts: &Facts, kind: Kind, column: &TableColumn, times: TimesSeen) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(column.name));
    object.insert("type".into(), json!(field_type(&column.source, times)));
    let path = match &column.source {
        Source::Field(spec, _) => spec.path.to_owned(),
        Source::Additional(path) => path.clone(),
        Source::Head(_) | Source::Parent => String::new(),
    };
    let configured: Vec<(&str, &FieldFacts)> = facts
        .collections
        .iter()
        .filter(|collection| collection.kind == kind)
        .flat_map(|collection| collection.fields.iter().map(move |field| (collection.name.as_str(), field)))
        .filter(|(_, field)| field.path == path && !path.is_empty())
        .collect();
    let title = |tag: &str| match &column.source {
        Source::Field(spec, _) => spec.title.in_language(tag).to_owned(),
        Source::Additional(path) => path.trim_start_matches("additional.").to_owned(),
        Source::Head(_) | Source::Parent => head_text(&column.source).0.in_language(tag).to_owned(),
    };
    let description = |tag: &str| description(&column.source, &configured, tag);
    object.insert("title".into(), json!(title(first_language(facts))));
    object.insert("titles".into(), in_languages(facts, title));
    object.insert("description".into(), json!(description(first_language(facts))));
    object.insert("descriptions".into(), in_languages(facts, description));
    if let Some(unit) = unit(&column.source) {
        object.insert("unit".into(), json!(unit));
    }
    if column.name == "uid" {
        object.insert("constraints".into(), json!({"required": true, "unique": true}));
    }
    let labels: Vec<&(String, crate::records::Text)> = configured.iter().flat_map(|(_, field)| &field.labels).collect();
    if !labels.is_empty() {
        let mut categories: Vec<Value> = Vec::new();
        for (code, label) in labels {
            let category = json!({"value": code, "label": label.in_language(first_language(facts)), "labels": in_languages(facts, |tag| label.in_language(tag).to_owned())});
            if !categories.iter().any(|known| known["value"] == category["value"]) {
                categories.push(category);
            }
        }
        // As the standard has it, unless free texts stand in the same column.
        if configured.iter().all(|(_, field)| !field.labels.is_empty()) {
            let plain = categories.iter().map(|code| json!({"value": code["value"], "label": code["label"]}));
            object.insert("categories".into(), plain.collect());
        }
        object.insert("codes".into(), Value::Array(categories));
    }
    if let Source::Field(spec, _) = &column.source {
        object.insert("rdfType".into(), json!(format!("https://w3id.org/dpv/pd#{}", spec.category)));
    }
    if !path.is_empty() {
        sources(facts, kind, &configured, &mut object);
    }
    Value::Object(object)
}

/// Origin and legal basis of the values of a field, by collection.
fn sources(facts: &Facts, kind: Kind, configured: &[(&str, &FieldFacts)], object: &mut Map<String, Value>) {
    let mut sources = Vec::new();
    for (collection, field) in configured {
        let Some(about) = facts.collections.iter().find(|c| c.name == *collection && c.kind == kind) else { continue };
        let keys: Vec<&String> =
            field.activity.iter().chain(about.activities.iter().filter(|_| field.activity.is_none())).collect();
        let bases: Vec<&str> = keys
            .iter()
            .filter_map(|key| facts.activities.iter().find(|activity| activity.key == **key))
            .filter_map(|activity| activity.legal_basis)
            .map(crate::records::LegalBasis::name)
            .collect();
        let origin = field.origin.or(about.origin).map(crate::records::Origin::name);
        sources.push(json!({"collection": collection, "store": about.store, "origin": origin, "activities": keys, "legal_basis": bases}));
    }
    object.insert("sources".into(), Value::Array(sources));
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

/// What holds for every table (requirement E9).
const CELLS: Bilingual = Bilingual {
    en: "A free text that begins with =, +, -, @, TAB or CR, and is neither a number nor a phone number, has an apostrophe put before it here, so that no spreadsheet runs it as a formula; the records hold it exactly. Empty cells stand for null, empty and absent values alike; the records tell them apart. Values of a list are joined by semicolons.",
    zh: "以 =、+、-、@、制表符或回车开头且不是数字或电话号码的文本，在此处前置一个撇号，以免电子表格将其作为公式执行；records 中为原始文本。空单元格可能表示空值、空文本或无此字段，records 中有区分。列表中的多个值以分号连接。",
};

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

/// Format and media type of a file by its name.
fn media_type(path: &str) -> (&'static str, &'static str) {
    // Readers of packages take `ndjson` for a table, and JSON Schemas for table schemas, unless the format says otherwise.
    const KNOWN: [(&str, &str, &str); 23] = [
        (".csv", "csv", "text/csv"),
        (".ndjson", "jsonlines", "application/x-ndjson"),
        (".schema.json", "json-schema", "application/schema+json"),
        (".vcon.json", "json", "application/vcon+json"),
        (".jsonld", "jsonld", "application/ld+json"),
        (".json", "json", "application/json"),
        (".vcf", "vcf", "text/vcard"),
        (".eml", "eml", "message/rfc822"),
        (".rules", "rules", "text/plain"),
        (".txt", "txt", "text/plain"),
        (".pdf", "pdf", "application/pdf"),
        (".png", "png", "image/png"),
        (".jpg", "jpg", "image/jpeg"),
        (".gif", "gif", "image/gif"),
        (".webp", "webp", "image/webp"),
        (".wav", "wav", "audio/wav"),
        (".mp3", "mp3", "audio/mpeg"),
        (".ogg", "ogg", "audio/ogg"),
        (".m4a", "m4a", "audio/mp4"),
        (".flac", "flac", "audio/flac"),
        (".webm", "webm", "audio/webm"),
        (".zip", "zip", "application/zip"),
        (".html", "html", "text/html"),
    ];
    let found = KNOWN.iter().find(|(ending, ..)| path.ends_with(ending));
    found.map_or(("bin", "application/octet-stream"), |(_, format, media_type)| (format, media_type))
}

fn purpose(path: &str) -> Option<Bilingual> {
    let of = |en, zh| Some(Bilingual { en, zh });
    match path {
        "data/statement.jsonld" => of(
            "What was asked, decided and why, with the account of every row (W3C DPV 2.3)",
            "请求内容、决定及其理由，以及每一行的去向（W3C DPV 2.3）",
        ),
        "data/archive.json" => of(
            "Personal Data Portability Archive: what contacts/ and mail/ hold",
            "个人数据可携带档案：contacts/ 与 mail/ 的内容说明",
        ),
        "data/tables/message-parties.csv" => {
            of("Senders and recipients of the messages, one a row", "邮件与通话的发件人和收件人，每行一位")
        }
        _ if path.starts_with("data/records/") => {
            of("Canonical records, one JSON object a line; authoritative", "标准记录，每行一个 JSON 对象；以此为准")
        }
        _ if path.starts_with("data/tables/") => {
            of("A table made from the records, for spreadsheets", "由记录生成的表格，供电子表格软件使用")
        }
        _ if path.starts_with("data/schemas/") => of("JSON Schema of the records", "记录的 JSON Schema"),
        _ if path.starts_with("data/contacts/") => of("Contact data for address books", "供通讯录软件使用的联系信息"),
        _ if path.starts_with("data/mail/") => of("E-mails for mail programs", "供邮件软件使用的电子邮件"),
        _ if path.starts_with("data/conversations/") => {
            of("Calls and chats, with their recordings and transcripts", "通话与聊天，含录音和文字记录")
        }
        _ if path.starts_with("data/attachments/") => of("Files that belong to messages", "往来通信所附的文件"),
        _ => None,
    }
}
