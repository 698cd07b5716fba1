//! art20
pub mod archive;
pub mod controller;
pub mod normalize;
pub mod records;
pub mod request;
pub mod scope;
pub mod stores;
pub mod subject;
