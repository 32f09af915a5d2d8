//! A transcript that was read: turns whose context is closed until it is recorded.

use speech_exit::strict::Node;
use speech_exit::{Recorder, Sourced};

use super::signal::{Hosted, Offered, Reference, Requirement, Signal};
use super::tally::Tally;

/// Members that this code does not know, kept with what they came with.
pub type Extra = Vec<(String, Node)>;

/// A request or a reply, read as a whole.
#[derive(Debug)]
#[must_use = "what a transcript draws on has to be recorded"]
pub struct Transcript {
    /// What was said, in order.
    pub turns: Vec<Turn>,
    /// What bears on the trace, in order.
    pub signals: Vec<Signal>,
    /// How many items there were; all of them classified.
    pub tally: Tally,
    /// The client's tools.
    pub offered: Vec<Offered>,
    /// Tools that the other side should run.
    pub hosted: Vec<Hosted>,
    /// Context that is referred to and not here. The caller admits what it issued itself, and refuses the rest.
    pub references: Vec<Reference>,
    /// How a reply ended; none in a request, and none in a stream that was cut.
    pub finish: Option<Finish>,
    /// What a reply says it used.
    pub usage: Option<Usage>,
    /// Citations of a reply, as they came. They are the speaker's word, so they are no sources.
    pub annotations: Vec<Node>,
    /// Unknown members of items that make no turn.
    pub extra: Extra,
    /// Claims that a reply brings, as they came.
    pub provenance: Option<Node>,
    /// The error that a reply brings, as it came.
    pub error: Option<Node>,
    pub(super) requirement: Option<Requirement>,
}

/// One turn.
#[derive(Debug)]
pub struct Turn {
    /// What it says.
    pub words: Words,
    /// Members of it that this code does not know.
    pub extra: Kept,
}

/// Unknown members: plain where the turn is, closed where the turn's content is.
#[derive(Debug)]
pub enum Kept {
    /// They came with words that are no source.
    Plain(Extra),
    /// They came with a source; none if there were none.
    Sourced(Option<Sourced<Extra>>),
}

/// What a turn says.
#[derive(Debug)]
pub enum Words {
    /// The client's instruction.
    Instruction(String),
    /// The person's words, and the passages that come with them.
    User(Vec<Piece>),
    /// The assistant's words and calls.
    Assistant {
        /// The words, of the refusal if it is one.
        text: String,
        /// The calls.
        calls: Vec<Call>,
        /// Whether it is a refusal.
        is_refusal: bool,
    },
    /// The result of a call.
    Result {
        /// Which call.
        call_id: String,
        /// Which tool.
        name: String,
        /// What it gave.
        outcome: Outcome,
        /// Passages within it that are sources of their own. Their words stand in the result too.
        passages: Vec<Sourced<String>>,
    },
}

/// A piece of what a person sends.
#[derive(Debug)]
pub enum Piece {
    /// Words.
    Plain(String),
    /// A passage of a document.
    Passage(Sourced<String>),
}

/// What a call gave.
#[derive(Debug)]
pub enum Outcome {
    /// Something.
    Gave(Sourced<String>),
    /// Nothing. What a failed call says is not passed on: nobody could say where an answer from it comes from.
    Failed(&'static str),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments, as text: JSON, except for custom tools.
    pub arguments: String,
}

/// How a reply ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// It is whole.
    Stop,
    /// It was too long.
    Length,
    /// It waits for results of the client's tools.
    Calls,
    /// A filter or the model refused.
    Refused,
    /// The other side paused it or broke it off.
    Failed,
}

/// Counts of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Usage {
    /// Those that went in.
    pub input: u64,
    /// Those that came out.
    pub output: u64,
}

/// A turn after its context was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The client's instruction.
    Instruction(String),
    /// The person's words.
    User(String),
    /// The assistant's words and calls.
    Assistant {
        /// The words, of the refusal if it is one.
        text: String,
        /// The calls.
        calls: Vec<Call>,
        /// Whether it is a refusal.
        is_refusal: bool,
    },
    /// The result of a call; of a failed one, fixed words that say so.
    Result {
        /// Which call.
        call_id: String,
        /// Which tool.
        name: String,
        /// What it gave.
        text: String,
        /// Whether it gave something.
        is_source: bool,
    },
}

impl Transcript {
    /// What the answer must not be given without, by the request's own word.
    #[must_use]
    pub const fn requirement(&self) -> Option<&Requirement> {
        self.requirement.as_ref()
    }

    /// Whether a reply is a refusal.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.signals.contains(&Signal::Refusal)
    }

    /// Records the sources and the attempts, and opens the turns in the same move.
    ///
    /// Requirements are left to the caller.
    pub fn record(self, recorder: &mut Recorder) -> Vec<Said> {
        // Attempts are taken from the signals: not every one of them has a turn.
        for signal in self.signals {
            if let Signal::Attempt { label, why } = signal {
                recorder.failed(label, why);
            }
        }
        self.turns.into_iter().map(|turn| turn.words.record(recorder)).collect()
    }
}

impl Words {
    fn record(self, recorder: &mut Recorder) -> Said {
        match self {
            Self::Instruction(text) => Said::Instruction(text),
            Self::User(pieces) => {
                let texts = pieces.into_iter().map(|piece| match piece {
                    Piece::Plain(text) => text,
                    Piece::Passage(passage) => recorder.admit(passage),
                });
                Said::User(texts.collect::<Vec<_>>().join("\n"))
            }
            Self::Assistant { text, calls, is_refusal } => {
                Said::Assistant { text, calls, is_refusal }
            }
            Self::Result { call_id, name, outcome, passages } => {
                let (text, is_source) = match outcome {
                    Outcome::Gave(sourced) => (recorder.admit(sourced), true),
                    Outcome::Failed(why) => (why.to_owned(), false),
                };
                for passage in passages {
                    recorder.admit(passage);
                }
                Said::Result { call_id, name, text, is_source }
            }
        }
    }
}
