//! PostgreSQL: a server that others may write to at the same time, and that can stop to answer at any moment.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Postgres};
use tokio::time::timeout;

use super::Lock;
use super::place::Address;
use crate::store::StoreError;

/// For a statement's outcome to come. The server gives up itself a little earlier if it can.
const DEADLINE: Duration = Duration::from_secs(5);
/// What the server waits for: a statement, a lock as long as SQLite waits for one, and a transaction of somebody who
/// stopped in the middle of it, in milliseconds.
const SERVER_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "4500"),
    ("lock_timeout", "2000"),
    ("idle_in_transaction_session_timeout", "10000"),
];
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// For the tables to be brought up to date; another server may be at it.
const MIGRATE_TIMEOUT: Duration = Duration::from_mins(2);
const CONNECTIONS: u32 = 8;

/// A connection of the pool. One on which a statement or a transaction was left in the middle is closed, so that
/// nobody waits behind what was given up.
pub(in crate::store) struct Lease {
    connection: PoolConnection<Postgres>,
    is_amid_statement: bool,
    is_amid_transaction: bool,
}

impl Lease {
    pub(super) const fn of(connection: PoolConnection<Postgres>) -> Self {
        Self { connection, is_amid_statement: false, is_amid_transaction: false }
    }

    /// The connection for one statement, whose outcome has to be given to [`Self::saw`].
    pub(in crate::store) fn connection(&mut self) -> &mut PgConnection {
        self.is_amid_statement = true;
        &mut self.connection
    }

    /// Notes how the statement ended.
    pub(in crate::store) fn saw<T>(&mut self, outcome: &sqlx::Result<T>) {
        use sqlx::Error::{Io, Protocol, Tls, WorkerCrashed};
        self.is_amid_statement =
            matches!(outcome, Err(Io(_) | Protocol(_) | Tls(_) | WorkerCrashed));
    }

    pub(super) async fn begin(&mut self, lock: Lock) -> sqlx::Result<()> {
        self.is_amid_transaction = true;
        // Each statement sees what was committed before it, whatever the server's default is.
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        let held =
            sqlx::query_as::<_, (String,)>("SELECT name FROM locks WHERE name = $1 FOR UPDATE")
                .bind(lock.name())
                .fetch_one(self.connection());
        let held = in_time(held).await;
        self.saw(&held);
        held.map(drop)
    }

    pub(super) async fn end(mut self, statement: &'static str) -> sqlx::Result<()> {
        self.run(statement).await?;
        self.is_amid_transaction = false;
        Ok(())
    }

    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        let outcome = in_time(sqlx::query(statement).execute(self.connection())).await;
        self.saw(&outcome);
        outcome.map(drop)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_amid_statement || self.is_amid_transaction {
            self.connection.close_on_drop();
        }
    }
}

/// The outcome of a statement, or that it did not come.
pub(in crate::store) async fn in_time<T>(
    statement: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    timeout(DEADLINE, statement).await.unwrap_or_else(|_| {
        let late = "expected the outcome of a statement in time";
        Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, late)))
    })
}

pub(super) async fn open(address: &Address) -> Result<PgPool, StoreError> {
    let migrating = async {
        // That a table is there already is no news.
        let options = address.options().options([("client_min_messages", "warning")]);
        let mut connection = reached(address, options).await?;
        check_encoding(&mut connection).await?;
        let migrated = sqlx::migrate!("./migrations/postgres").run(&mut connection).await;
        migrated.map_err(|error| StoreError::database(&error))?;
        let _ = connection.close().await;
        Ok(())
    };
    let migrated = timeout(MIGRATE_TIMEOUT, migrating).await;
    migrated.unwrap_or_else(|_| {
        Err(StoreError::database(&"its tables were not brought up to date in time"))
    })?;
    Ok(pool(address.options().options(SERVER_LIMITS), CONNECTIONS))
}

pub(super) async fn open_to_read(address: &Address) -> Result<PgPool, StoreError> {
    let options = address.options().options([("default_transaction_read_only", "on")]);
    let connection = reached(address, options.clone()).await?;
    let _ = connection.close().await;
    Ok(pool(options.options(SERVER_LIMITS), 1))
}

/// A pool says of a server that is not there only that it waited, so the first connection is made without one.
async fn reached(address: &Address, options: PgConnectOptions) -> Result<PgConnection, StoreError> {
    let why = match timeout(DEADLINE, options.connect()).await {
        Ok(Ok(connection)) => return Ok(connection),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it did not answer in time".to_owned(),
    };
    Err(StoreError(format!(
        "DATABASE_UNREACHABLE: expected the database of DATABASE_URL at {address} to let us in: {why}"
    )))
}

/// Another encoding cannot hold every text.
async fn check_encoding(connection: &mut PgConnection) -> Result<(), StoreError> {
    let (encoding,): (String,) =
        sqlx::query_as("SHOW server_encoding").fetch_one(connection).await?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError(format!(
        "DATABASE_ENCODING: expected a database whose encoding is UTF8, found {encoding}"
    )))
}

fn pool(options: PgConnectOptions, connections: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(async move { make_durable(connection).await }))
        .connect_lazy_with(options)
}

/// What is confirmed has to be on the disk, also where the server's default is another.
async fn make_durable(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') = 'off'",
    )
    .execute(connection)
    .await
    .map(drop)
}

/// A server that does not answer is not waited for.
pub(super) async fn close(pool: &PgPool) {
    let _ = timeout(DEADLINE, pool.close()).await;
}
