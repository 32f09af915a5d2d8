//! The states of a task.

use crate::words::words;

words! {
    /// Where a task stands.
    TaskStatus {
        /// It was made.
        Created = "created",
        /// It waits to be run.
        Queued = "queued",
        /// It was handed to somebody.
        Delegated = "delegated",
        /// Somebody works on it.
        Running = "running",
        /// It waits for something while it is worked on.
        Blocked = "blocked",
        /// It was done.
        Completed = "completed",
        /// It could not be done.
        Failed = "failed",
        /// An operator ended it.
        Canceled = "canceled",
    }
}

impl TaskStatus {
    /// Reads a status. `done`, `complete`, `started` and `cancelled` are other words for some; `None` for an unknown one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "done" | "complete" => Some(Self::Completed),
            "started" => Some(Self::Running),
            "cancelled" => Some(Self::Canceled),
            _ => Self::of_word(text),
        }
    }

    /// Whether it never changes again.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Canceled)
    }

    /// Whether a task may go from here to `next`. An operator may cancel all that has not ended.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Created => matches!(next, Self::Queued | Self::Canceled),
            Self::Queued => matches!(next, Self::Delegated | Self::Running | Self::Canceled),
            Self::Delegated => matches!(next, Self::Running | Self::Canceled),
            Self::Running => matches!(next, Self::Blocked) || next.is_terminal(),
            Self::Blocked => matches!(next, Self::Running) || next.is_terminal(),
            Self::Completed | Self::Failed | Self::Canceled => false,
        }
    }
}
