//! What an answer is put together from, in the order in which it comes.

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// More of the text. It is sent as it is, byte for byte.
    Words(String),
    /// What a part of the text cites: a part after the last call, and of the same segment.
    Citation(Citation),
    /// A call of a tool that the client runs, or more of the one that is the piece before.
    Call(Call),
    /// The end of the whole answer, after which there is no other piece. Without it, an answer is cut.
    End(End),
}

/// What a part of the text cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Where the part begins, in characters (Unicode scalar values) from the beginning of the text.
    pub start: usize,
    /// Where it ends; the character there is no part of it.
    pub end: usize,
    /// The title of what is cited.
    pub title: String,
    /// Where that is.
    pub url: String,
}

/// A call of a tool that the client runs, or more of one: pieces with the same index belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which call of the answer, from 0.
    pub index: usize,
    /// The id and the name of the tool, which the first piece of a call has.
    pub begins: Option<CallName>,
    /// More of the arguments.
    pub arguments: String,
}

/// What a call is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallName {
    /// The id to which the client's result will refer.
    pub id: String,
    /// The name of the tool.
    pub name: String,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct End {
    /// Why it goes no further.
    pub finish: Finish,
    /// How much was read and written, if that is to be told.
    pub usage: Option<Usage>,
}

/// Why an answer goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finish {
    /// It is whole.
    Stop,
    /// It is as long as it may be.
    Length,
    /// The client is to run tools.
    Calls,
}

/// How much was read and written, in the units of whoever counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Usage {
    /// How much was read.
    pub input: u64,
    /// How much was written.
    pub output: u64,
}

/// Why what an answer is made from broke off. The words are fixed at compile time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
}

impl Cut {
    /// A code and words for people.
    #[must_use]
    pub const fn new(code: &'static str, message: &'static str) -> Self {
        Self { code, message }
    }

    /// The source of a text ended without saying that this was the end.
    pub(crate) const fn without_an_end() -> Self {
        Self::new("STREAM_CUT", "the answer broke off before its end")
    }

    /// A text went on after its end, or its pieces do not fit together.
    pub(crate) const fn out_of_order() -> Self {
        Self::new("STREAM_OUT_OF_ORDER", "the pieces of the answer do not fit together")
    }

    pub(crate) const fn unkept() -> Self {
        Self::new("RECEIPT_UNAVAILABLE", "what was sent cannot be kept on record")
    }

    pub(crate) const fn foreign() -> Self {
        Self::new("EXIT_UNMARKED", "a part of another response was stopped at the exit")
    }
}
