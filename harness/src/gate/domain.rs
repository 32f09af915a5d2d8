//! The abstract domain of the gate: every case that its rules can tell apart, as a question and as the gate takes it.

use std::collections::BTreeMap;

use mutation_gate as gate;
use mutation_gate::{
    ActionPattern, Authorization, EventId, EventKind, GrantScope, Intent, IntentError, RouteTable,
    Row, RunView, SignalDecision, SignalScope, SignalType, TaskStatus, TerminalKind,
};
use serde_json::{Map, Value, json};

use super::oracle::{Asked, Asker, Clock, Grant, Lease, Question, Request, Signal, Status, Tier};

/// The number of cases.
pub const COUNT: u64 = 1_371_600;

/// The moment of every case, in milliseconds.
pub const NOW: i64 = 1_700_000_000_000;

const TASK: &str = "task-1";
const RUN: &str = "run-1";
const ACTION: &str = "deploy.site";
const HOLDER: &str = "ada";

/// A part of a question, and what the gate takes for it.
#[derive(Debug, Clone)]
pub struct Part<F, G> {
    /// The facts.
    pub facts: F,
    /// What the gate takes.
    pub given: G,
}

/// What is asked for: request, tier, disclosure, asker.
pub type AskedFor = Part<(Request, Asked, bool, Asker), Result<Intent, IntentError>>;
/// What is authorised: tier of the action, grant.
pub type Licence = Part<(Tier, Grant), Authorization>;
/// What is known of the run.
pub type Known = Part<Run, RunView>;
/// What governs.
pub type Governed = Part<Signal, Vec<gate::Signal>>;

/// The facts about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    known: bool,
    ended: bool,
    lease: Lease,
    held: bool,
    clock: Clock,
    status: Status,
}

/// The parts of every case. Each choice of one of each is a case.
#[derive(Debug, Clone)]
pub struct Domain {
    /// What is asked for.
    pub asked: Vec<AskedFor>,
    /// What is authorised.
    pub licences: Vec<Licence>,
    /// What is known.
    pub runs: Vec<Known>,
    /// What governs.
    pub signals: Vec<Governed>,
}

/// The question that four parts make.
#[must_use]
pub fn question(asked: &AskedFor, licence: &Licence, run: &Known, signal: &Governed) -> Question {
    let (request, tier, disclosed, asker) = asked.facts;
    let (registered, grant) = licence.facts;
    let Run { known, ended, lease, held, clock, status } = run.facts;
    Question {
        request,
        asked: tier,
        disclosed,
        registered,
        grant,
        asker,
        known,
        ended,
        lease,
        held,
        clock,
        status,
        signal: signal.facts,
    }
}

/// The whole domain, as requests to `table`.
#[must_use]
pub fn domain(table: &RouteTable) -> Domain {
    let signals = Signal::ALL.iter().map(|facts| Part { facts: *facts, given: governs(*facts) });
    Domain {
        asked: requests(table),
        licences: licences(),
        runs: runs(),
        signals: signals.collect(),
    }
}

fn requests(table: &RouteTable) -> Vec<AskedFor> {
    let mut asked = Vec::new();
    for request in Request::ALL {
        for tier in Asked::ALL {
            for disclosed in [true, false] {
                for asker in Asker::ALL {
                    let facts = (*request, *tier, disclosed, *asker);
                    let body = Value::Object(body(facts));
                    let (method, path) = route(*request);
                    let read = gate::ask(table, method, path, &body, None);
                    if let gate::Asked::Mutates(given) = read {
                        asked.push(Part { facts, given });
                    }
                }
            }
        }
    }
    asked
}

const fn route(request: Request) -> (&'static str, &'static str) {
    let path = match request {
        Request::TaskCreate => "/api/tasks/create",
        Request::TaskDelegate => "/api/tasks-mutations/delegate-taskspec",
        Request::TaskComplete | Request::Invalid | Request::Contradicting => "/api/tasks/complete",
        Request::TaskFail => "/api/tasks/fail",
        Request::TaskCancel => "/api/tasks/cancel",
        Request::ArtifactEmit => "/api/artifacts",
        Request::PolicyChange => "/projects/p/policy",
        Request::GrantChange => "/api/grants",
        Request::SignalRecord => "/governance/signals",
        Request::Unlisted => "/api/tasks/erase",
    };
    let method = if matches!(request, Request::PolicyChange) { "PUT" } else { "POST" };
    (method, path)
}

