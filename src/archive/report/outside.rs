//! What stayed out and why, what was held back inside records, what is elsewhere, and what the person should know.

use super::sentences::{HELD_ELSEWHERE, NEVER_STORED};
use super::shown::{number, value};
use super::view::{Section, View, numbers, words};
use crate::archive::facts::{Finding, LedgerLine};
use crate::records::Code;
use maud::{Markup, html};

/// Which counts of a line are meant.
type Counts = fn(&LedgerLine, Code) -> u64;

/// Records that were found and are not in the archive.
pub(super) fn stayed_out(view: &View<'_>) -> Section {
    let excluded: Counts = |line, code| line.excluded.get(&code).copied().unwrap_or(0);
    let total = sum(view, excluded);
    let body = html! {
        @if total == 0 {
            p { (view.say(
                "Nothing: every record that was found about you is in this archive.",
                "没有：找到的关于您的记录全部在本档案中。",
            )) }
        } @else {
            p { (view.fill(
                "Records that were found, but that data portability does not cover or that may not be given out: {count}. {who} still holds them. The reasons:",
                "已找到、但不属于可携带权范围或不得提供的记录：{count} 条。这些记录仍保存在{who}处。原因如下：",
                &[("count", number(total)), ("who", view.controller())],
            )) }
            (by_code(view, view.say("Records that stayed out, by reason", "未提供的记录（按原因）"), excluded))
        }
        p { (view.access_pointer()) }
        (account(view))
    };
    Section { name: "out", title: view.say("What stayed out, and why", "哪些内容未提供，以及原因"), body }
}

/// Values that are missing from, or unusual in, the records that are here.
pub(super) fn held_back(view: &View<'_>) -> Option<Section> {
    let withheld: Counts = |line, code| line.withheld.get(&code).copied().unwrap_or(0);
    let (total, verbatim) = (sum(view, withheld), view.facts.ledger.iter().map(|line| line.verbatim).sum::<u64>());
    if total == 0 && verbatim == 0 {
        return None;
    }
    let body = html! {
        @if total > 0 {
            p { (view.fill(
                "Single values that were held back from records in this archive: {count}. Except for internal and secret ones, each such record says under “withheld” which they are.",
                "本档案的记录中未提供的单独的值：{count} 个。除内部值和机密外，每条相关记录都在“withheld”下注明了是哪些值。",
                &[("count", number(total))],
            )) }
            (by_code(view, view.say("Values that were held back, by reason", "未提供的值（按原因）"), withheld))
            (omitted(view))
        }
        @if verbatim > 0 {
            p { (view.fill(
                "Values that could not be read as what they should be, for example a date that does not exist: {count}. Nothing was guessed; such a value stands under “verbatim” in its record, exactly as it was stored.",
                "无法按其应有的类型读取的值（例如不存在的日期）：{count} 个。我们没有猜测，此类值按原样保存在记录的“verbatim”下。",
                &[("count", number(verbatim))],
            )) }
            ul { @for line in view.facts.ledger.iter().filter(|line| line.verbatim > 0) {
                li { (view.collection(&line.collection)) (view.say(": ", "：")) (number(line.verbatim)) }
            } }
        }
    };
    Some(Section {
        name: "withheld", title: view.say("What was held back inside records", "记录中未提供的值"), body
    })
}

fn sum(view: &View<'_>, counts: Counts) -> u64 {
    Code::ALL.into_iter().flat_map(|code| view.facts.ledger.iter().map(move |line| counts(line, code))).sum()
}

/// Each reason once, with its number, and below it the collections that it applies to.
fn by_code(view: &View<'_>, caption: &str, counts: Counts) -> Markup {
    let groups = Code::ALL.into_iter().filter_map(|code| {
        let lines: Vec<_> = view.facts.ledger.iter().map(|line| (line, counts(line, code))).collect();
        let lines: Vec<_> = lines.into_iter().filter(|(_, count)| *count > 0).collect();
        (!lines.is_empty()).then_some((code, lines))
    });
    let rows = html! { @for (code, lines) in groups {
        tbody {
            tr.group {
                th scope="rowgroup" {
                    (view.fixed(code.sentence_under(view.pipl())))
                    div.soft { code { (code.as_str()) } " · " span lang=[view.language.chinese.then_some("en")] { (code.provision_under(view.pipl())) } }
                }
                td.number { strong { (number(lines.iter().map(|(_, count)| count).sum())) } }
            }
            @for (line, count) in &lines {
                tr { td.inset { (view.collection(&line.collection)) } td.number { (number(*count)) } }
            }
        }
    } };
    let head = [
        words(view.say("Reason, and the collection it applies to", "原因及所涉及的数据集")),
        numbers(view.say("Number", "数量")),
    ];
    view.table(caption, &head, rows)
}

