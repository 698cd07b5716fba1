//! Other ways to the same fault, and things that look like faults and are none.

use super::builder::{Builder, Files, append, edit, put};
use super::*;

const RECORDS: &str = "data/records/messages.ndjson";

type Change = fn(&mut Files);

fn verdict(builder: &Builder) -> Verification {
    verify(folder(&builder.build()).path(), &Limits::default()).unwrap()
}

fn of_content(content: fn(&mut Files)) -> Verification {
    verdict(&Builder { content, ..Builder::default() })
}

#[test]
fn a_manifest_line_has_one_form() {
    let changes: [Change; 7] = [
        |f| edit(f, "manifest-sha256.txt", "  data/", " data/"),
        |f| edit(f, "manifest-sha256.txt", "  data/", "\t\tdata/"),
        |f| edit(f, "manifest-sha256.txt", "  data/", "   data/"),
        |f| edit(f, "manifest-sha256.txt", "  data/", "  ./data/"),
        |f| edit(f, "manifest-sha256.txt", "\n", "\r\n"),
        |f| append(f, "manifest-sha256.txt", "\n"),
        |f| {
            let text = String::from_utf8_lossy(&f["manifest-sha256.txt"]).into_owned();
            put(f, "manifest-sha256.txt", &format!("{}{}", text[..64].to_uppercase(), &text[64..]));
        },
    ];
    for (at, tags) in changes.into_iter().enumerate() {
        let found = verdict(&Builder { tags, ..Builder::default() });
        assert_eq!(codes(&found), BTreeSet::from(["manifest-syntax"]), "change {at}: {found}");
    }
}

#[test]
fn a_record_does_not_take_records_or_a_table_for_its_file() {
    for path in ["tables/messages.csv", "records/messages.ndjson"] {
        let mut files = Builder::default().build();
        edit(&mut files, RECORDS, "attachments/offer.txt", path);
        let found = verify(folder(&files).path(), &Limits::default()).unwrap();
        assert!(codes(&found).contains("record-file-mismatch"), "{path}: {found}");
    }
}

#[test]
fn a_second_manifest_has_to_be_as_complete_as_the_first() {
    let sha512 = |files: &Files, first: usize| -> String {
        let payload = files.iter().filter(|(name, _)| name.starts_with("data/")).skip(first);
        payload.map(|(name, bytes)| format!("{}  {name}\n", sha512(bytes))).collect()
    };
    let mut files = Builder::default().build();
    for (first, expected) in [(0, None), (1, Some("payload-file-unlisted"))] {
        let manifest = sha512(&files, first);
        put(&mut files, "manifest-sha512.txt", &manifest);
        let digest = builder::sha256(manifest.as_bytes());
        let mut sealed = files.clone();
        append(&mut sealed, "tagmanifest-sha256.txt", &format!("{digest}  manifest-sha512.txt\n"));
        let found = verify(folder(&sealed).path(), &Limits::default()).unwrap();
        assert_eq!(codes(&found), expected.into_iter().collect(), "{found}");
    }
}

fn sha512(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha512};
    Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_page_that_does_or_loads_something_is_found_out() {
    let changes: [(Change, &str); 9] = [
        (|f| edit(f, "README.html", "<p>", "<p onmouseover=alert(1)>"), "report-active"),
        (|f| edit(f, "README.html", "<p>", "<a href=' java&#x0A;script:alert(1)'>x</a><p>"), "report-active"),
        (|f| edit(f, "README.html", "<p>", "<meta http-equiv=Refresh content=0><p>"), "report-active"),
        (|f| edit(f, "README.html", "<p>", "<form action=data/><p>"), "report-active"),
        (
            |f| edit(f, "README.html", "<p>", "<link rel=stylesheet href=https://controller.example/x.css><p>"),
            "report-external",
        ),
        (|f| edit(f, "README.html", "<style>", "<style>@IMPORT 'x';"), "report-external"),
        (|f| edit(f, "README.html", "<style>", "<style>p{background:u\\72 l(//x)}"), "report-external"),
        (|f| edit(f, "README.html", "<p>", "<p style=\"background:url('http://x')\">"), "report-external"),
        (|f| edit(f, "README.html", "<p>", "<img src=missing.png><p>"), "report-broken-link"),
    ];
    for (content, code) in changes {
        let found = of_content(content);
        assert_eq!(codes(&found), BTreeSet::from([code]), "{found}");
    }
    let harmless = of_content(|f| {
        edit(
            f,
            "README.html",
            "<p>",
            "<!-- <script> --><svg><use href=\"#a\"/></svg><img src='data:image/png;base64,AA'><p>",
        );
    });
    assert!(harmless.valid, "{harmless}");
}

