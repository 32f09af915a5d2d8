//! Decides every audit record of the gate again from the record alone.

use std::io::{self, Write};

use futures_util::TryStreamExt as _;
use serde::Serialize;
use serde_json::Value;

use super::door;
use crate::database::{Asked, Database, block_on};
use crate::report::{End, Format};
use crate::trouble::Trouble;

/// Only so many differences are written out; all are counted.
const SHOWN: usize = 100;

/// The status of a record of what is allowed, which has none in its verdict.
const PASSED: i64 = 200;

const RECORDS: Asked = Asked {
    sqlite: "SELECT id, mode, class, method, path, decision, reason, outcome, http,
            CAST(input AS BLOB) AS input, CAST(verdict AS BLOB) AS verdict
        FROM gate_audit ORDER BY seq",
    postgres: "SELECT id, mode, class, method, path, decision, reason, outcome, http::bigint,
            convert_to(input, 'UTF8') AS input, convert_to(verdict, 'UTF8') AS verdict
        FROM gate_audit ORDER BY seq",
};

/// A record. The two lines are bytes, so that what is no text is a difference and not the end.
#[derive(sqlx::FromRow)]
struct Record {
    id: String,
    mode: String,
    class: Option<String>,
    method: String,
    path: String,
    decision: String,
    reason: String,
    outcome: String,
    http: i64,
    input: Vec<u8>,
    verdict: Vec<u8>,
}

/// Kinds of differences. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// The verdict is not what is decided of the input now.
    Drift,
    /// A column is not what the input or the verdict says.
    Inconsistent,
}

/// A record that is not what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which kind.
    pub code: Code,
    /// The id of the record.
    pub id: String,
    /// What was expected, and what was found.
    pub message: String,
}

/// What a replay found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    records: u64,
    differences_count: u64,
    differences: Vec<Difference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
}

/// Decides what `audit` names again: a database file or its `sqlite:` address, or a `postgres://` address.
///
/// # Errors
///
/// It cannot be opened.
pub fn replay(audit: &str) -> Result<Report, Trouble> {
    block_on(async {
        let mut report = Report::default();
        let mut database = Database::open(audit).await?;
        let mut records = database.rows(RECORDS);
        loop {
            match records.try_next().await {
                Ok(Some(record)) => report.take(&record),
                Ok(None) => break,
                Err(error) => {
                    let words = format!("expected to read every row of gate_audit: {error}");
                    report.unread = Some(words);
                    break;
                }
            }
        }
        drop(records);
        Ok(report)
    })
}

impl Report {
    fn take(&mut self, record: &Record) {
        self.records += 1;
        if let Some((code, message)) = difference(record) {
            self.differences_count += 1;
            if self.differences.len() < SHOWN {
                self.differences.push(Difference { code, id: cut(&record.id), message });
            }
        }
    }

    /// The first differences, in the order of the records.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// How many records were decided again.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// How it ended: broken as soon as one record is known to be, also when not every one could be read.
    #[must_use]
    pub const fn end(&self) -> End {
        match (self.differences_count, &self.unread) {
            (0, None) => End::Kept,
            (0, Some(_)) => End::Unchecked,
            _ => End::Broken,
        }
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
        for Difference { code, id, message } in &self.differences {
            let code = match code {
                Code::Drift => "DRIFT",
                Code::Inconsistent => "INCONSISTENT",
            };
            writeln!(output, "{code} {id}: {message}")?;
        }
        let hidden = self.differences_count.saturating_sub(self.differences.len() as u64);
        if hidden > 0 {
            writeln!(output, "and {hidden} more")?;
        }
        if let Some(unread) = &self.unread {
            writeln!(output, "unread: {unread}")?;
        }
        writeln!(output, "{:<9} {:>10}  audit records", self.end().word(), self.records)
    }
}

fn difference(record: &Record) -> Option<(Code, String)> {
    let decided = serde_json::to_vec(&door::decide(&record.input)).unwrap_or_default();
    if decided != record.verdict {
        let (now, then) = (said(&decided), said(&record.verdict));
        return Some((
            Code::Drift,
            format!("expected {now} by the rules of this build, found {then}"),
        ));
    }
    let read = |line| serde_json::from_slice::<Value>(line).unwrap_or_default();
    let (input, verdict) = (read(&record.input), read(&decided));
    let http = verdict.get("http").filter(|http| !http.is_null());
    let columns = [
        ("mode", Value::from(&*record.mode), input.get("mode")),
        ("method", Value::from(&*record.method), input.get("method")),
        ("path", Value::from(&*record.path), input.get("path")),
        ("class", Value::from(record.class.as_deref()), verdict.get("class")),
        ("decision", Value::from(&*record.decision), verdict.get("decision")),
        ("reason", Value::from(&*record.reason), verdict.get("reason")),
        ("outcome", Value::from(&*record.outcome), verdict.get("outcome")),
        ("http", Value::from(record.http), http),
    ];
    let differs = |(name, column, line): (&str, Value, Option<&Value>)| {
        let passed = Value::from(PASSED);
        let line = line.or((name == "http").then_some(&passed));
        (line != Some(&column)).then(|| {
            let line = line.map_or_else(|| "nothing".to_owned(), Value::to_string);
            let words = format!(
                "expected {} in the column {name}, found {}",
                cut(&line),
                cut(&column.to_string())
            );
            (Code::Inconsistent, words)
        })
    };
    columns.into_iter().find_map(differs)
}

/// The reason in a verdict, or what stands where there is none.
fn said(verdict: &[u8]) -> String {
    let text = String::from_utf8_lossy(verdict);
    let read = serde_json::from_str::<Value>(&text).unwrap_or_default();
    let word = |name| read.get(name).and_then(Value::as_str);
    match (word("reason").or(word("code")), word("outcome")) {
        (Some(reason), Some(outcome)) => format!("{} and {}", cut(reason), cut(outcome)),
        _ => "no verdict".to_owned(),
    }
}

/// Escaped, and short: a record may hold anything.
fn cut(text: &str) -> String {
    text.escape_debug().take(100).collect()
}
