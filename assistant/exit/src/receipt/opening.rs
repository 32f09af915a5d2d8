//! Receipts made from what the exit knows at a verdict.

use speech_kernel::{EnforcementViolation, Response};

use super::{Attempted, Opening, RULES_SHA256, Recorded, RecordedSource, Verdict};
use crate::code::code;
use crate::label::Label;
use crate::recorder::SealedTrace;

impl Opening {
    /// The receipt of a verdict of the kernel's.
    pub(crate) fn of(
        segment: u32,
        response: Response,
        sealed: &SealedTrace,
        verdict: Result<(), EnforcementViolation>,
    ) -> Self {
        let (outcome, code) = match verdict {
            Ok(()) => (Verdict::Allow, None),
            Err(violation) => (Verdict::Deny, Some(code(&violation).to_owned())),
        };
        let attempts = sealed.attempts.iter().map(|attempt| Attempted {
            source: attempt.source.as_str().to_owned(),
            why: attempt.why.to_owned(),
        });
        Self {
            attempts: attempts.collect(),
            code,
            outcome,
            pointer: None,
            response: Some(response),
            rules: RULES_SHA256.to_owned(),
            segment,
            trace: Some(recorded(sealed)),
        }
    }

    /// The receipt of an input that could not be read.
    pub(crate) fn malformed(code: &'static str, pointer: Option<String>) -> Self {
        Self {
            attempts: Vec::new(),
            code: Some(code.to_owned()),
            outcome: Verdict::Malformed,
            pointer,
            response: None,
            rules: RULES_SHA256.to_owned(),
            segment: 0,
            trace: None,
        }
    }
}

fn recorded(sealed: &SealedTrace) -> Recorded {
    let name = |label: &Label| label.as_str().to_owned();
    let sources = sealed.origins.iter().map(|origin| RecordedSource {
        identifier: origin.identifier.clone(),
        source: name(&origin.label),
    });
    Recorded {
        required_but_missing: sealed.missing.iter().map(name).collect(),
        sources: sources.collect(),
        system_mode: sealed.mode,
    }
}
