//! The configuration against what the privacy policy announces (requirements I8, C22, J1, J4, J6): what a policy says
//! of every activity, and where two laws ask for different things, which only counsel can settle.

use super::Remark;
use crate::controller::activity::Regime;
use crate::controller::{Collection, Controller, ProcessingActivity, RemarkCode, TermSource};
use crate::records::{Kind, LegalBasis};
use crate::stores::Stores;

/// Everything that can be told without reading rows.
pub(super) fn check(controller: &Controller, stores: &Stores, remarks: &mut Vec<Remark>) {
    sections(controller, remarks);
    for activity in &controller.activities {
        bases(activity, remarks);
        section(controller, activity, remarks);
        nowhere(controller, activity, remarks);
    }
    for collection in controller.collections.iter().filter(|collection| collection.kind == Kind::AccessLog) {
        logs(controller, collection, remarks);
    }
    accounts(controller, remarks);
    personal_statistics(controller, stores, remarks);
}

/// Each regime asks for a basis, and legitimate interests are none under the PIPL (requirement J1).
fn bases(activity: &ProcessingActivity, remarks: &mut Vec<Remark>) {
    if !activity.held {
        return;
    }
    let known = |regime| {
        activity.basis(regime).filter(|basis| regime == Regime::Gdpr || *basis != LegalBasis::LegitimateInterests)
    };
    if known(Regime::Pipl).is_none() {
        let message = format!(
            "[activity.{}] has no basis that the PIPL knows; if the PIPL applies, give `legal_basis = {{ gdpr = \"…\", pipl = \"…\" }}`",
            activity.key
        );
        remarks.push(Remark::general(RemarkCode::NoPiplBasis, message));
    }
    if known(Regime::Gdpr).is_none() {
        let message = format!(
            "[activity.{}] has no basis under the GDPR, which is the regime of a request that names none; give `legal_basis = {{ gdpr = \"…\", pipl = \"…\" }}`",
            activity.key
        );
        remarks.push(Remark::general(RemarkCode::NoGdprBasis, message));
    }
}

/// Every activity is announced somewhere in the policy, if there is one.
fn section(controller: &Controller, activity: &ProcessingActivity, remarks: &mut Vec<Remark>) {
    if controller.policy.is_some() && activity.disclose && activity.policy.is_none() {
        let message = format!(
            "[activity.{}] names no section of the privacy policy: give `policy`, or have the policy announce it",
            activity.key
        );
        remarks.push(Remark::general(RemarkCode::NoPolicySection, message));
    }
}

/// Every section that announces processing has its activity, and every activity a section that there is. Section 2 is
/// spoken of by an activity of section 2.1, and 2.1 is there where 2 is.
fn sections(controller: &Controller, remarks: &mut Vec<Remark>) {
    let Some(policy) = controller.policy.as_ref().filter(|policy| !policy.sections.is_empty()) else { return };
    let within =
        |part: &str, whole: &str| part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let named = || controller.activities.iter().filter_map(|activity| Some((activity, activity.policy.as_deref()?)));
    for section in policy.sections.iter().filter(|section| !named().any(|(_, part)| within(part, section))) {
        let message = format!(
            "section {section} of the privacy policy announces processing, and no activity names it: give `policy = \"{section}\"` to the one it means, add it with `held = false` if nothing is stored, or take the section out of `sections`"
        );
        remarks.push(Remark::general(RemarkCode::SectionWithoutActivity, message));
    }
    for (activity, part) in named().filter(|(_, part)| !policy.sections.iter().any(|section| within(part, section))) {
        let message = format!(
            "[activity.{}] names section {part} of the privacy policy, which is not among its `sections`: correct one of the two",
            activity.key
        );
        remarks.push(Remark::general(RemarkCode::UnknownSection, message));
    }
}

/// Every announced activity has its data somewhere: in a collection, in a column, or, not queried, elsewhere.
fn nowhere(controller: &Controller, activity: &ProcessingActivity, remarks: &mut Vec<Remark>) {
    let key = activity.key.as_str();
    let in_collection = controller.collections.iter().any(|collection| {
        let own = collection.mappings().any(|(_, mapping)| mapping.activity.as_deref() == Some(key));
        own || collection.activity.keys().contains(&key)
    });
    let elsewhere = controller.elsewhere.iter().any(|elsewhere| elsewhere.key == key);
    if activity.held && !in_collection && !elsewhere {
        let message = format!(
            "[activity.{key}] is announced, and no collection holds data of it: give it one, say [elsewhere.{key}] with the reason, or `held = false`"
        );
        remarks.push(Remark::general(RemarkCode::ActivityWithoutCollection, message));
    }
}

