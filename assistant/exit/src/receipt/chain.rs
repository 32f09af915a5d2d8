//! Receipts in a chain: each has the hash of the one before it in its own bytes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Closing, Opening, Receipt, ReceiptId, hex};

const HASH_DIGITS: usize = 64;

/// Where a chain ends: the hash of its last link and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Head {
    hash: String,
    length: u64,
}

/// A text that is no head of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits, a colon and a length")]
pub struct HeadError;

/// A receipt at its place in a chain. Its canonical JSON (RFC 8785) is what is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// When it was kept, in milliseconds since the Unix epoch.
    pub at: u64,
    /// What was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// The id of the response.
    pub id: ReceiptId,
    /// The place in the chain, from 1.
    pub number: u64,
    /// The verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// The hash of the link before; zeros for the first.
    pub previous: String,
}

impl Head {
    /// The head of a chain without links.
    #[must_use]
    pub fn empty() -> Self {
        Self { hash: "0".repeat(HASH_DIGITS), length: 0 }
    }

    /// The head after a link with this hash and number; `None` if that is no hash.
    #[must_use]
    pub fn new(hash: &str, length: u64) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_hash = hash.len() == HASH_DIGITS && hash.bytes().all(is_digit);
        is_hash.then(|| Self { hash: hash.to_owned(), length })
    }

    /// The hash of the last link, as 64 hexadecimal digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many links there are.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }
}

impl Link {
    /// The link that follows `head`.
    #[must_use]
    pub fn after(head: &Head, receipt: Receipt, at: u64) -> Self {
        let Receipt { closing, id, opening } = receipt;
        Self { at, closing, id, number: head.length + 1, opening, previous: head.hash.clone() }
    }

    /// The canonical JSON.
    ///
    /// # Errors
    ///
    /// When it cannot be written, which no link that was made here is known to cause.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json_canonicalizer::to_string(self)
    }
}

/// The hash of a link's canonical JSON, as 64 hexadecimal digits.
#[must_use]
pub fn hash(canonical: &[u8]) -> String {
    hex(&Sha256::digest(canonical))
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.hash, self.length)
    }
}

impl FromStr for Head {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (hash, length) = text.split_once(':').ok_or(HeadError)?;
        let is_number = length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse().ok().filter(|_| is_number).ok_or(HeadError)?;
        Self::new(hash, length).ok_or(HeadError)
    }
}
