//! A verdict on its way out: the headers it has and the receipt that is due for it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum_core::body::Body;
use http::{HeaderName, HeaderValue, StatusCode};
use speech_kernel::{EnforcementViolation, Response, ResponseKind, enforce};

use crate::code::{DENIED_STATUS, code, may_retry, refusal_text};
use crate::departure::Departure;
use crate::draft::{Claims, Envelope};
use crate::exchange::Exchange;
use crate::notice::{Notice, SHOULD_RETRY};
use crate::protocol;
use crate::provenance::{Provenance, with_missing};
use crate::receipt::{Ended, Opening, Receipt, ReceiptId, Tally, Unreceipted};
use crate::recorder::SealedTrace;
use crate::slot::{Content, Due, Outgoing};

const AUTHORITY: HeaderName = HeaderName::from_static("x-speech-authority");
const MODE: HeaderName = HeaderName::from_static("x-speech-mode");
const CODE: HeaderName = HeaderName::from_static("x-speech-code");
pub(crate) const RECEIPT: HeaderName = HeaderName::from_static("x-speech-receipt");

/// Whether a response is one object or a stream of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Whole,
    Events,
}

/// What was decided for one request, before it is put into bytes.
pub(crate) struct Leaving {
    pub(crate) exchange: Exchange,
    pub(crate) id: Option<ReceiptId>,
    pub(crate) opening: Opening,
}

impl Leaving {
    /// All of a response.
    pub(crate) fn whole(self, said: &Response, form: Form, body: Vec<u8>) -> Outgoing {
        let mut tally = Tally::default();
        if self.id.is_some() {
            tally.add(&body);
        }
        let closing = tally.close(Ended::Complete);
        let content = match form {
            Form::Whole => Content::Json(body),
            Form::Events => Content::Events(Body::from(body)),
        };
        let receipt = |id, opening| Receipt { closing: Some(closing), id, opening: Some(opening) };
        self.out(said, content, |id, opening| Unreceipted::new(receipt(id, opening)))
    }

    /// The beginning of a response whose rest comes later. `kept` is set once the beginning may be sent.
    pub(crate) fn begun(self, said: &Response, body: Body, kept: Arc<AtomicBool>) -> Outgoing {
        self.out(said, Content::Events(body), |id, opening| {
            let receipt = Receipt { closing: None, id, opening: Some(opening) };
            Unreceipted { kept, ..Unreceipted::new(receipt) }
        })
    }

    fn out(
        self,
        said: &Response,
        content: Content,
        due: impl FnOnce(ReceiptId, Opening) -> Unreceipted,
    ) -> Outgoing {
        let Self { exchange, id, opening } = self;
        let id_text = id.as_ref().map(ReceiptId::to_string);
        let labels = [
            (AUTHORITY, Some(said.authority.to_string())),
            (MODE, Some(said.system_mode.to_string())),
            (RECEIPT, id_text),
        ];
        let headers = labels
            .into_iter()
            .filter_map(|(name, label)| Some((name, HeaderValue::try_from(label?).ok()?)))
            .collect();
        let due = id.map_or(Due::Nothing, |id| Due::Receipt(Box::new(due(id, opening))));
        let (status, departure) = (StatusCode::OK, Departure::Spoken);
        Outgoing { exchange: Some(exchange), status, headers, content, due, departure }
    }
}

/// What is said in the place of what broke a rule.
pub(crate) struct Instead<'a> {
    pub(crate) refusal: Response,
    pub(crate) text: Cow<'static, str>,
    pub(crate) claims: Provenance<'a>,
}

impl<'a> Instead<'a> {
    /// The truthful refusal, if it passes the kernel as a response of its own.
    pub(crate) fn of(
        violation: &EnforcementViolation,
        sealed: &'a SealedTrace,
        id: Option<&'a ReceiptId>,
    ) -> Option<Self> {
        let refusal = Claims::truthful_refusal(sealed.mode).response(ResponseKind::Refusal);
        enforce(&refusal, &sealed.context()).ok()?;
        let text = with_missing(refusal_text(violation), violation, &sealed.missing);
        let claims = Provenance::of_denial(&refusal, violation, sealed, id);
        Some(Self { refusal, text, claims })
    }
}

/// The truthful refusal as it leaves.
pub(crate) fn denial(
    violation: EnforcementViolation,
    envelope: Envelope,
    sealed: &SealedTrace,
    leaving: Leaving,
    form: Form,
) -> Result<Outgoing, Notice> {
    let instead = Instead::of(&violation, sealed, leaving.id.as_ref());
    let Instead { refusal, text, claims } = instead.ok_or_else(Notice::exit_unmarked)?;
    let (status, is_retried) = denied_as(&envelope, form, &violation);
    let body = match form {
        Form::Whole => protocol::refusal(&envelope, &text, &claims),
        Form::Events => protocol::refusal_events(envelope, &text, &claims),
    };
    let mut outgoing = leaving.whole(&refusal, form, body);
    outgoing.status = status;
    outgoing.departure = Departure::Denied(code(&violation));
    outgoing.headers.push((CODE, HeaderValue::from_static(code(&violation))));
    let is_retried = if is_retried { "true" } else { "false" };
    outgoing.headers.push((SHOULD_RETRY, HeaderValue::from_static(is_retried)));
    Ok(outgoing)
}

/// Status, and whether the request may be sent again. In a vendor's protocol, and in a stream, a refusal is a
/// normal response, which clients do not send again by themselves.
const fn denied_as(
    envelope: &Envelope,
    form: Form,
    violation: &EnforcementViolation,
) -> (StatusCode, bool) {
    match (envelope, form) {
        (Envelope::Plain, Form::Whole) => (DENIED_STATUS, may_retry(violation)),
        _ => (StatusCode::OK, false),
    }
}
