//! The documents beside a contract: fixtures, which are valid, and rejects, which are not.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use status_contract::{Finding, Mode};

use super::Stop;
use crate::report::End;

/// A valid document.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it says.
    pub value: Value,
    /// When it is looked at, in milliseconds since the epoch.
    pub now: Option<i64>,
}

/// A document that has to be refused.
#[derive(Debug, Clone)]
pub struct Reject {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What has to be found, and how it is looked at.
    pub expected: Expected,
    /// Whether it stands beside the contract itself, not beside one that it extends.
    pub is_own: bool,
}

/// The folder among the rejects of those that nothing is wrong with but the time: they need `now` or `prev`.
const IN_TIME: &str = "in_time";

/// What has to be found in a reject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Every finding, in order.
    pub findings: Vec<Fault>,
    /// How strictly it is looked at.
    #[serde(default)]
    pub mode: Strictness,
    /// When, in milliseconds since the epoch.
    pub now: Option<i64>,
    /// The fixture before it.
    pub prev: Option<String>,
}

impl Expected {
    const fn is_in_time(&self) -> bool {
        self.now.is_some() || self.prev.is_some()
    }
}

/// A finding, as far as it is promised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its code.
    pub code: String,
    /// Its rule.
    pub rule: Option<String>,
    /// Its place.
    pub pointer: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
        write!(
            f,
            "{}{rule} at {}",
            self.code,
            if self.pointer.is_empty() { "the document" } else { &self.pointer }
        )
    }
}

impl From<&Finding> for Fault {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.code.as_str().to_owned(),
            rule: finding.rule.clone(),
            pointer: finding.pointer.clone(),
        }
    }
}

/// These findings in a few words.
#[must_use]
pub fn said(findings: &[Finding]) -> String {
    let each: Vec<_> = findings.iter().map(|finding| Fault::from(finding).to_string()).collect();
    if each.is_empty() { "nothing".to_owned() } else { each.join(", ") }
}

/// How strictly a reject is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strictness {
    /// As a running system is.
    Min,
    /// As a fixture is.
    #[default]
    Exact,
}

impl Strictness {
    /// The contract's word for it.
    #[must_use]
    pub const fn mode(self) -> Mode {
        match self {
            Self::Min => Mode::Min,
            Self::Exact => Mode::Exact,
        }
    }
}

/// All documents beside a contract and those that it extends.
#[derive(Debug, Default)]
pub struct Cases {
    /// The valid ones, by name.
    pub fixtures: Vec<Fixture>,
    /// Pairs of fixtures of which the second may follow the first.
    pub transitions: Vec<(String, String)>,
    /// The ones to refuse, by name.
    pub rejects: Vec<Reject>,
    /// What stands in a list and not in a file, or in a file and not in the list.
    pub unmatched: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    now: Option<i64>,
    #[serde(default)]
    transitions: Vec<(String, String)>,
}

impl Cases {
    /// Reads those in these folders: the contract's own, then those of what it extends.
    ///
    /// # Errors
    ///
    /// A file cannot be read, or a list does not say what such a list says.
    pub fn read(folders: &[PathBuf]) -> Result<Self, Stop> {
        let mut cases = Self::default();
        for (index, folder) in folders.iter().enumerate() {
            cases.fixtures_of(folder)?;
            cases.rejects_of(folder, index == 0)?;
        }
        for (before, after) in &cases.transitions {
            for name in [before, after] {
                if cases.fixture(name).is_none() {
                    let words = format!("fixtures.json: expected a fixture {name}, found none");
                    cases.unmatched.push(words);
                }
            }
        }
        Ok(cases)
    }

    /// The fixture of that name.
    #[must_use]
    pub fn fixture(&self, name: &str) -> Option<&Fixture> {
        self.fixtures.iter().find(|fixture| fixture.name == name)
    }

    /// The pairs of fixtures of which the second may follow the first.
    pub fn pairs(&self) -> impl Iterator<Item = (&Fixture, &Fixture)> {
        let pair = |(before, after): &(String, String)| {
            Some((self.fixture(before)?, self.fixture(after)?))
        };
        self.transitions.iter().filter_map(pair)
    }

    fn fixtures_of(&mut self, folder: &Path) -> Result<(), Stop> {
        let About { now, transitions } = listed(&folder.join("fixtures.json"))?;
        self.transitions.extend(transitions);
        for (name, bytes) in documents(&folder.join("fixtures"))? {
            // One that is no JSON text is found to be invalid later.
            let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            self.fixtures.push(Fixture { name, bytes, value, now });
        }
        Ok(())
    }

    fn rejects_of(&mut self, folder: &Path, is_own: bool) -> Result<(), Stop> {
        let mut listed: BTreeMap<String, Expected> = listed(&folder.join("rejects.json"))?;
        let (alone, in_time) = (folder.join("rejects"), folder.join("rejects").join(IN_TIME));
        let in_time = documents(&in_time)?.into_iter();
        let in_time = in_time.map(|(name, bytes)| (format!("{IN_TIME}/{name}"), bytes));
        for (name, bytes) in documents(&alone)?.into_iter().chain(in_time) {
            match listed.remove(&name) {
                Some(expected) if expected.is_in_time() != name.starts_with(IN_TIME) => {
                    self.unmatched.push(format!(
                        "rejects/{name}.json: expected those, and only those, that need prev or now in {IN_TIME}"
                    ));
                }
                Some(expected) => self.rejects.push(Reject { name, bytes, expected, is_own }),
                None => self.unmatched.push(format!(
                    "rejects/{name}.json: expected it in rejects.json, found no such name"
                )),
            }
        }
        let gone = listed
            .into_keys()
            .map(|name| format!("rejects.json: expected a file rejects/{name}.json, found none"));
        self.unmatched.extend(gone);
        Ok(())
    }
}

/// The JSON documents in a folder, by name. An absent folder has none.
fn documents(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    let unread =
        |path: &Path, error| unchecked(format!("{}: expected to read it: {error}", path.display()));
    for entry in fs::read_dir(folder).map_err(|error| unread(folder, error))? {
        let path = entry.map_err(|error| unread(folder, error))?.path();
        if path.ends_with(IN_TIME) {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"));
        let Some(name) = name else {
            return Err(unchecked(format!("{}: expected a file *.json", path.display())));
        };
        let bytes = fs::read(&path).map_err(|error| unread(&path, error))?;
        found.push((name.to_owned(), bytes));
    }
    found.sort();
    Ok(found)
}

/// A list beside the folders. An absent one is empty.
fn listed<T: Default + DeserializeOwned>(path: &Path) -> Result<T, Stop> {
    if !path.exists() {
        return Ok(T::default());
    }
    let shown = path.display();
    let bytes = fs::read(path)
        .map_err(|error| unchecked(format!("{shown}: expected to read it: {error}")))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| unchecked(format!("{shown}: expected such a list: {error}")))
}

const fn unchecked(words: String) -> Stop {
    Stop { end: End::Unchecked, words }
}
