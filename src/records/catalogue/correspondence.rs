//! Fields of messages and of the files that belong to them.

use super::{FieldSpec, Shape, field};

/// The ways in which people write and talk to each other.
const CHANNELS: &[&str] = &["email", "phone", "chat", "sms", "post", "form"];
/// Who wrote to whom, seen from the subject.
const DIRECTIONS: &[&str] = &["from_subject", "to_subject", "cc_subject"];

pub(super) const MESSAGE: &[FieldSpec] = &[
    field(
        "channel",
        Shape::Word(CHANNELS),
        "Communication",
        ("Channel", "渠道"),
        ("How it was sent: email, phone, chat, sms, post or form", "通信渠道：email、phone、chat、sms、post 或 form"),
    ),
    field(
        "direction",
        Shape::Word(DIRECTIONS),
        "Communication",
        ("Direction", "方向"),
        (
            "Whether it came from the person (from_subject), went to them (to_subject), or went to them as a copy (cc_subject)",
            "由本人发出（from_subject）、发给本人（to_subject）或抄送本人（cc_subject）",
        ),
    ),
    field(
        "sent_at",
        Shape::Time,
        "Communication",
        ("Sent", "发送时间"),
        ("When it was sent, or when the call began", "发送时间，或通话开始时间"),
    ),
    field("from", Shape::Party, "Communication", ("From", "发件人"), ("Who sent it or called", "发件人或主叫方")),
    field(
        "to",
        Shape::Parties,
        "Communication",
        ("To", "收件人"),
        ("To whom it was sent, or who was called", "收件人或被叫方"),
    ),
    field("cc", Shape::Parties, "Communication", ("Copy", "抄送"), ("Who received an open copy", "公开抄送的收件人")),
    field(
        "bcc",
        Shape::Parties,
        "Communication",
        ("Hidden copy", "密送"),
        (
            "Hidden recipients; always withheld, because the person did not see them",
            "密送收件人；因本人未曾见到，始终不予提供",
        ),
    ),
    field("subject", Shape::Text, "EmailContent", ("Subject", "主题"), ("The subject line", "主题行")),
    field("text", Shape::Text, "EmailContent", ("Text", "正文"), ("The plain text", "纯文本正文")),
    field(
        "html",
        Shape::Text,
        "EmailContent",
        ("HTML text", "HTML 正文"),
        ("The formatted text as HTML; not to be trusted as safe to open", "HTML 格式的正文；打开时请注意安全"),
    ),
    field(
        "thread",
        Shape::Reference,
        "Communication",
        ("Conversation", "会话"),
        ("What the messages of one conversation have in common", "同一会话的共同标识"),
    ),
    field(
        "message_id",
        Shape::Reference,
        "Communication",
        ("Message-ID", "邮件标识"),
        ("The Message-ID of the e-mail (RFC 5322)", "电子邮件的 Message-ID(RFC 5322)"),
    ),
    field(
        "in_reply_to",
        Shape::Reference,
        "Communication",
        ("In reply to", "回复对象"),
        ("The Message-ID of the e-mail that it answers", "所回复邮件的 Message-ID"),
    ),
    field(
        "raw",
        Shape::Content,
        "EmailContent",
        ("Original e-mail", "原始邮件"),
        (
            "The e-mail as it was stored, less hidden recipients and internal headers",
            "所保存的原始邮件，去除密送收件人和内部标头",
        ),
    ),
    field(
        "recording",
        Shape::Content,
        "VoiceCommunicationRecording",
        ("Recording", "录音"),
        ("The recording of the call, as it was stored", "所保存的通话录音"),
    ),
    field(
        "recording.media_type",
        Shape::Text,
        "VoiceCommunicationRecording",
        ("Format of the recording", "录音格式"),
        ("The media type of the recording", "录音的媒体类型"),
    ),
    field(
        "recording.duration",
        Shape::Seconds,
        "CallLog",
        ("Duration", "时长"),
        ("The length of the recording in seconds", "录音时长（秒）"),
    ),
    field(
        "transcript",
        Shape::Text,
        "VoiceCommunicationRecording",
        ("Transcript", "文字记录"),
        ("What was said, in writing", "通话内容的文字记录"),
    ),
];

pub(super) const ATTACHMENT: &[FieldSpec] = &[
    field(
        "name",
        Shape::Text,
        "Communication",
        ("Name", "名称"),
        ("The full name of the file as it was sent", "发送时文件的完整名称"),
    ),
    field(
        "media_type",
        Shape::Text,
        "Communication",
        ("Media type", "媒体类型"),
        ("The media type of the file", "文件的媒体类型"),
    ),
    field("content", Shape::Content, "Communication", ("File", "文件"), ("The file itself", "文件本身")),
    field(
        "path",
        Shape::Text,
        "Communication",
        ("Path", "路径"),
        ("Where the file stands in this archive", "该文件在本档案中的路径"),
    ),
];
