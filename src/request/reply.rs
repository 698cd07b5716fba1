//! A request that is answered by a letter alone: nobody is looked for, so nobody needs to be named or identified.

use super::{Pause, RawRequest, RequestFault, check_reference, keep, languages, pause, regime, time};
use crate::controller::Controller;
use crate::controller::activity::Regime;
use jiff::Timestamp;

/// What a letter without an archive needs to know of the request.
#[derive(Debug, Clone)]
pub struct ReplyRequest {
    /// The operator's reference.
    pub reference: String,
    /// Whether the operator gave the reference.
    pub reference_given: bool,
    /// When it was received.
    pub received: Option<Timestamp>,
    /// BCP 47 tags; those of the configuration if the request names none.
    pub languages: Vec<String>,
    /// The regime.
    pub regime: Regime,
    /// The pause for the person's identity.
    pub pause: Option<Pause>,
}

impl RawRequest {
    /// Makes what a letter needs, or says everything that is wrong. Identifiers and the identity check are not looked
    /// at: a refusal may be about their lack.
    ///
    /// # Errors
    /// With every fault.
    pub fn for_reply(self, controller: &Controller) -> Result<ReplyRequest, Vec<RequestFault>> {
        let mut faults = Vec::new();
        let reference_given = self.reference.is_some();
        let reference = match self.reference {
            Some(reference) => keep(check_reference(reference), &mut faults).unwrap_or_default(),
            None => uuid::Uuid::new_v4().to_string(),
        };
        let received = self.received.and_then(|text| keep(time(&text, "received", controller, true), &mut faults));
        let languages = match self.language {
            Some(text) => keep(languages(&text), &mut faults).unwrap_or_default(),
            None => controller.languages.clone(),
        };
        let regime = keep(regime(self.regime.as_deref()), &mut faults).unwrap_or_default();
        let pause = pause(self.identity_asked, self.identity_confirmed, received, controller, &mut faults);
        if faults.is_empty() {
            Ok(ReplyRequest { reference, reference_given, received, languages, regime, pause })
        } else {
            Err(faults)
        }
    }
}
