//! `datapackage.json` (Data Package v2): every payload file with its size and digest, every table with its schema, and
//! the field dictionary in every language of the report (requirements E3-E5).

use super::container::Written;
use super::dictionary::{self, PROFILES, TableSchema, Texts, in_languages};
use super::facts::{Facts, RECORDS_FORMAT};
use super::json;
use super::listing::Described;
use super::writer::{WrittenTable, table_path};
use crate::records::Bilingual;
use serde::Serialize;
use std::io::{self, Write};

/// Down to this depth every member has a line: of a schema each field has one.
const SPREAD: usize = 5;

/// The descriptor without its resources; keys in the order of the alphabet, as in every file.
#[derive(Serialize)]
struct Package<'a> {
    #[serde(rename = "$schema")]
    profile: String,
    contributors: [Contributor<'a>; 1],
    created: String,
    description: &'static str,
    id: &'a str,
    /// Those of the texts: the first is that of every title, description and label, the others have theirs in `titles`,
    /// `descriptions` and `labels`.
    languages: &'a [String],
    licenses: [License; 1],
    name: &'static str,
    resources: [(); 0],
    title: &'static str,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    titles: Texts<'a>,
    version: &'static str,
}

#[derive(Serialize)]
struct Contributor<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    roles: [&'static str; 1],
    title: &'a str,
}

#[derive(Serialize)]
struct License {
    name: &'static str,
    title: &'static str,
}

/// One file.
#[derive(Serialize)]
struct Resource<'a> {
    #[serde(rename = "$schema")]
    profile: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    descriptions: Texts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dialect: Option<Dialect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    format: &'static str,
    hash: String,
    mediatype: &'static str,
    name: String,
    path: &'a str,
    #[serde(rename = "rowCount", skip_serializing_if = "Option::is_none")]
    row_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<TableSchema<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    titles: Texts<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

/// How the tables are written (Table Dialect v2).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dialect {
    #[serde(rename = "$schema")]
    profile: String,
    delimiter: char,
    double_quote: bool,
    header: bool,
    line_terminator: &'static str,
    quote_char: char,
}

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
    let id = &facts.controller.id;
    let path = id.starts_with("http").then_some(id.as_str());
    let archive = facts.id();
    let package = Package {
        profile: format!("{PROFILES}/datapackage.json"),
        contributors: [Contributor { path, roles: ["controller"], title: &facts.controller.name }],
        created: facts.as_of.to_string(),
        description: "Data of one person, from one controller. The files under data/records are authoritative; every other file is made from them.",
        id: archive.as_str(),
        languages: &facts.languages,
        licenses: [License { name: "other-closed", title: "Personal data of the data subject" }],
        name: "personal-data",
        resources: [],
        title: title.in_language(dictionary::first_language(facts)),
        titles: in_languages(facts, |tag| title.in_language(tag).into()),
        version: RECORDS_FORMAT,
    };
    let text = json::file(&package, SPREAD);
    // Only there: in a text the quotation marks would have backslashes.
    let (before, after) = text.split_once("\"resources\": []").unwrap_or((&text, ""));
    write!(out, "{before}\"resources\": [")?;
    let mut separator = "\n    ";
    let mut text = Vec::new();
    described.each(|file| {
        text.clear();
        text.extend_from_slice(separator.as_bytes());
        separator = ",\n    ";
        json::write(&mut text, &resource(facts, tables, file), 2, SPREAD)?;
        out.write_all(&text)
    })?;
    write!(out, "\n  ]{after}")
}

/// Whether a payload file is named here: the e-mails of a folder are described by its `folder.json`.
pub(super) fn describes(path: &str) -> bool {
    !(path.starts_with("data/mail/") && path.ends_with(".eml"))
}

fn resource<'a>(facts: &'a Facts, tables: &'a [WrittenTable], file: &'a Written) -> Resource<'a> {
    let language = dictionary::first_language(facts);
    let texts = |text: Bilingual| in_languages(facts, |tag| text.in_language(tag).into());
    let (format, mediatype) = media_type(&file.path);
    let name: String =
        file.path.trim_start_matches("data/").to_lowercase().chars().map(|c| if c == '/' { '-' } else { c }).collect();
    let purpose = purpose(&file.path);
    let is_text = ["csv", "jsonlines", "json-schema", "json", "jsonld", "vcf", "txt", "rules"].contains(&format);
    let mut resource = Resource {
        profile: format!("{PROFILES}/dataresource.json"),
        bytes: file.bytes,
        description: purpose.as_ref().map(|purpose| purpose.in_language(language)),
        descriptions: purpose.map_or_else(Texts::new, texts),
        dialect: None,
        encoding: is_text.then_some("utf-8"),
        format,
        hash: format!("sha256:{}", file.sha256_hex()),
        mediatype,
        name: name.trim_end_matches(".csv").to_owned(),
        path: &file.path,
        row_count: None,
        schema: None,
        title: None,
        titles: Texts::new(),
        kind: None,
    };
    if let Some(table) = tables.iter().find(|table| table_path(table.table.kind) == file.path) {
        let kind = table.table.kind;
        resource.kind = Some("table");
        resource.name = kind.file_stem().to_owned();
        resource.title = Some(kind.title().in_language(language));
        resource.titles = texts(kind.title());
        resource.description = Some(CELLS.in_language(language));
        resource.descriptions = texts(CELLS);
        resource.row_count = Some(table.rows);
        resource.dialect = Some(dialect());
        resource.schema = Some(dictionary::schema(facts, table));
    } else if file.path == "data/tables/message-parties.csv" {
        resource.kind = Some("table");
        resource.name = "message-parties".to_owned();
        resource.dialect = Some(dialect());
        resource.schema = Some(dictionary::parties(facts));
    }
    resource
}

fn dialect() -> Dialect {
    let profile = format!("{PROFILES}/tabledialect.json");
    Dialect { profile, delimiter: ',', double_quote: true, header: true, line_terminator: "\r\n", quote_char: '"' }
}

/// What holds for every table (requirement E9).
const CELLS: Bilingual = Bilingual {
    en: "A free text that begins with =, +, -, @, TAB or CR, and is neither a number nor a phone number, has an apostrophe put before it here, so that no spreadsheet runs it as a formula; the records hold it exactly. Empty cells stand for null, empty and absent values alike; the records tell them apart. Values of a list are joined by semicolons.",
    zh: "以 =、+、-、@、制表符或回车开头且不是数字或电话号码的文本，在此处前置一个撇号，以免电子表格将其作为公式执行；records 中为原始文本。空单元格可能表示空值、空文本或无此字段，records 中有区分。列表中的多个值以分号连接。",
};

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
