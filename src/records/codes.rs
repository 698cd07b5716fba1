//! The permanent codes of contract 6: why a row stays out, why a value is withheld.
//!
//! Every code has a sentence for the person in each language of the report; a test holds them to the manual.

use super::text::Bilingual;

/// A sentence that is the same under either regime.
macro_rules! alike {
    ($en:literal, $zh:literal) => {
        [Bilingual { en: $en, zh: $zh }; 2]
    };
}

/// A sentence that goes on with the right of access of the GDPR, and of the PIPL.
macro_rules! with_access {
    ($en:literal, $zh:literal) => {
        [
            Bilingual {
                en: concat!($en, " You may ask for it under your right of access (Art. 15)."),
                zh: concat!($zh, "您可依据访问权（第15条）索取。"),
            },
            Bilingual {
                en: concat!($en, " You may ask for a copy of it (PIPL Art. 45)."),
                zh: concat!($zh, "您可依据《个人信息保护法》第四十五条请求复制。"),
            },
        ]
    };
}

/// A reason for which a row is excluded or a value is withheld. Permanent, kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Found only through an identifier that the subject shares with someone else (row).
    SharedIdentifier,
    /// The subject is only the actor; the data are about others (row).
    AboutOthers,
    /// The processing is not carried out by automated means, Art. 20(1)(b) (row, value).
    NotAutomated,
    /// The basis is Art. 6(1)(c) (row, value).
    LegalObligation,
    /// The basis is Art. 6(1)(d) (row, value).
    VitalInterests,
    /// The basis is Art. 6(1)(e) (row, value).
    PublicTask,
    /// The basis is Art. 6(1)(f) (row, value).
    LegitimateInterests,
    /// The consent was withdrawn (row, value).
    ConsentWithdrawn,
    /// No record proves the consent (row, value).
    NoConsentOnRecord,
    /// Computed by the controller (row, value).
    Derived,
    /// Concluded by the controller (row, value).
    Inferred,
    /// No collection's `where` admits the row (row).
    NotSelected,
    /// Kept past its retention only because of a legal hold (row).
    LegalHold,
    /// Data of another person, Art. 20(4) (value).
    ThirdParty,
    /// Data about a member of staff (value).
    Staff,
    /// A credential; never even read (value).
    Secret,
    /// Content that cannot be searched for other people's data (value).
    Unsearchable,
    /// Kept out by the configuration, with its reason (value).
    Omitted,
}

impl Code {
    /// Every code, in the order of contract 6.
    pub const ALL: [Code; 18] = [
        Code::SharedIdentifier,
        Code::AboutOthers,
        Code::NotAutomated,
        Code::LegalObligation,
        Code::VitalInterests,
        Code::PublicTask,
        Code::LegitimateInterests,
        Code::ConsentWithdrawn,
        Code::NoConsentOnRecord,
        Code::Derived,
        Code::Inferred,
        Code::NotSelected,
        Code::LegalHold,
        Code::ThirdParty,
        Code::Staff,
        Code::Secret,
        Code::Unsearchable,
        Code::Omitted,
    ];

