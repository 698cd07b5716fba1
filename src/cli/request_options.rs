//! The options of a request, and of a letter without an archive.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// One request, as options or in a file.
#[derive(Debug, Args, Default)]
pub struct RequestOptions {
    /// An identifier of the data subject, such as email:ann@example.org; repeatable
    #[arg(short, long = "subject", value_name = "TYPE:VALUE")]
    pub subject: Vec<String>,
    /// Read the request from a file (JSON object, or CSV heading with one row); - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,
    /// How the person was identified: account-login, confirmed-contact, document, in-person, representative or other, perhaps with a note
    #[arg(long, value_name = "METHOD[:NOTE]")]
    pub identity_check: Option<String>,
    /// Your reference: letters, digits, `.`, `_`, `-` [default: a new UUID]
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,
    /// When the request was received; without it no deadline is computed
    #[arg(long, value_name = "TIME")]
    pub received: Option<String>,
    /// Take rows found only through shared identifiers as the subject's, for this reason
    #[arg(long, value_name = "REASON")]
    pub accept_shared: Option<String>,
    /// Take several persons as one, for this reason
    #[arg(long, value_name = "REASON")]
    pub same_person: Option<String>,
    /// What becomes of other people: keep, pseudonymise (Person 1, Person 2 …) or omit [default: keep]
    #[arg(long, value_name = "MODE")]
    pub third_parties: Option<String>,
    /// Languages of the report, BCP 47 tags between commas [default: those of the configuration]
    #[arg(long, value_name = "TAG,…")]
    pub language: Option<String>,
    /// The legal regime: gdpr or pipl [default: gdpr]
    #[arg(long, value_name = "REGIME")]
    pub regime: Option<String>,
    /// If the person asked to have the data sent directly to another controller: feasible, or not-feasible:REASON
    #[arg(long, value_name = "ANSWER")]
    pub direct_transmission: Option<String>,
    /// The collections that are asked for, by the person or by a mandate, between commas [default: all]
    #[arg(long, value_name = "COLLECTION,…")]
    pub only: Option<String>,
    /// The person has died: the law under which their data may be given, such as PIPL Art. 49
    #[arg(long, value_name = "LAW")]
    pub deceased: Option<String>,
    /// When you asked for more, to be sure who the person is: the month waits for the answer, if you asked within a week
    #[arg(long, value_name = "TIME")]
    pub identity_asked: Option<String>,
    /// When that answer came
    #[arg(long, value_name = "TIME")]
    pub identity_confirmed: Option<String>,
}

/// What refuse and extend have in common.
#[derive(Debug, Args)]
pub struct LetterOptions {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = "art20.toml", value_hint = ValueHint::FilePath)]
    pub config: PathBuf,
    /// Read the request from a file (JSON object, or CSV heading with one row); - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub request: Option<PathBuf>,
    /// Your reference: letters, digits, `.`, `_`, `-` [default: a new UUID]
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,
    /// When the request was received
    #[arg(long, value_name = "TIME")]
    pub received: Option<String>,
    /// When you asked for more, to be sure who the person is: the month waits for the answer, if you asked within a week
    #[arg(long, value_name = "TIME")]
    pub identity_asked: Option<String>,
    /// When that answer came
    #[arg(long, value_name = "TIME")]
    pub identity_confirmed: Option<String>,
    /// Languages of the letter, BCP 47 tags between commas [default: those of the configuration]
    #[arg(long, value_name = "TAG,…")]
    pub language: Option<String>,
    /// The legal regime: gdpr or pipl [default: gdpr]
    #[arg(long, value_name = "REGIME")]
    pub regime: Option<String>,
    /// The time that the letter counts as written at [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Who runs art20; goes to the record
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Print the record to standard output
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}
