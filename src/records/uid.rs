//! Names of records that stay the same from one export to the next (contract 4, `uid`).

use uuid::{Uuid, Variant};

/// `urn:uuid:` and a version 5 UUID (RFC 9562) of store, collection and key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(String);

/// The names that one controller gives: version 5 of its id in the URL namespace.
#[derive(Debug, Clone, Copy)]
pub struct Namespace(Uuid);

impl Namespace {
    /// The namespace of the controller with this id.
    pub fn of_controller(id: &str) -> Namespace {
        Namespace(Uuid::new_v5(&Uuid::NAMESPACE_URL, id.as_bytes()))
    }

    /// A namespace that only one archive has, from a digest of what makes it another than the next.
    pub fn of_archive(digest: &[u8; 32]) -> Namespace {
        Namespace(Uuid::new_v5(&Uuid::NAMESPACE_OID, digest))
    }

    /// The uid of the row with this key: version 5 of the JSON array `[store, collection, key as text …]`.
    pub fn uid(&self, store: &str, collection: &str, key: &[String]) -> Uid {
        let name: Vec<&str> = [store, collection].into_iter().chain(key.iter().map(String::as_str)).collect();
        let name = serde_json::to_string(&name).unwrap_or_default();
        Uid(Uuid::new_v5(&self.0, name.as_bytes()).urn().to_string())
    }

    /// A uid in this namespace for something that is not a row, such as the archive itself.
    pub fn other(&self, name: &str) -> Uid {
        Uid(Uuid::new_v5(&self.0, name.as_bytes()).urn().to_string())
    }
}

impl Uid {
    /// A uid that a store already holds, as an imported one does. Records have no other than version 5.
    pub fn parse(text: &str) -> Option<Uid> {
        let uuid = Uuid::parse_str(text).ok()?;
        let right = uuid.get_version_num() == 5 && uuid.get_variant() == Variant::RFC4122;
        (right && uuid.urn().to_string() == text).then(|| Uid(text.to_owned()))
    }

    /// The whole URN.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The UUID without `urn:uuid:`.
    pub fn uuid(&self) -> &str {
        self.0.trim_start_matches("urn:uuid:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_depends_on_controller_store_collection_and_key_only() {
        let ours = Namespace::of_controller("https://www.trexlabel.com");
        let key = vec!["17".to_owned()];
        assert_eq!(ours.uid("crm", "contacts", &key), ours.uid("crm", "contacts", &key));
        assert_ne!(ours.uid("crm", "contacts", &key), ours.uid("crm", "people", &key));
        assert_ne!(
            ours.uid("crm", "contacts", &key),
            Namespace::of_controller("https://example.org").uid("crm", "contacts", &key)
        );
        // Python: uuid5(uuid5(NAMESPACE_URL, "https://www.trexlabel.com"), '["crm","contacts","17"]')
        assert_eq!(ours.uid("crm", "contacts", &key).as_str(), "urn:uuid:9dd49a17-5789-528a-8089-5db3d428737c");
    }

    #[test]
    fn a_uid_that_verify_would_refuse_is_not_taken_from_a_store() {
        assert!(Uid::parse("urn:uuid:9dd49a17-5789-528a-8089-5db3d428737c").is_some());
        for other in [
            "urn:uuid:9dd49a17-5789-428a-8089-5db3d428737c",
            "urn:uuid:9dd49a17-5789-528a-0089-5db3d428737c",
            "URN:UUID:9dd49a17-5789-528a-8089-5db3d428737c",
            "9dd49a17-5789-528a-8089-5db3d428737c",
            "",
        ] {
            assert!(Uid::parse(other).is_none(), "{other}");
        }
    }
}
