//! The assistant as its clients see it: each module is a part of the interface.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod chat;
mod crash;
mod databases;
mod drills;
mod enforce;
mod gate;
mod ledger;
mod library;
mod memory;
mod openapi;
mod outage;
mod program;
mod questions;
mod receipts;
mod remote;
mod responses;
mod server;
mod sockets;
mod spool;
mod status;
mod streams;
mod support;
mod telemetry;
mod upstream;
mod violations;
mod web;
mod wire;
