//! A client of the Responses protocol: each event has the next number, and each item is added, filled and done.

use serde_json::{Value, json};

use super::client::{Called, Ending, Event, Heard, Said, finish, parsed, string, used};

#[derive(Default)]
struct Client {
    heard: Heard,
    /// Items that are done.
    output: Vec<Value>,
    /// The item that was added, with what was said of it since.
    open: Option<Open>,
    /// How many characters stand before the open item.
    before: u64,
}

struct Open {
    added: Value,
    parts: Vec<Value>,
    words: String,
    annotations: Vec<Value>,
    /// How much of it was called done.
    done: usize,
}

/// What a client has after these events.
#[track_caller]
pub(super) fn hear(events: &[Event]) -> Heard {
    let mut client = Client::default();
    for (number, (name, data)) in events.iter().enumerate() {
        let event = parsed(data);
        assert_eq!(event["type"].as_str(), name.as_deref());
        assert_eq!(event["sequence_number"], number, "a gap before {data}");
        client.take(number, &event);
    }
    if let Some(open) = client.open.take().filter(|open| open.added["type"] == "message") {
        client.heard.part().text += &open.words;
    }
    client.heard
}

/// The same response as one object.
#[track_caller]
pub(super) fn hear_whole(response: &Value) -> Heard {
    let mut client = Client::default();
    client.claim(&response["provenance"]);
    for item in response["output"].as_array().expect("items") {
        client.add(item.clone());
        for part in item["content"].as_array().into_iter().flatten() {
            let open = client.open();
            open.words = string(part.get("text").unwrap_or(&part["refusal"]));
            open.annotations = part["annotations"].as_array().cloned().unwrap_or_default();
        }
        client.file(item);
    }
    client.end(response);
    client.heard
}

impl Client {
    #[track_caller]
    fn take(&mut self, number: usize, event: &Value) {
        let kind = event["type"].as_str().expect("a type");
        match number {
            0 => assert_eq!(kind, "response.created"),
            1 => assert_eq!(kind, "response.in_progress"),
            _ => assert!(!matches!(kind, "response.created" | "response.in_progress")),
        }
        let is_failed = matches!(self.heard.ending, Ending::Failed(_));
        assert!(self.heard.ending == Ending::Open || (is_failed && kind == "error"), "{event}");
        match kind {
            "response.created" => {
                assert_eq!(event["response"]["output"], json!([]));
                self.claim(&event["response"]["provenance"]);
            }
            "response.in_progress" => {}
            "response.output_item.added" => {
                assert_eq!(event["output_index"], self.output.len());
                self.add(event["item"].clone());
            }
            "response.output_item.done" => {
                assert_eq!(event["output_index"], self.output.len());
                self.assert_item_said_what_it_did(&event["item"]);
                self.file(&event["item"]);
            }
            "response.completed" | "response.incomplete" => {
                assert_eq!(event["response"]["output"], json!(self.output));
                assert!(self.open.is_none(), "an item is not done");
                self.end(&event["response"]);
            }
            "response.failed" => {
                if self.open.is_some() {
                    let output = event["response"]["output"].as_array().expect("items");
                    self.leave_off(output.last().expect("the item that was under way"));
                }
                assert_eq!(event["response"]["output"], json!(self.output));
                assert_eq!(event["response"]["status"], "failed");
                self.heard.end(Ending::Failed(string(&event["response"]["error"]["code"])));
            }
            "error" => {
                let Ending::Failed(code) = &self.heard.ending else { panic!("no failure before") };
                assert_eq!(event["code"].as_str(), Some(code.as_str()));
            }
            _ => self.fill(kind, event),
        }
    }

    fn claim(&mut self, claims: &Value) {
        assert!(claims.is_object(), "no claims: {claims}");
        self.heard.parts.push(Said { claims: claims.clone(), ..Said::default() });
    }

    fn open(&mut self) -> &mut Open {
        self.open.as_mut().expect("an item that was added")
    }

    #[track_caller]
    fn add(&mut self, item: Value) {
        assert!(self.open.is_none(), "an item within an item");
        assert!(self.output.iter().all(|other| other["id"] != item["id"]));
        if let Some(claims) = item.get("provenance") {
            self.claim(claims);
        }
        self.open = Some(Open {
            added: item,
            parts: Vec::new(),
            words: String::new(),
            annotations: Vec::new(),
            done: 0,
        });
    }

