//! What the words of a column's name say of its values.

use super::words::joined;

/// Words of which one is enough.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pw",
    "pass",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "salt",
    "otp",
    "totp",
    "hotp",
    "mfa",
    "apikey",
    "credential",
    "credentials",
    "cvv",
    "cvc",
    "pin",
    "csrf",
    "passwort",
    "hash",
];
/// Words that together mean a secret.
const SECRET_TOGETHER: &[&[&str]] = &[
    &["api", "key"],
    &["private", "key"],
    &["signing", "key"],
    &["encryption", "key"],
    &["session", "key"],
    &["activation", "key"],
    &["recovery", "code"],
    &["recovery", "codes"],
    &["backup", "codes"],
    &["reset", "code"],
    &["verification", "code"],
    &["security", "code"],
];
/// What is said of a secret, without being one.
const ABOUT_A_SECRET: &[&str] =
    &["at", "on", "date", "time", "count", "expires", "expiry", "changed", "attempts", "type", "enabled", "policy"];
/// Words for people whom a row is about.
const PERSON: &[&str] = &[
    "customer",
    "client",
    "user",
    "member",
    "contact",
    "person",
    "account",
    "subscriber",
    "visitor",
    "patient",
    "student",
    "employee",
    "guest",
    "buyer",
    "participant",
    "applicant",
    "candidate",
    "donor",
    "resident",
    "passenger",
    "player",
    "lead",
    "attendee",
    "pupil",
    "citizen",
    "consumer",
    "kunde",
    "learner",
    "subject",
    "individual",
    "traveller",
];
/// Words for people who work for the controller, where a row is about somebody else.
const STAFF: &[&str] = &[
    "agent",
    "staff",
    "employee",
    "rep",
    "representative",
    "assigned",
    "assignee",
    "operator",
    "manager",
    "advisor",
    "adviser",
    "clerk",
    "handler",
    "handled",
    "reviewer",
    "approver",
    "approved",
    "moderator",
    "admin",
    "actor",
    "supervisor",
    "reports",
    "author",
    "editor",
];
/// Words for other people.
const THIRD: &[&str] = &[
    "guardian",
    "spouse",
    "partner",
    "kin",
    "emergency",
    "beneficiary",
    "referred",
    "referee",
    "relative",
    "parent",
    "mother",
    "father",
    "child",
    "witness",
];
/// Words for what the controller worked out by itself.
const DERIVED: &[&str] =
    &["score", "segment", "propensity", "churn", "ltv", "prediction", "predicted", "risk", "cluster", "rank", "fraud"];
/// Last words of a column that names a row of its own or of another table.
const NAMING: &[&str] =
    &["id", "ids", "no", "nr", "num", "number", "code", "key", "uuid", "guid", "ref", "reference", "pk", "fk"];
/// What is said of an address, without being one.
const ABOUT_AN_ADDRESS: &[&str] = &[
    "id",
    "count",
    "verified",
    "confirmed",
    "at",
    "on",
    "status",
    "type",
    "enabled",
    "notifications",
    "template",
    "subject",
    "body",
    "opt",
    "optin",
    "hash",
    "sent",
    "opened",
    "valid",
    "bounced",
    "text",
    "html",
    "token",
    "preferences",
];
const PHONE: &[&str] = &["phone", "telephone", "tel", "mobile", "cell", "cellphone", "msisdn", "handy", "telefon"];

