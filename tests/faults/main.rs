//! Machines that fail: every call by which a run reads, writes, opens, names or makes durable fails once, in turn; the
//! process is told to stop or killed at every such call; disks are full, files and descriptors are limited, stores change
//! and vanish under way. Whatever happens: no archive or a whole one, nothing left beside it, the right exit status, a
//! sentence that helps, and nobody's data in it.
//!
//! - [`world`] is a controller with a store of every sort, whose every value has a canary in it.
//! - [`strace`] makes the nth call of a kind fail, by the program strace; where it is missing or may not trace, the
//!   tests say so. `src/export/tests.rs` does the same behind the traits, everywhere.
//! - [`limits`], [`signals`] and [`under_way`] need no such program, or little of it.
//! - [`canaries`] looks for personal data in all that a run says and leaves.
//! - [`judge`] says what may have come of a run.

#[path = "../common/mod.rs"]
mod common;

mod canaries;
mod commands;
mod export;
mod judge;
mod limits;
mod signals;
mod strace;
mod under_way;
mod update;
mod world;
