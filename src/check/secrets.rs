//! What looks like a secret and would go into archives (requirement C23): columns and keys by their names, URLs by their
//! parameters. A guess, so a warning; whoever writes the configuration knows.

use super::Remark;
use crate::controller::collection::JsonKeys;
use crate::controller::{Collection, Controller, Mapping, RemarkCode};
use crate::records::LegalBasis;
use crate::stores::{StoreError, Stores};
use crate::subject::Finder;

/// Words that name a secret when they are a part of a name.
const WORDS: [&str; 12] =
    ["password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "otp", "cvv", "cvc", "signature", "sig"];
/// Two words that do so together.
const PAIRS: [&str; 4] = ["api key", "private key", "access key", "session id"];
/// Fields that hold URLs.
const URLS: [&str; 3] = ["url", "referrer", "path"];

/// Whether a name, such as `api_key` or `resetToken`, is that of a secret.
fn is_secret(name: &str) -> bool {
    let mut parts = String::new();
    for (at, c) in name.char_indices() {
        if c.is_ascii_uppercase() && name[..at].ends_with(|before: char| before.is_ascii_lowercase()) {
            parts.push(' ');
        }
        parts.push(if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' });
    }
    let parts: Vec<&str> = parts.split_whitespace().collect();
    parts.iter().any(|part| WORDS.contains(part)) || parts.windows(2).any(|two| PAIRS.contains(&two.join(" ").as_str()))
}

/// Whether values of the column can get into an archive at all.
fn goes_in(controller: &Controller, collection: &Collection, mapping: &Mapping) -> bool {
    let covered = |key: &str| {
        controller.activity(key).is_some_and(|activity| {
            let bases = [activity.gdpr_basis, activity.pipl_basis];
            let consent_or_contract = |basis: &LegalBasis| {
                matches!(basis, LegalBasis::Consent | LegalBasis::ExplicitConsent | LegalBasis::Contract)
            };
            activity.automated && (activity.voluntary || bases.iter().flatten().any(consent_or_contract))
        })
    };
    collection.activity.keys().into_iter().any(covered) && mapping.activity.as_deref().is_none_or(covered)
}

/// Mapped columns and classified keys that are called like a secret.
pub(super) fn named(controller: &Controller, collection: &Collection, remarks: &mut Vec<Remark>) {
    for (column, mapping) in collection.mappings().filter(|(_, mapping)| goes_in(controller, collection, mapping)) {
        let keys = match &mapping.keys {
            JsonKeys::Listed(keys) => keys.as_slice(),
            JsonKeys::None | JsonKeys::All => &[],
        };
        let key = keys.iter().find(|key| is_secret(key) && !mapping.secret_keys.contains(key));
        let (what, advice) = match key {
            Some(key) => (format!("the key `{key}` in the column `{column}`"), "move it to `secret_keys`"),
            None if is_secret(column) => {
                (format!("the column `{column}`"), "write `secret = true`, so that it is never read")
            }
            None => continue,
        };
        let message = format!(
            "{what} of the collection `{}` goes in and is called like a secret: if it is one, {advice}",
            collection.name
        );
        let remark = Remark::about(RemarkCode::PossibleSecret, collection, message);
        remarks.push(Remark { column: Some(column.to_owned()), ..remark });
    }
}

/// URLs that go in with a parameter that is called like a secret.
pub(super) fn in_urls(
    controller: &Controller,
    collection: &Collection,
    stores: &Stores,
    remarks: &mut Vec<Remark>,
) -> Result<(), StoreError> {
    let urls = collection.mappings().filter(|(_, mapping)| URLS.contains(&mapping.field.path().as_str()));
    for (column, mapping) in urls.filter(|(_, mapping)| goes_in(controller, collection, mapping)) {
        let (mut count, mut found) = (0, None);
        stores.find(collection, &[], &[column], &mut |row| {
            let text = row.cells.first().and_then(crate::records::Cell::utf8).unwrap_or_default();
            let known = |name: &str| mapping.secret_parameters.iter().any(|known| known.eq_ignore_ascii_case(name));
            let open = parameters(&text).find(|name| is_secret(name) && !known(name)).map(str::to_owned);
            count += u64::from(open.is_some());
            found = found.take().or(open);
            Ok(())
        })?;
        if let Some(name) = found {
            let message = format!(
                "{count} URLs in the column `{column}` of the collection `{}` have a parameter that is called like a secret, such as `{name}`: if it is one, name it in `secret_parameters`",
                collection.name
            );
            let remark = Remark::about(RemarkCode::PossibleSecret, collection, message);
            remarks.push(Remark { column: Some(column.to_owned()), count: Some(count), ..remark });
        }
    }
    Ok(())
}

/// The names of the parameters of a URL that have a value.
fn parameters(url: &str) -> impl Iterator<Item = &str> {
    let pairs = url.split(['?', '&', ';', '#']).skip(1).filter_map(|pair| pair.split_once('='));
    // Only what is called like a secret is ever shown, and a name is short.
    pairs.filter(|(name, value)| !value.is_empty() && name.len() <= 40).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name() {
        for name in ["password", "user_pwd", "resetToken", "API-Key", "X-Amz-Signature", "session_id", "client_secret"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["passport", "tokens", "key", "session", "secretary", "pwdx", "id"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn only_parameters_with_a_value_count() {
        assert_eq!(parameters("https://x.org/a=1?b=2&c=&d=3#e=4").collect::<Vec<_>>(), ["b", "d", "e"]);
    }
}
