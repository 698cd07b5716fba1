//! The clock and the wish to stop: what only the outside knows.

use super::failure::Failure;
use crate::controller::Controller;
use crate::stores::Surroundings;
use jiff::{Timestamp, Unit};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The clock, and a flag that SIGINT and SIGTERM set, so that a run ends in order and leaves nothing behind.
pub fn surroundings() -> Surroundings {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // The second signal of a kind ends the program at once, should the first not be seen.
        let _ = signal_hook::flag::register_conditional_default(signal, interrupted.clone());
        let _ = signal_hook::flag::register(signal, interrupted.clone());
    }
    // A file that may not grow is an error of the write that meets it, not the end of the program: it has to clean up.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
    Surroundings { now: Timestamp::now, interrupted }
}

/// The time that a run counts as made at: the option, else `SOURCE_DATE_EPOCH`, else now; whole seconds.
pub fn as_of(option: Option<&str>, controller: &Controller) -> Result<Timestamp, Failure> {
    if let Some(text) = option {
        return crate::request::time(text, "as-of", controller, false).map_err(|fault| Failure::from(vec![fault]));
    }
    if let Ok(epoch) = std::env::var("SOURCE_DATE_EPOCH") {
        let time = epoch.trim().parse::<i64>().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        return time.ok_or_else(|| {
            Failure::new(
                2,
                "the environment variable SOURCE_DATE_EPOCH is no time",
                "Set it to whole seconds since 1970, or unset it.",
            )
        });
    }
    let now = Timestamp::now();
    Ok(now.round(Unit::Second).unwrap_or(now))
}
