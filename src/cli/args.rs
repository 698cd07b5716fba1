//! The arguments (contract 2). The man pages are made from here, and a test holds them equal.

use clap::{Args, CommandFactory, Parser, Subcommand, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

/// Answers a request under Article 20 of the GDPR: one person, one verified archive.
#[derive(Debug, Parser)]
#[command(name = "art20", version, about, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = super::status::help())]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer one request: one archive and its receipt
    Export(ExportOptions),
    /// Answer many requests: an archive and a receipt for each
    Batch(BatchOptions),
    /// Do the same up to the decisions: show what would go in or stay out and why; write nothing
    Plan(PlanOptions),
    /// Write a letter that takes no action on a request, with the reasons
    Refuse(RefuseOptions),
    /// Write a letter that takes two more months for a request, with the reasons
    Extend(ExtendOptions),
    /// Hold the configuration against itself and the live stores
    Check(CheckOptions),
    /// Check that an archive is complete and valid
    Verify(VerifyOptions),
    /// Load a verified archive into a SQLite database, and write a configuration for it
    Import(ImportOptions),
    /// Write the example controller, or a large synthetic one
    Demo(DemoOptions),
    /// Print the JSON Schema of something that art20 reads or writes, or list their names
    Schema {
        /// Whose schema; without it the names are listed
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

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
}

/// What export, plan and batch have in common.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = "art20.toml", value_hint = ValueHint::FilePath)]
    pub config: PathBuf,
    /// The time that the export counts as made at [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Who runs art20; goes to the receipt
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Leave out stores that cannot be read; the archive says so, and the exit status is 9
    #[arg(long)]
    pub allow_partial: bool,
    /// Answer also when nothing is held, with status 0
    #[arg(long)]
    pub allow_empty: bool,
    /// Print a machine-readable result to standard output
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long)]
    pub verbose: bool,
    /// Show no progress bar
    #[arg(long)]
    pub no_progress: bool,
}

/// Options of `art20 export`.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// The request.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What it has in common with plan and batch.
    #[command(flatten)]
    pub run: RunOptions,
    /// The archive to write; never overwritten [default: REFERENCE.zip]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Write a letter to the person, plain text in the languages of the request; never overwritten
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub letter: Option<PathBuf>,
    /// How the archive is written.
    #[command(flatten)]
    pub writing: WritingOptions,
}

/// How archives are written, by export and batch.
#[derive(Debug, Args)]
pub struct WritingOptions {
    /// How hard to compress
    #[arg(long, value_name = "0-9", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=9))]
    pub level: u32,
}

/// Options of `art20 batch`.
#[derive(Debug, Args)]
pub struct BatchOptions {
    /// The requests: CSV with a heading, or JSON Lines, with the fields of a request; - for standard input
    #[arg(value_name = "REQUESTS", value_hint = ValueHint::FilePath)]
    pub requests: PathBuf,
    /// The folder for archives, receipts and batch-result.csv; made if it is not there
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    /// How many requests are answered at the same time [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
    /// Answer only the requests whose reference falls into shard I of N, counted from 0
    #[arg(long, value_name = "I/N")]
    pub shard: Option<crate::batch::Shard>,
    /// Take away what an earlier run wrote for these requests, and start over
    #[arg(long)]
    pub restart: bool,
    /// What it has in common with export and plan.
    #[command(flatten)]
    pub run: RunOptions,
    /// How the archives are written.
    #[command(flatten)]
    pub writing: WritingOptions,
}

/// Options of `art20 plan`.
#[derive(Debug, Args)]
pub struct PlanOptions {
    /// The request.
    #[command(flatten)]
    pub request: RequestOptions,
    /// What it has in common with export and batch.
    #[command(flatten)]
    pub run: RunOptions,
    /// Show the recognised identifiers; on a terminal only
    #[arg(long)]
    pub reveal: bool,
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

/// Options of `art20 refuse`.
#[derive(Debug, Args)]
pub struct RefuseOptions {
    /// What it has in common with extend.
    #[command(flatten)]
    pub letter: LetterOptions,
    /// Why: not-identifiable, identity-not-confirmed, no-mandate, unfounded, excessive, no-such-data, not-covered, legal-person or deceased
    #[arg(long, value_name = "CODE")]
    pub reason: String,
    /// The reason in your own words; goes to the letter and to the record
    #[arg(long, value_name = "TEXT")]
    pub explanation: Option<String>,
    /// What shows the reason; needed for unfounded and excessive; goes to the letter and to the record
    #[arg(long, value_name = "TEXT")]
    pub evidence: Option<String>,
    /// What the person may pay instead: only for excessive under the PIPL
    #[arg(long, value_name = "AMOUNT", requires = "requests")]
    pub fee: Option<String>,
    /// How many times the person has asked, where a fee is asked for
    #[arg(long, value_name = "N", requires = "fee")]
    pub requests: Option<u64>,
    /// The letter to write; never overwritten [default: REFERENCE.refusal.txt]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Options of `art20 extend`.
#[derive(Debug, Args)]
pub struct ExtendOptions {
    /// What it has in common with refuse.
    #[command(flatten)]
    pub letter: LetterOptions,
    /// What takes longer: complexity or number-of-requests
    #[arg(long, value_name = "CODE")]
    pub reason: String,
    /// The reasons in your own words; go to the letter and to the record
    #[arg(long, value_name = "TEXT")]
    pub explanation: Option<String>,
    /// The letter to write; never overwritten [default: REFERENCE.extension.txt]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

/// Options of `art20 check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// The configuration
    #[arg(short, long, value_name = "FILE", default_value = "art20.toml", value_hint = ValueHint::FilePath)]
    pub config: PathBuf,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// The time at which retention periods are judged [default: SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Print a machine-readable result to standard output
    #[arg(long)]
    pub json: bool,
}

/// Options of `art20 verify`.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The archive: a zip file, or the folder that it was extracted to
    #[arg(value_name = "ARCHIVE", value_hint = ValueHint::AnyPath)]
    pub archive: PathBuf,
    /// Print a machine-readable result to standard output
    #[arg(long)]
    pub json: bool,
    /// Say nothing; the exit status tells
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `art20 import`.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// The archive: a zip file, or the folder that it was extracted to
    #[arg(value_name = "ARCHIVE", value_hint = ValueHint::AnyPath)]
    pub archive: PathBuf,
    /// The database, made if it is not there; its configuration is FILE with the ending .toml
    #[arg(long, value_name = "sqlite:FILE", value_hint = ValueHint::Other)]
    pub into: OsString,
    /// Print a machine-readable result to standard output
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// Options of `art20 demo`.
#[derive(Debug, Args)]
pub struct DemoOptions {
    /// The folder to write to; made if it is not there
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    /// Write synthetic stores with so many data subjects
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub subjects: Option<u64>,
    /// How many messages each subject has, at least 1 [default: 50]
    #[arg(long, value_name = "M", requires = "subjects")]
    pub messages: Option<u64>,
    /// The same seed gives the same stores
    #[arg(long, value_name = "S", requires = "subjects")]
    pub seed: Option<u64>,
}

/// The command line as clap knows it, for man pages and completions.
pub fn command() -> clap::Command {
    Arguments::command()
}
