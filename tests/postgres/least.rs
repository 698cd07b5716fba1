//! The role of docs/least-privilege.md, as it stands there, on a real server: it is enough for an export, and for
//! nothing else.

use crate::common::assurance::tell;
use crate::common::postgres::{PASSWORD, Server};
use crate::common::{root, scratch};
use crate::run::{configuration, export};

#[test]
fn the_role_of_the_recipe_can_export_and_can_neither_write_nor_read_a_secret() {
    let Some(server) = Server::start(&[]) else { return };
    let page = std::fs::read_to_string(root().join("docs/least-privilege.md")).unwrap();
    let recipe = page.split("<!-- tested -->\n```sql\n").nth(1).unwrap().split("```").next().unwrap();
    let mut admin = server.database("shop");
    admin
        .batch_execute(&format!(
            "CREATE TABLE people (id integer PRIMARY KEY, customer_no text, email text, full_name text, pw_hash text);
             CREATE TABLE orders (id integer PRIMARY KEY, customer_no text, total text);
             CREATE TABLE salaries (id integer PRIMARY KEY, amount text);
             INSERT INTO people VALUES (1, 'c1', 'ann@example.org', 'Ann', 'SECRET'), (2, 'c2', 'b@example.org', 'B', 'x');
             INSERT INTO orders VALUES (1, 'c1', '19.90'), (2, 'c2', '5.00');
             INSERT INTO salaries VALUES (1, '1');
             {recipe}
             ALTER ROLE art20 PASSWORD '{PASSWORD}'"
        ))
        .unwrap();
    let collections = r#"[store.shop.ignore]
salaries = "staff"
[collection.people]
store = "shop"
table = "people"
kind = "contact"
activity = "account"
origin = "provided"
key = ["id"]
match = ["email = subject.email"]
person = "customer_no"
learn = { customer = ["customer_no"] }
[collection.people.columns]
id = { omit = "row number" }
customer_no = "additional.customer_number"
email = "emails"
full_name = "name.full"
pw_hash = { secret = true, omit = "password hash" }
[collection.orders]
store = "shop"
table = "orders"
kind = "transaction"
activity = "account"
origin = "provided"
key = ["id"]
match = ["customer_no == subject.customer"]
[collection.orders.columns]
id = "reference"
customer_no = { omit = "link" }
total = { field = "additional.total" }
"#;
    let folder = scratch();
    let url = server.url("shop").replace("reader@", "art20@");
    let path = configuration(folder.path(), &format!("url = \"{url}\""), collections);
    let run = export(&path, "email:ann@example.org", &folder.path().join("a.zip"));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let receipt = std::fs::read_to_string(folder.path().join("a.receipt.json")).unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    for line in receipt["ledger"].as_array().unwrap() {
        assert_eq!((&line["matched"], &line["portable"]), (&1.into(), &1.into()), "{line}");
    }

    let mut config = postgres::Config::new();
    config.host("127.0.0.1").port(server.port).user("art20").password(PASSWORD).dbname("shop");
    let mut role = config.connect(postgres::NoTls).unwrap();
    let refused = [
        "UPDATE orders SET total = '0'",
        "DELETE FROM people",
        "SET default_transaction_read_only = off; INSERT INTO orders VALUES (3, 'c1', '1')",
        "CREATE TABLE mine (id integer)",
        "SELECT pw_hash FROM people",
        "SELECT * FROM people",
        "SELECT * FROM salaries",
        "CREATE ROLE other",
    ];
    for statement in refused {
        assert!(role.batch_execute(statement).is_err(), "{statement}");
    }
    tell(
        "Somebody has the login of art20",
        "the PostgreSQL role of docs/least-privilege.md: write, make a table or a role, read a secret column or an ignored table",
        refused.len(),
        "the server refuses each; an export works",
    );
}
