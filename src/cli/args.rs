//! The arguments (contract 2). The man pages are made from here, and a test holds them equal.

use super::batch_options::{BatchOptions, WritingOptions};
use super::configuration_options::{CheckOptions, InitOptions};
use super::request_options::{LetterOptions, RequestOptions};
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
    /// Propose a configuration from the schemas of live stores, every guess marked for review
    Init(InitOptions),
    /// Check that an archive is complete and valid
    Verify(VerifyOptions),
    /// Load a verified archive into a SQLite database, and write a configuration for it
    Import(ImportOptions),
    /// Write the example controller, or a large synthetic one
    Demo(DemoOptions),
    /// Proof of what was done, by whom, and delivered
    Journal(JournalOptions),
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
    /// How the archive is encrypted and signed.
    #[command(flatten)]
    pub protection: ProtectionOptions,
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

/// How an archive is encrypted and signed. Passphrases come from files, so that no process list shows them.
#[derive(Debug, Args, Default)]
pub struct ProtectionOptions {
    /// Encrypt to this public key of age, as REFERENCE.zip.age; repeatable, each can open it
    #[arg(long, value_name = "AGE-KEY", conflicts_with_all = ["passphrase_file", "zip_passphrase_file"])]
    pub recipient: Vec<String>,
    /// Encrypt by age with the passphrase on the first line of FILE; /dev/fd/3 for a descriptor, - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "zip_passphrase_file")]
    pub passphrase_file: Option<PathBuf>,
    /// Encrypt as an AES-256 zip, which 7-Zip and Keka open, with the passphrase on the first line of FILE
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub zip_passphrase_file: Option<PathBuf>,
    /// Sign the delivered file with this secret key of minisign, as NAME.minisig beside it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub sign_key: Option<PathBuf>,
    /// The password of a protected signature key, on the first line of FILE [default: asked at a terminal]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "sign_key")]
    pub sign_key_passphrase_file: Option<PathBuf>,
}

/// What opens an encrypted archive.
#[derive(Debug, Args, Default)]
pub struct KeyOptions {
    /// Decrypt with the secret keys of this identity file of age; repeatable
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identity: Vec<PathBuf>,
    /// Decrypt an age file with the passphrase on the first line of FILE; /dev/fd/3 for a descriptor, - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub passphrase_file: Option<PathBuf>,
    /// Decrypt an AES-256 zip with the passphrase on the first line of FILE
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub zip_passphrase_file: Option<PathBuf>,
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
    /// The archive to write; never overwritten; encrypted by age, X.zip becomes X.zip.age [default: REFERENCE.zip]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Write a letter to the person, plain text in the languages of the request; never overwritten
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub letter: Option<PathBuf>,
    /// How the archive is written.
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
    /// Show the recognised identifiers and contacts; on a terminal only
    #[arg(long)]
    pub reveal: bool,
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

/// Options of `art20 verify`.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// The archive: a zip file, an encrypted one, or the folder that it was extracted to
    #[arg(value_name = "ARCHIVE", value_hint = ValueHint::AnyPath)]
    pub archive: PathBuf,
    /// Check the signature ARCHIVE.minisig by this public key of minisign, a file or the key itself
    #[arg(long, value_name = "FILE-or-KEY", value_hint = ValueHint::FilePath)]
    pub public_key: Option<String>,
    /// What opens it.
    #[command(flatten)]
    pub keys: KeyOptions,
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
    /// The archive: a zip file, an encrypted one, or the folder that it was extracted to
    #[arg(value_name = "ARCHIVE", value_hint = ValueHint::AnyPath)]
    pub archive: PathBuf,
    /// The database, made if it is not there; its configuration is FILE with the ending .toml
    #[arg(long, value_name = "sqlite:FILE", value_hint = ValueHint::Other)]
    pub into: OsString,
    /// What opens it.
    #[command(flatten)]
    pub keys: KeyOptions,
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

/// Options of `art20 journal`.
#[derive(Debug, Args)]
pub struct JournalOptions {
    /// The configuration, which says where the journal is
    #[arg(short, long, value_name = "FILE", default_value = "art20.toml", value_hint = ValueHint::FilePath, global = true)]
    pub config: PathBuf,
    /// Print a machine-readable result to standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: JournalCommand,
}

/// What can be done with a journal.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Check that no line was changed, removed or moved
    Verify {
        /// Check also that the line with this SHA-256, noted earlier elsewhere, is in it
        #[arg(long, value_name = "SHA256")]
        contains: Option<String>,
    },
    /// Show what was done
    Show,
    /// Show which run made a file, and whether it was delivered
    Find {
        /// An archive, a letter, a file made from one, a receipt or a record
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Note that the archive or the letter of a request was handed over
    Delivered {
        /// The reference of the request
        #[arg(value_name = "REFERENCE")]
        reference: String,
        /// By which way, such as `customer portal`; not to whom
        #[arg(long, value_name = "TEXT")]
        channel: Option<String>,
        /// The file that was handed over, where it is not the one that art20 wrote, such as one encrypted anew
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: Option<PathBuf>,
        /// Who handed it over
        #[arg(long, value_name = "NAME")]
        operator: Option<String>,
    },
}

/// The command line as clap knows it, for man pages and completions.
pub fn command() -> clap::Command {
    Arguments::command()
}
