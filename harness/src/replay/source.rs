//! Where the receipts come from: a file of lines, a database file, a database server.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use speech_exit::receipt::Head;

use super::{Replay, Report, database};
use crate::database::is_server;
use crate::trouble::Trouble;

/// How a file starts that is a database.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

const BUFFER_BYTES: usize = 1 << 20;

/// How many bytes are read between two looks at the progress bar.
const STEP_BYTES: u64 = 4 << 20;

/// Replays what `source` names: a file of lines, a database file or its `sqlite:` address, or a `postgres://` address.
///
/// # Errors
///
/// It cannot be opened or read.
pub fn replay(
    source: &str,
    head: Option<Head>,
    access_log: Option<&Path>,
    speaks: &[String],
) -> Result<Report, Trouble> {
    let mut replay = Replay::new(head);
    if let Some(path) = access_log {
        replay =
            replay.with_access_log(BufReader::with_capacity(BUFFER_BYTES, open(path)?), speaks)?;
    }
    if is_server(source) || source.starts_with("sqlite:") {
        database::named(source, &mut replay)?;
    } else {
        file(Path::new(source), &mut replay)?;
    }
    Ok(replay.end())
}

fn file(path: &Path, replay: &mut Replay) -> Result<(), Trouble> {
    let mut file = open(path)?;
    let length = file.metadata().map(|data| data.len()).unwrap_or_default();
    let mut start = Vec::new();
    let read = file.by_ref().take(SQLITE_MAGIC.len() as u64).read_to_end(&mut start);
    read.map_err(|error| unreadable(path, &error))?;
    if start == SQLITE_MAGIC {
        return database::file(path, replay);
    }
    let bar = progress(length);
    let mut since = 0;
    // Put back by hand: what is read may be a pipe.
    let input = BufReader::with_capacity(BUFFER_BYTES, Cursor::new(start).chain(file));
    replay.lines(input, |bytes| {
        since += bytes;
        if since >= STEP_BYTES {
            bar.inc(since);
            since = 0;
        }
    });
    bar.finish_and_clear();
    Ok(())
}

fn open(path: &Path) -> Result<File, Trouble> {
    File::open(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::at(path, "a file that can be read", error)
}

/// Draws on standard error, and nothing when that is no terminal.
fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    match ProgressStyle::with_template("{wide_bar} {percent}% of the receipts, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
