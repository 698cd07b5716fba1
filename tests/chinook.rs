//! The worked example of `fixtures/chinook/`: for each of the 59 customers of the sample database, the exported
//! invoices and lines equal what plain SQL says, to the cent, and nothing of any other customer is in the archive.
//!
//! The database is no part of the project. Where it is absent the tests say so and pass, but not in the project's own
//! runs (`ART20_CI=1`) beside a folder that should hold it.

mod common;

use common::unpacked::{readings, records, unpacked};
use common::{art20, fixture, scratch};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The sample database, if it is there.
fn database() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = shared.join("data/chinook/chinook.sqlite");
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("ART20_CI").is_ok_and(|value| value == "1") && shared.exists();
    assert!(!required, "the sample database is missing: {}", path.display());
    eprintln!("skipped: the sample database is not there: {}", path.display());
    None
}

fn connection(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Every row of a query, each value as SQL writes it; NULL as none.
fn rows(connection: &Connection, sql: &str, customer: i64) -> Vec<Vec<Option<String>>> {
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let parameters = [customer];
    let parameters = &parameters[..statement.parameter_count()];
    let found = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        (0..columns).map(|at| row.get::<_, Option<String>>(at)).collect::<Result<Vec<_>, _>>()
    });
    found.unwrap().map(|row| row.unwrap()).collect()
}

fn text(value: &Value, path: &str) -> Option<String> {
    let found = value.pointer(path).unwrap_or(&Value::Null);
    assert!(found.is_string() || found.is_null(), "{path} is exact text: {found}");
    found.as_str().map(str::to_owned)
}

/// An exact amount in cents.
fn cents(amount: &str) -> i64 {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    assert!(fraction.len() <= 2, "{amount}");
    whole.parse::<i64>().unwrap() * 100 + format!("{fraction:0<2}").parse::<i64>().unwrap()
}

fn export(database: &Path, subject: &str, output: &Path) -> Value {
    let run = art20()
        .args(["export", "--json", "-q", "--identity-check", "account-login", "--as-of", "2026-11-23T12:00:00Z", "-s"])
        .arg(subject)
        .arg("-c")
        .arg(fixture("chinook/art20.toml"))
        .arg("-o")
        .arg(output)
        .env("CHINOOK_URL", format!("sqlite:{}", database.display()))
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).unwrap()
}

/// What names one customer and nobody else: full name, address, e-mail, telephone numbers.
fn names_of(connection: &Connection) -> Vec<(i64, Vec<String>)> {
    let sql = "SELECT CustomerId, FirstName || ' ' || LastName, Address, Email, Phone, Fax FROM Customer ORDER BY 1";
    let text = |row: Vec<Option<String>>| {
        let id = row[0].as_ref().unwrap().parse().unwrap();
        (id, row.into_iter().skip(1).flatten().collect())
    };
    rows(connection, &sql.replace("CustomerId,", "CAST(CustomerId AS TEXT),"), 0).into_iter().map(text).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn every_customer_gets_every_invoice_and_line_to_the_cent_and_nothing_of_anybody_else() {
    let Some(path) = database() else { return };
    let connection = connection(&path);
    let everybody = names_of(&connection);
    assert_eq!(everybody.len(), 59);
    let (mut invoices_seen, mut lines_seen) = (0, 0);
    for (customer, own) in &everybody {
        let folder = scratch();
        let output = folder.path().join("out.zip");
        let receipt = export(&path, &format!("email:{}", own[2]), &output);
        let files = unpacked(&output);
        let records = records(&files);

        let of = |kind: &str| records.iter().filter(|record| record["kind"] == kind).collect::<Vec<_>>();
        let exported: Vec<Vec<Option<String>>> = of("transaction")
            .iter()
            .map(|invoice| {
                let paths = ["/reference", "/amount/value", "/amount/currency", "/address/street", "/address/locality"];
                let more = ["/address/region", "/address/country", "/address/postcode"];
                let mut row: Vec<_> = paths.iter().chain(&more).map(|path| text(invoice, path)).collect();
                row.push(text(invoice, "/occurred_at").map(|at| at[..19].replace('T', " ")));
                row
            })
            .collect();
        let expected = rows(
            &connection,
            "SELECT CAST(InvoiceId AS TEXT), CAST(Total AS TEXT), 'USD', BillingAddress, BillingCity, BillingState,
                    BillingCountry, BillingPostalCode, InvoiceDate
             FROM Invoice WHERE CustomerId = ?1 ORDER BY InvoiceId",
            *customer,
        );
        assert_eq!(exported, expected, "invoices of customer {customer}");
        invoices_seen += exported.len();

        let mut exported = Vec::new();
        for invoice in of("transaction") {
            let mut sum = 0;
            for line in invoice["lines"].as_array().unwrap() {
                let row: Vec<_> = ["/reference", "/quantity", "/unit_price/value", "/unit_price/currency"]
                    .iter()
                    .map(|path| text(line, path))
                    .collect();
                sum += cents(row[2].as_ref().unwrap()) * row[1].as_ref().unwrap().parse::<i64>().unwrap();
                exported.push([vec![text(invoice, "/reference")], row].concat());
            }
            assert_eq!(sum, cents(&text(invoice, "/amount/value").unwrap()), "the lines add up");
        }
        let expected = rows(
            &connection,
            "SELECT CAST(l.InvoiceId AS TEXT), CAST(l.TrackId AS TEXT), CAST(l.Quantity AS TEXT),
                    CAST(l.UnitPrice AS TEXT), 'USD'
             FROM InvoiceLine l JOIN Invoice i USING (InvoiceId) WHERE i.CustomerId = ?1
             ORDER BY l.InvoiceId, l.InvoiceLineId",
            *customer,
        );
        assert_eq!(exported, expected, "lines of customer {customer}");
        lines_seen += exported.len();

        // The ledger says the same, and the table of lines has as many rows.
        let ledger: BTreeMap<&str, (u64, u64)> = receipt["ledger"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                let count = |key: &str| line[key].as_u64().unwrap();
                (line["collection"].as_str().unwrap(), (count("matched"), count("portable")))
            })
            .collect();
        let count = |rows: usize| (rows as u64, rows as u64);
        assert_eq!(ledger["customers"], count(1));
        assert_eq!(ledger["invoices"], count(of("transaction").len()));
        assert_eq!(ledger["invoice-lines"], count(expected.len()));
        let table = String::from_utf8(files["data/tables/transaction-lines.csv"].clone()).unwrap();
        assert_eq!(table.lines().count(), expected.len() + 1);

        nothing_of_others(&files, *customer, own, &everybody);
    }
    let total =
        |table: &str| rows(&connection, &format!("SELECT CAST(count(*) AS TEXT) FROM {table}"), 0)[0][0].clone();
    assert_eq!(Some(invoices_seen.to_string()), total("Invoice"), "no invoice is nobody's");
    assert_eq!(Some(lines_seen.to_string()), total("InvoiceLine"), "no line is nobody's");
}

