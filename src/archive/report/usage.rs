//! How to open the files, how to keep them safe, and how to check that they are whole without art20.

use super::sentences::{KEEP_SAFE, OTHERS_DATA};
use super::shown::{number, size};
use super::view::{Section, View, numbers, words};
use maud::html;

/// A folder of `data/` (empty: the files directly in it), and what opens what is in it.
struct Opening {
    folder: &'static str,
    what: (&'static str, &'static str),
    how: (&'static str, &'static str),
}

const OPENINGS: [Opening; 8] = [
    Opening {
        folder: "tables",
        what: ("Tables (.csv)", "表格（.csv）"),
        how: (
            "Double-click: any spreadsheet program opens them, such as LibreOffice Calc, Excel or Numbers. A text that begins with =, +, - or @ has an apostrophe before it, so that nothing in it runs as a formula. A file with the ending .rules tells the accounting program hledger how to read transactions.csv.",
            "双击即可，用 LibreOffice Calc、Excel、Numbers 等任何电子表格程序打开。以 =、+、- 或 @ 开头的文字前加有一个撇号，以免被当作公式执行。以 .rules 结尾的文件供记账软件 hledger 读取 transactions.csv。",
        ),
    },
    Opening {
        folder: "records",
        what: ("Records (.ndjson)", "记录（.ndjson）"),
        how: (
            "Made for programs, with every value exact: one record a line, in JSON. Any text editor opens them.",
            "供程序使用，每个值都准确无误：每行一条 JSON 记录。可用任何文本编辑器打开。",
        ),
    },
    Opening {
        folder: "contacts",
        what: ("Contacts (.vcf)", "联系人（.vcf）"),
        how: (
            "Open contacts.vcf with the contacts app of a phone or computer, or import it there.",
            "用手机或电脑的通讯录打开或导入 contacts.vcf。",
        ),
    },
    Opening {
        folder: "mail",
        what: ("E-mails (.eml)", "电子邮件（.eml）"),
        how: (
            "Double-click: Thunderbird, Apple Mail, Outlook and most mail programs open them. As with any e-mail, do not trust links and attachments in messages from others.",
            "双击即可，用 Thunderbird、Apple Mail、Outlook 等大多数邮件程序打开。与任何邮件一样，请勿轻信他人邮件中的链接和附件。",
        ),
    },
    Opening {
        folder: "conversations",
        what: ("Calls and chats (.vcon.json, audio)", "通话和聊天（.vcon.json、音频）"),
        how: (
            "Recordings play in any media player, such as VLC; transcripts open in a text editor. The .vcon.json file of a conversation says who took part and when, for programs.",
            "录音可用 VLC 等任何播放器播放，文字记录可用文本编辑器打开。每段会话的 .vcon.json 文件供程序使用，记录参与者和时间。",
        ),
    },
    Opening {
        folder: "attachments",
        what: ("Attachments", "附件"),
        how: (
            "Each opens in the program for its type. Their full names stand in data/tables/attachments.csv. Scan files that others sent before opening them.",
            "用相应类型的程序打开。完整文件名见 data/tables/attachments.csv。他人发送的文件请先查毒再打开。",
        ),
    },
    Opening {
        folder: "schemas",
        what: ("Schemas (.json)", "结构定义（.json）"),
        how: (
            "For programs and those who write them: the exact shape of the records.",
            "供程序及开发者使用：记录的精确结构。",
        ),
    },
    Opening {
        folder: "",
        what: ("Descriptions (.json, .jsonld)", "说明文件（.json、.jsonld）"),
        how: (
            "For programs: what was asked, decided and why. The file datapackage.json beside this page explains every file and every field. Any text editor opens them.",
            "供程序使用：请求内容、所作决定及其理由。本页面旁的 datapackage.json 解释每个文件和每个字段。可用任何文本编辑器打开。",
        ),
    },
];

/// What opens which file.
pub(super) fn open(view: &View<'_>) -> Section {
    let here = OPENINGS.iter().filter_map(|opening| Some((opening, view.digest.folder(opening.folder)?)));
    let rows = html! { tbody { @for (opening, files) in here {
        tr {
            th scope="row" {
                (view.say(opening.what.0, opening.what.1))
                div.soft { code { "data/" (opening.folder) @if !opening.folder.is_empty() { "/" } } }
            }
            td { (view.say(opening.how.0, opening.how.1)) }
            td.number { (number(files.count)) div.soft { (size(files.bytes)) } }
        }
    } } };
    let head = [
        words(view.say("What", "内容")),
        words(view.say("How to open it", "打开方式")),
        numbers(view.say("Files", "文件数")),
    ];
    let body = html! {
        p { (view.say("Everything opens with free programs.", "所有文件都可以用免费程序打开。")) }
        @if view.digest.files().count > 0 { (view.table(view.say("Files in this archive", "本档案中的文件"), &head, rows)) }
    };
    Section { name: "open", title: view.say("How to open the files", "如何打开文件"), body }
}

/// How to keep the archive safe, and the data of others in it.
pub(super) fn keep_safe(view: &View<'_>) -> Section {
    let body = html! {
        p { (view.say("This folder tells much about you. Who has it knows what stands in it.",
            "本文件夹包含大量关于您的信息，谁拿到它，谁就能知道其中的内容。")) }
        ul { @for (en, zh) in KEEP_SAFE { li { (view.say(en, zh)) } } }
        p { strong { (view.say("Other people's data.", "他人的数据。")) } " " (view.fixed(OTHERS_DATA)) }
    };
    Section { name: "safe", title: view.say("How to keep it safe", "如何妥善保管"), body }
}

/// The commands for each system, which are the same in every language.
const POWERSHELL: &str = r#"Get-Content manifest-sha256.txt | ForEach-Object {
  $sum, $name = $_ -split '\s+', 2
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $name).Hash -ne $sum) { "DIFFERENT: $name" }
}; "checked""#;

/// How to check that nothing is missing or changed.
pub(super) fn check(view: &View<'_>) -> Section {
    let ways: [(&str, &str); 5] = [
        ("Linux", "sha256sum -c manifest-sha256.txt"),
        ("macOS", "shasum -a 256 -c manifest-sha256.txt"),
        ("Windows PowerShell", POWERSHELL),
        (view.say("With the BagIt tool", "使用 BagIt 工具"), "bagit.py --validate ."),
        (view.say("With Frictionless", "使用 Frictionless"), "frictionless validate datapackage.json"),
    ];
    let body = html! {
        p { (view.say(
            "The file manifest-sha256.txt lists a checksum for every file in data/. Any of these commands, typed into a terminal in the extracted folder, compares them. No special program is needed for the first three.",
            "manifest-sha256.txt 文件列出了 data/ 中每个文件的校验和。在解压后的文件夹中打开终端，输入以下任一命令即可核对。前三种无需特殊程序。",
        )) }
        dl.commands { @for (name, command) in ways { div { dt { (name) } dd { pre { code { (command) } } } } } }
        p { (view.say(
            "Matching checksums show that the archive is whole: that nothing in it was lost or changed since it was made. They do not show who sent it. Only a signature can: if a file ending in .minisig came with the archive, check it with the program minisign and with the sender's public key, which you should have received in another way.",
            "校验和一致说明档案是完整的：自制作以来没有丢失或更改任何内容。但校验和不能证明由谁发送，只有签名可以证明：如果随档案收到以 .minisig 结尾的文件，请用 minisign 程序和发送者的公钥核验；公钥应通过其他途径获得。",
        )) }
    };
    Section {
        name: "check", title: view.say("How to check that nothing is missing", "如何核对档案是否完整"), body
    }
}
