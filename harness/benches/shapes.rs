//! The events of a chat completion as a server without an exit writes them: the same bytes, for the same work.

use serde::Serialize;

const BEFORE: &[u8] = b"data: ";
const AFTER: &[u8] = b"\n\n";
/// Room for a chunk with few words, so that writing one does not grow it step by step.
const CHUNK_BYTES: usize = 256;

/// What the chunks of one completion have in common.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The id.
    pub id: String,
    /// Seconds since the Unix epoch.
    pub created: u64,
    /// The model.
    pub model: String,
    /// The conversation, if there is one.
    pub conversation: Option<String>,
}

/// What such a server says of where its words come from, which nobody judges.
#[derive(Debug, Clone, Serialize)]
pub struct Provenance {
    /// The claimed authority.
    pub authority: &'static str,
    /// The reported mode.
    pub system_mode: &'static str,
    /// The kind of response.
    pub kind: &'static str,
    /// What it draws on.
    pub sources: Vec<Drawn>,
    /// The id of what is kept about it, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// A source that is named.
#[derive(Debug, Clone, Serialize)]
pub struct Drawn {
    /// The label.
    pub source: &'static str,
    /// Which one.
    pub identifier: &'static str,
}

/// A unit is written as null.
#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a Provenance>,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u8,
    delta: Delta<'a>,
    logprobs: (),
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
}

impl Completion {
    /// The first event.
    #[must_use]
    pub fn begun(&self, provenance: &Provenance) -> Vec<u8> {
        let delta = Delta { role: Some("assistant"), content: Some("") };
        let conversation = self.conversation.as_deref();
        event(&Chunk { conversation, provenance: Some(provenance), ..self.chunk(delta, None) })
    }

    /// An event with words.
    #[must_use]
    pub fn words(&self, words: &str) -> Vec<u8> {
        event(&self.chunk(Delta { content: Some(words), ..Delta::default() }, None))
    }

    /// The last two events.
    #[must_use]
    pub fn ended(&self) -> Vec<u8> {
        let mut out = event(&self.chunk(Delta::default(), Some("stop")));
        out.extend_from_slice(b"data: [DONE]\n\n");
        out
    }

    const fn chunk<'a>(
        &'a self,
        delta: Delta<'a>,
        finish_reason: Option<&'static str>,
    ) -> Chunk<'a> {
        let choices = [Choice { index: 0, delta, logprobs: (), finish_reason }];
        let (id, model) = (self.id.as_str(), self.model.as_str());
        let (object, created) = ("chat.completion.chunk", self.created);
        Chunk { id, object, created, model, choices, conversation: None, provenance: None }
    }
}

fn event(chunk: &Chunk<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(CHUNK_BYTES);
    out.extend_from_slice(BEFORE);
    let written = serde_json::to_writer(&mut out, chunk);
    debug_assert!(written.is_ok(), "a chunk has nothing that cannot be written");
    out.extend_from_slice(AFTER);
    out
}
