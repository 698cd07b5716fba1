//! What this is, who answers for which request, and whom to write to.

use super::sentences::{FOR_A_CHILD, PREVAILS};
use super::shown::{self, number, value};
use super::view::{Section, View};
use maud::{Markup, html};

/// The whole archive in one line.
pub(super) fn summary(view: &View<'_>) -> Markup {
    let files = view.digest.files();
    let total = view.digest.total();
    if total == 0 {
        return html! { p.lead { (view.fill(
            "{who} found no record about you that goes into this archive.",
            "{who}未找到可放入本档案的关于您的记录。",
            &[("who", view.controller())],
        )) } };
    }
    html! { p.lead { (view.fill(
        "Records about you: {records}. Files: {files} ({size}).",
        "关于您的记录：{records} 条；文件：{files} 个（{size}）。",
        &[("records", number(total)), ("files", number(files.count)), ("size", html! { (shown::size(files.bytes)) })],
    )) } }
}

/// What this is, and the request that it answers.
pub(super) fn about(view: &View<'_>) -> Section {
    let who = [("who", view.controller())];
    let body = html! {
        @if view.facts.child { p { strong { (view.fill(FOR_A_CHILD.en, FOR_A_CHILD.zh, &who)) } } }
        p { (what(view)) }
        p { (view.fill(
            "You may keep it, read it, load it into other programs, or hand it to another company; {who} must not hinder you. The files are in open formats, so that no particular program is needed.",
            "您可以保存、阅读、导入其他程序，或交给其他公司；{who}不得阻碍。所有文件均采用开放格式，无需特定程序。",
            &who,
        )) }
        (request(view))
        p { (view.fill(
            "This answer is free of charge{law}.",
            "本次答复不收取任何费用{law}。",
            &[("law", html! { (view.say(" (Art. 12(5) GDPR)", "（GDPR 第12条第5款）")) })],
        )) }
        @if let Some(prevailing) = prevailing(view) { p { (prevailing) } }
    };
    Section { name: "about", title: view.say("What this is", "这是什么"), body }
}

fn what(view: &View<'_>) -> Markup {
    let who = [("who", view.controller())];
    if view.pipl() {
        return view.fill(
            "This folder is the answer of {who} to your request to receive your personal information in a form that can be transferred. The law that gives you this right is Art. 45 of the Personal Information Protection Law of the People's Republic of China (PIPL); Art. 20 of the General Data Protection Regulation (GDPR) of the European Union calls it data portability. It holds the data that you provided or that arose from your use of the service.",
            "本文件夹是{who}对您请求以可转移的形式获取个人信息的答复。赋予您这项权利的是《中华人民共和国个人信息保护法》第四十五条；欧盟《通用数据保护条例》（GDPR）第20条称之为数据可携带权。其中包含您提供的数据，以及您使用服务时产生的数据。",
            &who,
        );
    }
    view.fill(
        "This folder is the answer of {who} to your request for data portability. Art. 20 of the General Data Protection Regulation (GDPR) gives you the right to receive the personal data that you provided, or that arose from your use of the service, where it is used with your consent or for a contract with you.",
        "本文件夹是{who}对您的数据可携带请求的答复。《通用数据保护条例》（GDPR）第20条赋予您获取个人数据的权利：凡是您提供的、或您使用服务时产生的数据，只要其处理基于您的同意或与您的合同，您都有权获取。",
        &who,
    )
}

/// Who answered, for which request.
fn request(view: &View<'_>) -> Markup {
    let facts = view.facts;
    html! {
        dl.facts {
            div { dt { (view.say("Answered by", "答复方")) } dd { (view.controller()) } }
            @if let Some(reference) = &facts.reference {
                div { dt { (view.say("Reference of the request", "请求编号")) } dd { (value(reference)) } }
            }
            @if let Some(received) = facts.received {
                div { dt { (view.say("Request received", "收到请求的时间")) } dd { (view.instant(received)) } }
            }
            @if !facts.only.is_empty() {
                div { dt { (view.say("Asked for only", "仅请求")) } dd { (value(&facts.only.join(", "))) } }
            }
            div { dt { (view.say("State of the data as of", "数据截至时间")) } dd { (view.instant(facts.as_of)) } }
            div { dt { (view.say("Law", "适用法律")) } dd { (if view.pipl() {
                view.say("PIPL (China), Art. 45", "《个人信息保护法》第四十五条")
            } else {
                view.say("GDPR (European Union), Art. 20", "GDPR（欧盟）第20条")
            }) } }
            @if let Some(law) = &facts.deceased {
                div { dt { (view.say("The person has died; given under", "本人已去世，提供依据")) } dd { (value(law)) } }
            }
            @if let Some(title) = &facts.controller.policy_title {
                div { dt { (view.say("Privacy policy", "隐私政策")) } dd {
                    (view.text(title))
                    @if let Some(day) = &facts.controller.policy_effective { (view.fill(
                        ", in force since {day}", "，自 {day} 起生效", &[("day", value(day))],
                    )) }
                } }
            }
        }
    }
}

/// Which language version counts, if more than one could.
fn prevailing(view: &View<'_>) -> Option<Markup> {
    let several = view.facts.languages.len() > 1;
    let Some(tag) = &view.facts.controller.prevailing_language else {
        return several.then(|| html! { (view.say(
            "This report says the same in every language in which it is written; none of them is named as the one that prevails.",
            "本报告的各语言版本内容相同，未指定以哪一种语言为准。",
        )) });
    };
    let language = match tag.split('-').next().unwrap_or("").to_ascii_lowercase().as_str() {
        "zh" => html! { (view.say("Chinese", "中文")) },
        "en" => html! { (view.say("English", "英文")) },
        _ => html! {},
    };
    Some(view.fill(PREVAILS.en, PREVAILS.zh, &[("language", language), ("tag", value(tag))]))
}

/// Whom to write to.
pub(super) fn contact(view: &View<'_>) -> Section {
    let controller = &view.facts.controller;
    let body = html! {
        p { (view.say(
            "Write here with any question about this archive, to have something corrected or erased, or to ask for more:",
            "如对本档案有任何疑问，或需要更正、删除、索取更多数据，请联系：",
        )) }
        dl.facts {
            div { dt { (view.say("Controller", "控制者")) } dd {
                (view.controller())
                @if let Some(country) = &controller.country { " (" (value(country)) ")" }
                br; (value(&controller.id))
            } }
            @if let Some(email) = &controller.email {
                div { dt { (view.say("E-mail", "电子邮箱")) } dd {
                    @if let Some(target) = shown::mailto(email) { a href=(target) { (value(email)) } }
                    @else { (value(email)) }
                } }
            }
            @if let Some(dpo) = &controller.dpo {
                div { dt { (view.say("Data protection officer", "数据保护官")) } dd { (view.text(dpo)) } }
            }
            @if let Some(representative) = &controller.representative {
                div { dt { (view.say("Representative in the European Union", "欧盟代表")) } dd { (view.text(representative)) } }
            }
        }
        @if let Some(reference) = &view.facts.reference { p { (view.fill(
            "Please name the reference {reference}.",
            "请注明请求编号 {reference}。",
            &[("reference", value(reference))],
        )) } }
    };
    Section { name: "contact", title: view.say("Whom to ask", "联系方式"), body }
}
