//! Full-text search: which rows have which of the words, best first.

mod fts5;
mod lexemes;
mod tsvector;

pub(super) use fts5::quoted;

use std::ops::Range;

use super::conversations::{Role, TurnHit};
use super::database::{Database, Session, Text, once};
use super::documents::NewPassage;
use super::ids::{ConversationId, DocumentId};
use super::{Store, StoreError};
use crate::status::Part;

/// How many rows of the best rank are looked at more closely.
const CANDIDATES: i64 = 24;

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

impl Store {
    /// The passages that have any of the words, best first by the rank that the database gives them.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find_passages(&self, words: &[String]) -> Result<Vec<PassageHit>, StoreError> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let outcome = match &self.database {
            Database::Sqlite(pool) => fts5::passages_with(pool, words).await,
            Database::Postgres(_) => tsvector::passages_with(&self.database, words).await,
        };
        self.noted(Part::Library, outcome)
    }

    /// What `role` said in a conversation with any of the words, best first by the rank that the database gives it.
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
        let outcome = match &self.database {
            Database::Sqlite(pool) => fts5::turns_with(pool, conversation, role, words).await,
            Database::Postgres(_) => {
                tsvector::turns_with(&self.database, conversation, role, words).await
            }
        };
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
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (Text<'static>,)>(
                "SELECT text FROM turns WHERE conversation_id = $1 AND role = $2
                 ORDER BY id DESC LIMIT $3",
            )
            .bind(conversation.as_str())
            .bind(role.as_str())
            .bind(CANDIDATES)
            .fetch_all(connection)
        });
        let rows = self.noted(Part::Reads, outcome)?;
        Ok(rows.into_iter().map(|(text,)| text.into_string()).collect())
    }
}

/// Adds the passages of a document, to be found by their words.
pub(super) async fn insert_passages(
    session: &mut Session,
    document: &DocumentId,
    passages: &[NewPassage],
) -> sqlx::Result<()> {
    match session {
        Session::Sqlite(held) => fts5::insert_passages(held.connection(), document, passages).await,
        Session::Postgres(lease) => tsvector::insert_passages(lease, document, passages).await,
    }
}

/// Adds a turn, to be found by its words.
pub(super) async fn insert_turn(
    session: &mut Session,
    conversation: &ConversationId,
    role: Role,
    text: &str,
    now: i64,
) -> sqlx::Result<()> {
    match session {
        Session::Sqlite(held) => {
            fts5::insert_turn(held.connection(), conversation, role, text, now).await
        }
        Session::Postgres(lease) => {
            tsvector::insert_turn(lease, conversation, role, text, now).await
        }
    }
}

/// Asks the library's index on a server for an answer. Of a file more can be asked.
pub(super) async fn probe(database: &Database) -> sqlx::Result<()> {
    tsvector::probe(database).await
}

/// What is wrong with the database file and with what can be found in it.
pub(super) async fn check(database: &Database) -> sqlx::Result<Vec<String>> {
    match database {
        Database::Sqlite(pool) => fts5::check(pool).await,
        Database::Postgres(_) => tsvector::check(database).await,
    }
}
