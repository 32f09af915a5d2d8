//! A second decision about speech, by interpreting `contracts/speech/rules.json`.
//!
//! It calls nothing of the kernel and has words of its own for everything; [`Question::from_case`] is the one place
//! where the two meet. Rules are read from disk each time, so that no build can hold an old copy.

use std::path::Path;

use serde::{Deserialize, Deserializer};
use speech_kernel as kernel;

use crate::domain::Case;
use crate::trouble::Trouble;
use crate::workspace;

/// The rules, as a person wrote them.
pub const RULES: &str = "contracts/speech/rules.json";

const READING: &str =
    "In each list the first row whose conditions all hold decides. An absent condition holds.";

/// The word for a kind of response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `answer`
    Answer,
    /// `refusal`
    Refusal,
}

/// The word for an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// `none`
    None,
    /// `system`
    System,
    /// `memory`
    Memory,
    /// `tool`
    Tool,
}

/// The word for a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// `full`
    Full,
    /// `minimal`
    Minimal,
    /// `local_power`
    LocalPower,
}

/// The word for a kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// `system`
    System,
    /// `library`
    Library,
    /// `memory`
    Memory,
    /// `tool`
    Tool,
}

/// What the rules are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The kind of the response.
    pub kind: Kind,
    /// The authority that it claims.
    pub claimed: Authority,
    /// The mode that it reports.
    pub reported_mode: Mode,
    /// The kinds of its sources.
    pub sources: Vec<SourceKind>,
    /// How many required contexts are missing.
    pub missing: usize,
    /// The mode that the system is in.
    pub true_mode: Mode,
}

/// The rules, read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oracle {
    reading: String,
    derived_authority: Vec<Derivation>,
    verdict: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Derivation {
    #[serde(default, deserialize_with = "stated")]
    any_source_of: Option<Vec<SourceKind>>,
    is: Authority,
}

