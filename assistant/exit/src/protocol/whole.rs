//! An answer as far as its pieces have come.

use crate::piece::{Call, CallName, Citation, Cut, End, Piece};

/// The pieces so far, put together. It takes them in the order in which they may come and no other.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) text: String,
    pub(crate) citations: Vec<Citation>,
    pub(crate) calls: Vec<WholeCall>,
    pub(crate) end: Option<End>,
    /// How many characters of text there are.
    length: usize,
    /// How many of them stand before the last call or segment. What came before that is finished.
    finished: usize,
    /// Whether the last call may go on.
    is_calling: bool,
}

/// A call with all of its arguments.
#[derive(Debug)]
pub(crate) struct WholeCall {
    pub(crate) name: CallName,
    pub(crate) arguments: String,
}

impl Whole {
    pub(crate) fn of(pieces: Vec<Piece>) -> Result<Self, Cut> {
        let mut whole = Self::default();
        for piece in pieces {
            whole.add(&piece)?;
        }
        whole.end.map(|_| ()).ok_or(Cut::without_an_end())?;
        Ok(whole)
    }

    /// Adds a piece, if it may come now.
    pub(crate) fn add(&mut self, piece: &Piece) -> Result<(), Cut> {
        if self.end.is_some() {
            return Err(Cut::out_of_order());
        }
        match piece {
            Piece::Words(words) if words.is_empty() => {}
            Piece::Words(words) => {
                self.is_calling = false;
                self.length += words.chars().count();
                self.text.push_str(words);
            }
            Piece::Citation(citation) => self.add_citation(citation)?,
            Piece::Call(call) => self.add_call(call)?,
            Piece::End(end) => self.end = Some(*end),
        }
        Ok(())
    }

    /// Finishes what has come: nothing goes on, and nothing is cited, across the border of two segments.
    pub(crate) const fn break_off(&mut self) {
        self.is_calling = false;
        self.finished = self.length;
    }

    fn add_citation(&mut self, citation: &Citation) -> Result<(), Cut> {
        self.is_calling = false;
        if citation.start > citation.end || citation.start < self.finished {
            return Err(Cut::out_of_order());
        }
        self.citations.push(citation.clone());
        Ok(())
    }

    fn add_call(&mut self, call: &Call) -> Result<(), Cut> {
        let Call { index, begins, arguments } = call;
        match begins {
            Some(name) if *index == self.calls.len() => {
                self.break_off();
                self.is_calling = true;
                let (name, arguments) = (name.clone(), arguments.clone());
                self.calls.push(WholeCall { name, arguments });
                Ok(())
            }
            None if self.is_calling && index.checked_add(1) == Some(self.calls.len()) => {
                let last = self.calls.last_mut().ok_or(Cut::out_of_order())?;
                last.arguments.push_str(arguments);
                Ok(())
            }
            _ => Err(Cut::out_of_order()),
        }
    }
}
