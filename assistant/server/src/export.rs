//! `assistant export-receipts`: the chain as lines, for whoever checks it elsewhere.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::pin::pin;

use futures_util::TryStreamExt as _;

use crate::store::{Archive, Kept, Place, StoreError};

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database gave nothing.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody took the lines.
    #[error("EXPORT_BROKEN: expected to write every receipt: {0}")]
    Output(#[from] io::Error),
}

/// Writes the receipts of the database at `place` to `output`, oldest first, and gives how many wait for it in
/// `directory`.
///
/// It only reads, so a server may run on the same database.
///
/// # Errors
///
/// [`ExportError`]; what was written by then is the beginning of the chain.
pub async fn receipts(
    place: &Place,
    directory: &Path,
    output: impl Write,
) -> Result<usize, ExportError> {
    let archive = Archive::open(place, directory).await?;
    let mut output = BufWriter::new(output);
    let mut receipts = pin!(archive.receipts());
    while let Some(Kept { hash, receipt, .. }) = receipts.try_next().await? {
        writeln!(output, "{{\"hash\":\"{hash}\",\"receipt\":{receipt}}}")?;
    }
    output.flush()?;
    Ok(archive.waiting()?)
}
