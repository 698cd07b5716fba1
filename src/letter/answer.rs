//! The letter that goes with an archive: what was done, what is in it, what stayed out and why, and what now.

use super::closing::{begin, end, free, times};
use super::opening::{self, Encryption};
use super::page::{self, Page, given, two};
use super::{Occasion, outside};
use crate::archive::facts::Facts;
use crate::archive::report::sentences::FOR_A_CHILD;
use crate::archive::report::size;
use crate::request::deadlines::Deadlines;
use crate::request::{Pause, Transmission};

/// The file that the person gets.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its size in bytes.
    pub bytes: u64,
    /// How it is encrypted.
    pub encryption: Encryption,
    /// Whether a signature lies beside it.
    pub signed: bool,
}

/// Everything that the letter with an archive speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// What the archive says about itself, ledger and findings filled in.
    pub facts: &'a Facts,
    /// By when the request is to be answered, if the time of receipt is known.
    pub deadlines: Option<&'a Deadlines>,
    /// The file.
    pub delivered: Delivered<'a>,
    /// A representative asked: what is noted of the mandate and its scope (requirement A9).
    pub representative: Option<Option<&'a str>>,
    /// What was asked and found about sending the data directly to another controller (Art. 20(2)).
    pub transmission: Option<&'a Transmission>,
    /// The pause for the person's identity.
    pub pause: Option<Pause>,
}

/// The letter with an archive, in every language of its facts.
pub fn answer(answer: &Answer<'_>) -> String {
    let facts = answer.facts;
    let occasion = Occasion {
        controller: &facts.controller,
        regime: facts.regime,
        languages: &facts.languages,
        reference: facts.reference.as_deref(),
        received: facts.received,
        deadlines: answer.deadlines,
        pause: answer.pause,
        as_of: facts.as_of,
    };
    page::letter(&occasion, |page| {
        let subject = if occasion.pipl() {
            two(
                "Your request to receive and transfer your personal information (PIPL Art. 45)",
                "您关于获取和转移个人信息的请求（《个人信息保护法》第四十五条）",
            )
        } else {
            two("Your request for data portability (GDPR Art. 20)", "您的数据可携带请求（GDPR 第20条）")
        };
        begin(page, &occasion, subject);
        if facts.child {
            page.paragraph(&page.fill(FOR_A_CHILD, &[("who", &facts.controller.name)]));
        }
        done(page, answer);
        limits(page, facts);
        times(page, &occasion);
        free(page, &occasion);
        if let Some(mandate) = answer.representative {
            representative(page, mandate);
        }
        outside::inside(page, facts);
        outside::stayed_out(page, facts);
        outside::nothing_found(page, facts);
        outside::not_here(page, facts);
        outside::findings(page, facts);
        opening::open(page, &answer.delivered);
        transmission(page, &occasion, answer.transmission);
        end(page, &occasion);
    })
}

/// What was done with the request.
fn done(page: &mut Page, answer: &Answer<'_>) {
    let facts = answer.facts;
    let portable: u64 = facts.ledger.iter().map(|line| line.portable).sum();
    let excluded: u64 = facts.ledger.iter().flat_map(|line| line.excluded.values()).sum();
    let (records, out) =
        (page.count(portable, "record", "records", "条记录"), page.count(excluded, "record", "records", "条记录"));
    let file = size(answer.delivered.bytes);
    let values = [
        ("name", answer.delivered.name),
        ("size", file.as_str()),
        ("records", records.as_str()),
        ("out", out.as_str()),
        ("who", facts.controller.name.as_str()),
    ];
    let words = match (portable, excluded) {
        (0, 0) => two(
            "You asked for the personal data that {who} has of you. We looked with everything that you gave us, and found no record about you. The file {name} ({size}) that goes with this letter says so too.",
            "您请求获取{who}持有的您的个人数据。我们使用您提供的全部信息进行了查找，未找到关于您的记录。随本函提供的文件 {name}（{size}）也对此作了说明。",
        ),
        (0, _) => two(
            "You asked for the personal data that {who} has of you. We found {out} about you, all of which stay out of the file {name} ({size}) that goes with this letter; the reasons are below.",
            "您请求获取{who}持有的您的个人数据。我们找到了关于您的{out}，均未放入随本函提供的文件 {name}（{size}）；原因见下文。",
        ),
        (_, 0) => two(
            "You asked for the personal data that {who} has of you. With this letter goes the file {name} ({size}) with {records} about you. Every record that was found is in it.",
            "您请求获取{who}持有的您的个人数据。随本函提供文件 {name}（{size}），其中包含关于您的{records}。找到的记录全部在内。",
        ),
        _ => two(
            "You asked for the personal data that {who} has of you. With this letter goes the file {name} ({size}) with {records} about you. {out} that we found stayed out; the reasons are below.",
            "您请求获取{who}持有的您的个人数据。随本函提供文件 {name}（{size}），其中包含关于您的{records}。另有找到的{out}未提供，原因见下文。",
        ),
    };
    page.paragraph(&page.fill(words, &values));
    if !facts.missing.is_empty() {
        let stores = page.list(&facts.missing);
        page.paragraph(&page.fill(
            two(
                "The file is not complete: these of our systems could not be read: {stores}. You get the rest as soon as they can be.",
                "该文件并不完整：我们的以下系统无法读取：{stores}。一旦可以读取，我们将提供其余内容。",
            ),
            &[("stores", &stores)],
        ));
    }
}

