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

impl FaultCode {
    /// Whether it is not there for us at all, whatever it is asked for.
    #[must_use]
    pub const fn is_absence(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Timeout | Self::Busy | Self::KeyRefused | Self::Cut
        )
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

/// What a status other than 200 says.
pub(super) const fn status_fault(status: u16) -> Option<Fault> {
    let (code, words) = match status {
        200 => return None,
        300..=399 => (FaultCode::Redirect, "expected an answer, found a redirect"),
        401 | 403 => (FaultCode::KeyRefused, "expected the key to be taken"),
        429 | 502..=504 => (FaultCode::Busy, "expected an upstream that can answer now"),
        // There is nothing at this address, so every request gets them.
        404 | 405 | 410 => (FaultCode::Status, "expected chat completions at this address"),
        400..=499 => (FaultCode::RequestRefused, "expected the request to be taken"),
        _ => (FaultCode::Status, "expected the status 200"),
    };
    Some(Fault::new(code, words))
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{FaultCode, status_fault};

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

    #[test]
    fn each_status_but_200_is_a_fault() {
        use FaultCode::{Busy, KeyRefused, Redirect, RequestRefused, Status};
        let named = [
            (301, Redirect),
            (302, Redirect),
            (304, Redirect),
            (307, Redirect),
            (308, Redirect),
            (400, RequestRefused),
            (401, KeyRefused),
            (403, KeyRefused),
            (404, Status),
            (405, Status),
            (408, RequestRefused),
            (410, Status),
            (413, RequestRefused),
            (422, RequestRefused),
            (429, Busy),
            (500, Status),
            (501, Status),
            (502, Busy),
            (503, Busy),
            (504, Busy),
            (201, Status),
            (204, Status),
            (206, Status),
        ];
        let code = |status: u16| status_fault(status).map(|fault| fault.code);
        for (status, expected) in named {
            assert_eq!(code(status), Some(expected), "{status}");
        }
        let faultless: Vec<u16> = (0..1000).filter(|status| code(*status).is_none()).collect();
        assert_eq!(faultless, [200]);
    }
}
