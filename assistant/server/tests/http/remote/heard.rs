//! What a client of the protocol gets to know: each protocol, whole or streamed, read into the same.

use serde_json::{Value, json};

use super::Road;
use crate::support::Answer;

/// What a client heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) refusal: Option<String>,
    /// Id, name and arguments.
    pub(crate) calls: Vec<[String; 3]>,
    /// Start, end and address.
    pub(crate) citations: Vec<Value>,
    /// In the words of chat completions.
    pub(crate) finish: String,
    /// What was read and written.
    pub(crate) usage: Option<(u64, u64)>,
    pub(crate) conversation: Option<String>,
    /// The claims of each segment.
    pub(crate) claims: Vec<Value>,
    /// The code of the error that ends it.
    pub(crate) error: Option<String>,
    pub(crate) answer: String,
    receipt: Option<String>,
}

impl Heard {
    pub(crate) fn of(road: Road, answer: &Answer) -> Self {
        let mut heard = Self {
            status: answer.status.as_u16(),
            answer: answer.text.clone(),
            receipt: answer.header("x-speech-receipt").map(str::to_owned),
            ..Self::default()
        };
        if answer.status != 200 {
            heard.error = text(&answer.json()["error"]["code"]);
            return heard;
        }
        match road {
            Road::Chat => heard.chat(&answer.json()),
            Road::Responses => heard.response(&answer.json()),
            Road::ChatStream => heard.chunks(&answer.text),
            Road::ResponsesStream => heard.events(&answer.text),
        }
        heard
    }

    fn chat(&mut self, body: &Value) {
        let choice = &body["choices"][0];
        self.named(body);
        self.said(&choice["message"]);
        self.finish = text(&choice["finish_reason"]).expect("a reason");
        self.usage = usage(&body["usage"], ["prompt_tokens", "completion_tokens"]);
        self.claims.push(body["provenance"].clone());
    }

    fn said(&mut self, said: &Value) {
        self.text += said["content"].as_str().unwrap_or_default();
        if let Some(refusal) = said["refusal"].as_str() {
            self.refusal.get_or_insert_default().push_str(refusal);
        }
        for annotation in list(&said["annotations"]) {
            self.cited(&annotation["url_citation"]);
        }
        for call in list(&said["tool_calls"]) {
            let function = &call["function"];
            let arguments = text(&function["arguments"]).unwrap_or_default();
            match (text(&call["id"]), text(&function["name"])) {
                (Some(id), Some(name)) => self.calls.push([id, name, arguments]),
                _ => {
                    let index = usize::try_from(call["index"].as_u64().expect("an index"));
                    self.calls[index.expect("an index")][2] += &arguments;
                }
            }
        }
    }

    fn cited(&mut self, citation: &Value) {
        self.citations.push(json!([
            citation["start_index"],
            citation["end_index"],
            citation["url"]
        ]));
    }

    fn named(&mut self, body: &Value) {
        self.id = text(&body["id"]).expect("an id");
        let conversation = &body["conversation"];
        self.conversation = text(conversation).or_else(|| text(&conversation["id"]));
    }

    fn chunks(&mut self, stream: &str) {
        for data in stream.split_terminator("\n\n") {
            assert!(self.error.is_none(), "something after the error: {stream}");
            let data = data.strip_prefix("data: ").expect("data");
            if data == "[DONE]" {
                assert!(stream.ends_with("data: [DONE]\n\n") && !self.finish.is_empty());
                return;
            }
            let chunk: Value = serde_json::from_str(data).expect("json");
            if chunk["error"].is_object() {
                self.error = text(&chunk["error"]["code"]);
                continue;
            }
            if self.id.is_empty() {
                self.named(&chunk);
                assert!(chunk["provenance"].is_object(), "claims first: {chunk}");
            }
            assert_eq!(text(&chunk["id"]).as_ref(), Some(&self.id));
            if chunk["provenance"].is_object() {
                self.claims.push(chunk["provenance"].clone());
            }
            self.usage =
                self.usage.or(usage(&chunk["usage"], ["prompt_tokens", "completion_tokens"]));
            let choice = &chunk["choices"][0];
            self.said(&choice["delta"]);
            self.finish += choice["finish_reason"].as_str().unwrap_or_default();
        }
        assert!(self.error.is_some(), "it just stops: {stream}");
    }

