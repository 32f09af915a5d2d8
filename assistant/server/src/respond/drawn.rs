//! What an answer is made from, which gives its claim.

use speech_kernel::Authority;

use crate::wire::Signal;

/// What an answer is made from, as far as its claim depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DrawnOn {
    /// Something that is stored.
    pub memory: bool,
    /// The result of a tool.
    pub tool: bool,
}

impl DrawnOn {
    /// What a transcript brings.
    #[must_use]
    pub fn signalled(signals: &[Signal]) -> Self {
        let mut drawn_on = Self::default();
        for signal in signals {
            if let Signal::Source { label, .. } = signal {
                if label.as_str().starts_with("tool:") {
                    drawn_on.tool = true;
                } else {
                    drawn_on.memory = true;
                }
            }
        }
        drawn_on
    }

    pub(super) const fn authority(self) -> Authority {
        match self {
            Self { tool: true, .. } => Authority::Tool,
            Self { memory: true, .. } => Authority::Memory,
            Self { .. } => Authority::System,
        }
    }
}
