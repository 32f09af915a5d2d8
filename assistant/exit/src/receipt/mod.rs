//! What is kept about a response: enough to decide it again, and nothing of its words.

mod chain;
mod ledger;
mod opening;

pub use chain::{Head, HeadError, Link, hash};
pub(crate) use ledger::Unreceipted;
pub use ledger::{Keeping, Ledger, Memo, Unkept};

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use speech_kernel::Response;

/// The digest of the rules that this build decides by: that of `contracts/speech/rules.json`.
///
/// INVARIANT: it is the digest of that file. Held by `tests/receipts.rs::the_rules_are_those_of_the_contract`.
pub const RULES_SHA256: &str = "a7b77774a0a0e3d1fbd97e772e65ea661b29b26ba70687743ddd0a3389de7b74";

const ID_PREFIX: &str = "rcpt_";
const ID_BYTES: usize = 16;

/// What is kept about one response, or about one segment of one that is streamed.
///
/// An opening stands for the verdict and is durable before the first byte that it lets out; a closing says what
/// was sent. Where all bytes are known at the verdict, one receipt is both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What was sent, and how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// The id, which travels in the response.
    pub id: ReceiptId,
    /// What was decided, and from what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
}

/// A verdict and all that it was reached from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// The sources that were asked and gave nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempted>,
    /// The rule that does not hold, or what is wrong with the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The verdict.
    pub outcome: Verdict,
    /// Where the input is wrong, as a JSON pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What was claimed; nothing if the input was malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// The digest of the rules by which it was decided.
    pub rules: String,
    /// Which segment of the response, from 0.
    pub segment: u32,
    /// What was recorded; nothing if the input was malformed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Recorded>,
}

/// The verdict on one draft or on one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It was spoken as it was drafted.
    Allow,
    /// A rule did not hold: the truthful refusal was spoken in its place.
    Deny,
    /// The input was broken: an error was sent.
    Malformed,
}

/// A trace as it stands in the interface of `harness decide`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The labels that were required and not satisfied.
    pub required_but_missing: Vec<String>,
    /// What was drawn on.
    pub sources: Vec<RecordedSource>,
    /// The true mode at the seal.
    pub system_mode: speech_kernel::SystemMode,
}

/// A source that was drawn on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSource {
    /// Which document, call or conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The label.
    pub source: String,
}

/// A source that was asked and gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempted {
    /// The label.
    pub source: String,
    /// Why it gave nothing.
    pub why: String,
}

/// What was sent of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// How many bytes of body.
    pub bytes: u64,
    /// How it ended.
    pub ended: Ended,
    /// The digest of these bytes.
    pub sha256: String,
}

/// How a response ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// It was sent to its end.
    Complete,
    /// A refusal took the place of a later segment.
    Refused,
    /// What it was made from broke off, and an error took the place of the rest.
    Cut,
    /// Nobody was there any more to read the rest.
    ClientGone,
}

/// The id of a response's receipts: `rcpt_` and 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct ReceiptId(String);

/// A text that is no receipt's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected rcpt_ and 32 hexadecimal digits")]
pub struct ReceiptIdError;

impl ReceiptId {
    /// A new id.
    pub(crate) fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{ID_PREFIX}{}", hex(&bytes))))
    }

    /// The id as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ReceiptId {
    type Error = ReceiptIdError;

    fn try_from(text: String) -> Result<Self, ReceiptIdError> {
        let digits = text.strip_prefix(ID_PREFIX).ok_or(ReceiptIdError)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = digits.len() == 2 * ID_BYTES && digits.bytes().all(is_digit);
        if is_id { Ok(Self(text)) } else { Err(ReceiptIdError) }
    }
}

impl fmt::Display for ReceiptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Counts what is sent while it is sent.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    bytes: u64,
    digest: Sha256,
}

impl Tally {
    pub(crate) fn add(&mut self, sent: &[u8]) {
        self.bytes += sent.len() as u64;
        self.digest.update(sent);
    }

    pub(crate) fn close(self, ended: Ended) -> Closing {
        Closing { bytes: self.bytes, ended, sha256: hex(&self.digest.finalize()) }
    }
}

/// Lower case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
