//! Stored e-mails as mail programs write them, with other people in every place that one can stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn base64(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap().to_owned() + "\n").collect()
}

/// From Kim: encoded headers, a reply-to that no column has, lists, routing, a preamble, every encoding, files.
pub fn to_the_subject() -> String {
    let html = "<p>Hans-J&uuml;rgen Gro&szlig; &amp; <a href=\"mailto:hj.gross@others.example?cc=kim%40home.example\">Kim&#32;Novak</a> \
                at +49&nbsp;30&nbsp;9876543</p>";
    format!(
        "Received: from mail.others.example (mail.others.example [192.0.2.1]) by mx.canary.example\n\
Return-Path: <kim.novak@others.example>\n\
Date: Mon, 05 Feb 2024 10:00:00 +0100\n\
From: =?UTF-8?Q?Kim_Novak?= <kim.novak@others.example>\n\
Reply-To: =?UTF-8?B?{greta}?= <greta@others.example>\n\
Sender: \"Novak, Kim\" <kim@home.example>\n\
To: =?UTF-8?Q?Zo=C3=AB_=C3=85ngstr=C3=B6m?= <zoe@subject.example>\n\
Bcc: hidden@others.example\n\
Subject: =?UTF-8?Q?About_Kim?= =?UTF-8?Q?_Novak?=\n\
Message-ID: <77.kim@mail.others.example>\n\
References: <2@subject.example>\n <1.abc@mail.others.example>\n\
List-Unsubscribe: <mailto:kim.novak@others.example?subject=off>\n\
X-Sender-Info: Kim Novak; others.example\n\
DKIM-Signature: v=1; d=others.example; s=x; b=abc\n\
X-Mailer: Canary Mail\n\
MIME-Version: 1.0\n\
Content-Type: multipart/mixed; boundary=\"b1\"\n\
\n\
This is Kim Novak's preamble.\n\
--b1\n\
Content-Type: multipart/alternative; boundary=\"b2\"\n\
\n\
--b2\n\
Content-Type: text/plain; charset=iso-8859-1\n\
Content-Transfer-Encoding: quoted-printable\n\
\n\
Hans-J=FCrgen Gro=DF and Kim=\n Novak say hello to Zo=EB.\n\
--b2\n\
Content-Type: text/html; charset=utf-8\n\
Content-Transfer-Encoding: base64\n\
\n\
{html}\
--b2--\n\
--b1\n\
Content-Type: application/pdf; name=\"Kim Novak.pdf\"\n\
Content-Disposition: attachment; filename*=UTF-8''Kim%20Novak%20%E7%8E%8B%E5%B0%8F%E6%98%8E.pdf\n\
Content-Transfer-Encoding: base64\n\
\n\
{pdf}\
--b1\n\
Content-Type: message/rfc822\n\
\n\
From: Grace Hidden <grace@others.example>\n\
Subject: internal thread\n\
\n\
Never sent to anybody else.\n\
--b1--\n\
Kim Novak's epilogue.\n",
        greta = STANDARD.encode("Грета Лунд"),
        html = base64(html.as_bytes()),
        pdf = base64(b"%PDF-CANARY-FILE of kim.novak@others.example \x00\xff"),
    )
}

/// From the subject: another encoding, a calendar with broken lines, a text file, a picture, a forwarded e-mail.
pub fn from_the_subject() -> String {
    // 王小明 in GB18030.
    let text = b"\xcd\xf5\xd0\xa1\xc3\xf7\xa3\xac\xc4\xe3\xba\xc3 (xiaoming@xn--gmq11b.example)";
    format!(
        "Date: Tue, 06 Feb 2024 10:00:00 +0100\n\
From: =?UTF-8?Q?Zo=C3=AB_=C3=85ngstr=C3=B6m?= <zoe@subject.example>\n\
To: Kim Novak <kim.novak@others.example>\n\
Cc: =?GB18030?B?{name}?= <xiaoming@xn--gmq11b.example>\n\
Subject: calendar\n\
In-Reply-To: <77.kim@mail.others.example>\n\
Message-ID: <88@subject.example>\n\
MIME-Version: 1.0\n\
Content-Type: multipart/mixed; boundary=\"c1\"\n\
\n\
--c1\n\
Content-Type: text/plain; charset=gb18030\n\
Content-Transfer-Encoding: base64\n\
\n\
{text}\
--c1\n\
Content-Type: text/calendar; charset=utf-8; method=REQUEST\n\
\n\
BEGIN:VCALENDAR\n\
ATTENDEE;CN=Kim Novak:mailto:kim.novak@oth\n ers.example\n\
END:VCALENDAR\n\
--c1\n\
Content-Type: text/csv; name=\"people.csv\"\n\
Content-Disposition: attachment; filename=\"people.csv\"\n\
\n\
Hans-J=C3=BCrgen, Kim Novak,KIM.NOVAK@OTHERS.EXAMPLE\n\
--c1\n\
Content-Type: image/png; name=\"mine.png\"\n\
Content-Disposition: attachment; filename=\"mine.png\"\n\
Content-Transfer-Encoding: base64\n\
\n\
{picture}\
--c1\n\
Content-Type: message/rfc822\n\
\n\
From: Kim Novak <kim.novak@others.example>\n\
To: zoe@subject.example\n\
Message-ID: <66@others.example>\n\
Subject: forwarded\n\
\n\
I am Kim Novak.\n\
--c1--\n",
        name = STANDARD.encode(&text[..6]),
        text = base64(text),
        picture = base64(b"\x89PNG\r\n\x1a\nMINE"),
    )
}

/// Names nobody: must stay as it was stored.
pub fn harmless() -> String {
    "Date: Wed, 07 Feb 2024 10:00:00 +0100\nFrom: zoe@subject.example\nTo: help@canary.example\nX-Odd:   kept  as it is\n\
Message-ID: <99@subject.example>\nSubject: a question\n\nHow do I change my password?  \n"
        .to_owned()
}
