//! art20 answers a request under Article 20 of the GDPR: for one person it finds the records in a controller's stores,
//! keeps exactly what the article covers, says what stayed out and why, and seals an archive that anyone can verify.
//!
//! # The path of one record
//! ```text
//! request -> subject -> stores -> normalize -> scope -> archive -> receipt
//! ```
//! [`fulfil`] is the road; each stage takes the value of the one before and returns the next type.
//!
//! | room | holds |
//! |---|---|
//! | [`records`] | canonical records and their values; the one catalogue of fields |
//! | [`controller`] | the configuration read into valid types |
//! | [`subject`] | identifiers, and who the data subject is |
//! | [`request`] | one request, and when it is due |
//! | [`stores`] | one file per engine behind one trait; read-only, one snapshot |
//! | [`normalize`] | a source row becomes the values of a record |
//! | [`scope`] | what Art. 20 covers; the only room that can make a portable record |
//! | [`archive`] | files, sealing, verifying, reading what was sealed |
//! | [`receipt`] | the account of every row, the proof for the controller |
//! | [`import`] | the receiving side: an archive becomes a database, with a configuration for it |
//! | [`init`] | a configuration is proposed or what is new is added to one, every guess marked for review |
//! | [`schema`] | JSON Schemas of everything that is read or written |
//! | [`guess`] | what names and samples of tables suggest |
//! | [`letter`] | letters to the person, with an archive or without |
//! | [`batch`] | many requests in one run, each as if it were alone |
//! | [`demo`] | invented stores to try art20 on |
//! | [`cli`] | the command line, the terminal, the clock |
//!
//! # The laws
//! 1. Nothing vanishes: every matched row ends as portable or excluded, and the ledger balances.
//! 2. Default deny: what nobody classified stops the run.
//! 3. All or nothing: no half archive, nothing temporary left.
//! 4. Read only, one snapshot.
//! 5. Same request, same stores, same bytes.
//! 6. Anyone can check that the archive is whole.
//! 7. Nobody else: no value of another data subject but as configured by law.
//! 8. Nothing personal outside the archive.

#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::unimplemented)
)]

pub mod archive;
pub mod batch;
pub mod check;
pub mod cli;
pub mod controller;
pub mod demo;
pub mod export;
pub mod findings;
pub mod fulfil;
pub mod guess;
pub mod import;
pub mod init;
pub mod letter;
pub mod normalize;
pub mod receipt;
pub mod records;
pub mod request;
pub mod schema;
pub mod scope;
pub mod stores;
pub mod subject;
