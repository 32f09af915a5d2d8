//! The scanner: RFC 8259, and nothing else but a finding for each number that is none.

use super::number::Num;
use super::tree::{Kind, NONE, Node, Tree, hash};
use super::{DEPTH_MAX, STRING_MAX_BYTES, stop};
use crate::finding::{Code, FOUND_MAX_BYTES, Finding, shown};
use crate::findings::Findings;

/// A number with no more bytes than this and no exponent is finite.
const FINITE_DIGITS: usize = 300;

type Scanned<T> = Result<T, Box<Finding>>;

struct Scanner<'d, 'f> {
    tree: Tree<'d>,
    bytes: &'d [u8],
    at: usize,
    depth: usize,
    findings: &'f mut Findings,
    /// The hash and the place of each member of an object, for a moment.
    members: Vec<(u32, u32)>,
}

/// Where a value stands: its parent, its key or its index.
#[derive(Clone, Copy)]
struct Place {
    parent: u32,
    key: (u32, u32),
    hash: u32,
    is_key_escaped: bool,
}

/// Reads the whole text.
pub(super) fn scan<'d>(text: &'d str, findings: &mut Findings) -> Scanned<Tree<'d>> {
    let bytes = text.as_bytes();
    // Every value but the first follows one of these.
    let values = memchr::memchr3_iter(b',', b'[', b'{', bytes).count() + 1;
    let tree =
        Tree { text, nodes: Vec::with_capacity(values), huge: Vec::new(), faulty: Vec::new() };
    let mut scanner = Scanner { tree, bytes, at: 0, depth: 0, findings, members: Vec::new() };
    let root = Place { parent: NONE, key: (0, 0), hash: 0, is_key_escaped: false };
    scanner.space();
    scanner.value(root)?;
    scanner.space();
    if scanner.at < bytes.len() {
        return Err(scanner.not_json("nothing after the JSON text"));
    }
    Ok(scanner.tree)
}

/// An offset of a text whose size is limited.
#[expect(clippy::cast_possible_truncation, reason = "a text has at most 1 MiB")]
const fn offset(at: usize) -> u32 {
    at as u32
}

