//! The events of one response. Each has the next number, and the last one ends the response.

use serde::Serialize;
use serde_json::value::RawValue;

use super::item_id;
use super::shape::{Annotation, Failure, Item, Object, Part, Status, Used};
use crate::draft::Heading;
use crate::piece::{Call, CallName, Citation, Cut, End, Piece, Usage};
use crate::protocol::{ErrorBody, sse};

/// What has been sent of one response.
#[derive(Clone)]
pub(crate) struct Events {
    heading: Heading,
    /// The number of the next event.
    number: u64,
    /// The claims of the first segment, which stand at the response.
    claims: Option<Box<RawValue>>,
    /// Those of a later one, which stand at its first item.
    later_claims: Option<Box<RawValue>>,
    output: Vec<Item>,
    open: Open,
    /// How many characters of the answer stand before the part that is open.
    before: usize,
}

/// The item that is under way.
#[derive(Clone)]
enum Open {
    None,
    Text { text: String, annotations: Vec<Annotation> },
    Refusal(String),
    Call { name: CallName, arguments: String },
}

#[derive(Serialize)]
struct Event<'a, T> {
    r#type: &'a str,
    sequence_number: u64,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct OfResponse<'a> {
    response: Object<'a>,
}

#[derive(Serialize)]
struct OfItem<'a> {
    output_index: usize,
    item: &'a Item,
}

#[derive(Serialize)]
struct InItem<'a, T> {
    item_id: &'a str,
    output_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_index: Option<u8>,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct OfPart {
    part: Part,
}

#[derive(Serialize)]
struct TextDelta<'a> {
    delta: &'a str,
    logprobs: [(); 0],
}

#[derive(Serialize)]
struct TextDone<'a> {
    text: &'a str,
    logprobs: [(); 0],
}

#[derive(Serialize)]
struct PlainDelta<'a> {
    delta: &'a str,
}

#[derive(Serialize)]
struct RefusalDone<'a> {
    refusal: &'a str,
}

#[derive(Serialize)]
struct ArgumentsDone<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Serialize)]
struct Annotated<'a> {
    annotation_index: usize,
    annotation: &'a Annotation,
}

#[derive(Serialize)]
struct Failed {
    code: &'static str,
    message: &'static str,
    param: (),
    error: ErrorBody,
}

impl Events {
    pub(in crate::protocol) const fn new(heading: Heading) -> Self {
        Self {
            heading,
            number: 0,
            claims: None,
            later_claims: None,
            output: Vec::new(),
            open: Open::None,
            before: 0,
        }
    }

    pub(in crate::protocol) fn begin(&mut self, claims: Box<RawValue>, out: &mut Vec<u8>) {
        if self.claims.is_some() {
            self.close(Status::Completed, out);
            self.later_claims = Some(claims);
            return;
        }
        self.claims = Some(claims);
        self.response("response.created", Status::InProgress, None, out);
        self.response("response.in_progress", Status::InProgress, None, out);
    }

    pub(in crate::protocol) fn piece(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        match piece {
            Piece::Words(words) => self.words(words, out),
            Piece::Citation(citation) => self.citation(citation, out),
            Piece::Call(call) => self.call(call, out),
            Piece::End(_) => {}
        }
    }

    pub(in crate::protocol) fn refuse(&mut self, refusal: &str, out: &mut Vec<u8>) {
        self.close(Status::Completed, out);
        self.open_message(Part::refusal(String::new()), out);
        self.in_item("response.refusal.delta", Some(0), PlainDelta { delta: refusal }, out);
        self.open = Open::Refusal(refusal.to_owned());
    }

    pub(in crate::protocol) fn finish(&mut self, end: End, out: &mut Vec<u8>) {
        let status = Status::of(end.finish);
        if self.output.is_empty() && matches!(self.open, Open::None) {
            // A response without an output is none: one without words has an empty text.
            self.open_text(out);
        }
        self.close(status, out);
        let name = match status {
            Status::Incomplete => "response.incomplete",
            _ => "response.completed",
        };
        self.response(name, status, Some(end.usage.unwrap_or_default()), out);
    }

    pub(in crate::protocol) fn cut(&mut self, cut: Cut, out: &mut Vec<u8>) {
        // What was under way stands in the response as far as it came, and no event says that it is done.
        let number = self.number;
        self.close(Status::Incomplete, &mut Vec::new());
        self.number = number;
        self.failed(cut, out);
        // The clients of this protocol raise what has an error of its own in it, and a cut must not pass for an end.
        let Cut { code, message } = cut;
        let failed = Failed { code, message, param: (), error: ErrorBody::of(cut) };
        numbered(&mut self.number, "error", failed, out);
    }

    fn failed(&mut self, cut: Cut, out: &mut Vec<u8>) {
        let mut response = Object::new(&self.heading, Status::Failed, &self.output);
        response.error = Some(Failure { code: cut.code, message: cut.message });
        response.provenance = self.claims.as_deref();
        numbered(&mut self.number, "response.failed", OfResponse { response }, out);
    }

