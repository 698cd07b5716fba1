//! E-mails as RFC 5322 messages: the stored bytes less the headers that are not the person's, or, where no bytes are
//! stored, a message made from the record.

mod compose;
mod strip;

pub use compose::{Attachment, compose};
pub use strip::{DROPPED, Stripped, strip_headers};
