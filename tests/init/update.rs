//! `art20 init --update`: what is new in a store is added and marked, and everything else in the file keeps its bytes.

use super::common::postgres::Server;
use super::common::scratch;
use super::{HOSTILE, agree, answers, dataset, findings, init, library, proposed, script};
use proptest::prelude::*;
use rusqlite::Connection;
use std::path::Path;

/// What `--update` says.
fn updated(folder: &Path, arguments: &[&str]) -> String {
    let run = init(folder, &[&["--update"], arguments].concat());
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{said}");
    assert!(run.stdout.is_empty(), "standard output is for data");
    said
}

fn configuration(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("art20.toml")).unwrap()
}

/// The lines that one text has and the other had not; everything of the other must be there, in its order.
fn lines_added(before: &str, after: &str) -> Vec<String> {
    let mut old = before.split_inclusive('\n').peekable();
    let mut added = Vec::new();
    for line in after.split_inclusive('\n') {
        if old.next_if_eq(&line).is_none() {
            added.push(line.trim_end().to_owned());
        }
    }
    assert_eq!(old.next(), None, "every line is still there:\n{after}");
    added
}

fn nothing_is_new(folder: &Path) {
    let before = configuration(folder);
    let modified = |folder: &Path| std::fs::metadata(folder.join("art20.toml")).unwrap().modified().unwrap();
    let time = modified(folder);
    assert_eq!(updated(folder, &[]), "art20.toml: nothing is new; it is as it was\n");
    assert_eq!((configuration(folder), modified(folder)), (before, time));
}

/// No table and no column is left that nobody classified.
fn all_is_classified(folder: &Path) {
    let open = |code: &str| code.starts_with("unclassified");
    let found = findings(folder);
    assert!(!found.iter().any(|remark| open(remark["code"].as_str().unwrap())), "{found:?}");
}

/// A shop of two tables.
fn shop(folder: &Path) -> Connection {
    let store = Connection::open(folder.join("shop.db")).unwrap();
    store
        .execute_batch(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, number TEXT, name TEXT, email TEXT);
             CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, placed_at TEXT);
             INSERT INTO customers VALUES (1, 'C-1', 'Ann', 'ann@example.org'), (2, 'C-2', 'Bob', 'bob@example.org');
             INSERT INTO orders VALUES (1, 1, '2025-03-01'), (2, 2, '2025-03-01');",
        )
        .unwrap();
    store
}

#[test]
fn a_fresh_proposal_is_left_as_it_is_whatever_its_stores_are() {
    let folder = scratch();
    let path = folder.path();
    Connection::open(path.join("hostile.db")).unwrap().execute_batch(HOSTILE).unwrap();
    library(path);
    std::fs::create_dir(path.join("billing")).unwrap();
    std::fs::write(path.join("billing/invoices.csv"), "no;customer_no\nR-1;K-1\n").unwrap();
    std::fs::create_dir(path.join("events")).unwrap();
    std::fs::write(path.join("events/logins.jsonl"), "{\"id\": 1, \"who\": {\"email\": \"ann@example.org\"}}\n")
        .unwrap();
    std::fs::write(path.join("inbox.mbox"), "From x Fri Mar  1 09:00:00 2024\nFrom: ann@example.org\n\nIs it?\n")
        .unwrap();
    let [crm, billing, mail] = ["crm", "billing", "mail"].map(|name| format!("{name}-2={}", script(name)));
    let from = [
        &crm,
        &billing,
        &mail,
        "sqlite:hostile.db",
        "sqlite:library.db",
        "csv:billing",
        "jsonl:events",
        "mbox:inbox.mbox",
    ];
    proposed(path, &from.map(|url| ["--from", url]).concat());
    nothing_is_new(path);
    agree(path);
    nothing_is_new(path);
    // A store that is known is known by its place, too.
    let whole = format!("sqlite:{}", path.join("hostile.db").display());
    let said = updated(path, &["--from", &whole, "--from", "csv:./billing"]);
    assert!(said.contains("nothing is new"), "{said}");
}

