//! The assistant.
pub mod respond;
pub mod retrieval;
pub mod status;
pub mod store;
pub mod tools;
