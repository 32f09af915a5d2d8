//! The Chat Completion object, for the description of the interface. The exit writes it; a test holds the two
//! together.

use crate::api::provenance::Provenance;

/// A Chat Completion with its claims.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
pub(crate) struct ChatAnswer {
    id: String,
    object: String,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    usage: Usage,
    /// The conversation that the exchange belongs to; null when nothing can be kept.
    #[schema(required)]
    conversation: Option<String>,
    provenance: Provenance,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Choice {
    index: u32,
    message: Message,
    #[schema(required)]
    logprobs: Option<u32>,
    finish_reason: String,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Message {
    role: String,
    /// Null in a refusal, and where nothing is said but tools are called.
    #[schema(required)]
    content: Option<String>,
    /// Null in an answer.
    #[schema(required)]
    refusal: Option<String>,
    annotations: Vec<Annotation>,
    /// Tools that the client is to run.
    #[schema(nullable = false)]
    tool_calls: Option<Vec<ToolCall>>,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Annotation {
    r#type: String,
    url_citation: UrlCitation,
}

/// A citation; indices count characters (Unicode scalar values), the end excluded.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct UrlCitation {
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct ToolCall {
    id: String,
    r#type: String,
    function: Function,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Function {
    name: String,
    arguments: String,
}

/// Counts of tokens; where nothing counts them, of words.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for the shape that the exit writes")]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}
