//! The journal under changes, crashes and many writers.
