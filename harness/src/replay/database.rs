//! Receipts as rows of a database, read in order and never written.

use std::path::Path;

use futures_util::TryStreamExt as _;

use super::Replay;
use super::finding::Code;
use crate::database::{Asked, Database, block_on};
use crate::trouble::Trouble;

/// Number, hash and receipt. As bytes, so that what is no text is a finding and not the end.
type Row = (i64, Vec<u8>, Vec<u8>);

const RECEIPTS: Asked = Asked {
    sqlite: "SELECT number, CAST(hash AS BLOB), CAST(receipt AS BLOB) FROM receipts ORDER BY number",
    postgres: "SELECT number::bigint, convert_to(hash, 'UTF8'), convert_to(receipt, 'UTF8')
    FROM receipts ORDER BY receipts.number",
};

pub(super) fn file(path: &Path, replay: &mut Replay) -> Result<(), Trouble> {
    block_on(async {
        rows(Database::file(path).await?, replay).await;
        Ok(())
    })
}

pub(super) fn named(source: &str, replay: &mut Replay) -> Result<(), Trouble> {
    block_on(async {
        rows(Database::open(source).await?, replay).await;
        Ok(())
    })
}

async fn rows(mut database: Database, replay: &mut Replay) {
    let mut rows = database.rows::<Row>(RECEIPTS);
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
