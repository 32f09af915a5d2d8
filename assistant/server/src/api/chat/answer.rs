//! The Chat Completion object. The claims are not here: the exit writes them.

use super::messages::count_words;
use super::request::Request;
use crate::api::provenance::Provenance;
use crate::respond::{Answer, Citation};

/// A Chat Completion with the claims that the exit adds to it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it stands for what leaves: the completion and the exit's claims")]
pub(crate) struct ChatAnswer {
    #[schema(inline)]
    #[serde(flatten)]
    completion: Completion,
    provenance: Provenance,
}

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
    #[schema(required)]
    conversation: Option<String>,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Choice {
    index: u32,
    message: Message,
    #[schema(required)]
    logprobs: Option<u32>,
    finish_reason: &'static str,
}

#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct Message {
    role: &'static str,
    /// Null in a refusal.
    #[schema(required, value_type = Option<String>)]
    content: String,
    /// Null in an answer.
    #[schema(required)]
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

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// It is whole.
    Stop,
    /// It was longer than the request allows.
    Length,
}

impl Finish {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
        }
    }
}

/// The answer cut after as many words as it may have, with the citations whose marks are left in it.
///
/// Its claims stay: what is left was made from what they say.
pub(super) fn within(mut answer: Answer, max_words: Option<usize>) -> (Answer, Finish) {
    let end = max_words.and_then(|words| end_of_word(&answer.text, words));
    let Some(end) = end else { return (answer, Finish::Stop) };
    answer.text.truncate(end);
    let characters = answer.text.chars().count();
    answer.citations.retain(|citation| citation.end <= characters);
    (answer, Finish::Length)
}

/// Where the word of that number ends, in bytes; none if there is no word after it.
fn end_of_word(text: &str, number: usize) -> Option<usize> {
    text.split_whitespace().nth(number)?;
    let last = text.split_whitespace().nth(number.checked_sub(1)?)?;
    // A word is a piece of the text, so that its place in it is the distance of the two.
    Some(last.as_ptr() as usize - text.as_ptr() as usize + last.len())
}

impl Completion {
    pub(super) fn new(
        id: String,
        created: u64,
        request: &Request,
        (answer, finish): (&Answer, Finish),
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
            choices: [Choice { index: 0, message, logprobs: None, finish_reason: finish.as_str() }],
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