    /// What happens within an item.
    #[track_caller]
    fn fill(&mut self, kind: &str, event: &Value) {
        assert_eq!(event["output_index"], self.output.len());
        let open = self.open();
        assert_eq!(event["item_id"], open.added["id"]);
        let is_message = open.added["type"] == "message";
        let is_call = kind.starts_with("response.function_call_arguments.");
        assert_ne!(is_message, is_call, "{event}");
        assert_eq!(event.get("content_index"), is_message.then_some(&json!(0)));
        if let Some(delta) = event.get("delta") {
            assert_eq!(open.done, 0, "more after it was done: {event}");
            open.words += delta.as_str().expect("words");
            return;
        }
        match kind {
            "response.content_part.added" => open.parts.push(event["part"].clone()),
            "response.output_text.annotation.added" => {
                assert_eq!(event["annotation_index"], open.annotations.len());
                open.annotations.push(event["annotation"].clone());
            }
            "response.content_part.done" => {
                assert_eq!(open.parts.len(), 1);
                open.parts.push(event["part"].clone());
            }
            "response.output_text.done" => open.assert_done(&event["text"]),
            "response.refusal.done" => open.assert_done(&event["refusal"]),
            "response.function_call_arguments.done" => open.assert_done(&event["arguments"]),
            other => panic!("an unknown event: {other}"),
        }
    }

    #[track_caller]
    fn assert_item_said_what_it_did(&mut self, item: &Value) {
        let open = self.open();
        assert_eq!(open.done, 1, "an item is done before its text is");
        assert_eq!(open.added["status"], "in_progress");
        for same in ["id", "type", "role", "call_id", "name", "provenance"] {
            assert_eq!(item.get(same), open.added.get(same));
        }
        if item["type"] == "message" {
            assert_eq!(item["content"], json!([open.parts[1]]));
            assert_eq!(open.parts[0]["type"], open.parts[1]["type"]);
            let words = item["content"][0].get("text").unwrap_or(&item["content"][0]["refusal"]);
            assert_eq!(*words, open.words);
            let annotations = &item["content"][0]["annotations"];
            assert!(annotations.is_null() || *annotations == json!(open.annotations));
        } else {
            assert_eq!(item["arguments"], open.words);
        }
    }

    /// What was under way when all broke off: no event said that it is done, and it does not say so either.
    #[track_caller]
    fn leave_off(&mut self, item: &Value) {
        let open = self.open();
        assert_eq!(open.done, 0, "it was done: {item}");
        assert_eq!((&item["id"], &item["status"]), (&open.added["id"], &json!("incomplete")));
        let content = &item["content"][0];
        let said = [&content["text"], &content["refusal"], &item["arguments"]];
        assert!(said.into_iter().any(|said| *said == open.words), "{item}");
        self.file(item);
    }

    /// Puts an item where it is heard.
    fn file(&mut self, item: &Value) {
        let Open { words, annotations, .. } = self.open.take().expect("an item that was added");
        if item["type"] == "function_call" {
            let (id, name) = (string(&item["call_id"]), string(&item["name"]));
            self.heard.calls.push(Called { id, name, arguments: string(&item["arguments"]) });
        } else if item["content"][0]["type"] == "refusal" {
            self.heard.part().refusal = Some(words);
        } else {
            for annotation in &annotations {
                self.heard.cite(annotation, ["start_index", "end_index"], self.before);
            }
            self.before += words.chars().count() as u64;
            self.heard.part().text += &words;
        }
        self.output.push(item.clone());
    }

    fn end(&mut self, response: &Value) {
        let word = match response["status"].as_str() {
            Some("completed") if self.heard.calls.is_empty() => "stop",
            Some("completed") => "calls",
            Some("incomplete") => "length",
            other => panic!("no end: {other:?}"),
        };
        self.heard.usage = used(&response["usage"], ["input_tokens", "output_tokens"]);
        self.heard.end(finish(word));
    }
}

impl Open {
    #[track_caller]
    fn assert_done(&mut self, words: &Value) {
        assert_eq!(*words, self.words);
        self.done += 1;
    }
}
