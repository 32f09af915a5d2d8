//! An assistant that asks an upstream, as its clients see it: through both protocols, whole and as a stream.

mod claims;
mod failures;
mod heard;
mod live;
mod memory;
mod opaque;
mod plain;
mod refusals;
mod tools;

use assistant::app::App;
use assistant::upstream::{Settings, Upstream};
use assistant::web::Limits;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::support::{Assistant, contract, request, store};
use crate::upstream::scripted::{
    Act, Asked, Scripted, bytes, chunk, completion, event, streamed, whole,
};
use crate::upstream::{Kept, kept, settings};
pub(crate) use heard::Heard;

pub(crate) const QUESTION: &str = "Hello?";

/// How a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Road {
    Chat,
    ChatStream,
    Responses,
    ResponsesStream,
}

pub(crate) const ROADS: [Road; 4] =
    [Road::Chat, Road::ChatStream, Road::Responses, Road::ResponsesStream];

impl Road {
    pub(crate) const fn is_stream(self) -> bool {
        matches!(self, Self::ChatStream | Self::ResponsesStream)
    }

    pub(crate) const fn is_chat(self) -> bool {
        matches!(self, Self::Chat | Self::ChatStream)
    }

    pub(crate) const fn path(self) -> &'static str {
        if self.is_chat() { "/v1/chat/completions" } else { "/v1/responses" }
    }

    /// What a client says, in the items that both protocols have alike.
    pub(crate) fn saying(self, items: &Value) -> Value {
        let mut body = json!({ "model": "m", "stream": self.is_stream() });
        if self.is_stream() && self.is_chat() {
            body["stream_options"] = json!({ "include_usage": true });
        }
        body[if self.is_chat() { "messages" } else { "input" }] = items.clone();
        body
    }

    pub(crate) fn asking(self, question: &str) -> Value {
        self.saying(&json!([{ "role": "user", "content": question }]))
    }

    /// The tool `weather` as the protocol has it.
    pub(crate) fn weather(self) -> Value {
        let parameters = json!({ "type": "object", "properties": {} });
        if self.is_chat() {
            json!({ "type": "function", "function": { "name": "weather", "parameters": parameters } })
        } else {
            json!({ "type": "function", "name": "weather", "parameters": parameters })
        }
    }

    /// What an upstream sends for this message, in one piece or as events.
    pub(crate) fn act(self, message: &Value, finish: &str, provenance: Option<&Value>) -> Act {
        if !self.is_stream() {
            let mut answer = completion(message.clone(), finish);
            answer["provenance"] = provenance.cloned().unwrap_or_default();
            return whole(&answer);
        }
        let mut first = message.clone();
        for (index, call) in (0..).zip(first["tool_calls"].as_array_mut().into_iter().flatten()) {
            call["index"] = json!(index);
        }
        let claims = provenance.map(declaring).unwrap_or_default();
        let all = [claims, chunk(first, None), ending(finish)].concat();
        streamed(vec![bytes(all)])
    }

    pub(crate) fn says(self, words: &str) -> Act {
        self.act(&json!({ "content": words }), "stop", None)
    }
}

/// A chunk with nothing but claims.
pub(crate) fn declaring(provenance: &Value) -> String {
    event(&json!({
        "object": "chat.completion.chunk", "provenance": provenance,
        "choices": [{ "index": 0, "delta": {}, "finish_reason": null }],
    }))
}

pub(crate) fn ending(finish: &str) -> String {
    let usage = json!({
        "object": "chat.completion.chunk", "choices": [],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    [&chunk(json!({}), Some(finish)), &event(&usage), "data: [DONE]\n\n"].concat()
}

pub(crate) fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

/// An assistant and the upstream that it asks.
pub(crate) struct Remote {
    pub(crate) assistant: Assistant,
    pub(crate) scripted: Scripted,
    pub(crate) upstream: Upstream,
}

/// One whose upstream was seen to answer.
pub(crate) async fn remote(script: impl IntoIterator<Item = Act>) -> Remote {
    remote_with(script, Limits::default(), |_| {}).await
}

pub(crate) async fn remote_with(
    script: impl IntoIterator<Item = Act>,
    limits: Limits,
    change: impl FnOnce(&mut Settings),
) -> Remote {
    let scripted = Scripted::new(script).await;
    let mut settings = settings(&scripted.url());
    change(&mut settings);
    let remote = asking_at(scripted, settings, limits).await;
    remote.upstream.probe().await.expect("an upstream that answers");
    remote
}

/// One whose upstream is taken to answer, though nobody has seen it.
pub(crate) async fn asking_at(scripted: Scripted, settings: Settings, limits: Limits) -> Remote {
    let (store, directory) = store().await;
    let upstream = Upstream::new(settings, store.clone()).expect("an upstream");
    store.board().note_upstream(assistant::status::Upstream::Up);
    let app = App::remote(store, upstream.clone(), limits, contract());
    Remote { assistant: Assistant::of(app, directory), scripted, upstream }
}

impl Remote {
    pub(crate) async fn ask(&self, road: Road, body: &Value) -> Heard {
        Heard::of(road, &self.assistant.send(sending(road, body)).await)
    }

    /// What was kept of what the upstream sent.
    pub(crate) async fn kept(&self) -> Vec<Kept> {
        kept(self.assistant.directory()).await
    }

    /// What the upstream was asked last.
    pub(crate) fn asked(&self) -> Asked {
        self.scripted.asked().pop().expect("it was asked")
    }

    /// What was said to the upstream last.
    pub(crate) fn messages(&self) -> Value {
        self.asked().body["messages"].clone()
    }

    /// The mode, and why it is no better.
    pub(crate) async fn mode(&self) -> (String, Value) {
        let status = self.assistant.get("/status").await.json();
        (status["system_mode"].as_str().expect("a mode").to_owned(), status["reasons"].clone())
    }

    /// The receipts of a response, without their chain.
    pub(crate) async fn receipts(&self, heard: &Heard) -> Vec<Value> {
        receipts_of(&self.assistant, heard.receipt()).await
    }
}

pub(crate) async fn receipts_of(assistant: &Assistant, id: &str) -> Vec<Value> {
    let answer = assistant.get(&format!("/receipts/{id}")).await.json();
    let parts = answer["receipts"].as_array().expect("receipts");
    parts.iter().map(|link| link["receipt"].clone()).collect()
}

pub(crate) fn sending(road: Road, body: &Value) -> Request<Body> {
    request(Method::POST, road.path(), body.to_string())
}
