//! The canonical records and their values: parsed once, compared byte for byte.
//!
//! This room knows nothing of stores, configuration or law. It says what a [`Record`] is, which fields each
//! [`Kind`] has (the one [`catalogue`] from which mapping, JSON, tables, schemas and the field dictionary are
//! made), and how money, times, addresses and JSON are written exactly.

pub mod catalogue;
pub mod cell;
pub mod codes;
pub mod content;
pub mod decimal;
pub mod headers;
pub mod json;
pub mod kind;
pub mod legal_basis;
pub mod mime;
pub mod party;
pub mod record;
pub mod text;
pub mod time;
pub mod together;
pub mod uid;
pub mod value;

pub use catalogue::{FieldSpec, Shape};
pub use cell::Cell;
pub use codes::Code;
pub use content::{BlobAddress, Content, Contents, FileRef, RowAddress};
pub use decimal::Decimal;
pub use json::{Json, NotJson};
pub use kind::Kind;
pub use legal_basis::{LegalBasis, Origin};
pub use party::Party;
pub use record::{Entry, Record, Source, Verbatim};
pub use text::{Bilingual, Text};
pub use time::Time;
pub use uid::Uid;
pub use value::{FieldValue, Labelled, PostalAddress};