#[test]
fn new_columns_of_a_configuration_that_people_wrote_are_added_and_every_byte_of_it_stays() {
    let folder = scratch();
    let store = shop(folder.path());
    let text = r#"# Ours since 2019: ask Bo before you change it.
version=1
[controller]
name = 'Shop'   # the one in the harbour
id = "https://shop.example.org"

[store.crm]
url = "sqlite:shop.db"

[activity]
selling = { title = "Selling", legal_basis = "contract" }

[collection.buyers]   # who bought something
store = "crm"
table = "customers"
kind = "contact"
activity = "selling"
origin = "provided"
key = [ "id" ]
match = [
  "email = subject.email",   # what they gave us
]
[collection.buyers.columns]
	id   = { omit = """
	our own number""" }
number = "additional.number"
name.field = "name.full" # as they write it
email = "emails" # and here it ends

# Orders in one line each, because there are so few.
[collection]
orders = { store = "crm", table = "orders", kind = "transaction", activity = "selling", origin = "provided", key = ["id"], match = ["customer_id = buyers.id"], columns = { id = "reference", customer_id = { omit = "link" }, placed_at = "occurred_at" } }   # no more

# The end."#;
    std::fs::write(folder.path().join("art20.toml"), text).unwrap();
    nothing_is_new(folder.path());
    store
        .execute_batch(
            "ALTER TABLE customers ADD COLUMN phone TEXT; ALTER TABLE customers ADD COLUMN \"reset token\" TEXT;
             ALTER TABLE orders ADD COLUMN total NUMERIC; ALTER TABLE orders DROP COLUMN placed_at;
             CREATE TABLE refunds (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders, amount NUMERIC);
             CREATE TABLE schema_migrations (version TEXT);",
        )
        .unwrap();
    let said = updated(folder.path(), &[]);
    assert_eq!(
        said.lines().take(3).collect::<Vec<_>>(),
        [
            "gone: the column `placed_at` of the table `orders` of the store `crm`, which [collection.orders.columns] names",
            "new condition: [collection.buyers] phone = subject.phone",
            "art20.toml: new stores: 0, new collections: 1, new tables that stay aside: 1, new columns: 3, new conditions: 1",
        ]
    );
    let after = configuration(folder.path());
    let expected = text
        .replace("url = \"sqlite:shop.db\"\n", "url = \"sqlite:shop.db\"\n[store.crm.ignore]\nschema_migrations = { reason = \"framework bookkeeping\", review = true }\n")
        .replace("\"email = subject.email\",", "\"email = subject.email\", \"phone = subject.phone\",")
        .replace("  # what they gave us\n]\n", "  # what they gave us\n]\nreview = true\n")
        .replace("# and here it ends\n", "# and here it ends\nphone = { field = \"phones\", review = true }\n\"reset token\" = { secret = true, omit = \"looks like a secret\", review = true }\n")
        .replace("placed_at = \"occurred_at\" }", "placed_at = \"occurred_at\", total = { field = \"amount.value\", review = true } }");
    let (head, rest) = after.split_at(expected.len());
    assert_eq!(head, expected);
    // What is nested in an order, or led to from one, is of the activity that the orders are of.
    assert!(rest.contains("[collection.refunds]\n") && rest.contains("activity = \"selling\"\n"), "{rest}");
    assert!(rest.contains("match = [\"order_id = orders.id\"]"), "{rest}");
    assert!(!rest.contains("[activity."), "{rest}");
    assert!(!after.contains("ann@example.org"));
    all_is_classified(folder.path());
    let again = updated(folder.path(), &[]);
    assert!(again.contains("gone: ") && again.contains("nothing is new"), "{again}");
    assert_eq!(configuration(folder.path()), after);
}

#[test]
fn after_an_update_a_request_waits_for_review_and_is_answered_then() {
    let folder = scratch();
    let store = shop(folder.path());
    proposed(folder.path(), &["--from", "sqlite:shop.db"]);
    agree(folder.path());
    store
        .execute_batch(
            "CREATE TABLE addresses (id INTEGER PRIMARY KEY, street TEXT, city TEXT);
             INSERT INTO addresses VALUES (5, 'Harbour 1', 'Bergen'), (6, 'Other 2', 'Oslo');
             ALTER TABLE customers ADD COLUMN address_id INTEGER REFERENCES addresses;
             UPDATE customers SET address_id = 4 + id;
             ALTER TABLE orders ADD COLUMN shipped_on TEXT;
             CREATE TABLE order_items (order_id INTEGER REFERENCES orders, position INTEGER, quantity INTEGER, price NUMERIC, PRIMARY KEY (order_id, position));
             INSERT INTO order_items VALUES (1, 1, 2, 9.5), (1, 2, 1, 3), (2, 1, 1, 1);",
        )
        .unwrap();
    let before = configuration(folder.path());
    updated(folder.path(), &[]);
    let added = lines_added(&before, &configuration(folder.path()));
    assert!(added.contains(&"parent = \"orders\"".to_owned()), "{added:?}");
    assert!(added.contains(&"match = [\"id = customers.address_id\"]".to_owned()), "{added:?}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    for (collection, count) in [("customers", 1), ("orders", 1), ("order_items", 2), ("addresses", 1)] {
        assert_eq!(super::matched(&receipt, collection), count, "{collection}");
    }
}

