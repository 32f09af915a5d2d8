//! What the upstream is asked, in its protocol.

use serde_json::{Map, Value};

use super::context::Context;
use crate::respond::Asked;
use crate::retrieval::{Exchange, Passage};
use crate::upstream::{Call, ChatRequest, Message};
use crate::wire::{self, Said};

const PASSAGES: &str = "Passages of the library that bear on the question:";

/// The request, with what is drawn on before what is asked.
pub(super) fn of(asked: &Asked, context: &Context) -> ChatRequest {
    let library =
        (!context.passages.is_empty()).then(|| Message::System(listed(&context.passages)));
    let earlier = context.earlier.iter().flat_map(|earlier| remembered(earlier, asked));
    let is_instruction = |said: &&Said| matches!(said, Said::Instruction(_));
    // Instructions hold for what was said before too, so they stand first.
    let instructions = asked.said.iter().filter(is_instruction).map(message);
    let said = asked.said.iter().filter(|said| !is_instruction(said)).map(message);
    let messages = instructions.chain(library).chain(earlier).chain(said).collect();
    let tools: Vec<Value> = asked.tools.iter().map(in_chat_form).collect();
    ChatRequest {
        messages,
        tools: (!tools.is_empty()).then(|| tools.into()),
        tool_choice: asked.tool_choice.as_ref().map(in_chat_form),
        max_tokens: asked.max_tokens,
        sampling: asked.sampling.clone(),
    }
}

/// What was said of an earlier exchange. One half of it is blank where tools of the client's were called, and where
/// only their results were sent.
fn remembered(earlier: &Exchange, asked: &Asked) -> impl Iterator<Item = Message> + use<> {
    let Exchange { question, answer } = earlier;
    // A client that sends its calls again sends the question with them.
    let is_sent_again = answer.is_empty() && question == asked.question();
    let question =
        (!question.is_empty() && !is_sent_again).then(|| Message::User(question.clone()));
    let answer = (!answer.is_empty())
        .then(|| Message::Assistant { text: Some(answer.clone()), calls: Vec::new() });
    question.into_iter().chain(answer)
}

fn listed(passages: &[Passage]) -> String {
    let lines = passages
        .iter()
        .map(|Passage { title, sentences, .. }| format!("{title}: {}", sentences.join(" ")));
    let lines: Vec<String> = [PASSAGES.to_owned()].into_iter().chain(lines).collect();
    lines.join("\n")
}

fn message(said: &Said) -> Message {
    match said {
        Said::Instruction(text) => Message::System(text.clone()),
        Said::User(text) => Message::User(text.clone()),
        Said::Assistant { text, calls, .. } => Message::Assistant {
            text: (!text.is_empty() || calls.is_empty()).then(|| text.clone()),
            calls: calls.iter().map(call).collect(),
        },
        Said::Result { call_id, text, .. } => {
            Message::Tool { call_id: call_id.clone(), text: text.clone() }
        }
    }
}

fn call(call: &wire::Call) -> Call {
    let wire::Call { id, name, arguments } = call;
    Call { id: id.clone(), name: name.clone(), arguments: arguments.clone() }
}

/// A tool, or the choice of one, as chat completions have it: what responses have beside its `type`, they have
/// below a member of that name.
fn in_chat_form(value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let Some(Value::String(kind)) = members.get("type") else { return value.clone() };
    let is_flat = matches!(kind.as_str(), "function" | "custom") && !members.contains_key(kind);
    if !is_flat {
        return value.clone();
    }
    let rest: Map<String, Value> = members
        .iter()
        .filter(|(key, _)| *key != "type")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let mut outer = Map::new();
    outer.insert("type".to_owned(), Value::String(kind.clone()));
    outer.insert(kind.clone(), Value::Object(rest));
    Value::Object(outer)
}

#[cfg(test)]
mod tests {
    use super::in_chat_form;
    use serde_json::json;

    #[test]
    fn a_tool_has_the_form_of_chat_completions_whichever_way_it_came() {
        let nested = json!({ "type": "function", "function": { "name": "f", "parameters": {} } });
        let flat = json!({ "type": "function", "name": "f", "parameters": {} });
        assert_eq!(in_chat_form(&flat), nested);
        assert_eq!(in_chat_form(&nested), nested);
        for other in [json!("required"), json!({ "type": "allowed_tools", "tools": [] })] {
            assert_eq!(in_chat_form(&other), other);
        }
    }
}
