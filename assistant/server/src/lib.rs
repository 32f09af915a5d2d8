//! An assistant whose every answer leaves through the exit: retrieval, memory and tools behind an
//! OpenAI-compatible interface over HTTP.
//!
//! # How to read the numbers
//!
//! `GET /metrics` counts what left, each thing once. `speech_verdicts_total` counts decisions, those on later segments of
//! a stream too, and `speech_departures_total` counts requests by what was done: a share of `deny` that rises says that
//! drafts claim what they may not, one of `action="reject"` with codes of unavailability that something is down, and any
//! `action="stop"` that a route sent what nobody judged. `speech_endings_total` is how what was begun came to its end;
//! `cut` is what clients saw break off. A rising `speech_receipts_spooled` says that the database takes no receipts,
//! and a `speech_receipts_length` that falls that somebody cut the chain; `GET /status` says the same in codes, with
//! what makes each go. Counters begin at zero with the process.
//!
//! If a collector is named (see `assistant --help`), each answer of a route that speaks is a span `chat {model}`. Its
//! `speech.verdict` is what was decided last, `speech.action` what was done, and `speech.receipt` leads to what is kept
//! about it. A refusal is an answer, not an error. Tokens are those that the responder counts: the embedded one counts
//! words.

pub mod access_log;
pub mod api;
pub mod app;
pub mod config;
pub mod export;
pub mod gate;
pub mod library;
pub mod respond;
pub mod retrieval;
pub mod serve;
pub mod status;
pub mod store;
pub mod table;
pub mod telemetry;
mod tls;
pub mod tools;
pub mod upstream;
pub mod web;
pub mod wire;
pub mod worker;
