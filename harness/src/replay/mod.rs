//! Decides every receipt of a log again, and holds the log against its own chain, against a head that was kept
//! elsewhere, and against what the socket saw.
//!
//! A line is `{"hash":"<64 hexadecimal digits>","receipt":<canonical JSON>}` and a newline. The memory that it takes
//! grows with the responses that are open at once, and with the access log, not with the receipts.

mod access;
mod again;
mod canonical;
mod database;
mod finding;
mod lines;
mod order;
mod report;
mod source;

pub use finding::{Code, Finding, Log};
pub use report::Report;
pub use source::replay;

use std::io::BufRead;

use sha2::{Digest, Sha256};
use speech_exit::receipt::{Head, Link};
use speech_kernel::Source;

use crate::trouble::Trouble;
use access::Deliveries;
use again::Held;
use canonical::{Entry, Opening};
use finding::Findings;
use lines::Line;
use order::Order;
use report::Counts;

/// The paths whose responses need a receipt, when nothing else is said.
pub const SPEAKS: [&str; 2] = ["/v1/chat/completions", "/v1/responses"];

const HASH_DIGITS: usize = 64;
const BEFORE_HASH: &[u8] = b"{\"hash\":\"";
const BEFORE_RECEIPT: &[u8] = b"\",\"receipt\":";

/// A replay under way.
#[derive(Debug, Default)]
pub struct Replay {
    head: Option<Head>,
    deliveries: Option<Deliveries>,
    findings: Findings,
    counts: Counts,
    order: Order,
    /// The link before; nothing after a line that could not be read.
    before: Option<Before>,
    has_lost_its_place: bool,
    head_is_reached: bool,
    sources: Vec<Source>,
}

#[derive(Debug, Clone, Copy)]
struct Before {
    number: u64,
    hash: [u8; HASH_DIGITS],
}

impl Replay {
    /// A replay of a log that has to reach `head`, if there is one.
    #[must_use]
    pub fn new(head: Option<Head>) -> Self {
        Self { head, ..Self::default() }
    }

    /// Holds the log against what was delivered, too.
    ///
    /// # Errors
    ///
    /// The access log cannot be read.
    pub fn with_access_log(
        mut self,
        input: impl BufRead,
        speaks: &[String],
    ) -> Result<Self, Trouble> {
        self.deliveries = Some(Deliveries::read(input, speaks, &mut self.findings)?);
        Ok(self)
    }

    /// Replays the lines of an export. When they cannot be read to the end, that is said in the report.
    pub fn lines(&mut self, input: impl BufRead, mut progress: impl FnMut(u64)) {
        let read = lines::each(input, |number, line| {
            progress(match line {
                Line::Whole(text) => text.len() as u64 + 1,
                Line::Unended | Line::TooLong => 0,
            });
            match line {
                Line::Whole(text) => match parts(text) {
                    Some((stated, receipt)) => self.link(number, stated, receipt),
                    None => self.lost(number, "expected {\"hash\":\"…\",\"receipt\":…}"),
                },
                Line::Unended => self.lost(number, "expected a newline at the end of the file"),
                Line::TooLong => self.lost(number, &lines::too_long()),
            }
        });
        if let Err(error) = read {
            self.counts.unread = Some(format!("expected to read to the end: {error}"));
        }
    }

    /// Takes the next receipt and the hash that is stated for it.
    pub fn link(&mut self, line: u64, stated: &[u8], receipt: &[u8]) {
        self.counts.receipts += 1;
        let Ok(hash) = <[u8; HASH_DIGITS]>::try_from(stated) else {
            return self.lost(line, "expected a hash of 64 digits");
        };
        let found = digest(receipt);
        if found != hash {
            let words = "expected the hash that is stated beside the receipt";
            let words = format!("{words}, found {}", String::from_utf8_lossy(&found));
            self.add(Code::HashMismatch, line, words);
        }
        let mut sources = std::mem::take(&mut self.sources);
        match canonical::read(receipt, &mut sources) {
            Some(entry) => self.entry(line, hash, &entry, &sources),
            None => self.unread(line, receipt),
        }
        self.sources = sources;
    }

    fn entry(&mut self, line: u64, hash: [u8; HASH_DIGITS], entry: &Entry<'_>, sources: &[Source]) {
        self.chain(line, entry);
        self.before = Some(Before { number: entry.number, hash });
        self.has_lost_its_place = false;
        self.reach(line, entry.number, &hash);
        if let Err(words) = self.order.take(entry) {
            self.add(Code::BadOrder, line, words);
        }
        if let Some(opening) = &entry.opening {
            self.opening(line, opening, sources);
        }
        if let Some(closing) = &entry.closing {
            self.counts.end(closing.ended);
            if !is_hash(closing.sha256.raw()) {
                self.add(Code::Inconsistent, line, "expected a digest of what was sent");
            }
        }
        if let Some(deliveries) = &mut self.deliveries {
            let bytes = entry.closing.as_ref().map(|closing| closing.bytes);
            deliveries.found(entry.id, bytes, &mut self.findings);
        }
    }

