//! Full-text search: which rows have which of the words, best first.

use std::collections::HashMap;
use std::ops::Range;

use super::conversations::{Role, TurnHit};
use super::fts::{CLOSE, OPEN, any_of, marked_ranges, quoted};
use super::ids::{ConversationId, DocumentId};
use super::{Store, StoreError};
use crate::status::Part;

/// How many rows of the best rank are looked at more closely.
const CANDIDATES: u32 = 24;

/// One of the words that were looked for, in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordMatch {
    /// Which word, as an index into the words that were looked for.
    pub word: usize,
    /// Where it stands in the text, in bytes; empty when it stands in the heading only.
    pub places: Vec<Range<usize>>,
}

/// A passage that has one of the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageHit {
    /// The document that it is of.
    pub document: DocumentId,
    /// That document's title.
    pub title: String,
    /// Its words.
    pub text: String,
    /// Which words it has, and where.
    pub matches: Vec<WordMatch>,
}

type Found = HashMap<i64, Vec<WordMatch>>;

/// Id, text, and the text with marks around what matches.
const MARK_PASSAGES: &str = "SELECT passages.id, passages.text, highlight(passages_index, 1, ?, ?)
    FROM passages_index JOIN passages ON passages.id = passages_index.rowid
    WHERE passages_index MATCH ?
    AND passages_index.rowid IN (SELECT value FROM json_each(?))";

/// Id, text, and the text with marks around what matches.
const MARK_TURNS: &str = "SELECT turns.id, turns.text, highlight(turns_index, 0, ?, ?)
    FROM turns_index JOIN turns ON turns.id = turns_index.rowid
    WHERE turns_index MATCH ?
    AND turns_index.rowid IN (SELECT value FROM json_each(?))";

impl Store {
    /// The passages that have any of the words, best first by bm25.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find_passages(&self, words: &[String]) -> Result<Vec<PassageHit>, StoreError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let outcome = self.passages_with(words).await;
        self.noted(Part::Library, outcome)
    }

    async fn passages_with(&self, words: &[String]) -> sqlx::Result<Vec<PassageHit>> {
        let rows = sqlx::query_as::<_, (i64, String, String, String)>(
            "SELECT passages.id, documents.id, documents.title, passages.text
             FROM passages_index
             JOIN passages ON passages.id = passages_index.rowid
             JOIN documents ON documents.id = passages.document_id
             WHERE passages_index MATCH ?
             ORDER BY bm25(passages_index, 2.0, 1.0), passages.id LIMIT ?",
        )
        .bind(any_of(words))
        .bind(CANDIDATES)
        .fetch_all(&self.pool)
        .await?;
        let ids = rows.iter().map(|(id, ..)| *id);
        let mut found = self.marked(MARK_PASSAGES, words, ids).await?;
        let hit = |(id, document, title, text)| PassageHit {
            document: DocumentId::stored(document),
            title,
            text,
            matches: found.remove(&id).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(hit).collect())
    }

    /// What `role` said in a conversation with any of the words, best first by bm25.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find_turns(
        &self,
        conversation: &ConversationId,
        role: Role,
        words: &[String],
    ) -> Result<Vec<TurnHit>, StoreError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let outcome = self.turns_with(conversation, role, words).await;
        self.noted(Part::Reads, outcome)
    }

    /// What `role` said last in a conversation, latest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn last_turns(
        &self,
        conversation: &ConversationId,
        role: Role,
    ) -> Result<Vec<String>, StoreError> {
        let outcome = sqlx::query_as::<_, (String,)>(
            "SELECT text FROM turns WHERE conversation_id = ? AND role = ? ORDER BY id DESC LIMIT ?",
        )
        .bind(conversation.as_str())
        .bind(role.as_str())
        .bind(CANDIDATES)
        .fetch_all(&self.pool)
        .await;
        Ok(self.noted(Part::Reads, outcome)?.into_iter().map(|(text,)| text).collect())
    }

    async fn turns_with(
        &self,
        conversation: &ConversationId,
        role: Role,
        words: &[String],
    ) -> sqlx::Result<Vec<TurnHit>> {
        let rows = sqlx::query_as::<_, (i64, String)>(
            "SELECT turns.id, turns.text
             FROM turns_index JOIN turns ON turns.id = turns_index.rowid
             WHERE turns_index MATCH ? AND turns.conversation_id = ? AND turns.role = ?
             ORDER BY bm25(turns_index), turns.id DESC LIMIT ?",
        )
        .bind(any_of(words))
        .bind(conversation.as_str())
        .bind(role.as_str())
        .bind(CANDIDATES)
        .fetch_all(&self.pool)
        .await?;
        let ids = rows.iter().map(|(id, ..)| *id);
        let mut found = self.marked(MARK_TURNS, words, ids).await?;
        let hit = |(id, text)| TurnHit { text, matches: found.remove(&id).unwrap_or_default() };
        Ok(rows.into_iter().map(hit).collect())
    }

    /// Which of the words each of these rows has, and where.
    async fn marked(
        &self,
        statement: &'static str,
        words: &[String],
        ids: impl Iterator<Item = i64>,
    ) -> sqlx::Result<Found> {
        let ids = id_list(ids);
        let mut found = Found::new();
        for (word, text) in words.iter().enumerate() {
            let rows = sqlx::query_as::<_, (i64, String, String)>(statement)
                .bind(OPEN.to_string())
                .bind(CLOSE.to_string())
                .bind(quoted(text))
                .bind(&ids)
                .fetch_all(&self.pool)
                .await?;
            for (id, text, marked) in rows {
                let places = marked_ranges(&marked, &text);
                found.entry(id).or_default().push(WordMatch { word, places });
            }
        }
        Ok(found)
    }
}

/// The ids as a JSON array, so that the statement is the same for any number of them.
fn id_list(ids: impl Iterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    format!("[{}]", ids.join(","))
}
