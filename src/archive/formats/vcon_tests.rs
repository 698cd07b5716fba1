//! vCons of calls, chats and records that say nothing.

use super::super::sample::{file, party, record, text, time};
use super::*;
use crate::records::{Decimal, Kind};

fn call() -> Record {
    let mut call = record(
        Kind::Message,
        "1",
        vec![
            ("channel", text("phone")),
            ("sent_at", time("2024-03-02T09:55:00.5+01:00")),
            ("from", FieldValue::Party(party("Zoë", "+46 (70) 123-456"))),
            ("to", FieldValue::Parties(vec![party("", "+468000000"), party("Zoë", "+46 (70) 123-456")])),
            ("subject", text("Frage \u{0} 李雷\r\n")),
            ("recording", file("data/conversations/recording-000001.wav")),
            ("recording.media_type", text("audio/x-wav")),
            ("recording.duration", FieldValue::Seconds(Decimal::parse("12.50").unwrap())),
            ("transcript", text("Hej!\nHej då")),
        ],
    );
    call.children = Some(vec![record(
        Kind::Attachment,
        "2",
        vec![("name", text("图.png")), ("content", file("data/attachments/attachment-000001.png"))],
    )]);
    call
}

/// Every index points at something: the schema does not check that.
fn assert_indices(vcon: &Value) {
    let count = |key: &str| vcon[key].as_array().unwrap().len() as u64;
    for dialog in vcon["dialog"].as_array().unwrap() {
        for index in dialog["parties"].as_array().unwrap() {
            assert!(index.as_u64().unwrap() < count("parties"));
        }
    }
    for object in vcon["analysis"].as_array().unwrap().iter().chain(vcon["attachments"].as_array().unwrap()) {
        assert!(object["dialog"].as_u64().unwrap() < count("dialog"));
        assert!(object.get("party").is_none_or(|party| party.as_u64().unwrap() < count("parties")));
    }
}

#[test]
fn a_call_names_its_recording_its_parties_and_its_transcript() {
    let call = call();
    let vcon = vcon(&[&call], Timestamp::UNIX_EPOCH, "Example Ltd");
    assert_indices(&vcon);
    assert_eq!(vcon["uuid"], call.uid.uuid());
    assert_eq!(vcon["parties"], json!([{ "name": "Zoë", "tel": "tel:+4670123456" }, { "tel": "tel:+468000000" }]));
    let dialog = &vcon["dialog"][0];
    assert_eq!((&dialog["type"], &dialog["filename"]), (&json!("recording"), &json!("recording-000001.wav")));
    assert_eq!(dialog["content_hash"], "sha256-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    assert_eq!((&dialog["start"], &dialog["duration"]), (&json!("2024-03-02T09:55:00.5+01:00"), &json!(12.5)));
    assert_eq!(vcon["analysis"][0]["body"], "Hej!\nHej då");
    assert_eq!(vcon["attachments"][0]["filename"], "../attachments/attachment-000001.png");
}

#[test]
fn a_chat_is_one_conversation_of_all_its_messages() {
    let said = |key, from: &str, what| {
        record(
            Kind::Message,
            key,
            vec![
                ("channel", text("chat")),
                ("from", FieldValue::Party(party("", from))),
                ("bcc", FieldValue::Parties(vec![party("", "secret")])),
                ("thread", text("t-1")),
                ("text", text(what)),
            ],
        )
    };
    let (one, two) = (said("1", "zoe_99", "你好\0"), said("2", "shop@x.org", ""));
    assert_eq!(conversation(&one), conversation(&two));
    let vcon = vcon(&[&one, &two], Timestamp::UNIX_EPOCH, "x");
    assert_indices(&vcon);
    assert_eq!(vcon["parties"], json!([{ "name": "zoe_99" }, { "mailto": "shop@x.org" }]));
    assert_eq!(vcon["dialog"][0]["body"], "你好\0");
    assert_eq!(vcon["dialog"][1]["start"], "1970-01-01T00:00:00Z");
    assert!(!vcon.to_string().contains("secret"));
}

#[test]
fn a_record_that_says_nothing_is_still_told() {
    let mut empty = record(Kind::Message, "1", vec![("text", FieldValue::Null)]);
    empty.children = Some(vec![record(Kind::Attachment, "2", vec![])]);
    let vcon = vcon(&[&empty], Timestamp::UNIX_EPOCH, "x");
    assert_indices(&vcon);
    assert_eq!(vcon["dialog"].as_array().unwrap().len(), 1);
    assert_eq!(vcon["parties"], json!([{}]));
}
