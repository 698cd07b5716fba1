//! How e-mails are written (RFC 5322, 2045, 2047, 2231): header fields that every reader reads back as they were meant,
//! and bodies that survive every mail program.

pub mod body;
pub mod headers;
pub mod words;
