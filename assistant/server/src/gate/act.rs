//! One mutation from question to answer: read, decide, apply, record, and all of that at once or not at all.

use mutation_gate::{
    Asked, Authorization, Decision, Intent, IntentError, Outcome, Permit, Reason, Signal, Tier,
    Unrecorded, Verdict, apply_mode, ask, decide, project,
};
use speech_exit::Notice;

use super::record::{Known, record};
use super::wanted::{Done, Wanted};
use super::{Asking, Gate, TABLE};
use crate::app::App;
use crate::store::StoreError;
use crate::store::gate::{
    Applied, Effect, Gated, KeptGrant, KeptSignal, NewRecord, Subject, Unapplied,
};

/// How often a mutation is decided anew because another was first.
const TRIES: usize = 8;

/// What came of a mutation.
#[derive(Debug)]
pub enum Came {
    /// It was applied.
    Applied(Applied),
    /// It was not, because it cannot be.
    Unapplied(Unapplied),
    /// It was not, because it is no such mutation.
    Refused(Notice),
    /// It was rejected, for that reason.
    Rejected(Reason, Box<Decision>),
}

/// Decides about a mutation and does what follows from that.
///
/// # Errors
///
/// [`StoreError`] when nothing could be decided or nothing was made to last.
pub async fn mutate(
    app: &App,
    asking: &Asking,
    wanted: Result<&Wanted, Notice>,
) -> Result<Came, StoreError> {
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(notice) => return attempt(app, asking, Err(notice)).await,
    };
    for _ in 0..TRIES {
        let came = attempt(app, asking, Ok(wanted)).await?;
        if !matches!(came, Came::Unapplied(Unapplied::Raced)) {
            if matches!(came, Came::Applied(Applied::Signal { .. })) {
                app.look_at_signals().await;
            }
            return Ok(came);
        }
    }
    Ok(Came::Unapplied(Unapplied::Raced))
}

/// Decides about a request that stands in no row of the table. `None` when it is let pass, to where nothing is.
pub async fn note_unlisted(app: &App, asking: &Asking) -> Option<Came> {
    let words = "expected a path that is served";
    let nothing = Notice::new(http::StatusCode::NOT_FOUND, "NOT_FOUND", words);
    match attempt(app, asking, Err(nothing)).await {
        Ok(came @ Came::Rejected(..)) => Some(came),
        Ok(_) => None,
        Err(error) => {
            tracing::warn!(%error, "a request that is not listed was not recorded");
            None
        }
    }
}

/// What is known about what is asked.
struct Seen {
    subject: Subject,
    grants: Vec<KeptGrant>,
    signals: Vec<KeptSignal>,
}

impl Seen {
    async fn read(
        gated: &mut Gated,
        intent: &Result<Intent, IntentError>,
        now: i64,
    ) -> Result<Self, StoreError> {
        let Ok(intent) = intent else {
            return Ok(Self {
                subject: Subject::default(),
                grants: Vec::new(),
                signals: Vec::new(),
            });
        };
        let subject = gated.subject(intent.task_id(), intent.run_id()).await?;
        let shown = subject.task.as_ref();
        let task_id = intent.task_id().or(shown.map(|task| task.task_id.as_str()));
        let run_id = intent.run_id().or(shown.and_then(|task| task.run_id.as_deref()));
        let grants = gated.grants(task_id, run_id).await?;
        let signals = gated.live_signals(now).await?;
        Ok(Self { subject, grants, signals })
    }

    fn decided(&self, gate: &Gate, intent: &Result<Intent, IntentError>, now: i64) -> Decision {
        let authorization = Authorization {
            actions: gate.actions.clone(),
            grants: self.grants.iter().map(|kept| kept.grant.clone()).collect(),
        };
        let view = project(self.subject.task.as_ref(), &self.subject.events, now);
        let signals: Vec<Signal> = self.signals.iter().map(|kept| kept.signal.clone()).collect();
        decide(intent, &view, &authorization, &signals, now)
    }
}

