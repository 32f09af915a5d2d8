//! Names that the server gives.

use std::fmt;

use sha2::{Digest, Sha256};

const CONVERSATION_PREFIX: &str = "conv_";
const SHOWN_PREFIX: &str = "memory_";
const RANDOM_BYTES: usize = 16;

/// A document's id: `doc_` and the SHA-256 of its media type, title and text, so that the same upload has the same id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DocumentId(String);

impl DocumentId {
    /// The id of what has this media type, title and text.
    #[must_use]
    pub fn of(media_type: &str, title: &str, text: &str) -> Self {
        let mut digest = Sha256::new();
        for part in [media_type, title, text] {
            // The length stands before each, so that no other cut of the same bytes has the same digest.
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(format!("doc_{}", hex(&digest.finalize())))
    }

    pub(super) const fn stored(id: String) -> Self {
        Self(id)
    }

    /// The id as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A conversation's id: `conv_` and 128 random bits. Who does not know it cannot guess it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConversationId(String);

impl ConversationId {
    /// A new id.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn draw() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("{CONVERSATION_PREFIX}{}", random_hex()?)))
    }

    /// Reads an id; `None` if it does not have the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(CONVERSATION_PREFIX)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_id = digits.len() == 2 * RANDOM_BYTES && digits.bytes().all(is_digit);
        is_id.then(|| Self(text.to_owned()))
    }

    /// The id as it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the conversation is called where others read too, such as in receipts: who knows the id itself can go
    /// on with the conversation.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{SHOWN_PREFIX}{}", hex(&Sha256::digest(&self.0)))
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// 128 random bits as 32 hexadecimal digits.
///
/// # Errors
///
/// When the system gives no random bytes.
pub fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Lower case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{ConversationId, DocumentId};

    #[test]
    fn the_same_document_has_the_same_id_and_no_other_cut_of_it_has() {
        assert_eq!(DocumentId::of("t", "a", "b"), DocumentId::of("t", "a", "b"));
        for other in [("t", "ab", ""), ("t", "a", "b "), ("u", "a", "b"), ("ta", "", "b")] {
            let (media_type, title, text) = other;
            assert_ne!(DocumentId::of("t", "a", "b"), DocumentId::of(media_type, title, text));
        }
    }

    #[test]
    fn a_drawn_conversation_id_reads_back_and_two_differ() {
        let ids = [ConversationId::draw(), ConversationId::draw()];
        let names = ids.map(|id| id.map(|id| id.as_str().to_owned()).unwrap_or_default());
        let [one, two] = &names;
        assert_ne!(one, two);
        for name in &names {
            let read = ConversationId::parse(name).map(|id| id.as_str().to_owned());
            assert_eq!(read.as_ref(), Some(name));
        }
    }

    #[test]
    fn what_does_not_look_like_an_id_is_none() {
        let short = "conv_0123456789abcdef0123456789abcde";
        let upper = "conv_0123456789ABCDEF0123456789ABCDEF";
        let long = "conv_0123456789abcdef0123456789abcdef0";
        for text in ["", "conv_", short, upper, long, "doc_0123456789abcdef0123456789abcdef"] {
            assert_eq!(ConversationId::parse(text), None, "{text}");
        }
    }
}
