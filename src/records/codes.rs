//! The permanent codes of contract 6: why a row stays out, why a value is withheld.
//!
//! Every code has a sentence for the person in each language of the report; a test holds them to the manual.

use super::text::Bilingual;

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
        match self {
            Code::SharedIdentifier | Code::AboutOthers | Code::ThirdParty | Code::Staff | Code::Unsearchable => {
                "GDPR Art. 20(4)"
            }
            Code::NotAutomated => "GDPR Art. 20(1)(b)",
            Code::LegalObligation
            | Code::VitalInterests
            | Code::PublicTask
            | Code::LegitimateInterests
            | Code::NoConsentOnRecord => "GDPR Art. 20(1)(a)",
            Code::ConsentWithdrawn => "GDPR Art. 7(3), 20(1)(a)",
            Code::Derived | Code::Inferred => "GDPR Art. 20(1); WP242 rev.01, section III",
            Code::LegalHold => "GDPR Art. 17(3)(e)",
            Code::Secret => "GDPR Art. 32",
            Code::NotSelected | Code::Omitted => "GDPR Art. 20(1)",
        }
    }

    /// One plain sentence for the person.
    pub fn sentence(self) -> Bilingual {
        match self {
            Code::SharedIdentifier => Bilingual {
                en: "Found only through an address, number or other identifier that you share with someone else; it may be theirs.",
                zh: "仅通过您与他人共用的地址、号码或其他标识找到，可能属于对方。",
            },
            Code::AboutOthers => Bilingual {
                en: "These records are about other people; you only acted in them, for example as a member of staff.",
                zh: "这些记录涉及的是他人；您只是其中的操作者，例如作为工作人员。",
            },
            Code::NotAutomated => Bilingual {
                en: "Not processed by automated means, for example kept on paper; data portability covers automated processing only.",
                zh: "并非以自动化方式处理（例如纸质保存）；可携带权仅适用于自动化处理。",
            },
            Code::LegalObligation => Bilingual {
                en: "Kept because a law obliges us to; data portability covers only what rests on your consent or a contract with you. You may ask for it under your right of access (Art. 15).",
                zh: "因法律义务而保存；可携带权仅涵盖基于您的同意或与您的合同处理的数据。您可依据访问权（第15条）索取。",
            },
            Code::VitalInterests => Bilingual {
                en: "Processed to protect somebody's vital interests; data portability covers only what rests on your consent or a contract with you. You may ask for it under your right of access (Art. 15).",
                zh: "为保护重大生命利益而处理；可携带权仅涵盖基于您的同意或与您的合同处理的数据。您可依据访问权（第15条）索取。",
            },
            Code::PublicTask => Bilingual {
                en: "Processed for a task in the public interest; data portability does not apply to it. You may ask for it under your right of access (Art. 15).",
                zh: "为公共利益任务而处理；可携带权不适用。您可依据访问权（第15条）索取。",
            },
            Code::LegitimateInterests => Bilingual {
                en: "Processed for our legitimate interests; data portability covers only what rests on your consent or a contract with you. You may ask for it under your right of access (Art. 15).",
                zh: "基于我们的合法利益处理；可携带权仅涵盖基于您的同意或与您的合同处理的数据。您可依据访问权（第15条）索取。",
            },
            Code::ConsentWithdrawn => Bilingual {
                en: "You withdrew the consent on which this rested. You may ask for what is still held under your right of access (Art. 15).",
                zh: "您已撤回该处理所依据的同意。仍保存的内容可依据访问权（第15条）索取。",
            },
            Code::NoConsentOnRecord => Bilingual {
                en: "It would rest on your consent, but no record of a consent was found. You may ask for it under your right of access (Art. 15).",
                zh: "该处理应基于您的同意，但未找到同意记录。您可依据访问权（第15条）索取。",
            },
            Code::Derived => Bilingual {
                en: "Computed by us from other data, not provided by you. You may ask for it under your right of access (Art. 15).",
                zh: "由我们根据其他数据计算得出，并非由您提供。您可依据访问权（第15条）索取。",
            },
            Code::Inferred => Bilingual {
                en: "Concluded by us from other data, not provided by you. You may ask for it under your right of access (Art. 15).",
                zh: "由我们根据其他数据推断得出，并非由您提供。您可依据访问权（第15条）索取。",
            },
            Code::NotSelected => Bilingual {
                en: "Linked to you, but not among the records that our configuration selects for data portability. You may ask for it under your right of access (Art. 15).",
                zh: "与您有关，但不属于我们为数据可携带所选定的记录。您可依据访问权（第15条）索取。",
            },
            Code::LegalHold => Bilingual {
                en: "Its retention period has ended; it is kept only for legal claims. You may ask for it under your right of access (Art. 15).",
                zh: "保存期限已过，仅为法律主张而保留。您可依据访问权（第15条）索取。",
            },
            Code::ThirdParty => Bilingual {
                en: "Data of another person: hidden recipients of a message, or, where other people are left out or replaced, what says more about them than a name or an address (Art. 20(4)).",
                zh: "他人的数据：邮件的密送收件人；或在略去、代替他人信息时，除姓名和地址之外涉及他人的内容（第20条第4款）。",
            },
            Code::Staff => Bilingual {
                en: "Data about a member of our staff, not about you.",
                zh: "涉及我们的工作人员而非您的数据。",
            },
            Code::Secret => Bilingual {
                en: "A password, key or similar secret; never given out and never read for this export.",
                zh: "密码、密钥或类似机密；绝不提供，本次导出也未读取。",
            },
            Code::Unsearchable => Bilingual {
                en: "Content that cannot be searched for other people's data, such as a recording or a file that you did not send.",
                zh: "无法检索其中他人数据的内容，例如录音或并非由您发送的文件。",
            },
            Code::Omitted => Bilingual {
                en: "Internal values without meaning outside our systems, such as row numbers; each is left out for a reason that we have recorded.",
                zh: "在我们系统之外没有意义的内部值（如行号）；每一项均有记录在案的理由。",
            },
        }
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
