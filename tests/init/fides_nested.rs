//! References and identities of nested fields in dataset annotations: followed where a store has columns for them, and
//! said where it has not.

use super::common::scratch;
use super::{answers, matched, proposed};
use rusqlite::Connection;

/// People whose number stands in a document, and orders that name it in another one.
const DATASET: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - name: id
            fides_meta: { primary_key: true }
          - name: account
            fields:
              - name: number
                fides_meta: { identity: customer_id }
              - name: reach
                fields:
                  - name: mail
                    data_categories: [user.contact.email]
                    fides_meta: { identity: email }
              - name: code
                data_categories: [user.authorization.credentials]
                fides_meta: { references: [{ dataset: shop, field: parcels.id, direction: to }] }
      - name: orders
        fields:
          - name: id
            fides_meta: { primary_key: true }
          - name: buyer
            fields:
              - name: number
                fides_meta: { references: [{ dataset: shop, field: people.account.number, direction: from }] }
      - name: parcels
        fields:
          - name: id
            fides_meta: { primary_key: true }
          - name: order
            fides_meta: { references: [{ dataset: shop, field: orders.id, direction: from }] }
";

#[test]
fn what_is_nested_is_followed_where_the_store_has_columns_for_it() {
    let folder = scratch();
    std::fs::write(folder.path().join("shop.yml"), DATASET).unwrap();
    std::fs::create_dir(folder.path().join("shop")).unwrap();
    let lines = |name: &str, text: &str| std::fs::write(folder.path().join("shop").join(name), text).unwrap();
    lines(
        "people.jsonl",
        r#"{"id": 1, "account": {"number": "K-1", "reach": {"mail": "ann@example.org"}, "code": "SECRET-CANARY"}}
{"id": 2, "account": {"number": "K-2", "reach": {"mail": "bob@example.org"}, "code": "SECRET-CANARY"}}
"#,
    );
    lines(
        "orders.jsonl",
        "{\"id\": 7, \"buyer\": {\"number\": \"K-1\"}}\n{\"id\": 8, \"buyer\": {\"number\": \"K-2\"}}\n",
    );
    lines("parcels.jsonl", "{\"id\": 70, \"order\": 7}\n{\"id\": 80, \"order\": 8}\n{\"id\": 71, \"order\": 7}\n");
    let text = proposed(folder.path(), &["--from", "jsonl:shop", "--from", "fides:shop.yml"]);
    for line in [
        r#"match = ["\"/account/number\" == subject.customer", "\"/account/reach/mail\" = subject.email"]"#,
        r#"match = ["\"/buyer/number\" = people.\"/account/number\""]"#,
        r#"match = ["order = orders.id"]"#,
        r#""/account/code"       = { secret = true, omit = "looks like a secret", review = true }"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("conditions do not look"), "{text}");
    let receipt = answers(folder.path(), "email:ann@example.org");
    for (collection, count) in [("people", 1), ("orders", 1), ("parcels", 2)] {
        assert_eq!(matched(&receipt, collection), count, "{collection}");
    }
}

#[test]
fn what_is_nested_in_a_column_of_json_is_said_to_be_out_of_reach() {
    let folder = scratch();
    std::fs::write(folder.path().join("shop.yml"), DATASET).unwrap();
    let store = Connection::open(folder.path().join("shop.db")).unwrap();
    store
        .execute_batch(
            r#"CREATE TABLE people (id INTEGER PRIMARY KEY, account TEXT);
            CREATE TABLE orders (id INTEGER PRIMARY KEY, buyer TEXT);
            CREATE TABLE parcels (id INTEGER PRIMARY KEY, "order" INTEGER);"#,
        )
        .unwrap();
    for from in [&["--from", "fides:shop.yml"][..], &["--from", "sqlite:shop.db", "--from", "fides:shop.yml"]] {
        let text = proposed(folder.path(), from);
        std::fs::remove_file(folder.path().join("art20.toml")).unwrap();
        for said in [
            "account.number identifies people (customer), and conditions do not look inside of JSON",
            "buyer.number leads to people.account.number, and conditions do not look inside of JSON: link by a generated column or a view",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        // Nothing is said of secrets.
        assert!(!text.contains("account.code"), "{text}");
    }
}
