//! Queries, read as the objects of their parameters, so that a fault in one has a place.

use http::{StatusCode, Uri};
use speech_exit::Notice;
use speech_exit::strict::{self, At, Fault, FaultCode, Node};

const PAGE_DEFAULT: u32 = 100;
const PAGE_MAX: u32 = 1_000;

/// The parameters of a request.
pub(super) struct Query(Node);

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) after: u64,
    pub(super) limit: u32,
}

impl Query {
    /// Reads the parameters, of which there are no others than the known ones, each once.
    pub(super) fn read(uri: &Uri, known: &'static [&'static str]) -> Result<Self, Fault> {
        let node = strict::read(as_object(uri.query().unwrap_or_default()).as_bytes())?;
        At::root(&node).closed(known)?;
        Ok(Self(node))
    }

    /// A parameter as it is.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, Fault> {
        let members = At::root(&self.0).members()?;
        members.optional(name).map(|at| at.text().map(str::to_owned)).transpose()
    }

    /// A parameter that is true or false; false if it is not there.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Fault> {
        let members = At::root(&self.0).members()?;
        let Some(at) = members.optional(name) else { return Ok(false) };
        match at.text()? {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(at.fault(FaultCode::UnknownValue, "true or false")),
        }
    }

    /// A parameter that is a whole number, not below zero.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, Fault> {
        let members = At::root(&self.0).members()?;
        let Some(at) = members.optional(name) else { return Ok(None) };
        let digits = Some(at.text()?).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| at.fault(FaultCode::WrongType, "a whole number")).map(Some)
    }

    /// `after` and `limit`.
    pub(super) fn page(&self) -> Result<Page, Fault> {
        let after = self.number("after")?.unwrap_or_default();
        let limit = match self.number("limit")? {
            None => PAGE_DEFAULT,
            Some(limit) => u32::try_from(limit)
                .ok()
                .filter(|limit| (1..=PAGE_MAX).contains(limit))
                .ok_or_else(|| self.fault("limit", "a number of 1 to 1000"))?,
        };
        Ok(Page { after, limit })
    }

    /// That a parameter is not what was expected.
    pub(super) fn fault(&self, name: &'static str, expected: &'static str) -> Fault {
        let root = At::root(&self.0);
        let at = root.members().ok().and_then(|members| members.optional(name));
        at.unwrap_or(root).fault(FaultCode::WrongType, expected)
    }
}

impl Page {
    /// The same as the database counts.
    pub(super) fn place(self) -> i64 {
        bounded(self.after)
    }

    /// What to ask for next, if there may be more after the last of so many.
    pub(super) fn next(self, last: Option<i64>, found: usize) -> Option<i64> {
        last.filter(|_| found == self.limit as usize)
    }
}

/// The number, or the largest that a database has.
pub(super) fn bounded(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A query that cannot be read.
pub(super) fn bad_query(fault: Fault) -> Notice {
    Notice::about(StatusCode::UNPROCESSABLE_ENTITY, "BAD_QUERY", fault)
}

fn as_object(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let members: Vec<String> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!("{}:{}", serde_json::Value::from(name), serde_json::Value::from(value))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}
