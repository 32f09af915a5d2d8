//! Where receipts wait while the database cannot take them: a file beside it, one receipt on a line, each on the
//! disk before anybody goes on.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex as Cell, MutexGuard, PoisonError};
use std::time::Duration;

use speech_exit::receipt::hash;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Name, Waiting};

/// How many lines are held at once while they join the chain.
const BATCH: usize = 1_000;

/// How often the file is tried for while another process holds it, and the pause between two tries.
const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Why the spool gave or took nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpoolError {
    /// A line is not what was written there.
    #[error(
        "SPOOL_BROKEN: {}: line {line}: expected a receipt after its hash, found {found}; \
         put the file aside to start without these receipts",
        .path.display()
    )]
    Broken { path: PathBuf, line: u64, found: String },
    /// The file cannot be used.
    #[error("SPOOL_UNAVAILABLE: {}: expected to read and write it: {error}", .path.display())]
    Unavailable { path: PathBuf, error: io::Error },
}

/// What the chain has still to get.
#[derive(Debug, Default)]
struct Owed {
    /// Put on the disk, and not taken from there by this process.
    waiting: HashSet<Name>,
    /// Neither on the disk nor in the chain any more.
    lost: HashSet<Name>,
}

fn locked(owed: &Cell<Owed>) -> MutexGuard<'_, Owed> {
    owed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The spool of one data directory.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    owed: Arc<Cell<Owed>>,
    /// Within this process; other processes are kept out by a lock on the file.
    lock: Arc<Mutex<()>>,
}

impl Spool {
    /// Looks at every line that waits. A last line that was cut off by a crash was never relied on, and goes.
    pub(super) fn open(path: PathBuf) -> Result<Self, SpoolError> {
        let mut owed = Owed::default();
        if path.exists() {
            let mut lines = Lines::open(&path).map_err(|error| unavailable(&path, error))?;
            loop {
                let batch = lines.batch()?;
                if batch.is_empty() {
                    break;
                }
                owed.waiting.extend(batch.iter().map(Waiting::name));
            }
        }
        Ok(Self { path, owed: Arc::new(Cell::new(owed)), lock: Arc::default() })
    }

    /// How many receipts wait, or were taken away while they waited.
    pub(super) fn len(&self) -> usize {
        let owed = locked(&self.owed);
        owed.waiting.len() + owed.lost.len()
    }

    /// Puts a receipt on the disk. Whoever stops waiting for that does not stop it.
    pub(super) async fn append(&self, waiting: &Waiting) -> Result<(), SpoolError> {
        let line = written(waiting).map_err(|error| unavailable(&self.path, error.into()))?;
        let guard = Arc::clone(&self.lock).lock_owned().await;
        let (path, owed, name) = (self.path.clone(), Arc::clone(&self.owed), waiting.name());
        let appended = move || {
            let outcome = append_line(&path, &line);
            if outcome.is_ok() {
                locked(&owed).waiting.insert(name);
            }
            drop(guard);
            outcome
        };
        blocking(appended).await.map_err(|error| unavailable(&self.path, error))
    }

    /// Begins to take the receipts out. Nobody adds one until the result is dropped.
    pub(super) async fn drain(&self) -> Result<Draining, SpoolError> {
        let guard = Arc::clone(&self.lock).lock_owned().await;
        let path = self.path.clone();
        let lines = blocking(move || Lines::open(&path)).await;
        let lines = lines.map_err(|error| unavailable(&self.path, error))?;
        let (path, owed) = (self.path.clone(), Arc::clone(&self.owed));
        let (read, lost) = (HashSet::new(), HashSet::new());
        Ok(Draining { lines: Some(lines), path, owed, read, lost, _guard: guard })
    }
}

/// The receipts that wait, on their way into the chain.
pub(super) struct Draining {
    lines: Option<Lines>,
    path: PathBuf,
    owed: Arc<Cell<Owed>>,
    read: HashSet<Name>,
    lost: HashSet<Name>,
    _guard: OwnedMutexGuard<()>,
}

impl Draining {
    /// The next receipts in order; none at the end.
    pub(super) async fn batch(&mut self) -> Result<Vec<Waiting>, SpoolError> {
        let Some(mut lines) = self.lines.take() else { return Ok(Vec::new()) };
        let read = blocking(move || {
            let batch = lines.batch();
            Ok((lines, batch))
        });
        let (lines, batch) = read.await.map_err(|error| unavailable(&self.path, error))?;
        self.lines = Some(lines);
        let batch = batch?;
        self.read.extend(batch.iter().map(Waiting::name));
        Ok(batch)
    }

