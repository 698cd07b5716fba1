//! Which field of a kind a column may go to, by the words of its name.

use super::words::joined;
use crate::records::Kind;

type Names = &'static [(&'static str, &'static [&'static str])];

const EVERY: Names = &[
    (
        "created",
        &[
            "created",
            "created_at",
            "created_on",
            "creation_date",
            "date_created",
            "registered_at",
            "joined",
            "joined_at",
            "inserted_at",
            "subscribed_at",
            "signup_date",
        ],
    ),
    (
        "updated",
        &[
            "updated",
            "updated_at",
            "updated_on",
            "modified",
            "modified_at",
            "last_modified",
            "changed_at",
            "date_modified",
        ],
    ),
];
const POSTAL: Names = &[
    ("address.street", &["street", "address", "addr", "address_1", "address_line_1", "address_line", "street_address"]),
    ("address.locality", &["city", "town", "locality", "municipality"]),
    ("address.region", &["region", "state", "province", "county"]),
    ("address.postcode", &["postcode", "post_code", "postal_code", "zip", "zip_code", "plz"]),
    ("address.country", &["country", "country_code", "country_iso"]),
];
const CONTACT: Names = &[
    ("name.full", &["name", "full_name", "fullname", "display_name", "real_name", "person_name", "contact"]),
    ("name.given", &["given_name", "first_name", "firstname", "forename", "fname", "vorname"]),
    ("name.surname", &["surname", "last_name", "lastname", "family_name", "lname", "nachname"]),
    ("organization", &["company", "organization", "organisation", "company_name", "employer", "firm"]),
    ("role", &["role", "job", "job_title", "occupation", "profession", "position"]),
    ("emails", &["email", "e_mail", "mail", "email_address", "emailaddress", "mail_address"]),
    (
        "phones",
        &[
            "phone",
            "telephone",
            "tel",
            "mobile",
            "cell",
            "cellphone",
            "msisdn",
            "fax",
            "phone_number",
            "mobile_number",
            "mobile_phone",
            "telephone_number",
        ],
    ),
    ("birthday", &["birthday", "birth_date", "birthdate", "date_of_birth", "dob", "birth_day"]),
    ("language", &["language", "lang", "locale", "preferred_language"]),
    ("url", &["url", "website", "homepage", "web", "site"]),
    ("notes", &["notes", "note", "remarks", "remark", "comments", "comment"]),
];
const TRANSACTION: Names = &[
    ("reference", &["reference", "ref", "number", "no", "nr", "code", "id"]),
    ("type", &["type", "kind"]),
    ("status", &["status", "state"]),
    (
        "occurred_at",
        &[
            "occurred_at",
            "date",
            "ordered_at",
            "placed",
            "placed_at",
            "placed_on",
            "paid_at",
            "paid_on",
            "issued_on",
            "issued_at",
            "issued",
            "booked_at",
            "booked_on",
            "purchased_at",
            "purchase_date",
            "transaction_date",
            "sold_at",
            "signed_on",
        ],
    ),
    ("due_at", &["due_at", "due_on", "due_date", "due"]),
    (
        "amount.value",
        &[
            "amount",
            "total",
            "total_amount",
            "amount_total",
            "grand_total",
            "total_price",
            "sum",
            "price",
            "total_minor",
            "total_cents",
            "amount_minor",
            "amount_cents",
        ],
    ),
    ("amount.currency", &["currency", "currency_code"]),
    ("tax.value", &["tax", "vat", "tax_amount", "vat_amount", "tax_total"]),
    ("description", &["description", "memo", "purpose", "details", "notes", "note", "subject", "remark"]),
    ("counterparty.name", &["payer_name", "payee_name", "counterparty", "holder", "payer", "payee"]),
    ("counterparty.account", &["payer_iban", "payee_iban", "payer_account"]),
    ("payment.method", &["payment_method", "method", "pay_method", "payment_type"]),
    ("payment.account", &["iban", "account_number", "bank_account"]),
];
const LINE: Names = &[
    (
        "reference",
        &["sku", "reference", "article", "article_number", "product_code", "product_id", "item_no", "item_id"],
    ),
    ("description", &["description", "name", "title", "product", "product_name", "item", "text"]),
    ("quantity", &["quantity", "qty", "count", "units"]),
    ("unit_price.value", &["unit_price", "price", "price_each", "unit_minor", "unit_cents"]),
    ("amount.value", &["amount", "total", "line_total", "line_minor", "line_cents", "subtotal", "line_amount"]),
    ("amount.currency", &["currency", "currency_code"]),
];
const MESSAGE: Names = &[
    (
        "sent_at",
        &[
            "sent_at",
            "sent",
            "date",
            "sent_on",
            "received_at",
            "received_on",
            "received",
            "timestamp",
            "started_at",
            "called_at",
            "at",
            "created_at",
            "created",
        ],
    ),
    (
        "from",
        &["from", "sender", "from_address", "from_email", "from_number", "sender_email", "caller", "author_email"],
    ),
    ("to", &["to", "recipient", "recipients", "to_address", "to_email", "to_number", "recipient_email", "callee"]),
    ("cc", &["cc"]),
    ("bcc", &["bcc"]),
    ("subject", &["subject", "title", "topic"]),
    ("text", &["text", "body", "content", "message", "body_text", "plain"]),
    ("html", &["html", "body_html"]),
    ("thread", &["thread", "thread_id", "conversation_id", "conversation"]),
    ("message_id", &["message_id"]),
    ("in_reply_to", &["in_reply_to"]),
    ("raw", &["raw", "eml", "rfc_822", "mime", "source"]),
    ("recording", &["recording", "audio"]),
    ("recording.media_type", &["media_type", "mime_type"]),
    ("recording.duration", &["duration", "seconds", "duration_s", "duration_seconds"]),
    ("transcript", &["transcript", "transcription"]),
];
const ATTACHMENT: Names = &[
    ("name", &["name", "filename", "file_name"]),
    ("media_type", &["media_type", "mime_type", "content_type", "type"]),
    ("content", &["content", "data", "body", "blob", "file", "bytes"]),
    ("path", &["path", "file_path", "filepath"]),
];
const CONSENT: Names = &[
    ("for_activity", &["purpose", "activity", "consent_type", "type", "topic", "for"]),
    (
        "given_at",
        &["given_at", "granted_at", "consented_at", "agreed_at", "accepted_at", "opted_in_at", "given", "granted"],
    ),
    ("withdrawn_at", &["withdrawn_at", "revoked_at", "opted_out_at", "withdrawn", "revoked"]),
    ("method", &["method", "source", "channel", "via"]),
    ("wording", &["wording", "text", "version", "statement"]),
];
const COOKIE: Names = &[
    ("name", &["name"]),
    ("value", &["value"]),
    ("domain", &["domain"]),
    ("path", &["path"]),
    ("purpose", &["purpose", "category"]),
    ("set_at", &["set_at", "set", "created_at", "created"]),
    ("expires_at", &["expires_at", "expires", "expiry"]),
];
const ACCESS_LOG: Names = &[
    ("at", &["at", "time", "timestamp", "ts", "logged_at", "created_at", "date", "visited_at", "created"]),
    ("ip", &["ip", "ip_address", "remote_addr", "client_ip", "remote_ip"]),
    ("method", &["method"]),
    ("url", &["url", "uri", "path", "request", "page"]),
    ("status", &["status", "status_code"]),
    ("bytes", &["bytes", "size"]),
    ("user_agent", &["user_agent", "ua", "agent", "useragent"]),
    ("referrer", &["referrer", "referer"]),
];

