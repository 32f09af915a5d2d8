//! Contracts, by name or from a file, with what they extend.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use status_contract::{Broken, Contract, Manifest, Problem};

use super::Stop;
use super::source::up_to_limit;
use super::words::one_line;
use crate::report::End;

/// The folder of the contracts, from the workspace.
pub const CONTRACTS: &str = "contracts/status";

/// The file of a contract, from its folder.
pub const MANIFEST: &str = "manifest.json";

/// So much is shown of what is wrong at one place, in bytes.
const PROBLEM_MAX_BYTES: usize = 400;

/// So many profiles may stand on each other.
const DEPTH_MAX: usize = 8;

macro_rules! embedded {
    ($($name:literal),+) => {
        [$(($name, include_str!(concat!("../../../contracts/status/", $name, "/manifest.json")))),+]
    };
}

/// The contracts that the command carries with it, so that it works in any folder.
pub const EMBEDDED: [(&str, &str); 3] = embedded!["trading", "trading-strict", "assistant"];

/// A contract that can be relied on.
#[derive(Debug)]
pub struct Loaded {
    /// What a report calls it.
    pub name: String,
    /// The contract itself.
    pub contract: Contract,
    /// Its folder, then those of what it extends, where it came from files.
    pub folders: Vec<PathBuf>,
}

/// Where a manifest stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Carried(&'static str),
    File(PathBuf),
}

/// The contract of that name, or of the manifest in that file.
///
/// # Errors
///
/// There is none, or it cannot be relied on.
pub fn named(name: &str) -> Result<Loaded, Stop> {
    match EMBEDDED.iter().find(|(known, _)| *known == name) {
        Some((known, _)) => load(Place::Carried(known), Some(known)),
        None => file(Path::new(name)),
    }
}

/// The contract of that name in the workspace, or of the manifest in that file: one with its fixtures beside it.
///
/// # Errors
///
/// There is none, or it cannot be relied on.
pub fn with_cases(
    root: impl FnOnce() -> Result<PathBuf, Stop>,
    name: &str,
) -> Result<Loaded, Stop> {
    match EMBEDDED.iter().find(|(known, _)| *known == name) {
        Some((known, _)) => in_workspace(&root()?, known),
        None => file(Path::new(name)),
    }
}

/// The contract of that name in the workspace.
///
/// # Errors
///
/// There is none, or it cannot be relied on.
pub fn in_workspace(root: &Path, name: &str) -> Result<Loaded, Stop> {
    load(Place::File(root.join(CONTRACTS).join(name).join(MANIFEST)), Some(name))
}

fn file(path: &Path) -> Result<Loaded, Stop> {
    if path.is_file() {
        return load(Place::File(path.to_path_buf()), None);
    }
    let names = EMBEDDED.map(|(name, _)| name).join(", ");
    let expected = format!("expected one of {names}, or the file of a manifest");
    Err(usage(format!("--contract: {expected}, found {}", path.display())))
}

fn load(place: Place, name: Option<&str>) -> Result<Loaded, Stop> {
    let chain = chain(place)?;
    let folders = chain.iter().filter_map(|(place, _)| place.folder()).collect();
    let own = chain.first().map(|(place, _)| place.to_string()).unwrap_or_default();
    let mut whole: Option<Manifest> = None;
    for (place, manifest) in chain.into_iter().rev() {
        whole = Some(match whole {
            Some(base) => manifest.over(base).map_err(|broken| place.broken(&broken))?,
            None => manifest,
        });
    }
    let whole = whole.ok_or_else(|| usage(format!("{own}: expected a manifest")))?;
    let said = whole.name.clone();
    let name = name.map(str::to_owned).or(said).unwrap_or_else(|| own.clone());
    let contract = Contract::new(whole).map_err(|broken| problems(&own, &broken))?;
    Ok(Loaded { name, contract, folders })
}

/// A manifest and those that it stands on, itself first.
fn chain(place: Place) -> Result<Vec<(Place, Manifest)>, Stop> {
    let mut chain: Vec<(Place, Manifest)> = Vec::new();
    let mut next = Some(place);
    while let Some(place) = next {
        if chain.iter().any(|(seen, _)| seen.is(&place)) {
            return Err(place.at_extends("a contract that does not extend itself"));
        }
        if chain.len() > DEPTH_MAX {
            let expected = format!("at most {DEPTH_MAX} contracts below a contract");
            return Err(place.at_extends(&expected));
        }
        let bytes = place.bytes().map_err(|error| {
            let expected = "expected a manifest that can be read";
            match chain.last() {
                Some((above, _)) => above.at_extends(&format!("a manifest at {place}: {error}")),
                None => usage(format!("{place}: {expected}: {error}")),
            }
        })?;
        let manifest = Manifest::parse(&bytes).map_err(|broken| place.broken(&broken))?;
        next = manifest.extends.as_deref().map(|base| place.base(base)).transpose()?;
        chain.push((place, manifest));
    }
    Ok(chain)
}

impl Place {
    fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Carried(name) => {
                let carried = EMBEDDED.iter().find(|(known, _)| known == name);
                Ok(carried.map(|(_, text)| text.as_bytes().to_vec()).unwrap_or_default())
            }
            Self::File(path) => up_to_limit(fs::File::open(path)?),
        }
    }

    fn folder(&self) -> Option<PathBuf> {
        match self {
            Self::Carried(_) => None,
            Self::File(path) => Some(path.parent().unwrap_or(Path::new("")).to_path_buf()),
        }
    }

    /// Whether both are the same file, whatever they are called.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => {
                one == other
                    || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
            }
            _ => self == other,
        }
    }

    /// What a manifest here extends: a sibling of its folder, or a file or a folder from there.
    fn base(&self, name: &str) -> Result<Self, Stop> {
        let Some(folder) = self.folder() else {
            let known = EMBEDDED.iter().find(|(known, _)| *known == name);
            let known = known.map(|(known, _)| Self::Carried(known));
            return known.ok_or_else(|| self.at_extends("the name of a contract"));
        };
        let sibling = folder.join("..").join(name).join(MANIFEST);
        let below = folder.join(name);
        let below = if below.is_dir() { below.join(MANIFEST) } else { below };
        Ok(Self::File(if sibling.is_file() || !below.is_file() { sibling } else { below }))
    }

    fn broken(&self, broken: &Broken) -> Stop {
        problems(&self.to_string(), broken)
    }

    fn at_extends(&self, expected: &str) -> Stop {
        usage(format!("{self}: the contract cannot be relied on\n  /extends: expected {expected}"))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Carried(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

fn problems(place: &str, broken: &Broken) -> Stop {
    let line =
        |problem: &Problem| format!("\n  {}", one_line(&problem.to_string(), PROBLEM_MAX_BYTES));
    let lines = broken.problems.iter().map(line);
    usage(format!("{place}: the contract cannot be relied on{}", lines.collect::<String>()))
}

const fn usage(words: String) -> Stop {
    Stop { end: End::Usage, words }
}
