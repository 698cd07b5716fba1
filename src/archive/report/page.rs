//! The page around the sections: the head that lets nothing in, the first line, and the ways from one language to another.

use super::shown::{self, value};
use super::view::{Language, Section, View};
use super::{about, inside, others, outside, purposes, records, rights, timeline, usage};
use crate::archive::facts::Facts;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Nothing runs, nothing is loaded, nothing is sent.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("style.css");

/// The whole document; every view is one language.
pub(super) fn document(views: &[View<'_>]) -> Markup {
    let Some(first) = views.first() else { return html! {} };
    html! {
        (DOCTYPE)
        html lang=(first.language.html_tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                meta name="color-scheme" content="light dark";
                title { (title(first)) " " (shown::visible(&first.facts.controller.name, 120)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    div.first { div.wrap {
                        @for view in distinct(views) { p lang=(view.language.html_tag()) { (first_line(view)) } }
                    } }
                    div.wrap.masthead {
                        @for view in views { (skip_link(view.language)) }
                        h1 {
                            @for view in distinct(views) {
                                span lang=(view.language.html_tag()) { (title(view)) " " (view.controller()) }
                            }
                        }
                        @if views.len() > 1 { (languages(views)) }
                    }
                }
                main.wrap { @for view in views { (part(view)) } }
                footer { div.wrap {
                    @for view in distinct(views) {
                        p lang=(view.language.html_tag()) { (view.say(
                            "This page was made with art20. It contains no program, loads nothing and sends nothing.",
                            "本页面由 art20 生成。页面不含任何程序，不加载也不发送任何内容。",
                        )) }
                    }
                } }
            }
        }
    }
}

/// The views whose fixed texts are not said before.
fn distinct<'v, 'a>(views: &'v [View<'a>]) -> impl Iterator<Item = &'v View<'a>> {
    views.iter().filter(|view| !view.language.repeated)
}

fn title(view: &View<'_>) -> &'static str {
    view.say("Your data from", "您的个人数据 ·")
}

/// The first line that a person sees: opened inside the zip, none of the links works.
fn first_line(view: &View<'_>) -> Markup {
    html! {
        strong { (view.say("Extract everything first.", "请先解压全部文件。")) } " "
        (view.say(
            "If you opened this page inside the zip file, extract the whole archive into a folder and open README.html there: only then do its links work.",
            "如果您是在压缩包内打开本页面，请先将整个压缩包解压到一个文件夹，再从该文件夹打开 README.html，页面中的链接才能使用。",
        ))
    }
}

fn skip_link(language: &Language) -> Markup {
    let words = if language.chinese { "跳到正文：" } else { "Skip to the text in " };
    html! { a.skip href={ "#" (language.id) } lang=(language.html_tag()) { (words) (language.own_name()) } }
}

/// The same report in each language, from the top of the page.
fn languages(views: &[View<'_>]) -> Markup {
    let label: Vec<&str> = distinct(views).map(|view| view.say("Language", "语言")).collect();
    html! {
        nav.languages aria-label=(label.join(" / ")) {
            @for view in views {
                a href={ "#" (view.language.id) } lang=(view.language.html_tag()) { (view.language.own_name()) }
            }
        }
    }
}

/// Everything in one language.
fn part(view: &View<'_>) -> Markup {
    let sections = sections(view);
    html! {
        article lang=(view.language.html_tag()) aria-labelledby=(view.id("title")) {
            h2 id=(view.language.id) tabindex="-1" { span id=(view.id("title")) {
                (view.label(view.say("The report in English", "中文报告")))
            } }
            (incomplete(view.facts, view))
            (about::summary(view))
            nav.contents aria-label=(view.label(view.say("Contents", "目录"))) {
                ol { @for section in &sections { li { a href={ "#" (view.id(section.name)) } { (section.title) } } } }
            }
            @for section in &sections {
                section {
                    h3 id=(view.id(section.name)) { (section.title) }
                    (section.body)
                }
            }
        }
    }
}

fn sections(view: &View<'_>) -> Vec<Section> {
    let all = [
        Some(about::about(view)),
        Some(inside::inside(view)),
        timeline::timeline(view),
        records::first_records(view),
        Some(outside::stayed_out(view)),
        outside::held_back(view),
        others::others(view),
        outside::not_here(view),
        outside::findings(view),
        Some(purposes::purposes(view)),
        Some(rights::rights(view)),
        Some(about::contact(view)),
        Some(usage::open(view)),
        Some(usage::keep_safe(view)),
        Some(usage::check(view)),
    ];
    all.into_iter().flatten().collect()
}

/// A partial archive says so before anything else.
fn incomplete(facts: &Facts, view: &View<'_>) -> Markup {
    if facts.missing.is_empty() {
        return html! {};
    }
    html! {
        div.warning {
            p { strong { (view.say("This archive is not complete.", "本档案不完整。")) } " " (view.fill(
                "{who} could not read the following, and made the archive without it on purpose, so that you need not wait. Ask the contact below when the rest will follow:",
                "{who}未能读取以下内容，为了不让您久等，特意先制作了不含这些内容的档案。请向下方的联系人询问其余部分何时提供：",
                &[("who", view.controller())],
            )) }
            ul { @for name in &facts.missing { li { code { (value(name)) } } } }
        }
    }
}
