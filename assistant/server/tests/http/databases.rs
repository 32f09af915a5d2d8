//! The database that a test runs on. A test of what is kept runs on a file and on a PostgreSQL server, where each
//! directory has a schema of its own.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use assistant::status::Board;
use assistant::store::{FILE_NAME, Place, Store};
use futures_util::FutureExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

/// Names the server for tests.
const SERVER: &str = "HARNESS_TEST_POSTGRES";

tokio::task_local! {
    static ON: Server;
}

#[derive(Clone)]
struct Server {
    url: String,
    schemas: Arc<Mutex<BTreeSet<String>>>,
}

/// Makes each function two tests: `sqlite` and `postgres` in a module of its name.
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$name().await;
            }

            #[tokio::test]
            async fn postgres() {
                crate::databases::on_server(module_path!(), super::$name()).await;
            }
        }
    )+};
}

/// Makes each function a test on the server, for what a file cannot do.
macro_rules! on_postgres {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn postgres() {
                crate::databases::on_server(module_path!(), super::$name()).await;
            }
        }
    )+};
}

pub(crate) use {on_each_database, on_postgres};

/// Runs a test on the server, if there is one, and removes what it left there, however it ended.
pub(crate) async fn on_server(name: &str, test: impl Future<Output = ()>) {
    let Ok(url) = std::env::var(SERVER) else {
        let words = format!("SKIPPED: {name}::postgres: set {SERVER} to a postgres:// URL\n");
        // Past the test runner, which shows nothing of a test that passes.
        std::io::stderr().write_all(words.as_bytes()).expect("standard error");
        return;
    };
    let on = Server { url, schemas: Arc::default() };
    let outcome = std::panic::AssertUnwindSafe(ON.scope(on.clone(), test)).catch_unwind().await;
    let mut connection = PgConnection::connect(&on.url).await.expect("a database server");
    let schemas = std::mem::take(&mut *on.schemas.lock().expect("the schemas"));
    for schema in schemas {
        let drop = AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
        connection.execute(sqlx::raw_sql(drop)).await.expect("an end of the schema");
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// The address of the database that belongs to a directory; none if that is a file.
pub(crate) fn url(directory: &Path) -> Option<String> {
    let server = ON.try_with(Clone::clone).ok()?;
    let digest = speech_exit::receipt::hash(directory.as_os_str().as_encoded_bytes());
    let schema = format!("test_{}_{}", std::process::id(), &digest[..16]);
    if server.schemas.lock().expect("the schemas").insert(schema.clone()) {
        create(&server.url, &schema);
    }
    let separator = if server.url.contains('?') { '&' } else { '?' };
    Some(format!("{}{separator}options[search_path]={schema}", server.url))
}

/// On a thread of its own, so that those can call it who do not await.
fn create(url: &str, schema: &str) {
    let creating = async {
        let mut connection = PgConnection::connect(url).await.expect("a database server");
        let create = AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        connection.execute(sqlx::raw_sql(create)).await.expect("a schema");
    };
    std::thread::scope(|scope| {
        let create = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(creating);
        };
        scope.spawn(create).join().expect("a schema");
    });
}

pub(crate) fn place(directory: &Path) -> Place {
    url(directory).map_or(Place::File, |url| Place::server(&url).expect("an address"))
}

pub(crate) async fn open(directory: &Path) -> Store {
    let board = Arc::new(Board::new());
    Store::open_at(&place(directory), directory, board).await.expect("a store")
}

/// What another process has of the database.
pub(crate) enum Other {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub(crate) async fn other_connection_to(directory: &Path) -> Other {
    match url(directory) {
        Some(url) => Other::Postgres(PgConnection::connect(&url).await.expect("a connection")),
        None => {
            let options =
                sqlx::sqlite::SqliteConnectOptions::new().filename(directory.join(FILE_NAME));
            Other::Sqlite(SqliteConnection::connect_with(&options).await.expect("a file"))
        }
    }
}

/// Awaits a query on either database.
macro_rules! on {
    ($other:expr, |$connection:ident| $query:expr) => {
        match $other {
            Other::Sqlite($connection) => $query.await,
            Other::Postgres($connection) => $query.await,
        }
    };
}

impl Other {
    pub(crate) async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        on!(self, |connection| async { connection.execute(statement).await.map(drop) })
    }

    /// Takes the right to write.
    pub(crate) async fn hold(&mut self) {
        match self {
            Self::Sqlite(file) => file.execute("BEGIN IMMEDIATE").await.map(drop),
            Self::Postgres(server) => {
                server.execute("BEGIN").await.expect("a transaction");
                server.execute("SELECT name FROM locks FOR UPDATE").await.map(drop)
            }
        }
        .expect("the lock");
    }

    /// Gives the right to write back.
    pub(crate) async fn release(&mut self) {
        self.run("ROLLBACK").await.expect("the end of the hold");
    }

    /// What each commit of the store changes.
    pub(crate) async fn commits(&mut self) -> String {
        let statement = match self {
            Self::Sqlite(_) => "SELECT data_version || '' FROM pragma_data_version",
            Self::Postgres(_) => {
                "SELECT (SELECT string_agg(xmin::text, ' ' ORDER BY name) FROM locks)
                 || (SELECT count(*) FROM receipts)"
            }
        };
        let row: (String,) =
            on!(self, |connection| sqlx::query_as(statement).fetch_one(connection)).expect("a row");
        row.0
    }

    /// What came from outside, as it was kept.
    pub(crate) async fn external(&mut self) -> Vec<(String, i64, String, Vec<u8>)> {
        let rows = on!(self, |connection| sqlx::query_as(
            "SELECT road, status, ended, body FROM external_responses ORDER BY number",
        )
        .fetch_all(connection));
        rows.expect("rows")
    }

    /// Runs a statement that is put together here.
    pub(crate) async fn run_made(&mut self, statement: String) -> sqlx::Result<()> {
        let statement = AssertSqlSafe(statement);
        on!(self, |connection| async { connection.execute(statement).await.map(drop) })
    }

    /// The one column of texts that a query gives.
    pub(crate) async fn texts(&mut self, select: &str) -> Vec<String> {
        let select = || AssertSqlSafe(select.to_owned());
        let rows: sqlx::Result<Vec<(String,)>> =
            on!(self, |connection| sqlx::query_as(select()).fetch_all(connection));
        rows.expect("rows").into_iter().map(|(text,)| text).collect()
    }

    /// Every row of a table, as text, in an order that is always the same.
    pub(crate) async fn dump(&mut self, table: &str) -> String {
        let select = match self {
            Self::Sqlite(_) => {
                let columns = format!("SELECT name FROM pragma_table_info('{table}')");
                let columns = self.texts(&columns).await.join(", ");
                format!("SELECT json_array({columns}) FROM {table} ORDER BY 1")
            }
            Self::Postgres(_) => format!("SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1"),
        };
        self.texts(&select).await.join("\n") + "\n"
    }
}
