//! The table of a contract, for people and for machines.

use std::io::{self, Write};

use serde_json::json;

use super::{Kind, Row};
use crate::report::{End, Format};

/// The table of a contract.
#[derive(Debug)]
pub struct Coverage {
    /// What the contract is called.
    pub contract: String,
    /// One row for the document, each field and each rule.
    pub rows: Vec<Row>,
}

impl Coverage {
    /// What is not enforced: each derived document that was not refused as it had to be.
    #[must_use]
    pub fn unenforced(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for Row { kind, name, derived, .. } in &self.rows {
            let kind = kind.as_str();
            if derived.is_empty() {
                lines.push(format!("{kind} {name}: expected a document to derive, found none"));
            }
            for derived in derived.iter().filter(|derived| !derived.refused) {
                let (what, expected, found) = (&derived.what, &derived.expected, &derived.found);
                lines.push(format!("{kind} {name}, {what}: expected {expected}, found {found}"));
            }
        }
        lines
    }

    /// What no fixture exercises, or what is a rule and tripped by no reject.
    #[must_use]
    pub fn unexercised(&self) -> Vec<String> {
        let rows = self.rows.iter().filter(|row| !row.is_exercised());
        rows.map(|Row { kind, name, fixtures, .. }| {
            let by = if fixtures.is_empty() { "fixture" } else { "reject" };
            format!("{} {name} by a {by}", kind.as_str())
        })
        .collect()
    }

    /// Rules that nothing was found to break alone, each with those that break with it: they may imply it.
    #[must_use]
    pub fn implied(&self) -> Vec<String> {
        let beside = |row: &Row| {
            let beside = row.derived.iter().flat_map(|derived| derived.beside.clone());
            let beside: Vec<_> = beside.collect();
            let words = || format!("{} {} by {}", row.kind.as_str(), row.name, beside.join(", "));
            (!beside.is_empty()).then(words)
        };
        self.rows.iter().filter_map(beside).collect()
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> End {
        if self.unenforced().is_empty() && self.unexercised().is_empty() {
            End::Kept
        } else {
            End::Broken
        }
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// `output` cannot be written.
    pub fn write(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => self.json(output),
            Format::Human => self.lines(output),
        }
    }

    fn json(&self, output: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "kind": row.kind, "name": row.name, "enforced": row.is_enforced(),
                    "exercised": row.is_exercised(), "derived": row.derived,
                    "fixtures": row.fixtures, "rejects": row.rejects,
                })
            })
            .collect();
        let json = json!({
            "contract": self.contract,
            "covered": self.end() == End::Kept,
            "rows": rows,
            "unenforced": self.unenforced(),
            "implied": self.implied(),
            "unexercised": self.unexercised(),
        });
        writeln!(output, "{json}")
    }

    fn lines(&self, output: &mut dyn Write) -> io::Result<()> {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        writeln!(output, "{:<10}  {:<width$}  refused   fixtures  rejects", "kind", "name")?;
        for row in &self.rows {
            let refused = row.derived.iter().filter(|derived| derived.refused).count();
            let refused = format!("{refused} of {}", row.derived.len());
            let (fixtures, rejects) = (row.fixtures.len(), row.rejects.len());
            let (kind, name) = (row.kind.as_str(), &row.name);
            writeln!(
                output,
                "{kind:<10}  {name:<width$}  {refused:<8}  {fixtures:>8}  {rejects:>7}"
            )?;
        }
        for line in self.unenforced() {
            writeln!(output, "unenforced: {line}")?;
        }
        for line in self.implied() {
            writeln!(output, "implied: {line}")?;
        }
        let count = |kind| self.rows.iter().filter(|row| row.kind == kind).count();
        let derived: Vec<_> = self.rows.iter().flat_map(|row| &row.derived).collect();
        let refused = derived.iter().filter(|derived| derived.refused).count();
        writeln!(
            output,
            "{}: {} fields, {} rules, {} transitions; {refused} of {} derived documents refused as they have to be",
            self.contract,
            count(Kind::Field),
            count(Kind::Rule),
            count(Kind::Transition),
            derived.len(),
        )?;
        let unexercised = self.unexercised();
        let none = vec!["none".to_owned()];
        for line in if unexercised.is_empty() { &none } else { &unexercised } {
            writeln!(output, "unexercised: {line}")?;
        }
        Ok(())
    }
}
