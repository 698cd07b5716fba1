//! Sentences that the report and the letter have in common, each in English and Simplified Chinese: one source for both.
//! What stands in braces is filled in.

use crate::records::Bilingual;

/// What a child reads first, in words that a child understands (Art. 12(1); requirement A10).
pub const FOR_A_CHILD: Bilingual = Bilingual {
    en: "For you, in simple words: this is what {who} has about you: what you told us, what you wrote, and what you did with our service. It is yours, and you may look at it and keep it. Show it only to people you trust. If you do not understand something, ask your parents or another grown-up, or write to us. Asking costs nothing.",
    zh: "用简单的话告诉你：这里是{who}保存的关于你的内容，包括你告诉我们的、你写的，以及你使用我们服务时留下的。这些都属于你，你可以看，也可以留着。只给你信任的人看。如果有不明白的地方，可以问爸爸妈妈或其他大人，也可以写信问我们。询问不收任何费用。",
};

/// Where to complain, and to which court to go (GDPR 77, 79).
pub const COMPLAINT_GDPR: Bilingual = Bilingual {
    en: "You may complain to a data protection supervisory authority, in particular in the Member State where you live, where you work, or where you think the law was broken (GDPR Art. 77). You may also go to court (GDPR Art. 79). You need not ask us first.",
    zh: "您可以向数据保护监管机构投诉，特别是您惯常居住地、工作地或您认为发生违法行为的成员国的监管机构（GDPR 第77条）。您也可以向法院起诉（GDPR 第79条）。您无需事先征求我们的意见。",
};

/// The authority that the configuration names; `{who}`, `{authority}`.
pub const OWN_AUTHORITY: Bilingual =
    Bilingual { en: "The authority that supervises {who}: {authority}.", zh: "{who}的监管机构：{authority}。" };

/// Reasons, authority and court (PIPL 50, 65); `{authority}`.
pub const COMPLAINT_PIPL: Bilingual = Bilingual {
    en: "If a request is refused, you must be told the reasons, and you may bring an action before a people's court (PIPL Art. 50). You may also complain to the authority ({authority}) or another department that protects personal information (PIPL Art. 65).",
    zh: "如果您的请求被拒绝，处理者应当说明理由，您可以依法向人民法院提起诉讼（《个人信息保护法》第五十条）。您也可以向监管机构（{authority}）或其他履行个人信息保护职责的部门投诉、举报（《个人信息保护法》第六十五条）。",
};

/// The authority that Art. 60 PIPL names.
pub const CHINESE_AUTHORITY: Bilingual =
    Bilingual { en: "the Cyberspace Administration of China", zh: "国家互联网信息办公室" };

/// Where more may be had, under the PIPL; `{who}`.
pub const ACCESS_PIPL: Bilingual = Bilingual {
    en: "Data portability is not all you may ask for. Under Art. 45 of the Personal Information Protection Law (PIPL) you may consult and copy the personal information that {who} handles about you, also what stayed out here; where the GDPR applies to you, its Art. 15 gives the same right of access. A short message to the contact below is enough.",
    zh: "可携带权并非您唯一的权利。根据《个人信息保护法》第四十五条，您可以查阅、复制{who}处理的您的个人信息，包括此处未提供的部分；如果 GDPR 适用于您，其第15条赋予同样的访问权。向下方的联系人发送一条简短的消息即可。",
};

/// Where more may be had, under the GDPR; `{who}`.
pub const ACCESS_GDPR: Bilingual = Bilingual {
    en: "Data portability (Art. 20 GDPR) is not all you may ask for. Under your right of access (Art. 15 GDPR) you may also ask {who} for a copy of the data that stayed out here, and for what is done with it. A short message to the contact below is enough.",
    zh: "可携带权（GDPR 第20条）并非您唯一的权利。依据访问权（GDPR 第15条），您还可以向{who}索取此处未提供的数据的副本，并了解这些数据的用途。向下方的联系人发送一条简短的消息即可。",
};

/// What was erased in time is not there (requirement C20); `{who}`.
pub const ERASED_ALREADY: Bilingual = Bilingual {
    en: "What had already been erased when the time for keeping it ended no longer exists at {who}, and so cannot be in this archive.",
    zh: "保存期满后已删除的数据在{who}处不复存在，因此不可能出现在本档案中。",
};

/// Above what processors hold (requirement C25).
pub const HELD_ELSEWHERE: Bilingual = Bilingual {
    en: "These data are held by others on the controller's behalf and were not asked for in this export:",
    zh: "以下数据由他人代控制者保存，本次导出未向其查询：",
};

/// Above what is announced as never stored (requirement C22).
pub const NEVER_STORED: Bilingual = Bilingual {
    en: "These data are, as announced, never stored, so there is nothing to give out:",
    zh: "以下数据按照公告从不保存，因此没有可提供的内容：",
};

/// Which language counts; `{language}`, `{tag}`.
pub const PREVAILS: Bilingual = Bilingual {
    en: "Where language versions of this answer or of the privacy policy differ, the {language} version ({tag}) prevails.",
    zh: "如果本答复或隐私政策的各语言版本不一致，以{language}版本（{tag}）为准。",
};

