//! What is said about an example archive that has something of everything, and a value that means harm.

use crate::archive::facts::{
    ActivityFacts, CollectionFacts, ControllerFacts, ElsewhereFacts, Facts, Finding, LedgerLine,
};
use crate::records::{Bilingual, Code, Kind, LegalBasis, Text};

/// A name in which every way to break a page is tried.
pub(super) const HOSTILE: &str =
    "</td><script>alert(1)</script>\u{202e}gpj.exe\0 \"'><img src=x onerror=alert(2)> 李雷 عمر 👩‍👧";

fn two(en: &str, zh: &str) -> Text {
    Text { variants: vec![("en".into(), en.into()), ("zh-CN".into(), zh.into())] }
}

fn activity(key: &str, title: Text, policy: &str, basis: Option<LegalBasis>, purpose: Option<Text>) -> ActivityFacts {
    ActivityFacts {
        key: key.into(),
        title,
        policy: Some(policy.into()),
        legal_basis: basis,
        purpose,
        recipients: vec![],
        retention: None,
        held: basis.is_some(),
        voluntary: false,
        automated: true,
    }
}

fn collection(name: &str, kind: Kind, activity: &str, omitted: &[(&str, &str)]) -> CollectionFacts {
    CollectionFacts {
        origin: None,
        name: name.into(),
        store: "crm".into(),
        kind,
        activities: vec![activity.into()],
        fields: vec![],
        omitted: omitted.iter().map(|(column, reason)| ((*column).into(), (*reason).into())).collect(),
    }
}

fn line(collection: &str, kind: Kind, portable: u64, excluded: &[(Code, u64)], withheld: &[(Code, u64)]) -> LedgerLine {
    LedgerLine {
        collection: collection.into(),
        store: "crm".into(),
        kind: kind.name(),
        matched: portable + excluded.iter().map(|(_, count)| count).sum::<u64>(),
        portable,
        excluded: excluded.iter().copied().collect(),
        withheld: withheld.iter().copied().collect(),
        verbatim: u64::from(kind == Kind::Transaction),
    }
}

/// Everything about the example archive.
pub(super) fn facts() -> Facts {
    let mut logs = activity(
        "website",
        two("Operating the website", "网站运行"),
        "2.4",
        Some(LegalBasis::LegitimateInterests),
        Some(two("Security and stability of the website", "保障网站安全稳定")),
    );
    logs.retention = Some("P3M".into());
    let mut business = activity(
        "business",
        two("Business relationship", "业务往来"),
        "2.2",
        Some(LegalBasis::Contract),
        Some(two("Orders, invoices and payments", "订单、发票与付款")),
    );
    business.recipients = vec![two("legal representatives", "法律代表"), two("payment providers", "支付服务商")];
    Facts {
        dropped_headers: Vec::new(),
        third_parties: "keep",
        replaced: None,
        reference: Some("2026-0117".into()),
        regime: "gdpr",
        received: Some("2026-11-02T08:15:00Z".parse().unwrap()),
        as_of: "2026-11-23T16:00:00Z".parse().unwrap(),
        languages: vec!["en".into(), "zh-CN".into()],
        controller: ControllerFacts {
            name: "T-Rex Label".into(),
            id: "https://www.trexlabel.com".into(),
            email: Some("trexlabel_dm@idea.edu.cn".into()),
            country: Some("CN".into()),
            time_zone: "Asia/Shanghai".into(),
            policy_title: Some(two("Privacy Policy", "隐私政策")),
            policy_effective: Some("2024-06-12".into()),
            prevailing_language: Some("zh-CN".into()),
            supervisory_authority: None,
            dpo: None,
            representative: None,
        },
        activities: vec![
            activity(
                "contacting-us",
                two("Contacting us", "联系我们"),
                "2.1",
                Some(LegalBasis::Contract),
                Some(two("Answering enquiries and preparing a contract", "答复咨询并准备合同")),
            ),
            business,
            activity(
                "newsletter",
                two("Newsletter", "新闻通讯"),
                "2.3",
                Some(LegalBasis::ExplicitConsent),
                Some(Text::plain("News about our services")),
            ),
            logs,
            activity("uploaded-images", two("Uploaded images", "上传的图片"), "0", None, None),
        ],
        elsewhere: vec![ElsewhereFacts {
            key: "mail-service".into(),
            title: two("Newsletter delivery", "新闻通讯投递"),
            reason: two(
                "Delivery statistics are kept by the processor and are given on request.",
                "投递统计由受托处理者保存，可应请求提供。",
            ),
        }],
        collections: vec![
            collection(
                "contacts",
                Kind::Contact,
                "contacting-us",
                &[("id", "internal row number"), ("pw_hash", "password hash")],
            ),
            collection("invoices", Kind::Transaction, "business", &[("batch_no", HOSTILE)]),
            collection("invoice-lines", Kind::Line, "business", &[]),
            collection("support-mail", Kind::Message, "contacting-us", &[]),
            collection("consents", Kind::Consent, "newsletter", &[]),
            collection("server-log", Kind::AccessLog, "website", &[]),
        ],
        ledger: vec![
            line(
                "contacts",
                Kind::Contact,
                2,
                &[(Code::SharedIdentifier, 1)],
                &[(Code::Omitted, 2), (Code::Secret, 2), (Code::Staff, 1)],
            ),
            line("invoices", Kind::Transaction, 14, &[(Code::LegalObligation, 1)], &[(Code::Derived, 14)]),
            line("invoice-lines", Kind::Line, 28, &[(Code::LegalObligation, 2)], &[]),
            line("support-mail", Kind::Message, 1_240, &[(Code::AboutOthers, 3)], &[(Code::ThirdParty, 7)]),
            line("consents", Kind::Consent, 1, &[], &[]),
            line("server-log", Kind::AccessLog, 0, &[(Code::LegitimateInterests, 4_812)], &[]),
        ],
        findings: vec![Finding {
            code: "held-after-withdrawal",
            collection: Some("consents".into()),
            count: 1,
            message: "Data that rested on a consent are still held after it was withdrawn".into(),
            told: Some(Bilingual {
                en: "Data that rested on a consent are still held after it was withdrawn",
                zh: "撤回同意之后仍保存着相关数据",
            }),
        }],
        missing: vec![],
        only: vec![],
        deceased: None,
        child: false,
    }
}
