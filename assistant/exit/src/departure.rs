//! What the exit did, for logs and metrics.

/// What became of one request. The guard leaves it in the extensions of the response, for layers outside of it;
/// it has codes and no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Departure {
    /// It was spoken as it was drafted, or its first segment was.
    Spoken,
    /// A rule did not hold, and the truthful refusal was sent.
    Denied(&'static str),
    /// The input or the draft was broken, and an error was sent.
    Malformed(&'static str),
    /// It could not be decided or kept, and an error was sent.
    Unavailable(&'static str),
    /// The request was not taken, and an error was sent.
    Rejected(&'static str),
    /// What had no verdict was stopped.
    Stopped,
    /// It came from a route that carries no assistant text.
    Silent,
}

impl Departure {
    /// What was decided: `allow`, `deny`, `malformed`, `unavailable` or `none`.
    #[must_use]
    pub const fn verdict(self) -> &'static str {
        match self {
            Self::Spoken => "allow",
            Self::Denied(_) => "deny",
            Self::Malformed(_) => "malformed",
            Self::Unavailable(_) => "unavailable",
            Self::Rejected(_) | Self::Stopped | Self::Silent => "none",
        }
    }

    /// What was done: `speak`, `refuse`, `reject`, `stop` or `pass`.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Spoken => "speak",
            Self::Denied(_) => "refuse",
            Self::Malformed(_) | Self::Unavailable(_) | Self::Rejected(_) => "reject",
            Self::Stopped => "stop",
            Self::Silent => "pass",
        }
    }

    /// Why nothing was spoken as it was drafted.
    #[must_use]
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Denied(code)
            | Self::Malformed(code)
            | Self::Unavailable(code)
            | Self::Rejected(code) => Some(code),
            Self::Stopped => Some("EXIT_UNMARKED"),
            Self::Spoken | Self::Silent => None,
        }
    }
}
