//! The chain of receipts: what is read of it. What is written to it stands in [`ledger`].

mod archive;
mod ledger;
mod rows;
mod spool;

pub use archive::Archive;
pub(super) use ledger::Chain;
pub(super) use spool::SpoolError;

use futures_util::Stream;
use serde::{Deserialize, Serialize};
use speech_exit::receipt::{Head, Receipt};

use super::database::{Text, once};
use super::{Store, StoreError};
use crate::status::Part;

/// The name of the spool in the data directory.
pub const SPOOL_NAME: &str = "receipts.spool";

/// A receipt as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place, from 1.
    pub number: u64,
    /// The hash of its canonical JSON.
    pub hash: String,
    /// Its canonical JSON.
    pub receipt: String,
}

/// A receipt that is not linked yet, and when it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waiting {
    at: u64,
    receipt: Receipt,
}

impl Waiting {
    const fn is_empty(&self) -> bool {
        self.receipt.opening.is_none() && self.receipt.closing.is_none()
    }

    /// What no other receipt of the same response has: the segment that it opens, or -1 if it only closes.
    fn part(&self) -> i64 {
        self.receipt.opening.as_ref().map_or(-1, |opening| i64::from(opening.segment))
    }
}

type Row = (i64, String, String);

impl From<Row> for Kept {
    fn from((number, hash, receipt): Row) -> Self {
        Self { number: number.unsigned_abs(), hash, receipt }
    }
}

impl Store {
    /// Where the chain ends.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn head(&self) -> Result<Head, StoreError> {
        let outcome = self.read_head().await;
        self.noted(Part::Reads, outcome)
    }

    async fn read_head(&self) -> sqlx::Result<Head> {
        rows::head(&mut self.database.session().await?).await
    }

    /// Where the chain ended when this process last wrote to it or looked, without waiting for the database.
    #[must_use]
    pub fn head_seen(&self) -> Head {
        self.chain.seen()
    }

    /// How many receipts wait beside the database.
    #[must_use]
    pub fn spooled(&self) -> usize {
        self.chain.spooled()
    }

    /// The receipts after that number, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn receipts(&self, after: u64, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let outcome = rows::page(&self.database, after, limit).await;
        self.noted(Part::Reads, outcome)
    }

    /// All receipts of that id, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn receipt(&self, id: &str) -> Result<Vec<Kept>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, Row>(
                "SELECT number, hash, receipt FROM receipts WHERE id = $1 ORDER BY number",
            )
            .bind(Text::of(id))
            .fetch_all(connection)
        });
        Ok(self.noted(Part::Reads, outcome)?.into_iter().map(Kept::from).collect())
    }

    /// The whole chain, oldest first, read a page at a time so that it never holds up a writer.
    pub fn all_receipts(&self) -> impl Stream<Item = Result<Kept, StoreError>> {
        archive::all(&self.database)
    }
}
