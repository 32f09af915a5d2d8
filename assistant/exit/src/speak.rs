//! No verdict, no bytes.

use std::any::Any;

use axum_core::response::{IntoResponse, Response as HttpResponse};
use http::StatusCode;
use speech_kernel::{EnforcementViolation, Response, enforce};

use crate::draft::{Draft, Envelope, Said};
use crate::leaving::{Form, Leaving, denial};
use crate::notice::Notice;
use crate::piece::Cut;
use crate::protocol::{self, Whole};
use crate::provenance::Provenance;
use crate::receipt::{Opening, ReceiptId};
use crate::recorder::SealedTrace;
use crate::slot::{Due, Outgoing};
use crate::splice::{self, Unfit};

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

impl Spoken {
    /// Leaves something with the response that the ledger keeps together with its receipt.
    pub fn remembering(mut self, memo: impl Any + Send) -> Self {
        if let Due::Receipt(due) = &mut self.0.due {
            due.memo = Some(Box::new(memo));
        }
        self
    }
}

/// Speaks a draft under a sealed trace, or refuses to. Both are used up.
///
/// # Errors
///
/// [`Refused::Denied`] when a rule does not hold; [`Refused::Malformed`] when the draft is no JSON object,
/// brings a `provenance` of its own, or has pieces that do not fit together; [`Refused::Unavailable`] when no
/// receipt can be begun.
pub fn speak(draft: Draft, sealed: SealedTrace) -> Result<Spoken, Refused> {
    let Draft { envelope, said } = draft;
    let id = sealed.exchange.draw_receipt().map_err(Refused::Unavailable)?;
    let response = said.response(sealed.mode);
    let body = render(&envelope, said, &response, &sealed, id.as_ref());
    let body = body.map_err(|unfit| Refused::Malformed(unfit.into()))?;
    let verdict = enforce(&response, &sealed.context());
    let opening = Opening::of(0, response, &sealed, verdict);
    let leaving = Leaving { exchange: sealed.exchange.clone(), id, opening };
    match verdict {
        Ok(()) => Ok(Spoken(leaving.whole(&response, Form::Whole, body))),
        Err(violation) => Err(deny(violation, envelope, &sealed, leaving, Form::Whole)),
    }
}

fn render(
    envelope: &Envelope,
    said: Said,
    response: &Response,
    sealed: &SealedTrace,
    id: Option<&ReceiptId>,
) -> Result<Vec<u8>, Unfit> {
    match said {
        Said::Body { body, .. } => {
            let claims = Provenance::of_answer(response, sealed, id);
            splice::answer(body.map_err(|_| Unfit::NotAnObject)?, &claims)
        }
        Said::Pieces { pieces, .. } => {
            let claims = Provenance::of_answer(response, sealed, id);
            let whole = Whole::of(pieces).map_err(Unfit::Pieces)?;
            Ok(protocol::answer(envelope, &whole, &claims))
        }
        Said::Refusal { text, .. } => {
            Ok(protocol::refusal(envelope, text, &Provenance::of_refusal(response, id)))
        }
    }
}

pub(crate) fn deny(
    violation: EnforcementViolation,
    envelope: Envelope,
    sealed: &SealedTrace,
    leaving: Leaving,
    form: Form,
) -> Refused {
    match denial(violation, envelope, sealed, leaving, form) {
        Ok(outgoing) => Refused::Denied(Denied { violation, outgoing }),
        Err(notice) => Refused::Unavailable(notice),
    }
}

impl From<Unfit> for Notice {
    fn from(unfit: Unfit) -> Self {
        let (code, message) = match unfit {
            Unfit::NotAnObject => ("DRAFT_NOT_AN_OBJECT", "the draft is no JSON object"),
            Unfit::BringsProvenance => {
                ("DRAFT_BRINGS_PROVENANCE", "the draft brings claims that only the exit writes")
            }
            Unfit::Pieces(Cut { code, message }) => (code, message),
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
            Self::Unavailable(notice) => notice.unavailable().into_held_response(),
            Self::Malformed(notice) => notice.malformed().into_held_response(),
        }
    }
}
