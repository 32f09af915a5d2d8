//! Reads a receipt in canonical JSON (RFC 8785) and in no other form: what is read here would be written in the same
//! bytes again, so nobody has to write it again to know that.
//!
//! INVARIANT: reads exactly what the exit would write. Held by
//! `tests/receipts/canonical.rs::what_is_read_is_what_would_be_written_again`.

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error};
use speech_exit::receipt::{Ended, Verdict};
use speech_kernel::{Response, Source, SystemMode};

/// The largest number that every reader of JSON reads as it stands.
const NUMBER_MAX: u64 = (1 << 53) - 1;

/// A string without the quotes around it, escapes as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text<'a> {
    raw: &'a str,
    is_escaped: bool,
}

/// A link of the chain, borrowed from its bytes.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) closing: Option<Closing<'a>>,
    pub(super) id: u128,
    pub(super) number: u64,
    pub(super) opening: Option<Opening<'a>>,
    pub(super) previous: Text<'a>,
}

/// What was sent.
#[derive(Debug)]
pub(super) struct Closing<'a> {
    pub(super) bytes: u64,
    pub(super) ended: Ended,
    pub(super) sha256: Text<'a>,
}

/// A verdict. The sources of its trace stand apart.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    pub(super) code: Option<Text<'a>>,
    pub(super) outcome: Verdict,
    pub(super) has_pointer: bool,
    pub(super) response: Option<Response>,
    pub(super) rules: Text<'a>,
    pub(super) segment: u32,
    pub(super) trace: Option<Trace>,
}

/// A trace, as far as the kernel looks at it.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) missing: usize,
    /// Whether every label and every name is one.
    pub(super) is_decidable: bool,
    pub(super) system_mode: SystemMode,
}

impl<'a> Text<'a> {
    /// The text as it stands between the quotes.
    pub(super) const fn raw(self) -> &'a str {
        self.raw
    }

    /// Whether it says exactly this. Nothing that is asked for here would be escaped.
    pub(super) fn is(self, text: &str) -> bool {
        self.raw == text
    }

    /// The kind of source that a label names.
    fn source(self) -> Option<Source> {
        if !self.is_escaped {
            return Source::parse(self.raw).ok();
        }
        let label: String = serde_json::from_str(&format!("\"{}\"", self.raw)).ok()?;
        Source::parse(&label).ok()
    }
}

/// Reads a link, and puts the kinds of its sources into `sources`. `None` if it is not what the exit would write.
pub(super) fn read<'a>(bytes: &'a [u8], sources: &mut Vec<Source>) -> Option<Entry<'a>> {
    sources.clear();
    let mut reader = Reader { rest: str::from_utf8(bytes).ok()? };
    let entry = reader.entry(sources)?;
    reader.rest.is_empty().then_some(entry)
}

struct Reader<'a> {
    rest: &'a str,
}

/// Where an object is: before its first member, or after one.
struct Members {
    mark: char,
}

const fn object() -> Members {
    Members { mark: '{' }
}

