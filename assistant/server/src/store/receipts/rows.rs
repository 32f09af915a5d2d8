//! The rows of the chain, in a session that the caller has.

use futures_util::TryFutureExt as _;
use speech_exit::receipt::{Head, Link, hash};

use super::{Kept, Row, Waiting};
use crate::store::database::{Database, Session, on, once};

/// What became of a receipt that was to be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linked {
    /// It is the last of the chain.
    Now,
    /// The chain had the same part of the same response before, and is as it was.
    Before,
}

/// The head of the chain as the session sees it.
pub(super) async fn head(session: &mut Session) -> sqlx::Result<Head> {
    let last = on!(session, |connection| {
        sqlx::query_as::<_, (i64, String)>(
            "SELECT number, hash FROM receipts ORDER BY number DESC LIMIT 1",
        )
        .fetch_optional(connection)
    })?;
    match last {
        None => Ok(Head::empty()),
        Some((number, hash)) => Head::new(&hash, number.unsigned_abs()).ok_or_else(|| {
            sqlx::Error::Decode(format!("expected a hash in receipt {number}").into())
        }),
    }
}

/// Whether the chain has this link, which was its head.
pub(super) async fn has(session: &mut Session, head: &Head) -> sqlx::Result<bool> {
    let found = on!(session, |connection| {
        sqlx::query_as::<_, (i64,)>("SELECT number FROM receipts WHERE number = $1 AND hash = $2")
            .bind(i64::try_from(head.length()).unwrap_or(i64::MAX))
            .bind(head.hash())
            .fetch_optional(connection)
    })?;
    Ok(found.is_some())
}

/// The receipts after that number, oldest first.
pub(super) async fn page(database: &Database, after: u64, limit: u32) -> sqlx::Result<Vec<Kept>> {
    let rows = once!(database, |connection| {
        sqlx::query_as::<_, Row>(
            "SELECT number, hash, receipt FROM receipts WHERE number > $1 ORDER BY number LIMIT $2",
        )
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::from(limit))
        .fetch_all(connection)
    })?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// Links a receipt after `head`, which is the new one's then. The transaction has to hold the right to write since
/// before it read `head`.
pub(super) async fn append(
    session: &mut Session,
    head: &mut Head,
    waiting: &Waiting,
) -> sqlx::Result<Linked> {
    let id = waiting.receipt.id.as_str();
    let before = on!(session, |connection| {
        sqlx::query_as::<_, (i64,)>("SELECT number FROM receipts WHERE id = $1 AND part = $2")
            .bind(id)
            .bind(waiting.part())
            .fetch_optional(connection)
    })?;
    if before.is_some() {
        return Ok(Linked::Before);
    }
    let link = Link::after(head, waiting.receipt.clone(), waiting.at);
    let canonical = link.canonical().map_err(|error| sqlx::Error::Encode(error.into()))?;
    let hash = hash(canonical.as_bytes());
    let number = i64::try_from(link.number).map_err(|error| sqlx::Error::Encode(error.into()))?;
    on!(session, |connection| {
        sqlx::query(
            "INSERT INTO receipts (number, id, part, hash, receipt) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(number)
        .bind(id)
        .bind(waiting.part())
        .bind(&hash)
        .bind(&canonical)
        .execute(connection)
        .map_ok(drop)
    })?;
    if let Some(next) = Head::new(&hash, link.number) {
        *head = next;
    }
    Ok(Linked::Now)
}
