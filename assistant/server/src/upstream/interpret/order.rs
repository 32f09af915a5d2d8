//! Do the pieces of an answer follow each other as they may?

use speech_exit::Name;
use speech_exit::strict::Node;

use super::delta::{CallPiece, Delta};
use crate::upstream::fault::Fault;

/// How many calls an answer may make. Each is kept, and looked for among all.
const MAX_CALLS: usize = 128;

/// What was seen of one answer.
#[derive(Debug, Default)]
pub(in crate::upstream) struct Order {
    /// Id and name of each call.
    calls: Vec<(String, String)>,
    provenance: Option<Node>,
    is_finished: bool,
}

impl Order {
    /// Takes the next piece: what of it is new, if it may stand here.
    pub(super) fn take(&mut self, delta: Delta) -> Result<Option<Delta>, Fault> {
        match delta {
            Delta::Usage(_) => Ok(Some(delta)),
            // Some servers say it again with each event.
            Delta::Provenance(said) if self.provenance.as_ref() == Some(&said) => Ok(None),
            _ if self.is_finished => {
                Err(Fault::garbage("expected nothing but the usage after the finish reason"))
            }
            Delta::Call(piece) => self.call(piece).map(|piece| Some(Delta::Call(piece))),
            Delta::Provenance(said) => {
                self.provenance = Some(said.clone());
                Ok(Some(Delta::Provenance(said)))
            }
            Delta::Finish(_) => {
                self.is_finished = true;
                Ok(Some(delta))
            }
            Delta::Words(_) | Delta::Refusal(_) | Delta::Annotation(_) | Delta::End => {
                Ok(Some(delta))
            }
        }
    }

    fn call(&mut self, piece: CallPiece) -> Result<CallPiece, Fault> {
        let Some((id, name)) = self.calls.get(piece.index) else {
            return self.first_of_call(piece);
        };
        // Some servers say them again with each piece.
        let is_same = |said: &Option<String>, seen| said.as_ref().is_none_or(|said| said == seen);
        if is_same(&piece.id, id) && is_same(&piece.name, name) {
            Ok(CallPiece { id: None, name: None, ..piece })
        } else {
            Err(Fault::garbage("expected the pieces of a call to have the same id and name"))
        }
    }

    fn first_of_call(&mut self, piece: CallPiece) -> Result<CallPiece, Fault> {
        match (&piece.id, &piece.name) {
            (Some(id), _) if self.calls.iter().any(|(seen, _)| seen == id) => {
                Err(Fault::garbage("expected each call to have an id of its own"))
            }
            _ if self.calls.len() == MAX_CALLS => {
                Err(Fault::garbage("expected no more calls than a client can be asked to make"))
            }
            (Some(id), Some(name)) if Name::parse(id).is_none() || Name::parse(name).is_none() => {
                Err(Fault::garbage("expected a call's id and name to be visible ASCII, and short"))
            }
            (Some(id), Some(name)) if piece.index == self.calls.len() => {
                self.calls.push((id.clone(), name.clone()));
                Ok(piece)
            }
            _ => Err(Fault::garbage(
                "expected the first piece of a call to have the next index, an id and a name",
            )),
        }
    }

    /// Whether the answer may end here. The finish reason is what says that all words are there; the `[DONE]`
    /// after it says no more than that the transport ends, and not every server sends it.
    pub(super) fn end(&self) -> Result<(), Fault> {
        if self.is_finished {
            Ok(())
        } else {
            Err(Fault::cut("expected a finish reason before the end"))
        }
    }
}
