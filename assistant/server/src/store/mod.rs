//! What is kept: documents and their passages, conversations and their turns, answers from outside as they came.
//! It decides nothing and formats no answer; no type of the database leaves this module.

mod conversations;
mod database;
mod documents;
mod external;
mod ids;
mod receipts;
mod search;

pub use conversations::{Answered, CallMade, Exchange, Role, TurnHit};
pub use database::{Address, DATABASE_URL, Place, PlaceError};
pub use documents::{Added, Document, DocumentSummary, NewDocument, NewPassage};
pub use external::{Ended, External, ExternalId, Road};
pub(crate) use ids::hex;
pub use ids::{ConversationId, DocumentId, random_hex};
pub use receipts::{Archive, Kept, SPOOL_NAME};
pub use search::{PassageHit, WordMatch};

use std::path::Path;
use std::sync::Arc;

use futures_util::TryFutureExt as _;

use crate::status::{Board, Health, Part};
use database::{Database, Lock, Session, once};
use receipts::{Chain, SpoolError};

/// The name of the database file in the data directory.
pub const FILE_NAME: &str = "assistant.sqlite";

/// Why the store gave nothing. The words are the database's, for the log, and never leave in an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StoreError(String);

impl StoreError {
    fn database(why: &impl std::fmt::Display) -> Self {
        Self(format!("STORE_UNAVAILABLE: expected the database to answer: {why}"))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::database(&error)
    }
}

impl From<SpoolError> for StoreError {
    fn from(error: SpoolError) -> Self {
        Self(error.to_string())
    }
}

/// The open database. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    board: Arc<Board>,
    chain: Arc<Chain>,
}

impl Store {
    /// Opens the database file in `directory`, creates it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// As for [`Self::open_at`].
    pub async fn open(directory: &Path, board: Arc<Board>) -> Result<Self, StoreError> {
        Self::open_at(&Place::File, directory, board).await
    }

    /// Opens the database at `place` and brings its tables up to date. What waits for it is kept in `directory`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the directory cannot be made, the place has no database of ours, or receipts that wait
    /// beside it cannot be read.
    pub async fn open_at(
        place: &Place,
        directory: &Path,
        board: Arc<Board>,
    ) -> Result<Self, StoreError> {
        make_private(directory)
            .map_err(|error| StoreError::database(&format!("{}: {error}", directory.display())))?;
        let chain = Arc::new(Chain::open(directory)?);
        let database = Database::open(place, directory).await?;
        let store = Self { database, board, chain };
        store.ping().await?;
        store.join_spooled().await?;
        store.look_at_head().await?;
        store.ping_library().await?;
        Ok(store)
    }

    /// The board that every operation writes its outcome to.
    #[must_use]
    pub const fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Reads from the database and writes to it, and changes nothing that anybody sees.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let read = once!(self.database, |connection| {
            sqlx::query("SELECT id FROM conversations LIMIT 1")
                .fetch_optional(connection)
                .map_ok(drop)
        });
        let read = self.noted(Part::Reads, read);
        let written = self.noted(Part::Writes, self.write().await);
        read.and(written)
    }

    /// Writes what the database has anyway. It is rolled back while writes succeed, which costs nothing; after one
    /// that failed it is committed, because a full disk shows at the commit only.
    async fn write(&self) -> sqlx::Result<()> {
        let is_in_doubt = self.board.is_down(Part::Writes);
        let mut session = self.database.write(Lock::Receipts).await?;
        let the_same = match session {
            Session::Sqlite(_) => "PRAGMA user_version = 0",
            Session::Postgres(_) => "UPDATE locks SET name = name WHERE name = 'receipts'",
        };
        session.run(the_same).await?;
        if is_in_doubt { session.commit().await } else { session.rollback().await }
    }

    /// Asks the library's index for an answer.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ping_library(&self) -> Result<(), StoreError> {
        let outcome = search::probe(&self.database).await;
        self.noted(Part::Library, outcome)
    }

    /// Ends all use of the database, after what is under way and what was left for later.
    pub async fn close(&self) {
        self.chain.settle().await;
        self.database.close().await;
        // What came in between went to the spool.
        self.chain.settle().await;
    }

    fn noted<T>(&self, part: Part, outcome: sqlx::Result<T>) -> Result<T, StoreError> {
        let health = if outcome.is_ok() { Health::Up } else { Health::Down };
        self.board.note(part, health);
        Ok(outcome?)
    }
}

/// Makes a directory that nobody else on the machine can look into: conversations are kept in it.
fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn now_seconds() -> i64 {
    jiff::Timestamp::now().as_second()
}