/// What may be done with other people's data in the archive (requirement D10).
pub const OTHERS_DATA: Bilingual = Bilingual {
    en: "Messages and calls also hold data of the people you wrote to and spoke with. Use them for your own personal purposes only; a company that receives the archive from you may not use them for its own. If you asked for other people to be left out or replaced, a free text may still name somebody.",
    zh: "往来通信中也包含与您通信、通话的人的数据。这些数据仅可用于您个人的目的；从您处获得本档案的公司也不得将其用于自身目的。如果您要求略去或替换他人的信息，自由文本中仍可能提及他人。",
};

/// How to keep the archive safe (requirement H6): (English, Chinese).
pub const KEEP_SAFE: [(&str, &str); 5] = [
    (
        "Keep the archive where only you can open it: not on a shared computer, not in a public folder.",
        "请将档案保存在只有您能打开的地方，不要放在共用的电脑或公共文件夹中。",
    ),
    (
        "On a laptop, a phone or a USB stick, use the encryption of the device, or keep only the encrypted file.",
        "在笔记本电脑、手机或 U 盘上，请启用设备加密，或只保存加密的文件。",
    ),
    (
        "Delete copies that you no longer need, also in the download folder and in the bin.",
        "不再需要的副本请删除，包括下载文件夹和回收站中的副本。",
    ),
    (
        "Before you load it into an online service, consider who will be able to read it.",
        "上传到在线服务之前，请考虑谁将能够读取这些数据。",
    ),
    (
        "Nobody needs this archive or its password from you in order to “verify” something. If somebody asks for it, that is fraud.",
        "没有人需要您的档案或密码来“核实”什么。如有人索要，那就是诈骗。",
    ),
];

/// A right: its name, what it means, where it stands; each in English and Chinese.
pub type Right = [(&'static str, &'static str); 3];

/// The rights under the GDPR.
pub const RIGHTS_GDPR: [Right; 7] = [
    [
        ("Access", "访问"),
        (
            "Ask which data about you are held, what they are used for and who receives them, and get a copy.",
            "了解保存了哪些关于您的数据、用途和接收方，并获取副本。",
        ),
        ("Art. 15", "第15条"),
    ],
    [
        ("Rectification", "更正"),
        ("Have wrong data corrected and incomplete data completed.", "要求更正不准确的数据，补全不完整的数据。"),
        ("Art. 16", "第16条"),
    ],
    [
        ("Erasure", "删除"),
        (
            "Have data erased that are no longer needed or that you no longer agree to. Receiving this archive erases nothing and takes this right from nobody.",
            "要求删除不再需要或您不再同意处理的数据。获取本档案不会删除任何数据，也不影响您的删除权。",
        ),
        ("Art. 17", "第17条"),
    ],
    [
        ("Restriction", "限制处理"),
        (
            "Have data only stored and not used, for example while a dispute about them is settled.",
            "要求仅保存而不使用数据，例如在争议解决期间。",
        ),
        ("Art. 18", "第18条"),
    ],
    [
        ("Portability", "可携带"),
        (
            "Ask again at any time, or have the data sent directly to another company where that is technically feasible.",
            "您可以随时再次提出请求；在技术可行时，可要求将数据直接传输给另一家公司。",
        ),
        ("Art. 20", "第20条"),
    ],
    [
        ("Objection", "反对"),
        (
            "Object to uses that rest on legitimate interests or a public task, and to direct marketing at any time.",
            "反对基于合法利益或公共利益任务的处理；对直接营销可随时反对。",
        ),
        ("Art. 21", "第21条"),
    ],
    [
        ("Withdrawal of consent", "撤回同意"),
        ("Withdraw a consent at any time; what was done before stays lawful.", "随时撤回同意；撤回前的处理仍然合法。"),
        ("Art. 7(3)", "第7条第3款"),
    ],
];

/// The rights under the PIPL.
pub const RIGHTS_PIPL: [Right; 6] = [
    [
        ("Access and copy", "查阅和复制"),
        ("Consult and copy your personal information.", "查阅、复制您的个人信息。"),
        ("Art. 45", "第四十五条"),
    ],
    [
        ("Transfer", "转移"),
        (
            "Have your personal information transferred to another handler whom you name, under the conditions set by the Chinese authority.",
            "在符合国家网信部门规定条件时，将个人信息转移至您指定的个人信息处理者。",
        ),
        ("Art. 45", "第四十五条"),
    ],
    [
        ("Correction and completion", "更正、补充"),
        ("Have wrong or incomplete information corrected or completed.", "要求更正或补充不准确、不完整的信息。"),
        ("Art. 46", "第四十六条"),
    ],
    [
        ("Deletion", "删除"),
        (
            "Have information deleted that is no longer needed, or once you withdraw your consent.",
            "在信息不再必要或您撤回同意等情形下，要求删除。",
        ),
        ("Art. 47", "第四十七条"),
    ],
    [
        ("Restriction, refusal, explanation", "限制、拒绝、要求说明"),
        (
            "Restrict or refuse the handling of your information, and have its rules explained.",
            "限制或者拒绝对您的个人信息的处理，并要求解释说明处理规则。",
        ),
        ("Art. 44, 48", "第四十四条、第四十八条"),
    ],
    [
        ("Withdrawal of consent", "撤回同意"),
        ("Withdraw a consent at any time; what was done before stays valid.", "随时撤回同意；撤回前的处理仍然有效。"),
        ("Art. 15", "第十五条"),
    ],
];
