//! x
pub mod deadlines;
