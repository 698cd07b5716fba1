//! What the programs of `fuzz_targets/` call: the targets that the tests of art20 replay.

#[path = "../../tests/fuzzed/targets/mod.rs"]
pub mod targets;
