//! What can stop the decisions about a request.

/// Why nothing was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// More names and addresses of other people are known than can be looked for.
    #[error("more names and addresses of other people are known than can be looked for in texts at once")]
    TooManyNames,
}

impl ScopeError {
    /// What to do.
    pub fn advice(self) -> &'static str {
        match self {
            ScopeError::TooManyNames => {
                "Nothing was written. Run with --third-parties keep if the rights of the others allow it, or with a configuration that leaves out some of the collections."
            }
        }
    }
}
