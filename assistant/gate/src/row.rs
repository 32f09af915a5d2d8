//! What is known about a run, in columns, and what holds of every such row.

use crate::event::{EventId, EventKind, TerminalKind};
use crate::status::TaskStatus;
use crate::words::words;

/// One run at one moment. Times are in milliseconds. A row comes from a store and may be broken: see [`Invariant`].
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Row {
    /// The run.
    pub run_id: Option<String>,
    /// The task that is run.
    pub task_id: Option<String>,
    /// Who holds the run.
    pub actor: Option<String>,
    /// How often the lease was taken: a fencing token.
    pub lease_epoch: Option<i64>,
    /// When the lease ends.
    pub lease_expires_at: Option<i64>,
    /// Whether the lease had not ended yet at the moment of the row.
    pub lease_fresh: bool,
    /// How long the lease still lasts.
    pub lease_ttl_ms: Option<i64>,
    /// When the holder was last heard of.
    pub last_heartbeat_ts: Option<i64>,
    /// How long ago that was.
    pub heartbeat_age_ms: Option<i64>,
    /// The last event.
    pub last_event_id: Option<EventId>,
    /// When it was.
    pub last_event_ts: Option<i64>,
    /// What it was.
    pub last_event_kind: Option<EventKind>,
    /// Where the task stands; none when there is no task.
    pub task_status: Option<TaskStatus>,
    /// Whether the run has ended.
    pub is_terminal: bool,
    /// What ended it.
    pub terminal_event_kind: Option<TerminalKind>,
    /// When.
    pub terminal_event_ts: Option<i64>,
    /// By which event.
    pub terminal_event_id: Option<EventId>,
}

words! {
    /// What holds of every sound view of a run.
    Invariant {
        /// A run has one row.
        OneRowPerRun = "one_row_per_run",
        /// The run has an id.
        RunIdPresent = "run_id_present",
        /// The task has an id.
        TaskIdPresent = "task_id_present",
        /// What has ended was ended by a kind of event.
        TerminalHasKind = "terminal_has_kind",
        /// What has ended did so at a time.
        TerminalHasTs = "terminal_has_ts",
        /// What has ended was ended by one event.
        TerminalHasId = "terminal_has_id",
        /// What has not ended has nothing that ended it.
        OpenHasNoTerminalEvent = "open_has_no_terminal_event",
        /// A fresh lease ends at some time.
        FreshLeaseHasExpiry = "fresh_lease_has_expiry",
        /// A lease lasts no negative time.
        LeaseTtlNotNegative = "lease_ttl_not_negative",
        /// A heartbeat does not come from the future.
        HeartbeatAgeNotNegative = "heartbeat_age_not_negative",
        /// The last event has a time and a kind.
        LastIdHasTsAndKind = "last_id_has_ts_and_kind",
        /// The time and the kind of a last event have their event.
        LastTsOrKindHasId = "last_ts_or_kind_has_id",
        /// A run without a task has not ended.
        NoStatusIsNotTerminal = "no_status_is_not_terminal",
        /// A run without a task has no lease.
        NoStatusHasNoLease = "no_status_has_no_lease",
    }
}

impl Row {
    /// Who holds the run, if anybody is named.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        present(self.actor.as_deref())
    }

    /// Whether there was a lease and it has ended.
    #[must_use]
    pub const fn lease_expired(&self) -> bool {
        !self.lease_fresh && self.lease_expires_at.is_some()
    }

    fn holds(&self, invariant: Invariant) -> bool {
        let ended = self.is_terminal;
        match invariant {
            Invariant::OneRowPerRun => true,
            Invariant::RunIdPresent => present(self.run_id.as_deref()).is_some(),
            Invariant::TaskIdPresent => present(self.task_id.as_deref()).is_some(),
            Invariant::TerminalHasKind => !ended || self.terminal_event_kind.is_some(),
            Invariant::TerminalHasTs => !ended || self.terminal_event_ts.is_some(),
            Invariant::TerminalHasId => !ended || self.terminal_event_id.is_some(),
            Invariant::OpenHasNoTerminalEvent => {
                ended
                    || (self.terminal_event_kind.is_none()
                        && self.terminal_event_ts.is_none()
                        && self.terminal_event_id.is_none())
            }
            Invariant::FreshLeaseHasExpiry => !self.lease_fresh || self.lease_expires_at.is_some(),
            Invariant::LeaseTtlNotNegative => self.lease_ttl_ms.is_none_or(|ttl| ttl >= 0),
            Invariant::HeartbeatAgeNotNegative => self.heartbeat_age_ms.is_none_or(|age| age >= 0),
            Invariant::LastIdHasTsAndKind => {
                self.last_event_id.is_none()
                    || (self.last_event_ts.is_some() && self.last_event_kind.is_some())
            }
            Invariant::LastTsOrKindHasId => {
                self.last_event_id.is_some()
                    || (self.last_event_ts.is_none() && self.last_event_kind.is_none())
            }
            Invariant::NoStatusIsNotTerminal => self.task_status.is_some() || !ended,
            Invariant::NoStatusHasNoLease => {
                self.task_status.is_some() || (!self.lease_fresh && self.lease_expires_at.is_none())
            }
        }
    }
}

/// The text, if there is something in it.
pub(crate) fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// A set of invariants, in the order of the contract. Its wire form is the list of their words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Invariants(u16);

impl Invariants {
    /// Those that do not hold of the rows of one run.
    #[must_use]
    pub fn violated(rows: &[Row]) -> Self {
        let broken = |invariant: &&Invariant| match invariant {
            Invariant::OneRowPerRun => rows.len() > 1,
            _ => rows.iter().any(|row| !row.holds(**invariant)),
        };
        let bits = Invariant::ALL.iter().filter(broken).map(|invariant| 1 << *invariant as u16);
        Self(bits.fold(0, |set, bit: u16| set | bit))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Invariant> {
        Invariant::ALL
            .iter()
            .copied()
            .filter(move |invariant| self.0 & (1 << *invariant as u16) != 0)
    }
}

impl serde::Serialize for Invariants {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
