//! No verdict, no bytes.

use axum_core::response::{IntoResponse, Response as HttpResponse};
use http::{HeaderName, HeaderValue, StatusCode};
use speech_kernel::{EnforcementViolation, Response, ResponseKind, enforce};

use crate::code::{DENIED_STATUS, code, may_retry, refusal_text};
use crate::draft::{Claims, Draft, Envelope, Said};
use crate::notice::{Notice, SHOULD_RETRY};
use crate::recorder::SealedTrace;
use crate::render::{self, Provenance, Unfit};
use crate::slot::Outgoing;

const AUTHORITY: HeaderName = HeaderName::from_static("x-speech-authority");
const MODE: HeaderName = HeaderName::from_static("x-speech-mode");
const CODE: HeaderName = HeaderName::from_static("x-speech-code");

/// A response that the kernel let pass. Nothing but [`speak`] makes one, and nothing but the guard opens it.
#[derive(Debug)]
#[must_use = "what is spoken has to be returned"]
pub struct Spoken(Outgoing);

/// Why nothing of the draft leaves, and what leaves instead.
#[derive(Debug)]
#[must_use = "a refusal has to be returned"]
pub enum Refused {
    /// A rule does not hold: the truthful refusal leaves, in the protocol's own shape.
    Denied(Denied),
    /// It could not be decided: an error leaves that says so.
    Unavailable(Notice),
    /// The input, or the draft itself, is broken: an error leaves that says where.
    Malformed(Notice),
}

/// A truthful refusal in the place of what broke a rule.
#[derive(Debug)]
pub struct Denied {
    violation: EnforcementViolation,
    outgoing: Outgoing,
}

impl Denied {
    /// The rule that the draft broke.
    #[must_use]
    pub const fn violation(&self) -> EnforcementViolation {
        self.violation
    }
}

/// Speaks a draft under a sealed trace, or refuses to. Both are used up.
///
/// # Errors
///
/// [`Refused::Denied`] when a rule does not hold; [`Refused::Malformed`] when the draft is no JSON object or
/// brings a `provenance` of its own.
pub fn speak(draft: Draft, sealed: SealedTrace) -> Result<Spoken, Refused> {
    let Draft { envelope, said } = draft;
    let response = said.response(sealed.mode);
    let body = match said {
        Said::Answer { body, .. } => {
            let provenance = Provenance::of_answer(&response, &sealed);
            body.map_err(|_| Unfit::NotAnObject).and_then(|body| render::answer(body, &provenance))
        }
        Said::Refusal { text, .. } => {
            Ok(render::refusal(&envelope, text, &Provenance::of_refusal(&response)))
        }
    };
    let body = body.map_err(|unfit| Refused::Malformed(unfit.into()))?;
    match enforce(&response, &sealed.context()) {
        Ok(()) => Ok(Spoken(outgoing(StatusCode::OK, &response, sealed, body))),
        Err(violation) => Err(deny(violation, &envelope, sealed)),
    }
}

/// Builds the truthful refusal, which has to pass the kernel as a response of its own.
fn deny(violation: EnforcementViolation, envelope: &Envelope, sealed: SealedTrace) -> Refused {
    let Claims { authority, system_mode } = Claims::truthful_refusal(sealed.mode);
    let refusal = Response { kind: ResponseKind::Refusal, authority, system_mode };
    if enforce(&refusal, &sealed.context()).is_err() {
        return Refused::Unavailable(Notice::exit_unmarked());
    }
    let text = render::with_missing(refusal_text(&violation), &violation, &sealed.missing);
    let provenance = Provenance::of_denial(&refusal, &violation, &sealed);
    let body = render::refusal(envelope, &text, &provenance);
    let (status, is_retried) = denied_as(envelope, &violation);
    let mut outgoing = outgoing(status, &refusal, sealed, body);
    outgoing.headers.push((CODE, HeaderValue::from_static(code(&violation))));
    let is_retried = if is_retried { "true" } else { "false" };
    outgoing.headers.push((SHOULD_RETRY, HeaderValue::from_static(is_retried)));
    Refused::Denied(Denied { violation, outgoing })
}

/// Status, and whether the request may be sent again. In a vendor's protocol a refusal is a normal response,
/// which its clients do not send again by themselves.
const fn denied_as(envelope: &Envelope, violation: &EnforcementViolation) -> (StatusCode, bool) {
    match envelope {
        Envelope::Chat { .. } => (StatusCode::OK, false),
        Envelope::Plain => (DENIED_STATUS, may_retry(violation)),
    }
}

fn outgoing(status: StatusCode, said: &Response, sealed: SealedTrace, body: Vec<u8>) -> Outgoing {
    let labels = [(AUTHORITY, said.authority.to_string()), (MODE, said.system_mode.to_string())];
    let headers = labels
        .into_iter()
        .filter_map(|(name, label)| Some((name, HeaderValue::try_from(label).ok()?)))
        .collect();
    Outgoing { exchange: Some(sealed.exchange), status, headers, body }
}

impl From<Unfit> for Notice {
    fn from(unfit: Unfit) -> Self {
        let (code, message) = match unfit {
            Unfit::NotAnObject => ("DRAFT_NOT_AN_OBJECT", "the draft is no JSON object"),
            Unfit::BringsProvenance => {
                ("DRAFT_BRINGS_PROVENANCE", "the draft brings claims that only the exit writes")
            }
        };
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, message).final_word()
    }
}

impl IntoResponse for Spoken {
    fn into_response(self) -> HttpResponse {
        self.0.into_held_response()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> HttpResponse {
        match self {
            Self::Denied(Denied { outgoing, .. }) => outgoing.into_held_response(),
            Self::Unavailable(notice) | Self::Malformed(notice) => notice.into_response(),
        }
    }
}
