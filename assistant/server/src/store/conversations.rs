//! Conversations and what was said in them.

use std::sync::{Arc, OnceLock};

use futures_util::TryFutureExt as _;

use super::database::{Lock, Session, Text, on, once};
use super::ids::ConversationId;
use super::search::{self, WordMatch};
use super::{Store, StoreError, now_seconds};
use crate::status::Part;

/// How many exchanges of a conversation are recalled whole.
const EXCHANGES: i64 = 20;
/// How many bytes of them.
const EXCHANGES_BYTES: usize = 128 << 10;

/// An answer follows its question, and both were added in one move.
const LAST_EXCHANGES: &str = "SELECT question.text, answer.text FROM turns AS answer
    JOIN turns AS question ON question.id = (
        SELECT max(id) FROM turns
        WHERE conversation_id = answer.conversation_id AND role = 'user' AND id < answer.id
    )
    WHERE answer.conversation_id = $1 AND answer.role = 'assistant'
    ORDER BY answer.id DESC LIMIT $2";

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

/// What was answered. There is no way to print it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// The words.
    pub text: String,
    /// The tools that the client is to run.
    pub calls: Vec<CallMade>,
}

/// A call of a tool that the client runs.
#[derive(Clone, PartialEq, Eq)]
pub struct CallMade {
    /// The id to which its result will refer.
    pub id: String,
    /// The name of the tool.
    pub name: String,
    /// The arguments, as text.
    pub arguments: String,
}

/// A question and its answer, to be kept in one move with the receipt of the answer.
///
/// It travels as the memo of the receipt. There is no way to print it: it has what was said.
pub struct Exchange {
    /// Where it belongs; the conversation begins with it if it is new.
    pub conversation: ConversationId,
    /// What the person said.
    pub question: String,
    /// What was answered, set before the receipt is kept: while an answer is streamed it is not known yet.
    pub answer: Arc<OnceLock<Answered>>,
    /// The id by which the answer can be continued, if it has one.
    pub response_id: Option<String>,
}

impl Store {
    /// Whether we issued this id and something was said under it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn has_conversation(&self, id: &ConversationId) -> Result<bool, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (String,)>("SELECT id FROM conversations WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(connection)
        });
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
        let mut session = self.begin(Lock::Receipts).await?;
        insert_turns(&mut session, id, question, answer).await?;
        session.commit().await
    }

    /// The conversation that a response of ours belongs to; `None` if we gave no response that id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn conversation_of(
        &self,
        response: &str,
    ) -> Result<Option<ConversationId>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (String,)>("SELECT conversation_id FROM responses WHERE id = $1")
                .bind(Text::of(response))
                .fetch_optional(connection)
        });
        let found = self.noted(Part::Reads, outcome)?;
        Ok(found.and_then(|(id,)| ConversationId::parse(&id)))
    }

    /// The last questions and answers of a conversation, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn last_exchanges(
        &self,
        conversation: &ConversationId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (Text<'static>, Text<'static>)>(LAST_EXCHANGES)
                .bind(conversation.as_str())
                .bind(EXCHANGES)
                .fetch_all(connection)
        });
        let mut bytes = 0;
        let latest = self.noted(Part::Reads, outcome)?.into_iter();
        let mut exchanges: Vec<_> = latest
            .map(|(question, answer)| (question.into_string(), answer.into_string()))
            .take_while(|(question, answer)| {
                bytes += question.len() + answer.len();
                bytes <= EXCHANGES_BYTES
            })
            .collect();
        exchanges.reverse();
        Ok(exchanges)
    }

    /// The calls that a response of ours made, in order.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn calls_of(&self, response: &str) -> Result<Vec<CallMade>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (Text<'static>, Text<'static>, Text<'static>)>(
                "SELECT id, name, arguments FROM calls WHERE response_id = $1 ORDER BY position",
            )
            .bind(Text::of(response))
            .fetch_all(connection)
        });
        let found = self.noted(Part::Reads, outcome)?;
        let made = |(id, name, arguments): (Text<'_>, Text<'_>, Text<'_>)| CallMade {
            id: id.into_string(),
            name: name.into_string(),
            arguments: arguments.into_string(),
        };
        Ok(found.into_iter().map(made).collect())
    }
}

/// Adds an exchange to a transaction of the caller's.
pub(super) async fn insert_exchange(
    session: &mut Session,
    exchange: &Exchange,
) -> sqlx::Result<()> {
    let Exchange { conversation, question, answer, response_id } = exchange;
    let answer = answer.get().ok_or_else(|| {
        sqlx::Error::Encode("expected the answer to be known when the exchange is kept".into())
    })?;
    let Answered { text, calls } = answer;
    insert_turns(session, conversation, question, text).await?;
    if let Some(id) = response_id {
        on!(session, |connection| {
            sqlx::query(
                "INSERT INTO responses (id, conversation_id, created_at) VALUES ($1, $2, $3)",
            )
            .bind(id)
            .bind(conversation.as_str())
            .bind(now_seconds())
            .execute(connection)
            .map_ok(drop)
        })?;
        insert_calls(session, id, calls).await?;
    }
    Ok(())
}

async fn insert_calls(
    session: &mut Session,
    response: &str,
    calls: &[CallMade],
) -> sqlx::Result<()> {
    for (position, CallMade { id, name, arguments }) in (0_i64..).zip(calls) {
        on!(session, |connection| {
            sqlx::query(
                "INSERT INTO calls (response_id, position, id, name, arguments)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(response)
            .bind(position)
            .bind(Text::of(id))
            .bind(Text::of(name))
            .bind(Text::of(arguments))
            .execute(connection)
            .map_ok(drop)
        })?;
    }
    Ok(())
}

async fn insert_turns(
    session: &mut Session,
    id: &ConversationId,
    question: &str,
    answer: &str,
) -> sqlx::Result<()> {
    let now = now_seconds();
    on!(session, |connection| {
        sqlx::query(
            "INSERT INTO conversations (id, created_at) VALUES ($1, $2)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id.as_str())
        .bind(now)
        .execute(connection)
        .map_ok(drop)
    })?;
    for (role, text) in [(Role::User, question), (Role::Assistant, answer)] {
        search::insert_turn(session, id, role, text, now).await?;
    }
    Ok(())
}