    fn events(&mut self, stream: &str) {
        let mut spoken = String::new();
        let mut last = Value::Null;
        for (number, event) in (0..).zip(stream.split_terminator("\n\n")) {
            let (name, data) = event.split_once('\n').expect("a name");
            let data: Value =
                serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("json");
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
            assert_eq!(data["sequence_number"], number, "{stream}");
            match data["type"].as_str().expect("a type") {
                "response.created" => {
                    assert!(data["response"]["provenance"].is_object(), "claims first: {data}");
                    assert_eq!(number, 0);
                }
                "response.output_text.delta" => spoken += data["delta"].as_str().expect("words"),
                "error" => self.error = text(&data["code"]),
                "response.completed" | "response.incomplete" | "response.failed" => {
                    last = data["response"].clone();
                }
                _ => {}
            }
        }
        assert!(last.is_object(), "it just stops: {stream}");
        let is_failed = last["status"] == "failed";
        assert_eq!(is_failed, self.error.is_some(), "{last}");
        assert_eq!(is_failed, last["error"].is_object(), "{last}");
        self.response(&last);
        assert_eq!(spoken, self.text);
    }

    fn response(&mut self, body: &Value) {
        self.named(body);
        self.claims.push(body["provenance"].clone());
        for item in list(&body["output"]) {
            if item["provenance"].is_object() {
                self.claims.push(item["provenance"].clone());
            }
            for part in list(&item["content"]) {
                self.text += part["text"].as_str().unwrap_or_default();
                self.refusal = self.refusal.take().or(text(&part["refusal"]));
                for citation in list(&part["annotations"]) {
                    self.cited(citation);
                }
            }
            if item["type"] == "function_call" {
                let member = |name: &str| text(&item[name]).expect("a text");
                self.calls.push(["call_id", "name", "arguments"].map(member));
            }
        }
        self.finish = match body["status"].as_str() {
            Some("completed") if !self.calls.is_empty() && self.refusal.is_none() => "tool_calls",
            Some("completed") => "stop",
            Some("incomplete") => "length",
            _ => "",
        }
        .to_owned();
        self.usage = usage(&body["usage"], ["input_tokens", "output_tokens"]);
    }

    pub(crate) fn receipt(&self) -> &str {
        self.receipt.as_deref().expect("a receipt")
    }

    /// The labels that the last segment names.
    pub(crate) fn sources(&self) -> Vec<String> {
        let claims = self.claims.last().expect("claims");
        list(&claims["sources"]).iter().filter_map(|source| text(&source["source"])).collect()
    }

    fn claims_of(&self, segment: usize) -> [Option<String>; 4] {
        let claims = self.claims.get(segment).unwrap_or_else(|| panic!("no claims: {self:?}"));
        ["kind", "authority", "system_mode", "code"].map(|name| text(&claims[name]))
    }

    /// An answer of one segment, with this authority in this mode.
    #[track_caller]
    pub(crate) fn assert_answers(&self, words: &str, authority: &str, mode: &str) {
        assert_eq!((self.status, self.claims.len()), (200, 1), "{self:?}");
        assert_eq!((self.text.as_str(), &self.refusal), (words, &None), "{self:?}");
        let expected = ["answer", authority, mode].map(|claim| Some(claim.to_owned()));
        assert_eq!(self.claims_of(0)[..3], expected, "{self:?}");
        assert_eq!((&self.claims_of(0)[3], &self.error), (&None, &None), "{self:?}");
    }

    /// A refusal in the place of everything, for this code if a rule was broken.
    #[track_caller]
    pub(crate) fn assert_refuses(&self, code: Option<&str>) {
        assert_eq!((self.status, self.claims.len()), (200, 1), "{self:?}");
        assert_eq!(self.text, "", "{self:?}");
        self.assert_ends_refused(code);
    }

    /// A refusal after what was said before it.
    #[track_caller]
    pub(crate) fn assert_ends_refused(&self, code: Option<&str>) {
        let [kind, authority, _, found] = self.claims_of(self.claims.len() - 1);
        assert_eq!((kind.as_deref(), authority.as_deref()), (Some("refusal"), Some("none")));
        assert_eq!((found.as_deref(), &self.error), (code, &None), "{self:?}");
        assert!(self.refusal.as_ref().is_some_and(|words| !words.is_empty()), "{self:?}");
        assert_eq!(self.finish, "stop", "{self:?}");
    }
}

fn usage(usage: &Value, names: [&str; 2]) -> Option<(u64, u64)> {
    let [read, written] = names.map(|name| usage[name].as_u64());
    read.zip(written)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
