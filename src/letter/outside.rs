//! What is in the archive, category by category, and what is not: with the sentence of each code (requirement B7), so
//! that every category which the policy announces is spoken of (H1).

use super::page::{Page, two};
use crate::archive::facts::{ActivityFacts, CollectionFacts, Facts, LedgerLine};
use crate::archive::report::grouped;
use crate::archive::report::sentences::{ACCESS_GDPR, ACCESS_PIPL, ERASED_ALREADY, HELD_ELSEWHERE, NEVER_STORED};
use crate::records::{Code, Kind};

/// What people call a collection: its activities, and what sort of data it is.
fn category(page: &Page, facts: &Facts, line: &LedgerLine) -> String {
    let known = facts.collections.iter().find(|collection| collection.name == line.collection);
    let activities = known.map_or(&[][..], |collection| &collection.activities);
    let titles: Vec<String> = facts
        .activities
        .iter()
        .filter(|activity| activities.contains(&activity.key))
        .map(|activity| page.text(&activity.title))
        .collect();
    let kind = Kind::named(line.kind).map_or("", |kind| page.say(kind.title()));
    match titles.is_empty() {
        true => page.fill(two("{name}, {kind}", "{name}，{kind}"), &[("name", &line.collection), ("kind", kind)]),
        false => {
            let titles = titles.join(" / ");
            page.fill(two("{titles}, {kind}", "{titles}，{kind}"), &[("titles", &titles), ("kind", kind)])
        }
    }
}

/// Counts by category, each category once, in the order of the collections.
fn by_category(page: &Page, facts: &Facts, counts: impl Fn(&LedgerLine) -> u64) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = Vec::new();
    for line in &facts.ledger {
        let (count, name) = (counts(line), category(page, facts, line));
        match all.iter_mut().find(|(other, _)| *other == name) {
            _ if count == 0 => {}
            Some((_, sum)) => *sum += count,
            None => all.push((name, count)),
        }
    }
    all
}

/// What is in the file.
pub(super) fn inside(page: &mut Page, facts: &Facts) {
    let all = by_category(page, facts, |line| line.portable);
    if all.is_empty() {
        return;
    }
    page.heading(two("What is in the file", "文件中的内容"));
    page.gap();
    for (name, count) in all {
        let count = page.count(count, "record", "records", "条记录");
        page.item(&page.fill(two("{name}: {count}", "{name}：{count}"), &[("name", &name), ("count", &count)]));
    }
}

/// What stayed out, and what was held back in records that are in, each code with its sentence and categories.
pub(super) fn stayed_out(page: &mut Page, facts: &Facts) {
    page.heading(two("What stayed out, and why", "哪些内容未提供，以及原因"));
    let excluded = codes(page, facts, |line, code| line.excluded.get(&code).copied().unwrap_or(0));
    if excluded.is_empty() {
        page.paragraph(page.say(two("No record stayed out.", "没有未提供的记录。")));
    }
    reasons(page, &excluded, facts.regime == "pipl");
    let withheld = codes(page, facts, |line, code| line.withheld.get(&code).copied().unwrap_or(0));
    if !withheld.is_empty() {
        page.paragraph(
            page.say(two("Single values that are missing in records of the file:", "文件的记录中未提供的单独的值：")),
        );
        reasons(page, &withheld, facts.regime == "pipl");
    }
    let who = [("who", facts.controller.name.as_str())];
    page.paragraph(&page.fill(if facts.regime == "pipl" { ACCESS_PIPL } else { ACCESS_GDPR }, &who));
}

/// A reason, and the categories that it applies to with their counts.
type Reason = (Code, Vec<(String, u64)>);

fn codes(page: &Page, facts: &Facts, counts: impl Fn(&LedgerLine, Code) -> u64) -> Vec<Reason> {
    let reasons = Code::ALL.into_iter().map(|code| (code, by_category(page, facts, |line| counts(line, code))));
    reasons.filter(|(_, categories)| !categories.is_empty()).collect()
}

