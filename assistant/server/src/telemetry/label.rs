//! The values that labels have: all of them stand in this program.

use http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use speech_exit::receipt::{Ended, Verdict};
use speech_kernel::SystemMode;

/// In the place of a code where there is none, and of a path that is not in the table of routes.
pub(super) const NONE: &str = "none";
pub(super) const UNMATCHED: &str = "unmatched";
pub(super) const OTHER: &str = "OTHER";

/// The codes of denials.
///
/// INVARIANT: they are those of `contracts/speech`. Held by
/// `assistant/server/tests/http/telemetry/metrics.rs::each_denial_of_the_contract_is_counted_under_its_code`.
pub(crate) const DENIALS: [&str; 4] =
    ["AUTHORITY_MISMATCH", "CONTEXT_UNAVAILABLE", "MODE_MISREPORTED", "REFUSAL_CLAIMS_AUTHORITY"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfVerdict {
    pub(super) verdict: &'static str,
    pub(super) code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfDeparture {
    pub(super) action: &'static str,
    pub(super) code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfEnding {
    pub(super) ended: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfMode {
    pub(super) mode: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfRequest {
    pub(super) route: &'static str,
    pub(super) method: &'static str,
    pub(super) status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfRoute {
    pub(super) route: &'static str,
}

/// The code of a denial as a literal: a receipt has it as text.
pub(super) fn denial(code: Option<&str>) -> &'static str {
    let known = DENIALS.into_iter().find(|known| code == Some(*known));
    known.unwrap_or(OTHER)
}

pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Malformed => "malformed",
    }
}

pub(super) const fn ended(ended: Ended) -> &'static str {
    match ended {
        Ended::Complete => "complete",
        Ended::Refused => "refused",
        Ended::Cut => "cut",
        Ended::ClientGone => "client_gone",
    }
}

pub(super) const MODES: [SystemMode; 3] =
    [SystemMode::Full, SystemMode::LocalPower, SystemMode::Minimal];

pub(super) const fn mode(mode: SystemMode) -> &'static str {
    match mode {
        SystemMode::Full => "full",
        SystemMode::LocalPower => "local_power",
        SystemMode::Minimal => "minimal",
    }
}

/// A method of the standard, or `OTHER`: a client may invent methods.
pub(super) fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    let known = KNOWN.into_iter().find(|known| method.as_str() == *known);
    known.unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::{MODES, denial, ended, method, mode, verdict};
    use http::Method;
    use speech_exit::receipt::{Ended, Verdict};

    /// A label is the word that stands on the wire and in receipts.
    #[track_caller]
    fn assert_said_as(value: impl serde::Serialize, label: &str) {
        assert_eq!(serde_json::to_value(value).ok(), Some(label.into()));
    }

    #[test]
    fn labels_are_the_words_of_receipts() {
        for each in [Verdict::Allow, Verdict::Deny, Verdict::Malformed] {
            assert_said_as(each, verdict(each));
        }
        for each in [Ended::Complete, Ended::Refused, Ended::Cut, Ended::ClientGone] {
            assert_said_as(each, ended(each));
        }
        for each in MODES {
            assert_eq!(each.to_string(), mode(each));
        }
    }

    #[test]
    fn what_is_not_known_is_other() {
        assert_eq!(denial(Some("MODE_MISREPORTED")), "MODE_MISREPORTED");
        assert_eq!([denial(Some("mode_misreported")), denial(None)], ["OTHER", "OTHER"]);
        let invented = Method::from_bytes(b"get").map(|invented| method(&invented));
        assert_eq!((method(&Method::GET), invented.ok()), ("GET", Some("OTHER")));
    }
}
