//! Whether what was recorded in shadow is evidence enough to enforce it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::str::FromStr;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use mutation_gate::{Reason, Verdict};
use serde::{Serialize, Serializer};

use super::bound::upper_bound;
use crate::database::{Asked, Database, block_on};
use crate::report::{End, Format};
use crate::trouble::Trouble;

/// How the command ends.
pub const EXIT_CODES: &str = "Exit codes:
  0  recommended
  1  not recommended, for the reason that is given
  2  the arguments cannot be read
  3  the records cannot be read, or there is something in them that is not known";

/// The mode that is to be left for the next stricter one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    /// Everything passes, and what would have been done is recorded.
    Shadow,
}

/// A share of false refusals that is accepted, above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accepted(f64);

impl FromStr for Accepted {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let share = text.parse().ok().filter(|share| *share > 0.0 && *share < 1.0);
        share.map(Self).ok_or("expected a share above 0 and below 1")
    }
}

/// How many records have these words, and when the first and the last of them were made.
type Row = (String, String, Option<String>, i64, i64, i64);

/// One statement, so that what is counted is what there was at one moment.
const COUNTED: Asked = Asked {
    sqlite: "SELECT decision, reason, label, COUNT(*), MIN(recorded_at), MAX(recorded_at)
        FROM gate_audit LEFT JOIN gate_audit_labels ON audit_id = id
        WHERE mode = 'shadow' GROUP BY decision, reason, label",
    postgres: "SELECT decision, reason, label, COUNT(*), MIN(recorded_at)::bigint, MAX(recorded_at)::bigint
        FROM gate_audit LEFT JOIN gate_audit_labels ON audit_id = id
        WHERE mode = 'shadow' GROUP BY decision, reason, label",
};

/// Records of no known mode, and labels of no record: neither is counted, so that there may be none.
const ASTRAY_TEXT: &str = "SELECT
        (SELECT COUNT(*) FROM gate_audit WHERE mode NOT IN ('shadow', 'enforce')),
        (SELECT COUNT(*) FROM gate_audit_labels
            WHERE NOT EXISTS (SELECT 1 FROM gate_audit WHERE id = audit_id))";
const ASTRAY: Asked = Asked { sqlite: ASTRAY_TEXT, postgres: ASTRAY_TEXT };

/// What was recorded, and what follows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evidence {
    from: &'static str,
    decisions: u64,
    would_block: u64,
    would_block_by_reason: BTreeMap<String, u64>,
    labelled_wrong: u64,
    labelled_right: u64,
    unlabelled: u64,
    /// Of what would have passed. It says nothing about refusals.
    allowed_labelled_wrong: u64,
    upper_bound: f64,
    accepted_bound: f64,
    #[serde(serialize_with = "as_text")]
    oldest: Option<Timestamp>,
    #[serde(serialize_with = "as_text")]
    newest: Option<Timestamp>,
    recommended: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn as_text<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.collect_str(moment),
        None => serializer.serialize_none(),
    }
}

/// Counts what `audit` names: a database file or its `sqlite:` address, or a `postgres://` address.
///
/// # Errors
///
/// It cannot be read, has no such tables, or has words in them that are not known.
pub fn evidence(from: From, audit: &str, accepted: Accepted) -> Result<Evidence, Trouble> {
    block_on(async {
        let From::Shadow = from;
        let mut evidence = Evidence::none(accepted);
        let mut database = Database::open(audit).await?;
        if let Some(astray) = database.rows(ASTRAY).try_next().await.map_err(unread)? {
            none_astray(astray)?;
        }
        let mut rows = database.rows(COUNTED);
        while let Some(row) = rows.try_next().await.map_err(unread)? {
            evidence.count(row)?;
        }
        Ok(evidence.judged())
    })
}

fn unread(error: sqlx::Error) -> Trouble {
    Trouble::new(format!("expected to read gate_audit and gate_audit_labels: {error}"))
}

fn none_astray((modes, labels): (i64, i64)) -> Result<(), Trouble> {
    if modes > 0 {
        return Err(unknown("the mode shadow or enforce", &format!("another in {modes} records")));
    }
    if labels > 0 {
        return Err(unknown("labels of records", &format!("{labels} of none")));
    }
    Ok(())
}

fn unknown(expected: &str, found: &str) -> Trouble {
    let found: String = found.escape_debug().take(100).collect();
    Trouble::new(format!("gate_audit: expected {expected}, found {found}"))
}

