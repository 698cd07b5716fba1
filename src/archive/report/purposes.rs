//! The processing activities that the privacy policy announces: basis, purpose, recipients, and how much of each is here.

use super::sentences::ERASED_ALREADY;
use super::shown::{number, value};
use super::view::{Section, View, numbers, words};
use crate::archive::facts::ActivityFacts;
use crate::records::{Bilingual, LegalBasis};
use maud::{Markup, html};

/// A table with one row for every activity.
pub(super) fn purposes(view: &View<'_>) -> Section {
    let activities = &view.facts.activities;
    let body = html! {
        @if activities.is_empty() {
            p { (view.say("No processing activity is announced.", "没有公告的处理活动。")) }
        } @else {
            (table(view, activities))
            p { (view.fill(
                ERASED_ALREADY.en,
                ERASED_ALREADY.zh,
                &[("who", view.controller())],
            )) }
        }
    };
    Section { name: "purposes", title: view.say("What your data are used for", "您的数据用于什么"), body }
}

fn table(view: &View<'_>, activities: &[ActivityFacts]) -> Markup {
    let kept = activities.iter().any(|activity| activity.retention.is_some());
    let mut head = vec![
        words(view.say("Processing activity", "处理活动")),
        words(view.say("Purpose", "目的")),
        words(view.say("Legal basis", "法律依据")),
    ];
    if kept {
        head.push(words(view.say("Kept for", "保存期限")));
    }
    head.push(numbers(view.say("Records here", "本档案中的记录")));
    let rows = html! { tbody { @for activity in activities {
        tr {
            th scope="row" {
                (view.text(&activity.title))
                @if let Some(section) = &activity.policy { div.soft { (view.fill(
                    "privacy policy, section {section}", "隐私政策第 {section} 节", &[("section", value(section))],
                )) } }
            }
            td { (purpose(view, activity)) }
            td { @if let Some(basis) = activity.legal_basis {
                (view.fixed(basis_words(basis)))
                div.soft { (view.fixed(if view.pipl() { pipl_provision(basis) } else { gdpr_provision(basis) })) }
            } }
            @if kept { td.whole { @if let Some(period) = &activity.retention { (retention(view, period)) } } }
            (here(view, activity))
        }
    } } };
    view.table(view.say("Processing activities", "处理活动"), &head, rows)
}

fn purpose(view: &View<'_>, activity: &ActivityFacts) -> Markup {
    html! {
        @if let Some(purpose) = &activity.purpose { (view.text(purpose)) }
        @if !activity.recipients.is_empty() {
            div.soft {
                (view.say("Shared with: ", "接收方："))
                @for (at, recipient) in activity.recipients.iter().enumerate() {
                    @if at > 0 { (view.say(", ", "、")) }
                    (view.text(recipient))
                }
            }
        }
        @if !activity.automated { div.soft { (view.say("Not by automated means", "非自动化处理")) } }
    }
}

/// How much of an activity is in the archive.
fn here(view: &View<'_>, activity: &ActivityFacts) -> Markup {
    let count = view.digest.activities.get(&activity.key).copied().unwrap_or(0);
    if !activity.held && count == 0 {
        return html! { td.number { (view.say("never stored", "从不保存")) } };
    }
    html! { td.number {
        (number(count))
        @if activity.voluntary { div.soft { (view.say("given voluntarily", "自愿提供")) } }
    } }
}

/// A basis in words.
fn basis_words(basis: LegalBasis) -> Bilingual {
    let (en, zh) = match basis {
        LegalBasis::Consent => ("Your consent", "您的同意"),
        LegalBasis::ExplicitConsent => ("Your explicit consent", "您的明示同意"),
        LegalBasis::Contract => ("A contract with you", "与您的合同"),
        LegalBasis::LegalObligation => ("A legal obligation", "法律义务"),
        LegalBasis::VitalInterests => ("Vital interests", "重大生命利益"),
        LegalBasis::PublicTask => ("A public task", "公共利益任务"),
        LegalBasis::LegitimateInterests => ("Legitimate interests", "合法利益"),
    };
    Bilingual { en, zh }
}

/// Where a basis stands in the GDPR.
fn gdpr_provision(basis: LegalBasis) -> Bilingual {
    let (en, zh) = match basis {
        LegalBasis::Consent => ("GDPR Art. 6(1)(a)", "GDPR 第6条第1款(a)项"),
        LegalBasis::ExplicitConsent => ("GDPR Art. 6(1)(a), 9(2)(a)", "GDPR 第6条第1款(a)项、第9条第2款(a)项"),
        LegalBasis::Contract => ("GDPR Art. 6(1)(b)", "GDPR 第6条第1款(b)项"),
        LegalBasis::LegalObligation => ("GDPR Art. 6(1)(c)", "GDPR 第6条第1款(c)项"),
        LegalBasis::VitalInterests => ("GDPR Art. 6(1)(d)", "GDPR 第6条第1款(d)项"),
        LegalBasis::PublicTask => ("GDPR Art. 6(1)(e)", "GDPR 第6条第1款(e)项"),
        LegalBasis::LegitimateInterests => ("GDPR Art. 6(1)(f)", "GDPR 第6条第1款(f)项"),
    };
    Bilingual { en, zh }
}

/// Where a basis stands in the PIPL, which knows no legitimate interests.
fn pipl_provision(basis: LegalBasis) -> Bilingual {
    let (en, zh) = match basis {
        LegalBasis::Consent => ("PIPL Art. 13(1)(1)", "《个人信息保护法》第十三条第一款第一项"),
        LegalBasis::ExplicitConsent => ("PIPL Art. 13(1)(1), 29", "《个人信息保护法》第十三条第一款第一项、第二十九条"),
        LegalBasis::Contract => ("PIPL Art. 13(1)(2)", "《个人信息保护法》第十三条第一款第二项"),
        LegalBasis::LegalObligation | LegalBasis::PublicTask => {
            ("PIPL Art. 13(1)(3)", "《个人信息保护法》第十三条第一款第三项")
        }
        LegalBasis::VitalInterests => ("PIPL Art. 13(1)(4)", "《个人信息保护法》第十三条第一款第四项"),
        LegalBasis::LegitimateInterests => ("no basis under the PIPL", "《个人信息保护法》中无此依据"),
    };
    Bilingual { en, zh }
}

/// An ISO 8601 duration of one unit in words, any other as it is.
fn retention(view: &View<'_>, period: &str) -> Markup {
    let parts = period.strip_prefix('P').and_then(|rest| {
        let (number, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        Some((number.parse::<u32>().ok()?, unit))
    });
    let (count, en, zh) = match parts {
        Some((count, "Y")) => (count, if count == 1 { " year" } else { " years" }, " 年"),
        Some((count, "M")) => (count, if count == 1 { " month" } else { " months" }, " 个月"),
        Some((count, "W")) => (count, if count == 1 { " week" } else { " weeks" }, " 周"),
        Some((count, "D")) => (count, if count == 1 { " day" } else { " days" }, " 天"),
        _ => return value(period),
    };
    html! { (count) (view.say(en, zh)) }
}