fn body((request, tier, disclosed, asker): (Request, Asked, bool, Asker)) -> Map<String, Value> {
    let task = if request == Request::Invalid { " " } else { TASK };
    let mut body = Map::new();
    let mut say = |name: &str, value| body.insert(name.to_owned(), value);
    say("task_id", json!(task));
    say("action_id", json!(ACTION));
    let tier = match tier {
        Asked::Absent => None,
        Asked::A => Some("A"),
        Asked::B => Some("B"),
        Asked::C => Some("C"),
        Asked::Unknown => Some("a"),
    };
    if let Some(tier) = tier {
        say("tier", json!(tier));
    }
    if disclosed {
        say("disclosure", json!({"title": "a", "body": "b"}));
    }
    let actor = match asker {
        Asker::Holder => Some(HOLDER),
        Asker::Other => Some("bob"),
        Asker::Unnamed => None,
    };
    if let Some(actor) = actor {
        say("actor", json!(actor));
    }
    if request == Request::Contradicting {
        say("status", json!("failed"));
    }
    body
}

fn licences() -> Vec<Licence> {
    let of_a = Grant::ALL.iter().map(|grant| (Tier::A, *grant));
    let registered = [Tier::B, Tier::C];
    let of_others =
        registered.into_iter().flat_map(|tier| [(tier, Grant::None), (tier, Grant::Live)]);
    of_a.chain(of_others).map(|facts| Part { facts, given: authorization(facts) }).collect()
}

fn authorization((registered, grant): (Tier, Grant)) -> Authorization {
    let tier = match registered {
        Tier::A => gate::Tier::A,
        Tier::B => gate::Tier::B,
        Tier::C => gate::Tier::C,
    };
    let spent = grant == Grant::Spent;
    let task = if grant == Grant::Elsewhere { "task-2" } else { TASK };
    let allow = if grant == Grant::OtherAction { "deploy" } else { "deploy." };
    let given = gate::Grant {
        id: "grant-1".to_owned(),
        allow: ActionPattern::parse(allow).into_iter().collect(),
        scope: GrantScope::Task(task.to_owned()),
        expires_at: if grant == Grant::Expired { NOW } else { NOW + 1 },
        single_use: spent,
        spent,
    };
    let grants = if grant == Grant::None { Vec::new() } else { vec![given] };
    Authorization { actions: BTreeMap::from([(ACTION.to_owned(), tier)]), grants }
}

fn runs() -> Vec<Known> {
    let mut facts = vec![Run {
        known: false,
        ended: false,
        lease: Lease::None,
        held: false,
        clock: Clock::Steady,
        status: Status::None,
    }];
    for status in Status::ALL {
        for ended in [false, true] {
            let run = |lease, held, clock| Run {
                known: true,
                ended,
                lease,
                held,
                clock,
                status: *status,
            };
            for lease in Lease::ALL {
                facts.extend([true, false].map(|held| run(*lease, held, Clock::Steady)));
            }
            facts.push(run(Lease::Fresh, true, Clock::Backwards));
        }
    }
    facts.into_iter().map(|facts| Part { facts, given: view(&facts) }).collect()
}

fn view(run: &Run) -> RunView {
    if !run.known {
        return RunView::default();
    }
    let age = if run.clock == Clock::Backwards { -1 } else { 10 };
    let expiry = match run.lease {
        Lease::None => None,
        Lease::Fresh => Some(NOW + 1),
        Lease::Expired => Some(NOW),
    };
    let ended = run.ended;
    RunView::of(Row {
        run_id: Some(RUN.to_owned()),
        task_id: Some(TASK.to_owned()),
        actor: run.held.then(|| HOLDER.to_owned()),
        lease_epoch: Some(1),
        lease_expires_at: expiry,
        lease_fresh: run.lease == Lease::Fresh,
        lease_ttl_ms: expiry.map(|expiry| expiry - NOW),
        last_heartbeat_ts: Some(NOW - age),
        heartbeat_age_ms: Some(age),
        last_event_id: Some(EventId::Number(2)),
        last_event_ts: Some(NOW - age),
        last_event_kind: Some(EventKind::Heartbeat),
        task_status: status(run.status),
        is_terminal: ended,
        terminal_event_kind: ended.then_some(TerminalKind::Completed),
        terminal_event_ts: ended.then_some(NOW - 20),
        terminal_event_id: ended.then_some(EventId::Number(1)),
    })
}

const fn status(status: Status) -> Option<TaskStatus> {
    match status {
        Status::None => None,
        Status::Created => Some(TaskStatus::Created),
        Status::Queued => Some(TaskStatus::Queued),
        Status::Delegated => Some(TaskStatus::Delegated),
        Status::Running => Some(TaskStatus::Running),
        Status::Blocked => Some(TaskStatus::Blocked),
        Status::Completed => Some(TaskStatus::Completed),
        Status::Failed => Some(TaskStatus::Failed),
        Status::Canceled => Some(TaskStatus::Canceled),
    }
}

fn governs(signal: Signal) -> Vec<gate::Signal> {
    let given = gate::Signal {
        kind: SignalType::CiStatus,
        scope: SignalScope::Task(TASK.to_owned()),
        decision: SignalDecision::Blocked,
        expires_at: (signal == Signal::Ended).then_some(NOW),
        superseded: false,
    };
    if signal == Signal::None { Vec::new() } else { vec![given] }
}
