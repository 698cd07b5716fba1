//! One change for each fault that a folder can have.

use super::builder::{Builder, Files, append, edit, put, uid};
use crate::archive::verify::FaultCode::{self, *};
use serde_json::{Value, json};

/// A change and what must come of it.
pub struct Case {
    pub code: FaultCode,
    /// What cannot be avoided besides.
    pub also: &'static [FaultCode],
    pub builder: Builder,
}

const RECORDS: &str = "data/records/messages.ndjson";
const MESSAGES: &str = "data/tables/messages.csv";
const ATTACHMENTS: &str = "data/tables/attachments.csv";
const STATEMENT: &str = "data/statement.jsonld";
const MANIFEST: &str = "manifest-sha256.txt";

fn case(code: FaultCode, builder: Builder) -> Case {
    Case { code, also: &[], builder }
}

fn content(code: FaultCode, content: fn(&mut Files)) -> Case {
    case(code, Builder { content, ..Builder::default() })
}

fn package(code: FaultCode, package: fn(&mut Value)) -> Case {
    case(code, Builder { package, ..Builder::default() })
}

fn tags(code: FaultCode, tags: fn(&mut Files)) -> Case {
    case(code, Builder { tags, ..Builder::default() })
}

fn sealed(code: FaultCode, sealed: fn(&mut Files)) -> Case {
    case(code, Builder { sealed, ..Builder::default() })
}

/// Every case.
pub fn all() -> impl Iterator<Item = Case> {
    bag().into_iter().chain(packages()).chain(tables()).chain(records()).chain(ledgers()).chain(reports())
}

/// A line of a manifest for a file of this name.
fn listed(name: &str) -> String {
    format!("{}  {name}\n", "0".repeat(64))
}

fn bag() -> Vec<Case> {
    vec![
        tags(NameUnsafe, |f| append(f, MANIFEST, &listed("data/../../x"))),
        content(NameNotPortable, |f| put(f, "data/attachments/an offer.txt", "x")),
        content(NameCaseCollision, |f| put(f, "data/attachments/Offer.txt", "x")),
        tags(BagitTxt, |f| edit(f, "bagit.txt", "Version:", "Version :")),
        tags(BagInfoMissing, |f| drop(f.remove("bag-info.txt"))),
        tags(BagInfoSyntax, |f| append(f, "bag-info.txt", "Contact-Name : Ann\n")),
        tags(PayloadOxumMissing, |f| edit(f, "bag-info.txt", "Payload-Oxum", "Payload-Sum")),
        tags(PayloadOxumWrong, |f| edit(f, "bag-info.txt", ".5\n", ".6\n")),
        tags(FetchTxt, |f| put(f, "fetch.txt", "https://controller.example/x 1 data/x\n")),
        Case {
            also: &[PackageSyntax, StatementMissing, ReportBrokenLink],
            ..content(PayloadMissing, |f| f.retain(|name, _| name == "README.html"))
        },
        tags(ManifestMissing, |f| drop(f.remove(MANIFEST))),
        sealed(TagmanifestMissing, |f| drop(f.remove("tagmanifest-sha256.txt"))),
        tags(ManifestAlgorithm, |f| put(f, "manifest-md5.txt", "")),
        tags(ManifestSyntax, |f| edit(f, MANIFEST, "  data/attachments", " *data/attachments")),
        tags(ManifestPercentEncoding, |f| append(f, MANIFEST, &listed("data/%41.txt"))),
        tags(ManifestDuplicate, |f| {
            let line = String::from_utf8_lossy(&f[MANIFEST]).lines().next().unwrap().to_owned();
            append(f, MANIFEST, &(line + "\n"));
        }),
        tags(ManifestScope, |f| append(f, MANIFEST, &listed("README.html"))),
        tags(PayloadFileMissing, |f| append(f, MANIFEST, &listed("data/attachments/price.txt"))),
        tags(PayloadFileUnlisted, |f| {
            let lines = String::from_utf8_lossy(&f[MANIFEST]).into_owned();
            put(f, MANIFEST, lines.split_inclusive('\n').skip(1).collect::<String>().as_str());
        }),
        tags(PayloadDigest, |f| {
            let lines = String::from_utf8_lossy(&f[MANIFEST]).into_owned();
            put(f, MANIFEST, &format!("{}{}", "0".repeat(64), &lines[64..]));
        }),
        sealed(TagFileMissing, |f| append(f, "tagmanifest-sha256.txt", &listed("notes.txt"))),
        sealed(TagFileUnlisted, |f| put(f, "notes.txt", "Not from the controller.\n")),
        sealed(TagDigest, |f| append(f, "README.html", "<p>Send your password to us.</p>\n")),
    ]
}

