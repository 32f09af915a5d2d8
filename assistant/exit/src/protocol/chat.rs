//! Chat Completions: the object, and its chunks.

use serde::Serialize;
use serde_json::value::RawValue;

use super::whole::WholeCall;
use super::{ErrorBody, Whole, sse, total};
use crate::draft::Heading;
use crate::name::Name;
use crate::piece::{Call, CallName, Citation, Cut, End, Finish, Piece, Usage};
use crate::provenance::Provenance;

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a Name,
    object: &'static str,
    created: u64,
    model: &'a Name,
    choices: [Choice<'a>; 1],
    usage: Used,
    conversation: Option<&'a Name>,
    provenance: &'a Provenance<'a>,
}

/// A unit is written as null.
#[derive(Serialize)]
struct Choice<'a> {
    index: u8,
    message: Message<'a>,
    logprobs: (),
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<&'a str>,
    refusal: Option<&'a str>,
    annotations: Vec<Annotation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall<'a>>,
}

#[derive(Serialize)]
struct Annotation<'a> {
    r#type: &'static str,
    url_citation: UrlCitation<'a>,
}

#[derive(Serialize)]
struct UrlCitation<'a> {
    start_index: usize,
    end_index: usize,
    title: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    arguments: &'a str,
}

#[derive(Serialize, Default)]
struct Used {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

pub(super) fn answer(heading: &Heading, whole: &Whole, claims: &Provenance<'_>) -> Vec<u8> {
    let finish = whole.end.map_or(Finish::Stop, |end| end.finish);
    let calls_only = whole.text.is_empty() && !whole.calls.is_empty();
    let message = Message {
        content: (!calls_only).then_some(whole.text.as_str()),
        refusal: None,
        annotations: whole.citations.iter().map(annotation).collect(),
        tool_calls: whole.calls.iter().map(tool_call).collect(),
        role: "assistant",
    };
    let usage = whole.end.and_then(|end| end.usage);
    completion(heading, message, word(finish), used(usage.unwrap_or_default()), claims)
}

pub(super) fn refusal(heading: &Heading, text: &str, claims: &Provenance<'_>) -> Vec<u8> {
    let message = Message {
        content: None,
        refusal: Some(text),
        annotations: Vec::new(),
        tool_calls: Vec::new(),
        role: "assistant",
    };
    completion(heading, message, word(Finish::Stop), Used::default(), claims)
}

fn completion(
    heading: &Heading,
    message: Message<'_>,
    finish_reason: &'static str,
    usage: Used,
    provenance: &Provenance<'_>,
) -> Vec<u8> {
    let completion = Completion {
        id: &heading.id,
        object: "chat.completion",
        created: heading.created,
        model: &heading.model,
        choices: [Choice { index: 0, message, logprobs: (), finish_reason }],
        usage,
        conversation: heading.conversation.as_ref(),
        provenance,
    };
    serde_json::to_vec(&completion).unwrap_or_default()
}

fn annotation(citation: &Citation) -> Annotation<'_> {
    let Citation { start, end, title, url } = citation;
    let url_citation = UrlCitation { start_index: *start, end_index: *end, title, url };
    Annotation { r#type: "url_citation", url_citation }
}

fn tool_call(call: &WholeCall) -> ToolCall<'_> {
    let WholeCall { name: CallName { id, name }, arguments } = call;
    let function = Function { name: Some(name), arguments };
    ToolCall { index: None, id: Some(id), r#type: Some("function"), function }
}

const fn used(usage: Usage) -> Used {
    let Usage { input, output } = usage;
    Used { prompt_tokens: input, completion_tokens: output, total_tokens: total(usage) }
}

const fn word(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
    }
}

#[derive(Serialize)]
struct Chunk<'a, C> {
    id: &'a Name,
    object: &'static str,
    created: u64,
    model: &'a Name,
    choices: C,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Used>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<&'a Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct ChunkChoice<'a> {
    index: u8,
    delta: Delta<'a>,
    logprobs: (),
    finish_reason: Option<&'static str>,
}

#[derive(Serialize, Default)]
struct Delta<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<Vec<Annotation<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[ToolCall<'a>; 1]>,
}

/// The chunks of one completion.
#[derive(Clone)]
pub(crate) struct Events {
    around: Around,
    heading: Heading,
    has_begun: bool,
    /// The citations so far. They go out in one chunk: of several, one vendor's client keeps the last, and another
    /// fails at the second.
    citations: Vec<Citation>,
}