impl Evidence {
    fn none(Accepted(accepted_bound): Accepted) -> Self {
        Self {
            from: "shadow",
            decisions: 0,
            would_block: 0,
            would_block_by_reason: BTreeMap::new(),
            labelled_wrong: 0,
            labelled_right: 0,
            unlabelled: 0,
            allowed_labelled_wrong: 0,
            upper_bound: 1.0,
            accepted_bound,
            oldest: None,
            newest: None,
            recommended: false,
            why_not: None,
        }
    }

    fn count(
        &mut self,
        (decision, reason, label, count, oldest, newest): Row,
    ) -> Result<(), Trouble> {
        let count = u64::try_from(count).map_err(|error| unknown("a count", &error.to_string()))?;
        let is_wrong = match label.as_deref() {
            Some("wrong") => Some(true),
            Some("right") => Some(false),
            None => None,
            Some(other) => return Err(unknown("the label wrong or right", other)),
        };
        self.decisions += count;
        if is_denial(&decision, &reason)? {
            self.would_block += count;
            *self.would_block_by_reason.entry(reason).or_default() += count;
            *match is_wrong {
                Some(true) => &mut self.labelled_wrong,
                Some(false) => &mut self.labelled_right,
                None => &mut self.unlabelled,
            } += count;
        } else if is_wrong == Some(true) {
            self.allowed_labelled_wrong += count;
        }
        let (oldest, newest) = (moment(oldest)?, moment(newest)?);
        self.oldest = Some(self.oldest.map_or(oldest, |before| before.min(oldest)));
        self.newest = Some(self.newest.map_or(newest, |before| before.max(newest)));
        Ok(())
    }

    /// What nobody found right may be wrong, so that it counts so.
    fn judged(mut self) -> Self {
        self.upper_bound = upper_bound(self.labelled_wrong + self.unlabelled, self.decisions);
        self.recommended = self.upper_bound <= self.accepted_bound;
        if !self.recommended {
            self.why_not = Some(format!(
                "expected an upper bound of false refusals of at most {}, found {:.6}: \
                 {} decisions, {} of {} would-blocks labelled wrong, {} not labelled",
                self.accepted_bound,
                self.upper_bound,
                self.decisions,
                self.labelled_wrong,
                self.would_block,
                self.unlabelled
            ));
        }
        self
    }

    /// How it ended.
    #[must_use]
    pub const fn end(&self) -> End {
        if self.recommended { End::Kept } else { End::Broken }
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
        writeln!(output, "{:>10}  decisions in {}", self.decisions, self.from)?;
        let mut row = |count: u64, what: &str| writeln!(output, "{count:>10}  {what}");
        row(self.would_block, "would-blocks")?;
        for (reason, count) in &self.would_block_by_reason {
            row(*count, &format!("would-blocks: {reason}"))?;
        }
        row(self.labelled_wrong, "would-blocks labelled wrong")?;
        row(self.labelled_right, "would-blocks labelled right")?;
        row(self.unlabelled, "would-blocks not labelled, taken as wrong")?;
        row(self.allowed_labelled_wrong, "allowed and labelled wrong")?;
        for (word, moment) in [("oldest", self.oldest), ("newest", self.newest)] {
            let moment = moment.map_or_else(|| "none".to_owned(), |moment| moment.to_string());
            writeln!(output, "{word:>10}  {moment}")?;
        }
        writeln!(output, "{:>10.6}  upper 95 % bound of false refusals", self.upper_bound)?;
        match &self.why_not {
            None => writeln!(output, "recommended: ENFORCEMENT_MODE=enforce"),
            Some(why_not) => writeln!(output, "not recommended: {why_not}"),
        }
    }
}

fn is_denial(decision: &str, reason: &str) -> Result<bool, Trouble> {
    let is_reason = || Reason::ALL.iter().any(|known| known.code() == reason);
    match decision {
        "allow" if reason == Verdict::Allow.code() => Ok(false),
        "deny" if is_reason() => Ok(true),
        _ => Err(unknown("a decision and its reason", &format!("{decision} for {reason}"))),
    }
}

fn moment(recorded_at: i64) -> Result<Timestamp, Trouble> {
    Timestamp::from_millisecond(recorded_at)
        .map_err(|_| unknown("milliseconds since the epoch", &recorded_at.to_string()))
}