/// The field for a column with these words, in a table whose rows are called `of`.
pub fn field(kind: Kind, of: &[String], words: &[String]) -> Option<&'static str> {
    let lists: &[Names] = match kind {
        Kind::Contact => &[CONTACT, POSTAL, EVERY],
        Kind::Transaction => &[TRANSACTION, EVERY, POSTAL],
        Kind::Line => &[LINE, EVERY],
        Kind::Message => &[MESSAGE, EVERY],
        Kind::Attachment => &[ATTACHMENT, EVERY],
        Kind::Consent => &[CONSENT, EVERY],
        Kind::Cookie => &[COOKIE, EVERY],
        Kind::AccessLog => &[ACCESS_LOG, EVERY],
        Kind::Other => &[EVERY],
    };
    let lookup = |words: &[String]| {
        let whole = joined(words);
        let entry =
            |list: &Names| list.iter().find(|(_, names)| names.contains(&whole.as_str())).map(|(field, _)| *field);
        (!whole.is_empty()).then(|| lists.iter().find_map(entry)).flatten()
    };
    // `invoice_date` of an invoice is its date; `billing_city` the city of its address.
    let without = |before: &[String]| words.strip_prefix(before).filter(|rest| !rest.is_empty());
    let own = without(of).or_else(|| of.last().and_then(|last| without(std::slice::from_ref(last))));
    let billing = words
        .split_first()
        .filter(|(first, _)| kind == Kind::Transaction && ["billing", "bill", "invoice"].contains(&first.as_str()));
    // `email_2` is another address.
    let another = words.split_last().filter(|(last, _)| kind == Kind::Contact && ["2", "3"].contains(&last.as_str()));
    lookup(words)
        .or_else(|| another.and_then(|(_, rest)| lookup(rest)).filter(|field| ["emails", "phones"].contains(field)))
        .or_else(|| own.and_then(lookup))
        .or_else(|| billing.and_then(|(_, rest)| lookup(rest)).filter(|field| field.starts_with("address.")))
}

#[cfg(test)]
mod tests {
    use super::super::words::{table_words, words};
    use super::*;

    #[test]
    fn every_field_that_is_guessed_is_one_of_its_kind() {
        for kind in Kind::ALL {
            let lists = [CONTACT, TRANSACTION, LINE, MESSAGE, ATTACHMENT, CONSENT, COOKIE, ACCESS_LOG, EVERY, POSTAL];
            for name in lists.iter().flat_map(|list| list.iter()).flat_map(|(_, names)| names.iter()) {
                if let Some(path) = field(kind, &[], &words(name)) {
                    assert!(kind.field(path).is_some(), "{kind:?} {path}");
                }
            }
        }
    }

    #[test]
    fn names_suggest_fields_with_and_without_the_name_of_their_table() {
        for (kind, table, column, expected) in [
            (Kind::Contact, "Customer", "FirstName", Some("name.given")),
            (Kind::Contact, "客户", "手机号", Some("phones")),
            (Kind::Contact, "contacts", "contact_email", Some("emails")),
            (Kind::Contact, "contacts", "email_2", Some("emails")),
            (Kind::Transaction, "Invoice", "InvoiceDate", Some("occurred_at")),
            (Kind::Transaction, "Invoice", "BillingPostalCode", Some("address.postcode")),
            (Kind::Transaction, "订单", "订单号", Some("reference")),
            (Kind::Transaction, "orders", "shipping_city", None),
            (Kind::Other, "tickets", "name", None),
            (Kind::AccessLog, "访问日志", "时间", Some("at")),
        ] {
            assert_eq!(field(kind, &table_words(table), &words(column)), expected, "{table}.{column}");
        }
    }
}
