//! Portable records become files and one sealed archive; archives are verified and imported.
//!
//! This room knows no store and no configuration.

mod bag;
pub mod container;
mod datapackage;
mod deflate;
mod dictionary;
mod directory;
mod eager;
pub mod error;
pub mod facts;
#[cfg(test)]
pub(crate) mod failing;
mod files;
pub mod formats;
pub mod import;
mod json;
mod line;
mod listing;
mod pool;
pub mod report;
pub mod secrecy;
pub mod signature;
mod small;
mod statement;
mod stream;
pub mod table;
pub mod unnamed;
pub mod verify;
mod writer;

pub use error::ArchiveError;
pub use files::HeldBack;
pub use writer::{ArchiveWriter, Destination, Nowhere, Sealed};
