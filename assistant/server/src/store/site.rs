//! Where the database lies: is its file still the one that was opened, and has the disk room?

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

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

/// How long is waited for the disk.
const PATIENCE: Duration = Duration::from_secs(3);

impl Site {
    /// The place of the database in `directory`, which is there.
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let opened = Identity::of(&directory.join(FILE_NAME))?;
        Ok(Self { directory: directory.to_owned(), opened })
    }

    /// Whether the file is the one that was opened. What goes on to be written to a removed one is lost.
    pub(super) async fn has_file(&self) -> io::Result<()> {
        self.asked(Self::file).await
    }

    /// Whether there is room for another request.
    pub(super) async fn has_room(&self) -> io::Result<()> {
        self.asked(Self::room).await
    }

    /// Asks the disk, which may never answer.
    async fn asked(&self, what: fn(&Self) -> io::Result<()>) -> io::Result<()> {
        let site = self.clone();
        let asked = tokio::task::spawn_blocking(move || what(&site));
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map_err(io::Error::other)?,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
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
