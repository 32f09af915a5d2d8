//! Decides: may this mutation be applied?

use crate::authorization::{Authorization, Grant, GrantUse, Permitted, Subject, Tier};
use crate::class::MutationClass;
use crate::event::TerminalKind;
use crate::intent::{Intent, IntentError};
use crate::reason::Reason;
use crate::row::{Invariants, Row, present};
use crate::signal::Signal;
use crate::status::TaskStatus;
use crate::view::{RunView, Scenario};

/// Whether a mutation may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It may.
    Allow,
    /// It may not, for the first reason that holds.
    Deny(Reason),
}

/// What the decision saw. Nothing in it moves with the clock.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Context {
    /// The run.
    pub run_id: Option<String>,
    /// The task.
    pub task_id: Option<String>,
    /// Who may end the run.
    pub scenario: Scenario,
    /// Where the task stands.
    pub task_status: Option<TaskStatus>,
    /// What ended the run.
    pub terminal_event_kind: Option<TerminalKind>,
    /// Who holds the run.
    pub holder: Option<String>,
    /// Whether the lease had not ended.
    pub lease_fresh: bool,
    /// What does not hold of the view.
    #[serde(skip_serializing_if = "Invariants::is_empty")]
    pub violated_invariants: Invariants,
}

/// A verdict, what it is about and what it rests on. Only [`decide`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    verdict: Verdict,
    class: Option<MutationClass>,
    grant: Option<GrantUse>,
    context: Context,
}

impl Verdict {
    /// The code of the reason, or `ALLOW`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Deny(reason) => reason.code(),
        }
    }
}

impl Context {
    /// What a view shows.
    #[must_use]
    pub fn of(view: &RunView) -> Self {
        let row = view.row();
        let shown = shown_by(row);
        Self {
            run_id: shown.run_id.map(str::to_owned),
            task_id: shown.task_id.map(str::to_owned),
            scenario: view.scenario(),
            task_status: row.and_then(|row| row.task_status),
            terminal_event_kind: row.and_then(|row| row.terminal_event_kind),
            holder: row.and_then(Row::holder).map(str::to_owned),
            lease_fresh: row.is_some_and(|row| row.lease_fresh),
            violated_invariants: view.violated(),
        }
    }

    /// With the ids that the request names where the view shows none.
    fn naming(mut self, named: Subject<'_>) -> Self {
        self.run_id = self.run_id.or_else(|| named.run_id.map(str::to_owned));
        self.task_id = self.task_id.or_else(|| named.task_id.map(str::to_owned));
        self
    }
}

impl Decision {
    /// Whether the mutation may be applied.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The class of the mutation, if its route is one.
    #[must_use]
    pub const fn class(&self) -> Option<MutationClass> {
        self.class
    }

    /// The grant that an allowed mutation rests on, which its effect has to spend and its audit to name.
    #[must_use]
    pub const fn grant(&self) -> Option<&GrantUse> {
        self.grant.as_ref()
    }

    /// What was seen.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }
}

/// Decides whether a mutation may be applied to what `view` shows, at `now` in milliseconds.
///
/// The table is that of `contracts/gate/rules.json`: the first row that holds decides.
#[must_use]
pub fn decide(
    intent: &Result<Intent, IntentError>,
    view: &RunView,
    authorization: &Authorization,
    signals: &[Signal],
    now: i64,
) -> Decision {
    let named = intent.as_ref().map_or(Subject::default(), named_by);
    let refusal = match intent {
        Err(error) => Err(error.reason()),
        Ok(intent) => permitted(intent, view, authorization, now).and_then(|grant| {
            applicable(intent, view)?;
            governed(intent, view, signals, now).map(|()| grant)
        }),
    };
    let (verdict, grant) = match refusal {
        Ok(grant) => (Verdict::Allow, grant.map(used)),
        Err(reason) => (Verdict::Deny(reason), None),
    };
    let class = intent.as_ref().map_or_else(IntentError::class, |intent| Some(intent.class()));
    Decision { verdict, class, grant, context: Context::of(view).naming(named) }
}

fn named_by(intent: &Intent) -> Subject<'_> {
    Subject { run_id: intent.run_id(), task_id: intent.task_id() }
}