    /// The code as it is written everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::SharedIdentifier => "shared-identifier",
            Code::AboutOthers => "about-others",
            Code::NotAutomated => "not-automated",
            Code::LegalObligation => "legal-obligation",
            Code::VitalInterests => "vital-interests",
            Code::PublicTask => "public-task",
            Code::LegitimateInterests => "legitimate-interests",
            Code::ConsentWithdrawn => "consent-withdrawn",
            Code::NoConsentOnRecord => "no-consent-on-record",
            Code::Derived => "derived",
            Code::Inferred => "inferred",
            Code::NotSelected => "not-selected",
            Code::LegalHold => "legal-hold",
            Code::ThirdParty => "third-party",
            Code::Staff => "staff",
            Code::Secret => "secret",
            Code::Unsearchable => "unsearchable",
            Code::Omitted => "omitted",
        }
    }

    /// The code with this name.
    pub fn named(name: &str) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.as_str() == name)
    }

    /// The provision that the decision rests on.
    pub fn provision(self) -> &'static str {
        self.provision_under(false)
    }

    /// The provision under the GDPR, or under the PIPL and the conditions of a transfer (Regulations on Network Data
    /// Security Management, Art. 25).
    pub fn provision_under(self, pipl: bool) -> &'static str {
        let [gdpr, chinese] = match self {
            Code::SharedIdentifier | Code::AboutOthers | Code::ThirdParty | Code::Staff | Code::Unsearchable => {
                ["GDPR Art. 20(4)", "PIPL Art. 45(3); Network Data Regulations Art. 25(4)"]
            }
            Code::NotAutomated => ["GDPR Art. 20(1)(b)", "PIPL Art. 45(3); Network Data Regulations Art. 25(3)"],
            Code::LegalObligation
            | Code::VitalInterests
            | Code::PublicTask
            | Code::LegitimateInterests
            | Code::NoConsentOnRecord => ["GDPR Art. 20(1)(a)", "PIPL Art. 45(3); Network Data Regulations Art. 25(2)"],
            Code::ConsentWithdrawn => {
                ["GDPR Art. 7(3), 20(1)(a)", "PIPL Art. 15, 45(3); Network Data Regulations Art. 25(2)"]
            }
            Code::Derived | Code::Inferred => {
                ["GDPR Art. 20(1); WP242 rev.01, section III", "PIPL Art. 45(3); Network Data Regulations Art. 25(2)"]
            }
            Code::LegalHold => ["GDPR Art. 17(3)(e)", "PIPL Art. 45(3), 47"],
            Code::Secret => ["GDPR Art. 32", "PIPL Art. 51"],
            Code::NotSelected | Code::Omitted => ["GDPR Art. 20(1)", "PIPL Art. 45(3)"],
        };
        if pipl { chinese } else { gdpr }
    }

    /// One plain sentence for the person.
    pub fn sentence(self) -> Bilingual {
        self.sentence_under(false)
    }

    /// One plain sentence for the person, pointing to the right of access of the GDPR, or to that of the PIPL.
    pub fn sentence_under(self, pipl: bool) -> Bilingual {
        let [gdpr, chinese] = match self {
            Code::SharedIdentifier => alike!(
                "Found only through an address, number or other identifier that you share with someone else; it may be theirs.",
                "仅通过您与他人共用的地址、号码或其他标识找到，可能属于对方。"
            ),
            Code::AboutOthers => alike!(
                "These records are about other people, or about a company as such; you only acted in them, for example as a member of staff.",
                "这些记录涉及的是他人或公司本身；您只是其中的操作者，例如作为工作人员。"
            ),
            Code::NotAutomated => alike!(
                "Not processed by automated means, for example kept on paper; data portability covers automated processing only.",
                "并非以自动化方式处理（例如纸质保存）；可携带权仅适用于自动化处理。"
            ),
            Code::LegalObligation => with_access!(
                "Kept because a law obliges us to; data portability covers only what rests on your consent or a contract with you.",
                "因法律义务而保存；可携带权仅涵盖基于您的同意或与您的合同处理的数据。"
            ),
            Code::VitalInterests => with_access!(
                "Processed to protect somebody's vital interests; data portability covers only what rests on your consent or a contract with you.",
                "为保护重大生命利益而处理；可携带权仅涵盖基于您的同意或与您的合同处理的数据。"
            ),
            Code::PublicTask => with_access!(
                "Processed for a task in the public interest; data portability does not apply to it.",
                "为公共利益任务而处理；可携带权不适用。"
            ),
            Code::LegitimateInterests => with_access!(
                "Processed for our legitimate interests; data portability covers only what rests on your consent or a contract with you.",
                "基于我们的合法利益处理；可携带权仅涵盖基于您的同意或与您的合同处理的数据。"
            ),
            Code::ConsentWithdrawn => [
                Bilingual {
                    en: "You withdrew the consent on which this rested. You may ask for what is still held under your right of access (Art. 15).",
                    zh: "您已撤回该处理所依据的同意。仍保存的内容可依据访问权（第15条）索取。",
                },
                Bilingual {
                    en: "You withdrew the consent on which this rested. You may ask for a copy of what is still held (PIPL Art. 45).",
                    zh: "您已撤回该处理所依据的同意。仍保存的内容可依据《个人信息保护法》第四十五条请求复制。",
                },
            ],
            Code::NoConsentOnRecord => with_access!(
                "It would rest on your consent, but no record of a consent was found.",
                "该处理应基于您的同意，但未找到同意记录。"
            ),
            Code::Derived => with_access!(
                "Computed by us from other data, not provided by you.",
                "由我们根据其他数据计算得出，并非由您提供。"
            ),
            Code::Inferred => with_access!(
                "Concluded by us from other data, not provided by you.",
                "由我们根据其他数据推断得出，并非由您提供。"
            ),
            Code::NotSelected => with_access!(
                "Linked to you, but not among the records that were asked for or that our configuration selects for data portability.",
                "与您有关，但不属于所请求的、或我们为数据可携带所选定的记录。"
            ),
            Code::LegalHold => with_access!(
                "Its retention period has ended; it is kept only for legal claims.",
                "保存期限已过，仅为法律主张而保留。"
            ),
            Code::ThirdParty => alike!(
                "Data of another person: hidden recipients of a message, the own data of somebody who holds a record together with you, or, where other people are left out or replaced, what says more about them than a name or an address.",
                "他人的数据：邮件的密送收件人；与您共同持有记录者本人的数据；或在略去、代替他人信息时，除姓名和地址之外涉及他人的内容。"
            ),
            Code::Staff => {
                alike!("Data about a member of our staff, not about you.", "涉及我们的工作人员而非您的数据。")
            }
            Code::Secret => {
                alike!("A password, key or similar secret; it is never given out.", "密码、密钥或类似机密；绝不提供。")
            }
            Code::Unsearchable => alike!(
                "Content that cannot be searched for other people's data, such as a recording or a file that you did not send.",
                "无法检索其中他人数据的内容，例如录音或并非由您发送的文件。"
            ),
            Code::Omitted => alike!(
                "Internal values without meaning outside our systems, such as row numbers; each is left out for a reason that we have recorded.",
                "在我们系统之外没有意义的内部值（如行号）；每一项均有记录在案的理由。"
            ),
        };
        if pipl { chinese } else { gdpr }
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "enum": codes })
    }
}
