//! A refusal: no action on a request, with its reasons (Art. 12(4), 12(5), 11(2); PIPL 50; requirements A8, A11, B7-B10).

use super::Occasion;
use super::closing::{begin, end, free, times};
use super::page::{self, Page, given, two};
use crate::records::Bilingual;

/// Declares every reason once: its code, the provision, whether it needs evidence, the sentence for the operator's
/// manual, what the person reads, and what the person can do.
macro_rules! refusal_reasons {
    ($($variant:ident $code:literal $law:literal $evidence:literal
        why $why_en:literal $why_zh:literal
        now $now_en:literal $now_zh:literal;)*) => {
        /// Why no action is taken on a request. The codes are permanent, kebab-case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RefusalReason { $(#[doc = $why_en] $variant,)* }

        impl RefusalReason {
            /// Every reason.
            pub const ALL: &'static [RefusalReason] = &[$(RefusalReason::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(RefusalReason::$variant => $code,)* }
            }

            /// The provision that it rests on.
            pub fn provision(self) -> &'static str {
                match self { $(RefusalReason::$variant => $law,)* }
            }

            /// Whether what shows it must be recorded (requirement B8).
            pub fn needs_evidence(self) -> bool {
                match self { $(RefusalReason::$variant => $evidence,)* }
            }

            /// Why, in words for the person.
            pub fn sentence(self) -> Bilingual {
                match self { $(RefusalReason::$variant => two($why_en, $why_zh),)* }
            }

            /// What the person can do.
            pub fn offer(self) -> Bilingual {
                match self { $(RefusalReason::$variant => two($now_en, $now_zh),)* }
            }
        }
    };
}

refusal_reasons! {
    NotIdentifiable "not-identifiable" "GDPR Art. 11(2), 12(2)" false
        why "We cannot tell which data are yours: we searched all our systems that may hold personal data with everything that you gave us, and nothing of it leads to you. What we hold does not let us identify you."
        "我们无法判断哪些数据属于您：我们使用您提供的全部信息，在所有可能保存个人数据的系统中进行了查找，均无法与您对应。我们持有的信息不足以识别您。"
        now "If you give us more that identifies you, such as another address or telephone number that you used with us, a customer or order number, or the name of a cookie with its value, we search again, and the right applies."
        "如果您提供更多可识别您的信息，例如您在我们这里使用过的其他邮箱或电话号码、客户编号或订单编号，或者 Cookie 的名称和值，我们将重新查找，您即可行使该权利。";
    IdentityNotConfirmed "identity-not-confirmed" "GDPR Art. 12(6)" false
        why "We have reasonable doubts about who is asking, and what we asked for to remove them did not come or did not fit. Giving your data to somebody else would harm you."
        "我们对请求人的身份存有合理疑问，而我们为消除疑问所要求的信息未提供或不相符。将您的数据交给他人会损害您的利益。"
        now "Confirm who you are in the way that suits you: sign in to your account, answer from an address that we know, or ask us for another way. We do not need a copy of an identity card."
        "请以方便的方式确认您的身份：登录账户、用我们已知的邮箱答复，或向我们询问其他方式。我们不需要身份证件复印件。";
    NoMandate "no-mandate" "GDPR Art. 12(6)" false
        why "You ask for somebody else, and there is no mandate that shows that you may ask for these data."
        "您代表他人提出请求，但没有能够证明您有权请求这些数据的授权。"
        now "Send us the mandate, and what it covers; or let the person ask."
        "请提供授权书及其范围，或由本人提出请求。";
    Unfounded "unfounded" "GDPR Art. 12(5)(b)" true
        why "Your request is manifestly unfounded."
        "您的请求明显没有根据。"
        now "If you think that we are wrong, tell us why, and we look at it again."
        "如果您认为我们的判断有误，请告知理由，我们将重新审查。";
    Excessive "excessive" "GDPR Art. 12(5)(b)" true
        why "Your request is excessive, in particular because of its repetitive character."
        "您的请求过度，特别是因为重复提出。"
        now "You may ask again when a reasonable time has passed or when there is something new."
        "在合理时间之后或出现新情况时，您可以再次提出请求。";
    NoSuchData "no-such-data" "GDPR Art. 20(1)" false
        why "We hold no personal data of you: we searched all our systems that may hold some, with everything that you gave us, and found none."
        "我们未持有您的个人数据：我们使用您提供的全部信息，在所有可能保存个人数据的系统中进行了查找，没有找到。"
        now "If you used another address, number or name with us, tell us, and we search again."
        "如果您在我们这里使用过其他邮箱、号码或姓名，请告知我们，我们将重新查找。";
    NotCovered "not-covered" "GDPR Art. 20(1)" false
        why "We hold data of you, but none that data portability covers: it covers what you provided, where it is processed by automated means on your consent or a contract with you."
        "我们持有您的数据，但均不属于可携带权的范围：该权利仅涵盖您所提供的、基于您的同意或与您的合同并以自动化方式处理的数据。"
        now "You may ask for a copy of these data under your right of access (Art. 15 GDPR; PIPL Art. 45); a short message is enough."
        "您可以依据访问权（GDPR 第15条；《个人信息保护法》第四十五条）索取这些数据的副本，发送一条简短的消息即可。";
    LegalPerson "legal-person" "GDPR Art. 4(1), Recital 14" false
        why "You ask for data of a company or another legal person; the right to data portability belongs to natural persons."
        "您请求的是公司或其他法人的数据；数据可携带权仅属于自然人。"
        now "You may ask for the data about yourself, also those as a contact person of the company or as a sole trader."
        "您可以请求有关您本人的数据，包括您作为公司联系人或个体经营者的数据。";
    Deceased "deceased" "GDPR Recital 27; PIPL Art. 49" false
        why "You ask for data of a person who has died. The GDPR does not apply to them, and no national law or other right under which you may have them is shown."
        "您请求的是已故者的数据。GDPR 不适用于此类数据，您也未说明可据以获取的本国法律或其他权利。"
        now "If a national law gives you a right to these data, or if you are a close relative with a lawful and legitimate interest of your own (PIPL Art. 49), tell us which, and we look at it again."
        "如果本国法律赋予您获取这些数据的权利，或者您是近亲属并为自身的合法、正当利益提出请求（《个人信息保护法》第四十九条），请告知我们，我们将重新审查。";
}

