//! The record of a decision: what was asked and known, and the verdict, each as a line of `harness gate decide`.

use std::collections::BTreeMap;

use mutation_gate::{
    Context, Decision, Event, GateMode, GrantUse, MutationClass, Outcome, Task, Tier, Verdict,
};
use serde::Serialize;
use serde_json::Value;

use super::Asking;
use crate::store::gate::{KeptGrant, KeptSignal, NewRecord, Subject};

/// Everything that a decision was made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) asking: &'a Asking,
    pub(super) subject: &'a Subject,
    pub(super) grants: &'a [KeptGrant],
    pub(super) signals: &'a [KeptSignal],
    /// The action and its least tier, if it is registered.
    pub(super) action: Option<(&'a str, Tier)>,
    pub(super) mode: GateMode,
    pub(super) now: i64,
}

#[derive(Serialize)]
struct Input<'a> {
    mode: GateMode,
    method: &'a str,
    path: &'a str,
    body: Value,
    now: i64,
    task: Option<TaskLine<'a>>,
    events: Vec<EventLine<'a>>,
    authorization: AuthorizationLine<'a>,
    signals: Vec<SignalLine<'a>>,
}

#[derive(Serialize)]
struct TaskLine<'a> {
    task_id: &'a str,
    status: &'static str,
    actor: Option<&'a str>,
    run_id: Option<&'a str>,
    lease_expires_at: Option<i64>,
    lease_epoch: Option<i64>,
}

#[derive(Serialize)]
struct EventLine<'a> {
    id: &'a mutation_gate::EventId,
    ts: i64,
    kind: &'static str,
    run_id: Option<&'a str>,
    task_id: &'a str,
    actor: Option<&'a str>,
}

#[derive(Serialize)]
struct AuthorizationLine<'a> {
    actions: BTreeMap<&'static str, [&'a str; 1]>,
    grants: Vec<GrantLine<'a>>,
}

#[derive(Serialize)]
struct GrantLine<'a> {
    id: &'a str,
    allow: Value,
    scope: BTreeMap<&'static str, &'a str>,
    expires_at: i64,
    single_use: bool,
    spent: bool,
}

#[derive(Serialize)]
struct SignalLine<'a> {
    id: &'a str,
    r#type: &'static str,
    scope: &'a str,
    decision: &'static str,
    expires_at: Option<i64>,
}

/// The output line, keys in the order of the fields.
///
/// INVARIANT: it is the line that `harness gate decide` gives. Held by
/// `tests/audit.rs::every_record_replays_to_its_verdict`.
#[derive(Serialize)]
struct Output<'a> {
    decision: &'static str,
    reason: &'static str,
    http: Option<u16>,
    context: &'a Context,
    outcome: &'static str,
    class: Option<MutationClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<&'a GrantUse>,
}

/// The record of what is done about a decision.
pub(super) fn record(known: Known<'_>, decision: &Decision, outcome: &Outcome) -> NewRecord {
    let (word, http) = match decision.verdict() {
        Verdict::Allow => ("allow", None),
        Verdict::Deny(reason) => ("deny", reason.http()),
    };
    let output = Output {
        decision: word,
        reason: decision.verdict().code(),
        http,
        context: decision.context(),
        outcome: outcome.word(),
        class: decision.class(),
        grant: decision.grant(),
    };
    let context = decision.context();
    NewRecord {
        recorded_at: known.now,
        mode: known.mode.word(),
        class: decision.class().map(MutationClass::word),
        method: known.asking.method.clone(),
        path: known.asking.path.clone(),
        decision: word,
        reason: decision.verdict().code(),
        outcome: outcome.word(),
        http: http.unwrap_or(200),
        actor: known.asking.principal.as_ref().map(|id| id.as_str().to_owned()),
        task_id: context.task_id.clone(),
        run_id: context.run_id.clone(),
        input: line(&input(known)),
        verdict: line(&output),
    }
}

fn input(known: Known<'_>) -> Input<'_> {
    let Known { asking, subject, grants, signals, action, mode, now, .. } = known;
    Input {
        mode,
        method: &asking.method,
        path: &asking.path,
        body: asking.explicit(),
        now,
        task: subject.task.as_ref().map(task),
        events: subject.events.iter().map(event).collect(),
        authorization: AuthorizationLine {
            actions: action.into_iter().map(|(action, tier)| (tier.word(), [action])).collect(),
            grants: grants.iter().map(grant).collect(),
        },
        signals: signals.iter().map(signal).collect(),
    }
}

fn task(task: &Task) -> TaskLine<'_> {
    TaskLine {
        task_id: &task.task_id,
        status: task.status.word(),
        actor: task.actor.as_deref(),
        run_id: task.run_id.as_deref(),
        lease_expires_at: task.lease_expires_at,
        lease_epoch: task.lease_epoch,
    }
}

fn event(event: &Event) -> EventLine<'_> {
    EventLine {
        id: &event.id,
        ts: event.ts,
        kind: event.kind.word(),
        run_id: event.run_id.as_deref(),
        task_id: &event.task_id,
        actor: event.actor.as_deref(),
    }
}

fn grant(kept: &KeptGrant) -> GrantLine<'_> {
    let KeptGrant { grant, allow, scope: (kind, scope) } = kept;
    GrantLine {
        id: &grant.id,
        allow: serde_json::from_str(allow).unwrap_or_default(),
        scope: BTreeMap::from([(*kind, scope.as_str())]),
        expires_at: grant.expires_at,
        single_use: grant.single_use,
        spent: grant.spent,
    }
}

fn signal(kept: &KeptSignal) -> SignalLine<'_> {
    SignalLine {
        id: &kept.id,
        r#type: kept.signal.kind.word(),
        scope: &kept.scope,
        decision: kept.signal.decision.word(),
        expires_at: kept.signal.expires_at,
    }
}

/// Plain data with texts as its keys can always be written.
fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
