//! Fields of contacts and consents.

use super::{FieldSpec, Shape, field};

const STREET: (&str, &str) = ("Street", "街道");
const LOCALITY: (&str, &str) = ("City", "城市");
const REGION: (&str, &str) = ("Region", "省/州");
const POSTCODE: (&str, &str) = ("Postcode", "邮政编码");
const COUNTRY: (&str, &str) = ("Country", "国家");

pub(super) const CONTACT: &[FieldSpec] = &[
    field(
        "name.full",
        Shape::Text,
        "Name",
        ("Name", "姓名"),
        ("The whole name as it was given", "完整姓名，按提供时的写法"),
    ),
    field(
        "name.given",
        Shape::Text,
        "Name",
        ("Given name", "名"),
        ("The given name, where it is kept apart", "名，仅在单独保存时提供"),
    ),
    field(
        "name.surname",
        Shape::Text,
        "Name",
        ("Surname", "姓"),
        ("The family name, where it is kept apart", "姓，仅在单独保存时提供"),
    ),
    field(
        "organization",
        Shape::Text,
        "Contact",
        ("Organization", "单位"),
        ("The organization that the person gave", "本人提供的所属单位"),
    ),
    field(
        "role",
        Shape::Text,
        "Job",
        ("Role", "职务"),
        ("The person's role in the organization", "本人在单位中的职务"),
    ),
    field(
        "emails",
        Shape::Emails,
        "EmailAddress",
        ("E-mail addresses", "电子邮箱"),
        ("The e-mail addresses as they were given", "电子邮箱地址，按提供时的写法"),
    ),
    field(
        "phones",
        Shape::Phones,
        "TelephoneNumber",
        ("Phone numbers", "电话号码"),
        ("The phone numbers as they were given", "电话号码，按提供时的写法"),
    ),
    field("address.street", Shape::Postal, "PhysicalAddress", STREET, ("Street and house number", "街道和门牌号")),
    field("address.locality", Shape::Postal, "PhysicalAddress", LOCALITY, ("City, town or village", "城市、镇或村")),
    field("address.region", Shape::Postal, "PhysicalAddress", REGION, ("State, province or region", "州、省或地区")),
    field("address.postcode", Shape::Postal, "PhysicalAddress", POSTCODE, ("Postal code", "邮政编码")),
    field(
        "address.country",
        Shape::Postal,
        "PhysicalAddress",
        COUNTRY,
        ("Country, as it was given", "国家，按提供时的写法"),
    ),
    field("birthday", Shape::Day, "BirthDate", ("Birthday", "出生日期"), ("The day of birth", "出生日期")),
    field(
        "language",
        Shape::Text,
        "Language",
        ("Language", "语言"),
        ("The language that the person prefers", "本人偏好的语言"),
    ),
    field("url", Shape::Text, "Contact", ("Web address", "网址"), ("A web address of the person", "本人的网址")),
    field(
        "notes",
        Shape::Text,
        "Contact",
        ("Notes", "备注"),
        ("Notes kept with the contact", "与联系人一同保存的备注"),
    ),
];

pub(super) const CONSENT: &[FieldSpec] = &[
    field(
        "for_activity",
        Shape::Reference,
        "PrivacyPreference",
        ("Activity", "处理活动"),
        ("The processing activity that the consent is for", "该同意所针对的处理活动"),
    ),
    field(
        "given_at",
        Shape::Time,
        "PrivacyPreference",
        ("Given", "给出时间"),
        ("When the consent was given", "给出同意的时间"),
    ),
    field(
        "withdrawn_at",
        Shape::Time,
        "PrivacyPreference",
        ("Withdrawn", "撤回时间"),
        ("When the consent was withdrawn; empty if it was not", "撤回同意的时间；未撤回则为空"),
    ),
    field(
        "method",
        Shape::Text,
        "PrivacyPreference",
        ("Method", "方式"),
        ("How the consent was given", "给出同意的方式"),
    ),
    field(
        "wording",
        Shape::Text,
        "PrivacyPreference",
        ("Wording", "文本"),
        ("The text, or the version of the text, that was agreed to", "所同意的文本或其版本"),
    ),
];

/// The postal address of a transaction, in the same words.
pub(super) const fn postal(path: &'static str, part: u8) -> FieldSpec {
    let (title, description) = match part {
        0 => {
            (STREET, ("Street and house number of the address given for the transaction", "交易所用地址的街道和门牌号"))
        }
        1 => (LOCALITY, ("City of the address given for the transaction", "交易所用地址的城市")),
        2 => (REGION, ("Region of the address given for the transaction", "交易所用地址的省/州")),
        3 => (POSTCODE, ("Postal code of the address given for the transaction", "交易所用地址的邮政编码")),
        _ => (COUNTRY, ("Country of the address given for the transaction", "交易所用地址的国家")),
    };
    field(path, Shape::Postal, "PhysicalAddress", title, description)
}
