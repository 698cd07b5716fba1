//! Whether the data can go directly to another controller, if that was asked for (Art. 20(2); PIPL 45(3); G7).

use super::{RequestFault, fault};
use serde::{Serialize, Serializer};

/// What was found about a direct transmission that the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transmission {
    /// It is technically feasible.
    Feasible,
    /// It is not, for this reason.
    NotFeasible(String),
}

impl Transmission {
    /// Reads `feasible` or `not-feasible:REASON`.
    ///
    /// # Errors
    /// When it is neither, or the reason is empty: without one it would be a refusal (Art. 12(4)).
    pub fn parse(text: &str) -> Result<Transmission, RequestFault> {
        let (word, reason) = text.split_once(':').unwrap_or((text, ""));
        match (word.trim(), reason.trim()) {
            ("feasible", "") => Ok(Transmission::Feasible),
            ("not-feasible", reason) if !reason.is_empty() => Ok(Transmission::NotFeasible(reason.to_owned())),
            ("not-feasible", _) => Err(fault(
                "--direct-transmission says that it is not feasible, and not why",
                "Write not-feasible:REASON; the reason goes to the letter and to the receipt.",
            )),
            _ => Err(fault(
                "--direct-transmission is none of the known words",
                "Write feasible or not-feasible:REASON; leave it away if the person did not ask for it.",
            )),
        }
    }
}

impl Serialize for Transmission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Transmission::Feasible => serializer.serialize_str("feasible"),
            Transmission::NotFeasible(reason) => serializer.serialize_str(&format!("not-feasible:{reason}")),
        }
    }
}

impl schemars::JsonSchema for Transmission {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Transmission".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^(feasible|not-feasible:.+)$" })
    }
}
