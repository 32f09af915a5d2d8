//! A client that does nothing but wait: one connection, kept open.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const END: &[u8] = b"data: [DONE]\n\n\r\n0\r\n\r\n";
const EVENT: &[u8] = b"data: {";
/// Room for the border of two frames.
const FRAME_BYTES: usize = 8;

pub(crate) struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    /// What came last, headers and frames and all.
    answer: Vec<u8>,
    /// How much of that there was with the last of the words: answers to the same request are equally long.
    words: usize,
}

/// From before the request is written.
pub(crate) struct Waited {
    /// Until the first byte of the body was there.
    pub(crate) first: Duration,
    /// Until the last word was.
    pub(crate) words: Duration,
    /// Until the end was.
    pub(crate) last: Duration,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let body = r#"{"model":"m","stream":true,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What are the three requirements for a reference monitor?"}]}"#;
        let length = body.len();
        let request = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        );
        Ok(Self { stream, request: request.into_bytes(), answer: Vec::new(), words: 0 })
    }

    /// Asks, and reads until the protocol's own end.
    pub(crate) fn ask(&mut self) -> io::Result<Waited> {
        self.answer.clear();
        let mut buffer = [0; 64 << 10];
        let (mut first, mut words) = (None, None);
        let start = Instant::now();
        self.stream.write_all(&self.request)?;
        while !self.answer.ends_with(END) {
            let read = self.stream.read(&mut buffer)?;
            let come = start.elapsed();
            if read == 0 {
                return Err(io::Error::other("expected an end, found the connection closed"));
            }
            self.answer.extend_from_slice(buffer.get(..read).unwrap_or_default());
            if first.is_none() && has_body(&self.answer) {
                first = Some(come);
            }
            if words.is_none() && self.words > 0 && self.answer.len() >= self.words {
                words = Some(come);
            }
        }
        let last = start.elapsed();
        // Before the last event stand its frame's length and the end of the frame before.
        self.words = last_event(&self.answer).saturating_sub(FRAME_BYTES);
        Ok(Waited { first: first.unwrap_or(last), words: words.unwrap_or(last), last })
    }

    /// The events of the last answer, with what is drawn for each answer put out of sight.
    pub(crate) fn events(&self) -> io::Result<String> {
        let text = String::from_utf8_lossy(&self.answer);
        let lines = text.split("\r\n").skip_while(|line| !line.is_empty()).skip(1);
        // In the body, the lengths of frames and the frames take turns.
        let body: String = lines.skip(1).step_by(2).collect();
        let mut events = String::with_capacity(body.len());
        for part in body.split_inclusive(['_', '-', ':', '"', ',']) {
            let is_drawn = part.len() > 8 && part.bytes().all(is_hexadecimal_or_an_end);
            events.push_str(if is_drawn { "…" } else { part });
        }
        if events.is_empty() { Err(io::Error::other("expected events")) } else { Ok(events) }
    }
}

/// Where the last event that is an object begins.
fn last_event(answer: &[u8]) -> usize {
    answer.windows(EVENT.len()).rposition(|window| window == EVENT).unwrap_or_default()
}

fn has_body(answer: &[u8]) -> bool {
    answer.windows(4).position(|window| window == b"\r\n\r\n").is_some_and(|head| {
        answer.get(head..).is_some_and(|rest| rest.windows(6).any(|window| window == b"data: "))
    })
}

const fn is_hexadecimal_or_an_end(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b'"' | b',')
}
