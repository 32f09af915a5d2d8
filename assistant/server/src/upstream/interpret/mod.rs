//! The owner of answers from outside. Only what is in here opens a [`Raw`], and gives types without a bad value.

mod delta;
mod order;
mod raw;
mod read;
#[cfg(test)]
mod tests;

pub use delta::{Annotation, CallPiece, Delta, Finish, Reply, Usage};
pub(super) use order::Order;
pub use raw::Raw;

use bytes::Bytes;
use futures_util::stream;

use self::read::{Form, error, pieces};
use super::fault::{Fault, status_fault};
use super::sse::{Event, Events};
use crate::store::{Ended, External, Road};

/// What follows `data:` at the end of a stream.
const DONE: &str = "[DONE]";

/// What an event gives.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    /// These pieces; there may be none in it.
    Pieces(Vec<Delta>),
    /// That nothing comes any more.
    Done,
}

/// Interprets an answer in one piece.
pub(super) fn whole(raw: Raw<Bytes>) -> Result<Reply, Fault> {
    let mut order = Order::default();
    let mut taken = take_all(&mut order, pieces(&raw.open(), Form::Whole)?)?;
    order.end()?;
    taken.push(Delta::End);
    Ok(Reply { pieces: taken })
}

/// Interprets the next event of a stream.
pub(super) fn event(raw: Raw<Event>, order: &mut Order) -> Result<Told, Fault> {
    let Event { name, data } = raw.open();
    match name.as_deref() {
        None | Some("" | "message") => {}
        Some("error") => return Err(error()),
        Some(_) => return Err(Fault::garbage("expected events without a name")),
    }
    if data == DONE {
        order.end()?;
        return Ok(Told::Done);
    }
    take_all(order, pieces(data.as_bytes(), Form::Chunk)?).map(Told::Pieces)
}

/// Whether a stream whose bytes ended may end there.
pub(super) fn ended(order: &Order) -> Result<(), Fault> {
    order.end()
}

/// Interprets again what was kept. It gives what it gave then.
///
/// # Errors
///
/// The [`Fault`] that it had, as far as it lies in what was received.
pub async fn kept(raw: Raw<External>) -> Result<Reply, Fault> {
    let External { body, road, status, ended, .. } = raw.open();
    if let Some(fault) = status_fault(status) {
        return Err(fault);
    }
    let received = match ended {
        Ended::Complete => Ok(()),
        _ => Err(Fault::cut("expected an answer that was received to its end")),
    };
    if road == Road::Whole {
        return received.and_then(|()| whole(Raw::new(Bytes::from(body))));
    }
    let limit = body.len();
    let mut events = Events::new(stream::iter([Ok(Bytes::from(body))]), limit);
    let (mut order, mut all) = (Order::default(), Vec::new());
    while let Some(next) = events.next().await? {
        match event(next, &mut order)? {
            Told::Pieces(pieces) => all.extend(pieces),
            Told::Done => break,
        }
    }
    received?;
    order.end()?;
    all.push(Delta::End);
    Ok(Reply { pieces: all })
}

fn take_all(order: &mut Order, pieces: Vec<Delta>) -> Result<Vec<Delta>, Fault> {
    pieces.into_iter().filter_map(|piece| order.take(piece).transpose()).collect()
}

/// Opens what a test closed.
#[cfg(test)]
pub(super) fn opened<T>(raw: Raw<T>) -> T {
    raw.open()
}
