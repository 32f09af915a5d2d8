//! The shapes of the protocol. A unit is written as null.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::draft::Heading;
use crate::name::Name;
use crate::piece::{Citation, Finish, Usage};
use crate::protocol::total;

/// How far a response or an item of it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
    Failed,
}

impl Status {
    pub(super) const fn of(finish: Finish) -> Self {
        match finish {
            Finish::Stop | Finish::Calls => Self::Completed,
            Finish::Length => Self::Incomplete,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Object<'a> {
    id: &'a Name,
    object: &'static str,
    created_at: u64,
    status: Status,
    background: bool,
    pub(super) error: Option<Failure>,
    incomplete_details: Option<Incomplete>,
    instructions: (),
    max_output_tokens: (),
    metadata: Empty,
    model: &'a Name,
    output: &'a [Item],
    parallel_tool_calls: bool,
    previous_response_id: Option<&'a Name>,
    conversation: Option<ConversationRef<'a>>,
    temperature: (),
    text: TextFormat,
    tool_choice: &'static str,
    tools: [(); 0],
    top_p: (),
    truncation: &'static str,
    pub(super) usage: Option<Used>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) provenance: Option<&'a RawValue>,
}

#[derive(Serialize)]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

#[derive(Serialize)]
struct Incomplete {
    reason: &'static str,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct ConversationRef<'a> {
    id: &'a Name,
}

#[derive(Serialize)]
struct TextFormat {
    format: Format,
}

#[derive(Serialize)]
struct Format {
    r#type: &'static str,
}

impl<'a> Object<'a> {
    pub(super) fn new(heading: &'a Heading, status: Status, output: &'a [Item]) -> Self {
        let is_incomplete = status == Status::Incomplete;
        Self {
            id: &heading.id,
            object: "response",
            created_at: heading.created,
            status,
            background: false,
            error: None,
            incomplete_details: is_incomplete.then_some(Incomplete { reason: "max_output_tokens" }),
            instructions: (),
            max_output_tokens: (),
            metadata: Empty {},
            model: &heading.model,
            output,
            parallel_tool_calls: true,
            previous_response_id: heading.previous.as_ref(),
            conversation: heading.conversation.as_ref().map(|id| ConversationRef { id }),
            temperature: (),
            text: TextFormat { format: Format { r#type: "text" } },
            tool_choice: "auto",
            tools: [],
            top_p: (),
            truncation: "disabled",
            usage: None,
            provenance: None,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Used {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Serialize)]
struct InputDetails {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl Used {
    pub(super) const fn of(usage: Usage) -> Self {
        Self {
            input_tokens: usage.input,
            input_tokens_details: InputDetails { cached_tokens: 0 },
            output_tokens: usage.output,
            output_tokens_details: OutputDetails { reasoning_tokens: 0 },
            total_tokens: total(usage),
        }
    }
}

/// An item of the output.
#[derive(Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item {
    Message {
        id: String,
        status: Status,
        role: &'static str,
        content: Vec<Part>,
        /// The claims of a later segment, at its first item; those of the first stand at the response.
        #[serde(skip_serializing_if = "Option::is_none")]
        provenance: Option<Box<RawValue>>,
    },
    FunctionCall {
        id: String,
        status: Status,
        call_id: String,
        name: String,
        arguments: String,
        /// As those of a message.
        #[serde(skip_serializing_if = "Option::is_none")]
        provenance: Option<Box<RawValue>>,
    },
}

impl Item {
    pub(super) const fn message(id: String, status: Status, content: Vec<Part>) -> Self {
        Self::Message { id, status, role: "assistant", content, provenance: None }
    }

    pub(super) const fn call(
        id: String,
        status: Status,
        call_id: String,
        name: String,
        arguments: String,
    ) -> Self {
        Self::FunctionCall { id, status, call_id, name, arguments, provenance: None }
    }

    /// The same with the claims of a segment.
    pub(super) fn claiming(mut self, claims: Option<Box<RawValue>>) -> Self {
        match &mut self {
            Self::Message { provenance, .. } | Self::FunctionCall { provenance, .. } => {
                *provenance = claims;
            }
        }
        self
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Message { id, .. } | Self::FunctionCall { id, .. } => id,
        }
    }
}

/// A part of a message.
#[derive(Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part {
    OutputText { text: String, annotations: Vec<Annotation>, logprobs: [(); 0] },
    Refusal { refusal: String },
}

impl Part {
    pub(super) const fn text(text: String, annotations: Vec<Annotation>) -> Self {
        Self::OutputText { text, annotations, logprobs: [] }
    }

    pub(super) const fn refusal(refusal: String) -> Self {
        Self::Refusal { refusal }
    }
}

/// What a part of a text cites.
#[derive(Clone, Serialize)]
pub(super) struct Annotation {
    r#type: &'static str,
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

impl Annotation {
    /// `before` is how many characters of the answer stand before the part that has the annotation.
    pub(super) fn of(citation: &Citation, before: usize) -> Self {
        let Citation { start, end, title, url } = citation;
        Self {
            r#type: "url_citation",
            start_index: start.saturating_sub(before),
            end_index: end.saturating_sub(before),
            title: title.clone(),
            url: url.clone(),
        }
    }
}