    /// What was put on the disk and, at the end of what can be read, was not found there.
    pub(super) fn missing(&self) -> Vec<Name> {
        locked(&self.owed).waiting.difference(&self.read).cloned().collect()
    }

    /// Notes that one of those is not in the chain either.
    pub(super) fn lose(&mut self, name: Name) {
        self.lost.insert(name);
    }

    /// Empties the spool, once what it had lasts elsewhere. What was taken away from it goes on being owed.
    pub(super) async fn clear(mut self) -> Result<(), SpoolError> {
        let Some(lines) = self.lines.take() else { return Ok(()) };
        let cleared = blocking(move || {
            let file = lines.reader.get_ref();
            file.set_len(0).and_then(|()| file.sync_all())
        });
        cleared.await.map_err(|error| unavailable(&self.path, error))?;
        let mut owed = locked(&self.owed);
        if !self.lost.is_empty() {
            let (expected, found, lost) = (owed.waiting.len(), self.read.len(), self.lost.len());
            tracing::error!(expected, found, lost, "receipts were taken away while they waited");
        }
        owed.waiting.clear();
        owed.lost.retain(|name| !self.read.contains(name));
        owed.lost.extend(self.lost);
        Ok(())
    }
}

/// Reads the spool, and holds it against other processes.
struct Lines {
    reader: BufReader<File>,
    path: PathBuf,
    line: u64,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = held(path)?;
        cut_off_half_a_line(&mut file, path)?;
        file.rewind()?;
        Ok(Self { reader: BufReader::new(file), path: path.to_owned(), line: 0 })
    }

    fn batch(&mut self) -> Result<Vec<Waiting>, SpoolError> {
        let mut batch = Vec::new();
        let mut line = Vec::new();
        while batch.len() < BATCH {
            line.clear();
            let read = self.reader.read_until(b'\n', &mut line);
            if read.map_err(|error| unavailable(&self.path, error))? == 0 {
                break;
            }
            self.line += 1;
            let waiting = read_line(&line).map_err(|found| SpoolError::Broken {
                path: self.path.clone(),
                line: self.line,
                found,
            })?;
            batch.push(waiting);
        }
        Ok(batch)
    }
}

fn written(waiting: &Waiting) -> serde_json::Result<String> {
    let json = serde_json::to_string(waiting)?;
    Ok(format!("{} {json}\n", hash(json.as_bytes())))
}

/// Reads a line. What is not as it was written is found by its hash.
fn read_line(line: &[u8]) -> Result<Waiting, String> {
    let parts = line.strip_suffix(b"\n").and_then(|line| line.split_at_checked(64));
    let (stated, rest) = parts.ok_or("too few bytes")?;
    let json = rest.strip_prefix(b" ").ok_or("no space after the hash")?;
    if hash(json).as_bytes() != stated {
        return Err("bytes with another hash".to_owned());
    }
    let waiting: Waiting = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    if waiting.is_empty() { Err("neither opening nor closing".to_owned()) } else { Ok(waiting) }
}

fn append_line(path: &Path, line: &str) -> io::Result<()> {
    let mut file = held(path)?;
    let before = cut_off_half_a_line(&mut file, path)?;
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    let written = written.and_then(|()| match path.parent() {
        // The name of a new file is on the disk only with its directory.
        Some(directory) if before == 0 => File::open(directory)?.sync_all(),
        _ => Ok(()),
    });
    if written.is_err() {
        // Whoever waits is told that it was not kept, so it should not be found later.
        let _ = file.set_len(before);
    }
    written
}

/// The file, made if it is not there, and held against other processes until it is closed.
fn held(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // Who holds it may be stopped in the middle: nobody waits for that for good.
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::WouldBlock, "expected that nobody holds it for so long"))
}

/// Cuts off what stands after the last newline and gives the length that is left.
fn cut_off_half_a_line(file: &mut File, path: &Path) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut chunk = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(chunk.len() as u64);
        file.seek(SeekFrom::Start(start))?;
        let size = usize::try_from(end - start).map_err(io::Error::other)?;
        let bytes = chunk.get_mut(..size).unwrap_or_default();
        file.read_exact(bytes)?;
        if let Some(newline) = bytes.iter().rposition(|byte| *byte == b'\n') {
            end = start + newline as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        let bytes = length - end;
        tracing::warn!(path = %path.display(), bytes, "half a receipt was cut off the spool");
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(end)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn unavailable(path: &Path, error: io::Error) -> SpoolError {
    SpoolError::Unavailable { path: path.to_owned(), error }
}
