//! The chain as a program reads it that does not serve: it makes nothing and changes nothing.

use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use futures_util::Stream;
use futures_util::stream::{self, TryStreamExt as _};

use super::{Kept, SPOOL_NAME, rows};
use crate::store::StoreError;
use crate::store::database::{Database, Place};

/// How many receipts are read at once.
const PAGE: u32 = 1_000;

/// The receipts of a database, to be read only. A server may run on it meanwhile.
#[derive(Debug)]
pub struct Archive {
    database: Database,
    spool: PathBuf,
}

impl Archive {
    /// Opens the database that is there. What waits for it is looked for in `directory`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when there is none or it has no receipts of ours.
    pub async fn open(place: &Place, directory: &Path) -> Result<Self, StoreError> {
        let database = Database::open_to_read(place, directory).await?;
        rows::page(&database, 0, 1).await?;
        Ok(Self { database, spool: directory.join(SPOOL_NAME) })
    }

    /// The whole chain, oldest first.
    pub fn receipts(&self) -> impl Stream<Item = Result<Kept, StoreError>> {
        all(&self.database)
    }

    /// How many receipts wait beside the database for a server that links them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that cannot be read.
    pub fn waiting(&self) -> Result<usize, StoreError> {
        let count = match std::fs::File::open(&self.spool) {
            Ok(file) => BufReader::new(file).split(b'\n').map(|line| line.map(drop)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => Err(error),
        };
        let count: Vec<()> = count.map_err(|error| StoreError::database(&error))?;
        Ok(count.len())
    }
}

/// The whole chain, a page at a time, so that it never holds up a writer.
pub(super) fn all(database: &Database) -> impl Stream<Item = Result<Kept, StoreError>> {
    stream::try_unfold(0, move |after| async move {
        let page = rows::page(database, after, PAGE).await?;
        let next = page.last().map(|last| last.number);
        let page = page.into_iter().map(Ok::<_, StoreError>);
        Ok::<_, StoreError>(next.map(|next| (stream::iter(page), next)))
    })
    .try_flatten()
}
