//! What checks found, for people and for machines.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::checks::{CHECKS, Check, Found, Of};
use crate::oracle::Oracle;
use crate::trouble::Trouble;
use crate::{deep, domain, locked};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines of text.
    Human,
    /// One JSON object.
    Json,
}

/// How what has places in a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Lines of text.
    Human,
    /// One JSON object.
    Json,
    /// A SARIF 2.1.0 log, of a check of one document.
    Sarif,
}

impl Form {
    /// How what has no places is written.
    #[must_use]
    pub const fn plain(self) -> Option<Format> {
        match self {
            Self::Human => Some(Format::Human),
            Self::Json => Some(Format::Json),
            Self::Sarif => None,
        }
    }
}

/// How it ended. The number is the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Everything is as promised.
    Kept = 0,
    /// Something is not as promised.
    Broken = 1,
    /// What was asked for cannot be asked for.
    Usage = 2,
    /// Something could not be checked.
    Unchecked = 3,
}

impl End {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::Usage => "usage",
            Self::Unchecked => "unchecked",
        }
    }
}

/// All promises, as they were found.
#[derive(Debug, Serialize)]
pub struct Report {
    promises: Vec<Promise>,
    decision_table_sha256: String,
    ok: bool,
    end: End,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changed_locks: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Promise {
    name: String,
    count: u64,
    ok: bool,
    end: End,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip)]
    sentence: &'static str,
}

/// Makes the kernel's checks, and with `deep` those of all ordered source lists.
#[must_use]
pub fn verify(root: &Path, deep: bool) -> Report {
    let of_kernel = CHECKS.iter().filter(|check| check.of == Of::Kernel);
    let checks: Vec<_> = of_kernel.copied().chain(deep.then_some(SOURCE_LISTS)).collect();
    of(root, &checks)
}

const SOURCE_LISTS: Check = Check {
    name: "source_lists",
    of: Of::Kernel,
    promise: "the kernel decides every ordered list of up to 7 sources as the rules say",
    run: source_lists,
};

fn source_lists(root: &Path) -> Result<Found, Trouble> {
    let (count, mut broken) = deep::walk(&Oracle::read(root)?)?;
    if count != deep::COUNT {
        broken.push(format!("expected {} cases, found {count}", deep::COUNT));
    }
    Ok(Found { count, broken })
}

/// Makes all checks, and lists the locks that are not the same as at a base revision.
///
/// # Errors
///
/// Git does not know the revision.
pub fn everything(root: &Path, base: Option<&str>) -> Result<Report, Trouble> {
    let changed_locks = match base {
        Some(revision) => locked::changed_since(root, revision)?,
        None => Vec::new(),
    };
    Ok(Report { changed_locks, ..of(root, CHECKS) })
}

fn promise(root: &Path, check: &Check) -> Promise {
    let (count, end, detail) = match (check.run)(root) {
        Ok(found) if found.broken.is_empty() => (found.count, End::Kept, None),
        Ok(found) => (found.count, End::Broken, Some(found.broken.join("\n"))),
        Err(trouble) => (0, End::Unchecked, Some(format!("could not check: {trouble}"))),
    };
    Promise {
        name: check.name.to_owned(),
        count,
        ok: end == End::Kept,
        detail,
        sentence: check.promise,
        end,
    }
}

/// Makes these checks. A broken promise outweighs one that could not be checked: it is known.
#[must_use]
pub fn of(root: &Path, checks: &[Check]) -> Report {
    let promises: Vec<_> = checks.iter().map(|check| promise(root, check)).collect();
    let any = |end| promises.iter().any(|promise| promise.end == end);
    let end = match (any(End::Broken), any(End::Unchecked)) {
        (true, _) => End::Broken,
        (false, true) => End::Unchecked,
        (false, false) => End::Kept,
    };
    Report {
        promises,
        decision_table_sha256: domain::kernel_table_sha256(),
        ok: end == End::Kept,
        end,
        changed_locks: Vec::new(),
    }
}

impl Report {
    /// How it ended.
    #[must_use]
    pub const fn end(&self) -> End {
        self.end
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub fn write(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            serde_json::to_writer(&mut *output, self)?;
            return writeln!(output);
        }
        for promise in &self.promises {
            let word = promise.end.word();
            writeln!(output, "{word:<9} {:>10}  {}", promise.count, promise.sentence)?;
            for line in promise.detail.iter().flat_map(|detail| detail.lines()) {
                writeln!(output, "{:22}{line}", "")?;
            }
        }
        for lock in &self.changed_locks {
            writeln!(output, "{lock}")?;
        }
        writeln!(output, "decision table {}", self.decision_table_sha256)
    }
}
