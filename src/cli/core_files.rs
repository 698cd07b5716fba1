//! A process that crashes may leave its memory in a file, and the memory is full of personal data (law 8).

/// Lets the system write no core file of this process.
///
/// A limit of one byte, not of none: Linux writes no file that is too small for its head, and only at one byte does it
/// not hand the memory to another program either (core(5)).
#[cfg(target_os = "linux")]
pub fn none() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Core).maximum.map_or(1, |maximum| maximum.min(1));
    // Who has forbidden core files already has done more than this.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(maximum), maximum: Some(maximum) });
}

/// Elsewhere the system decides.
#[cfg(not(target_os = "linux"))]
pub fn none() {}
