//! How every letter begins and ends: who writes about which request; the person's rights, where to complain, which
//! court, whom to ask (Art. 12(4), 77, 79; PIPL 50).

use super::Occasion;
use super::page::{Page, two};
use crate::archive::report::sentences::{
    CHINESE_AUTHORITY, COMPLAINT_GDPR, COMPLAINT_PIPL, OWN_AUTHORITY, PREVAILS, RIGHTS_GDPR, RIGHTS_PIPL, Right,
};
use crate::archive::report::visible;
use crate::records::Bilingual;

/// The longest name or address.
const NAME: usize = 300;

/// Who writes, when, about what.
pub(super) fn begin(page: &mut Page, occasion: &Occasion<'_>, subject: Bilingual) {
    let controller = occasion.controller;
    page.line(&controller.name);
    for line in [&controller.email, &Some(controller.id.clone())].into_iter().flatten() {
        page.line(line);
    }
    page.gap();
    page.line(&page.fill(two("Date: {day}", "日期：{day}"), &[("day", &occasion.day(occasion.as_of).to_string())]));
    if let Some(reference) = occasion.reference {
        page.line(&page.fill(two("Reference: {reference}", "编号：{reference}"), &[("reference", reference)]));
    }
    page.heading(subject);
}

/// When the request came, and by when the law wants an answer.
pub(super) fn times(page: &mut Page, occasion: &Occasion<'_>) {
    let (Some(received), Some(deadlines)) = (occasion.received, occasion.deadlines) else { return };
    let (received, last) = (occasion.day(received).to_string(), deadlines.last_day().to_string());
    let extended = deadlines.extended_last_day().to_string();
    let values = [("received", received.as_str()), ("last", last.as_str()), ("extended", extended.as_str())];
    let words = if occasion.pipl() {
        two("We received your request on {received}.", "我们于 {received} 收到您的请求。")
    } else {
        two(
            "We received your request on {received}. The month that the law gives for the answer (Art. 12(3) GDPR) ends on {last}.",
            "我们于 {received} 收到您的请求。法律规定的一个月答复期限（GDPR 第12条第3款）于 {last} 届满。",
        )
    };
    page.paragraph(&page.fill(words, &values));
    paused(page, occasion);
    if !occasion.pipl() && occasion.day(occasion.as_of) > deadlines.last_day() {
        page.paragraph(&page.fill(
            two(
                "This answer comes after that day. If we wrote to you within the month that we need more time, and why, the time ends on {extended}; if we did not, we are late, and you may complain about that too.",
                "本次答复晚于该日期。如果我们在一个月内已告知您需要延长及其理由，则期限于 {extended} 届满；否则属于我们逾期，您也可以就此投诉。",
            ),
            &values,
        ));
    }
}

/// Why the month ends later than it would by the day of receipt (requirement B5).
pub(super) fn paused(page: &mut Page, occasion: &Occasion<'_>) {
    let Some(pause) = occasion.pause.filter(|_| !occasion.pipl()) else { return };
    let asked = occasion.day(pause.asked).to_string();
    let confirmed = pause.confirmed.map(|at| occasion.day(at).to_string()).unwrap_or_default();
    let words = match pause.confirmed {
        Some(_) => two(
            "On {asked} we asked for something more, to be sure who you are, and had it on {confirmed}. The days between do not count.",
            "为确认您的身份，我们于 {asked} 请您补充信息，并于 {confirmed} 收到。其间的天数不计入期限。",
        ),
        None => two(
            "On {asked} we asked for something more, to be sure who you are, and still wait for it. These days do not count.",
            "为确认您的身份，我们于 {asked} 请您补充信息，目前仍在等待。其间的天数不计入期限。",
        ),
    };
    page.paragraph(&page.fill(words, &[("asked", &asked), ("confirmed", &confirmed)]));
}

/// That nothing is to be paid.
pub(super) fn free(page: &mut Page, occasion: &Occasion<'_>) {
    page.paragraph(page.say(if occasion.pipl() {
        two("This answer is free of charge.", "本次答复不收取任何费用。")
    } else {
        two("This answer is free of charge (Art. 12(5) GDPR).", "本次答复不收取任何费用（GDPR 第12条第5款）。")
    }));
}

/// Rights, complaint, court, contact.
pub(super) fn end(page: &mut Page, occasion: &Occasion<'_>) {
    let controller = occasion.controller;
    page.heading(two("Your rights", "您的权利"));
    page.gap();
    if occasion.pipl() {
        rights(page, &RIGHTS_PIPL, two("PIPL {where}", "《个人信息保护法》{where}"));
    } else {
        rights(page, &RIGHTS_GDPR, two("GDPR {where}", "GDPR {where}"));
    }
    page.heading(two("Where to complain, and the court", "投诉与诉讼"));
    let named = controller.supervisory_authority.as_ref().map(|authority| page.text(authority));
    if occasion.pipl() {
        let authority = named.unwrap_or_else(|| page.say(CHINESE_AUTHORITY).to_owned());
        page.paragraph(&page.fill(COMPLAINT_PIPL, &[("authority", &authority)]));
        page.paragraph(page.say(two("Where the GDPR applies to you as well:", "如果 GDPR 也适用于您：")));
        page.paragraph(page.say(COMPLAINT_GDPR));
    } else {
        page.paragraph(page.say(COMPLAINT_GDPR));
        if let Some(authority) = named {
            let values = [("who", controller.name.as_str()), ("authority", authority.as_str())];
            page.paragraph(&page.fill(OWN_AUTHORITY, &values));
        }
    }
    page.heading(two("Whom to ask", "联系方式"));
    page.gap();
    page.line(&controller.name);
    for line in controller.email.iter().chain([&controller.id]) {
        page.line(line);
    }
    if let Some(dpo) = &controller.dpo {
        let dpo = visible(&page.text(dpo), NAME);
        page.line(&page.fill(two("Data protection officer: {dpo}", "数据保护官：{dpo}"), &[("dpo", &dpo)]));
    }
    if let Some(representative) = &controller.representative {
        let name = visible(&page.text(representative), NAME);
        let words = two("Representative in the European Union: {name}", "欧盟代表：{name}");
        page.line(&page.fill(words, &[("name", &name)]));
    }
    if let Some(reference) = occasion.reference {
        let words = two("Please name the reference {reference}.", "请注明请求编号 {reference}。");
        page.line(&page.fill(words, &[("reference", reference)]));
    }
    if let Some(tag) = &controller.prevailing_language {
        let language = match tag.split('-').next() {
            Some("zh") => page.say(two("Chinese", "中文")),
            Some("en") => page.say(two("English", "英文")),
            _ => "",
        };
        page.paragraph(&page.fill(PREVAILS, &[("language", language), ("tag", tag)]));
    }
}

fn rights(page: &mut Page, rights: &[Right], law: Bilingual) {
    for [name, meaning, provision] in rights {
        let pair = |(en, zh): (&'static str, &'static str)| two(en, zh);
        let law = page.fill(law, &[("where", page.say(pair(*provision)))]);
        let values = [("name", page.say(pair(*name))), ("meaning", page.say(pair(*meaning))), ("law", law.as_str())];
        page.item(&page.fill(two("{name}: {meaning} ({law})", "{name}：{meaning}（{law}）"), &values));
    }
}
