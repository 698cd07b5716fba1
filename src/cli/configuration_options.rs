//! The arguments of the commands that are about the configuration itself.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Options of `art20 init`.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// The store to look at, perhaps with a name for it: sqlite:, sql:, postgres:, csv:, jsonl:, maildir: or mbox:, or what fides:DATASET.yml says of one; repeatable. With --update: a new store, or where else to look at a known one
    #[arg(long, value_name = "[NAME=]URL")]
    pub from: Vec<String>,
    /// Add to the configuration what is new in its stores, marked for review; what stands in it keeps every byte
    #[arg(long)]
    pub update: bool,
    /// The configuration to write; without --update never overwritten
    #[arg(short, long, visible_short_alias = 'c', visible_alias = "config", value_name = "FILE", default_value = "art20.toml", value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
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
