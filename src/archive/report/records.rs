//! The first records of each kind, so that a person sees at once what such a record is.

use super::cells::{ADDRESS, Cell, Row, columns};
use super::digest::FIRST;
use super::inside::places;
use super::shown::{self, number, value};
use super::view::{Head, Section, View, numbers, words};
use crate::records::record::ADDITIONAL;
use crate::records::{Bilingual, Kind};
use maud::{Markup, html};

/// The widest table that is still read with pleasure.
const COLUMNS: usize = 8;

/// A small table for each kind that has records.
pub(super) fn first_records(view: &View<'_>) -> Option<Section> {
    if view.digest.total() == 0 {
        return None;
    }
    let body = html! {
        p { (view.fill(
            "At most {count} records of each kind, with long texts shortened; the files hold them all, and whole. Times are those of {zone}.",
            "每类最多显示 {count} 条，较长的文字已缩短；文件中包含全部完整内容。时间为 {zone} 时区。",
            &[("count", html! { (FIRST) }), ("zone", value(view.digest.zone_name()))],
        )) }
        @for (kind, of) in &view.digest.kinds {
            h4 { (view.fixed(kind.title())) }
            (table(view, *kind, of.count, &of.first))
            p.after { (view.fill(
                "All {count}: {links}",
                "全部 {count} 条：{links}",
                &[("count", number(of.count)), ("links", view.links(&places(*kind)))],
            )) }
        }
    };
    Some(Section {
        name: "records", title: view.say("The first records of each kind", "每类的前几条记录"), body
    })
}

fn table(view: &View<'_>, kind: Kind, count: u64, rows: &[Row]) -> Markup {
    let paths = shown_columns(kind, rows);
    let noted = rows.iter().any(|row| row.restricted || row.voluntary);
    let names: Vec<String> = paths.iter().map(|path| heading(view, kind, path)).collect();
    let is_number = |path: &str| rows.iter().any(|row| matches!(row.cell(path), Some(Cell::Number(_))));
    let mut head: Vec<Head<'_>> = paths
        .iter()
        .zip(&names)
        .map(|(path, name)| if is_number(path) { numbers(name) } else { words(name) })
        .collect();
    if noted {
        head.push(words(view.say("Note", "备注")));
    }
    if head.is_empty() {
        head.push(words(view.say("Content", "内容")));
    }
    let title = view.fixed(kind.title());
    let caption = if view.language.chinese {
        format!("{title}：前 {} 条，共 {} 条", rows.len(), shown::grouped(count))
    } else {
        format!("{title}: the first {} of {}", rows.len(), shown::grouped(count))
    };
    let body = html! {
        tbody { @for row in rows {
            tr {
                @for path in &paths { (self::cell(view, path, row.cell(path))) }
                @if noted { td { (note(view, row)) } }
                @if paths.is_empty() && !noted { td { (view.say("(nothing that fits a table)", "（无法以表格显示）")) } }
            }
        } }
    };
    html! { div.rows { (view.table(&caption, &head, body)) } }
}

/// The columns in which any row holds something.
fn shown_columns(kind: Kind, rows: &[Row]) -> Vec<String> {
    let mut paths: Vec<String> = columns(kind).iter().map(|path| (*path).to_owned()).collect();
    for (path, _) in rows.iter().flat_map(|row| &row.cells) {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
    }
    paths.retain(|path| rows.iter().any(|row| row.cell(path).is_some()));
    paths.truncate(COLUMNS);
    paths
}

fn heading(view: &View<'_>, kind: Kind, path: &str) -> String {
    match (kind.field(path), path.strip_prefix(ADDITIONAL)) {
        (Some((_, spec)), _) => view.fixed(spec.title).to_owned(),
        (None, Some(name)) => sentence_case(&shown::visible(&name.replace('_', " "), 40)),
        (None, None) if path == ADDRESS => view.say("Address", "地址").to_owned(),
        (None, None) => shown::visible(path, 40),
    }
}

fn cell(view: &View<'_>, path: &str, cell: Option<&Cell>) -> Markup {
    match cell {
        None => html! { td {} },
        Some(Cell::Lines(lines, more)) => html! { td {
            @for line in lines { div { (line_text(view, path, line)) } }
            @if *more > 0 { div.soft { (view.fill("and {n} more", "另有 {n} 项", &[("n", html! { (more) })])) } }
        } },
        Some(Cell::Number(number)) => html! { td.number { (value(number)) } },
        Some(Cell::Time(time)) => html! { td { time.whole { (value(time)) } } },
        Some(Cell::File(path, bytes)) => html! { td {
            @let name = path.rsplit('/').next().unwrap_or(path);
            div { @if shown::is_safe_path(path) { a.file href=(path) { (value(name)) } } @else { (value(name)) } }
            div.soft { (shown::size(*bytes)) }
        } },
        Some(Cell::Withheld(code)) => html! { td {
            div.soft { (view.say("withheld: ", "未提供：")) (view.fixed(code.sentence_under(view.pipl()))) }
        } },
        Some(Cell::Verbatim(text)) => html! { td {
            div { (value(text)) }
            div.soft { (view.say("as stored", "按原样")) }
        } },
    }
}

fn sentence_case(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A line of a cell; the few words of art20's own are put in plain language.
fn line_text(view: &View<'_>, path: &str, line: &str) -> Markup {
    match (path, word(line)) {
        ("for_activity", _) => view.activity(line),
        ("channel" | "direction", Some(word)) => html! { (view.fixed(word)) },
        _ => value(line),
    }
}

fn word(word: &str) -> Option<Bilingual> {
    let (en, zh) = match word {
        "email" => ("e-mail", "电子邮件"),
        "phone" => ("phone call", "电话"),
        "chat" => ("chat", "聊天"),
        "sms" => ("text message", "短信"),
        "post" => ("letter", "信件"),
        "form" => ("web form", "网页表单"),
        "from_subject" => ("from you", "由您发出"),
        "to_subject" => ("to you", "发给您"),
        "cc_subject" => ("copy to you", "抄送给您"),
        _ => return None,
    };
    Some(Bilingual { en, zh })
}

fn note(view: &View<'_>, row: &Row) -> Markup {
    html! {
        @if row.restricted { div { (view.say("restricted (Art. 18)", "限制处理（第18条）")) } }
        @if row.voluntary { div { (view.say("given voluntarily", "自愿提供")) } }
    }
}
