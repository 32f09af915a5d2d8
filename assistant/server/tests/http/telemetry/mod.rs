//! What is counted and traced: everything that leaves, and nothing of its words.

mod collector;
mod flowing;
mod metrics;
mod program;
mod spans;

/// A word that is put wherever a client, a document or a tool can put one.
const MARKER: &str = "Quetzalcoatlus";
