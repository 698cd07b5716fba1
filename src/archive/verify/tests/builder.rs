//! A small valid archive, made in memory, that a test changes in one place before it is sealed.

use crate::records::uid::Namespace;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Names and contents.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The stages at which a test can change the archive: everything that is made later takes the change into account.
pub struct Builder {
    /// Changes the payload and README.html.
    pub content: fn(&mut Files),
    /// Changes datapackage.json.
    pub package: fn(&mut Value),
    /// Changes the tag files before the tag manifest is made.
    pub tags: fn(&mut Files),
    /// Changes the archive when it is done.
    pub sealed: fn(&mut Files),
}

impl Default for Builder {
    fn default() -> Self {
        Builder { content: |_| {}, package: |_| {}, tags: |_| {}, sealed: |_| {} }
    }
}

impl Builder {
    /// All files of the archive.
    pub fn build(&self) -> Files {
        let mut files = content();
        (self.content)(&mut files);
        let mut package = package(&files);
        (self.package)(&mut package);
        put(&mut files, "datapackage.json", &pretty(&package));
        put(&mut files, "bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        let payload: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("data/")).collect();
        let (bytes, count) = (payload.iter().map(|(_, bytes)| bytes.len()).sum::<usize>(), payload.len());
        let info = format!(
            "Source-Organization: Example Ltd\nExternal-Identifier: R-1\nBagging-Date: 2026-11-23\nPayload-Oxum: {bytes}.{count}\n"
        );
        put(&mut files, "bag-info.txt", &info);
        let manifest = manifest(&files, |name| name.starts_with("data/"));
        put(&mut files, "manifest-sha256.txt", &manifest);
        (self.tags)(&mut files);
        let manifest = self::manifest(&files, |name| !name.starts_with("data/"));
        put(&mut files, "tagmanifest-sha256.txt", &manifest);
        (self.sealed)(&mut files);
        files
    }
}

/// The uid of a row of the example controller.
pub fn uid(collection: &str, key: &str) -> String {
    let uid = Namespace::of_controller("https://controller.example").uid("crm", collection, &[key.to_owned()]);
    uid.as_str().to_owned()
}

/// The SHA-256 of some bytes in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a text file.
pub fn put(files: &mut Files, name: &str, text: &str) {
    files.insert(name.to_owned(), text.as_bytes().to_vec());
}

/// Replaces a text that stands in a file, once.
pub fn edit(files: &mut Files, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[name].clone()).unwrap();
    assert!(text.contains(from), "{name} has no {from}");
    put(files, name, &text.replacen(from, to, 1));
}