    fn words(&mut self, words: &str, out: &mut Vec<u8>) {
        self.open_text(out);
        self.in_item(
            "response.output_text.delta",
            Some(0),
            TextDelta { delta: words, logprobs: [] },
            out,
        );
        if let Open::Text { text, .. } = &mut self.open {
            text.push_str(words);
        }
    }

    fn citation(&mut self, citation: &Citation, out: &mut Vec<u8>) {
        self.open_text(out);
        let annotation = Annotation::of(citation, self.before);
        let annotation_index = match &self.open {
            Open::Text { annotations, .. } => annotations.len(),
            _ => 0,
        };
        let rest = Annotated { annotation_index, annotation: &annotation };
        self.in_item("response.output_text.annotation.added", Some(0), rest, out);
        if let Open::Text { annotations, .. } = &mut self.open {
            annotations.push(annotation);
        }
    }

    fn call(&mut self, call: &Call, out: &mut Vec<u8>) {
        if let Some(name) = &call.begins {
            self.close(Status::Completed, out);
            let id = item_id(&self.heading, "fc", self.output.len());
            let CallName { id: call_id, name: function } = name.clone();
            let item = Item::call(id, Status::InProgress, call_id, function, String::new());
            self.added(item, out);
            self.open = Open::Call { name: name.clone(), arguments: String::new() };
        }
        let delta = PlainDelta { delta: &call.arguments };
        self.in_item("response.function_call_arguments.delta", None, delta, out);
        if let Open::Call { arguments, .. } = &mut self.open {
            arguments.push_str(&call.arguments);
        }
    }

    fn open_text(&mut self, out: &mut Vec<u8>) {
        if !matches!(self.open, Open::Text { .. }) {
            self.close(Status::Completed, out);
            self.open_message(Part::text(String::new(), Vec::new()), out);
            self.open = Open::Text { text: String::new(), annotations: Vec::new() };
        }
    }

    fn open_message(&mut self, part: Part, out: &mut Vec<u8>) {
        let id = item_id(&self.heading, "msg", self.output.len());
        self.added(Item::message(id, Status::InProgress, Vec::new()), out);
        self.in_item("response.content_part.added", Some(0), OfPart { part }, out);
    }

    fn added(&mut self, item: Item, out: &mut Vec<u8>) {
        let item = item.claiming(self.later_claims.clone());
        let rest = OfItem { output_index: self.output.len(), item: &item };
        numbered(&mut self.number, "response.output_item.added", rest, out);
        self.output.push(item);
    }

    /// Ends the item that is under way.
    fn close(&mut self, status: Status, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.open, Open::None) {
            Open::None => {}
            Open::Text { text, annotations } => {
                self.before += text.chars().count();
                let done = TextDone { text: &text, logprobs: [] };
                self.in_item("response.output_text.done", Some(0), done, out);
                self.close_message(Part::text(text, annotations), status, out);
            }
            Open::Refusal(refusal) => {
                let done = RefusalDone { refusal: &refusal };
                self.in_item("response.refusal.done", Some(0), done, out);
                self.close_message(Part::refusal(refusal), status, out);
            }
            Open::Call { name, arguments } => {
                let done = ArgumentsDone { name: &name.name, arguments: &arguments };
                self.in_item("response.function_call_arguments.done", None, done, out);
                let CallName { id: call_id, name } = name;
                self.done(out, |id| Item::call(id, status, call_id, name, arguments));
            }
        }
    }

    fn close_message(&mut self, part: Part, status: Status, out: &mut Vec<u8>) {
        let rest = OfPart { part: part.clone() };
        self.in_item("response.content_part.done", Some(0), rest, out);
        self.done(out, |id| Item::message(id, status, vec![part]));
    }

    /// Puts the finished item in the place of the one that was under way.
    fn done(&mut self, out: &mut Vec<u8>, finished: impl FnOnce(String) -> Item) {
        let claims = self.later_claims.take();
        let Some(last) = self.output.last_mut() else { return };
        *last = finished(last.id().to_owned()).claiming(claims);
        let output_index = self.output.len() - 1;
        let Some(item) = self.output.last() else { return };
        let rest = OfItem { output_index, item };
        numbered(&mut self.number, "response.output_item.done", rest, out);
    }

    fn response(&mut self, name: &str, status: Status, usage: Option<Usage>, out: &mut Vec<u8>) {
        let mut response = Object::new(&self.heading, status, &self.output);
        response.usage = usage.map(Used::of);
        response.provenance = self.claims.as_deref();
        numbered(&mut self.number, name, OfResponse { response }, out);
    }

    fn in_item<T: Serialize>(
        &mut self,
        name: &str,
        content_index: Option<u8>,
        rest: T,
        out: &mut Vec<u8>,
    ) {
        let Some(item) = self.output.last() else { return };
        let output_index = self.output.len() - 1;
        let rest = InItem { item_id: item.id(), output_index, content_index, rest };
        numbered(&mut self.number, name, rest, out);
    }
}

fn numbered<T: Serialize>(number: &mut u64, name: &str, rest: T, out: &mut Vec<u8>) {
    sse::event(out, name, &Event { r#type: name, sequence_number: *number, rest });
    *number += 1;
}
