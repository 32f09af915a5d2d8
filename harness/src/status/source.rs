//! Where a document comes from.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use status_contract::SIZE_MAX_BYTES;

use super::Stop;
use super::arguments::Check;
use super::fetch::{self, Asker, Asking};
use crate::report::End;

/// Where a document is.
#[derive(Debug)]
pub(super) enum Source {
    /// In a file.
    File(PathBuf),
    /// At an address.
    Url(Box<Asking>),
    /// On standard input.
    Stdin,
}

impl Source {
    /// What the arguments name.
    ///
    /// # Errors
    ///
    /// Nothing can be asked.
    pub(super) fn named(check: &Check) -> Result<Self, Stop> {
        if check.source.url.is_none() && check.how.bearer_env.is_some() {
            let words = "--bearer-env: expected --url beside it".to_owned();
            return Err(Stop { end: End::Usage, words });
        }
        match (&check.source.file, &check.source.url) {
            (Some(path), _) => Ok(Self::File(path.clone())),
            (None, Some(url)) => Ok(Self::Url(Box::new(check.how.asking(url)?))),
            (None, None) => Ok(Self::Stdin),
        }
    }

    /// What a report calls it.
    #[must_use]
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(asking) => fetch::address(&asking.url),
            Self::Stdin => "stdin".to_owned(),
        }
    }

    /// Whether the document is of now, so that ages can be judged.
    #[must_use]
    pub(super) const fn is_live(&self) -> bool {
        !matches!(self, Self::File(_))
    }

    /// The document, cut one byte after the most that one may have.
    ///
    /// # Errors
    ///
    /// It cannot be had.
    pub(super) fn read(self) -> Result<Vec<u8>, Stop> {
        match self {
            Self::File(path) => file(&path),
            Self::Stdin => up_to_limit(io::stdin().lock()).map_err(|error| unreadable("-", &error)),
            Self::Url(asking) => {
                let asked =
                    fetch::block_on(async { Asker::new(*asking)?.ask(SIZE_MAX_BYTES).await });
                asked?.map_err(unreachable)
            }
        }
    }
}

/// A file, cut one byte after the most that a document may have.
///
/// # Errors
///
/// There is no such file, which is a matter of usage, or it cannot be read.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, Stop> {
    let read = File::open(path).and_then(up_to_limit);
    read.map_err(|error| unreadable(&path.display().to_string(), &error))
}

/// All that is there, cut one byte after the most that a document may have.
pub(super) fn up_to_limit(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(SIZE_MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> Stop {
    let is_nowhere = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    let end = if is_nowhere { End::Usage } else { End::Unchecked };
    Stop { end, words: format!("{name}: expected a file that can be read: {error}") }
}

const fn unreachable(words: String) -> Stop {
    Stop { end: End::Unchecked, words }
}
