//! An assistant whose every answer leaves through the exit: retrieval, memory and tools behind an
//! OpenAI-compatible interface over HTTP.

pub mod access_log;
pub mod api;
pub mod app;
pub mod config;
pub mod export;
pub mod library;
pub mod respond;
pub mod retrieval;
pub mod serve;
pub mod status;
pub mod store;
pub mod telemetry;
pub mod tools;
pub mod web;
pub mod wire;
