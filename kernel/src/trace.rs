//! What was recorded while a response came about.

use crate::response::{Authority, SystemMode};

/// The kind of one source. Each kind is a bit, so that a set of kinds is the OR of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Source {
    /// The assistant itself.
    System = 1,
    /// A stored document.
    Library = 2,
    /// An earlier conversation.
    Memory = 4,
    /// The result of a tool, whatever its name.
    Tool = 8,
}

/// The trace of one response: what it was made from, what it lacked, and the true mode.
///
/// Names and identifiers stay with the trace's owner. They cannot change a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContextTrace<'a> {
    /// The kinds of all sources that were used, in any order, repeats allowed.
    pub sources: &'a [Source],
    /// How many required contexts were not available.
    pub required_but_missing: usize,
    /// The mode that the system was truly in.
    pub system_mode: SystemMode,
}

/// Why a label names no source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LabelError {
    /// The label is none of `system`, `library`, `memory` and does not start with `tool:`.
    #[error("UNKNOWN_SOURCE: expected system, library, memory or tool:<name>")]
    UnknownSource,
    /// The label starts with `tool:` and the rest is no tool name.
    #[error("BAD_TOOL_NAME: expected 1 to 128 bytes of visible ASCII after tool:")]
    BadToolName,
}

const TOOL_NAME_MAX_BYTES: usize = 128;

impl Source {
    /// Reads a label: `system`, `library`, `memory` or `tool:<name>`, exactly so written.
    ///
    /// A tool's name is 1 to 128 bytes of visible ASCII (0x21 to 0x7e).
    ///
    /// # Errors
    ///
    /// [`LabelError`]. An unknown label is never read as `system`.
    pub const fn parse(label: &str) -> Result<Self, LabelError> {
        match label.as_bytes() {
            b"system" => Ok(Self::System),
            b"library" => Ok(Self::Library),
            b"memory" => Ok(Self::Memory),
            [b't', b'o', b'o', b'l', b':', name @ ..] => {
                if is_tool_name(name) {
                    Ok(Self::Tool)
                } else {
                    Err(LabelError::BadToolName)
                }
            }
            _ => Err(LabelError::UnknownSource),
        }
    }
}

const fn is_tool_name(name: &[u8]) -> bool {
    let mut rest = name;
    while let [byte, tail @ ..] = rest {
        if !byte.is_ascii_graphic() {
            return false;
        }
        rest = tail;
    }
    !name.is_empty() && name.len() <= TOOL_NAME_MAX_BYTES
}

/// Any tool gives tool; else any library or memory gives memory; else system.
pub(crate) const fn derived_authority(sources: &[Source]) -> Authority {
    let kinds = union(sources);
    if kinds & Source::Tool as u8 != 0 {
        Authority::Tool
    } else if kinds & (Source::Library as u8 | Source::Memory as u8) != 0 {
        Authority::Memory
    } else {
        Authority::System
    }
}

const fn union(sources: &[Source]) -> u8 {
    let mut kinds = 0;
    let mut rest = sources;
    while let [source, tail @ ..] = rest {
        kinds |= *source as u8;
        rest = tail;
    }
    kinds
}
