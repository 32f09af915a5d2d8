//! Does the index of the library find what is in the library?

use sqlx::SqlitePool;

use super::database::Database;
use super::search::{self, quoted};
use super::{Store, StoreError};
use crate::status::Part;

/// How much of a passage is looked at for a word to look for, in characters.
const LOOKED_AT: i64 = 400;

impl Store {
    /// Asks the library's index for an answer that is known: the passage that came last. An index that was emptied
    /// answers too, and finds nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ping_library(&self) -> Result<(), StoreError> {
        let outcome = match &self.database {
            Database::Sqlite(pool) => find_the_last_passage(pool).await,
            Database::Postgres(_) => search::probe(&self.database).await,
        };
        self.noted(Part::Library, outcome)
    }
}

async fn find_the_last_passage(pool: &SqlitePool) -> sqlx::Result<()> {
    // One look at passages and index: a passage that goes in between is not missed.
    let mut transaction = pool.begin().await?;
    let last: Option<(i64, String, i64)> = sqlx::query_as(
        "SELECT id, substr(text, 1, ?), length(text) FROM passages ORDER BY id DESC LIMIT 1",
    )
    .bind(LOOKED_AT)
    .fetch_optional(&mut *transaction)
    .await?;
    let known = last.and_then(|(id, text, length)| {
        Some((id, known_word(&text, length <= LOOKED_AT)?.to_owned()))
    });
    let (id, word) = known.clone().unwrap_or((-1, "probe".to_owned()));
    let found = sqlx::query(
        "SELECT passages_index.rowid FROM passages_index
             JOIN passages ON passages.id = passages_index.rowid
             WHERE passages_index MATCH ? AND passages_index.rowid = ?",
    )
    .bind(quoted(&word))
    .bind(id)
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.rollback().await?;
    if known.is_some() && found.is_none() {
        let words = "expected the index to find the passage that came last";
        return Err(sqlx::Error::Io(std::io::Error::other(words)));
    }
    Ok(())
}

/// A word of the text that the index has as a word too, whichever scalars it takes for marks: it stands between
/// spaces, and has a letter or a digit that nobody takes for one.
fn known_word(text: &str, is_whole: bool) -> Option<&str> {
    let complete = if is_whole { text } else { text.rsplit_once(char::is_whitespace)?.0 };
    let is_known = |word: &&str| {
        word.contains(|scalar: char| scalar.is_ascii_alphanumeric()) && !word.contains('\0')
    };
    complete.split_whitespace().find(is_known)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::known_word;
    use crate::library::document;
    use crate::retrieval::Format;
    use crate::status::Board;
    use crate::store::Store;

    #[test]
    fn a_word_is_known_when_it_is_whole_and_has_a_plain_letter() {
        let table = [
            ("A door", true, Some("A")),
            ("— „Tür“ …", true, Some("„Tür“")),
            ("日本語 42", true, Some("42")),
            ("日本語", true, None),
            ("a\0b c", true, Some("c")),
            ("", true, None),
            ("one tw", false, Some("one")),
            ("onetw", false, None),
        ];
        for (text, is_whole, word) in table {
            assert_eq!(known_word(text, is_whole), word, "{text:?}");
        }
    }

    /// Whatever a passage begins with, the index finds it by that.
    #[tokio::test]
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    async fn no_library_is_down_for_its_words() {
        let directory = tempfile::TempDir::new().unwrap();
        let store = Store::open(directory.path(), Arc::new(Board::new())).await.unwrap();
        let long = format!("{} x", "y".repeat(1_000));
        for text in [
            "cafe\u{301}s are open",
            "a\u{34f}b",
            "it's \"quoted\" OR not",
            "x\u{0}y",
            "\u{e000}a",
            "Ⓐ a",
            "a\u{85}b",
            "A\u{200d}B NEAR(",
            "running runners ran",
            "STRASSE straße",
            "1\u{fdd0}2",
            "*",
            &long,
        ] {
            if let Ok(document) = document("t", text.to_owned(), Format::Text) {
                store.add_document(&document).await.unwrap();
            }
            assert_eq!(store.ping_library().await, Ok(()), "{text:?}");
        }
    }
}