impl RefusalReason {
    /// The reason with this code.
    pub fn named(code: &str) -> Option<RefusalReason> {
        RefusalReason::ALL.iter().copied().find(|reason| reason.as_str() == code)
    }
}

/// Why no action is taken, with what is recorded for it.
#[derive(Debug, Clone, Copy)]
pub struct Refusal<'a> {
    /// The reason.
    pub reason: RefusalReason,
    /// In the operator's own words.
    pub explanation: Option<&'a str>,
    /// What shows it.
    pub evidence: Option<&'a str>,
    /// What the person may pay instead, with the number of requests that makes it more than is reasonable.
    pub fee: Option<(&'a str, u64)>,
}

/// Why a refusal may not be written. Exit status 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusalFault {
    /// Requirement B8: the controller bears the burden of demonstrating it.
    #[error("the reason `{}` needs evidence, and none is given", .0.as_str())]
    NoEvidence(RefusalReason),
    /// A text is given that says nothing.
    #[error("--{0} is empty")]
    Empty(&'static str),
    /// Requirements B9, B10.
    #[error("a fee can only be asked for under the PIPL, for an excessive number of requests that is recorded")]
    Fee,
}

impl RefusalFault {
    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            RefusalFault::NoEvidence(_) => {
                "Say with --evidence what shows it: the controller has to demonstrate it (Art. 12(5)); it goes to the letter and to the record."
            }
            RefusalFault::Empty(_) => "Write what you mean, or leave the option away.",
            RefusalFault::Fee => {
                "Leave --fee away; for `--reason excessive` under `--regime pipl`, give the number of requests with --requests."
            }
        }
    }
}

impl Refusal<'_> {
    /// Holds the refusal to what the law asks of it.
    ///
    /// # Errors
    /// When evidence is missing, a text is empty, or a fee is asked for that may not be.
    pub fn check(&self, pipl: bool) -> Result<(), RefusalFault> {
        for (name, text) in [("explanation", self.explanation), ("evidence", self.evidence)] {
            if text.is_some_and(|text| text.trim().is_empty()) {
                return Err(RefusalFault::Empty(name));
            }
        }
        if self.reason.needs_evidence() && self.evidence.is_none() {
            return Err(RefusalFault::NoEvidence(self.reason));
        }
        let may_ask = pipl && self.reason == RefusalReason::Excessive;
        match self.fee {
            Some((fee, requests)) if !may_ask || requests < 2 || fee.trim().is_empty() => Err(RefusalFault::Fee),
            _ => Ok(()),
        }
    }
}

/// The letter.
pub fn refusal(occasion: &Occasion<'_>, refusal: &Refusal<'_>) -> String {
    page::letter(occasion, |page| {
        begin(page, occasion, two("Your request: we do not act on it", "关于您的请求：我们不予处理"));
        times(page, occasion);
        page.paragraph(page.say(if occasion.pipl() {
            two(
                "You asked us for your personal information (PIPL Art. 45). We do not act on this request. We have to tell you why (PIPL Art. 50):",
                "您向我们请求获取个人信息（《个人信息保护法》第四十五条）。我们不予处理该请求。依据《个人信息保护法》第五十条，现说明理由：",
            )
        } else {
            two(
                "You asked us for your personal data (data portability, GDPR Art. 20). We do not act on this request. We have to tell you why (GDPR Art. 12(4)):",
                "您向我们请求获取个人数据（数据可携带权，GDPR 第20条）。我们不予处理该请求。依据 GDPR 第12条第4款，现说明理由：",
            )
        }));
        reasons(page, refusal);
        page.heading(two("What you can do", "您可以做什么"));
        page.paragraph(page.say(refusal.reason.offer()));
        match refusal.fee.filter(|_| occasion.pipl()) {
            Some((fee, requests)) => {
                let values = [("fee", &*given(fee)), ("requests", &requests.to_string())];
                page.paragraph(&page.fill(
                    two(
                        "This is request number {requests}, which is clearly more than reasonable. If you pay what it costs us, {fee}, we act on it (Art. 25 of the Regulations on Network Data Security Management).",
                        "这是您的第 {requests} 次请求，明显超出合理范围。如果您支付必要费用 {fee}，我们将予以处理（《网络数据安全管理条例》第二十五条）。",
                    ),
                    &values,
                ));
            }
            None => free(page, occasion),
        }
        end(page, occasion);
    })
}

fn reasons(page: &mut Page, refusal: &Refusal<'_>) {
    let values = [("sentence", page.say(refusal.reason.sentence())), ("law", refusal.reason.provision())];
    page.paragraph(&page.fill(two("{sentence} [{law}]", "{sentence}[{law}]"), &values));
    if let Some(explanation) = refusal.explanation {
        page.paragraph(&given(explanation));
    }
    if let Some(evidence) = refusal.evidence {
        let words = two("What shows it: {evidence}", "依据：{evidence}");
        page.paragraph(&page.fill(words, &[("evidence", &given(evidence))]));
    }
}
