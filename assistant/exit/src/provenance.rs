//! The claims of a response as its reader sees them.

use std::borrow::Cow;

use serde::Serialize;
use speech_kernel::{Authority, EnforcementViolation, Response, ResponseKind, SystemMode};

use crate::code::code;
use crate::label::Label;
use crate::receipt::ReceiptId;
use crate::recorder::{Attempt, SealedTrace};
use crate::sourced::Origin;

/// The claims of a response as its reader sees them.
#[derive(Serialize)]
pub(crate) struct Provenance<'a> {
    authority: Authority,
    system_mode: SystemMode,
    kind: ResponseKind,
    sources: &'a [Origin],
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a ReceiptId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attempts: &'a [Attempt],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [Label],
}

impl<'a> Provenance<'a> {
    pub(crate) fn of_answer(
        response: &Response,
        sealed: &'a SealedTrace,
        receipt: Option<&'a ReceiptId>,
    ) -> Self {
        let sources = &sealed.origins;
        let attempts = &sealed.attempts;
        Self { sources, attempts, ..Self::of_refusal(response, receipt) }
    }

    /// A refusal draws on nothing, so it names no source.
    pub(crate) const fn of_refusal(response: &Response, receipt: Option<&'a ReceiptId>) -> Self {
        let Response { kind, authority, system_mode } = *response;
        Self {
            authority,
            system_mode,
            kind,
            sources: &[],
            receipt,
            attempts: &[],
            code: None,
            missing: &[],
        }
    }

    pub(crate) fn of_denial(
        refusal: &Response,
        violation: &EnforcementViolation,
        sealed: &'a SealedTrace,
        receipt: Option<&'a ReceiptId>,
    ) -> Self {
        let missing = &sealed.missing;
        Self { code: Some(code(violation)), missing, ..Self::of_refusal(refusal, receipt) }
    }
}

/// The fixed words of a refusal and, where context is missing, the registered names of what is missing.
pub(crate) fn with_missing(
    text: &'static str,
    violation: &EnforcementViolation,
    missing: &[Label],
) -> Cow<'static, str> {
    match violation {
        EnforcementViolation::ContextUnavailable(_) => {
            let names: Vec<&str> = missing.iter().map(Label::as_str).collect();
            Cow::Owned(format!("{text} Missing: {}.", names.join(", ")))
        }
        _ => Cow::Borrowed(text),
    }
}
