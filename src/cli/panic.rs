//! What is said when art20 itself has a fault: where, and nothing of what it was working on (law 8). Rust's own words
//! may quote the text that could not be cut, for example.

use super::say::say;

/// Replaces Rust's message.
pub fn say_where_only() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        say!("error: art20 has a fault{place}\n  what to do: Please report this line; nothing half was written.");
    }));
}
