//! Where the database lies: is its file still the one that was opened, and has the disk room?

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::FILE_NAME;

/// The name of the file that room is tried with, in the data directory.
const ROOM_NAME: &str = "assistant.room";

/// What one request may add: a body of this size, kept. A disk with less is as good as full.
const ROOM_BYTES: usize = 1 << 20;

static CHUNK: [u8; 64 << 10] = [0; 64 << 10];

/// Which file a name stands for, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Ok(Self { device: metadata.dev(), inode: metadata.ino() })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }
}

/// The place of an open database. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Site {
    directory: PathBuf,
    opened: Identity,
}

/// What was found there.
pub(super) struct Look {
    /// Whether the file is the one that was opened. What goes on to be written to a removed one is lost.
    pub(super) file: io::Result<()>,
    /// Whether there is room for another request.
    pub(super) room: io::Result<()>,
}

impl Look {
    /// Nothing was found, because the disk does not answer.
    pub(super) fn late() -> Self {
        let late = || Err(io::ErrorKind::TimedOut.into());
        Self { file: late(), room: late() }
    }
}

impl Site {
    /// The place of the database in `directory`, which is there.
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let opened = Identity::of(&directory.join(FILE_NAME))?;
        Ok(Self { directory: directory.to_owned(), opened })
    }

    /// Looks at it. A disk that does not answer does not hold up the caller's thread.
    pub(super) async fn look(&self) -> Look {
        let site = self.clone();
        let looked =
            tokio::task::spawn_blocking(move || Look { file: site.file(), room: site.room() });
        looked.await.unwrap_or_else(|_| Look::late())
    }

    fn file(&self) -> io::Result<()> {
        let path = self.directory.join(FILE_NAME);
        if Identity::of(&path)? == self.opened {
            Ok(())
        } else {
            Err(io::Error::other("expected the file that was opened, found another"))
        }
    }

    /// Writes as much as a request may need, and takes it back: a disk says that it is full when it is written to,
    /// and what goes again at once costs no writing.
    fn room(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.directory.join(ROOM_NAME))?;
        let written = fill(&mut file);
        let emptied = file.set_len(0);
        written.and(emptied)
    }
}

fn fill(file: &mut File) -> io::Result<()> {
    (0..ROOM_BYTES / CHUNK.len()).try_for_each(|_| file.write_all(&CHUNK))
}
