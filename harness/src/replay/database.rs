//! Receipts as rows of a database, read in order and never written.

use std::fmt::Display;
use std::path::Path;

use futures_util::{Stream, TryStreamExt as _};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, query_as};

use super::Replay;
use super::finding::Code;
use crate::trouble::Trouble;

/// Number, hash and receipt. As bytes, so that what is no text is a finding and not the end.
type Row = (i64, Vec<u8>, Vec<u8>);

const OF_SQLITE: &str =
    "SELECT number, CAST(hash AS BLOB), CAST(receipt AS BLOB) FROM receipts ORDER BY number";
const OF_POSTGRES: &str =
    "SELECT number::bigint, convert_to(hash, 'UTF8'), convert_to(receipt, 'UTF8')
    FROM receipts ORDER BY receipts.number";

pub(super) fn sqlite_file(path: &Path, replay: &mut Replay) -> Result<(), Trouble> {
    sqlite(&path.display(), SqliteConnectOptions::new().filename(path), replay)
}

pub(super) fn sqlite_url(url: &str, replay: &mut Replay) -> Result<(), Trouble> {
    let options = url.parse().map_err(|error| unopened(&url, &error))?;
    sqlite(&url, options, replay)
}

fn sqlite(
    name: &dyn Display,
    options: SqliteConnectOptions,
    replay: &mut Replay,
) -> Result<(), Trouble> {
    let options = options.read_only(true).create_if_missing(false);
    block_on(async {
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .map_err(|error| unopened(name, &error))?;
        rows(query_as(OF_SQLITE).fetch(&mut connection), replay).await;
        Ok(())
    })
}

pub(super) fn postgres(url: &str, replay: &mut Replay) -> Result<(), Trouble> {
    // The address may have a password in it, so it is not named.
    let name = "the database server";
    block_on(async {
        let mut connection =
            PgConnection::connect(url).await.map_err(|error| unopened(&name, &error))?;
        rows(query_as(OF_POSTGRES).fetch(&mut connection), replay).await;
        Ok(())
    })
}

async fn rows(mut rows: impl Stream<Item = sqlx::Result<Row>> + Unpin, replay: &mut Replay) {
    let mut line = 0;
    loop {
        match rows.try_next().await {
            Ok(Some((number, hash, receipt))) => {
                line += 1;
                replay.row(line, number, &hash, &receipt);
            }
            Ok(None) => return,
            Err(error) => return replay.unreadable(&error),
        }
    }
}

impl Replay {
    /// Takes a row, whose number has to be that of its receipt.
    fn row(&mut self, line: u64, number: i64, hash: &[u8], receipt: &[u8]) {
        self.link(line, hash, receipt);
        let found = self.before.map(|before| before.number);
        if found.is_some_and(|found| i64::try_from(found) != Ok(number)) {
            let words =
                format!("expected the receipt of number {number} in the row of that number");
            self.add(Code::NumberGap, line, words);
        }
    }

    fn unreadable(&mut self, error: &sqlx::Error) {
        self.counts.unread = Some(format!("expected to read every row of receipts: {error}"));
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Trouble::new(format!("expected a runtime: {error}")))?;
    runtime.block_on(work)
}

fn unopened(name: &dyn Display, error: &sqlx::Error) -> Trouble {
    Trouble::new(format!("{name}: expected a database that can be read: {error}"))
}
