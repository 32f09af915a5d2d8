//! The two databases behind the store. A statement that both understand stands once, inside [`on`] or [`once`]; what
//! only one of them has stands in a module of its name.

mod place;
mod postgres;
mod sqlite;
mod text;

pub use place::{Address, DATABASE_URL, Place, PlaceError};
pub(super) use text::{Text, stored};

use std::path::Path;

use futures_util::TryFutureExt as _;
use sqlx::{PgPool, SqlitePool};

use super::StoreError;
pub(super) use postgres::{Lease, in_time};
pub(super) use sqlite::Held;

/// Awaits a statement on a [`Session`]. It is written once and made for either database.
macro_rules! on {
    ($session:expr, |$connection:ident| $statement:expr) => {
        match $session {
            $crate::store::database::Session::Sqlite(held) => {
                let $connection = held.connection();
                $statement.await
            }
            $crate::store::database::Session::Postgres(lease) => {
                let $connection = lease.connection();
                let outcome = $crate::store::database::in_time($statement).await;
                lease.saw(&outcome);
                outcome
            }
        }
    };
}

/// Awaits a statement that stands alone on a [`Database`].
macro_rules! once {
    ($database:expr, |$connection:ident| $statement:expr) => {
        match $database.session().await {
            Ok(mut session) => {
                $crate::store::database::on!(&mut session, |$connection| $statement)
            }
            Err(error) => Err(error),
        }
    };
}

pub(super) use {on, once};

/// The open database. Clones share it.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A connection for some statements, or a transaction; dropped without [`Session::commit`] a transaction comes to
/// nothing.
pub(super) enum Session {
    Sqlite(Held),
    Postgres(Lease),
}

/// What is written by one at a time, on any number of servers, because it has to come in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    Gate,
    Library,
    Receipts,
}

impl Lock {
    const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Library => "library",
            Self::Receipts => "receipts",
        }
    }
}

impl Database {
    /// Opens the database, creates it if it is a file that is not there, and brings its tables up to date.
    pub(super) async fn open(place: &Place, directory: &Path) -> Result<Self, StoreError> {
        match place {
            Place::File => sqlite::open(directory).await.map(Self::Sqlite),
            Place::Server(address) => postgres::open(address).await.map(Self::Postgres),
        }
    }

    /// Opens a database that is there, to be read only.
    pub(super) async fn open_to_read(place: &Place, directory: &Path) -> Result<Self, StoreError> {
        match place {
            Place::File => sqlite::open_to_read(directory).await.map(Self::Sqlite),
            Place::Server(address) => postgres::open_to_read(address).await.map(Self::Postgres),
        }
    }

    /// A connection for statements that stand alone.
    pub(super) async fn session(&self) -> sqlx::Result<Session> {
        match self {
            Self::Sqlite(pool) => Ok(Session::Sqlite(Held::Connection(pool.acquire().await?))),
            Self::Postgres(pool) => Ok(Session::Postgres(Lease::of(pool.acquire().await?))),
        }
    }

    /// Begins a transaction that holds the lock from before its first statement: one that reads first would not see
    /// what who had the lock before wrote.
    pub(super) async fn write(&self, lock: Lock) -> sqlx::Result<Session> {
        match self {
            Self::Sqlite(pool) => {
                // There is one lock for the whole file.
                let transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                Ok(Session::Sqlite(Held::Transaction(transaction)))
            }
            Self::Postgres(pool) => {
                let mut lease = Lease::of(pool.acquire().await?);
                lease.begin(lock).await?;
                Ok(Session::Postgres(lease))
            }
        }
    }

    /// Ends all use, after what is under way.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => postgres::close(pool).await,
        }
    }
}

impl Session {
    /// Makes the transaction last.
    pub(super) async fn commit(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(held) => held.commit().await,
            Self::Postgres(lease) => lease.end("COMMIT").await,
        }
    }

    /// Ends the transaction without a trace.
    pub(super) async fn rollback(self) -> sqlx::Result<()> {
        match self {
            Self::Sqlite(held) => held.rollback().await,
            Self::Postgres(lease) => lease.end("ROLLBACK").await,
        }
    }

    /// Runs a statement that gives no rows.
    pub(super) async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        on!(self, |connection| sqlx::query(statement).execute(connection).map_ok(drop))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_step_of_the_tables_is_made_for_either_database() {
        let steps = |migrator: sqlx::migrate::Migrator| {
            let each = migrator.iter().map(|step| (step.version, step.description.to_string()));
            each.collect::<Vec<_>>()
        };
        let sqlite = steps(sqlx::migrate!("./migrations/sqlite"));
        assert!(!sqlite.is_empty());
        assert_eq!(sqlite, steps(sqlx::migrate!("./migrations/postgres")));
    }
}