/// Adds a line to a file.
pub fn append(files: &mut Files, name: &str, text: &str) {
    files.get_mut(name).unwrap().extend_from_slice(text.as_bytes());
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

fn manifest(files: &Files, covers: fn(&str) -> bool) -> String {
    let line = |(name, bytes): (&String, &Vec<u8>)| format!("{}  {name}\n", sha256(bytes));
    files.iter().filter(|(name, _)| covers(name)).map(line).collect()
}

/// The payload and the report of a person who wrote by a form, with a file, and called once.
fn content() -> Files {
    let mut files = Files::new();
    let offer = "An offer for two rugs.\n";
    put(&mut files, "data/attachments/offer.txt", offer);
    let (form, call, file) = (uid("enquiries", "1"), uid("enquiries", "2"), uid("files", "1"));
    let attachment = format!(
        r#"{{"uid":"{file}","kind":"attachment","activity":"contacting-us","legal_basis":"contract","origin":"provided","source":{{"store":"crm","collection":"files"}},"name":"Offer, final.txt","media_type":"text/plain","path":"data/attachments/offer.txt","bytes":{},"sha256":"{}"}}"#,
        offer.len(),
        sha256(offer.as_bytes())
    );
    let records = [
        format!(
            r#"{{"uid":"{form}","kind":"message","activity":"contacting-us","legal_basis":"contract","origin":"provided","source":{{"store":"crm","collection":"enquiries"}},"channel":"form","direction":"from_subject","sent_at":"2024-03-01T09:00:00+01:00","from":{{"name":"Ann Example","address":"ann@example.org"}},"subject":"Two rugs","text":"How much are they?\r\n","thread":{{"code":"7","label":"sales"}},"attachments":[{attachment}],"additional":{{"score":"=1+1","visits":3}}}}"#
        ),
        format!(
            r#"{{"uid":"{call}","kind":"message","activity":"contacting-us","legal_basis":"contract","origin":"exchanged","source":{{"store":"crm","collection":"enquiries"}},"channel":"phone","direction":"to_subject","sent_at":null,"recording":{{"path":null,"duration":61.5}},"transcript":null,"attachments":[],"withheld":{{"transcript":"third-party"}},"verbatim":{{"sent_at":"yesterday"}}}}"#
        ),
    ];
    put(&mut files, "data/records/messages.ndjson", &(records.join("\n") + "\n"));
    let messages = format!("\u{feff}uid,sent_at,subject\r\n{form},2024-03-01T09:00:00+01:00,Two rugs\r\n{call},,\r\n");
    put(&mut files, "data/tables/messages.csv", &messages);
    let attachments = format!("\u{feff}uid,message,name\r\n{file},{form},\"Offer, final.txt\"\r\n");
    put(&mut files, "data/tables/attachments.csv", &attachments);
    put(&mut files, "data/statement.jsonld", &pretty(&statement()));
    let readme = concat!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your data</title>\n",
        "<style>td { border: 1px solid } q::before { content: \"\\201c\" }</style></head>\n",
        "<body><h1>Your data</h1><p>Extract everything first.</p>\n",
        "<p>You wrote &lt;script&gt;. <a href=\"data/attachments/offer.txt\">Offer, final.txt</a>, ",
        "<a href=\"data/tables/\">tables</a>, <a href=\"#top\">up</a>, ",
        "<a href=\"https://controller.example/privacy\">policy</a></p></body></html>\n"
    );
    put(&mut files, "README.html", readme);
    files
}

fn statement() -> Value {
    json!({
        "@context": {"@vocab": "https://w3id.org/dpv#"},
        "format": "art20-records/1",
        "controller": {"name": "Example Ltd"},
        "reference": "R-1",
        "as_of": "2026-11-23T19:00:00Z",
        "ledger": [
            {"collection": "enquiries", "store": "crm", "kind": "message", "matched": 3, "portable": 2,
             "excluded": {"not-selected": 1}, "withheld": {"third-party": 1, "omitted": 4}, "verbatim": 1},
            {"collection": "files", "store": "crm", "kind": "attachment", "matched": 1, "portable": 1,
             "excluded": {}, "withheld": {}, "verbatim": 0}
        ]
    })
}

/// The descriptor: every payload file, of a mail folder its folder.json.
fn package(files: &Files) -> Value {
    let described = |name: &&String| name.starts_with("data/") && !name.ends_with(".eml");
    let resource = |(at, name): (usize, &String)| {
        let bytes = &files[name];
        let mut resource = json!({
            "name": format!("file-{at}"), "path": name, "bytes": bytes.len(), "hash": format!("sha256:{}", sha256(bytes))
        });
        if let Some(table) = name.strip_prefix("data/tables/").and_then(|file| file.strip_suffix(".csv")) {
            resource["name"] = table.into();
            resource["schema"] = schema(table);
        }
        resource
    };
    let resources: Vec<Value> = files.keys().filter(described).enumerate().map(resource).collect();
    json!({"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": "export", "resources": resources})
}

fn schema(table: &str) -> Value {
    let fields = |names: &[&str]| names.iter().map(|name| json!({"name": name, "type": "string"})).collect::<Vec<_>>();
    match table {
        "attachments" => json!({
            "fields": fields(&["uid", "message", "name"]), "primaryKey": ["uid"],
            "foreignKeys": [{"fields": ["message"], "reference": {"resource": "messages", "fields": ["uid"]}}]
        }),
        _ => json!({"fields": fields(&["uid", "sent_at", "subject"]), "primaryKey": "uid"}),
    }
}
