//! The exit statuses (contract 2): an interface, so they stand in one place, for the help, the manual and the tests.

/// Every exit status with what it means.
pub const STATUSES: [(u8, &str); 9] = [
    (0, "done"),
    (1, "could not be done: a store that cannot be read, a full disk, an interruption"),
    (2, "the command line or the request, an output that exists, an output folder that does not"),
    (3, "the configuration is absent or wrong, does not fit the stores, or is still marked for review"),
    (4, "no such data subject; nothing was written"),
    (5, "the identifiers fit more than one person; nothing was written"),
    (6, "verify, import: the archive is incomplete or invalid; journal verify: it is not whole"),
    (7, "batch: some requests have no archive; batch-result.csv says why"),
    (9, "a partial archive was written, because --allow-partial asked for it"),
];

/// The statuses as the last lines of the help.
pub(super) fn help() -> String {
    let lines: String = STATUSES.iter().map(|(status, meaning)| format!("  {status}  {meaning}\n")).collect();
    format!("Exit status:\n{lines}\nThis program is no legal advice.")
}
