//! PostgreSQL stores on real servers, which the tests start themselves from Debian's package: the same records as from
//! SQLite, one instant, every type, and what a person is told when something is wrong.

mod checked;
#[path = "../common/mod.rs"]
mod common;
mod elsewhere;
mod indexes;
mod instant;
mod keys;
mod large;
mod least;
mod refused;
mod run;
mod same;
mod tables;
mod translated;
mod types;
