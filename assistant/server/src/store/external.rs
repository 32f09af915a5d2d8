//! Answers from outside, as they came. Nothing in here looks into them.

use std::fmt;

use futures_util::TryFutureExt as _;

use super::database::{Lock, on, once};
use super::ids::random_hex;
use super::{Store, StoreError, now_seconds};
use crate::status::Part;
use crate::upstream::Raw;

/// An answer's id: `ext_` and 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExternalId(String);

impl ExternalId {
    /// The id as it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// In which form the answer was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Road {
    /// In one piece.
    Whole,
    /// As events.
    Stream,
}

impl Road {
    const ALL: [Self; 2] = [Self::Whole, Self::Stream];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Stream => "stream",
        }
    }
}

/// How the receiving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// At the answer's end.
    Complete,
    /// Before it: the connection broke, or what came has no end.
    Cut,
    /// It took too long.
    Late,
    /// There was more than may be.
    TooLarge,
    /// What came is no answer, so the rest was not taken.
    Unusable,
    /// Nobody waited for the rest.
    Dropped,
}

impl Ended {
    const ALL: [Self; 6] =
        [Self::Complete, Self::Cut, Self::Late, Self::TooLarge, Self::Unusable, Self::Dropped];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Cut => "cut",
            Self::Late => "late",
            Self::TooLarge => "too_large",
            Self::Unusable => "unusable",
            Self::Dropped => "dropped",
        }
    }
}

/// An answer from outside.
#[derive(Clone, PartialEq, Eq)]
pub struct External {
    /// The SHA-256 of the request's body, as hexadecimal digits.
    pub request_sha256: String,
    /// In which form it was asked for.
    pub road: Road,
    /// The HTTP status.
    pub status: u16,
    /// How the receiving ended.
    pub ended: Ended,
    /// What came, up to there.
    pub body: Vec<u8>,
}

impl Store {
    /// Keeps an answer from outside, before anybody interprets it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; then it is not kept.
    pub async fn keep_external(&self, external: &External) -> Result<ExternalId, StoreError> {
        let drawn = random_hex().map_err(|error| StoreError(error.to_string()))?;
        let id = ExternalId(format!("ext_{drawn}"));
        let outcome = self.add_external(&id, external).await;
        self.noted(Part::Writes, outcome)?;
        Ok(id)
    }

    async fn add_external(&self, id: &ExternalId, external: &External) -> sqlx::Result<()> {
        let mut session = self.begin(Lock::Receipts).await?;
        on!(&mut session, |connection| {
            sqlx::query(
                "INSERT INTO external_responses
                 (id, request_sha256, road, status, received_at, ended, body)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(id.as_str())
            .bind(&external.request_sha256)
            .bind(external.road.as_str())
            .bind(i64::from(external.status))
            .bind(now_seconds())
            .bind(external.ended.as_str())
            .bind(&external.body)
            .execute(connection)
            .map_ok(drop)
        })?;
        session.commit().await
    }

    /// What was kept under this id; its owner opens it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn external(&self, id: &ExternalId) -> Result<Option<Raw<External>>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (String, String, i64, String, Vec<u8>)>(
                "SELECT request_sha256, road, status, ended, body FROM external_responses
                 WHERE id = $1",
            )
            .bind(id.as_str())
            .fetch_optional(connection)
        });
        let Some((request_sha256, road, status, ended, body)) = self.noted(Part::Reads, outcome)?
        else {
            return Ok(None);
        };
        let road = Road::ALL.into_iter().find(|known| known.as_str() == road);
        let ended = Ended::ALL.into_iter().find(|known| known.as_str() == ended);
        let (Some(road), Ok(status), Some(ended)) = (road, u16::try_from(status), ended) else {
            return Err(StoreError(format!("{id} is kept in words that are not known")));
        };
        Ok(Some(Raw::new(External { request_sha256, road, status, ended, body })))
    }

    /// The ids of what was kept, the newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn external_ids(&self, limit: u32) -> Result<Vec<ExternalId>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, (String,)>(
                "SELECT id FROM external_responses ORDER BY number DESC LIMIT $1",
            )
            .bind(i64::from(limit))
            .fetch_all(connection)
        });
        let rows = self.noted(Part::Reads, outcome)?;
        Ok(rows.into_iter().map(|(id,)| ExternalId(id)).collect())
    }
}

/// What is in it is not shown.
impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External")
            .field("road", &self.road)
            .field("status", &self.status)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
