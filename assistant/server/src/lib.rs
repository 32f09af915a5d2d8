//! The assistant.
pub mod status;
pub mod store;
pub mod retrieval;
