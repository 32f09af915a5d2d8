//! Why the upstream gave no answer, or stopped giving one.

use std::fmt;

/// Why there is no answer. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// No connection came about, or it broke before any answer.
    Unreachable,
    /// It took longer than it may.
    Timeout,
    /// It says that it cannot answer now: 429, 502, 503 or 504.
    Busy,
    /// It does not take the key: 401 or 403.
    KeyRefused,
    /// It does not take this request: another 4xx, which another request may not get.
    RequestRefused,
    /// A status that no chat completion has.
    Status,
    /// It names another place. The key does not travel there.
    Redirect,
    /// A media type or an encoding that was not asked for.
    ContentType,
    /// An answer or an event is larger than its limit.
    TooLarge,
    /// What it sent is no chat completion.
    Garbage,
    /// The answer ended before its end.
    Cut,
    /// It sent an error in place of an answer, or in the middle of one.
    Error,
    /// It failed often, so it is not asked for a while.
    Open,
    /// The answer could not be stored, so it is not interpreted.
    NotKept,
}

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 14] = [
        Self::Unreachable,
        Self::Timeout,
        Self::Busy,
        Self::KeyRefused,
        Self::RequestRefused,
        Self::Status,
        Self::Redirect,
        Self::ContentType,
        Self::TooLarge,
        Self::Garbage,
        Self::Cut,
        Self::Error,
        Self::Open,
        Self::NotKept,
    ];

    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "UPSTREAM_UNREACHABLE",
            Self::Timeout => "UPSTREAM_TIMEOUT",
            Self::Busy => "UPSTREAM_BUSY",
            Self::KeyRefused => "UPSTREAM_KEY_REFUSED",
            Self::RequestRefused => "UPSTREAM_REQUEST_REFUSED",
            Self::Status => "UPSTREAM_STATUS",
            Self::Redirect => "UPSTREAM_REDIRECT",
            Self::ContentType => "UPSTREAM_CONTENT_TYPE",
            Self::TooLarge => "UPSTREAM_TOO_LARGE",
            Self::Garbage => "UPSTREAM_GARBAGE",
            Self::Cut => "UPSTREAM_CUT",
            Self::Error => "UPSTREAM_ERROR",
            Self::Open => "UPSTREAM_OPEN",
            Self::NotKept => "UPSTREAM_NOT_KEPT",
        }
    }

    /// Whether the upstream itself is to blame, so that the next request would most likely fare no better. A
    /// request that it refuses, an error that it reports and a store that fails say nothing of that kind.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        match self {
            Self::Unreachable
            | Self::Timeout
            | Self::Busy
            | Self::KeyRefused
            | Self::Status
            | Self::Redirect
            | Self::ContentType
            | Self::TooLarge
            | Self::Garbage
            | Self::Cut
            | Self::Open => true,
            Self::RequestRefused | Self::Error | Self::NotKept => false,
        }
    }
}

/// Why there is no answer, in fixed words: nothing that the upstream sent is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {words}")]
pub struct Fault {
    /// Which kind.
    pub code: FaultCode,
    /// What was expected.
    pub words: &'static str,
}

impl Fault {
    pub(crate) const fn new(code: FaultCode, words: &'static str) -> Self {
        Self { code, words }
    }

    pub(crate) const fn garbage(words: &'static str) -> Self {
        Self::new(FaultCode::Garbage, words)
    }

    pub(crate) const fn cut(words: &'static str) -> Self {
        Self::new(FaultCode::Cut, words)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::FaultCode;

    #[test]
    fn each_fault_has_a_code_of_its_own() {
        let codes: HashSet<_> = FaultCode::ALL.into_iter().map(FaultCode::as_str).collect();
        assert_eq!(codes.len(), FaultCode::ALL.len());
        assert!(codes.iter().all(|code| code.starts_with("UPSTREAM_")), "{codes:?}");
    }

    #[test]
    fn what_says_nothing_about_the_upstream_is_no_outage() {
        let not_outages: Vec<_> =
            FaultCode::ALL.into_iter().filter(|code| !code.is_outage()).collect();
        assert_eq!(not_outages, [FaultCode::RequestRefused, FaultCode::Error, FaultCode::NotKept]);
    }
}
