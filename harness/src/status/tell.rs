//! What was found at one look, for people and for machines.

use std::collections::HashMap;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use status_contract::manifest::{Field, Unblock};
use status_contract::{Finding, Mode, Options, Owner, Report, check};

use super::contract::Loaded;
use super::underline::Underliner;
use super::words::one_line;
use crate::report::End;

/// So much is shown of a word of the document, in bytes.
const WORD_MAX_BYTES: usize = 120;

/// The members of a document, unread.
type Members<'a> = HashMap<String, &'a RawValue>;

/// One look at a document.
#[derive(Debug)]
pub(super) struct Look<'a> {
    /// What the document has to keep to.
    pub(super) contract: &'a Loaded,
    /// How strictly.
    pub(super) mode: Mode,
    /// What the source is called.
    pub(super) source: &'a str,
    /// The document and what was found, or why there is none.
    pub(super) seen: Result<Seen, String>,
}

/// A document, and what was found in it.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its bytes.
    pub(super) document: Vec<u8>,
    /// What was found.
    pub(super) report: Report,
}

impl Seen {
    /// Checks a document.
    #[must_use]
    pub(super) fn new(contract: &Loaded, document: Vec<u8>, options: &Options<'_>) -> Self {
        let report = check(&contract.contract, &document, options);
        Self { document, report }
    }
}

#[derive(Serialize)]
struct Json<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    valid: bool,
    contract: &'a str,
    mode: &'static str,
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    omitted: usize,
    owner: Option<OwnerJson<'a>>,
    ages_judged: bool,
}

#[derive(Serialize)]
struct OwnerJson<'a> {
    code: &'a str,
    display: Option<&'a str>,
    unblock: Option<UnblockJson<'a>>,
}

#[derive(Serialize)]
struct UnblockJson<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    condition: &'a str,
}

impl Look<'_> {
    /// How it ended. A source that gives no JSON text is as good as none.
    #[must_use]
    pub(super) fn end(&self) -> End {
        match &self.seen {
            Err(_) => End::Unchecked,
            Ok(Seen { report, .. }) if report.is_unreadable() => End::Unchecked,
            Ok(Seen { report, .. }) if report.is_valid() => End::Kept,
            Ok(_) => End::Broken,
        }
    }

    /// One JSON object on one line; with `at`, when the look was.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub(super) fn json(&self, at: Option<i64>, output: &mut dyn Write) -> io::Result<()> {
        let report = self.seen.as_ref().ok().map(|seen| &seen.report);
        let error = match &self.seen {
            Err(words) => Some(words.as_str()),
            Ok(_) if self.end() == End::Unchecked => Some("expected a JSON text"),
            Ok(_) => None,
        };
        let json = Json {
            at,
            valid: self.end() == End::Kept,
            contract: &self.contract.name,
            mode: self.mode.as_str(),
            findings: report.map(Report::findings).unwrap_or_default(),
            error,
            omitted: report.map_or(0, Report::omitted),
            owner: report.and_then(Report::owner).map(owner),
            ages_judged: report.is_some_and(Report::were_ages_judged),
        };
        serde_json::to_writer(&mut *output, &json)?;
        writeln!(output)
    }

    /// The verdict, who the service says is its owner, and each finding with the place underlined.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub(super) fn human(&self, is_colored: bool, output: &mut dyn Write) -> io::Result<()> {
        let verdict = self.verdict();
        let (name, mode) = (one_line(&self.contract.name, WORD_MAX_BYTES), self.mode.as_str());
        let seen = match &self.seen {
            Ok(seen) => seen,
            Err(words) => return writeln!(output, "{verdict}  {name} ({mode}): {words}"),
        };
        let count = seen.report.findings().len() + seen.report.omitted();
        let findings = match count {
            0 => "no findings".to_owned(),
            1 => "1 finding".to_owned(),
            _ => format!("{count} findings"),
        };
        writeln!(output, "{verdict}  {name} ({mode}): {findings}")?;
        for (label, words) in self.view(seen) {
            writeln!(output, "  {label:<14}  {words}")?;
        }
        if !seen.report.were_ages_judged() {
            writeln!(
                output,
                "  {:<14}  not judged: a file is a record; --now judges them",
                "ages"
            )?;
        }
        let underliner = Underliner::new(self.source, &seen.document, is_colored);
        for finding in seen.report.findings() {
            writeln!(output, "\n{}", underliner.underline(finding))?;
        }
        match seen.report.omitted() {
            0 => Ok(()),
            omitted => writeln!(output, "\nand {omitted} more"),
        }
    }

    /// The same on one line.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub(super) fn line(&self, at: i64, output: &mut dyn Write) -> io::Result<()> {
        let at = Timestamp::from_millisecond(at).unwrap_or_default();
        write!(output, "{at:.3}  {:<11}", self.verdict())?;
        match &self.seen {
            Err(words) => write!(output, "  {words}")?,
            Ok(seen) => {
                for (_, words) in self.view(seen) {
                    write!(output, "  {words}")?;
                }
                let mut findings = seen.report.findings().iter();
                if let Some(Finding { code, rule, pointer, .. }) = findings.next() {
                    let rule = rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
                    write!(output, "  {code}{rule} {}", one_line(pointer, WORD_MAX_BYTES))?;
                }
                let more = findings.len() + seen.report.omitted();
                if more > 0 {
                    write!(output, " and {more} more")?;
                }
            }
        }
        writeln!(output)
    }

    fn verdict(&self) -> &'static str {
        match &self.seen {
            Err(_) => "unreachable",
            Ok(Seen { report, .. }) if report.is_unreadable() => "unreadable",
            Ok(Seen { report, .. }) if report.is_valid() => "valid",
            Ok(_) => "invalid",
        }
    }

    /// The mode and the owner, each with its label. The mode is what selects a tier.
    fn view(&self, seen: &Seen) -> Vec<(String, String)> {
        let mut view = Vec::new();
        // What the members hold is read for those that are told: a document of another kind may hold anything.
        let document: Members<'_> = serde_json::from_slice(&seen.document).unwrap_or_default();
        for name in tier_fields(self.contract.contract.manifest().document.fields.values()) {
            let value = document.get(name).map(|value| serde_json::from_str(value.get()));
            if let Some(Ok(Value::String(value))) = value {
                let value = one_line(&value, WORD_MAX_BYTES);
                let doubt = if self.end() == End::Kept { "" } else { ", not to be relied on" };
                view.push((one_line(name, WORD_MAX_BYTES), format!("{value}{doubt}")));
            }
        }
        let Some(Owner { code, display, unblock }) = seen.report.owner() else {
            return view;
        };
        let display = display.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
        view.push(("reason".to_owned(), one_line(&format!("{code}{display}"), 2 * WORD_MAX_BYTES)));
        if let Some(Unblock { kind, condition }) = unblock {
            let words = format!("{}: {condition}", kind.as_str());
            view.push(("unblock".to_owned(), one_line(&words, 2 * WORD_MAX_BYTES)));
        }
        view
    }
}

fn owner(owner: &Owner) -> OwnerJson<'_> {
    let Owner { code, display, unblock } = owner;
    let unblock = unblock
        .as_ref()
        .map(|Unblock { kind, condition }| UnblockJson { kind: kind.as_str(), condition });
    OwnerJson { code, display: display.as_deref(), unblock }
}

/// The fields that select a tier, each once.
pub(super) fn tier_fields<'a>(fields: impl Iterator<Item = &'a Field>) -> Vec<&'a str> {
    let mut found = Vec::new();
    for field in fields {
        let below = tier_fields(field.fields.values());
        for name in field.tier.as_deref().into_iter().chain(below) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}
