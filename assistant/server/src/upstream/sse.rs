//! Server-sent events out of bytes that come in pieces of any length.
//!
//! The crate `sse-stream` reads the fields. What it leaves open is held here: an event has a largest size, and
//! bytes that end in the middle of an event are cut, where the standard would forget the half.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use sse_stream::{Error, SseByteStream};

use super::fault::{Fault, FaultCode};
use super::interpret::Raw;

/// An event with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// Its name, if it has one.
    pub(super) name: Option<String>,
    /// Its lines of data.
    pub(super) data: String,
}

/// Reads events.
pub(super) struct Events<S: Stream<Item = Result<Bytes, Fault>> + Unpin> {
    inner: SseByteStream<Bounded<S>>,
}

impl<S: Stream<Item = Result<Bytes, Fault>> + Unpin> Events<S> {
    pub(super) fn new(chunks: S, event_bytes: usize) -> Self {
        let watch = Watch { line: Line::Start, after_cr: false, open: 0, limit: event_bytes };
        Self { inner: SseByteStream::new(Bounded { chunks, watch, stopped: None }) }
    }

    /// The next event; `None` after the end of the bytes, if that stands where an event may end.
    pub(super) async fn next(&mut self) -> Result<Option<Raw<Event>>, Fault> {
        loop {
            match self.inner.next().await {
                // Without data it is an id or a time to come back after, which nobody here needs.
                Some(Ok(event)) => {
                    if let Some(data) = event.data {
                        return Ok(Some(Raw::new(Event { name: event.event, data })));
                    }
                }
                Some(Err(error)) => return Err(fault(error)),
                None => return Ok(None),
            }
        }
    }
}

fn fault(error: Error) -> Fault {
    let not_events = Fault::garbage("expected server-sent events in UTF-8");
    match error {
        Error::Body(error) => error.downcast().map_or(not_events, |fault| *fault),
        _ => not_events,
    }
}

/// Bytes as they come, up to where an event is too large or the bytes end within one.
struct Bounded<S> {
    chunks: S,
    watch: Watch,
    /// What comes after the piece that was given last.
    stopped: Option<Fault>,
}

