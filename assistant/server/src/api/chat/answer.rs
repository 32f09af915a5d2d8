//! The Chat Completion object. The claims are not here: the exit writes them.

use super::messages::count_words;
use super::request::Request;
use crate::respond::{Answer, Citation};

/// A Chat Completion.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub(crate) struct Completion {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: [Choice; 1],
    usage: Usage,
    /// The conversation that the exchange belongs to; null when nothing can be kept.
    conversation: Option<String>,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Choice {
    index: u32,
    message: Message,
    logprobs: Option<u32>,
    finish_reason: &'static str,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Message {
    role: &'static str,
    content: String,
    refusal: Option<String>,
    annotations: Vec<Annotation>,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Annotation {
    #[serde(rename = "type")]
    kind: &'static str,
    url_citation: UrlCitation,
}

/// A citation; indices count characters (Unicode scalar values), the end excluded.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct UrlCitation {
    start_index: usize,
    end_index: usize,
    title: String,
    url: String,
}

/// Counts of words, which stand for tokens: nothing here has a tokenizer.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Usage {
    prompt_tokens: usize,
    completion_tokens: usize,
    total_tokens: usize,
}

impl Completion {
    pub(super) fn new(
        id: String,
        created: u64,
        request: &Request,
        answer: &Answer,
        conversation: Option<&str>,
    ) -> Self {
        let message = Message {
            role: "assistant",
            content: answer.text.clone(),
            refusal: None,
            annotations: answer.citations.iter().map(annotation).collect(),
        };
        let (prompt_tokens, completion_tokens) = (request.words, count_words(&answer.text));
        let total_tokens = prompt_tokens + completion_tokens;
        Self {
            id,
            object: "chat.completion",
            created,
            model: request.model.as_str().to_owned(),
            choices: [Choice { index: 0, message, logprobs: None, finish_reason: "stop" }],
            usage: Usage { prompt_tokens, completion_tokens, total_tokens },
            conversation: conversation.map(str::to_owned),
        }
    }
}

fn annotation(citation: &Citation) -> Annotation {
    Annotation {
        kind: "url_citation",
        url_citation: UrlCitation {
            start_index: citation.start,
            end_index: citation.end,
            title: citation.title.clone(),
            url: format!("/v1/library/documents/{}", citation.document),
        },
    }
}
