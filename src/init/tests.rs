//! What leads to whom, on tables of which only the names are known.

use super::survey::{Lead, Surveyed, SurveyedColumn};
use super::ways::{Reached, Source, reach};

fn table(name: &str, columns: &[&str], leads: &[(&str, &str)]) -> Surveyed {
    let lead = |(column, to): &(&str, &str)| Lead {
        columns: vec![(*column).to_owned()],
        store: "s".to_owned(),
        table: (*to).to_owned(),
        targets: Vec::new(),
    };
    Surveyed {
        store: "s".to_owned(),
        name: name.to_owned(),
        is_mail: false,
        columns: columns.iter().map(|name| SurveyedColumn::named(name)).collect(),
        nested: Vec::new(),
        primary_key: vec![columns[0].to_owned()],
        leads: leads.iter().map(lead).collect(),
        is_whole: false,
    }
}

/// Each table that is reached, with its conditions as text.
fn reached(survey: &[Surveyed]) -> Vec<(String, Vec<String>)> {
    let term = |(column, source): &(String, Source)| match source {
        Source::Subject { comparison, kind } => format!("{column} {comparison} subject.{kind}"),
        Source::Rows { table, column: other } => format!("{column} = {}.{other}", survey[*table].name),
    };
    let ways = |done: &Reached| {
        done.ways.iter().map(|way| way.iter().map(term).collect::<Vec<_>>().join(" and ")).collect::<Vec<_>>()
    };
    reach(survey, Vec::new()).iter().map(|done| (survey[done.table].name.clone(), ways(done))).collect()
}

fn expected(pairs: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
    pairs.iter().map(|(name, ways)| ((*name).to_owned(), ways.iter().map(|way| (*way).to_owned()).collect())).collect()
}

#[test]
fn who_merely_serves_somebody_is_not_given_their_rows() {
    let survey = [
        table(
            "orders",
            &["id", "customer_id", "employee_id", "created_by"],
            &[("customer_id", "customers"), ("employee_id", "employees"), ("created_by", "employees")],
        ),
        table("employees", &["id", "email"], &[]),
        table("customers", &["id", "email", "support_rep_id"], &[("support_rep_id", "employees")]),
    ];
    let found = reached(&survey);
    assert_eq!(
        found,
        expected(&[
            ("customers", &["email = subject.email", "id == subject.customer"]),
            ("employees", &["email = subject.email", "id == subject.employee"]),
            ("orders", &["customer_id = customers.id"]),
        ])
    );
}

#[test]
fn what_rows_lead_to_is_looked_up_where_it_tells_about_people() {
    let survey = [
        table(
            "users",
            &["id", "email", "address_id", "company_id", "plan_id"],
            &[("address_id", "addresses"), ("company_id", "companies"), ("plan_id", "plans")],
        ),
        table("addresses", &["id", "street", "city"], &[]),
        table("companies", &["id", "name", "phone"], &[]),
        table("plans", &["id", "title"], &[]),
    ];
    let found = reached(&survey);
    assert_eq!(found[1], ("addresses".to_owned(), vec!["id = users.address_id".to_owned()]));
    // A company's rows are not one person's, and a plan is everybody's.
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn links_form_no_circle_and_children_come_after_their_parents() {
    let survey = [
        table(
            "order_items",
            &["id", "order_id", "quantity", "price", "user_id"],
            &[("order_id", "orders"), ("user_id", "users")],
        ),
        table(
            "orders",
            &["id", "user_id", "total", "last_item_id"],
            &[("user_id", "users"), ("last_item_id", "order_items")],
        ),
        table("users", &["id", "email", "last_order_id"], &[("last_order_id", "orders")]),
    ];
    assert_eq!(
        reached(&survey),
        expected(&[
            ("users", &["email = subject.email", "id == subject.user"]),
            ("orders", &["user_id = users.id"]),
            // Nested in the order, and so whoever's the order is.
            ("order_items", &["order_id = orders.id"]),
        ])
    );
}
