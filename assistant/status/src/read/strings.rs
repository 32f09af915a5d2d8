//! Strings as they are written.

use std::borrow::Cow;

/// How many bytes of a string stand before one that ends it, begins an escape or may not be there.
#[inline(always)]
pub(super) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    // The lowest high bit that is left is that of the first such byte.
    let below = |word: u64, bound: u64| word.wrapping_sub(ONES * bound) & !word;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        let found = (is(b'"') | is(b'\\') | below(word, 0x20)) & (ONES << 7);
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let last = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    words.len() * 8 + last.unwrap_or(rest.len())
}

/// What is written with escapes. The scanner read it before, so that it can be read.
#[cold]
pub(super) fn unescaped(quoted: &str) -> Cow<'_, str> {
    serde_json::from_str::<String>(quoted).unwrap_or_default().into()
}
