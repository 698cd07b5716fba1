//! `transactions.csv.rules`: how hledger reads the table of transactions; ledger reads what `hledger print` makes of it.

/// The rules for a table with these columns, in their order; nothing without a column of times and one of amounts.
///
/// They use only what hledger 1.25 knows. Columns get names of our own, because hledger would take `status`, `date` or
/// `description` for its own fields. Times come as RFC 3339 or as plain days, but there is only one date format, and a
/// letter cannot follow the name of a column: so the `T` is read as the name of a time zone, and a day gets a numeric
/// one, and noon, in its place.
pub fn rules(columns: &[&str]) -> Option<String> {
    let has = |name: &str| columns.contains(&name);
    if !has("occurred_at") || !has("amount_value") {
        return None;
    }
    let names: Vec<String> = columns.iter().map(|name| own(name)).collect();
    let value = |name: &str| if has(name) { format!("%{}", own(name)) } else { String::new() };
    let commodity = if has("amount_currency") { " %t_amount_currency" } else { "" };
    let mut rules = format!(
        "# Rules by which hledger (1.25 or later) reads transactions.csv:\n\
         #   hledger -f transactions.csv print\n\
         # Times keep the day on which they were recorded. The account names are placeholders: the table does not say\n\
         # from which account to which other one the amounts went.\n\
         skip 1\n\
         separator ,\n\
         decimal-mark .\n\
         newest-first false\n\
         fields {}\n\
         date-format %Y-%m-%d%Z%H:%M:%S%Q%Z\n\
         date %t_occurred_at\n\
         amount %t_amount_value{commodity}\n\
         account1 transactions\n\
         account2 counterpart\n",
        names.join(", ")
    );
    let described: Vec<String> =
        ["counterparty_name", "description"].into_iter().map(value).filter(|name| !name.is_empty()).collect();
    if !described.is_empty() {
        rules.push_str(&format!("description {}\n", described.join(" | ")));
    }
    if has("reference") {
        rules.push_str("code %t_reference\n");
    }
    let tags: Vec<String> = ["uid", "type", "status"]
        .into_iter()
        .filter(|name| has(name))
        .map(|name| format!("{name}:{}", value(name)))
        .collect();
    if !tags.is_empty() {
        rules.push_str(&format!("comment {}\n", tags.join(", ")));
    }
    rules.push_str(
        "\n# A day without a time of day.\n\
         if %t_occurred_at ^[0-9]{4}-[0-9]{2}-[0-9]{2}$\n date %t_occurred_at+000012:00:00Z\n",
    );
    rules.push_str(
        "\n# Without an amount or a time there is nothing to book; the row stays in the table.\n\
         if %t_amount_value ^$\n skip\n\nif %t_occurred_at ^$\n skip\n",
    );
    Some(rules)
}

/// A column's name that is none of hledger's.
fn own(column: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    format!("t_{}", column.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_that_hledger_does_not_take_for_its_own() {
        let rules = rules(&["uid", "occurred_at", "status", "amount_value", "amount_currency", "x%y"]).unwrap();
        assert!(rules.contains("\nfields t_uid, t_occurred_at, t_status, t_amount_value, t_amount_currency, t_x_y\n"));
        assert!(rules.contains("\namount %t_amount_value %t_amount_currency\n"));
        assert!(!rules.contains("description") && !rules.contains("code"));
    }

    #[test]
    fn without_times_or_amounts_there_are_no_rules() {
        assert_eq!(rules(&["uid", "amount_value"]), None);
        assert_eq!(rules(&["uid", "occurred_at"]), None);
    }
}