fn packages() -> Vec<Case> {
    vec![
        tags(PackageMissing, |f| drop(f.remove("datapackage.json"))),
        tags(PackageSyntax, |f| put(f, "datapackage.json", "{\"resources\": [\n")),
        package(PackageResource, |p| drop(p["resources"][0].as_object_mut().unwrap().remove("bytes"))),
        package(PackageDuplicate, |p| p["resources"][0]["name"] = "attachments".into()),
        package(PackageFileMissing, |p| {
            let mut resource = p["resources"][0].clone();
            resource["name"] = "price".into();
            resource["path"] = "data/attachments/price.txt".into();
            p["resources"].as_array_mut().unwrap().push(resource);
        }),
        package(PackageBytes, |p| p["resources"][0]["bytes"] = 1.into()),
        package(PackageSha256, |p| p["resources"][0]["hash"] = format!("sha256:{}", "0".repeat(64)).into()),
        package(PackageUndescribed, |p| drop(p["resources"].as_array_mut().unwrap().remove(0))),
        package(PackageKey, |p| {
            let tables = p["resources"].as_array_mut().unwrap();
            let table = tables.iter_mut().find(|table| table["name"] == "messages").unwrap();
            table["schema"]["foreignKeys"] =
                json!([{"fields": "subject", "reference": {"resource": "contacts", "fields": "uid"}}]);
        }),
        content(JsonSyntax, |f| put(f, "data/archive.json", "{'single': 'quotes'}\n")),
    ]
}

fn tables() -> Vec<Case> {
    vec![
        content(TableBom, |f| edit(f, MESSAGES, "\u{feff}", "")),
        content(TableSyntax, |f| edit(f, MESSAGES, "subject\r\n", "subject\n")),
        content(TableHeader, |f| edit(f, MESSAGES, "uid,sent_at", "uid,received_at")),
        content(TableRows, |f| put(f, ATTACHMENTS, "\u{feff}uid,message,name\r\n")),
        content(TablePrimaryKey, |f| edit(f, MESSAGES, &uid("enquiries", "2"), &uid("enquiries", "1"))),
        content(TableForeignKey, |f| edit(f, ATTACHMENTS, &uid("enquiries", "1"), &uid("enquiries", "9"))),
    ]
}

fn records() -> Vec<Case> {
    vec![
        content(RecordFile, |f| put(f, "data/records/lines.ndjson", "{}\n")),
        content(RecordSyntax, |f| edit(f, RECORDS, r#""subject":"#, r#""subject":"again","subject":"#)),
        content(RecordKey, |f| edit(f, RECORDS, r#""activity":"contacting-us","#, "")),
        content(RecordOrder, |f| {
            let (text, subject) = (r#""text":"How much are they?\r\n""#, r#""subject":"Two rugs""#);
            edit(f, RECORDS, &format!("{subject},{text}"), &format!("{text},{subject}"));
        }),
        content(RecordUid, |f| {
            edit(f, RECORDS, &uid("enquiries", "2"), "urn:uuid:0b2ee2d3-53a7-4d6d-9a4b-1f2f7d5b0c11");
        }),
        content(RecordDuplicate, |f| edit(f, RECORDS, &uid("enquiries", "2"), &uid("enquiries", "1"))),
        content(RecordKind, |f| edit(f, RECORDS, r#""kind":"message""#, r#""kind":"contact""#)),
        content(RecordValue, |f| edit(f, RECORDS, "09:00:00+01:00", "09:00:00")),
        content(RecordNotNull, |f| edit(f, RECORDS, r#""transcript":null"#, r#""transcript":"How much""#)),
        content(RecordFileMissing, |f| edit(f, RECORDS, "attachments/offer.txt", "attachments/price.txt")),
        content(RecordFileMismatch, |f| edit(f, RECORDS, r#""bytes":23"#, r#""bytes":24"#)),
    ]
}

fn ledgers() -> Vec<Case> {
    vec![
        content(StatementMissing, |f| drop(f.remove(STATEMENT))),
        content(StatementSyntax, |f| edit(f, STATEMENT, r#""ledger""#, r#""accounts""#)),
        content(StatementFormat, |f| edit(f, STATEMENT, "art20-records/1", "art20-records/2")),
        content(LedgerUnlisted, |f| {
            let mut statement: Value = serde_json::from_slice(&f[STATEMENT]).unwrap();
            statement["ledger"].as_array_mut().unwrap().pop();
            put(f, STATEMENT, &statement.to_string());
        }),
        content(LedgerBalance, |f| edit(f, STATEMENT, r#""matched": 3"#, r#""matched": 4"#)),
        content(LedgerPortable, |f| {
            edit(f, STATEMENT, r#""matched": 3"#, r#""matched": 4"#);
            edit(f, STATEMENT, r#""portable": 2"#, r#""portable": 3"#);
        }),
        content(LedgerWithheld, |f| edit(f, STATEMENT, r#""third-party": 1"#, r#""third-party": 0"#)),
        content(LedgerVerbatim, |f| edit(f, STATEMENT, r#""verbatim": 1"#, r#""verbatim": 2"#)),
    ]
}

fn reports() -> Vec<Case> {
    vec![
        content(ReportMissing, |f| drop(f.remove("README.html"))),
        content(ReportActive, |f| edit(f, "README.html", "<p>", "<ScRiPt>alert(1)</ScRiPt><p>")),
        content(ReportExternal, |f| edit(f, "README.html", "<p>", "<img alt=\"\" src=//controller.example/pixel><p>")),
        content(ReportBrokenLink, |f| edit(f, "README.html", "offer.txt", "price.txt")),
    ]
}
