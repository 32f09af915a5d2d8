//! A transcript as a fixture has it, and what is derived from it.

use std::path::{Path, PathBuf};

use assistant::wire::{
    Call, Kinds, Malformed, Requirement, Signal, Transcript, chat, messages, responses,
};
use serde_json::{Value, json};
use speech_exit::strict::{At, Node, read};
use speech_kernel::{Authority, ContextTrace, Response, ResponseKind, Source, SystemMode, enforce};

/// What a fixture is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Of {
    ChatRequest,
    ChatCompletion,
    ChatStream,
    ResponsesRequest,
    ResponsesResponse,
    ResponsesStream,
    MessagesRequest,
    MessagesReply,
}

pub(super) const ALL: [(&str, Of); 8] = [
    ("chat.request", Of::ChatRequest),
    ("chat.completion", Of::ChatCompletion),
    ("chat.stream", Of::ChatStream),
    ("responses.request", Of::ResponsesRequest),
    ("responses.response", Of::ResponsesResponse),
    ("responses.stream", Of::ResponsesStream),
    ("messages.request", Of::MessagesRequest),
    ("messages.reply", Of::MessagesReply),
];

#[derive(Debug, Clone)]
pub(super) struct Fixture {
    pub(super) path: PathBuf,
    pub(super) of: Of,
    pub(super) before: Vec<Call>,
    pub(super) transcript: Value,
    pub(super) expected: Value,
}

/// Every file below the folder of transcripts; another kind of file, or one that does not read, fails.
pub(super) fn fixtures() -> Vec<Fixture> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut fixtures = Vec::new();
    for folder in list(&root) {
        for path in list(&folder) {
            fixtures.push(fixture(&path));
        }
    }
    fixtures
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn fixture(path: &Path) -> Fixture {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let json: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let object = json.as_object().expect("an object");
    for key in object.keys() {
        let known = ["about", "of", "before", "transcript", "expected"];
        assert!(known.contains(&key.as_str()), "{path:?}: {key}");
    }
    assert!(json["about"].as_str().is_some_and(|about| about.ends_with('.')), "{path:?}: about");
    let of = ALL.iter().find(|(name, _)| json["of"] == *name);
    let (name, of) = of.unwrap_or_else(|| panic!("{path:?}: of"));
    let folder = path.parent().and_then(Path::file_name).and_then(|folder| folder.to_str());
    assert_eq!(name.split('.').next(), folder, "{path:?}");
    let before = json["before"].as_array().into_iter().flatten().map(|call| {
        let text = |key: &str| call[key].as_str().expect("a string").to_owned();
        Call { id: text("id"), name: text("name"), arguments: text("arguments") }
    });
    Fixture {
        path: path.to_owned(),
        of: *of,
        before: before.collect(),
        transcript: json["transcript"].clone(),
        expected: json["expected"].clone(),
    }
}

impl Fixture {
    pub(super) fn is_malformed(&self) -> bool {
        self.expected.get("malformed").is_some()
    }

    pub(super) fn read(&self) -> Result<Transcript, Malformed> {
        self.read_as(&self.transcript)
    }

    /// Reads a variant of the transcript, below a member of that name, so that places are whole.
    pub(super) fn read_as(&self, transcript: &Value) -> Result<Transcript, Malformed> {
        let text = json!({ "transcript": transcript }).to_string();
        let node = read(text.as_bytes()).expect("JSON");
        let members = At::root(&node).members().expect("an object");
        let at = members.required("transcript").expect("the transcript");
        let kinds = Kinds::built_in().expect("kinds");
        match self.of {
            Of::ChatRequest => chat::request(&at),
            Of::ChatCompletion => chat::completion(&at),
            Of::ChatStream => chat_stream(&at),
            Of::ResponsesRequest => responses::request(&at, &self.before, &kinds),
            Of::ResponsesResponse => responses::response(&at, &kinds),
            Of::ResponsesStream => responses_stream(&at, &kinds),
            Of::MessagesRequest => messages::request(&at, &kinds),
            Of::MessagesReply => messages::reply(&at, &kinds),
        }
    }

