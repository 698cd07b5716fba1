//! E-mails and files that name people so that whoever looks for the name as it stands passes over it: cut in two,
//! in other encodings, half bold, with signs that may be left out, in fields that no mail program shows.

use crate::common::assurance::tell;
use crate::common::scratch;
use crate::traces::{found, traces};
use crate::world::{Files, OTHERS, ZOE, export, write};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, params};

/// Who is known from the header of [`INTRODUCTION`] alone.
const MORE: [&str; 7] =
    ["محمد علي", "m.ali@others.example", "A+B [D].* $1", "Ana Banana", "Ana Banana Split", "Ilkay Inan", "李雷"];

/// 李雷 is cut within its second character, and each half encoded for itself.
const INTRODUCTION: &str = "From: Kim Novak <kim.novak@others.example>\n\
    To: zoe@subject.example, =?UTF-8?B?2YXYrdmF2K8g2LnZhNmK?= <m.ali@others.example>, \"A+B [D].* $1\" <ab@others.example>\n\
    Cc: Ana Banana Split <split@others.example>, Ana Banana <banana@others.example>, Ilkay Inan <ii@others.example>,\n \
    =?UTF-8?B?5p2O6Zs=?=\n =?UTF-8?B?tw==?= <lilei@others.example>\n\
    Message-ID: <introduction@others.example>\nSubject: hello\n\nHello everybody.\n";

/// One way to name somebody.
struct Form {
    who: &'static str,
    /// The subject sent it.
    sent: bool,
    fields: &'static str,
    body: Vec<u8>,
}

fn form(who: &'static str, sent: bool, fields: &'static str, body: impl AsRef<[u8]>) -> Form {
    Form { who, sent, fields, body: body.as_ref().to_vec() }
}

