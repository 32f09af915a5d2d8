//! What is read when it is asked for.

use speech_kernel::SystemMode;

/// How things stand now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauges {
    /// The mode that the system is in.
    pub(crate) mode: SystemMode,
    /// How many receipts the chain has, as far as this process has seen.
    pub(crate) receipts: u64,
    /// How many wait beside the database.
    pub(crate) spooled: usize,
}
