//! What a handler wants to say, before anyone has judged it.

use serde::Serialize;
use speech_kernel::{Authority, Response, ResponseKind, SystemMode};

use crate::name::Name;
use crate::piece::Piece;

/// What the composing code claims: what it composed from, and the mode that it read while it composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The claimed authority.
    pub authority: Authority,
    /// The reported mode.
    pub system_mode: SystemMode,
}

/// The protocol in which the exit renders what is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Envelope {
    /// Chat Completions.
    Chat(Heading),
    /// Responses.
    Responses(Heading),
    /// Routes of no vendor's protocol: `{"text": …}` or `{"refusal": …}`.
    Plain,
}

/// What stands in a response of a vendor's protocol beside what is said. It has room for names and none for an
/// answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The id of the response.
    pub id: Name,
    /// Seconds since the Unix epoch.
    pub created: u64,
    /// The model that the client asked for.
    pub model: Name,
    /// The conversation that the response belongs to.
    pub conversation: Option<Name>,
    /// Whether that conversation begins with it. A refusal begins none, so it does not name one that does.
    pub begins: bool,
    /// The response that it follows.
    pub previous: Option<Name>,
}

impl Envelope {
    /// The same for a refusal.
    pub(crate) fn of_refusal(self) -> Self {
        let refusing = |heading: Heading| {
            let conversation = heading.conversation.filter(|_| !heading.begins);
            Heading { conversation, ..heading }
        };
        match self {
            Self::Chat(heading) => Self::Chat(refusing(heading)),
            Self::Responses(heading) => Self::Responses(refusing(heading)),
            Self::Plain => Self::Plain,
        }
    }
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
    Body { body: serde_json::Result<Vec<u8>>, claims: Claims },
    Pieces { pieces: Vec<Piece>, claims: Claims },
    Refusal { text: &'static str, claims: Option<Claims> },
}

impl Draft {
    /// An answer. `body` is the whole object of the protocol, without `provenance`: the exit writes that.
    pub fn answer(envelope: Envelope, body: &impl Serialize, claims: Claims) -> Self {
        Self { envelope, said: Said::Body { body: serde_json::to_vec(body), claims } }
    }

    /// An answer in pieces, the last of which is its end. The exit writes them in the protocol's own shape.
    pub const fn pieces(envelope: Envelope, pieces: Vec<Piece>, claims: Claims) -> Self {
        Self { envelope, said: Said::Pieces { pieces, claims } }
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
            Self::Body { claims, .. } | Self::Pieces { claims, .. } => {
                (ResponseKind::Answer, claims)
            }
            Self::Refusal { claims, .. } => {
                (ResponseKind::Refusal, claims.unwrap_or(Claims::truthful_refusal(true_mode)))
            }
        };
        claims.response(kind)
    }
}

impl Claims {
    pub(crate) const fn response(self, kind: ResponseKind) -> Response {
        let Self { authority, system_mode } = self;
        Response { kind, authority, system_mode }
    }

    pub(crate) const fn truthful_refusal(system_mode: SystemMode) -> Self {
        Self { authority: Authority::None, system_mode }
    }
}
