//! Identifiers in canonical form (contract 3): what makes `ANN@X.ORG` and `ann@x.org` the same.

pub use super::phone::phone;
use std::fmt;

/// Something by which a person can be recognised. Its `Debug` and `Display` do not show the value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    kind: String,
    canonical: String,
}

/// Why a text is no identifier. Never shows the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// No `TYPE:` before the value.
    #[error("an identifier has no type")]
    NoType,
    /// Nothing after `TYPE:`.
    #[error("the identifier of the type `{0}` is empty")]
    Empty(String),
    /// An e-mail address without `@`.
    #[error("the identifier of the type `email` is no e-mail address")]
    NoAddress,
}

impl Identifier {
    /// Reads `TYPE:VALUE`.
    ///
    /// # Errors
    /// When there is no type or no value.
    pub fn parse(text: &str, region: Option<&str>) -> Result<Identifier, IdentifierError> {
        let (kind, value) = text.split_once(':').ok_or(IdentifierError::NoType)?;
        if kind.trim().is_empty() {
            return Err(IdentifierError::NoType);
        }
        Identifier::new(kind.trim(), value, region)
    }

    /// The canonical form of a value of this type. `region` (ISO 3166-1) is that of phone numbers that carry none.
    ///
    /// # Errors
    /// When the value is empty or cannot be of the type.
    pub fn new(kind: &str, value: &str, region: Option<&str>) -> Result<Identifier, IdentifierError> {
        if value.trim().is_empty() {
            return Err(IdentifierError::Empty(kind.to_owned()));
        }
        if kind == "email" && !value.contains('@') {
            return Err(IdentifierError::NoAddress);
        }
        Ok(Identifier { kind: kind.to_owned(), canonical: canonical(kind, value, region) })
    }

    /// The type, such as `email`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The canonical value: personal data, for comparing and for `--reveal` only.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}:…)", self.kind)
    }
}

/// The canonical form of a value: `email` by [`email`], `phone` by E.164, any other exactly as it stands.
pub fn canonical(kind: &str, value: &str, region: Option<&str>) -> String {
    match kind {
        "email" => email(value),
        "phone" => phone(value, region),
        _ => value.to_owned(),
    }
}

/// An address without case, its domain by IDNA (UTS 46); no other folding.
pub fn email(value: &str) -> String {
    let value = value.trim();
    if value.is_ascii() && !value.contains("xn--") && !value.contains("XN--") {
        return value.to_ascii_lowercase();
    }
    match value.rsplit_once('@') {
        Some((local, domain)) => {
            let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
            // What IDNA ignores may have hidden white space at the end.
            format!("{}@{}", local.to_lowercase(), domain.trim_end())
        }
        None => value.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_no_case_and_its_domain_one_spelling() {
        for (stored, expected) in [
            ("ANN@X.ORG", "ann@x.org"),
            (" ann@x.org ", "ann@x.org"),
            ("Änne@Bücher.example", "änne@xn--bcher-kva.example"),
            ("änne@XN--BCHER-KVA.example", "änne@xn--bcher-kva.example"),
            ("a.n.n+tag@x.org", "a.n.n+tag@x.org"),
            ("李@例子.测试", "李@xn--fsqu00a.xn--0zwm56d"),
            ("no address", "no address"),
        ] {
            assert_eq!(email(stored), expected);
        }
    }

    #[test]
    fn a_phone_number_is_e164_in_the_region_of_the_controller() {
        assert_eq!(phone("010 6552 9988", Some("CN")), "+861065529988");
        assert_eq!(phone("+86 (10) 6552-9988", Some("DE")), "+861065529988");
        assert_eq!(phone("0049 30 123456", Some("DE")), "+4930123456");
        assert_eq!(phone("030 123456", Some("DE")), "+4930123456");
        assert_ne!(phone("030 123456 ext. 5", Some("DE")), phone("030 123456 ext. 6", Some("DE")));
        assert_eq!(phone("call me", Some("CN")), "call me");
    }

    #[test]
    fn an_identifier_never_shows_its_value() {
        let identifier = Identifier::parse("email:ann@x.org", None).unwrap();
        assert_eq!(format!("{identifier:?}"), "Identifier(email:…)");
        assert_eq!(Identifier::parse("ann@x.org", None), Err(IdentifierError::NoType));
        assert_eq!(Identifier::parse("email: ", None), Err(IdentifierError::Empty("email".into())));
        assert_eq!(Identifier::parse("email:ann", None), Err(IdentifierError::NoAddress));
        assert_eq!(Identifier::parse("customer:a:b", None).unwrap().canonical(), "a:b");
    }
}
