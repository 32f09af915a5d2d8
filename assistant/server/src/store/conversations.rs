//! Conversations and what was said in them.

use super::ids::ConversationId;
use super::search::WordMatch;
use super::{Store, StoreError, now_seconds};
use crate::status::Part;

/// Who said a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The person.
    User,
    /// The assistant.
    Assistant,
}

impl Role {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// A turn that has one of the words that were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnHit {
    /// What was said.
    pub text: String,
    /// Which words it has, and where.
    pub matches: Vec<WordMatch>,
}

impl Store {
    /// Whether we issued this id and something was said under it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn has_conversation(&self, id: &ConversationId) -> Result<bool, StoreError> {
        let outcome = sqlx::query("SELECT 1 FROM conversations WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await;
        Ok(self.noted(Part::Reads, outcome)?.is_some())
    }

    /// Adds a question and its answer to a conversation, which begins with it if it is new: all or nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the exchange is kept then.
    pub async fn add_exchange(
        &self,
        id: &ConversationId,
        question: &str,
        answer: &str,
    ) -> Result<(), StoreError> {
        let outcome = self.add_both(id, question, answer).await;
        self.noted(Part::Writes, outcome)
    }

    async fn add_both(
        &self,
        id: &ConversationId,
        question: &str,
        answer: &str,
    ) -> sqlx::Result<()> {
        let now = now_seconds();
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO conversations (id, created_at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        for (role, text) in [(Role::User, question), (Role::Assistant, answer)] {
            sqlx::query(
                "INSERT INTO turns (conversation_id, role, text, created_at) VALUES (?, ?, ?, ?)",
            )
            .bind(id.as_str())
            .bind(role.as_str())
            .bind(text)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await
    }
}