    /// What the variant says, in the form of a fixture.
    pub(super) fn derive(&self, transcript: &Value) -> Value {
        match self.read_as(transcript) {
            Ok(transcript) => derived(&transcript),
            Err(malformed) => {
                let pointer = malformed.fault().pointer();
                let pointer =
                    pointer.strip_prefix("/transcript").expect("a place in the transcript");
                json!({ "malformed": { "code": malformed.code().as_str(), "pointer": pointer } })
            }
        }
    }
}

/// All events are fed, after a fault too: each of them is then rejected.
fn chat_stream(events: &At<'_>) -> Result<Transcript, Malformed> {
    let mut stream = chat::Stream::new();
    let mut has_failed = false;
    for event in events.items().unwrap_or_default() {
        let is_err = stream.push(&event).is_err();
        assert!(is_err || !has_failed, "a stream mended itself");
        has_failed |= is_err;
    }
    stream.finish()
}

fn responses_stream(events: &At<'_>, kinds: &Kinds) -> Result<Transcript, Malformed> {
    let mut stream = responses::Stream::new(kinds);
    let mut has_failed = false;
    for event in events.items().unwrap_or_default() {
        let is_err = stream.push(&event).is_err();
        assert!(is_err || !has_failed, "a stream mended itself");
        has_failed |= is_err;
    }
    stream.finish()
}

fn derived(transcript: &Transcript) -> Value {
    let mut sources = Vec::new();
    let mut attempts = Vec::new();
    let mut refused = false;
    for signal in &transcript.signals {
        match signal {
            Signal::Source { label, identifier: Some(identifier) } => {
                sources.push(json!({ "source": label, "identifier": identifier }));
            }
            Signal::Source { label, identifier: None } => sources.push(json!({ "source": label })),
            Signal::Attempt { label, why } => attempts.push(json!({ "source": label, "why": why })),
            Signal::Refusal => refused = true,
        }
    }
    assert_eq!(refused, transcript.is_refusal());
    let labels: Vec<&str> = sources.iter().filter_map(|source| source["source"].as_str()).collect();
    let missing = missing(transcript.requirement(), &labels);
    let authority = authority(&labels);
    json!({
        "trace": { "sources": sources, "required_but_missing": missing },
        "attempts": attempts,
        "refused": refused,
        "authority": authority,
    })
}

fn missing(requirement: Option<&Requirement>, labels: &[&str]) -> Vec<String> {
    let (wanted, is_met) = match requirement {
        None => return Vec::new(),
        Some(Requirement::AnyClientTool) => (
            "tool:client.*".to_owned(),
            labels.iter().any(|label| label.starts_with("tool:client.")),
        ),
        Some(Requirement::ClientTool(name)) => {
            let wanted = format!("tool:client.{name}");
            (wanted.clone(), labels.contains(&wanted.as_str()))
        }
    };
    if is_met { Vec::new() } else { vec![wanted] }
}

/// The one authority that the kernel lets an answer claim under sources of these labels.
pub(super) fn authority(labels: &[&str]) -> Authority {
    let sources: Vec<Source> =
        labels.iter().map(|label| Source::parse(label).expect("a label")).collect();
    let system_mode = SystemMode::Full;
    let trace = ContextTrace { sources: &sources, required_but_missing: 0, system_mode };
    let all = [Authority::None, Authority::System, Authority::Memory, Authority::Tool];
    let mut allowed = all.into_iter().filter(|authority| {
        let response = Response { kind: ResponseKind::Answer, authority: *authority, system_mode };
        enforce(&response, &trace).is_ok()
    });
    let one = allowed.next().expect("an authority");
    assert_eq!(allowed.next(), None);
    one
}

/// The labels of what is derived.
pub(super) fn labels(derived: &Value) -> Vec<String> {
    let sources = derived["trace"]["sources"].as_array().unwrap_or_else(|| panic!("{derived}"));
    let mut labels: Vec<String> = sources
        .iter()
        .map(|source| source["source"].as_str().expect("a label").to_owned())
        .collect();
    labels.sort();
    labels
}

/// A node, for comparisons with what a fixture has.
pub(super) fn node(value: &Value) -> Node {
    read(value.to_string().as_bytes()).expect("JSON")
}