#[test]
fn a_new_link_marks_its_collection_and_closes_no_circle() {
    let folder = scratch();
    let store = shop(folder.path());
    store.execute_batch("CREATE TABLE visits (id INTEGER PRIMARY KEY, email TEXT, seen TEXT)").unwrap();
    proposed(folder.path(), &["--from", "sqlite:shop.db"]);
    agree(folder.path());
    store
        .execute_batch(
            "ALTER TABLE visits ADD COLUMN customer_id INTEGER REFERENCES customers;
             ALTER TABLE customers ADD COLUMN last_order_id INTEGER REFERENCES orders;",
        )
        .unwrap();
    let before = configuration(folder.path());
    let said = updated(folder.path(), &[]);
    assert!(said.contains("new condition: [collection.visits] customer_id = customers.id\n"), "{said}");
    assert_eq!(said.matches("new condition:").count(), 1, "orders are found through customers: {said}");
    let after = configuration(folder.path());
    let changed: Vec<&str> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
    assert_eq!(
        changed,
        [
            "last_order_id = { omit = \"link to the order\", review = true }",
            "match = [\"email = subject.email\", \"customer_id = customers.id\"]",
            "review = true",
            "customer_id = { omit = \"link to the customer\", review = true }",
        ]
    );
}

#[test]
fn a_new_store_is_added_and_linked_to_those_that_are_known() {
    let folder = scratch();
    shop(folder.path());
    proposed(folder.path(), &["--from", "sqlite:shop.db"]);
    agree(folder.path());
    std::fs::create_dir(folder.path().join("tickets")).unwrap();
    std::fs::write(folder.path().join("tickets/tickets.csv"), "id|customer_id|body\n7|1|Hello\n8|2|Hi\n").unwrap();
    let said = updated(folder.path(), &["--from", "help=csv:tickets"]);
    assert!(said.contains("new stores: 1, new collections: 1"), "{said}");
    let text = configuration(folder.path());
    assert!(text.contains("[store.help]\nurl = \"csv:tickets\"\ndelimiter = \"|\"\n"), "{text}");
    nothing_is_new(folder.path());
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert_eq!(super::matched(&receipt, "tickets"), 1);
    // Another store of the same name is not taken for it.
    std::fs::create_dir(folder.path().join("help")).unwrap();
    std::fs::write(folder.path().join("help/x.csv"), "a,b\n1,2\n").unwrap();
    let run = init(folder.path(), &["--update", "--from", "csv:help"]);
    let error = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{error}");
    assert!(error.contains("two stores would be called `help`"), "{error}");
}

#[test]
fn a_known_store_may_be_looked_at_in_another_place() {
    let (folder, staging) = (scratch(), scratch());
    shop(folder.path());
    proposed(folder.path(), &["--from", "sqlite:shop.db"]);
    let next = shop(staging.path());
    next.execute_batch("ALTER TABLE customers ADD COLUMN language TEXT").unwrap();
    let before = configuration(folder.path());
    updated(folder.path(), &["--from", &format!("shop=sqlite:{}", staging.path().join("shop.db").display())]);
    assert_eq!(
        lines_added(&before, &configuration(folder.path())),
        ["language = { field = \"language\", review = true }"]
    );
}

#[test]
fn what_a_dataset_says_anew_is_added_without_its_store() {
    let folder = scratch();
    proposed(folder.path(), &["--from", &dataset("library")]);
    let before = configuration(folder.path());
    assert!(updated(folder.path(), &["--from", &dataset("library")]).contains("nothing is new"));
    let path = dataset("library").trim_start_matches("fides:").to_owned();
    let said = std::fs::read_to_string(path).unwrap();
    let door = "- name: door_code\n";
    let at = said.find(door).unwrap();
    let indent = at - said[..at].rfind('\n').unwrap() - 1;
    let born = "- name: born_on\n  data_categories: [user.demographic.date_of_birth]\n";
    let born = born.replace('\n', &format!("\n{}", " ".repeat(indent)));
    std::fs::write(folder.path().join("library.yml"), said.replacen(door, &format!("{born}{door}"), 1)).unwrap();
    updated(folder.path(), &["--from", "fides:library.yml"]);
    let added = lines_added(&before, &configuration(folder.path()));
    assert_eq!(added, ["born_on = { field = \"birthday\", review = true }"]);
}