#[test]
fn values_have_the_form_of_their_fields() {
    let changes: [Change; 9] = [
        |f| edit(f, RECORDS, r#""channel":"form""#, r#""channel":"pigeon""#),
        |f| edit(f, RECORDS, r#""legal_basis":"contract""#, r#""legal_basis":"whim""#),
        |f| edit(f, RECORDS, r#""subject":"Two rugs""#, r#""subject":7"#),
        |f| edit(f, RECORDS, r#""duration":61.5"#, r#""duration":true"#),
        |f| edit(f, RECORDS, r#""from":{"name":"Ann Example""#, r#""from":{"name":["Ann Example"]"#),
        |f| edit(f, RECORDS, r#"{"transcript":"third-party"}"#, r#"{"transcript":"because"}"#),
        |f| edit(f, RECORDS, r#""attachments":[],"#, r#""attachments":{},"#),
        |f| edit(f, RECORDS, r#""additional":{"score":"=1+1","visits":3}"#, r#""additional":[]"#),
        |f| edit(f, RECORDS, r#""code":"7","label":"sales""#, r#""code":"7""#),
    ];
    for (at, content) in changes.into_iter().enumerate() {
        let found = of_content(content);
        // A withheld code that is unknown to the ledger is that as well.
        let codes: BTreeSet<_> = codes(&found).into_iter().filter(|code| *code != "ledger-withheld").collect();
        assert_eq!(codes, BTreeSet::from(["record-value"]), "change {at}: {found}");
        assert!(found.faults.iter().any(|fault| fault.detail.starts_with("line ")), "{found}");
    }
}

#[test]
fn keys_that_this_version_does_not_know_are_left_alone() {
    let found = of_content(|f| {
        edit(f, RECORDS, r#""channel":"#, r#""mood":"fine","channel":"#);
        edit(f, "data/statement.jsonld", r#""reference""#, r#""weather": {"sun": 1.5}, "reference""#);
    });
    assert!(found.valid, "{found}");
}

#[test]
fn a_record_line_that_cannot_be_read_is_not_held_against_the_ledger() {
    for broken in ["x\n", "[]\n", "{\"a\":1e999}\n", "\n", "{\"uid\":\"cut"] {
        let mut files = Builder::default().build();
        append(&mut files, RECORDS, broken);
        let found = verify(folder(&files).path(), &Limits::default()).unwrap();
        let codes = codes(&found);
        assert!(codes.contains("record-syntax") && !codes.contains("ledger-portable"), "{found}");
        assert!(found.faults.iter().any(|f| f.code == FaultCode::RecordSyntax && f.detail.starts_with("line 3")));
    }
}

#[test]
fn a_table_may_point_to_itself_and_to_rows_that_come_later() {
    let builder = Builder {
        content: |f| {
            let (first, second) = (builder::uid("enquiries", "1"), builder::uid("enquiries", "2"));
            let table = format!("\u{feff}uid,sent_at,subject\r\n{first},{second},x\r\n{second},,x\r\n");
            put(f, "data/tables/messages.csv", &table);
        },
        package: |p| {
            let tables = p["resources"].as_array_mut().unwrap();
            let table = tables.iter_mut().find(|table| table["name"] == "messages").unwrap();
            table["schema"]["foreignKeys"] =
                serde_json::json!([{"fields": ["sent_at"], "reference": {"resource": "", "fields": ["uid"]}}]);
        },
        ..Builder::default()
    };
    let found = verdict(&builder);
    assert!(found.valid, "{found}");
}

#[test]
fn a_table_that_two_resources_name_is_read_once() {
    let builder = Builder {
        content: |f| edit(f, "data/tables/messages.csv", "\u{feff}", ""),
        package: |p| {
            let tables = p["resources"].as_array_mut().unwrap();
            let mut again = tables.iter().find(|table| table["name"] == "messages").unwrap().clone();
            again["name"] = "again".into();
            tables.push(again);
        },
        ..Builder::default()
    };
    let found = verdict(&builder);
    let codes: Vec<_> = found.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, [FaultCode::PackageDuplicate, FaultCode::TableBom]);
}

#[test]
fn of_foreign_keys_without_number_some_are_followed_and_the_rest_is_a_fault() {
    let with = |package: fn(&mut serde_json::Value)| verdict(&Builder { package, ..Builder::default() });
    fn keys(package: &mut serde_json::Value, number: usize) {
        for table in package["resources"].as_array_mut().unwrap() {
            if let Some(keys) = table.pointer_mut("/schema/foreignKeys").and_then(|keys| keys.as_array_mut()) {
                *keys = vec![keys[0].clone(); number];
            }
        }
    }
    let found = with(|p| keys(p, 100));
    assert!(found.valid, "{found}");
    let found = with(|p| keys(p, 101));
    let details: Vec<_> = found.faults.iter().map(|fault| (fault.code, fault.detail.as_str())).collect();
    assert_eq!(details, [(FaultCode::PackageKey, "101 foreign keys, of which only 100 are followed")]);
}

#[test]
fn a_zip_of_another_program_and_one_with_zip64_headers_are_read() {
    use std::io::Write;
    for large in [false, true] {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer = ::zip::ZipWriter::new(file.reopen().unwrap());
        for (name, bytes) in Builder::default().build() {
            let options = ::zip::write::SimpleFileOptions::default().large_file(large);
            writer.start_file(name, options).unwrap();
            writer.write_all(&bytes).unwrap();
        }
        writer.finish().unwrap();
        let found = verify(file.path(), &Limits::default()).unwrap();
        assert!(found.valid, "{found}");
    }
}

#[test]
fn an_archive_of_more_files_than_the_old_format_can_count_is_read() {
    use std::io::Write;
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = ::zip::ZipWriter::new(std::io::BufWriter::new(file.reopen().unwrap()));
    let mut files = Builder::default().build();
    let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for at in 0..66_000 {
        files.insert(format!("data/attachments/{at}.txt"), Vec::new());
    }
    for (name, bytes) in &files {
        writer.start_file(name.as_str(), stored).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    let found = verify(file.path(), &Limits { faults: 1, ..Limits::default() }).unwrap();
    let expected = BTreeSet::from(["package-undescribed", "payload-file-unlisted", "payload-oxum-wrong"]);
    assert_eq!(codes(&found), expected, "{found}");
    assert_eq!((found.payload.files, found.more_faults[&FaultCode::PayloadFileUnlisted]), (66_005, 65_999));
}
