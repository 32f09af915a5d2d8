//! How the speech firewall is checked: an oracle beside the kernel, the whole domain, the contract against the code,
//! locks, style. The `harness` command is a thin shell around this library.
//!
//! It never depends on the server: whoever uses the kernel can check their own backend with it.

pub mod bless;
pub mod checks;
pub mod conformance;
pub mod decide;
pub mod deep;
pub mod domain;
pub mod expected;
pub mod fixtures;
pub mod gate;
pub mod laws;
pub mod locked;
pub mod manifest;
pub mod oracle;
pub mod readme;
pub mod replay;
pub mod report;
pub mod schema;
pub mod status;
pub mod surface;
pub mod tidy;
pub mod trouble;
pub mod version;
pub mod workspace;
