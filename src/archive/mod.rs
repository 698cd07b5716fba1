//! Portable records become files and one sealed archive; archives are verified and imported.
//!
//! This room knows no store and no configuration.

mod bag;
pub mod container;
mod datapackage;
mod deflate;
pub mod error;
pub mod facts;
mod files;
pub mod formats;
pub mod import;
mod line;
pub mod report;
pub mod secrecy;
pub mod signature;
mod statement;
pub mod table;
pub mod unnamed;
pub mod verify;
mod writer;

pub use error::ArchiveError;
pub use files::HeldBack;
pub use writer::{ArchiveWriter, Destination, Nowhere, Sealed};
