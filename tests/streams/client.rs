//! Reads each protocol as its clients do, and holds it to its form while it reads.

use serde_json::Value;
use speech_exit::{Envelope, Heading, Name};

use super::responses;

/// The protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Chat,
    Responses,
}

pub(super) const KINDS: [Kind; 3] = [Kind::Plain, Kind::Chat, Kind::Responses];

impl Kind {
    pub(super) fn envelope(self) -> Envelope {
        let name = |text| Name::parse(text).expect("a name");
        let heading = |id| Heading {
            id: name(id),
            created: 7,
            model: name("m"),
            conversation: None,
            previous: None,
        };
        match self {
            Self::Plain => Envelope::Plain,
            Self::Chat => Envelope::Chat(heading("chatcmpl_1")),
            Self::Responses => Envelope::Responses(heading("resp_1")),
        }
    }

    /// What a client has after these bytes of a stream.
    #[track_caller]
    pub(super) fn hear(self, stream: &str) -> Heard {
        let events = events(stream);
        let heard = match self {
            Self::Plain => plain(&events),
            Self::Chat => chat(&events),
            Self::Responses => responses::hear(&events),
        };
        for part in &heard.parts {
            assert!(
                part.refusal.is_none() || part.text.is_empty(),
                "words under a refusal: {part:?}"
            );
        }
        heard
    }
}

/// What a client has heard.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Heard {
    pub(super) parts: Vec<Said>,
    pub(super) calls: Vec<Called>,
    /// Start and end in the whole text, title and address.
    pub(super) citations: Vec<(u64, u64, String, String)>,
    pub(super) ending: Ending,
    /// Read and written.
    pub(super) usage: Option<(u64, u64)>,
}

/// What was said under the same claims.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) claims: Value,
    pub(super) text: String,
    pub(super) refusal: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(super) struct Called {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) arguments: String,
}

#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(super) enum Ending {
    /// It goes on, or it was left.
    #[default]
    Open,
    Finished(&'static str),
    Failed(String),
}

impl Heard {
    pub(super) fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }

    #[track_caller]
    pub(super) fn part(&mut self) -> &mut Said {
        self.parts.last_mut().expect("claims before what is said under them")
    }

    #[track_caller]
    pub(super) fn end(&mut self, ending: Ending) {
        assert_eq!(self.ending, Ending::Open, "an end after an end");
        self.ending = ending;
    }

    #[track_caller]
    pub(super) fn cite(&mut self, citation: &Value, names: [&str; 2], before: u64) {
        let [start, end] = names.map(|name| citation[name].as_u64().expect("a place") + before);
        self.citations.push((start, end, string(&citation["title"]), string(&citation["url"])));
    }
}

#[track_caller]
pub(super) fn string(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected a string, found {value}")).to_owned()
}

/// The word of a finish, as the same constant for each protocol.
#[track_caller]
pub(super) fn finish(word: &str) -> Ending {
    Ending::Finished(match word {
        "stop" => "stop",
        "length" => "length",
        "calls" | "tool_calls" => "calls",
        other => panic!("an unknown finish: {other}"),
    })
}

/// An event: its name and its data.
pub(super) type Event = (Option<String>, String);

/// Reads server-sent events as the standard has it: three line ends, fields, a blank line.
#[track_caller]
pub(super) fn events(stream: &str) -> Vec<Event> {
    let lines = stream.replace("\r\n", "\n").replace('\r', "\n");
    assert!(lines.is_empty() || lines.ends_with("\n\n"), "half an event: {lines:?}");
    let event = |block: &str| {
        let (mut name, mut data) = (None, Vec::new());
        for line in block.split('\n') {
            match line.split_once(": ") {
                Some(("event", word)) => name = Some(word.to_owned()),
                Some(("data", word)) => data.push(word.to_owned()),
                _ => panic!("a line of no meaning: {line:?}"),
            }
        }
        assert_eq!(data.len(), 1, "{block:?}");
        (name, data.concat())
    };
    lines.split_terminator("\n\n").map(event).collect()
}

#[track_caller]
pub(super) fn parsed(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"))
}