/// One row of the decision table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    #[serde(default, deserialize_with = "stated")]
    kind: Option<Kind>,
    #[serde(default, deserialize_with = "stated")]
    claimed: Option<OtherThan<Claim>>,
    #[serde(default, deserialize_with = "stated")]
    missing: Option<MoreThan>,
    #[serde(default, deserialize_with = "stated")]
    reported_mode: Option<OtherThan<Reported>>,
    #[serde(default, deserialize_with = "stated")]
    deny: Option<String>,
    #[serde(default, deserialize_with = "stated")]
    allow: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherThan<T> {
    other_than: T,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoreThan {
    more_than: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Claim {
    Derived,
    None,
    System,
    Memory,
    Tool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reported {
    TrueMode,
    Full,
    Minimal,
    LocalPower,
}

/// Reads a condition that is there: `null` is not an absent one.
fn stated<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    reader: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(reader).map(Some)
}

impl Oracle {
    /// Reads the rules of a workspace.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or says something that this interpreter does not know.
    pub fn read(root: &Path) -> Result<Self, Trouble> {
        Self::parse(&workspace::bytes(root, RULES)?)
    }

    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The rules say something that this interpreter does not know, or leave a case undecided.
    pub fn parse(bytes: &[u8]) -> Result<Self, Trouble> {
        let unknown = |found: &dyn std::fmt::Display| {
            Trouble::at(Path::new(RULES), "rules that this oracle knows", found)
        };
        let oracle: Self = serde_json::from_slice(bytes).map_err(|error| unknown(&error))?;
        if oracle.reading != READING {
            return Err(unknown(&format!("another reading than \"{READING}\"")));
        }
        if let Some(row) = oracle.verdict.iter().find(|row| !row.says_one_thing()) {
            return Err(unknown(&format!("a row with not exactly one of deny and allow: {row:?}")));
        }
        let last = oracle.derived_authority.last();
        if last.is_none_or(|row| row.any_source_of.is_some()) {
            return Err(unknown(&"no last row of derived_authority without conditions"));
        }
        if !oracle.verdict.last().is_some_and(Row::is_unconditional) {
            return Err(unknown(&"no last row of verdict without conditions"));
        }
        Ok(oracle)
    }

    /// The code of the violation, or nothing when the response may be spoken.
    #[must_use]
    pub fn denial(&self, question: &Question) -> Option<&str> {
        let derived = self.derived(&question.sources);
        let row = self.verdict.iter().find(|row| {
            row.kind.is_none_or(|kind| kind == question.kind) && row.holds_for(question, derived)
        })?;
        row.deny.as_deref()
    }

    /// The authority that the sources give.
    #[must_use]
    pub fn derived(&self, sources: &[SourceKind]) -> Authority {
        let row = self.derived_authority.iter().find(|row| {
            row.any_source_of
                .as_ref()
                .is_none_or(|kinds| sources.iter().any(|source| kinds.contains(source)))
        });
        row.map_or(Authority::None, |row| row.is)
    }

    /// The codes of all rules that the case breaks. A refusal is held to an answer's rules too, an answer never to a
    /// refusal's, so that the fixtures can show which rule is silent about whom.
    #[must_use]
    pub fn broken(&self, question: &Question) -> Vec<&str> {
        let derived = self.derived(&question.sources);
        let concerns = |row: &&Row| {
            question.kind == Kind::Refusal || row.kind.is_none_or(|kind| kind == Kind::Answer)
        };
        let rows = self.verdict.iter().filter(concerns);
        rows.filter(|row| row.holds_for(question, derived))
            .filter_map(|row| row.deny.as_deref())
            .collect()
    }

    /// The codes that a response of that kind can be denied with, in order.
    #[must_use]
    pub fn order(&self, kind: Kind) -> Vec<&str> {
        let rows = self.verdict.iter();
        rows.filter(|row| row.kind.is_none_or(|of| of == kind))
            .filter_map(|row| row.deny.as_deref())
            .collect()
    }
}

impl Row {
    fn says_one_thing(&self) -> bool {
        matches!((&self.deny, self.allow), (Some(_), None) | (None, Some(true)))
    }

    fn is_unconditional(&self) -> bool {
        self.kind.is_none()
            && self.claimed.is_none()
            && self.missing.is_none()
            && self.reported_mode.is_none()
    }

    fn holds_for(&self, question: &Question, derived: Authority) -> bool {
        let claimed = self.claimed.as_ref().is_none_or(|condition| {
            question.claimed
                != match condition.other_than {
                    Claim::Derived => derived,
                    Claim::None => Authority::None,
                    Claim::System => Authority::System,
                    Claim::Memory => Authority::Memory,
                    Claim::Tool => Authority::Tool,
                }
        });
        let reported = self.reported_mode.as_ref().is_none_or(|condition| {
            question.reported_mode
                != match condition.other_than {
                    Reported::TrueMode => question.true_mode,
                    Reported::Full => Mode::Full,
                    Reported::Minimal => Mode::Minimal,
                    Reported::LocalPower => Mode::LocalPower,
                }
        });
        let missing = self.missing.as_ref();
        claimed && reported && missing.is_none_or(|few| question.missing > few.more_than)
    }
}

impl Question {
    /// The same case in the oracle's words.
    #[must_use]
    pub fn from_case(case: &Case) -> Self {
        let kind = match case.response.kind {
            kernel::ResponseKind::Answer => Kind::Answer,
            kernel::ResponseKind::Refusal => Kind::Refusal,
        };
        let claimed = match case.response.authority {
            kernel::Authority::None => Authority::None,
            kernel::Authority::System => Authority::System,
            kernel::Authority::Memory => Authority::Memory,
            kernel::Authority::Tool => Authority::Tool,
        };
        let source = |source| match source {
            kernel::Source::System => SourceKind::System,
            kernel::Source::Library => SourceKind::Library,
            kernel::Source::Memory => SourceKind::Memory,
            kernel::Source::Tool => SourceKind::Tool,
        };
        Self {
            kind,
            claimed,
            reported_mode: mode(case.response.system_mode),
            sources: case.source_list().into_iter().map(source).collect(),
            missing: case.missing,
            true_mode: mode(case.true_mode),
        }
    }
}

fn mode(mode: kernel::SystemMode) -> Mode {
    match mode {
        kernel::SystemMode::Full => Mode::Full,
        kernel::SystemMode::Minimal => Mode::Minimal,
        kernel::SystemMode::LocalPower => Mode::LocalPower,
    }
}
