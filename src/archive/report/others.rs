//! What became of other people, where the request asks for more than to keep them (Art. 20(4), requirements D6, D11).

use super::shown::number;
use super::view::{Section, View, numbers, words};
use crate::records::Bilingual;
use maud::html;

/// What was done, in one plain sentence.
pub fn sentence(mode: &str) -> Bilingual {
    if mode == "omit" {
        Bilingual {
            en: "As the request asks, other people are left out: where the name or the address of somebody else stood, this archive has “[withheld]”.",
            zh: "根据请求，他人的信息已略去：凡原本出现他人姓名或地址之处，本档案中均为“[withheld]”。",
        }
    } else {
        Bilingual {
            en: "As the request asks, other people have pseudonyms: where the name or the address of somebody else stood, this archive has “Person 1”, “Person 2” and so on. One number is one person everywhere in this archive; in another archive the numbers mean other people.",
            zh: "根据请求，他人的信息已用化名代替：凡原本出现他人姓名或地址之处，本档案中均为“Person 1”“Person 2”等。在本档案中，同一编号始终指同一人；在其他档案中，编号所指的人不同。",
        }
    }
}

/// What was done, how often, and what it cannot reach.
pub(super) fn others(view: &View<'_>) -> Option<Section> {
    let replaced = view.facts.replaced.as_ref()?;
    let rows = html! { tbody { @for (collection, count) in &replaced.values {
        tr { th scope="row" { (view.collection(collection)) } td.number { (number(*count)) } }
    } } };
    let head = [words(view.say("Collection", "数据集")), numbers(view.say("Values", "值"))];
    let body = html! {
        p { (view.fixed(sentence(view.facts.third_parties))) }
        p { (view.fill(
            "Other people found in the records of this archive: {people}. They are known from the senders and recipients of messages and from fields that are about somebody else. Our own mailboxes, and the members of our staff who wrote to you from them, stay.",
            "在本档案的记录中找到的他人：{people} 人。这些人来自邮件的发件人和收件人，以及专门记录他人信息的字段。我们自己的邮箱以及通过这些邮箱与您通信的工作人员保留不变。",
            &[("people", number(replaced.people))],
        )) }
        @if !replaced.values.is_empty() {
            (view.table(view.say("Values in which somebody else was replaced", "其中他人信息已被代替的值"), &head, rows))
        }
        p { (view.say(
            "Attachments and recordings that you did not send are not in this archive, because they cannot be searched for other people; each such place is marked “unsearchable”. E-mails that named somebody else were written anew, so that they differ from the stored ones and signatures in them no longer hold; header fields that they lost are listed in their records.",
            "并非由您发送的附件和录音不在本档案中，因为无法检索其中是否有他人的信息；每一处均标有“unsearchable”。提及他人的电子邮件已重新生成，因此与所保存的原件不同，其中的签名不再有效；去除的标头列在相应的记录中。",
        )) }
        p { strong { (view.say("What this cannot reach.", "无法涵盖的内容。")) } " " (view.say(
            "Names and addresses were replaced exactly as they are known. A free text, or a file that you sent yourself, may still name somebody in another way: by a first name or a nickname, with a spelling mistake, in a picture, or because nobody wrote to or from that person.",
            "姓名和地址是按已知的写法逐字代替的。自由文本或您自己发送的文件仍可能以其他方式提及他人：只写名字或昵称、拼写有误、出现在图片中，或者该人从未出现在收发件人之中。",
        )) }
    };
    Some(Section { name: "others", title: view.say("Other people", "他人的信息"), body })
}
