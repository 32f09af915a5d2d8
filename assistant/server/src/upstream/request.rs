//! What the upstream is asked, as it stands on the wire.

use serde_json::{Map, Value, json};

use crate::store::Road;

/// A question to the upstream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// What was said so far.
    pub messages: Vec<Message>,
    /// The tools that it may call, in the form of chat completions.
    pub tools: Option<Value>,
    /// Whether it must, and which.
    pub tool_choice: Option<Value>,
    /// The most tokens that it may answer with.
    pub max_tokens: Option<u64>,
    /// How it is to choose words: members of the request as they stand on the wire.
    pub sampling: Vec<(String, Value)>,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// What holds for all that follows.
    System(String),
    /// What the person said.
    User(String),
    /// What the assistant said, and which tools it called.
    Assistant {
        /// Its words, if it said some.
        text: Option<String>,
        /// Its calls.
        calls: Vec<Call>,
    },
    /// What a called tool gave.
    Tool {
        /// The call.
        call_id: String,
        /// What it gave.
        text: String,
    },
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// What it is called with: a JSON text.
    pub arguments: String,
}

impl ChatRequest {
    /// The body of the call.
    pub(super) fn body(&self, model: &str, road: Road) -> Vec<u8> {
        let messages: Vec<Value> = self.messages.iter().map(Message::json).collect();
        let mut body = Map::new();
        body.insert("model".to_owned(), model.into());
        body.insert("messages".to_owned(), messages.into());
        body.insert("stream".to_owned(), (road == Road::Stream).into());
        if road == Road::Stream {
            body.insert("stream_options".to_owned(), json!({ "include_usage": true }));
        }
        let optional = [
            ("tools", self.tools.clone()),
            ("tool_choice", self.tool_choice.clone()),
            ("max_tokens", self.max_tokens.map(Value::from)),
        ];
        for (name, value) in optional {
            body.extend(value.map(|value| (name.to_owned(), value)));
        }
        body.extend(self.sampling.iter().cloned());
        Value::Object(body).to_string().into_bytes()
    }
}

impl Message {
    fn json(&self) -> Value {
        match self {
            Self::System(text) => json!({ "role": "system", "content": text }),
            Self::User(text) => json!({ "role": "user", "content": text }),
            Self::Assistant { text, calls } if calls.is_empty() => {
                json!({ "role": "assistant", "content": text })
            }
            Self::Assistant { text, calls } => {
                let calls: Vec<Value> = calls.iter().map(Call::json).collect();
                json!({ "role": "assistant", "content": text, "tool_calls": calls })
            }
            Self::Tool { call_id, text } => {
                json!({ "role": "tool", "tool_call_id": call_id, "content": text })
            }
        }
    }
}

impl Call {
    fn json(&self) -> Value {
        let function = json!({ "name": self.name, "arguments": self.arguments });
        json!({ "id": self.id, "type": "function", "function": function })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Call, ChatRequest, Message};
    use crate::store::Road;

    fn body(request: &ChatRequest, road: Road) -> Option<Value> {
        serde_json::from_slice(&request.body("m", road)).ok()
    }

    #[test]
    fn each_turn_has_its_form() {
        let call = Call { id: "c".into(), name: "f".into(), arguments: "{}".into() };
        let request = ChatRequest {
            messages: vec![
                Message::System("s".into()),
                Message::User("u \"\u{1f600}".into()),
                Message::Assistant { text: Some("a".into()), calls: Vec::new() },
                Message::Assistant { text: None, calls: vec![call] },
                Message::Tool { call_id: "c".into(), text: "t".into() },
            ],
            ..ChatRequest::default()
        };
        let expected = json!({
            "model": "m",
            "stream": false,
            "messages": [
                { "role": "system", "content": "s" },
                { "role": "user", "content": "u \"\u{1f600}" },
                { "role": "assistant", "content": "a" },
                { "role": "assistant", "content": null, "tool_calls": [{
                    "id": "c", "type": "function", "function": { "name": "f", "arguments": "{}" },
                }] },
                { "role": "tool", "tool_call_id": "c", "content": "t" },
            ],
        });
        assert_eq!(body(&request, Road::Whole), Some(expected));
    }

    #[test]
    fn what_is_not_said_is_not_sent_and_a_stream_is_asked_for_its_usage() {
        let bare = ChatRequest::default();
        let full = ChatRequest {
            tools: Some(json!([1])),
            tool_choice: Some(json!("auto")),
            max_tokens: Some(7),
            sampling: vec![("temperature".to_owned(), json!(0.5))],
            ..ChatRequest::default()
        };
        let stream = json!({
            "model": "m", "messages": [], "stream": true, "stream_options": { "include_usage": true },
        });
        assert_eq!(body(&bare, Road::Stream), Some(stream));
        let whole = json!({
            "model": "m", "messages": [], "stream": false, "tools": [1], "tool_choice": "auto",
            "max_tokens": 7, "temperature": 0.5,
        });
        assert_eq!(body(&full, Road::Whole), Some(whole));
    }
}
