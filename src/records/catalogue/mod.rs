//! The one catalogue of fields: what a configuration may map to, the order and shape in JSON, the columns of tables,
//! the JSON Schemas and the field dictionary in every language all come from here (requirements E4, E5).

mod correspondence;
mod person;
mod trade;
mod web;

use super::kind::Kind;
use super::text::Bilingual;

/// What the values of a field are, and so how they are read, written and described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text of any content.
    Text,
    /// A name given by somebody's system: text, also if it is made of digits.
    Reference,
    /// A point in time or a day.
    Time,
    /// A day.
    Day,
    /// An exact decimal amount of money.
    Money,
    /// An exact decimal number.
    Decimal,
    /// An ISO 4217 code.
    Currency,
    /// A whole number.
    Integer,
    /// A number of seconds.
    Seconds,
    /// A list of e-mail addresses.
    Emails,
    /// A list of phone numbers.
    Phones,
    /// A part of a postal address.
    Postal,
    /// One correspondent.
    Party,
    /// A list of correspondents.
    Parties,
    /// One of a fixed set of words.
    Word(&'static [&'static str]),
    /// Bytes that become a file of the archive.
    Content,
    /// Anything that JSON can say.
    Any,
}

/// One field of a kind.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldSpec {
    /// Its name in the configuration; in JSON each dot opens an object.
    pub path: &'static str,
    /// What its values are.
    pub shape: Shape,
    /// What people call it.
    pub title: Bilingual,
    /// What it means, and when it is absent.
    pub description: Bilingual,
    /// Its category in the vocabulary `https://w3id.org/dpv/pd#` (DPV 2.3).
    pub category: &'static str,
}

/// A field, in one line of a table.
const fn field(
    path: &'static str,
    shape: Shape,
    category: &'static str,
    title: (&'static str, &'static str),
    description: (&'static str, &'static str),
) -> FieldSpec {
    FieldSpec {
        path,
        shape,
        title: Bilingual { en: title.0, zh: title.1 },
        description: Bilingual { en: description.0, zh: description.1 },
        category,
    }
}

/// Fields that every kind may have.
const COMMON: &[FieldSpec] = &[
    field(
        "created",
        Shape::Time,
        "Identifying",
        ("Created", "创建时间"),
        ("When the row was made at the controller", "该行在控制者处创建的时间"),
    ),
    field(
        "updated",
        Shape::Time,
        "Identifying",
        ("Updated", "更新时间"),
        ("When the row was last changed at the controller", "该行在控制者处最后更改的时间"),
    ),
];

impl Kind {
    /// The fields of its own, in the order in which records hold them.
    pub fn own_fields(self) -> &'static [FieldSpec] {
        match self {
            Kind::Contact => person::CONTACT,
            Kind::Consent => person::CONSENT,
            Kind::Transaction => trade::TRANSACTION,
            Kind::Line => trade::LINE,
            Kind::Message => correspondence::MESSAGE,
            Kind::Attachment => correspondence::ATTACHMENT,
            Kind::Cookie => web::COOKIE,
            Kind::AccessLog => web::ACCESS_LOG,
            Kind::Other => &[],
        }
    }

    /// Its own fields and those that every kind has.
    pub fn fields(self) -> impl Iterator<Item = &'static FieldSpec> {
        self.own_fields().iter().chain(COMMON)
    }

    /// The field with this path, and its place in the order of the record.
    pub fn field(self, path: &str) -> Option<(usize, &'static FieldSpec)> {
        self.fields().enumerate().find(|(_, spec)| spec.path == path)
    }

    /// The category of records of this kind as a whole, in `https://w3id.org/dpv/pd#`.
    pub fn category(self) -> &'static str {
        match self {
            Kind::Contact => "Contact",
            Kind::Transaction => "Transaction",
            Kind::Line => "Purchase",
            Kind::Message | Kind::Attachment => "Communication",
            Kind::Consent => "PrivacyPreference",
            Kind::Cookie => "Tracking",
            Kind::AccessLog => "BrowserHistory",
            Kind::Other => "Identifying",
        }
    }

    /// What people call its records.
    pub fn title(self) -> Bilingual {
        let (en, zh) = match self {
            Kind::Contact => ("Contact data", "联系信息"),
            Kind::Transaction => ("Transactions", "交易"),
            Kind::Line => ("Lines of transactions", "交易明细"),
            Kind::Message => ("Messages", "往来通信"),
            Kind::Attachment => ("Attachments", "附件"),
            Kind::Consent => ("Consents", "同意记录"),
            Kind::Cookie => ("Cookies", "Cookie"),
            Kind::AccessLog => ("Server log", "服务器日志"),
            Kind::Other => ("Other data", "其他数据"),
        };
        Bilingual { en, zh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_place_and_a_description_in_both_languages() {
        for kind in Kind::ALL {
            let paths: Vec<_> = kind.fields().map(|spec| spec.path).collect();
            for (at, spec) in kind.fields().enumerate() {
                assert_eq!(kind.field(spec.path).unwrap().0, at, "{}", spec.path);
                for text in [spec.title, spec.description] {
                    assert!(!text.en.is_empty() && !text.zh.is_empty(), "{}", spec.path);
                }
            }
            // Nested objects are written from runs of neighbours.
            let mut groups: Vec<&str> = paths.iter().filter_map(|p| p.split_once('.')).map(|(g, _)| g).collect();
            groups.dedup();
            let runs = groups.len();
            groups.sort_unstable();
            groups.dedup();
            assert_eq!(runs, groups.len(), "{kind:?}");
        }
    }
}
