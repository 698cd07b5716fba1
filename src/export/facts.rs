//! What the configuration and the request say about the archive, as the plain facts that the archive room takes.

use super::Order;
use crate::archive::facts::{ActivityFacts, CollectionFacts, ControllerFacts, ElsewhereFacts, Facts, FieldFacts};
use crate::controller::{Collection, Controller, Disposition, Field, OriginChoice, ProcessingActivity};
use crate::records::Kind;

/// The parts of a postal address.
const PARTS: [&str; 5] = ["street", "locality", "region", "postcode", "country"];

/// The facts of an archive that is still to be filled.
pub(super) fn facts(order: &Order<'_>, missing: &[String]) -> Facts {
    let (controller, request) = (order.controller, order.request);
    let languages = if request.languages.is_empty() { &controller.languages } else { &request.languages };
    Facts {
        reference: request.reference_given.then(|| request.reference.clone()),
        regime: request.regime.name(),
        received: request.received,
        as_of: order.as_of,
        languages: languages.clone(),
        controller: about(controller, request.regime.name()),
        activities: controller.activities.iter().filter(|a| a.disclose).map(|a| activity(a, request.regime)).collect(),
        elsewhere: controller
            .elsewhere
            .iter()
            .map(|e| ElsewhereFacts { key: e.key.clone(), title: e.title.clone(), reason: e.reason.clone() })
            .collect(),
        collections: controller.collections.iter().map(|c| collection(c, controller)).collect(),
        ledger: Vec::new(),
        findings: Vec::new(),
        dropped_headers: controller.dropped_headers.clone(),
        third_parties: request.third_parties.name(),
        replaced: None,
        missing: missing.to_vec(),
        only: request.only.clone(),
        deceased: request.deceased.clone(),
        child: false,
    }
}

pub(super) fn about(controller: &Controller, regime: &str) -> ControllerFacts {
    let authority =
        |name: &str| controller.supervisory_authority.iter().find(|(r, _)| r == name).map(|(_, text)| text.clone());
    let policy = controller.policy.as_ref();
    ControllerFacts {
        name: controller.name.clone(),
        id: controller.id.clone(),
        email: controller.email.clone(),
        country: controller.country.clone(),
        time_zone: controller.time_zone_name.clone(),
        policy_title: policy.map(|policy| policy.title.clone()),
        policy_effective: policy.and_then(|policy| policy.effective.clone()),
        prevailing_language: policy.and_then(|policy| policy.prevailing_language.clone()),
        supervisory_authority: authority(regime).or_else(|| authority("")),
        dpo: controller.dpo.clone(),
        representative: controller.representative.clone(),
    }
}

fn activity(activity: &ProcessingActivity, regime: crate::controller::activity::Regime) -> ActivityFacts {
    ActivityFacts {
        key: activity.key.clone(),
        title: activity.title.clone(),
        policy: activity.policy.clone(),
        legal_basis: activity.basis(regime),
        purpose: activity.purpose.clone(),
        recipients: activity.recipients.clone(),
        retention: activity.retention.as_ref().map(|retention| retention.text.clone()),
        held: activity.held,
        voluntary: activity.voluntary,
        automated: activity.automated,
    }
}

fn collection(collection: &Collection, controller: &Controller) -> CollectionFacts {
    // What a statute forbids to tell of is not described either.
    let told = |key: &&str| controller.activity(key).is_none_or(|activity| activity.disclose);
    let mut fields: Vec<FieldFacts> = Vec::new();
    for (_, mapping) in collection.mappings().filter(|(_, m)| m.activity.as_deref().as_ref().is_none_or(told)) {
        if mapping.field.is_held() {
            continue;
        }
        let paths: Vec<String> = match &mapping.field {
            Field::Addresses => PARTS.iter().map(|part| format!("address.{part}")).collect(),
            field => vec![field.path()],
        };
        fields.extend(paths.into_iter().map(|path| FieldFacts {
            path,
            description: mapping.description.clone(),
            labels: mapping.values.clone(),
            origin: mapping.origin,
            activity: mapping.activity.clone(),
        }));
    }
    let mut plain = |path: String| {
        if !fields.iter().any(|field| field.path == path) {
            fields.push(FieldFacts { path, description: None, labels: Vec::new(), origin: None, activity: None });
        }
    };
    collection.set.iter().for_each(|(field, _)| plain(field.path()));
    if collection.kind == Kind::Message {
        plain("direction".into());
    }
    // Amounts carry a currency even where only another column, or the parent, names it.
    let amounts: Vec<String> =
        fields.iter().filter(|f| f.path.ends_with(".value")).map(|f| f.path.replace(".value", ".currency")).collect();
    for path in amounts {
        if collection.kind.field(&path).is_some() && !fields.iter().any(|field| field.path == path) {
            fields.push(FieldFacts { path, description: None, labels: Vec::new(), origin: None, activity: None });
        }
    }
    CollectionFacts {
        name: collection.name.clone(),
        store: collection.store.clone(),
        kind: collection.kind,
        activities: collection.activity.keys().into_iter().filter(told).map(str::to_owned).collect(),
        origin: match &collection.origin {
            Some(OriginChoice::Fixed(origin)) => Some(*origin),
            _ => None,
        },
        fields,
        omitted: collection
            .columns
            .iter()
            .filter_map(|column| match &column.disposition {
                Disposition::Omitted(reason) | Disposition::Secret(reason) => {
                    Some((column.name.clone(), reason.clone()))
                }
                Disposition::Mapped(_) => None,
            })
            .collect(),
    }
}
