//! What the name of a table and the names of its columns say of its rows.

use super::columns::{is_email, is_person, is_personal, is_phone};
use super::words::{joined, table_words};
use crate::records::Kind;

/// Tables that frameworks keep for themselves.
const BOOKKEEPING: &[&str] = &[
    "schema_migration",
    "ar_internal_metadata",
    "alembic_version",
    "flyway_schema_history",
    "schema_version",
    "django_migration",
    "django_content_type",
    "knex_migration",
    "knex_migrations_lock",
    "sequelize_meta",
    "sequelizemeta",
    "ef_migrations_history",
    "efmigrationshistory",
    "databasechangelog",
    "databasechangeloglock",
    "goose_db_version",
    "doctrine_migration_version",
    "phinxlog",
    "prisma_migration",
    "typeorm_metadata",
    "spatial_ref_sys",
    "migration",
    "schema_info",
    "diesel_schema_migration",
    "sqlx_migration",
    "yoyo_migration",
];
const TRADE: &[&str] = &[
    "order",
    "invoice",
    "payment",
    "transaction",
    "purchase",
    "sale",
    "booking",
    "reservation",
    "refund",
    "donation",
    "bill",
    "receipt",
    "charge",
    "payout",
    "transfer",
    "quote",
    "deposit",
    "withdrawal",
    "rechnung",
    "bestellung",
];
const LINE: &[&str] = &["line", "item", "position", "detail", "entry"];
const MESSAGE: &[&str] = &[
    "message",
    "mail",
    "email",
    "chat",
    "sms",
    "call",
    "letter",
    "enquiry",
    "inquiry",
    "fax",
    "whatsapp",
    "voicemail",
];
const ATTACHMENT: &[&str] = &["attachment", "upload", "file", "document"];
const LOG: &[&str] = &["log", "visit", "hit", "request", "access", "pageview", "view"];
const CONSENT: &[&str] = &["consent", "optin", "permission", "agreement"];
/// Of nobody: what is common to all.
const IMPERSONAL: &[&str] = &[
    "company",
    "organization",
    "organisation",
    "org",
    "team",
    "shop",
    "store",
    "product",
    "tenant",
    "category",
    "department",
    "vendor",
    "supplier",
    "branch",
    "office",
    "warehouse",
    "merchant",
];

/// Why a table holds nothing of anybody, if its name says so.
pub fn bookkeeping(table: &str) -> bool {
    BOOKKEEPING.contains(&joined(&table_words(table)).as_str())
}

/// Whether rows are about an organization or a thing.
pub fn is_impersonal(table: &str) -> bool {
    table_words(table).last().is_some_and(|word| IMPERSONAL.contains(&word.as_str()))
}

/// Whether the name of the table is a word for people.
pub fn names_people(table: &str) -> bool {
    table_words(table).last().is_some_and(|word| is_person(word))
}

/// Whether the table has to do with a newsletter.
pub fn is_newsletter(table: &str) -> bool {
    let words = table_words(table);
    ["newsletter", "subscription", "mailing", "campaign"].iter().any(|word| words.iter().any(|own| own == word))
}

/// The kind that its rows may be, by its name and the words of its columns.
pub fn kind(table: &str, columns: &[Vec<String>]) -> Kind {
    let words = table_words(table);
    let is = |list: &[&str]| words.last().is_some_and(|word| list.contains(&word.as_str()));
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let whole: Vec<String> = columns.iter().map(|words| joined(words)).collect();
    let column = |list: &[&str]| whole.iter().any(|own| list.contains(&own.as_str()));
    let word = |list: &[&str]| columns.iter().flatten().any(|own| list.contains(&own.as_str()));
    let money = word(&["amount", "total", "price", "sum", "subtotal", "cents", "minor"]);
    let day = word(&["date", "at", "on", "day", "time"]);
    let text = column(&["body", "text", "content", "message", "html", "raw", "transcript", "recording", "subject"]);
    let sides =
        column(&["from", "sender", "to", "recipient", "from_number", "to_number", "from_address", "to_address"]);
    let reachable = columns.iter().any(|words| is_email(words) || is_phone(words));
    let named = column(&["name", "full_name", "first_name", "last_name", "given_name", "surname", "street", "city"]);
    if any(&["cookie"]) {
        return Kind::Cookie;
    }
    if any(CONSENT) || joined(&words) == "opt_in" {
        return Kind::Consent;
    }
    if word(&["ip"]) && (is(LOG) || column(&["url", "user_agent", "uri"])) && !reachable {
        return Kind::AccessLog;
    }
    if is(ATTACHMENT) && word(&["name", "filename", "content", "path", "file"]) {
        return Kind::Attachment;
    }
    if (is(LINE) && any(TRADE)) || (word(&["quantity", "qty"]) && money) {
        return Kind::Line;
    }
    if is(MESSAGE) && (text || sides) && !any(&["template"]) {
        return Kind::Message;
    }
    if is(TRADE) && (money || day) {
        return Kind::Transaction;
    }
    let people = names_people(table) || is(&["address", "profile"]);
    if is_impersonal(table) {
        return Kind::Other;
    }
    if people && (named || columns.iter().any(|words| is_personal(words) || is_email(words))) {
        return Kind::Contact;
    }
    if reachable && named && !money {
        return Kind::Contact;
    }
    Kind::Other
}

/// The channel of messages, by the name of their table.
pub fn channel(table: &str) -> &'static str {
    let words = table_words(table);
    let any = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    match () {
        () if any(&["mail", "email"]) => "email",
        () if any(&["sms"]) => "sms",
        () if any(&["call", "phone", "voicemail"]) => "phone",
        () if any(&["letter", "fax", "post"]) => "post",
        () if any(&["enquiry", "inquiry", "form", "contact"]) => "form",
        () => "chat",
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    fn guessed(table: &str, columns: &[&str]) -> Kind {
        kind(table, &columns.iter().map(|name| words(name)).collect::<Vec<_>>())
    }

    #[test]
    fn names_suggest_what_rows_are_in_english_and_chinese() {
        for (table, columns, expected) in [
            ("Customer", &["CustomerId", "FirstName", "Email"][..], Kind::Contact),
            ("客户", &["客户编号", "姓名", "手机号"], Kind::Contact),
            ("leads", &["id", "email", "name"], Kind::Contact),
            ("invoices", &["number", "issued_on", "total_minor"], Kind::Transaction),
            ("订单", &["订单号", "金额", "下单时间"], Kind::Transaction),
            ("InvoiceLine", &["InvoiceId", "UnitPrice", "Quantity"], Kind::Line),
            ("订单明细", &["订单号", "商品", "数量"], Kind::Line),
            ("emails", &["id", "from", "to", "subject"], Kind::Message),
            ("emails", &["id", "user_id", "email", "verified"], Kind::Other),
            ("email_templates", &["name", "body"], Kind::Other),
            ("attachments", &["id", "email_id", "name", "content"], Kind::Attachment),
            ("consents", &["id", "purpose", "given_at"], Kind::Consent),
            ("cookies", &["name", "value"], Kind::Cookie),
            ("access_log", &["at", "ip", "url"], Kind::AccessLog),
            ("Genre", &["GenreId", "Name"], Kind::Other),
            ("user_settings", &["user_id", "theme"], Kind::Other),
        ] {
            assert_eq!(guessed(table, columns), expected, "{table}");
        }
    }
}
