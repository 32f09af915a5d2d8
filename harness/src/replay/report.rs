//! What a replay found, for people and for machines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use speech_exit::receipt::{Ended, Head, RULES_SHA256};

use super::finding::{Finding, Findings};
use crate::report::{End, Format};

/// So many different words are counted apart; the rest together, so that a log cannot fill the memory.
const APART: usize = 200;
const TOGETHER: &str = "other";

/// What is counted on the way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) receipts: u64,
    pub(super) responses: u64,
    pub(super) allow: u64,
    deny: BTreeMap<&'static str, u64>,
    malformed: BTreeMap<String, u64>,
    endings: Endings,
    own_rules: u64,
    other_rules: BTreeMap<String, u64>,
    pub(super) unread: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
struct Endings {
    complete: u64,
    refused: u64,
    cut: u64,
    client_gone: u64,
}

impl Counts {
    pub(super) fn end(&mut self, ended: Ended) {
        let Endings { complete, refused, cut, client_gone } = &mut self.endings;
        *match ended {
            Ended::Complete => complete,
            Ended::Refused => refused,
            Ended::Cut => cut,
            Ended::ClientGone => client_gone,
        } += 1;
    }

    pub(super) fn deny(&mut self, code: &'static str) {
        *self.deny.entry(code).or_default() += 1;
    }

    pub(super) fn malformed(&mut self, code: &str) {
        count(&mut self.malformed, code);
    }

    pub(super) fn rules(&mut self, digest: &str) {
        if digest == RULES_SHA256 {
            self.own_rules += 1;
        } else {
            count(&mut self.other_rules, digest);
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, word: &str) {
    if let Some(count) = counts.get_mut(word) {
        *count += 1;
        return;
    }
    let is_room = counts.len() < APART && word.len() <= 128;
    let word = if is_room { word } else { TOGETHER };
    *counts.entry(word.to_owned()).or_default() += 1;
}

/// What a replay found.
#[derive(Debug, Serialize)]
pub struct Report {
    receipts: u64,
    responses: u64,
    allow: u64,
    deny: BTreeMap<&'static str, u64>,
    malformed: BTreeMap<String, u64>,
    open: usize,
    endings: Endings,
    rules: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries: Option<u64>,
    head: Reached,
    findings_count: u64,
    findings: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
    ok: bool,
    end: End,
}

#[derive(Debug, Serialize)]
struct Reached {
    hash: String,
    length: u64,
}

impl Report {
    pub(super) fn new(
        counts: Counts,
        open: usize,
        deliveries: Option<u64>,
        head: &Head,
        findings: Findings,
    ) -> Self {
        let end = match (findings.count, &counts.unread) {
            (0, None) => End::Kept,
            (0, Some(_)) => End::Unchecked,
            _ => End::Broken,
        };
        let mut rules = counts.other_rules;
        if counts.own_rules > 0 {
            rules.insert(RULES_SHA256.to_owned(), counts.own_rules);
        }
        Self {
            receipts: counts.receipts,
            responses: counts.responses,
            allow: counts.allow,
            deny: counts.deny,
            malformed: counts.malformed,
            open,
            endings: counts.endings,
            rules,
            deliveries,
            head: Reached { hash: head.hash().to_owned(), length: head.length() },
            findings_count: findings.count,
            findings: findings.shown,
            unread: counts.unread,
            ok: end == End::Kept,
            end,
        }
    }

    /// How it ended: broken as soon as one thing is known to be, also when not everything could be read.
    #[must_use]
    pub const fn end(&self) -> End {
        self.end
    }

    /// The first findings, in the order in which they were made.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Where the log ends, as far as it could be read.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        Head::new(&self.head.hash, self.head.length)
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub fn write(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => {
                serde_json::to_writer(&mut *output, self)?;
                writeln!(output)
            }
            Format::Human => self.write_lines(output),
        }
    }

    fn write_lines(&self, output: &mut dyn Write) -> io::Result<()> {
        for Finding { code, log, line, message } in &self.findings {
            let log = match log {
                super::Log::Receipts => "receipts",
                super::Log::Access => "access log",
            };
            writeln!(output, "{} {log} line {line}: {message}", code.as_str())?;
        }
        let hidden = self.findings_count.saturating_sub(self.findings.len() as u64);
        if hidden > 0 {
            writeln!(output, "and {hidden} more")?;
        }
        if let Some(unread) = &self.unread {
            writeln!(output, "unread: {unread}")?;
        }
        let word = self.end.word();
        writeln!(
            output,
            "{word:<9} {:>10}  receipts of {} responses",
            self.receipts, self.responses
        )?;
        let mut row = |count: u64, what: &str| writeln!(output, "{:9} {count:>10}  {what}", "");
        row(self.allow, "allowed")?;
        for (code, count) in &self.deny {
            row(*count, &format!("denied: {code}"))?;
        }
        for (code, count) in &self.malformed {
            row(*count, &format!("malformed: {code}"))?;
        }
        row(self.open as u64, "opened and not closed")?;
        for (rules, count) in &self.rules {
            row(*count, &format!("decided by the rules {rules}"))?;
        }
        if let Some(deliveries) = self.deliveries {
            row(deliveries, "responses in the access log")?;
        }
        writeln!(output, "head {}:{}", self.head.hash, self.head.length)
    }
}
