//! What is said to the person at the terminal. That nobody hears it, because standard error is closed or its disk full,
//! is no reason to fail: files and exit status say it too.

use std::fmt;
use std::io::Write;

/// Says a line to standard error.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::say::line(format_args!($($text)*)) };
}
pub(in crate::cli) use say;

/// Says a line.
pub fn line(line: fmt::Arguments<'_>) {
    text(format_args!("{line}\n"));
}

/// Says a text as it is.
pub fn text(text: fmt::Arguments<'_>) {
    // One write, so that lines of two processes do not mix.
    let _ = std::io::stderr().write_all(text.to_string().as_bytes());
}
