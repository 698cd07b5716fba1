//! What is inside: the number of records of each kind and where they stand.

use super::shown::number;
use super::view::{Section, View, numbers, words};
use crate::records::Kind;
use maud::{Markup, html};

/// The overview.
pub(super) fn inside(view: &View<'_>) -> Section {
    let digest = view.digest;
    let body = html! {
        @if digest.total() == 0 {
            p { (view.say(
                "There are no records in this archive. The sections below say what stayed out, and what is held elsewhere.",
                "本档案中没有记录。下文说明了哪些内容未提供，以及哪些内容保存在别处。",
            )) }
        } @else {
            (overview(view))
            @if digest.restricted > 0 { p { (view.fill(
                "Restricted under Art. 18 GDPR: {count}. Such a record may only be stored for the time being; it is marked “restricted”.",
                "处于限制处理状态（GDPR 第18条）：{count} 条。此类记录目前仅可保存，标有“restricted”。",
                &[("count", number(digest.restricted))],
            )) } }
            @if digest.voluntary > 0 { p { (view.fill(
                "Given voluntarily, although Art. 20 does not ask for it: {count}. Such a record is marked “voluntary”.",
                "自愿提供（第20条并不要求提供）：{count} 条。此类记录标有“voluntary”。",
                &[("count", number(digest.voluntary))],
            )) } }
        }
    };
    Section { name: "inside", title: view.say("What is inside", "包含哪些内容"), body }
}

fn overview(view: &View<'_>) -> Markup {
    let kinds = Kind::ALL.into_iter().filter(|kind| view.digest.count(*kind) > 0);
    let rows = html! {
        tbody { @for kind in kinds {
            tr {
                th scope="row" { (view.fixed(kind.title())) }
                td.number { (number(view.digest.count(kind))) }
                td { (view.links(&places(kind))) }
            }
        } }
        tfoot { tr {
            th scope="row" { (view.say("Together", "合计")) }
            td.number { (number(view.digest.total())) }
            td { (view.say(
                "The .csv files are for spreadsheets, the .ndjson files hold every value exactly.",
                ".csv 文件适用于电子表格，.ndjson 文件包含每个值的准确内容。",
            )) }
        } }
    };
    view.table(
        view.say("Records in this archive, by kind", "本档案中的记录（按类别）"),
        &[
            words(view.say("Kind", "类别")),
            numbers(view.say("Number", "数量")),
            words(view.say("Where to find them, in the folder “data”", "所在位置（“data”文件夹内）")),
        ],
        rows,
    )
}

/// Where the records of a kind can stand; only what the archive really has is linked to.
pub(super) fn places(kind: Kind) -> Vec<String> {
    let top = kind.parent().unwrap_or(kind);
    let more: &[&str] = match kind {
        Kind::Contact => &["data/contacts/contacts.vcf"],
        Kind::Message => &["data/mail/", "data/conversations/"],
        Kind::Attachment => &["data/attachments/"],
        _ => &[],
    };
    [format!("data/tables/{}.csv", kind.file_stem()), format!("data/records/{}.ndjson", top.file_stem())]
        .into_iter()
        .chain(more.iter().map(|path| (*path).to_owned()))
        .collect()
}
