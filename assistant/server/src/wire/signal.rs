//! What a transcript says about where its words come from.

use speech_exit::Label;
use speech_exit::strict::{At, Fault, FaultCode, Node};

use super::malformed::{Code, Malformed};

/// One thing that bears on the trace. The list is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// A source gave something.
    Source {
        /// What it is called.
        label: Label,
        /// The call or the item that it came with.
        identifier: Option<String>,
    },
    /// A source was asked and gave nothing.
    Attempt {
        /// What it is called.
        label: Label,
        /// Why, in fixed words.
        why: &'static str,
    },
    /// What was said is a refusal.
    Refusal,
}

/// What the answer must not be given without. The caller states it on the recorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// The result of any tool that the client runs.
    AnyClientTool,
    /// The result of the client's tool of this name.
    ClientTool(String),
}

/// Which context a reference stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Continues {
    /// `previous_response_id`.
    Response,
    /// `conversation`.
    Conversation,
}

/// A reference to context that is not in the transcript. Only who issued it knows whether it is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it stands for.
    pub continues: Continues,
    /// The id.
    pub id: String,
    fault: Fault,
}

impl Reference {
    pub(super) fn new(continues: Continues, at: &At<'_>) -> Result<Self, Fault> {
        let id = at.filled_text()?.to_owned();
        let expected = "the id of something that this server issued to this caller";
        Ok(Self { continues, id, fault: at.fault(FaultCode::UnknownValue, expected) })
    }

    /// What to say when the id is not the caller's or was never issued.
    #[must_use]
    pub fn opaque(&self) -> Malformed {
        Malformed::of(Code::OpaqueContext, self.fault.clone())
    }
}

/// A tool that the client runs, as it offers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// The whole definition, so that it can be sent on as it came.
    pub definition: Node,
}

/// A tool that the client wants the other side to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Hosted {
    /// Its `type`.
    pub kind: String,
    /// The whole definition.
    pub definition: Node,
    pub(super) fault: Fault,
}

impl Hosted {
    /// What to say when no such tool is run here.
    #[must_use]
    pub fn unsupported(&self) -> Malformed {
        Malformed::of(Code::Unsupported, self.fault.clone())
    }
}