/// What was asked for, if not everything; and the law, if the person has died.
fn limits(page: &mut Page, facts: &Facts) {
    if !facts.only.is_empty() {
        let only = page.list(&facts.only);
        page.paragraph(&page.fill(
            two(
                "Not everything was asked for, but only: {only}. What else we hold stays out, and you may ask for it at any time.",
                "本次并非请求全部数据，而仅限于：{only}。我们持有的其他数据未提供，您可以随时另行请求。",
            ),
            &[("only", &only)],
        ));
    }
    if let Some(law) = &facts.deceased {
        page.paragraph(&page.fill(
            two(
                "The person whose data are meant has died. The GDPR gives no right to such data (Recital 27); they are given under another law: {law}",
                "数据所涉及的本人已去世。GDPR 不适用于此类数据（序言第27条）；数据依据其他法律提供：{law}",
            ),
            &[("law", &given(law))],
        ));
    }
}

/// Whoever asks for somebody else shows a mandate, and gets what it covers (requirement A9).
fn representative(page: &mut Page, mandate: Option<&str>) {
    page.heading(two("You ask for somebody else", "您代表他人提出请求"));
    page.paragraph(page.say(two(
        "This request was made by a representative; in this letter, “you” is the person whose data are meant. The data are given within the limits of the mandate and for its purpose only. Unless the mandate says that the representative may receive them, they go to that person.",
        "本请求由代表提出；本函中的“您”指数据所涉及的本人。数据仅在授权范围内并仅为授权目的提供。除非授权书写明代表可以接收，否则数据将交给本人。",
    )));
    match mandate.map(given) {
        Some(mandate) => page.paragraph(
            &page.fill(two("The mandate, as we noted it: {mandate}", "我们记录的授权内容：{mandate}"), &[("mandate", &mandate)]),
        ),
        None => page.paragraph(page.say(two(
            "We have seen the mandate. If its scope is narrower than this file, tell us, and delete what it does not cover.",
            "我们已查验授权。如果授权范围小于本文件的内容，请告知我们，并删除超出范围的部分。",
        ))),
    }
}

/// Art. 20(2), PIPL 45(3): from one controller to the other.
fn transmission(page: &mut Page, occasion: &Occasion<'_>, asked: Option<&Transmission>) {
    page.heading(two("Sending the data directly to another company", "将数据直接传输给另一家公司"));
    let law = page.say(if occasion.pipl() {
        two("PIPL Art. 45", "《个人信息保护法》第四十五条")
    } else {
        two("GDPR Art. 20(2)", "GDPR 第20条第2款")
    });
    let reason = match asked {
        Some(Transmission::NotFeasible(reason)) => given(reason),
        _ => String::new(),
    };
    let words = match asked {
        None => two(
            "You may have your data sent directly to another controller where that is technically feasible ({law}). No such wish is recorded with this request. If you have it, write to us whom to send them to; we then say whether it is feasible, and if it is not, why.",
            "在技术可行时，您可以要求将数据直接传输给另一控制者（{law}）。本请求中未记录此类要求。如有需要，请告知接收方；我们将答复是否可行，如不可行则说明原因。",
        ),
        Some(Transmission::Feasible) => two(
            "You asked us to send your data directly to another controller ({law}). That is technically feasible: they get the same file in a secure way, and you hear from us when it is done.",
            "您要求将数据直接传输给另一控制者（{law}）。这在技术上可行：我们将以安全的方式向其提供同一文件，完成后会告知您。",
        ),
        Some(Transmission::NotFeasible(_)) => two(
            "You asked us to send your data directly to another controller ({law}). That is not technically feasible, for this reason: {reason}",
            "您要求将数据直接传输给另一控制者（{law}）。这在技术上不可行，原因如下：{reason}",
        ),
    };
    page.paragraph(&page.fill(words, &[("law", law), ("reason", &reason)]));
    if matches!(asked, Some(Transmission::NotFeasible(_))) {
        page.paragraph(page.say(two(
            "You may hand on the file yourself at any time, to whomever you like; we must not hinder you.",
            "您可以随时自行将文件交给任何人，我们不得阻碍。",
        )));
    }
}
