//! Why an input cannot be read, and where.

use http::StatusCode;

/// Why an input cannot be read. The list is closed; the codes stand in `contracts/speech/manifest.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FaultCode {
    /// The bytes are no JSON text, or nest deeper than 127 levels.
    NotJson,
    /// An object has the same key twice.
    DuplicateKey,
    /// An object has a key that is not known there.
    UnknownField,
    /// An object lacks a key that is required.
    MissingField,
    /// A value has another type than its place takes.
    WrongType,
    /// A string is none of the values that its place takes.
    UnknownValue,
    /// A source label is none of the known ones.
    UnknownSource,
    /// A source label names a tool by something that is no tool name.
    BadToolName,
    /// The input is larger than its limit.
    TooLarge,
}

impl FaultCode {
    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "NOT_JSON",
            Self::DuplicateKey => "DUPLICATE_KEY",
            Self::UnknownField => "UNKNOWN_FIELD",
            Self::MissingField => "MISSING_FIELD",
            Self::WrongType => "WRONG_TYPE",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::UnknownSource => "UNKNOWN_SOURCE",
            Self::BadToolName => "BAD_TOOL_NAME",
            Self::TooLarge => "TOO_LARGE",
        }
    }

    /// The HTTP status that goes with it: 413 when the input is too large, else 422.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// One fault of an input: fixed words, its place, and a short piece of what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) code: FaultCode,
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Fault {
    /// Which kind of fault.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        self.code
    }

    /// The place, as a JSON pointer (RFC 6901); empty for the whole input.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was expected, and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fault of an input of more than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::whole(FaultCode::TooLarge, format!("expected at most {limit} bytes"))
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        Self::whole(FaultCode::NotJson, format!("expected one JSON text: {error}"))
    }

    fn whole(code: FaultCode, message: String) -> Self {
        Self { code, pointer: String::new(), message }
    }
}
