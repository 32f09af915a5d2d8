//! The trace is recorded, not written by the code being judged.

use axum_core::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use speech_kernel::{ContextTrace, Source, SystemMode};

use crate::exchange::Exchange;
use crate::label::Label;
use crate::notice::Notice;
use crate::sourced::{Origin, Sourced};

/// Records what one request draws on. The guard feeds it to the first extractor that asks, once.
#[derive(Debug)]
#[must_use = "a recorder that is not sealed lets nothing be spoken"]
pub struct Recorder {
    exchange: Exchange,
    origins: Vec<Origin>,
    required: Vec<Requirement>,
    attempts: Vec<Attempt>,
}

/// What an answer must not be given without.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    Source(Label),
    /// The result of whichever tool of the client's.
    AnyClientTool,
}

impl Requirement {
    fn is_met_by(&self, origin: &Origin) -> bool {
        match self {
            Self::Source(label) => origin.label == *label,
            Self::AnyClientTool => origin.label.is_client_tool(),
        }
    }

    fn into_label(self) -> Label {
        match self {
            Self::Source(label) => label,
            Self::AnyClientTool => Label::any_client_tool(),
        }
    }
}

/// A label that was not registered at the exit cannot be required: nothing could ever satisfy it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("UNKNOWN_SOURCE: expected a label that is registered at the exit")]
pub struct UnregisteredLabel;

/// A source that was asked and gave nothing.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Attempt {
    pub(crate) source: Label,
    pub(crate) why: &'static str,
}

impl Recorder {
    pub(crate) const fn new(exchange: Exchange) -> Self {
        Self { exchange, origins: Vec::new(), required: Vec::new(), attempts: Vec::new() }
    }

    /// Opens context and records its source in the same move.
    pub fn admit<T>(&mut self, sourced: Sourced<T>) -> T {
        let (value, origin) = sourced.open();
        if !self.origins.contains(&origin) {
            self.origins.push(origin);
        }
        value
    }

    /// States that the answer must not be given without a source of this label.
    ///
    /// # Errors
    ///
    /// [`UnregisteredLabel`].
    pub fn require(&mut self, label: &str) -> Result<(), UnregisteredLabel> {
        let label = self.exchange.registered(label).ok_or(UnregisteredLabel)?.clone();
        self.add_requirement(Requirement::Source(label));
        Ok(())
    }

    /// States that the answer must not be given without the result of a tool that the client runs: of the one
    /// with this name, or of any. The request itself says which tools the client has, so none is registered.
    ///
    /// # Errors
    ///
    /// [`UnregisteredLabel`] if the name is no name of a tool.
    pub fn require_client_tool(&mut self, name: Option<&str>) -> Result<(), UnregisteredLabel> {
        let requirement = match name {
            Some(name) => Requirement::Source(Label::client_tool(name).ok_or(UnregisteredLabel)?),
            None => Requirement::AnyClientTool,
        };
        self.add_requirement(requirement);
        Ok(())
    }

    fn add_requirement(&mut self, requirement: Requirement) {
        if !self.required.contains(&requirement) {
            self.required.push(requirement);
        }
    }

    /// Records that a source was asked and gave nothing. It gives no authority and satisfies nothing.
    pub fn failed(&mut self, source: Label, why: &'static str) {
        self.attempts.push(Attempt { source, why });
    }

    /// Ends the recording and reads the true mode.
    pub fn seal(self) -> SealedTrace {
        let Self { exchange, origins, required, attempts } = self;
        let is_open =
            |required: &&Requirement| !origins.iter().any(|origin| required.is_met_by(origin));
        let missing = required.iter().filter(is_open).cloned();
        let missing = missing.map(Requirement::into_label).collect();
        let kinds = origins.iter().map(|origin| origin.label.kind()).collect();
        let mode = exchange.true_mode();
        SealedTrace { exchange, origins, kinds, required, missing, attempts, mode }
    }

    pub(crate) const fn exchange(&self) -> &Exchange {
        &self.exchange
    }
}

/// The finished record of one request. Only [`Recorder::seal`] makes one, and [`speak`](crate::speak) consumes it.
#[derive(Debug)]
#[must_use = "a sealed trace is there to be spoken under"]
pub struct SealedTrace {
    pub(crate) exchange: Exchange,
    pub(crate) origins: Vec<Origin>,
    kinds: Vec<Source>,
    required: Vec<Requirement>,
    pub(crate) missing: Vec<Label>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) mode: SystemMode,
}

impl SealedTrace {
    pub(crate) fn context(&self) -> ContextTrace<'_> {
        ContextTrace {
            sources: &self.kinds,
            required_but_missing: self.missing.len(),
            system_mode: self.mode,
        }
    }

    /// The recorder as it was before the seal, for the next segment of a stream.
    pub(crate) fn reopen(self) -> Recorder {
        let Self { exchange, origins, required, attempts, .. } = self;
        Recorder { exchange, origins, required, attempts }
    }
}

/// What the guard leaves with a request so that a recorder can be had for it.
#[derive(Clone)]
pub(crate) struct Ticket(pub(crate) Exchange);

impl<S: Sync> FromRequestParts<S> for Recorder {
    type Rejection = Notice;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Notice> {
        match parts.extensions.get::<Ticket>() {
            Some(Ticket(exchange)) if exchange.take_recorder() => Ok(Self::new(exchange.clone())),
            Some(_) => Err(Notice::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "RECORDER_TAKEN",
                "the recorder of this request was taken before",
            )),
            None => Err(Notice::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "EXIT_NOT_GUARDED",
                "no guard stands around this route",
            )),
        }
    }
}
