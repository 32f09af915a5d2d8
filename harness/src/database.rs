//! Databases that are read where they lie and never written: a file, or a server.

use std::fmt::Display;
use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{Connection as _, FromRow, query_as};

use crate::trouble::Trouble;

/// An open connection.
pub(crate) enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// One question in the words of each kind of database.
#[derive(Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// A row that both kinds of database give.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

impl Database {
    /// Opens what `source` names: a `postgres://` or `sqlite:` address, or a database file.
    pub(crate) async fn open(source: &str) -> Result<Self, Trouble> {
        if is_server(source) {
            // The address may have a password in it, so it is not named.
            let opened = PgConnection::connect(source).await;
            opened.map(Self::Postgres).map_err(|error| unopened(&"the database server", &error))
        } else if source.starts_with("sqlite:") {
            let options = source.parse().map_err(|error| unopened(&source, &error))?;
            Self::sqlite(&source, options).await
        } else {
            Self::file(Path::new(source)).await
        }
    }

    /// Opens a database file.
    pub(crate) async fn file(path: &Path) -> Result<Self, Trouble> {
        Self::sqlite(&path.display(), SqliteConnectOptions::new().filename(path)).await
    }

    async fn sqlite(
        name: &(dyn Display + Sync),
        options: SqliteConnectOptions,
    ) -> Result<Self, Trouble> {
        let options = options.read_only(true).create_if_missing(false);
        let opened = SqliteConnection::connect_with(&options).await;
        opened.map(Self::Sqlite).map_err(|error| unopened(name, &error))
    }

    /// The rows that answer, one at a time.
    pub(crate) fn rows<'a, T: Row + 'a>(
        &'a mut self,
        asked: Asked,
    ) -> BoxStream<'a, sqlx::Result<T>> {
        match self {
            Self::Sqlite(connection) => query_as(asked.sqlite).fetch(connection).boxed(),
            Self::Postgres(connection) => query_as(asked.postgres).fetch(connection).boxed(),
        }
    }
}

/// Whether it is the address of a database server.
pub(crate) fn is_server(source: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| source.starts_with(scheme))
}

/// Waits for what a database does.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Trouble::new(format!("expected a runtime: {error}")))?;
    runtime.block_on(work)
}

fn unopened(name: &dyn Display, error: &sqlx::Error) -> Trouble {
    Trouble::new(format!("{name}: expected a database that can be read: {error}"))
}