#[test]
fn a_link_stays_a_link_and_owner_and_mode_stay_what_they_were() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = scratch();
    let store = shop(folder.path());
    std::fs::create_dir(folder.path().join("etc")).unwrap();
    let run = init(folder.path(), &["--from", "sqlite:shop.db", "-c", "etc/shop.toml"]);
    assert!(run.status.success());
    let (file, link) = (folder.path().join("etc/shop.toml"), folder.path().join("art20.toml"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    // Only root can give a file away; for anybody else it is his own before and after.
    let owner = std::os::unix::fs::chown(&file, Some(65_534), Some(65_534)).map_or(None, |()| Some((65_534, 65_534)));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    store.execute_batch("ALTER TABLE customers ADD COLUMN language TEXT").unwrap();
    let run = init(folder.path(), &["--update", "-c", "etc/shop.toml"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let after = std::fs::metadata(&file).unwrap();
    assert_eq!(after.permissions().mode() & 0o777, 0o640);
    assert!(owner.is_none_or(|owner| owner == (after.uid(), after.gid())));
    assert!(std::fs::read_to_string(&file).unwrap().contains("language = "));
    assert_eq!(std::fs::read_dir(folder.path().join("etc")).unwrap().count(), 1, "nothing temporary is left");
}

#[test]
fn a_store_or_configuration_that_cannot_be_read_changes_nothing() {
    let folder = scratch();
    shop(folder.path());
    proposed(folder.path(), &["--from", "sqlite:shop.db"]);
    let before = configuration(folder.path());
    std::fs::rename(folder.path().join("shop.db"), folder.path().join("gone.db")).unwrap();
    let run = init(folder.path(), &["--update"]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(configuration(folder.path()), before);
    std::fs::write(folder.path().join("art20.toml"), "version = 1\nmine = true\n").unwrap();
    let run = init(folder.path(), &["--update"]);
    let error = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(3), "{error}");
    assert!(error.contains("art20.toml:2: unknown key `mine`") && error.contains("what to do:"), "{error}");
    assert_eq!(configuration(folder.path()), "version = 1\nmine = true\n");
}

#[test]
fn a_schema_of_postgresql_is_updated_with_what_the_reader_may_read() {
    let Some(server) = Server::start(&[]) else { return };
    let folder = scratch();
    let mut client = server.database("shop");
    client
        .batch_execute(
            "CREATE TABLE customers (id SERIAL PRIMARY KEY, name TEXT, email TEXT, pw TEXT);
             INSERT INTO customers (name, email) VALUES ('Ann', 'ann@example.org'), ('Bob', 'bob@example.org');
             GRANT SELECT (id, name, email) ON customers TO reader;
             CREATE TABLE secret_plans (id INTEGER);",
        )
        .unwrap();
    let text = format!(
        "version = 1\n[controller]\nname = \"Shop\"\nid = \"https://shop.example.org\"\n[activity.selling]\nlegal_basis = \"contract\"\n[store.shop]\nurl = \"{}\"\n[store.shop.ignore]\nsecret_plans = \"of ours\"\n[collection.buyers]\nstore = \"shop\"\ntable = \"customers\"\nkind = \"contact\"\nactivity = \"selling\"\norigin = \"provided\"\nkey = [\"id\"]\nmatch = [\"email = subject.email\"]\n[collection.buyers.columns]\nid = {{ omit = \"a number\" }}\nname = \"name.full\"\nemail = \"emails\"\npw = {{ secret = true, omit = \"password\" }}\n",
        server.url("shop")
    );
    std::fs::write(folder.path().join("art20.toml"), &text).unwrap();
    // Neither what is secret nor what is ignored need be readable.
    nothing_is_new(folder.path());
    client
        .batch_execute(
            "ALTER TABLE customers ADD COLUMN mobile TEXT; CREATE TABLE notes (id UUID PRIMARY KEY, buyer INTEGER REFERENCES customers, body TEXT);
             INSERT INTO notes VALUES ('00000000-0000-0000-0000-000000000001', 1, 'x');
             GRANT SELECT (mobile) ON customers TO reader; GRANT SELECT ON notes TO reader;",
        )
        .unwrap();
    let said = updated(folder.path(), &[]);
    assert!(said.contains("new collections: 1") && said.contains("new columns: 1, new conditions: 1"), "{said}");
    let after = configuration(folder.path());
    assert!(after.contains("\nmobile = { field = \"phones\", review = true }\n"), "{after}");
    assert!(after.contains("match = [\"buyer = buyers.id\"]"), "{after}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    assert_eq!((super::matched(&receipt, "buyers"), super::matched(&receipt, "notes")), (1, 1));
}

/// Tables and columns of which schemas are made.
const TABLES: [&str; 5] = ["customers", "orders", "order_items", "messages", "settings"];
const COLUMNS: [&str; 10] =
    ["email", "name", "customer_id", "order_id", "total", "created_at", "phone", "password", "a b", "客户"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_schema_becomes_exactly_the_new_is_added(
        first in proptest::collection::vec((0..TABLES.len(), proptest::sample::subsequence(COLUMNS.to_vec(), 0..6)), 1..5),
        then in proptest::collection::vec((0..TABLES.len(), 0..COLUMNS.len()), 0..6),
        crlf: bool,
    ) {
        let folder = scratch();
        let store = Connection::open(folder.path().join("s.db")).unwrap();
        let mut known: std::collections::BTreeMap<&str, Vec<&str>> = std::collections::BTreeMap::new();
        for (at, columns) in &first {
            known.entry(TABLES[*at]).or_insert_with(|| columns.clone());
        }
        for (table, columns) in &known {
            let columns: String = columns.iter().map(|column| format!(", \"{column}\" TEXT")).collect();
            store.execute_batch(&format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY{columns})")).unwrap();
        }
        let before = fresh(folder.path());
        let before = if crlf { before.replace('\n', "\r\n") } else { before };
        std::fs::write(folder.path().join("art20.toml"), &before).unwrap();
        nothing_is_new(folder.path());
        for (at, column) in &then {
            let (table, column) = (TABLES[*at], COLUMNS[*column]);
            if !known.contains_key(table) {
                store.execute_batch(&format!("CREATE TABLE {table} (id INTEGER PRIMARY KEY)")).unwrap();
            }
            let columns = known.entry(table).or_default();
            if !columns.contains(&column) {
                store.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN \"{column}\" TEXT")).unwrap();
                columns.push(column);
            }
        }
        updated(folder.path(), &[]);
        let after = configuration(folder.path());
        // Texts were only put between others.
        let mut rest = after.chars();
        prop_assert!(before.chars().all(|c| rest.any(|other| other == c)));
        prop_assert_eq!(crlf, after.contains("\r\n"));
        prop_assert!(!crlf || !after.replace("\r\n", "").contains('\n'));
        all_is_classified(folder.path());
        nothing_is_new(folder.path());
    }
}

/// A proposal for the one store.
fn fresh(folder: &Path) -> String {
    let run = init(folder, &["--from", "sqlite:s.db"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    configuration(folder)
}

#[test]
fn new_columns_and_tables_of_files_are_added_and_a_mailbox_too() {
    let folder = scratch();
    let path = folder.path();
    std::fs::create_dir(path.join("sales")).unwrap();
    std::fs::create_dir(path.join("events")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(path.join(name), text).unwrap();
    write("sales/invoices.csv", "no;customer_no;issued;total\nR-1;K-1;01.03.2025;19,90\n");
    write("events/logins.jsonl", "{\"id\": 1, \"customer\": {\"email\": \"ann@example.org\"}}\n");
    proposed(path, &["--from", "csv:sales", "--from", "jsonl:events"]);
    agree(path);
    let before = configuration(path);
    write("sales/invoices.csv", "no;customer_no;issued;total;due\nR-1;K-1;01.03.2025;19,90;15.03.2025\n");
    write(
        "events/logins.jsonl",
        "{\"id\": 1, \"customer\": {\"email\": \"ann@example.org\", \"api_key\": \"SECRET-CANARY\"}}\n",
    );
    write("events/visits.jsonl", "{\"id\": 1, \"login_id\": 1, \"page\": \"/\"}\n");
    write("inbox.mbox", "From x Fri Mar  1 09:00:00 2024\nFrom: ann@example.org\nTo: shop@shop.example\n\nIs it?\n");
    let said = updated(path, &["--from", "mbox:inbox.mbox"]);
    assert!(
        said.contains("new stores: 1, new collections: 2, new tables that stay aside: 0, new columns: 2"),
        "{said}"
    );
    let added = lines_added(&before, &configuration(path));
    for line in [
        "due = { field = \"due_at\", format = \"%d.%m.%Y\", review = true }",
        "\"/customer/api_key\" = { secret = true, omit = \"looks like a secret\", review = true }",
        "match = [\"login_id = logins.id\"]",
        "url = \"mbox:inbox.mbox\"",
    ] {
        assert!(added.iter().any(|own| own == line), "{line}: {added:?}");
    }
    assert!(!configuration(path).contains("SECRET-CANARY"));
    nothing_is_new(path);
    let receipt = answers(path, "email:ann@example.org");
    for collection in ["logins", "visits", "mails"] {
        assert_eq!(super::matched(&receipt, collection), 1, "{collection}");
    }
}
