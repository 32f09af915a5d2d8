//! What is asked.

use jiff::civil::Date;
use serde_json::Value;
use speech_exit::Recorder;

use super::drawn::DrawnOn;
use crate::store::ConversationId;
use crate::wire::{Requirement, Said};

/// A question and what comes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Everything that the request says, in order.
    pub said: Vec<Said>,
    /// What of that it draws on: results of tools, passages. It was recorded when the request was opened.
    pub brings: DrawnOn,
    /// The stored conversation that it continues, if it does.
    pub conversation: Option<ConversationId>,
    /// The labels of the sources without which no answer is wanted.
    pub required: Vec<String>,
    /// Which tool of the client's has to have been run before there are words.
    pub requirement: Option<Requirement>,
    /// The tools that the client runs, as it offers them.
    pub tools: Vec<Value>,
    /// Whether one of them is to be called, in the words of the request.
    pub tool_choice: Option<Value>,
    /// How many tokens the answer may have.
    pub max_tokens: Option<u64>,
    /// How words are to be chosen: members of the request that only a model can follow.
    pub sampling: Vec<(String, Value)>,
    /// The date of today.
    pub today: Date,
}

/// What a tool of the client's gave for the last question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given<'a> {
    pub(super) tool: &'a str,
    pub(super) text: &'a str,
    pub(super) is_source: bool,
}

impl Asked {
    /// The last thing that the person wrote.
    #[must_use]
    pub fn question(&self) -> &str {
        self.persons().next_back().unwrap_or_default()
    }

    /// What the person wrote before in the same request. It is part of what is asked, and no source.
    #[must_use]
    pub fn earlier(&self) -> Vec<String> {
        let mut all: Vec<String> = self.persons().map(str::to_owned).collect();
        all.pop();
        all
    }

    fn persons(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.said.iter().filter_map(|said| match said {
            Said::User(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// What the client's tools gave after the last question.
    pub(super) fn results(&self) -> Vec<Given<'_>> {
        let after = self.said.iter().rposition(|said| matches!(said, Said::User(_)));
        let since = self.said.iter().skip(after.map_or(0, |at| at + 1));
        since
            .filter_map(|said| match said {
                Said::Result { name, text, is_source, .. } => {
                    Some(Given { tool: name, text, is_source: *is_source })
                }
                _ => None,
            })
            .collect()
    }

    /// The names of the tools that the client runs.
    pub(super) fn offered(&self) -> Vec<String> {
        let name = |tool: &Value| {
            let nested = ["function", "custom"].iter().find_map(|kind| tool.get(kind));
            let name = nested.unwrap_or(tool).get("name")?.as_str()?;
            Some(name.to_owned())
        };
        self.tools.iter().filter_map(name).collect()
    }

    /// Whether an answer without a source of this label is not wanted.
    #[must_use]
    pub fn requires(&self, label: &str) -> bool {
        self.required.iter().any(|required| required == label)
    }

    /// Whether words are wanted. Without the result that they require they are not: tools of the client's may be
    /// called then, because that is how their results are had.
    #[must_use]
    pub fn wants_words(&self) -> bool {
        let gave = |wanted: Option<&str>| {
            self.said.iter().any(|said| match said {
                Said::Result { name, is_source, .. } => {
                    *is_source && wanted.is_none_or(|wanted| wanted == name)
                }
                _ => false,
            })
        };
        match &self.requirement {
            None => true,
            Some(Requirement::AnyClientTool) => gave(None),
            Some(Requirement::ClientTool(name)) => gave(Some(name)),
        }
    }

    /// States what has to have been run before there are words. Who composes them while they are sent says so before
    /// it seals; for an answer that is composed whole it is said by whoever sends it.
    pub fn state_requirement(&self, recorder: &mut Recorder) {
        let name = match &self.requirement {
            None => return,
            Some(Requirement::AnyClientTool) => None,
            Some(Requirement::ClientTool(name)) => Some(name.as_str()),
        };
        if recorder.require_client_tool(name).is_err() {
            // A name that nothing can have: any tool is asked for, and none that is offered would do.
            tracing::error!("a requirement has no name of a tool");
        }
    }
}