/// Server logs: kept for an announced time, on which the policy and Chinese law may differ (requirement J6).
fn logs(controller: &Controller, collection: &Collection, remarks: &mut Vec<Remark>) {
    for key in collection.activity.keys() {
        let Some(activity) = controller.activity(key).filter(|activity| activity.held) else { continue };
        let Some(retention) = &activity.retention else {
            let message = format!(
                "the collection `{}` holds server logs, and [activity.{key}] announces no `retention`: nobody can tell when they are overdue",
                collection.name
            );
            remarks.push(Remark::about(RemarkCode::LogWithoutRetention, collection, message));
            continue;
        };
        let start = jiff::civil::date(2001, 1, 1);
        let ends = |span: jiff::Span| start.checked_add(span).ok();
        let short = ends(retention.span.0) < ends(jiff::Span::new().months(6));
        if short && controller.country.as_deref() == Some("CN") {
            let message = format!(
                "[activity.{key}] announces {} for the logs of the collection `{}`, and Art. 21 of the Cybersecurity Law of China asks for at least six months of network logs: counsel decides, art20 does not",
                retention.text, collection.name
            );
            remarks.push(Remark::about(RemarkCode::LogRetentionConflict, collection, message));
        }
    }
}

/// Whether the configuration speaks of the PIPL at all.
fn pipl_applies(controller: &Controller) -> bool {
    controller.country.as_deref() == Some("CN")
        || controller.supervisory_authority.iter().any(|(regime, _)| regime == Regime::Pipl.name())
        || controller.activities.iter().any(|activity| activity.pipl_basis != activity.gdpr_basis)
}

/// Financial accounts are sensitive under Art. 28 PIPL, so they leave encrypted (requirement J4).
fn accounts(controller: &Controller, remarks: &mut Vec<Remark>) {
    if controller.encryption_required || !pipl_applies(controller) {
        return;
    }
    for collection in &controller.collections {
        let account = |path: &str| path == "payment.account" || path == "counterparty.account";
        let Some((column, _)) = collection.mappings().find(|(_, mapping)| account(&mapping.field.path())) else {
            continue;
        };
        let message = format!(
            "the collection `{}` holds financial accounts (`{column}`), which are sensitive under Art. 28 PIPL: write `encrypt = \"required\"` in [archive]",
            collection.name
        );
        let remark = Remark::about(RemarkCode::SensitiveNotEncrypted, collection, message);
        remarks.push(Remark { column: Some(column.to_owned()), ..remark });
    }
}

/// Tables that are ignored, statistics say, and have a column that tells people apart elsewhere (C22, row 19).
fn personal_statistics(controller: &Controller, stores: &Stores, remarks: &mut Vec<Remark>) {
    let mut personal: Vec<&str> = Vec::new();
    for collection in &controller.collections {
        let terms = collection.matches.iter().flat_map(|condition| &condition.terms);
        let by_subject = terms.filter(|term| matches!(term.source, TermSource::Subject(_)));
        personal.extend(by_subject.map(|term| term.column.as_str()));
        personal.extend(collection.person.as_deref());
        personal.extend(collection.learn.iter().flat_map(|(_, columns)| columns).map(String::as_str));
    }
    // A column of this name tells rows apart, and nobody in particular.
    personal.retain(|column| !column.eq_ignore_ascii_case("id"));
    for store in &controller.stores {
        for table in stores.tables_of(&store.name).into_iter().filter(|table| !table.is_view) {
            if !store.ignore.iter().any(|(name, _)| *name == table.name) {
                continue;
            }
            let found =
                table.columns.iter().find(|column| personal.iter().any(|name| name.eq_ignore_ascii_case(column)));
            if let Some(column) = found {
                let message = format!(
                    "[store.{}.ignore] says that the table `{}` has no personal data, and its column `{column}` is called like one that finds people: look, and give the table a collection if it does here too",
                    store.name, table.name
                );
                remarks.push(Remark {
                    store: Some(store.name.clone()),
                    table: Some(table.name.clone()),
                    column: Some(column.clone()),
                    ..Remark::general(RemarkCode::IgnoredPersonalKey, message)
                });
            }
        }
    }
}
