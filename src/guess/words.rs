//! The words of a name: `customerId`, `customer_id`, `Customer-ID` and `客户编号` say the same.

/// Chinese parts of names, longest first, and what they say.
const CHINESE: &[(&str, &str)] = &[
    ("电子邮件地址", "email"),
    ("电子邮箱", "email"),
    ("电子邮件", "email"),
    ("邮件地址", "email"),
    ("手机号码", "mobile"),
    ("联系电话", "phone"),
    ("电话号码", "phone"),
    ("邮政编码", "postcode"),
    ("身份证号", "identity number"),
    ("出生日期", "birthday"),
    ("创建时间", "created at"),
    ("注册时间", "created at"),
    ("更新时间", "updated at"),
    ("修改时间", "updated at"),
    ("下单时间", "ordered at"),
    ("支付时间", "paid at"),
    ("交易时间", "occurred at"),
    ("发送时间", "sent at"),
    ("同意时间", "given at"),
    ("撤回时间", "withdrawn at"),
    ("访问日志", "access log"),
    ("支付方式", "payment method"),
    ("银行账号", "account number"),
    ("联系人", "contact"),
    ("手机号", "mobile"),
    ("验证码", "otp"),
    ("发件人", "from"),
    ("收件人", "to"),
    ("到期日", "due date"),
    ("明细", "line"),
    ("客户", "customer"),
    ("用户", "user"),
    ("会员", "member"),
    ("顾客", "customer"),
    ("员工", "employee"),
    ("客服", "agent"),
    ("访客", "visitor"),
    ("患者", "patient"),
    ("学生", "student"),
    ("账户", "account"),
    ("账号", "account"),
    ("订单", "order"),
    ("发票", "invoice"),
    ("支付", "payment"),
    ("付款", "payment"),
    ("交易", "transaction"),
    ("退款", "refund"),
    ("商品", "product"),
    ("消息", "message"),
    ("短信", "sms"),
    ("邮件", "mail"),
    ("通话", "call"),
    ("留言", "message"),
    ("信件", "letter"),
    ("附件", "attachment"),
    ("授权", "consent"),
    ("同意", "consent"),
    ("日志", "log"),
    ("地址", "address"),
    ("编号", "number"),
    ("号码", "number"),
    ("姓名", "name"),
    ("名字", "name"),
    ("名称", "name"),
    ("电话", "phone"),
    ("手机", "mobile"),
    ("传真", "fax"),
    ("邮箱", "email"),
    ("邮编", "postcode"),
    ("街道", "street"),
    ("城市", "city"),
    ("省份", "region"),
    ("国家", "country"),
    ("生日", "birthday"),
    ("语言", "language"),
    ("网址", "url"),
    ("网站", "website"),
    ("公司", "company"),
    ("单位", "company"),
    ("职务", "role"),
    ("职位", "role"),
    ("备注", "notes"),
    ("说明", "description"),
    ("描述", "description"),
    ("金额", "amount"),
    ("总价", "total"),
    ("总额", "total"),
    ("单价", "unit price"),
    ("小计", "subtotal"),
    ("价格", "price"),
    ("税额", "tax"),
    ("币种", "currency"),
    ("货币", "currency"),
    ("数量", "quantity"),
    ("类型", "type"),
    ("状态", "status"),
    ("日期", "date"),
    ("时间", "at"),
    ("主题", "subject"),
    ("标题", "title"),
    ("正文", "text"),
    ("内容", "content"),
    ("密码", "password"),
    ("口令", "password"),
    ("密钥", "secret"),
    ("令牌", "token"),
    ("评分", "score"),
    ("名", "given name"),
    ("姓", "surname"),
    ("省", "region"),
    ("市", "city"),
    ("号", "number"),
    ("表", ""),
];

/// The words of a name, in small letters, Chinese ones in English.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if let Some((chinese, english)) = chinese_at(&chars[at..]) {
            end(&mut word, &mut words);
            words.extend(english.split_whitespace().map(str::to_owned));
            at += chinese.chars().count();
            continue;
        }
        let before = chars.get(at.wrapping_sub(1)).copied().filter(|_| !word.is_empty());
        let next_is_small = chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        let begins = before.is_some_and(|before| {
            (c.is_uppercase()
                && (before.is_lowercase() || (chars.get(at - 1).is_some_and(|b| b.is_uppercase()) && next_is_small)))
                || before.is_numeric() != c.is_numeric()
        });
        if !c.is_alphanumeric() || begins {
            end(&mut word, &mut words);
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        at += 1;
    }
    end(&mut word, &mut words);
    words
}

fn chinese_at(chars: &[char]) -> Option<(&'static str, &'static str)> {
    let is_there = |name: &str| name.chars().enumerate().all(|(at, c)| chars.get(at) == Some(&c));
    if chars.first().is_none_or(|c| c.is_ascii()) {
        return None;
    }
    CHINESE.iter().find(|(chinese, _)| is_there(chinese)).copied()
}

fn end(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// The words as one, such as `first_name`.
pub fn joined(words: &[String]) -> String {
    words.join("_")
}

/// One of what a word names several of: as far as comparing two names goes.
pub fn singular(word: &str) -> String {
    let ending = |ending: &str, instead: &str| word.strip_suffix(ending).map(|stem| format!("{stem}{instead}"));
    match word {
        "people" | "persons" => "person".to_owned(),
        "children" => "child".to_owned(),
        "cookies" | "movies" => word.trim_end_matches('s').to_owned(),
        "staff" | "news" | "series" | "sms" => word.to_owned(),
        _ if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") => word.to_owned(),
        _ => ending("ies", "y")
            .or_else(|| ending("sses", "ss"))
            .or_else(|| ending("xes", "x"))
            .or_else(|| ending("ches", "ch"))
            .or_else(|| ending("s", ""))
            .unwrap_or_else(|| word.to_owned()),
    }
}

/// The words of a table's name without its schema, the last one singular.
pub fn table_words(table: &str) -> Vec<String> {
    let own = table.rsplit('.').next().filter(|own| !own.is_empty()).unwrap_or(table);
    let mut words = words(own);
    if let Some(last) = words.last_mut() {
        *last = singular(last);
    }
    if words.len() > 1 && ["tbl", "tb", "t"].contains(&words[0].as_str()) {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_fashion_have_the_same_words() {
        for name in ["customerId", "customer_id", "Customer-ID", "CUSTOMER ID", "CustomerID"] {
            assert_eq!(words(name), ["customer", "id"], "{name}");
        }
        assert_eq!(words("客户编号"), ["customer", "number"]);
        assert_eq!(words("email2"), ["email", "2"]);
        assert_eq!(words("XMLHttpBody"), ["xml", "http", "body"]);
        assert_eq!(words("订单明细表"), ["order", "line"]);
        assert!(words("").is_empty() && words("\n\"").is_empty());
        assert_eq!(words("اسم"), ["اسم"]);
    }

    #[test]
    fn tables_are_called_by_what_one_row_is() {
        assert_eq!(table_words("public.Addresses"), ["address"]);
        assert_eq!(table_words("tbl_companies"), ["company"]);
        assert_eq!(table_words("people"), ["person"]);
        assert_eq!(table_words("invoice_status"), ["invoice", "status"]);
    }
}
