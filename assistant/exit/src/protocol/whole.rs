//! An answer as far as its pieces have come.

use crate::piece::{Call, CallName, Citation, Cut, End, Piece};

/// The pieces so far, put together. It takes them in the order in which they may come and no other.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) text: String,
    pub(crate) citations: Vec<Citation>,
    pub(crate) calls: Vec<WholeCall>,
    pub(crate) end: Option<End>,
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
            Piece::Words(words) => self.text.push_str(words),
            Piece::Citation(citation) => self.citations.push(citation.clone()),
            Piece::Call(call) => self.add_call(call)?,
            Piece::End(end) => self.end = Some(*end),
        }
        Ok(())
    }

    fn add_call(&mut self, call: &Call) -> Result<(), Cut> {
        let Call { index, begins, arguments } = call;
        match begins {
            Some(name) if *index == self.calls.len() => {
                let (name, arguments) = (name.clone(), arguments.clone());
                self.calls.push(WholeCall { name, arguments });
                Ok(())
            }
            None if *index + 1 == self.calls.len() => {
                let last = self.calls.last_mut().ok_or(Cut::out_of_order())?;
                last.arguments.push_str(arguments);
                Ok(())
            }
            _ => Err(Cut::out_of_order()),
        }
    }
}
