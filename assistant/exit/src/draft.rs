//! What a handler wants to say, before anyone has judged it.

use serde::Serialize;
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

use crate::name::Name;

/// What the composing code claims: what it composed from, and the mode that it read while it composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The claimed authority.
    pub authority: Authority,
    /// The reported mode.
    pub system_mode: SystemMode,
}

/// The protocol in which the exit renders a refusal. It has room for names and none for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope {
    /// A Chat Completion object.
    Chat {
        /// The id of the completion.
        id: Name,
        /// Seconds since the Unix epoch.
        created: u64,
        /// The model that the client asked for.
        model: Name,
        /// The conversation that the completion belongs to.
        conversation: Option<Name>,
    },
    /// `{"refusal": …}`, for routes of no vendor's protocol.
    Plain,
}

/// An answer or a refusal that has not been spoken. [`speak`](crate::speak) consumes it.
#[derive(Debug)]
#[must_use = "a draft that is not spoken says nothing"]
pub struct Draft {
    pub(crate) envelope: Envelope,
    pub(crate) said: Said,
}

#[derive(Debug)]
pub(crate) enum Said {
    Answer { body: serde_json::Result<Vec<u8>>, claims: Claims },
    Refusal { text: &'static str, claims: Option<Claims> },
}

impl Draft {
    /// An answer. `body` is the whole object of the protocol, without `provenance`: the exit writes that.
    pub fn answer(envelope: Envelope, body: &impl Serialize, claims: Claims) -> Self {
        Self { envelope, said: Said::Answer { body: serde_json::to_vec(body), claims } }
    }

    /// A refusal that claims nothing and reports the true mode.
    ///
    /// The words are fixed at compile time, so that no composed text can travel as a refusal.
    pub fn refusal(envelope: Envelope, text: &'static str) -> Self {
        Self { envelope, said: Said::Refusal { text, claims: None } }
    }

    /// A refusal of a responder that makes claims of its own, which rules 3 and 4 then judge.
    pub fn refusal_claiming(envelope: Envelope, text: &'static str, claims: Claims) -> Self {
        Self { envelope, said: Said::Refusal { text, claims: Some(claims) } }
    }
}

impl Said {
    pub(crate) fn response(&self, true_mode: SystemMode) -> Response {
        let (kind, claims) = match *self {
            Self::Answer { claims, .. } => (ResponseKind::Answer, claims),
            Self::Refusal { claims, .. } => {
                (ResponseKind::Refusal, claims.unwrap_or(Claims::truthful_refusal(true_mode)))
            }
        };
        let Claims { authority, system_mode } = claims;
        Response { kind, authority, system_mode }
    }
}

impl Claims {
    pub(crate) const fn truthful_refusal(system_mode: SystemMode) -> Self {
        Self { authority: Authority::None, system_mode }
    }
}