fn plain(events: &[Event]) -> Heard {
    let mut heard = Heard::default();
    for (name, data) in events {
        assert_eq!(heard.ending, Ending::Open, "an event after the end: {data}");
        let data = parsed(data);
        match name.as_deref().expect("a name") {
            "provenance" => heard.parts.push(Said { claims: data, ..Said::default() }),
            "text" => heard.part().text += data["text"].as_str().expect("a text"),
            "refusal" => heard.part().refusal = Some(string(&data["refusal"])),
            "citation" => heard.cite(&data, ["start", "end"], 0),
            "call" => call(&mut heard.calls, &data, &data),
            "end" => {
                heard.usage = used(&data["usage"], ["input", "output"]);
                heard.end(finish(data["finish"].as_str().expect("a word")));
            }
            "error" => heard.end(Ending::Failed(string(&data["error"]["code"]))),
            other => panic!("an unknown event: {other}"),
        }
    }
    heard
}

pub(super) fn used(usage: &Value, [input, output]: [&str; 2]) -> Option<(u64, u64)> {
    Some((usage[input].as_u64()?, usage[output].as_u64()?))
}

/// More of a call; `function` has its name and arguments.
fn call(calls: &mut Vec<Called>, call: &Value, function: &Value) {
    let index = call["index"].as_u64().expect("an index") as usize;
    if let Some(id) = call["id"].as_str() {
        assert_eq!(index, calls.len());
        let (id, name) = (id.to_owned(), string(&function["name"]));
        calls.push(Called { id, name, arguments: String::new() });
    }
    assert_eq!(index + 1, calls.len(), "more of a call that is over");
    calls[index].arguments += function["arguments"].as_str().expect("arguments");
}

fn chat(events: &[Event]) -> Heard {
    let mut heard = Heard::default();
    let (mut finished, mut is_done) = (None, false);
    for (index, (name, data)) in events.iter().enumerate() {
        assert_eq!(*name, None);
        assert!(!is_done && heard.ending == Ending::Open, "an event after the end: {data}");
        if data == "[DONE]" {
            is_done = true;
            heard.end(finished.take().expect("a reason before the end"));
            continue;
        }
        let chunk = parsed(data);
        if let Some(error) = chunk.get("error") {
            heard.end(Ending::Failed(string(&error["code"])));
            continue;
        }
        assert_eq!((&chunk["id"], &chunk["model"]), (&"chatcmpl_1".into(), &"m".into()));
        assert_eq!(chunk["object"], "chat.completion.chunk");
        if let Some(claims) = chunk.get("provenance") {
            heard.parts.push(Said { claims: claims.clone(), ..Said::default() });
        }
        if let Some(usage) = chunk.get("usage") {
            assert!(finished.is_some() && chunk["choices"] == serde_json::json!([]));
            heard.usage = used(usage, ["prompt_tokens", "completion_tokens"]);
            continue;
        }
        assert_eq!(finished, None, "a chunk after the reason: {data}");
        let choice = &chunk["choices"][0];
        assert_eq!(
            choice["delta"].get("role").is_some(),
            index == 0,
            "a role in the first chunk only"
        );
        chat_delta(&mut heard, &choice["delta"]);
        finished = choice["finish_reason"].as_str().map(finish);
    }
    heard
}

fn chat_delta(heard: &mut Heard, delta: &Value) {
    if let Some(content) = delta["content"].as_str() {
        heard.part().text += content;
    }
    if let Some(refusal) = delta["refusal"].as_str() {
        heard.part().refusal = Some(refusal.to_owned());
    }
    if let Some(annotations) = delta["annotations"].as_array() {
        // Of several chunks with some, one vendor's client keeps those of the last, and another fails.
        assert!(heard.citations.is_empty() && !annotations.is_empty(), "citations in one chunk");
    }
    for annotation in delta["annotations"].as_array().into_iter().flatten() {
        heard.cite(&annotation["url_citation"], ["start_index", "end_index"], 0);
    }
    for piece in delta["tool_calls"].as_array().into_iter().flatten() {
        call(&mut heard.calls, piece, &piece["function"]);
    }
}