async fn attempt(
    app: &App,
    asking: &Asking,
    wanted: Result<&Wanted, Notice>,
) -> Result<Came, StoreError> {
    let (gate, principal) = (app.gate(), asking.principal.as_ref());
    let now = gate.now();
    let asked = ask(&TABLE, &asking.method, &asking.path, &asking.body, principal);
    let Asked::Mutates(intent) = asked else {
        return Ok(Came::Unapplied(Unapplied::Unlicensed));
    };
    let mut gated = app.store().begin_gated().await?;
    let seen = Seen::read(&mut gated, &intent, now).await?;
    let decision = seen.decided(gate, &intent, now);
    let action = registered(gate, &intent);
    let done = Done {
        by: principal.map_or("", |principal| principal.as_str()),
        at: now,
        decision: &decision,
        least: action.map(|(_, tier)| tier),
    };
    let effect = match wanted {
        Ok(wanted) => wanted.effect(done).map_err(|_| no_random()),
        Err(notice) => Err(notice),
    };
    let outcome = apply_mode(gate.mode, decision.clone());
    let known = Known {
        asking,
        subject: &seen.subject,
        grants: &seen.grants,
        signals: &seen.signals,
        action,
        mode: gate.mode,
        now,
    };
    let record = record(known, &decision, &outcome);
    finish(gated, outcome, effect, &record).await
}

/// The action that is asked for and its least tier, if it is registered.
fn registered<'a>(gate: &Gate, intent: &'a Result<Intent, IntentError>) -> Option<(&'a str, Tier)> {
    let action = intent.as_ref().ok()?.action_id()?;
    gate.actions.get(action).map(|tier| (action, *tier))
}

async fn finish(
    gated: Gated,
    outcome: Outcome,
    effect: Result<Effect, Notice>,
    record: &NewRecord,
) -> Result<Came, StoreError> {
    match outcome {
        Outcome::Pass(permit) => apply(gated, permit, effect, None).await,
        Outcome::PassRecorded { permit, decision, unrecorded } => {
            apply(gated, permit, effect, Some((record, decision, unrecorded))).await
        }
        Outcome::Reject(decision) => reject(gated, decision, record).await,
    }
}

/// Effect and record, both or neither; in shadow the effect all the same.
async fn apply(
    mut gated: Gated,
    permit: Permit,
    effect: Result<Effect, Notice>,
    recorded: Option<(&NewRecord, Decision, Unrecorded)>,
) -> Result<Came, StoreError> {
    let came = match effect {
        Err(notice) => Came::Refused(notice),
        Ok(effect) => match gated.apply(permit, &effect).await? {
            Ok(applied) => Came::Applied(applied),
            Err(Unapplied::Raced) => {
                gated.rollback().await?;
                return Ok(Came::Unapplied(Unapplied::Raced));
            }
            Err(unapplied) => Came::Unapplied(unapplied),
        },
    };
    if let Some((record, decision, unrecorded)) = recorded
        && let Err(error) = gated.record(record).await
    {
        tracing::error!(%error, "E_AUDIT_UNAVAILABLE: a decision was not recorded");
        if unrecorded == Unrecorded::Rejected {
            gated.rollback().await?;
            return Ok(Came::Rejected(Reason::AuditUnavailable, Box::new(decision)));
        }
    }
    gated.commit().await?;
    Ok(came)
}

async fn reject(
    mut gated: Gated,
    decision: Decision,
    record: &NewRecord,
) -> Result<Came, StoreError> {
    let reason = match decision.verdict() {
        Verdict::Deny(reason) => reason,
        // Nothing that is allowed is rejected but for want of a record.
        Verdict::Allow => Reason::AuditUnavailable,
    };
    let decision = Box::new(decision);
    if let Err(error) = gated.record(record).await {
        tracing::error!(%error, "E_AUDIT_UNAVAILABLE: a decision was not recorded");
        gated.rollback().await?;
        return Ok(Came::Rejected(Reason::AuditUnavailable, decision));
    }
    gated.commit().await?;
    Ok(Came::Rejected(reason, decision))
}

fn no_random() -> Notice {
    let words = "expected the system to give random bytes";
    Notice::new(http::StatusCode::SERVICE_UNAVAILABLE, "NO_RANDOM", words).retry_after(1)
}
