//! The arguments of `art20 batch`, and how archives are written, which it shares with export.

use super::args::RunOptions;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// How archives are written, by export and batch.
#[derive(Debug, Args)]
pub struct WritingOptions {
    /// How hard to compress
    #[arg(long, value_name = "0-9", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=9))]
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
