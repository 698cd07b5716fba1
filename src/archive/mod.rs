//! Portable records become files and one sealed archive; archives are verified and imported.
//!
//! This room knows no store and no configuration.

pub mod facts;
pub mod report;