fn reasons(page: &mut Page, reasons: &[Reason], pipl: bool) {
    if !reasons.is_empty() {
        page.gap();
    }
    for (code, categories) in reasons {
        let concerned: Vec<String> = categories
            .iter()
            .map(|(name, count)| {
                let values = [("name", name.as_str()), ("count", &grouped(*count))];
                page.fill(two("{name} ({count})", "{name}（{count}）"), &values)
            })
            .collect();
        let concerned = page.list(&concerned);
        let values = [("sentence", page.say(code.sentence_under(pipl))), ("law", code.provision_under(pipl))];
        page.item(&page.fill(two("{sentence} [{law}]", "{sentence}[{law}]"), &values));
        page.below(&page.fill(two("This is: {concerned}.", "涉及：{concerned}。"), &[("concerned", &concerned)]));
    }
}

/// The categories that the policy announces and of which nothing was found.
pub(super) fn nothing_found(page: &mut Page, facts: &Facts) {
    let found = |collection: &CollectionFacts| {
        facts.ledger.iter().any(|line| line.collection == collection.name && line.matched > 0)
    };
    let speaks_of = |collection: &CollectionFacts, activity: &ActivityFacts| {
        let own = collection.fields.iter().any(|field| field.activity.as_ref() == Some(&activity.key));
        own || collection.activities.contains(&activity.key)
    };
    let without = facts.activities.iter().filter(|activity| {
        activity.held && !facts.collections.iter().any(|one| speaks_of(one, activity) && found(one))
    });
    let without: Vec<String> = without.map(|activity| page.text(&activity.title)).collect();
    page.heading(two("Of what we found nothing", "未找到数据的类别"));
    if without.is_empty() {
        page.paragraph(page.say(two(
            "Something was found in every category that our privacy policy announces.",
            "我们隐私政策公告的每个类别中都找到了数据。",
        )));
    } else {
        page.gap();
        without.iter().for_each(|title| page.item(title));
    }
    page.paragraph(&page.fill(ERASED_ALREADY, &[("who", &facts.controller.name)]));
}

/// What processors hold, and what is never stored.
pub(super) fn not_here(page: &mut Page, facts: &Facts) {
    let never: Vec<String> =
        facts.activities.iter().filter(|activity| !activity.held).map(|activity| page.text(&activity.title)).collect();
    if never.is_empty() && facts.elsewhere.is_empty() {
        return;
    }
    page.heading(two("What is held elsewhere or not at all", "保存在别处或从不保存的数据"));
    if !facts.elsewhere.is_empty() {
        page.paragraph(page.say(HELD_ELSEWHERE));
        page.gap();
        for elsewhere in &facts.elsewhere {
            let (title, reason) = (page.text(&elsewhere.title), page.text(&elsewhere.reason));
            let words = two("{title}: {reason}", "{title}：{reason}");
            page.item(&page.fill(words, &[("title", &title), ("reason", &reason)]));
        }
    }
    if !never.is_empty() {
        page.paragraph(page.say(NEVER_STORED));
        page.gap();
        never.iter().for_each(|title| page.item(title));
    }
}

/// What the person should know.
pub(super) fn findings(page: &mut Page, facts: &Facts) {
    if facts.findings.is_empty() {
        return;
    }
    page.heading(two("What you should know", "您应当知道的情况"));
    page.gap();
    for finding in &facts.findings {
        let sentence = finding.told.map_or(finding.message.as_str(), |told| page.say(told)).to_owned();
        let line = facts.ledger.iter().find(|line| Some(&line.collection) == finding.collection.as_ref());
        let place = line.map(|line| category(page, facts, line)).unwrap_or_default();
        let values = [("sentence", sentence.as_str()), ("place", &place), ("count", &grouped(finding.count))];
        page.item(&page.fill(two("{sentence} ({place}: {count})", "{sentence}（{place}：{count}）"), &values));
    }
}