/// What stands before and after the words in each event that has nothing but words. It is the same for all of a
/// stream, so it is written once.
#[derive(Clone, Default)]
struct Around {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Around {
    fn new(heading: &Heading) -> Self {
        const NO_WORDS: &[u8] = br#""content":"""#;
        let mut event = Vec::new();
        delta(heading, Delta { content: Some(""), ..Delta::default() }, None, &mut event);
        // No name can look like that: in the strings of JSON a quote stands behind a backslash.
        let mut windows = event.windows(NO_WORDS.len());
        let Some(start) = windows.position(|window| window == NO_WORDS) else {
            return Self::default();
        };
        let after = event.split_off(start + NO_WORDS.len());
        event.truncate(event.len().saturating_sub(2));
        Self { before: event, after }
    }
}

impl Events {
    pub(super) fn new(heading: Heading) -> Self {
        let around = Around::new(&heading);
        Self { around, heading, has_begun: false, citations: Vec::new() }
    }

    pub(super) fn begin(&mut self, claims: &RawValue, out: &mut Vec<u8>) {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let (role, content) = if is_first { (Some("assistant"), Some("")) } else { (None, None) };
        let delta = Delta { role, content, ..Delta::default() };
        let choices = [ChunkChoice { index: 0, delta, logprobs: (), finish_reason: None }];
        let conversation = self.heading.conversation.as_ref().filter(|_| is_first);
        let chunk =
            Chunk { conversation, provenance: Some(claims), ..chunk(&self.heading, choices) };
        sse::data(out, &chunk);
    }

    pub(super) fn piece(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        let delta = match piece {
            Piece::Words(words) => {
                let Around { before, after } = &self.around;
                return sse::around(out, before, words, after);
            }
            Piece::Citation(citation) => return self.citations.push(citation.clone()),
            Piece::Call(call) => Delta { tool_calls: Some([piece_of(call)]), ..Delta::default() },
            Piece::End(_) => return,
        };
        self.delta(delta, None, out);
    }

    pub(super) fn refuse(&self, text: &str, out: &mut Vec<u8>) {
        self.delta(Delta { refusal: Some(text), ..Delta::default() }, None, out);
    }

    pub(super) fn finish(&self, end: End, out: &mut Vec<u8>) {
        if !self.citations.is_empty() {
            let annotations = Some(self.citations.iter().map(annotation).collect());
            self.delta(Delta { annotations, ..Delta::default() }, None, out);
        }
        self.delta(Delta::default(), Some(word(end.finish)), out);
        if let Some(usage) = end.usage {
            let choices: [ChunkChoice<'_>; 0] = [];
            let chunk = Chunk { usage: Some(used(usage)), ..chunk(&self.heading, choices) };
            sse::data(out, &chunk);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    pub(super) fn cut(&self, cut: Cut, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct Failed {
            error: ErrorBody,
        }
        sse::data(out, &Failed { error: ErrorBody::of(cut) });
    }

    fn delta(&self, said: Delta<'_>, finish_reason: Option<&'static str>, out: &mut Vec<u8>) {
        delta(&self.heading, said, finish_reason, out);
    }
}

fn delta(
    heading: &Heading,
    delta: Delta<'_>,
    finish_reason: Option<&'static str>,
    out: &mut Vec<u8>,
) {
    let choices = [ChunkChoice { index: 0, delta, logprobs: (), finish_reason }];
    sse::data(out, &chunk(heading, choices));
}

const fn chunk<C>(heading: &Heading, choices: C) -> Chunk<'_, C> {
    let (id, created, model) = (&heading.id, heading.created, &heading.model);
    let object = "chat.completion.chunk";
    Chunk { id, object, created, model, choices, usage: None, conversation: None, provenance: None }
}

fn piece_of(call: &Call) -> ToolCall<'_> {
    let Call { index, begins, arguments } = call;
    let (id, kind, name) = match begins {
        Some(CallName { id, name }) => (Some(id.as_str()), Some("function"), Some(name.as_str())),
        None => (None, None, None),
    };
    ToolCall { index: Some(*index), id, r#type: kind, function: Function { name, arguments } }
}

#[cfg(test)]
mod tests {
    use super::{Delta, Events, delta};
    use crate::draft::Heading;
    use crate::name::Name;
    use crate::piece::Piece;

    #[test]
    fn words_alone_are_written_as_words_beside_anything_else() {
        let names = ["m", r#"m","content":""#, r#"\"content":"""#].map(Name::parse);
        let names: Vec<Name> = names.into_iter().flatten().collect();
        assert_eq!(names.len(), 3);
        for model in names {
            let heading = Heading {
                id: model.clone(),
                created: 7,
                model,
                conversation: None,
                previous: None,
            };
            let events = Events::new(heading.clone());
            for words in ["", "a", "\"\\\n\u{0}\u{7f}\u{2028}ü", &"é\n".repeat(300)] {
                let (mut alone, mut beside) = (b"before".to_vec(), b"before".to_vec());
                events.piece(&Piece::Words(words.to_owned()), &mut alone);
                let said = Delta { content: Some(words), ..Delta::default() };
                delta(&heading, said, None, &mut beside);
                assert_eq!(String::from_utf8_lossy(&alone), String::from_utf8_lossy(&beside));
            }
        }
    }
}
