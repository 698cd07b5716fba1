//! art20
pub mod archive;
pub mod records;
