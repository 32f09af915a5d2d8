//! What is wrong with a document: one finding for each fault.

use std::fmt;

use serde::Serialize;

/// What kind of fault it is. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A required member is not there.
    Missing,
    /// A value of another JSON type.
    Type,
    /// A value outside of its bounds, its length or its pattern, or a whole number beyond 64 bits.
    Range,
    /// Another value than the one that the contract fixes.
    Const,
    /// A code in no registry, or a list that lacks the code it must have.
    Enum,
    /// A code of another tier than the present one.
    Tier,
    /// Codes that do not stand in the order of their registry.
    Order,
    /// An element that stands twice.
    Duplicate,
    /// A member that the contract does not know.
    Extra,
    /// A rule of the contract does not hold.
    Rule,
    /// A time that is too far from now.
    Age,
    /// A key that stands twice in one object.
    DuplicateKey,
    /// A number that is none, or beyond all finite ones.
    NotFinite,
    /// Values nested too deep.
    Depth,
    /// A document or a string that is too long.
    Size,
    /// No JSON text.
    NotJson,
    /// A rule about two consecutive documents does not hold.
    Transition,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 17] = [
        Self::Missing,
        Self::Type,
        Self::Range,
        Self::Const,
        Self::Enum,
        Self::Tier,
        Self::Order,
        Self::Duplicate,
        Self::Extra,
        Self::Rule,
        Self::Age,
        Self::DuplicateKey,
        Self::NotFinite,
        Self::Depth,
        Self::Size,
        Self::NotJson,
        Self::Transition,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Type => "TYPE",
            Self::Range => "RANGE",
            Self::Const => "CONST",
            Self::Enum => "ENUM",
            Self::Tier => "TIER",
            Self::Order => "ORDER",
            Self::Duplicate => "DUPLICATE",
            Self::Extra => "EXTRA",
            Self::Rule => "RULE",
            Self::Age => "AGE",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::NotFinite => "NOT_FINITE",
            Self::Depth => "DEPTH",
            Self::Size => "SIZE",
            Self::NotJson => "NOT_JSON",
            Self::Transition => "TRANSITION",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of fault it is.
    pub code: Code,
    /// The id of the rule that does not hold.
    pub rule: Option<String>,
    /// The member at fault as an RFC 6901 pointer, a missing one too.
    pub pointer: String,
    /// What would have been right.
    pub expected: String,
    /// What stands there, escaped and cut at [`FOUND_MAX_BYTES`].
    pub found: String,
    /// Where that stands, in bytes of the document.
    #[serde(skip)]
    pub span: (usize, usize),
}

/// How much of an offending value a finding shows, in bytes.
pub const FOUND_MAX_BYTES: usize = 120;

/// How long a pointer may get, in bytes: a key as long as the document would else stand in every finding below it.
pub(crate) const POINTER_MAX_BYTES: usize = 512;

impl Finding {
    /// By place, then by code, then by rule.
    pub(crate) fn order(&self) -> impl Ord + '_ {
        (&self.pointer, self.code.as_str(), &self.rule)
    }
}

/// `text` without what could hide or rewrite a line, cut so that no more than `max` bytes are left.
pub(crate) fn shown(text: &str, max: usize) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        let escaped: String = match character {
            '"' | '\'' | '\\' => character.to_string(),
            other => other.escape_debug().collect(),
        };
        if shown.len() + escaped.len() > max - '…'.len_utf8() {
            shown.push('…');
            return shown;
        }
        shown.push_str(&escaped);
    }
    shown
}
