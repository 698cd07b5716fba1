//! From the document to the [`Controller`]: every section read, every reference between sections checked.

use super::activity::{Elsewhere, ProcessingActivity, Regime, Retention};
use super::document::{Document, Member, Placed, Section};
use super::faults::Fault;
use super::{Controller, add_language, graph, journal, read_collection, read_policy, read_store, references};
use crate::records::{LegalBasis, Text};
use jiff::tz::TimeZone;
use std::path::Path;

/// Reads a whole configuration or lists all of its faults.
pub(super) fn controller(path: &Path, source: String) -> Result<Controller, Vec<Fault>> {
    let (document, table) = Document::parse(&source);
    let root = document.root(&table);
    let mut controller = sections(&root, path);
    root.finish();
    references::check(&controller, &root);
    match graph::evaluation_order(&controller.collections) {
        Ok(order) => controller.evaluation_order = order,
        Err(fault) => root.fault_at(fault.line, fault.message),
    }
    drop(root);
    let faults = document.into_faults();
    if !faults.is_empty() {
        return Err(faults);
    }
    controller.source = source.clone();
    Ok(controller)
}

fn sections(root: &Section<'_, '_>, path: &Path) -> Controller {
    match root.integer("version") {
        Some(version) if version.value != 1 => {
            root.fault_at(version.line, format!("`version` is {}; this art20 reads version 1", version.value));
        }
        Some(_) => {}
        None if root.has("version") => {}
        None => root.fault_at(1, "`version` is missing; write `version = 1`"),
    }
    let mut review = Vec::new();
    let mut controller = Controller {
        name: String::new(),
        id: String::new(),
        email: None,
        country: None,
        time_zone_name: "UTC".into(),
        time_zone: TimeZone::UTC,
        languages: vec!["en".into()],
        policy: None,
        supervisory_authority: Vec::new(),
        holidays: None,
        dpo: None,
        representative: None,
        own_addresses: Vec::new(),
        dropped_headers: crate::records::headers::DROPPED.iter().map(|name| (*name).to_owned()).collect(),
        encryption_required: false,
        journal: None,
        activities: Vec::new(),
        elsewhere: Vec::new(),
        stores: Vec::new(),
        collections: Vec::new(),
        evaluation_order: Vec::new(),
        review: Vec::new(),
        path: path.to_owned(),
        source: String::new(),
    };
    match root.table("controller") {
        Some(section) => identity(&section, &mut controller, &mut review),
        None => root.fault_at(1, "the section [controller] is missing"),
    }
    if let Some(archive) = root.table("archive") {
        match archive.string("encrypt") {
            Some(text) if text.value == "required" => controller.encryption_required = true,
            Some(text) => archive.fault_at(text.line, "`encrypt` can only be \"required\""),
            None => {}
        }
        if archive.has("drop_headers") {
            controller.dropped_headers = archive.strings("drop_headers").into_iter().map(|name| name.value).collect();
            // Hidden recipients stay hidden, whatever the list says.
            controller.dropped_headers.extend(["Bcc", "Resent-Bcc"].map(str::to_owned));
        }
        archive.finish();
    }
    for (name, member) in root.members("activity") {
        if let Some(section) = member.table(&name.value) {
            controller.activities.extend(activity(&name, &section, &mut review));
        }
    }
    for (name, member) in root.members("elsewhere") {
        if let Some(section) = member.table(&name.value) {
            let title = texts(&section, "title").unwrap_or_else(|| Text::plain(&name.value));
            match texts(&section, "reason") {
                Some(reason) => controller.elsewhere.push(Elsewhere { key: name.value, title, reason }),
                None => section.fault("`reason` is missing"),
            }
            section.finish();
        }
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    controller.journal = root.table("journal").and_then(|section| journal::journal(&section, folder));
    for (name, member) in root.members("store") {
        if let Some(section) = member.table(&name.value) {
            controller.stores.extend(read_store::store(&name, &section, folder, &mut review));
        }
    }
    for (name, member) in root.members("collection") {
        if let Some(section) = member.table(&name.value) {
            controller.collections.extend(read_collection::collection(
                &name,
                &section,
                &controller.stores,
                &mut review,
            ));
        }
    }
    controller.review = review;
    controller
}

fn identity(section: &Section<'_, '_>, controller: &mut Controller, review: &mut Vec<Fault>) {
    marked(section, "controller", review);
    let text = |key| section.string(key).map(|text| text.value);
    controller.name = section.required("name").map(|name| name.value).unwrap_or_default();
    controller.id = section.required("id").map(|id| id.value).unwrap_or_default();
    controller.email = text("email");
    if let Some(country) = section.string("country") {
        if country.value.len() == 2 && country.value.bytes().all(|b| b.is_ascii_uppercase()) {
            controller.country = Some(country.value);
        } else {
            section.fault_at(country.line, "`country` must be two capital letters (ISO 3166-1), such as \"CN\"");
        }
    }
    if let Some((name, zone)) = zone(section, "time_zone") {
        controller.time_zone_name = name;
        controller.time_zone = zone;
    }
    let languages = section.strings("languages");
    for language in &languages {
        check_language(section, language);
    }
    if !languages.is_empty() {
        controller.languages.clear();
        languages.iter().for_each(|language| add_language(&mut controller.languages, &language.value));
    } else if section.has("languages") {
        section.fault("`languages` names no language");
    }
    controller.policy = read_policy::policy(section);
    if section.is_table("supervisory_authority") {
        for (regime, member) in section.members("supervisory_authority") {
            if Regime::named(&regime.value).is_none() {
                section
                    .fault_at(regime.line, format!("the regime `{}` is not known; write gdpr or pipl", regime.value));
            }
            if let Some(text) = text_member(&regime.value, member) {
                controller.supervisory_authority.push((regime.value, text));
            }
        }
    } else if let Some(text) = section.string("supervisory_authority") {
        controller.supervisory_authority.push((String::new(), Text::plain(text.value)));
    }
    if let Some(holidays) = section.string("holidays") {
        if super::holidays::Calendar::named(&holidays.value).is_none() {
            let known = super::holidays::Calendar::names().collect::<Vec<_>>().join(", ");
            section
                .fault_at(holidays.line, format!("the calendar `{}` is not known; known are {known}", holidays.value));
        }
        controller.holidays = Some(holidays.value);
    }
    controller.dpo = texts(section, "dpo");
    controller.representative = texts(section, "representative");
    for address in section.strings("own_addresses") {
        let number = address.value.starts_with('+') && address.value.bytes().filter(u8::is_ascii_digit).count() > 4;
        if address.value.contains('@') || number {
            controller.own_addresses.push(address.value);
        } else {
            section.fault_at(
                address.line,
                "an entry of `own_addresses` must be an address, a number with `+`, or begin with `@`",
            );
        }
    }
    section.finish();
}

fn activity(name: &Placed<String>, section: &Section<'_, '_>, review: &mut Vec<Fault>) -> Option<ProcessingActivity> {
    check_name(section, name);
    let held = section.boolean("held").is_none_or(|held| held.value);
    let (gdpr_basis, pipl_basis) = if section.is_table("legal_basis") {
        let bases = section.table("legal_basis")?;
        let gdpr = bases.string("gdpr").and_then(|word| basis(&bases, &word));
        let pipl = bases.string("pipl").and_then(|word| basis(&bases, &word).map(|basis| (basis, word.line)));
        // Requirement J1: Art. 13 PIPL knows no such basis.
        if let Some((LegalBasis::LegitimateInterests, line)) = pipl {
            bases.fault_at(line, "`pipl` cannot be legitimate_interests: Art. 13 PIPL knows no such basis");
        }
        let pipl = pipl.map(|(basis, _)| basis);
        bases.finish();
        (gdpr, pipl)
    } else {
        let both = section.string("legal_basis").and_then(|word| basis(section, &word));
        (both, both)
    };
    if held && !section.has("legal_basis") {
        section.fault("`legal_basis` is missing; art20 does not guess it");
    }
    let means = section.string("means");
    if let Some(means) = means.as_ref().filter(|means| !["automated", "manual"].contains(&means.value.as_str())) {
        section.fault_at(means.line, "`means` must be \"automated\" or \"manual\"");
    }
    let retention = section.string("retention").and_then(|text| {
        Retention::parse(text.value).or_else(|| {
            section.fault_at(text.line, "`retention` must be an ISO 8601 duration, such as \"P3Y\"");
            None
        })
    });
    let disclose = section.boolean("disclose").is_none_or(|disclose| disclose.value);
    let statute = section.string("statute").map(|statute| statute.value);
    if !disclose && statute.is_none() {
        section.fault("`disclose = false` needs `statute`, the law that forbids to tell the person");
    }
    marked(section, &name.value, review);
    let activity = ProcessingActivity {
        key: name.value.clone(),
        title: texts(section, "title").unwrap_or_else(|| Text::plain(&name.value)),
        policy: section.string("policy").map(|policy| policy.value),
        gdpr_basis,
        pipl_basis,
        purpose: texts(section, "purpose"),
        consent: section.string("consent").map(|consent| consent.value),
        retention,
        automated: means.is_none_or(|means| means.value != "manual"),
        recipients: section.strings("recipients").into_iter().map(|recipient| Text::plain(recipient.value)).collect(),
        voluntary: section.boolean("voluntary").is_some_and(|voluntary| voluntary.value),
        disclose,
        statute,
        held,
    };
    section.finish();
    Some(activity)
}

fn basis(section: &Section<'_, '_>, word: &Placed<String>) -> Option<LegalBasis> {
    let basis = LegalBasis::named(&word.value);
    if basis.is_none() {
        let known: Vec<&str> = LegalBasis::ALL.into_iter().map(LegalBasis::name).collect();
        section.fault_at(word.line, format!("`{}` is no legal basis; write one of {}", word.value, known.join(", ")));
    }
    basis
}

/// A text: one string, or one per language.
pub(super) fn texts(section: &Section<'_, '_>, key: &'static str) -> Option<Text> {
    if section.is_table(key) {
        let languages = section.members(key);
        let mut text = Text::default();
        for (language, member) in languages {
            if let Some(variant) = member.string(&language.value) {
                text.variants.push((language.value, variant.value));
            }
        }
        return (!text.variants.is_empty()).then_some(text);
    }
    section.string(key).map(|text| Text::plain(text.value))
}

/// A member that is one string, or one string per language.
pub(super) fn text_member(name: &str, member: Member<'_, '_>) -> Option<Text> {
    if member.section.is_none() {
        return member.string(name).map(|text| Text::plain(text.value));
    }
    let languages = member.table(name)?;
    let mut text = Text::default();
    for (language, variant) in languages.all() {
        text.variants.extend(variant.string(&language.value).map(|variant| (language.value, variant.value)));
    }
    Some(text)
}

/// An IANA zone by its name.
pub(super) fn zone(section: &Section<'_, '_>, key: &'static str) -> Option<(String, TimeZone)> {
    let name = section.string(key)?;
    match TimeZone::get(&name.value) {
        Ok(zone) => Some((name.value, zone)),
        Err(_) => {
            section.fault_at(
                name.line,
                format!("`{key}` is no IANA time zone, such as \"Europe/Berlin\": `{}`", name.value),
            );
            None
        }
    }
}

/// Notes `review = true`.
pub(super) fn marked(section: &Section<'_, '_>, what: &str, review: &mut Vec<Fault>) {
    if let Some(mark) = section.boolean("review").filter(|mark| mark.value) {
        review.push(Fault {
            line: mark.line,
            message: format!("[{}] `{what}` is still marked for review", section.name),
        });
    }
}

/// Names of sections: letters, digits, `_` and `-`, so that they can stand in conditions and file names.
pub(super) fn check_name(section: &Section<'_, '_>, name: &Placed<String>) {
    let fine = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if name.value.is_empty() || !name.value.chars().all(fine) {
        section.fault_at(name.line, "its name must be made of letters, digits, `_` and `-`");
    }
}

pub(super) fn check_language(section: &Section<'_, '_>, tag: &Placed<String>) {
    let fine = !tag.value.is_empty()
        && tag
            .value
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !fine {
        section.fault_at(tag.line, format!("`{}` is no language tag (BCP 47), such as \"en\" or \"zh-CN\"", tag.value));
    }
}