impl<'a> Reader<'a> {
    fn entry(&mut self, sources: &mut Vec<Source>) -> Option<Entry<'a>> {
        let mut members = object();
        self.required(&mut members, "at")?;
        self.number()?;
        let closing = self.optional(&mut members, "closing", Self::closing)?;
        self.required(&mut members, "id")?;
        let id = receipt_id(self.string()?.raw)?;
        self.required(&mut members, "number")?;
        let number = self.number()?;
        let opening = self.optional(&mut members, "opening", |reader| reader.opening(sources))?;
        self.required(&mut members, "previous")?;
        let previous = self.string()?;
        self.literal('}')?;
        Some(Entry { closing, id, number, opening, previous })
    }

    fn closing(&mut self) -> Option<Closing<'a>> {
        let mut members = object();
        self.required(&mut members, "bytes")?;
        let bytes = self.number()?;
        self.required(&mut members, "ended")?;
        let ended = self.label()?;
        self.required(&mut members, "sha256")?;
        let sha256 = self.string()?;
        self.literal('}')?;
        Some(Closing { bytes, ended, sha256 })
    }

    fn opening(&mut self, sources: &mut Vec<Source>) -> Option<Opening<'a>> {
        let mut members = object();
        let attempts = |reader: &mut Self| reader.items(Self::attempt);
        // An empty list of attempts is not written.
        if self.optional(&mut members, "attempts", attempts)? == Some(0) {
            return None;
        }
        let code = self.optional(&mut members, "code", Self::string)?;
        self.required(&mut members, "outcome")?;
        let outcome = self.label()?;
        let has_pointer = self.optional(&mut members, "pointer", Self::string)?.is_some();
        let response = self.optional(&mut members, "response", Self::response)?;
        self.required(&mut members, "rules")?;
        let rules = self.string()?;
        self.required(&mut members, "segment")?;
        let segment = u32::try_from(self.number()?).ok()?;
        let trace = self.optional(&mut members, "trace", |reader| reader.trace(sources))?;
        self.literal('}')?;
        Some(Opening { code, outcome, has_pointer, response, rules, segment, trace })
    }

    fn attempt(&mut self) -> Option<()> {
        let mut members = object();
        self.required(&mut members, "source")?;
        self.string()?;
        self.required(&mut members, "why")?;
        self.string()?;
        self.literal('}')
    }

    fn response(&mut self) -> Option<Response> {
        let mut members = object();
        self.required(&mut members, "authority")?;
        let authority = self.label()?;
        self.required(&mut members, "kind")?;
        let kind = self.label()?;
        self.required(&mut members, "system_mode")?;
        let system_mode = self.label()?;
        self.literal('}')?;
        Some(Response { kind, authority, system_mode })
    }

    fn trace(&mut self, sources: &mut Vec<Source>) -> Option<Trace> {
        let mut is_decidable = true;
        let mut members = object();
        self.required(&mut members, "required_but_missing")?;
        let missing = self.items(|reader| {
            is_decidable &= !reader.string()?.raw.is_empty();
            Some(())
        })?;
        self.required(&mut members, "sources")?;
        self.items(|reader| {
            match reader.source()?.source() {
                Some(source) => sources.push(source),
                None => is_decidable = false,
            }
            Some(())
        })?;
        self.required(&mut members, "system_mode")?;
        let system_mode = self.label()?;
        self.literal('}')?;
        Some(Trace { missing, is_decidable, system_mode })
    }

    fn source(&mut self) -> Option<Text<'a>> {
        let mut members = object();
        self.optional(&mut members, "identifier", Self::string)?;
        self.required(&mut members, "source")?;
        let label = self.string()?;
        self.literal('}')?;
        Some(label)
    }

    fn literal(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// Goes to the value of the next member if it has this name.
    fn required(&mut self, members: &mut Members, name: &str) -> Option<()> {
        let rest = self.rest.strip_prefix(members.mark)?.strip_prefix('"')?;
        self.rest = rest.strip_prefix(name)?.strip_prefix("\":")?;
        members.mark = ',';
        Some(())
    }

    fn optional<T>(
        &mut self,
        members: &mut Members,
        name: &str,
        value: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.required(members, name) {
            Some(()) => value(self).map(Some),
            None => Some(None),
        }
    }

    /// Reads an array and gives how many items it has.
    fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<usize> {
        self.literal('[')?;
        let mut count = 0;
        if self.literal(']').is_some() {
            return Some(count);
        }
        loop {
            item(self)?;
            count += 1;
            match self.literal(',') {
                Some(()) => {}
                None => return self.literal(']').map(|()| count),
            }
        }
    }

    fn number(&mut self) -> Option<u64> {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let length = self.rest.bytes().take_while(is_digit).count();
        let (digits, rest) = self.rest.split_at_checked(length)?;
        let number: u64 = digits.parse().ok()?;
        let is_shortest = digits.len() == 1 || !digits.starts_with('0');
        self.rest = rest;
        (is_shortest && number <= NUMBER_MAX).then_some(number)
    }

    fn string(&mut self) -> Option<Text<'a>> {
        self.literal('"')?;
        let bytes = self.rest.as_bytes();
        let is_plain = |byte: u8| !matches!(byte, 0..0x20 | b'"' | b'\\');
        let (mut end, mut is_escaped) = (0, false);
        loop {
            let plain = bytes.get(end..)?;
            end += plain.iter().position(|byte| !is_plain(*byte))?;
            match bytes.get(end)? {
                b'"' => break,
                b'\\' => end += escape_length(bytes.get(end + 1..)?)?,
                _ => return None,
            }
            is_escaped = true;
        }
        let (raw, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.strip_prefix('"')?;
        Some(Text { raw, is_escaped })
    }

    /// A string that is a label of `T`, as `T` itself reads it.
    fn label<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let text = self.string()?;
        let label: BorrowedStrDeserializer<'a, Error> = BorrowedStrDeserializer::new(text.raw);
        if text.is_escaped { None } else { T::deserialize(label).ok() }
    }
}

/// How many bytes an escape has, when it is one that the canonical form has; `after` is what follows the backslash.
fn escape_length(after: &[u8]) -> Option<usize> {
    match after {
        [b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'u', b'0', b'0', high @ (b'0' | b'1'), low @ (b'0'..=b'9' | b'a'..=b'f'), ..] => {
            let has_a_shorter_one =
                *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
            (!has_a_shorter_one).then_some(6)
        }
        _ => None,
    }
}

/// The random bits of an id.
pub(super) fn receipt_id(text: &str) -> Option<u128> {
    let digits = text.strip_prefix("rcpt_")?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let is_id = digits.len() == 32 && digits.bytes().all(is_digit);
    if is_id { u128::from_str_radix(digits, 16).ok() } else { None }
}