/// The values that the configuration keeps out, with the reasons that it gives, for collections that are in the archive.
fn omitted(view: &View<'_>) -> Markup {
    let here = |name: &str| view.facts.ledger.iter().any(|line| line.collection == name && line.portable > 0);
    let collections = || view.facts.collections.iter().filter(|c| !c.omitted.is_empty() && here(&c.name));
    if collections().next().is_none() {
        return html! {};
    }
    let rows = html! { @for collection in collections() {
        tbody {
            @for (at, (column, reason)) in collection.omitted.iter().enumerate() {
                tr {
                    @if at == 0 {
                        th scope="rowgroup" rowspan=(collection.omitted.len()) { (view.collection(&collection.name)) }
                    }
                    td { code { (value(column)) } }
                    td { (value(reason)) }
                }
            }
        }
    } };
    let caption = view.say("Values that are always left out, each with its reason", "始终不提供的值及其理由");
    html! { details {
        summary { (caption) }
        (view.table(caption, &[words(view.say("Collection", "数据集")), words(view.say("Value", "值")), words(view.say("Reason", "理由"))], rows))
    } }
}

/// The account of every record: found = here + stayed out.
fn account(view: &View<'_>) -> Markup {
    if view.facts.ledger.is_empty() {
        return html! {};
    }
    let out = |line: &LedgerLine| line.excluded.values().sum::<u64>();
    let rows = html! { tbody { @for line in &view.facts.ledger {
        tr {
            th scope="row" { (view.collection(&line.collection)) }
            td.number { (number(line.matched)) }
            td.number { (number(line.portable)) }
            td.number { (number(out(line))) }
        }
    } } };
    let caption = view.say("The account of every record that was found", "所有找到的记录的账目");
    let head = [
        words(view.say("Collection", "数据集")),
        numbers(view.say("Found", "找到")),
        numbers(view.say("In this archive", "在本档案中")),
        numbers(view.say("Stayed out", "未提供")),
    ];
    html! { details { summary { (caption) } (view.table(caption, &head, rows)) } }
}

/// What is held elsewhere, and what is announced as never stored.
pub(super) fn not_here(view: &View<'_>) -> Option<Section> {
    let never: Vec<_> = view.facts.activities.iter().filter(|activity| !activity.held).collect();
    let elsewhere = &view.facts.elsewhere;
    if never.is_empty() && elsewhere.is_empty() {
        return None;
    }
    let body = html! {
        @if !elsewhere.is_empty() {
            p { (view.fixed(HELD_ELSEWHERE)) }
            dl.plain { @for entry in elsewhere { div { dt { (view.text(&entry.title)) } dd { (view.text(&entry.reason)) } } } }
        }
        @if !never.is_empty() {
            p { (view.fixed(NEVER_STORED)) }
            ul { @for activity in never { li {
                (view.text(&activity.title))
                @if let Some(section) = &activity.policy { (view.fill(
                    " (privacy policy, section {section})", "（隐私政策第 {section} 节）", &[("section", value(section))],
                )) }
            } } }
        }
    };
    Some(Section {
        name: "elsewhere",
        title: view.say("What is held elsewhere or not at all", "保存在别处或从不保存的数据"),
        body,
    })
}

/// Findings, each with its number.
pub(super) fn findings(view: &View<'_>) -> Option<Section> {
    if view.facts.findings.is_empty() {
        return None;
    }
    let body = html! {
        p { (view.say(
            "While this archive was made, the following was noticed. You may ask the contact below about it.",
            "制作本档案时注意到以下情况。您可以向下方的联系人询问。",
        )) }
        ul { @for finding in &view.facts.findings { li {
            (message(view, finding))
            " " span.soft {
                "(" code { (value(finding.code)) }
                @if let Some(collection) = &finding.collection { " · " (view.collection(collection)) }
                " · " (number(finding.count)) ")"
            }
        } } }
    };
    Some(Section { name: "findings", title: view.say("What you should know", "您应当知道的情况"), body })
}

/// What the person reads; a finding without words for the person stands in those of the operator.
fn message(view: &View<'_>, finding: &Finding) -> Markup {
    match finding.told {
        Some(told) => html! { (view.fixed(told)) },
        None => html! { span lang=[view.language.chinese.then_some("en")] { (value(&finding.message)) } },
    }
}
