//! The person's other rights, and where to complain: plain words first, the provision after them.

use super::view::{Section, View};
use maud::{Markup, html};

/// A right: its name, what it means, where it stands; each in English and Chinese.
type Right = [(&'static str, &'static str); 3];

const GDPR: [Right; 7] = [
    [
        ("Access", "访问"),
        (
            "Ask which data about you are held, what they are used for and who receives them, and get a copy.",
            "了解保存了哪些关于您的数据、用途和接收方，并获取副本。",
        ),
        ("Art. 15", "第15条"),
    ],
    [
        ("Rectification", "更正"),
        ("Have wrong data corrected and incomplete data completed.", "要求更正不准确的数据，补全不完整的数据。"),
        ("Art. 16", "第16条"),
    ],
    [
        ("Erasure", "删除"),
        (
            "Have data erased that are no longer needed or that you no longer agree to. Receiving this archive erases nothing and takes this right from nobody.",
            "要求删除不再需要或您不再同意处理的数据。获取本档案不会删除任何数据，也不影响您的删除权。",
        ),
        ("Art. 17", "第17条"),
    ],
    [
        ("Restriction", "限制处理"),
        (
            "Have data only stored and not used, for example while a dispute about them is settled.",
            "要求仅保存而不使用数据，例如在争议解决期间。",
        ),
        ("Art. 18", "第18条"),
    ],
    [
        ("Portability", "可携带"),
        (
            "Ask again at any time, or have the data sent directly to another company where that is technically feasible.",
            "您可以随时再次提出请求；在技术可行时，可要求将数据直接传输给另一家公司。",
        ),
        ("Art. 20", "第20条"),
    ],
    [
        ("Objection", "反对"),
        (
            "Object to uses that rest on legitimate interests or a public task, and to direct marketing at any time.",
            "反对基于合法利益或公共利益任务的处理；对直接营销可随时反对。",
        ),
        ("Art. 21", "第21条"),
    ],
    [
        ("Withdrawal of consent", "撤回同意"),
        ("Withdraw a consent at any time; what was done before stays lawful.", "随时撤回同意；撤回前的处理仍然合法。"),
        ("Art. 7(3)", "第7条第3款"),
    ],
];

const PIPL: [Right; 6] = [
    [
        ("Access and copy", "查阅和复制"),
        ("Consult and copy your personal information.", "查阅、复制您的个人信息。"),
        ("Art. 45", "第四十五条"),
    ],
    [
        ("Transfer", "转移"),
        (
            "Have your personal information transferred to another handler whom you name, under the conditions set by the Chinese authority.",
            "在符合国家网信部门规定条件时，将个人信息转移至您指定的个人信息处理者。",
        ),
        ("Art. 45", "第四十五条"),
    ],
    [
        ("Correction and completion", "更正、补充"),
        ("Have wrong or incomplete information corrected or completed.", "要求更正或补充不准确、不完整的信息。"),
        ("Art. 46", "第四十六条"),
    ],
    [
        ("Deletion", "删除"),
        (
            "Have information deleted that is no longer needed, or once you withdraw your consent.",
            "在信息不再必要或您撤回同意等情形下，要求删除。",
        ),
        ("Art. 47", "第四十七条"),
    ],
    [
        ("Restriction, refusal, explanation", "限制、拒绝、要求说明"),
        (
            "Restrict or refuse the handling of your information, and have its rules explained.",
            "限制或者拒绝对您的个人信息的处理，并要求解释说明处理规则。",
        ),
        ("Art. 44, 48", "第四十四条、第四十八条"),
    ],
    [
        ("Withdrawal of consent", "撤回同意"),
        ("Withdraw a consent at any time; what was done before stays valid.", "随时撤回同意；撤回前的处理仍然有效。"),
        ("Art. 15", "第十五条"),
    ],
];

/// The rights under the law of the request, and the ways to complain.
pub(super) fn rights(view: &View<'_>) -> Section {
    let body = html! {
        p { (view.say("Besides this archive you have these rights. Using them is free of charge.",
            "除获取本档案外，您还享有以下权利，行使这些权利不收取费用。")) }
        @if view.pipl() {
            (list(view, &PIPL, view.say("PIPL ", "《个人信息保护法》")))
            (complaint_pipl(view))
            p { (view.say("Where the GDPR applies to you as well:", "如果 GDPR 也适用于您：")) }
        } @else {
            (list(view, &GDPR, "GDPR "))
        }
        (complaint_gdpr(view))
    };
    Section { name: "rights", title: view.say("Your rights", "您的权利"), body }
}

fn list(view: &View<'_>, rights: &[Right], law: &str) -> Markup {
    html! { dl.plain { @for [name, meaning, provision] in rights { div {
        dt { (view.say(name.0, name.1)) }
        dd { (view.say(meaning.0, meaning.1)) " " span.soft.whole { (law) (view.say(provision.0, provision.1)) } }
    } } } }
}

fn complaint_gdpr(view: &View<'_>) -> Markup {
    html! {
        p { (view.say(
            "You may complain to a data protection supervisory authority, in particular in the Member State where you live, where you work, or where you think the law was broken (GDPR Art. 77). You may also go to court (GDPR Art. 79). You need not ask us first.",
            "您可以向数据保护监管机构投诉，特别是您惯常居住地、工作地或您认为发生违法行为的成员国的监管机构（GDPR 第77条）。您也可以向法院起诉（GDPR 第79条）。您无需事先征求我们的意见。",
        )) }
        @if let (false, Some(authority)) = (view.pipl(), &view.facts.controller.supervisory_authority) {
            p { (view.fill(
                "The authority that supervises {who}: {authority}.",
                "{who}的监管机构：{authority}。",
                &[("who", view.controller()), ("authority", view.text(authority))],
            )) }
        }
    }
}

fn complaint_pipl(view: &View<'_>) -> Markup {
    let named = view.facts.controller.supervisory_authority.as_ref().map(|authority| view.text(authority));
    let authority = named.unwrap_or_else(|| {
        html! { (view.say("the Cyberspace Administration of China", "国家互联网信息办公室")) }
    });
    html! { p { (view.fill(
        "If a request is refused, you must be told the reasons, and you may bring an action before a people's court (PIPL Art. 50). You may also complain to the authority ({authority}) or another department that protects personal information (PIPL Art. 65).",
        "如果您的请求被拒绝，处理者应当说明理由，您可以依法向人民法院提起诉讼（《个人信息保护法》第五十条）。您也可以向监管机构（{authority}）或其他履行个人信息保护职责的部门投诉、举报（《个人信息保护法》第六十五条）。",
        &[("authority", authority)],
    )) } }
}