fn has(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

fn last(words: &[String]) -> &str {
    words.last().map_or("", String::as_str)
}

/// Whether the values may be passwords, keys and the like.
pub fn is_secret(words: &[String]) -> bool {
    if ABOUT_A_SECRET.contains(&last(words)) {
        return false;
    }
    let together = |all: &&[&str]| words.windows(all.len()).any(|run| run.iter().eq(all.iter()));
    // A checksum of something that is no secret.
    let checksum = last(words) == "hash" && has(words, &["file", "content", "image", "commit", "document"]);
    !checksum && (has(words, SECRET) || SECRET_TOGETHER.iter().any(together))
}

/// The type of identifier that the values may be: `email`, `phone`, or the word for a person.
pub fn identifier(words: &[String]) -> Option<String> {
    if is_email(words) {
        return Some("email".to_owned());
    }
    if is_phone(words) {
        return Some("phone".to_owned());
    }
    person_number(words)
}

/// Whether the values may be e-mail addresses.
pub fn is_email(words: &[String]) -> bool {
    let whole = joined(words);
    let named =
        has(words, &["email", "emails"]) || whole.contains("e_mail") || ["mail", "mails"].contains(&last(words));
    named && !ABOUT_AN_ADDRESS.contains(&last(words))
}

/// Whether the values may be telephone numbers.
pub fn is_phone(words: &[String]) -> bool {
    has(words, PHONE) && (PHONE.contains(&last(words)) || ["number", "no", "nr", "1", "2"].contains(&last(words)))
}

/// The word for a person of whom the values are numbers, as in `customer_no`.
pub fn person_number(words: &[String]) -> Option<String> {
    let [.., person, naming] = words else { return None };
    let named = PERSON.contains(&person.as_str()) && NAMING.contains(&naming.as_str()) && !is_staff(words);
    // `account_number` is what a bank gives out.
    (named && !(person == "account" && naming == "number")).then(|| person.clone())
}

/// Whether a word is one for a person whom rows are about.
pub fn is_person(word: &str) -> bool {
    PERSON.contains(&word)
}

/// Whether the values name a member of staff.
pub fn is_staff(words: &[String]) -> bool {
    // `created_by`, `approved_by_user_id`.
    words.iter().skip(1).any(|word| word == "by") || has(words, STAFF)
}

/// Whether the values are about another person.
pub fn is_third_party(words: &[String]) -> bool {
    has(words, THIRD) && !is_naming(words)
}

/// Whether the values were worked out.
pub fn is_derived(words: &[String]) -> bool {
    has(words, DERIVED)
}

/// Whether the last word says that the values name rows.
pub fn is_naming(words: &[String]) -> bool {
    NAMING.contains(&last(words))
}

/// What a naming column names: its words without the last, as `invoice` in `invoice_no`.
pub fn named(words: &[String]) -> Option<&[String]> {
    match words {
        [what @ .., _] if !what.is_empty() && is_naming(words) => Some(what),
        _ => None,
    }
}

/// Whether the values are of a kind that tells about a person, whatever table they stand in.
pub fn is_personal(words: &[String]) -> bool {
    let telling = [
        "surname",
        "firstname",
        "lastname",
        "holder",
        "iban",
        "street",
        "birthday",
        "birthdate",
        "birth",
        "dob",
        "ip",
        "zip",
        "postcode",
        "nickname",
        "username",
        "gender",
        "passport",
        "ssn",
        "identity",
        "payer",
        "payee",
        "latitude",
    ];
    let whole = joined(words);
    let names = ["first_name", "last_name", "full_name", "given_name", "family_name", "user_name", "real_name"];
    is_email(words) || is_phone(words) || has(words, &telling) || names.iter().any(|name| whole.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn secrets_are_told_from_what_is_said_of_them() {
        for name in ["password", "pw_hash", "ResetToken", "api_key", "totp_secret", "密码", "cvv", "hash"] {
            assert!(is_secret(&words(name)), "{name}");
        }
        for name in ["password_changed_at", "token_count", "public_key", "passport", "file_hash", "compass", "key"] {
            assert!(!is_secret(&words(name)), "{name}");
        }
    }

    #[test]
    fn identifiers_are_told_from_what_is_said_of_them() {
        let of = |name: &str| identifier(&words(name));
        for (name, kind) in [
            ("email", "email"),
            ("E-Mail", "email"),
            ("contactEmail", "email"),
            ("邮箱", "email"),
            ("phone_number", "phone"),
            ("手机号", "phone"),
            ("CustomerId", "customer"),
            ("user_uuid", "user"),
            ("会员编号", "member"),
            ("visitor_id", "visitor"),
        ] {
            assert_eq!(of(name).as_deref(), Some(kind), "{name}");
        }
        for name in
            ["email_verified", "email_id", "agent_id", "account_number", "order_id", "phone_type", "created_by_user_id"]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
