//! The permanent codes of what `art20 check` can say: a configuration held against itself and against the stores.

use serde::{Serialize, Serializer};

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It stops an export.
    Error,
    /// Somebody should look at it.
    Warning,
}

impl Level {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// Declares every code once: its name, its text, its level, its sentence.
macro_rules! remark_codes {
    ($($variant:ident $code:literal $level:ident $sentence:literal)*) => {
        /// A permanent, kebab-case code of a remark.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RemarkCode { $(#[doc = $sentence] $variant,)* }

        impl RemarkCode {
            /// Every code, errors first.
            pub const ALL: &'static [RemarkCode] = &[$(RemarkCode::$variant),*];

            /// The code as it is written everywhere.
            pub fn as_str(self) -> &'static str {
                match self { $(RemarkCode::$variant => $code,)* }
            }

            /// What the code means, in one sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(RemarkCode::$variant => $sentence,)* }
            }

            /// How much it weighs.
            pub fn level(self) -> Level {
                match self { $(RemarkCode::$variant => Level::$level,)* }
            }
        }
    };
}

remark_codes! {
    Review "review" Error "A guess in the configuration still has its `review = true`; an export waits until a person has taken it away."
    UnclassifiedTable "unclassified-table" Error "A store has a table that no collection is on and that is not ignored with a reason."
    UnclassifiedColumn "unclassified-column" Error "A table has a column that its collection neither maps nor keeps out with a reason."
    UnclassifiedJsonKey "unclassified-json-key" Error "Rows have a key in the JSON of a column that the column's `keys` do not name; whoever they belong to cannot get an export."
    NoSuchTable "no-such-table" Error "A collection is on a table that its store does not have."
    NoSuchColumn "no-such-column" Error "A collection names a column that its table does not have."
    HeldAlthoughNotAnnounced "held-although-not-announced" Error "Data are there of an activity that the policy announces as never stored (`held = false`)."
    StaleIgnore "stale-ignore" Warning "A table is ignored that does not exist; after a rename, another one may stand in its place."
    NoPiplBasis "no-pipl-basis" Warning "An activity has no legal basis that the PIPL knows."
    NoGdprBasis "no-gdpr-basis" Warning "An activity has a legal basis under the PIPL and none under the GDPR."
    NoPolicySection "no-policy-section" Warning "There is a privacy policy, and an activity names no section of it that announces the activity."
    SectionWithoutActivity "section-without-activity" Warning "A section of the privacy policy announces processing (`sections`), and no activity names it."
    UnknownSection "unknown-section" Warning "An activity names a section that is not among the `sections` of the privacy policy."
    ActivityWithoutCollection "activity-without-collection" Warning "The policy announces an activity, and nothing says where its data are: no collection, no column, no `elsewhere` of the same name."
    IgnoredPersonalKey "ignored-personal-key" Warning "A table is ignored as having no personal data, and has a column by whose name people are recognised elsewhere."
    IgnoredLinkedTable "ignored-linked-table" Warning "A table is ignored as having no personal data, and a foreign key or a key of the same name leads from it to a person's rows, or from them to it."
    IgnoredAddresses "ignored-addresses" Warning "A table is ignored as having no personal data, and e-mail addresses, telephone numbers, or numbers of identity documents or accounts of several people stand in it."
    UnmatchedIdentifier "unmatched-identifier" Warning "A column with e-mail addresses or telephone numbers goes to an additional field as the person's own, and nobody is looked for by it."
    OmittedIdentifier "omitted-identifier" Warning "A column stays out, and nearly all of its values are e-mail addresses, telephone numbers, or numbers of identity documents or accounts of several people."
    JsonAddresses "json-addresses" Warning "E-mail addresses stand in the JSON of a column that goes in without its keys being classified."
    LinkWithoutTarget "link-without-target" Warning "A condition links two collections by columns that have no value in common, so it finds nobody's rows."
    UnreachableCollection "unreachable-collection" Warning "Nothing leads to a collection from those that say who somebody is: it is found only by an identifier that the request itself has to give."
    LogWithoutRetention "log-without-retention" Warning "A collection of server logs belongs to an activity that announces no retention period."
    LogRetentionConflict "log-retention-conflict" Warning "Server logs in China are announced for less than the six months of the Cybersecurity Law; counsel decides which holds."
    SensitiveNotEncrypted "sensitive-not-encrypted" Warning "The PIPL applies, financial accounts go into archives, and the configuration does not require encryption."
    PossibleSecret "possible-secret" Warning "A column or a key of its JSON goes to a field and is called like a secret, or URLs that go in carry a parameter that is."
    NoPerson "no-person" Warning "A collection is reached by learned identifiers and declares no `person`, so two people who share one cannot be told apart in it."
    MissingIndex "missing-index" Warning "No index serves a condition, so every request reads the whole table."
    RetentionOverdue "retention-overdue" Warning "Rows are kept for longer than their activity announces."
    RetentionShort "retention-short" Warning "The policy has announced a period for longer than it lasts, and rows go back less than half of it: they may be deleted sooner than announced."
}

impl Serialize for RemarkCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl schemars::JsonSchema for RemarkCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RemarkCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = RemarkCode::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "enum": codes })
    }
}