impl<'d> Scanner<'d, '_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'d [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn not_json(&self, expected: &str) -> Box<Finding> {
        let rest = self.tree.text.get(self.at..).unwrap_or_default();
        let found = match rest.chars().next() {
            Some(_) => format!("{} at offset {}", shown(first(rest), 40), self.at),
            None => "the end of the text".to_owned(),
        };
        stop(Code::NotJson, expected, &found, self.at)
    }

    fn value(&mut self, place: Place) -> Scanned<()> {
        match self.peek() {
            Some(b'{') => self.nested(Kind::Object, place),
            Some(b'[') => self.nested(Kind::List, place),
            Some(b'"') => {
                let start = self.at;
                let is_escaped = self.string()?;
                let at = self.push(Kind::Text, start, place);
                if let Some(node) = self.tree.nodes.get_mut(at as usize) {
                    node.is_escaped = is_escaped;
                }
                self.limit(at);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(place),
            _ => self.word(place),
        }
    }

    /// Adds a value that ends here.
    fn push(&mut self, kind: Kind, start: usize, place: Place) -> u32 {
        let Place { parent, key, hash, is_key_escaped } = place;
        let at = offset(self.tree.nodes.len());
        self.tree.nodes.push(Node {
            start: offset(start),
            end: offset(self.at),
            key,
            hash,
            parent,
            next: at + 1,
            kind,
            is_escaped: false,
            is_key_escaped,
        });
        at
    }

    fn nested(&mut self, kind: Kind, place: Place) -> Scanned<()> {
        let at = self.push(kind, self.at, place);
        if self.depth == DEPTH_MAX {
            let mut finding = *stop(Code::Depth, "at most 64 levels", "one more", self.at);
            finding.pointer = self.tree.pointer(at);
            return Err(finding.into());
        }
        self.depth += 1;
        self.at += 1;
        self.space();
        match kind {
            Kind::Object => self.members(at)?,
            _ => self.items(at)?,
        }
        self.depth -= 1;
        let next = offset(self.tree.nodes.len());
        if let Some(node) = self.tree.nodes.get_mut(at as usize) {
            (node.end, node.next) = (offset(self.at), next);
        }
        if kind == Kind::Object {
            self.duplicates(at);
        }
        Ok(())
    }

    fn items(&mut self, list: u32) -> Scanned<()> {
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            let key = (index, 0);
            self.value(Place { parent: list, key, hash: 0, is_key_escaped: false })?;
            if self.is_over(b']')? {
                break;
            }
        }
        Ok(())
    }

    fn members(&mut self, object: u32) -> Scanned<()> {
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let place = self.key(object)?;
            self.value(place)?;
            if self.is_over(b'}')? {
                return Ok(());
            }
        }
    }

    /// After an element: whether it was the last one.
    fn is_over(&mut self, end: u8) -> Scanned<bool> {
        self.space();
        match self.peek() {
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            _ if end == b']' => Err(self.not_json("a comma or the end of the list")),
            _ => Err(self.not_json("a comma or the end of the object")),
        }
    }

    fn key(&mut self, parent: u32) -> Scanned<Place> {
        if self.peek() != Some(b'"') {
            return Err(self.not_json("a key in quotes"));
        }
        let start = self.at + 1;
        let is_key_escaped = self.string()?;
        let key = (offset(start), offset(self.at - 1));
        let written = self.bytes.get(start..self.at - 1).unwrap_or_default();
        let mut place = Place { parent, key, hash: hash(written), is_key_escaped };
        if is_key_escaped {
            let quoted = self.tree.slice(key.0 - 1, key.1 + 1);
            let plain = serde_json::from_str::<String>(quoted).unwrap_or_default();
            place.hash = hash(plain.as_bytes());
        }
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.not_json("a colon after the key"));
        }
        self.at += 1;
        self.space();
        Ok(place)
    }

    /// Passes over a string. Says whether it is written with escapes.
    fn string(&mut self) -> Scanned<bool> {
        let start = self.at;
        self.at += 1;
        let mut is_escaped = false;
        loop {
            let rest = self.rest();
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            self.at += plain.unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += if self.bytes.get(self.at + 1).is_some() { 2 } else { 1 };
                }
                Some(_) => return Err(self.not_json("no control character in a string")),
                None => return Err(self.not_json("the end of a string")),
            }
        }
        self.at += 1;
        if is_escaped {
            let quoted = self.tree.text.get(start..self.at).unwrap_or_default();
            if let Err(error) = serde_json::from_str::<String>(quoted) {
                self.at = start;
                let why = error.to_string();
                let why = why.split(" at line").next().unwrap_or_default();
                return Err(self.not_json(&format!("a string that can be read ({why})")));
            }
        }
        Ok(is_escaped)
    }

    fn limit(&mut self, at: u32) {
        let Node { start, end, .. } = self.tree.node(at);
        let length = end - start;
        if length as usize > STRING_MAX_BYTES {
            self.fault(at, Code::Size, "a string of at most 64 KiB", &format!("{length} bytes"));
        }
    }

    fn fault(&mut self, at: u32, code: Code, expected: &str, found: &str) {
        let Self { tree, findings, .. } = self;
        tree.faulty.push(at);
        let Node { start, end, .. } = tree.node(at);
        findings.push(|| Finding {
            code,
            rule: None,
            pointer: tree.pointer(at),
            expected: expected.to_owned(),
            found: shown(found, FOUND_MAX_BYTES),
            span: (start as usize, end as usize),
        });
    }

    fn number(&mut self, place: Place) -> Scanned<()> {
        let start = self.at;
        if self.rest().starts_with(b"-Infinity") {
            return self.not_finite("-Infinity", place);
        }
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut kind = Kind::Int;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
            kind = Kind::Float;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
            kind = Kind::Float;
        }
        let written = self.tree.text.get(start..self.at).unwrap_or_default();
        let is_finite =
            (!has_exponent && written.len() <= FINITE_DIGITS) || Num::parse(written).is_some();
        if kind == Kind::Float && !is_finite {
            self.at = start;
            return self.not_finite(written, place);
        }
        let at = self.push(kind, start, place);
        if !is_finite {
            self.tree.huge.push(at);
        }
        Ok(())
    }

    fn digits(&mut self) -> Scanned<()> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Err(self.not_json("a digit"));
        }
        self.at += digits;
        Ok(())
    }

    /// `NaN` and the infinities are none of JSON's, but what a broken writer leaves: the rest is read all the same.
    fn not_finite(&mut self, word: &str, place: Place) -> Scanned<()> {
        let start = self.at;
        self.at += word.len();
        let at = self.push(Kind::NotFinite, start, place);
        self.fault(at, Code::NotFinite, "a finite number", word);
        Ok(())
    }

    fn word(&mut self, place: Place) -> Scanned<()> {
        let start = self.at;
        let words = [("true", Kind::True), ("false", Kind::False), ("null", Kind::Null)];
        for (word, kind) in words {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                self.push(kind, start, place);
                return Ok(());
            }
        }
        match ["NaN", "Infinity"].into_iter().find(|word| self.rest().starts_with(word.as_bytes()))
        {
            Some(word) => self.not_finite(word, place),
            None => Err(self.not_json("a JSON value")),
        }
    }

    /// A finding for each member whose key stands before in the same object. Keys are compared in the order of their
    /// hashes, so that no choice of keys makes it slow.
    fn duplicates(&mut self, object: u32) {
        let mut members = std::mem::take(&mut self.members);
        members.clear();
        members.extend(self.tree.elements(object).map(|(at, node)| (node.hash, at)));
        members.sort_unstable();
        for group in members.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1)
        {
            let key = |at| self.tree.key(&self.tree.node(at));
            let mut keys: Vec<_> = group.iter().map(|(_, at)| (key(*at), *at)).collect();
            keys.sort_unstable();
            for pair in keys.windows(2) {
                if let [(one, first), (other, again)] = pair
                    && one == other
                {
                    self.tree.faulty.push(*first);
                    self.fault(*again, Code::DuplicateKey, "each key once", other);
                }
            }
        }
        self.members = members;
    }
}

/// The first word of a text, for people.
fn first(text: &str) -> &str {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let end = if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end };
    text.get(..end).unwrap_or(text)
}