impl<S: Stream<Item = Result<Bytes, Fault>> + Unpin> Stream for Bounded<S> {
    type Item = Result<Bytes, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(fault) = self.stopped {
            return Poll::Ready(Some(Err(fault)));
        }
        self.chunks.poll_next_unpin(cx).map(|next| match next {
            Some(Ok(mut chunk)) => {
                if let Some(end) = self.watch.see(&chunk) {
                    chunk.truncate(end);
                    let words = "expected an event of no more bytes than its limit";
                    self.stopped = Some(Fault::new(FaultCode::TooLarge, words));
                }
                Some(Ok(chunk))
            }
            Some(Err(fault)) => Some(Err(fault)),
            None if self.watch.open > 0 => {
                Some(Err(Fault::cut("expected a blank line after the last event, found the end")))
            }
            None => None,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Start,
    Comment,
    Field,
}

/// Counts the bytes of fields since the last blank line.
struct Watch {
    line: Line,
    after_cr: bool,
    open: usize,
    limit: usize,
}

impl Watch {
    /// How many of these bytes may be read, if not all.
    fn see(&mut self, bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|byte| {
            self.step(*byte);
            self.open > self.limit
        })
    }

    fn step(&mut self, byte: u8) {
        let is_second_half = self.after_cr && byte == b'\n';
        self.after_cr = byte == b'\r';
        match (byte, self.line) {
            _ if is_second_half => {}
            (b'\r' | b'\n', Line::Start) => self.open = 0,
            (b'\r' | b'\n', Line::Comment | Line::Field) => self.line = Line::Start,
            (b':', Line::Start) => self.line = Line::Comment,
            (_, Line::Comment) => {}
            (_, Line::Start | Line::Field) => {
                self.line = Line::Field;
                self.open += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::stream;
    use proptest::prelude::*;

    use super::{Event, Events};
    use crate::upstream::fault::{Fault, FaultCode};
    use crate::upstream::interpret;

    const LIMIT: usize = 40;

    /// The events in these pieces, and why there are no more.
    async fn read(pieces: Vec<&[u8]>) -> (Vec<Event>, Option<FaultCode>) {
        let pieces = pieces.into_iter().map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let mut events = Events::new(stream::iter(pieces.collect::<Vec<_>>()), LIMIT);
        let mut found = Vec::new();
        loop {
            match events.next().await {
                Ok(Some(event)) => found.push(interpret::opened(event)),
                Ok(None) => return (found, None),
                Err(fault) => return (found, Some(fault.code)),
            }
        }
    }

    fn event(data: &str) -> Event {
        Event { name: None, data: data.to_owned() }
    }

    fn named(name: &str, data: &str) -> Event {
        Event { name: Some(name.to_owned()), data: data.to_owned() }
    }

    fn table() -> Vec<(&'static [u8], Vec<Event>, Option<FaultCode>)> {
        let cut = Some(FaultCode::Cut);
        let large = Some(FaultCode::TooLarge);
        vec![
            (b"", vec![], None),
            (b"data: a\n\ndata: b\n\n", vec![event("a"), event("b")], None),
            (b"data: a\r\n\r\ndata: b\r\n\r\n", vec![event("a"), event("b")], None),
            (b"data: a\r\rdata: b\r\r", vec![event("a"), event("b")], None),
            (b"data: a\r\n\ndata:b\n\r\n", vec![event("a"), event("b")], None),
            (b"data: a\ndata: b\n\n", vec![event("a\nb")], None),
            (b"data: a\rdata:  b\r\n\r\n", vec![event("a\n b")], None),
            (b"\xef\xbb\xbfdata: a\n\n", vec![event("a")], None),
            ("data: \u{e9}\u{1f600}\n\n".as_bytes(), vec![event("\u{e9}\u{1f600}")], None),
            (b": hello\n\ndata: a\n: hello\n\n: bye\n", vec![event("a")], None),
            (b": a comment that is longer than the limit of events\n\n", vec![], None),
            (b"event: error\ndata: a\n\n", vec![named("error", "a")], None),
            (b"id: 1\nretry: 7\n\ndata\n\nother: x\n\n", vec![event("")], None),
            (b"\n\n\r\n\r\r", vec![], None),
            (b"data: a\n\ndata: b\n", vec![event("a")], cut),
            (b"data: a\n\ndata: b", vec![event("a")], cut),
            (b"data: a\n\nd", vec![event("a")], cut),
            (b"data: a\r", vec![], cut),
            (b"data: a\r\n", vec![], cut),
            (b"data: a\n\n: b", vec![event("a")], None),
            (b"data: a\n\ndata: \xff\n\n", vec![event("a")], Some(FaultCode::Garbage)),
            (b"data: a\n\ndata: \xc3\n\n", vec![event("a")], Some(FaultCode::Garbage)),
            (
                b"data: 4567890123456789012345678901234567\n\n",
                vec![event("4567890123456789012345678901234567")],
                None,
            ),
            (b"data: a\n\ndata: 45678901234567890123456789012345678\n\n", vec![event("a")], large),
            (
                b"data: a\n\ndata: 456789012345\ndata: 67890123456789\nid: 56\n\n",
                vec![event("a")],
                large,
            ),
        ]
    }

    #[tokio::test]
    async fn a_stream_gives_its_events_wherever_its_bytes_are_cut() {
        for (bytes, events, fault) in table() {
            let expected = (events, fault);
            assert_eq!(read(vec![bytes]).await, expected, "{}", bytes.escape_ascii());
            assert_eq!(read(bytes.chunks(1).collect()).await, expected, "{}", bytes.escape_ascii());
            for first in 0..=bytes.len() {
                let (head, tail) = bytes.split_at(first);
                for second in 0..=tail.len() {
                    let (middle, tail) = tail.split_at(second);
                    let found = read(vec![head, middle, tail]).await;
                    assert_eq!(found, expected, "{} {first} {second}", bytes.escape_ascii());
                }
            }
        }
    }

    #[tokio::test]
    async fn a_fault_of_the_bytes_is_the_fault_of_the_events() {
        let broken = Fault::new(FaultCode::Timeout, "late");
        let pieces = [Ok(Bytes::from_static(b"data: a\n\ndata: b")), Err(broken)];
        let mut events = Events::new(stream::iter(pieces), LIMIT);
        let first = events.next().await.map(|event| event.map(interpret::opened));
        assert_eq!(first, Ok(Some(event("a"))));
        assert_eq!(events.next().await.err(), Some(broken));
    }

    const PARTS: &[&[u8]] = &[
        b"data: ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b":",
        b"x",
        b"\xc3\xa9",
        b"\xff",
        b"event: e",
        b"\xef\xbb\xbf",
    ];

    proptest! {
        #[test]
        fn any_cuts_of_any_bytes_give_the_same(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..24),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let bytes = parts.concat();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).filter_map(|pair| match pair {
                [from, to] => bytes.get(*from..*to),
                _ => None,
            });
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let found = runtime.map(|runtime| {
                runtime.block_on(async { (read(pieces.collect()).await, read(vec![&bytes]).await) })
            });
            let (cut, whole) = found.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(cut, whole);
        }
    }
}
