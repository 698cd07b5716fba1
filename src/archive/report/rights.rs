//! The person's other rights, and where to complain: plain words first, the provision after them.

use super::sentences::{
    CHINESE_AUTHORITY, COMPLAINT_GDPR, COMPLAINT_PIPL, OWN_AUTHORITY, RIGHTS_GDPR, RIGHTS_PIPL, Right,
};
use super::view::{Section, View};
use maud::{Markup, html};

/// The rights under the law of the request, and the ways to complain.
pub(super) fn rights(view: &View<'_>) -> Section {
    let body = html! {
        p { (view.say("Besides this archive you have these rights. Using them is free of charge.",
            "除获取本档案外，您还享有以下权利，行使这些权利不收取费用。")) }
        @if view.pipl() {
            (list(view, &RIGHTS_PIPL, view.say("PIPL ", "《个人信息保护法》")))
            (complaint_pipl(view))
            p { (view.say("Where the GDPR applies to you as well:", "如果 GDPR 也适用于您：")) }
        } @else {
            (list(view, &RIGHTS_GDPR, "GDPR "))
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
        p { (view.fixed(COMPLAINT_GDPR)) }
        @if let (false, Some(authority)) = (view.pipl(), &view.facts.controller.supervisory_authority) {
            p { (view.fill(
                OWN_AUTHORITY.en,
                OWN_AUTHORITY.zh,
                &[("who", view.controller()), ("authority", view.text(authority))],
            )) }
        }
    }
}

fn complaint_pipl(view: &View<'_>) -> Markup {
    let named = view.facts.controller.supervisory_authority.as_ref().map(|authority| view.text(authority));
    let authority = named.unwrap_or_else(|| {
        html! { (view.fixed(CHINESE_AUTHORITY)) }
    });
    html! { p { (view.fill(
        COMPLAINT_PIPL.en,
        COMPLAINT_PIPL.zh,
        &[("authority", authority)],
    )) } }
}
