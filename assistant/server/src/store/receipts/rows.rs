//! The rows of the chain, on a connection that the caller has.

use speech_exit::receipt::{Head, Link, hash};
use sqlx::{SqliteConnection, SqlitePool};

use super::{Kept, Row, Waiting};

/// What became of a receipt that was to be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linked {
    /// It is the last of the chain.
    Now,
    /// The chain had the same part of the same response before, and is as it was.
    Before,
}

/// The head of the chain as the connection sees it.
pub(super) async fn head(connection: &mut SqliteConnection) -> sqlx::Result<Head> {
    let last: Option<(i64, String)> =
        sqlx::query_as("SELECT number, hash FROM receipts ORDER BY number DESC LIMIT 1")
            .fetch_optional(connection)
            .await?;
    match last {
        None => Ok(Head::empty()),
        Some((number, hash)) => Head::new(&hash, number.unsigned_abs()).ok_or_else(|| {
            sqlx::Error::Decode(format!("expected a hash in receipt {number}").into())
        }),
    }
}

/// Whether the chain has this link, which was its head.
pub(super) async fn has(connection: &mut SqliteConnection, head: &Head) -> sqlx::Result<bool> {
    let found = sqlx::query("SELECT 1 FROM receipts WHERE number = ? AND hash = ?")
        .bind(i64::try_from(head.length()).unwrap_or(i64::MAX))
        .bind(head.hash())
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// The receipts after that number, oldest first.
pub(super) async fn page(pool: &SqlitePool, after: u64, limit: u32) -> sqlx::Result<Vec<Kept>> {
    let rows = sqlx::query_as::<_, Row>(
        "SELECT number, hash, receipt FROM receipts WHERE number > ? ORDER BY number LIMIT ?",
    )
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

/// Links a receipt after `head`, which is the new one's then. The transaction has to hold the right to write since
/// before it read `head`.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    head: &mut Head,
    waiting: &Waiting,
) -> sqlx::Result<Linked> {
    let id = waiting.receipt.id.as_str();
    let before = sqlx::query("SELECT 1 FROM receipts WHERE id = ? AND part = ?")
        .bind(id)
        .bind(waiting.part())
        .fetch_optional(&mut *connection)
        .await?;
    if before.is_some() {
        return Ok(Linked::Before);
    }
    let link = Link::after(head, waiting.receipt.clone(), waiting.at);
    let canonical = link.canonical().map_err(|error| sqlx::Error::Encode(error.into()))?;
    let hash = hash(canonical.as_bytes());
    let number = i64::try_from(link.number).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query("INSERT INTO receipts (number, id, part, hash, receipt) VALUES (?, ?, ?, ?, ?)")
        .bind(number)
        .bind(id)
        .bind(waiting.part())
        .bind(&hash)
        .bind(&canonical)
        .execute(connection)
        .await?;
    if let Some(next) = Head::new(&hash, link.number) {
        *head = next;
    }
    Ok(Linked::Now)
}
