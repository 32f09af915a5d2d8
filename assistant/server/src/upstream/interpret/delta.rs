//! What an upstream says, in types: the same for an answer in one piece and for one that streams.

use speech_exit::strict::Node;

/// One piece of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Words of the answer, to be put after those before.
    Words(String),
    /// Words of a refusal, likewise.
    Refusal(String),
    /// A piece of a call of a tool.
    Call(CallPiece),
    /// Where something in the words is from.
    Annotation(Annotation),
    /// What the upstream declares about its own answer: an object that nobody has looked into.
    Provenance(Node),
    /// Why the words end here. No words come after it.
    Finish(Finish),
    /// What it cost.
    Usage(Usage),
    /// The answer is whole and kept. Without it, it is not.
    End,
}

/// A piece of a call. The first of an index has an id and a name, the others have neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPiece {
    /// Which call of the answer, from zero.
    pub index: usize,
    /// The call's id.
    pub id: Option<String>,
    /// The tool.
    pub name: Option<String>,
    /// A piece of the JSON text that it is called with.
    pub arguments: String,
}

/// Where something is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Annotation {
    /// From a page.
    Url {
        /// Its address.
        url: String,
        /// Its title, if it is said.
        title: Option<String>,
        /// Which characters of the words are from there, from and to, if it is said.
        span: Option<(u64, u64)>,
    },
    /// From a file.
    File {
        /// Its id.
        id: String,
        /// Its name, if it is said.
        name: Option<String>,
        /// Which characters of the words are from there, from and to, if it is said.
        span: Option<(u64, u64)>,
    },
}

/// Why the words end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// All is said.
    Stop,
    /// No more tokens.
    Length,
    /// The results of the calls are awaited.
    ToolCalls,
    /// What would have come was held back.
    ContentFilter,
    /// The result of a call in an older form is awaited.
    FunctionCall,
}

impl Finish {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Stop, Self::Length, Self::ToolCalls, Self::ContentFilter, Self::FunctionCall];

    /// The reason as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::FunctionCall => "function_call",
        }
    }
}

/// Tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Of the question.
    pub prompt: u64,
    /// Of the answer.
    pub completion: u64,
    /// Of both.
    pub total: u64,
}

/// A whole answer: what a stream of it would have given, the end included.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// In the order in which a stream gives them.
    pub pieces: Vec<Delta>,
}