fn encoded(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    encoding.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A message of the subject's with one file.
fn with_file(fields: &str, file: &[u8]) -> Vec<u8> {
    let file = STANDARD.encode(file);
    format!("--f\n\nSee the file.\n--f\n{fields}\nContent-Transfer-Encoding: base64\n\n{file}\n--f--\n").into_bytes()
}

/// What stands before the body of a text that is not encoded for the way.
fn as_bytes(charset: &'static str) -> &'static str {
    match charset {
        "" => "Content-Transfer-Encoding: 8bit",
        "us-ascii" => "Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: base64",
        "utf-16" => "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64",
        "koi8-r" => "Content-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: 8bit",
        "html" => "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64",
        "quoted" => "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable",
        other => panic!("{other}"),
    }
}

fn forms() -> Vec<Form> {
    use encoding_rs::{GB18030, KOI8_R, WINDOWS_1251, WINDOWS_1252};
    let multipart = "Content-Type: multipart/mixed; boundary=f";
    let html = |text: &str| {
        let text = STANDARD.encode(text);
        text.as_bytes().chunks(7).flat_map(|line| [line, b"\n \n"].concat()).collect::<Vec<u8>>()
    };
    vec![
        // Text in other encodings, also where nothing or something wrong says which.
        form("Kim Novak", false, as_bytes("utf-16"), STANDARD.encode(utf16("I met Kim Novak."))),
        form("王小明", false, as_bytes(""), encoded(GB18030, "请问王小明在吗？谢谢")),
        form("王小明", true, as_bytes("us-ascii"), STANDARD.encode(encoded(GB18030, "请问王小明在吗？Kim"))),
        form("Грета Лунд", false, as_bytes(""), encoded(WINDOWS_1251, "Это Грета Лунд сказала")),
        form("Грета Лунд", true, as_bytes("koi8-r"), encoded(KOI8_R, "ГРЕТА ЛУНД")),
        form("王小明", false, as_bytes("quoted"), "=E7=8E=\n=8B=E5=B0=\n=8F=E6=98=8E\n"),
        form("Kim Novak", false, as_bytes("quoted"), "Kim=20=\n=\nNov=61k\n"),
        // Header fields: cut words, bytes that say nothing, comments, groups, folded lines, fields that parts have.
        form("王小明", false, "Subject: =?UTF-8?B?546L5Q==?=\n =?UTF-8?B?sI/mmI4=?=", "."),
        form("李雷", false, "Subject: x", "李雷在吗"),
        form("Kim Novak", false, "Subject: about Kim\n Novak", "."),
        form("Kim Novak", false, "Date: Mon, 05 Feb 2024 10:00:00 +0100 (Kim Novak)", "."),
        form("Kim Novak", true, "Reply-To: Kim Novak and friends: zoe@subject.example;", "."),
        form("Kim Novak", false, "Content-Description: =?UTF-8?B?S2ltIE5vdmFr?=\nContent-Type: text/plain", "."),
        form(
            "kim.novak@others.example",
            false,
            "Content-Location: https://x.example/?u=kim.novak%2540others.example",
            ".",
        ),
        form("Kim Novak", false, "X-Note: =?UTF-8?Q?Kim_?= =?UTF-8?Q?Novak?=", "."),
        form(
            "Kim Novak",
            true,
            multipart,
            with_file(
                "Content-Type: image/png; name=\"=?UTF-8?B?S2ltIE5vdmFrLnBuZw==?=\"\nContent-Disposition: attachment; filename=mine.png",
                b"\x89PNG\r\n\x1a\n\0",
            ),
        ),
        form(
            "Kim Novak",
            true,
            multipart,
            with_file(
                "Content-Type: image/png\nContent-Disposition: attachment; filename*0*=UTF-8''Kim%20;\n filename*1*=Nov%61k.png",
                b"\x89PNG\r\n\x1a\n\0",
            ),
        ),
        form(
            "Kim Novak",
            true,
            "Content-Type: message/rfc822",
            "From: zoe@subject.example\nSubject: =?UTF-8?Q?Kim_No?= =?UTF-8?Q?vak?=\n\n.",
        ),
        // HTML as it is written and as it is shown.
        form("Kim Novak", false, as_bytes("html"), html("<p><b>K</b>im <i>Nov<!-- x -->ak</i></p>")),
        form("Kim Novak", false, as_bytes("html"), html("<table><tr><td>Kim</td>\n<td>Novak</td></tr></table>")),
        form("Kim Novak", false, as_bytes("html"), html("<p>Kim <b title=\"a>b\">Novak</b></p>")),
        form(
            "Kim Novak",
            true,
            as_bytes("html"),
            html("<p>K<i class='>'>im</i> <img alt=\"x>'y\">Nov<b a='>'>ak</b></p>"),
        ),
        form("Kim Novak", false, as_bytes("html"), html("<p>Kim <b title=\"a>Novak</b> <i title=\"b\">!</i></p>")),
        form("Kim Novak", false, as_bytes("html"), html("<p>K<!-- x --!>im Novak</p>")),
        form("Hans-Jürgen Groß", false, as_bytes("html"), html("<p>HANS-J&Uuml;RGEN&#32;GRO&#83;S</p>")),
        form("+49 30 9876543", false, as_bytes("html"), html("<a href='tel:+49-30-9876543'>030 <b>987</b>6543</a>")),
        form(
            "kim.novak@others.example",
            false,
            as_bytes("html"),
            html("<p>Kim <a href='mailto:kim.novak@others.example'>Novak</a></p>"),
        ),
        form(
            "kim.novak@others.example",
            true,
            as_bytes("html"),
            html("<td>Kim</td> <!-- kim.novak@others.example --><td data-x=kim.novak@others.example>Novak</td>"),
        ),
        // Any case and script, whatever stands around.
        form("Hans-Jürgen Groß", false, "", "HANS-JÜRGEN GROSS"),
        form("Ilkay Inan", false, "", "Sayın İLKAY INAN, ılkay inan"),
        form("محمد علي", false, "", "قال \u{2067}مُحَمَّد\u{2069} \u{200f}علي اليوم، مـحـمد\u{61c} علي"),
        form("A+B [D].* $1", true, "", "written by a+b [d].* $1"),
        form("Ana Banana", false, "", "ANA BANANA2, Ana Banana Split"),
        form("Kim Novak", false, "", "https://x.example/?q=Kim%2520Novak Kim\u{a0}\u{200b} Novak"),
        form("kim.novak@others.example", false, "", "01%7Ckim.novak%40others.example%7C a|KIM.NOVAK@OTHERS.EXAMPLE|"),
        form("xiaoming@他人.example", false, "", "xiaoming@他人。example XIAOMING@XN--GMQ11B.EXAMPLE"),
        form("+49 30 9876543", false, "", "Tel٠٣٠ ٩٨٧٦٥٤٣ oder +49 (0)30·98 76 543x12"),
        // Files of the subject's own.
        form(
            "Kim Novak",
            true,
            multipart,
            with_file("Content-Type: text/csv; name=wide.csv", &utf16("name\r\nKim Novak\r\n")),
        ),
        form(
            "Hans-Jürgen Groß",
            true,
            multipart,
            with_file(
                "Content-Type: application/octet-stream; name=old.csv",
                &encoded(WINDOWS_1252, "Hans-Jürgen Groß;Köln"),
            ),
        ),
        form(
            "王小明",
            true,
            multipart,
            with_file("Content-Type: application/octet-stream; name=notes.txt", &encoded(GB18030, "王小明的电话")),
        ),
        form(
            "Kim Novak",
            true,
            multipart,
            with_file(
                "Content-Type: application/octet-stream; name=jp.txt",
                &encoded(encoding_rs::ISO_2022_JP, "本Kim Novak本"),
            ),
        ),
        form(
            "Kim Novak",
            true,
            multipart,
            with_file(
                "Content-Type: application/json",
                br#"{"n": "\u004bim Nov\u0061k", "e": "kim.novak\u0040others.example"}"#,
            ),
        ),
    ]
}

/// The message of a form, and its id.
fn message(nth: usize, form: &Form) -> (String, Vec<u8>) {
    let id = format!("form-{nth}@subject.example");
    let (from, to) = match form.sent {
        true => ("zoe@subject.example", "help@canary.example"),
        false => ("help@canary.example", "zoe@subject.example"),
    };
    let mut fields = format!("From: {from}\nTo: {to}\nMessage-ID: <{id}>\n");
    if !form.fields.is_empty() {
        fields.push_str(&format!("{}\n", form.fields));
    }
    let crlf = |text: &[u8]| text.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    (id, [crlf(fields.as_bytes()), b"\r\n".to_vec(), crlf(&form.body)].concat())
}

fn world(folder: &std::path::Path) {
    write(folder);
    let store = Connection::open(folder.join("s.db")).unwrap();
    let add = |from: &str, to: &str, raw: &[u8]| {
        store.execute("INSERT INTO mails (\"from\", \"to\", raw) VALUES (?1, ?2, ?3)", params![from, to, raw]).unwrap();
    };
    add("kim.novak@others.example", "zoe@subject.example", INTRODUCTION.replace('\n', "\r\n").as_bytes());
    for (nth, form) in forms().iter().enumerate() {
        let (from, to) = if form.sent { (ZOE, "help@canary.example") } else { ("help@canary.example", ZOE) };
        add(from.trim_start_matches("email:"), to.trim_start_matches("email:"), &message(nth, form).1);
    }
    // The same files as the attachments of a message that is no e-mail as it was sent.
    let file = |id: i64, name: &str, kind: &str, content: &[u8]| {
        store.execute("INSERT INTO files VALUES (?1, 2, ?2, ?3, ?4)", params![id, name, kind, content]).unwrap();
    };
    file(11, "wide.csv", "text/csv", &utf16("name\r\n王小明\r\nKim Novak\r\n"));
    file(12, "old.csv", "text/csv", &encoded(encoding_rs::WINDOWS_1252, "Hans-Jürgen Groß;Kim Novak;Köln"));
    file(13, "Kim-Novak.txt", "text/plain", &encoded(encoding_rs::GB18030, "王小明的电话，Kim Novak"));
    file(15, "page.html", "text/html", b"<p>Kim <b title='a>b'>Novak</b></p>");
    file(14, "page.xml", "application/xml", b"<p><given>Kim</given><family>Novak</family></p>");
}

/// The stored e-mail with this id.
fn mail_of<'f>(files: &'f Files, id: &str) -> &'f [u8] {
    let is_it = |bytes: &&Vec<u8>| String::from_utf8_lossy(bytes).contains(&format!("Message-ID: <{id}>"));
    let mut mails = files.iter().filter(|(path, _)| path.ends_with(".eml")).map(|(_, bytes)| bytes);
    mails.find(is_it).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn nobody_is_found_however_hostile_the_way_in_which_they_are_named() {
    let folder = scratch();
    world(folder.path());
    let everybody: Vec<&str> = OTHERS.into_iter().chain(MORE).collect();
    let forms = forms();
    let kept = export(folder.path(), ZOE, "keep", "r-1", "keep.zip");
    let (mut unseen, mut left) = (Vec::new(), Vec::new());
    for (nth, form) in forms.iter().enumerate() {
        let stored = mail_of(&kept, &message(nth, form).0);
        // What finds nothing must be able to find.
        if found(true, stored, &[form.who]).is_empty() {
            unseen.push((nth, form.who, String::from_utf8_lossy(stored).into_owned()));
        }
    }
    for mode in ["pseudonymise", "omit"] {
        let files = export(folder.path(), ZOE, mode, "r-1", &format!("{mode}.zip"));
        for (nth, form) in forms.iter().enumerate() {
            let stored = mail_of(&files, &message(nth, form).0);
            if let who @ [_, ..] = found(true, stored, &everybody).as_slice() {
                left.push(format!("{mode}: form {nth}, {who:?}:\n{}", String::from_utf8_lossy(stored)));
            }
        }
        left.extend(traces(&files, &everybody).into_iter().map(|(path, who)| format!("{mode}: {path}: {who}")));
    }
    assert!(unseen.is_empty(), "{unseen:#?}");
    assert!(left.is_empty(), "{}", left.join("\n"));
    tell(
        "other people are named where a search passes over them",
        "cut within a character, in eight encodings declared or not, across tags, in any case and script, between marks, \
         in header fields that nobody sees and in files of the person's own; found in `keep` each, then both other modes",
        forms.len() * 2,
        "nobody is found in any byte, decoded in every way",
    );
}
