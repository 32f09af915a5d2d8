//! Reads tasks, events, rows, authorizations and signals as `harness gate` takes them.

use mutation_gate::{
    ActionPattern, Authorization, Event, EventId, EventKind, Grant, GrantScope, Row, Signal,
    SignalDecision, SignalScope, SignalType, Task, TaskStatus, TerminalKind, Tier,
};
use speech_exit::strict::{At, Fault, FaultCode, Members, Node};

const TASK: &[&str] =
    &["task_id", "status", "actor", "run_id", "lease_expires_at", "lease_epoch", "tier"];
const EVENT: &[&str] = &["id", "ts", "kind", "run_id", "task_id", "actor"];
const ROW: &[&str] = &[
    "run_id",
    "task_id",
    "actor",
    "lease_epoch",
    "lease_expires_at",
    "lease_fresh",
    "lease_ttl_ms",
    "last_heartbeat_ts",
    "heartbeat_age_ms",
    "last_event_id",
    "last_event_ts",
    "last_event_kind",
    "task_status",
    "is_terminal",
    "terminal_event_kind",
    "terminal_event_ts",
    "terminal_event_id",
];
const GRANT: &[&str] = &["id", "allow", "scope", "expires_at", "single_use", "spent"];
const SIGNAL: &[&str] = &[
    "id",
    "type",
    "scope",
    "decision",
    "reason",
    "constraints",
    "recorded_by",
    "recorded_at",
    "expires_at",
    "superseded_by",
    "semantic_owner",
];

/// The member, if it is there and not null.
pub(super) fn given<'a>(members: &Members<'a>, name: &'static str) -> Option<At<'a>> {
    members.optional(name).filter(|at| *at.node() != Node::Null)
}

/// The member of a row, if it is not null. It has to be there.
fn column<'a>(members: &Members<'a>, name: &'static str) -> Result<Option<At<'a>>, Fault> {
    members.required(name).map(|at| Some(at).filter(|at| *at.node() != Node::Null))
}

/// Reads what is there.
fn maybe<'a, T>(
    at: Option<At<'a>>,
    read: fn(&At<'a>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    at.as_ref().map(read).transpose()
}

pub(super) fn number(at: &At<'_>) -> Result<i64, Fault> {
    let number = match at.node() {
        Node::Number(number) => number.as_i64(),
        _ => None,
    };
    number.ok_or_else(|| at.fault(FaultCode::WrongType, "a whole number of 64 bits"))
}

fn truth(at: &At<'_>) -> Result<bool, Fault> {
    match at.node() {
        Node::Bool(truth) => Ok(*truth),
        _ => Err(at.fault(FaultCode::WrongType, "true or false")),
    }
}

fn text(at: &At<'_>) -> Result<String, Fault> {
    at.text().map(str::to_owned)
}

fn event_id(at: &At<'_>) -> Result<EventId, Fault> {
    match at.node() {
        Node::String(text) => Ok(EventId::Text(text.clone())),
        Node::Number(_) => number(at).map(EventId::Number),
        _ => Err(at.fault(FaultCode::WrongType, "a text or a whole number")),
    }
}

fn known<T>(at: &At<'_>, read: fn(&str) -> Option<T>, expected: &'static str) -> Result<T, Fault> {
    read(at.text()?).ok_or_else(|| at.fault(FaultCode::UnknownValue, expected))
}

fn status(at: &At<'_>) -> Result<TaskStatus, Fault> {
    known(at, TaskStatus::read, "a status of a task")
}

fn kind(at: &At<'_>) -> Result<EventKind, Fault> {
    known(at, EventKind::read, "a kind of event")
}

fn terminal_kind(at: &At<'_>) -> Result<TerminalKind, Fault> {
    let read = |text: &str| EventKind::read(text).and_then(EventKind::terminal);
    known(at, read, "a kind of event that ends a run")
}

pub(super) fn task(at: &At<'_>) -> Result<Task, Fault> {
    let members = at.closed(TASK)?;
    let read = |name| given(&members, name);
    if let Some(tier) = read("tier") {
        known(&tier, Tier::of_word, "A, B or C")?;
    }
    Ok(Task {
        task_id: members.required("task_id")?.filled_text()?.to_owned(),
        status: status(&members.required("status")?)?,
        actor: maybe(read("actor"), text)?,
        run_id: maybe(read("run_id"), text)?,
        lease_expires_at: maybe(read("lease_expires_at"), number)?,
        lease_epoch: maybe(read("lease_epoch"), number)?,
    })
}

pub(super) fn events(at: &At<'_>) -> Result<Vec<Event>, Fault> {
    let items = at.items()?;
    items.iter().map(event).collect()
}

fn event(at: &At<'_>) -> Result<Event, Fault> {
    let members = at.closed(EVENT)?;
    Ok(Event {
        id: event_id(&members.required("id")?)?,
        ts: number(&members.required("ts")?)?,
        kind: kind(&members.required("kind")?)?,
        run_id: maybe(column(&members, "run_id")?, text)?,
        task_id: members.required("task_id")?.filled_text()?.to_owned(),
        actor: maybe(given(&members, "actor"), text)?,
    })
}

