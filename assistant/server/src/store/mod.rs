//! What is kept: documents and their passages, conversations and their turns, answers from outside as they came.
//! It decides nothing and formats no answer; no type of the database leaves this module.

mod conversations;
mod documents;
mod external;
mod fts;
mod ids;
mod proof;
mod receipts;
mod search;
mod site;

pub use conversations::{Answered, CallMade, Exchange, Role, TurnHit};
pub use documents::{Added, Document, DocumentSummary, NewDocument, NewPassage};
pub use external::{Ended, External, ExternalId, Road};
pub(crate) use ids::hex;
pub use ids::{ConversationId, DocumentId, random_hex};
pub use receipts::{Archive, Kept, SPOOL_NAME};
pub use search::{PassageHit, WordMatch};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Sqlite, Transaction};

use crate::status::{Board, Health, Part};
use receipts::{Chain, SpoolError};
use site::Site;

/// The name of the database file in the data directory.
pub const FILE_NAME: &str = "assistant.sqlite";

/// How long an operation waits for another process's or connection's write: longer than a large document
/// takes, and not so long that whoever asks gives up first.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 8;

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
    pool: SqlitePool,
    board: Arc<Board>,
    chain: Arc<Chain>,
    site: Arc<Site>,
}

impl Store {
    /// Opens the database in `directory`, creates it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the directory cannot be made, the file is no database of ours, or receipts that wait
    /// beside it cannot be read.
    pub async fn open(directory: &Path, board: Arc<Board>) -> Result<Self, StoreError> {
        make_private(directory)
            .map_err(|error| StoreError::database(&format!("{}: {error}", directory.display())))?;
        let chain = Arc::new(Chain::open(directory)?);
        let options = SqliteConnectOptions::new()
            .filename(directory.join(FILE_NAME))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        bring_up_to_date(options.clone().create_if_missing(true)).await?;
        let site = Site::of(directory).map_err(|error| StoreError::database(&error))?;
        // A file that goes later does not come back empty.
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .before_acquire(|connection, _| {
                // A commit that fails on the disk ends its transaction, and the connection goes on counting it: nobody
                // can begin another one there.
                Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
            })
            .connect_with(options.create_if_missing(false))
            .await?;
        let store = Self { pool, board, chain, site: Arc::new(site) };
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

    /// Looks for the file, reads from it and writes to it, and changes nothing that anybody sees.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        let file = self.site.has_file().await.map_err(sqlx::Error::Io);
        let file = self.noted(Part::File, file);
        let room = self.site.has_room().await.map_err(sqlx::Error::Io);
        let room = self.noted(Part::Room, room);
        let read = sqlx::query("SELECT id FROM conversations LIMIT 1").fetch_optional(&self.pool);
        let read = self.noted(Part::Reads, read.await.map(drop));
        let written = self.noted(Part::Writes, self.write().await);
        file.and(room).and(read).and(written)
    }

    /// Writes the number that the file has anyway. It is rolled back while writes succeed, which costs nothing;
    /// after one that failed it is committed, because a full disk shows at the commit only.
    async fn write(&self) -> sqlx::Result<()> {
        let is_in_doubt = self.board.is_down(Part::Writes);
        let mut transaction = self.begin().await?;
        sqlx::query("PRAGMA user_version = 0").execute(&mut *transaction).await?;
        if is_in_doubt { transaction.commit().await } else { transaction.rollback().await }
    }

    /// Begins to write. The lock is taken at once: a transaction that reads first cannot wait for it later.
    async fn begin(&self) -> sqlx::Result<Transaction<'static, Sqlite>> {
        if self.board.is_down(Part::File) {
            // A removed file takes everything and keeps nothing.
            return Err(sqlx::Error::Io(std::io::Error::other(
                "expected the file that was opened",
            )));
        }
        self.pool.begin_with("BEGIN IMMEDIATE").await
    }

    /// Ends all use of the file, after what is under way and what was left for later.
    pub async fn close(&self) {
        self.chain.settle().await;
        self.pool.close().await;
        // What came in between went to the spool.
        self.chain.settle().await;
    }

    fn noted<T>(&self, part: Part, outcome: sqlx::Result<T>) -> Result<T, StoreError> {
        let health = if outcome.is_ok() { Health::Up } else { Health::Down };
        self.board.note(part, health);
        Ok(outcome?)
    }
}

/// Makes the file if it is not there, and its tables.
async fn bring_up_to_date(options: SqliteConnectOptions) -> Result<(), StoreError> {
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let migrated = sqlx::migrate!("./migrations").run(&mut connection).await;
    migrated.map_err(|error| StoreError::database(&error))?;
    Ok(connection.close().await?)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Store;
    use crate::status::Board;

    #[tokio::test]
    async fn what_is_confirmed_is_on_the_disk_and_references_hold() {
        let directory = tempfile::TempDir::new().ok();
        let path = directory.as_ref().map(tempfile::TempDir::path);
        let store = Store::open(path.unwrap_or("/dev/null".as_ref()), Arc::new(Board::new())).await;
        let mut found = Vec::new();
        if let Ok(store) = store {
            for statement in ["PRAGMA synchronous", "PRAGMA foreign_keys"] {
                let row = sqlx::query_as::<_, (i64,)>(statement).fetch_one(&store.pool).await;
                found.extend(row.map(|(value,)| value.to_string()));
            }
            let row = sqlx::query_as::<_, (String,)>("PRAGMA journal_mode").fetch_one(&store.pool);
            found.extend(row.await.map(|(mode,)| mode));
        }
        let full_on_and_wal = ["2", "1", "wal"];
        assert_eq!(found, full_on_and_wal);
    }
}