fn shown_by(row: Option<&Row>) -> Subject<'_> {
    Subject {
        run_id: row.and_then(|row| present(row.run_id.as_deref())),
        task_id: row.and_then(|row| present(row.task_id.as_deref())),
    }
}

fn used(grant: &Grant) -> GrantUse {
    GrantUse { id: grant.id.clone(), single_use: grant.single_use }
}

/// Whether the action may run at its tier, and the grant that this rests on.
fn permitted<'a>(
    intent: &Intent,
    view: &RunView,
    authorization: &'a Authorization,
    now: i64,
) -> Result<Option<&'a Grant>, Reason> {
    let tier = authorization.tier(intent.action_id(), intent.tier());
    let undisclosed = intent.class().makes_a_task() && intent.disclosure().is_none();
    if tier != Tier::A && undisclosed {
        return Err(Reason::TierDisclosureRequired);
    }
    // What is shown beside a task that is yet to be made is another run, whose grants are not for it.
    let row = view.row().filter(|_| !intent.class().makes_a_task());
    let (named, shown) = (named_by(intent), shown_by(row));
    let subject =
        Subject { run_id: named.run_id.or(shown.run_id), task_id: named.task_id.or(shown.task_id) };
    match authorization.permits(intent.action_id(), tier, subject, now) {
        Permitted::ByRegistry => Ok(None),
        Permitted::ByGrant(grant) => Ok(Some(grant)),
        Permitted::Not => Err(Reason::TierNotAuthorized),
    }
}

/// Whether what is known of the run admits the mutation.
fn applicable(intent: &Intent, view: &RunView) -> Result<(), Reason> {
    let class = intent.class();
    if class.makes_a_task() {
        return match view.row() {
            Some(row) if is_there(intent, row) => Err(Reason::TaskExists),
            _ => Ok(()),
        };
    }
    let Some(row) = view.row() else {
        return if class.ends_a_run() { Err(Reason::RunUnknown) } else { Ok(()) };
    };
    if is_of_another(intent, row) {
        return Err(Reason::RunUnknown);
    }
    if !view.violated().is_empty() {
        return Err(Reason::ProjectionInvariant);
    }
    if row.is_terminal {
        return Err(Reason::RunTerminal);
    }
    if class.is_the_holders() {
        held(intent, row)?;
    }
    let next = class.leads_to().first();
    let legal = match (next, row.task_status) {
        (None, _) => true,
        (Some(next), Some(status)) => status.may_become(*next),
        // Without a task there is nothing to say how far it got, and an operator may end all that has not ended.
        (Some(next), None) => *next == TaskStatus::Canceled,
    };
    if legal { Ok(()) } else { Err(Reason::TransitionIllegal) }
}

/// Whether who asks holds the lease, or nobody does.
fn held(intent: &Intent, row: &Row) -> Result<(), Reason> {
    if row.lease_expired() {
        return Err(Reason::LeaseExpired);
    }
    match row.holder() {
        _ if !row.lease_fresh => Ok(()),
        None => Err(Reason::LeaseOrphan),
        holder if holder == intent.actor() => Ok(()),
        Some(_) => Err(Reason::LeaseHeldByOther),
    }
}

fn governed(intent: &Intent, view: &RunView, signals: &[Signal], now: i64) -> Result<(), Reason> {
    let subjects = [named_by(intent), shown_by(view.row())];
    let blocked = signals.iter().any(|signal| signal.blocks(intent.class(), subjects, now));
    if blocked { Err(Reason::GovernanceBlocked) } else { Ok(()) }
}

/// Whether the task or the run that is to be made is the one that is shown.
fn is_there(intent: &Intent, row: &Row) -> bool {
    let (named, shown) = (named_by(intent), shown_by(Some(row)));
    let same = |one: Option<&str>, other| one.is_some() && one == other;
    same(named.task_id, shown.task_id) || same(named.run_id, shown.run_id)
}

/// Whether the run that is named is another one than the one that is shown.
fn is_of_another(intent: &Intent, row: &Row) -> bool {
    let (named, shown) = (named_by(intent), shown_by(Some(row)));
    let differ = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).is_some_and(|(one, other)| one != other)
    };
    differ(named.task_id, shown.task_id) || differ(named.run_id, shown.run_id)
}
