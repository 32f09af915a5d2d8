//! What is kept: documents and their passages, conversations and their turns, answers from outside as they came.
//! It decides nothing and formats no answer; no type of the database leaves this module.

mod conversations;
mod database;
mod documents;
mod external;
pub mod gate;
mod ids;
mod proof;
mod receipts;
mod search;
mod site;

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
use site::Site;

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
    /// Where the file lies, if it is one.
    site: Option<Arc<Site>>,
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
        let site = match place {
            Place::File => Some(Site::of(directory).map_err(|error| StoreError::database(&error))?),
            Place::Server(_) => None,
        };
        let store = Self { database, board, chain, site: site.map(Arc::new) };
        store.ping().await?;
        store.look_at_head().await?;
        store.join_spooled().await?;
        store.ping_library().await?;
        Ok(store)
    }

    /// The board that every operation writes its outcome to.
    #[must_use]
    pub const fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Looks for the file if it is one, reads from the database and writes to it, and changes nothing that anybody sees.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let (file, room) = match &self.site {
            Some(site) => (site.has_file().await, site.has_room().await),
            None => (Ok(()), Ok(())),
        };
        let file = self.noted(Part::File, file.map_err(sqlx::Error::Io));
        let room = self.noted(Part::Room, room.map_err(sqlx::Error::Io));
        let read = once!(self.database, |connection| {
            sqlx::query("SELECT id FROM conversations LIMIT 1")
                .fetch_optional(connection)
                .map_ok(drop)
        });
        let read = self.noted(Part::Reads, read);
        let written = self.noted(Part::Writes, self.write().await);
        file.and(room).and(read).and(written)
    }

    /// Writes what the database has anyway. It is rolled back while writes succeed, which costs nothing; after one
    /// that failed it is committed, because a full disk shows at the commit only.
    async fn write(&self) -> sqlx::Result<()> {
        let is_in_doubt = self.board.is_down(Part::Writes);
        let mut session = self.begin(Lock::Receipts).await?;
        let the_same = match session {
            Session::Sqlite(_) => "PRAGMA user_version = 0",
            Session::Postgres(_) => "UPDATE locks SET name = name WHERE name = 'receipts'",
        };
        session.run(the_same).await?;
        if is_in_doubt { session.commit().await } else { session.rollback().await }
    }

    /// Begins to write. The lock is taken at once: a transaction that reads first cannot wait for it later.
    async fn begin(&self, lock: Lock) -> sqlx::Result<Session> {
        if self.board.is_down(Part::File) {
            // A removed file takes everything and keeps nothing.
            return Err(sqlx::Error::Io(std::io::Error::other(
                "expected the file that was opened",
            )));
        }
        self.database.write(lock).await
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