/// Searches every byte of every file, and every file name, for what names somebody else; what names the customer is
/// there.
fn nothing_of_others(
    files: &BTreeMap<String, Vec<u8>>,
    customer: i64,
    own: &[String],
    everybody: &[(i64, Vec<String>)],
) {
    let mut all = String::new();
    for (path, bytes) in files {
        all.push_str(path);
        all.push('\n');
        readings(bytes).iter().for_each(|text| all.push_str(text));
    }
    for own in &own[1..] {
        assert!(all.contains(own.as_str()), "customer {customer}: `{own}` is there");
    }
    // All of them in one pass: by their first bytes.
    let mut wanted: HashMap<[u8; 8], Vec<(i64, String)>> = HashMap::new();
    for (other, names) in everybody.iter().filter(|(other, _)| *other != customer) {
        let numbers = names.iter().skip(3).map(|number| digits(number)).filter(|number| number.len() > 9);
        for name in names.iter().map(|name| name.to_lowercase()).chain(numbers) {
            let first = name.as_bytes().first_chunk().copied().unwrap_or_else(|| panic!("`{name}` is too short"));
            wanted.entry(first).or_default().push((*other, name));
        }
    }
    let all = all.to_lowercase();
    for (at, window) in all.as_bytes().windows(8).enumerate() {
        let here = window.first_chunk().and_then(|first| wanted.get(first)).into_iter().flatten();
        for (other, name) in here {
            let found = all.as_bytes()[at..].starts_with(name.as_bytes());
            assert!(!found, "customer {customer} is shown `{name}` of customer {other}");
        }
    }
}

#[test]
fn the_customer_number_leads_to_the_same_archive_as_the_address() {
    let Some(path) = database() else { return };
    let folder = scratch();
    let (by_address, by_number) = (folder.path().join("a.zip"), folder.path().join("b.zip"));
    export(&path, "email:FTremblay@GMail.com", &by_address);
    export(&path, "customer:3", &by_number);
    let of = |path: &Path| unpacked(path).into_iter().filter(|(name, _)| name.starts_with("data/records/"));
    assert!(of(&by_address).eq(of(&by_number)));
    assert_eq!(art20().args(["verify", "-q"]).arg(&by_address).status().unwrap().code(), Some(0));
}

#[test]
fn a_member_of_staff_is_found_by_number_and_reaches_no_customer() {
    let Some(path) = database() else { return };
    let folder = scratch();
    let output = folder.path().join("out.zip");
    export(&path, "employee:3", &output);
    let files = unpacked(&output);
    let records = records(&files);
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["source"]["collection"], "staff");
    assert_eq!(records[0]["birthday"], "1973-08-29");
    nothing_of_others(&files, 0, &["".into(), "jane@chinookcorp.com".into()], &names_of(&connection(&path)));
}