/// A row with all of its columns; that of the epoch may be absent.
pub(super) fn row(at: &At<'_>) -> Result<Row, Fault> {
    let members = at.closed(ROW)?;
    let read = |name| column(&members, name);
    Ok(Row {
        run_id: maybe(read("run_id")?, text)?,
        task_id: maybe(read("task_id")?, text)?,
        actor: maybe(read("actor")?, text)?,
        lease_epoch: maybe(given(&members, "lease_epoch"), number)?,
        lease_expires_at: maybe(read("lease_expires_at")?, number)?,
        lease_fresh: maybe(read("lease_fresh")?, truth)?.unwrap_or(false),
        lease_ttl_ms: maybe(read("lease_ttl_ms")?, number)?,
        last_heartbeat_ts: maybe(read("last_heartbeat_ts")?, number)?,
        heartbeat_age_ms: maybe(read("heartbeat_age_ms")?, number)?,
        last_event_id: maybe(read("last_event_id")?, event_id)?,
        last_event_ts: maybe(read("last_event_ts")?, number)?,
        last_event_kind: maybe(read("last_event_kind")?, kind)?,
        task_status: maybe(read("task_status")?, status)?,
        is_terminal: truth(&members.required("is_terminal")?)?,
        terminal_event_kind: maybe(read("terminal_event_kind")?, terminal_kind)?,
        terminal_event_ts: maybe(read("terminal_event_ts")?, number)?,
        terminal_event_id: maybe(read("terminal_event_id")?, event_id)?,
    })
}

/// An action that stands under two tiers has the higher one.
pub(super) fn authorization(at: &At<'_>) -> Result<Authorization, Fault> {
    let members = at.closed(&["actions", "grants"])?;
    let mut authorization = Authorization::default();
    if let Some(actions) = members.optional("actions") {
        let tiers = actions.closed(&["A", "B", "C"])?;
        for (name, tier) in [("A", Tier::A), ("B", Tier::B), ("C", Tier::C)] {
            let Some(list) = tiers.optional(name) else { continue };
            for action in list.items()? {
                authorization.actions.insert(action.filled_text()?.to_owned(), tier);
            }
        }
    }
    if let Some(grants) = members.optional("grants") {
        authorization.grants = grants.items()?.iter().map(grant).collect::<Result<_, _>>()?;
    }
    Ok(authorization)
}

fn grant(at: &At<'_>) -> Result<Grant, Fault> {
    let members = at.closed(GRANT)?;
    let allow = members.required("allow")?;
    let pattern = |at: &At<'_>| {
        known(at, ActionPattern::parse, "an action, or the words that actions begin with and a dot")
    };
    Ok(Grant {
        id: members.required("id")?.filled_text()?.to_owned(),
        allow: allow.items()?.iter().map(pattern).collect::<Result<_, _>>()?,
        scope: grant_scope(&members.required("scope")?)?,
        expires_at: number(&members.required("expires_at")?)?,
        single_use: maybe(members.optional("single_use"), truth)?.unwrap_or(false),
        spent: maybe(members.optional("spent"), truth)?.unwrap_or(false),
    })
}

fn grant_scope(at: &At<'_>) -> Result<GrantScope, Fault> {
    let members = at.closed(&["run_id", "task_id"])?;
    let filled = |name| members.optional(name).map(|at| at.filled_text().map(str::to_owned));
    match (filled("run_id").transpose()?, filled("task_id").transpose()?) {
        (Some(run), None) => Ok(GrantScope::Run(run)),
        (None, Some(task)) => Ok(GrantScope::Task(task)),
        _ => Err(at.fault(FaultCode::MissingField, "one of run_id and task_id")),
    }
}

pub(super) fn signals(at: &At<'_>) -> Result<Vec<Signal>, Fault> {
    at.items()?.iter().map(signal).collect()
}

fn signal(at: &At<'_>) -> Result<Signal, Fault> {
    let members = at.closed(SIGNAL)?;
    Ok(Signal {
        kind: known(&members.required("type")?, SignalType::of_word, "a type of signal")?,
        scope: signal_scope(&members.required("scope")?)?,
        decision: known(
            &members.required("decision")?,
            SignalDecision::of_word,
            "CLEAN, BLOCKED, WARN or PENDING",
        )?,
        expires_at: maybe(given(&members, "expires_at"), number)?,
        superseded: given(&members, "superseded_by").is_some(),
    })
}

/// A text, or an object as a grant has it.
fn signal_scope(at: &At<'_>) -> Result<SignalScope, Fault> {
    match at.node() {
        Node::Object(_) => grant_scope(at).map(|scope| match scope {
            GrantScope::Run(run) => SignalScope::Run(run),
            GrantScope::Task(task) => SignalScope::Task(task),
        }),
        _ => Ok(SignalScope::read(at.filled_text()?)),
    }
}
