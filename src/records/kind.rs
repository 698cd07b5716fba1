//! The kinds of record that a collection can hold (contract 3, "Kinds and fields").

/// What a row is about, and so which fields it has and which files it is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A person's contact data.
    Contact,
    /// An order, invoice, payment or refund.
    Transaction,
    /// One position of a transaction.
    Line,
    /// An e-mail, call, chat, text message, letter or form.
    Message,
    /// A file that belongs to a message.
    Attachment,
    /// A consent given or withdrawn.
    Consent,
    /// A cookie set on the person's device.
    Cookie,
    /// One request in a server log.
    AccessLog,
    /// Anything else; only additional fields.
    Other,
}

impl Kind {
    /// Every kind, in the order in which files list them.
    pub const ALL: [Kind; 9] = [
        Kind::Contact,
        Kind::Transaction,
        Kind::Line,
        Kind::Message,
        Kind::Attachment,
        Kind::Consent,
        Kind::Cookie,
        Kind::AccessLog,
        Kind::Other,
    ];

    /// The word used in the configuration and in records.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Contact => "contact",
            Kind::Transaction => "transaction",
            Kind::Line => "line",
            Kind::Message => "message",
            Kind::Attachment => "attachment",
            Kind::Consent => "consent",
            Kind::Cookie => "cookie",
            Kind::AccessLog => "access_log",
            Kind::Other => "other",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name of its table in `data/tables/` and, unless it is a child, of its file in `data/records/`.
    pub fn file_stem(self) -> &'static str {
        match self {
            Kind::Contact => "contacts",
            Kind::Transaction => "transactions",
            Kind::Line => "transaction-lines",
            Kind::Message => "messages",
            Kind::Attachment => "attachments",
            Kind::Consent => "consents",
            Kind::Cookie => "cookies",
            Kind::AccessLog => "access-logs",
            Kind::Other => "other",
        }
    }

    /// The kind whose records its records are nested in: lines in transactions, attachments in messages.
    pub fn parent(self) -> Option<Kind> {
        match self {
            Kind::Line => Some(Kind::Transaction),
            Kind::Attachment => Some(Kind::Message),
            _ => None,
        }
    }

    /// The kind of the records that are nested in its own.
    pub fn child(self) -> Option<Kind> {
        Kind::ALL.into_iter().find(|child| child.parent() == Some(self))
    }

    /// The key under which its records hold their children.
    pub fn nests_as(self) -> Option<&'static str> {
        self.child().and_then(Kind::nested_as)
    }

    /// The key under which a parent's record holds children of this kind.
    pub fn nested_as(self) -> Option<&'static str> {
        match self {
            Kind::Line => Some("lines"),
            Kind::Attachment => Some("attachments"),
            _ => None,
        }
    }
}
