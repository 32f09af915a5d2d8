//! SQLite: a file in the data directory.

use std::path::Path;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Sqlite, Transaction};

use crate::store::{FILE_NAME, StoreError};

/// How long an operation waits for another process's or connection's write: longer than a large document
/// takes, and not so long that whoever asks gives up first.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS: u32 = 8;

/// A connection to the file, in a transaction or not.
pub(in crate::store) enum Held {
    Connection(PoolConnection<Sqlite>),
    Transaction(Transaction<'static, Sqlite>),
}

impl Held {
    pub(in crate::store) fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Connection(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }

    pub(super) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Connection(_) => Ok(()),
            Self::Transaction(transaction) => transaction.commit().await,
        }
    }

    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Connection(_) => Ok(()),
            Self::Transaction(transaction) => transaction.rollback().await,
        }
    }
}

pub(super) async fn open(directory: &Path) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(directory.join(FILE_NAME))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    bring_up_to_date(options.clone().create_if_missing(true)).await?;
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
    Ok(pool)
}

/// Makes the file if it is not there, and its tables.
async fn bring_up_to_date(options: SqliteConnectOptions) -> Result<(), StoreError> {
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let migrated = sqlx::migrate!("./migrations/sqlite").run(&mut connection).await;
    migrated.map_err(|error| StoreError::database(&error))?;
    Ok(connection.close().await?)
}

pub(super) async fn open_to_read(directory: &Path) -> Result<SqlitePool, StoreError> {
    let file = directory.join(FILE_NAME);
    if !file.is_file() {
        let file = file.display();
        return Err(StoreError(format!(
            "STORE_MISSING: expected a database at {file}, found none; name its directory with --data-dir"
        )));
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT);
    Ok(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?)
}

#[cfg(test)]
mod tests {
    use super::open;

    #[tokio::test]
    async fn what_is_confirmed_is_on_the_disk_and_references_hold() {
        let directory = tempfile::TempDir::new().ok();
        let path = directory.as_ref().map(tempfile::TempDir::path);
        let pool = open(path.unwrap_or("/dev/null".as_ref())).await;
        let mut found = Vec::new();
        if let Ok(pool) = pool {
            for statement in ["PRAGMA synchronous", "PRAGMA foreign_keys"] {
                let row = sqlx::query_as::<_, (i64,)>(statement).fetch_one(&pool).await;
                found.extend(row.map(|(value,)| value.to_string()));
            }
            let row = sqlx::query_as::<_, (String,)>("PRAGMA journal_mode").fetch_one(&pool);
            found.extend(row.await.map(|(mode,)| mode));
        }
        let full_on_and_wal = ["2", "1", "wal"];
        assert_eq!(found, full_on_and_wal);
    }
}
