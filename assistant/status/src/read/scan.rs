//! The scanner: RFC 8259, and nothing else but a finding for each number that is none.

use super::keys::{hash, may_repeat};
use super::number::Num;
use super::strings::{plain, unescaped};
use super::tree::{Kind, NONE, Node, Tree};
use super::{DEPTH_MAX, STRING_MAX_BYTES, stop};
use crate::finding::{Code, FOUND_MAX_BYTES, Finding, shown};
use crate::findings::Findings;

/// A number with no more bytes than this and no exponent is finite.
const FINITE_DIGITS: usize = 300;

/// Few values with their keys and their space are shorter: so there is seldom need for more room.
const BYTES_OF_A_VALUE: usize = 16;

/// Room for the hashes of most objects.
const PLACES: usize = 128;

type Scanned<T> = Result<T, Box<Finding>>;

struct Scanner<'d, 'f> {
    tree: Tree<'d>,
    bytes: &'d [u8],
    at: usize,
    depth: usize,
    findings: &'f mut Findings,
    /// The hashes of the keys of the object that is read, after those of the objects above it.
    hashes: Vec<u32>,
    /// The hashes of an object's keys, each where it says or soon after; for a moment.
    table: Vec<u32>,
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
    let nodes = Vec::with_capacity(bytes.len() / BYTES_OF_A_VALUE);
    let tree = Tree { text, nodes, huge: Vec::new(), faulty: Vec::new() };
    let mut scanner = Scanner {
        tree,
        bytes,
        at: 0,
        depth: 0,
        findings,
        hashes: Vec::with_capacity(PLACES),
        table: Vec::with_capacity(PLACES),
    };
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
        let mut at = self.at;
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        self.at = at;
    }

    #[cold]
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
                self.limit(at, offset(self.at - start));
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
        let first = self.hashes.len();
        match kind {
            Kind::Object => self.members(at)?,
            _ => self.items(at)?,
        }
        self.depth -= 1;
        let next = offset(self.tree.nodes.len());
        if let Some(node) = self.tree.nodes.get_mut(at as usize) {
            (node.end, node.next) = (offset(self.at), next);
        }
        let Self { hashes, table, .. } = self;
        if may_repeat(hashes.get(first..).unwrap_or_default(), table) {
            self.duplicates(at);
        }
        self.hashes.truncate(first);
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
            let member = offset(self.tree.nodes.len());
            self.value(place)?;
            self.limit(member, place.key.1 - place.key.0 + 2);
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
        let hash = if is_key_escaped {
            hash(unescaped(self.tree.slice(key.0 - 1, key.1 + 1)).as_bytes())
        } else {
            hash(written)
        };
        self.hashes.push(hash);
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.not_json("a colon after the key"));
        }
        self.at += 1;
        self.space();
        Ok(Place { parent, key, hash, is_key_escaped })
    }

    /// Passes over a string. Says whether it is written with escapes.
    #[inline(always)]
    fn string(&mut self) -> Scanned<bool> {
        let start = self.at;
        self.at += 1;
        self.at += plain(self.rest());
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(false);
        }
        self.escaped(start)
    }

    /// Passes over a string from the first byte that is no plain one.
    #[cold]
    fn escaped(&mut self, start: usize) -> Scanned<bool> {
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += if self.bytes.get(self.at + 1).is_some() { 2 } else { 1 };
                }
                Some(_) => return Err(self.not_json("no control character in a string")),
                None => return Err(self.not_json("the end of a string")),
            }
            self.at += plain(self.rest());
        }
        self.at += 1;
        let quoted = self.tree.text.get(start..self.at).unwrap_or_default();
        if let Err(error) = serde_json::from_str::<String>(quoted) {
            self.at = start;
            let why = error.to_string();
            let why = why.split(" at line").next().unwrap_or_default();
            return Err(self.not_json(&format!("a string that can be read ({why})")));
        }
        Ok(true)
    }

    /// A finding where a string, or a key, is too long. The length is that with its quotes.
    fn limit(&mut self, at: u32, length: u32) {
        if length as usize > STRING_MAX_BYTES {
            self.fault(at, Code::Size, "a string of at most 64 KiB", &format!("{length} bytes"));
        }
    }

    #[cold]
    fn fault(&mut self, at: u32, code: Code, expected: &str, found: &str) {
        let Self { tree, findings, .. } = self;
        tree.faulty.push(at);
        let Node { start, end, .. } = *tree.node(at);
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
        if self.peek() == Some(b'-') {
            if self.rest().starts_with(b"-Infinity") {
                return self.not_finite("-Infinity", place);
            }
            self.at += 1;
        }
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
        let (word, kind) = match self.peek() {
            Some(b't') => ("true", Kind::True),
            Some(b'f') => ("false", Kind::False),
            Some(b'n') => ("null", Kind::Null),
            Some(b'N') => ("NaN", Kind::NotFinite),
            _ => ("Infinity", Kind::NotFinite),
        };
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.not_json("a JSON value"));
        }
        if kind == Kind::NotFinite {
            return self.not_finite(word, place);
        }
        self.at += word.len();
        self.push(kind, start, place);
        Ok(())
    }

    /// A finding for each member whose key stands before in the same object.
    #[cold]
    fn duplicates(&mut self, object: u32) {
        let elements = self.tree.elements(object);
        let mut keys: Vec<_> = elements.map(|(at, node)| (self.tree.key(node), at)).collect();
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
}

/// The first word of a text, for people.
fn first(text: &str) -> &str {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let end = if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end };
    text.get(..end).unwrap_or(text)
}
