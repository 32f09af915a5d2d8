//! The Response object, for the description of the interface. The exit writes it; a test holds the two together.

use serde_json::Value;

use crate::api::provenance::Provenance;

/// A Response with its claims. What is null is always null here.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
pub(crate) struct ResponsesAnswer {
    id: String,
    object: String,
    created_at: u64,
    /// `completed`, or `incomplete` where it was too long.
    status: String,
    background: bool,
    #[schema(required)]
    error: Option<Value>,
    #[schema(required)]
    incomplete_details: Option<Incomplete>,
    #[schema(required)]
    instructions: Option<String>,
    #[schema(required)]
    max_output_tokens: Option<u64>,
    metadata: Value,
    model: String,
    output: Vec<Item>,
    parallel_tool_calls: bool,
    #[schema(required)]
    previous_response_id: Option<String>,
    /// The conversation that the exchange belongs to; null when nothing is kept.
    #[schema(required)]
    conversation: Option<Conversation>,
    #[schema(required)]
    temperature: Option<f64>,
    text: Value,
    tool_choice: String,
    tools: Vec<Value>,
    #[schema(required)]
    top_p: Option<f64>,
    truncation: String,
    usage: Usage,
    provenance: Provenance,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Incomplete {
    reason: String,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Conversation {
    id: String,
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
enum Item {
    Message {
        r#type: String,
        id: String,
        status: String,
        role: String,
        content: Vec<Part>,
    },
    FunctionCall {
        r#type: String,
        id: String,
        status: String,
        call_id: String,
        name: String,
        arguments: String,
    },
}

#[derive(utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
enum Part {
    OutputText { r#type: String, text: String, annotations: Vec<Annotation>, logprobs: Vec<Value> },
    Refusal { r#type: String, refusal: String },
}

/// A citation; indices count characters (Unicode scalar values) of the part, the end excluded.
#[derive(utoipa::ToSchema)]
#[schema(as = ResponsesAnnotation)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Annotation {
    r#type: String,
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

/// Counts of tokens; where nothing counts them, of words.
#[derive(utoipa::ToSchema)]
#[schema(as = ResponsesUsage)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Usage {
    input_tokens: u64,
    input_tokens_details: Value,
    output_tokens: u64,
    output_tokens_details: Value,
    total_tokens: u64,
}
