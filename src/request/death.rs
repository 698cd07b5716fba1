//! Data of a person who has died: the GDPR does not apply to them (Recital 27), so that they are refused unless another
//! law is named (requirement A11).

use super::{RequestFault, fault};
use crate::controller::activity::Regime;

/// The law under which such data may be given, as the operator names it.
///
/// # Errors
/// When none is named, or one that gives no such right.
pub(super) fn basis(text: String, regime: Regime) -> Result<String, RequestFault> {
    let law = text.trim();
    let named =
        law.chars().any(char::is_alphabetic) && !["none", "no", "yes", "true"].contains(&law.to_lowercase().as_str());
    if !named {
        return Err(fault(
            "the person has died, and no law is named under which the data may be given",
            "Name it: --deceased LAW, such as a national law or `PIPL Art. 49`; without one, refuse with `art20 refuse --reason deceased`.",
        ));
    }
    let upper = law.to_uppercase();
    if ["GDPR", "DSGVO", "RGPD"].iter().any(|word| upper.contains(word)) {
        return Err(fault(
            "the GDPR does not apply to a person who has died (Recital 27)",
            "Name the national law that does, or refuse with `art20 refuse --reason deceased`.",
        ));
    }
    if upper.contains("PIPL") && regime != Regime::Pipl {
        return Err(fault(
            "the PIPL is named as the law, and the request is answered under the GDPR",
            "Add --regime pipl, or name the national law that gives the data to whoever asks.",
        ));
    }
    Ok(law.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_named_law_that_can_give_the_right_counts() {
        for law in ["", " ", "none", "GDPR Art. 20", "§ 1 DSGVO", "PIPL Art. 49", "-"] {
            assert!(basis(law.into(), Regime::Gdpr).is_err(), "{law}");
        }
        assert_eq!(basis(" PIPL Art. 49 ".into(), Regime::Pipl).unwrap(), "PIPL Art. 49");
        assert!(basis("Art. 85 loi Informatique et Libertés".into(), Regime::Gdpr).is_ok());
        assert!(basis("个人信息保护法第四十九条".into(), Regime::Pipl).is_ok());
    }
}