    fn chain(&mut self, line: u64, entry: &Entry<'_>) {
        if self.has_lost_its_place {
            return;
        }
        let empty = Before { number: 0, hash: [b'0'; HASH_DIGITS] };
        let before = self.before.unwrap_or(empty);
        if before.number.checked_add(1) != Some(entry.number) {
            let words =
                format!("expected a number after {}, found {}", before.number, entry.number);
            self.add(Code::NumberGap, line, words);
        }
        if entry.previous.raw().as_bytes() != before.hash {
            let words = "expected the hash of the receipt before as the previous one";
            self.add(Code::ChainBroken, line, words);
        }
    }

    fn reach(&mut self, line: u64, number: u64, hash: &[u8; HASH_DIGITS]) {
        let Some(head) = self.head.as_ref().filter(|head| head.length() == number) else { return };
        let is_same = head.hash().as_bytes() == hash;
        self.head_is_reached = true;
        if !is_same {
            let words = format!("expected the hash {} at {number}", head.hash());
            self.add(Code::HeadMismatch, line, words);
        }
    }

    fn opening(&mut self, line: u64, opening: &Opening<'_>, sources: &[Source]) {
        if opening.segment == 0 {
            self.counts.responses += 1;
        }
        self.counts.rules(opening.rules.raw());
        match again::decide(opening, sources) {
            Ok(Held::Allow) => self.counts.allow += 1,
            Ok(Held::Deny(code)) => self.counts.deny(code),
            Ok(Held::Malformed(code)) => self.counts.malformed(code.raw()),
            Err((code, words)) => self.add(code, line, words),
        }
    }

    /// Says what is wrong with a receipt that is not what the exit would write.
    fn unread(&mut self, line: u64, receipt: &[u8]) {
        match serde_json::from_slice::<Link>(receipt) {
            Ok(link) => {
                let same = link.canonical().is_ok_and(|same| same.as_bytes() == receipt);
                let words = "expected canonical JSON with numbers below 9007199254740992";
                self.add(if same { Code::BadLine } else { Code::NotCanonical }, line, words);
                self.before = None;
                self.has_lost_its_place = true;
            }
            Err(error) => self.lost(line, &format!("expected a receipt: {error}")),
        }
    }

    fn lost(&mut self, line: u64, words: &str) {
        self.add(Code::BadLine, line, words);
        self.before = None;
        self.has_lost_its_place = true;
    }

    fn add(&mut self, code: Code, line: u64, message: impl Into<String>) {
        self.findings.add(code, Log::Receipts, line, message);
    }

    /// Ends the replay of a log that has no more receipts.
    #[must_use]
    pub fn end(mut self) -> Report {
        let last = self
            .before
            .and_then(|before| Head::new(&String::from_utf8_lossy(&before.hash), before.number));
        let reached = last.unwrap_or_else(Head::empty);
        if let Some(head) = self.head.take().filter(|_| !self.head_is_reached) {
            let line = self.counts.receipts + 1;
            if head.length() > 0 {
                let words =
                    format!("expected {} receipts, found {}", head.length(), reached.length());
                self.add(Code::TailCut, line, words);
            } else if head != Head::empty() {
                self.add(
                    Code::HeadMismatch,
                    line,
                    "expected zeros as the hash before the first receipt",
                );
            }
        }
        let deliveries = self.deliveries.take().map(|deliveries| {
            let count = deliveries.count;
            deliveries.end(&mut self.findings);
            count
        });
        Report::new(self.counts, self.order.open(), deliveries, &reached, self.findings)
    }
}

/// The hash that is stated in a line, and the receipt beside it.
fn parts(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_prefix(BEFORE_HASH)?;
    let (stated, rest) = rest.split_at_checked(HASH_DIGITS)?;
    let receipt = rest.strip_prefix(BEFORE_RECEIPT)?.strip_suffix(b"}")?;
    Some((stated, receipt))
}

fn digest(bytes: &[u8]) -> [u8; HASH_DIGITS] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(bytes);
    let mut text = [b'0'; HASH_DIGITS];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        if let [high, low] = pair {
            *high = DIGITS.get(usize::from(byte >> 4)).copied().unwrap_or_default();
            *low = DIGITS.get(usize::from(byte & 15)).copied().unwrap_or_default();
        }
    }
    text
}

fn is_hash(text: &str) -> bool {
    Head::new(text, 0).is_some()
}
