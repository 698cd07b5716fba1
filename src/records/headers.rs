//! Header fields of e-mails that are not the person's: hidden recipients, the envelope, notes of servers (contract 6).

/// The fields that are dropped unless the configuration says otherwise; a final `*` stands for any rest of the name.
/// Hidden recipients, the envelope, and what servers noted on the way. Signatures of the sender's domain
/// (DKIM-Signature), lists (List-…) and re-sending (Resent-…) stay: the recipient sees them.
pub const DROPPED: [&str; 43] = [
    "ARC-*",
    "Apparently-To",
    "Authentication-Results",
    "Authentication-Results-Original",
    "Bcc",
    "Delivered-To",
    "Envelope-*",
    "Original-Recipient",
    "Received",
    "Received-SPF",
    "Resent-Bcc",
    "Return-Path",
    "X-AntiAbuse",
    "X-Apparently-To",
    "X-Auth*",
    "X-Barracuda-*",
    "X-Bcc",
    "X-Delivered-To",
    "X-EOPAttributedMessage",
    "X-Env-*",
    "X-Envelope-*",
    "X-Exchange-*",
    "X-Forefront*",
    "X-Forwarded-*",
    "X-Get-Message-Sender-Via",
    "X-Gm-*",
    "X-Google-*",
    "X-IncomingTopHeaderMarker",
    "X-MS-Exchange-*",
    "X-MS-Has-*",
    "X-MS-PublicTrafficType",
    "X-MS-TNEF-*",
    "X-MS-TrafficTypeDiagnostic",
    "X-Microsoft-*",
    "X-Original-To",
    "X-Originating-*",
    "X-Rcpt*",
    "X-Received*",
    "X-Remote-*",
    "X-SES-*",
    "X-Source*",
    "X-Spam*",
    "X-Virus-*",
];

/// Whether a pattern of such a list names this field.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => pattern.eq_ignore_ascii_case(name),
    }
}
