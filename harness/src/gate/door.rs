//! The door for other languages: a request and what is known about it in, a decision out.

use std::sync::LazyLock;

use mutation_gate::{
    Asked, Context, Decision, GateMode, GrantUse, Invariants, MutationClass, ROUTES, Reason,
    RouteTable, Row, RunView, Scenario, Verdict, apply_mode,
};
use serde::Serialize;
use serde_json::Value;
use speech_exit::strict::{self, At, Fault, Members};

use super::read::{authorization, events, given, number, row, signals, task};

/// The largest line, in bytes.
pub const LINE_MAX_BYTES: usize = speech_exit::door::CASE_MAX_BYTES;

/// A table that could not be served would list nothing, so that all is denied.
static TABLE: LazyLock<RouteTable> = LazyLock::new(|| RouteTable::new(ROUTES).unwrap_or_default());

/// The answer to a line, keys in the order of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer<T> {
    /// What was made of it.
    Answered(T),
    /// The line cannot be read.
    Malformed(Malformed),
}

/// Why a line cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Malformed {
    outcome: &'static str,
    code: &'static str,
    pointer: String,
    message: String,
}

/// The decision about one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    decision: &'static str,
    reason: &'static str,
    http: Option<u16>,
    context: Context,
    outcome: &'static str,
    class: Option<MutationClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant: Option<GrantUse>,
}

/// What is known of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Projected {
    row: Option<Row>,
    scenario: Scenario,
    violated_invariants: Invariants,
}

/// The decision about one line.
#[must_use]
pub fn decide(line: &[u8]) -> Answer<Decided> {
    answer(line, decided)
}

/// What is known of the run of one line.
#[must_use]
pub fn project(line: &[u8]) -> Answer<Projected> {
    answer(line, projected)
}

fn answer<T>(line: &[u8], answered: fn(&[u8], &At<'_>) -> Result<T, Malformed>) -> Answer<T> {
    let read = || {
        if line.len() > LINE_MAX_BYTES {
            return Err(Fault::too_large(LINE_MAX_BYTES).into());
        }
        let node = strict::read(line)?;
        answered(line, &At::root(&node))
    };
    match read() {
        Ok(answer) => Answer::Answered(answer),
        Err(malformed) => Answer::Malformed(malformed),
    }
}

impl From<Fault> for Malformed {
    fn from(fault: Fault) -> Self {
        Self {
            outcome: "malformed",
            code: fault.code().as_str(),
            pointer: fault.pointer().to_owned(),
            message: fault.message().to_owned(),
        }
    }
}

const WITH_ROW: &[&str] =
    &["mode", "method", "path", "body", "now", "row", "authorization", "signals"];
const WITH_TASK: &[&str] =
    &["mode", "method", "path", "body", "now", "task", "events", "authorization", "signals"];

fn decided(line: &[u8], root: &At<'_>) -> Result<Decided, Malformed> {
    let has_row = root.members()?.optional("row").is_some();
    let members = root.closed(if has_row { WITH_ROW } else { WITH_TASK })?;
    let mode = mode(&members)?;
    let method = members.required("method")?.text()?;
    let path = members.required("path")?.text()?;
    let now = number(&members.required("now")?)?;
    let view = match members.optional("row") {
        Some(at) => RunView::of(row(&at)?),
        None => view(&members, now)?,
    };
    let authorization = optional(&members, "authorization", authorization)?;
    let signals = optional(&members, "signals", signals)?;
    match mutation_gate::ask(&TABLE, method, path, &body(line), None) {
        Asked::Reads => Ok(read_only(&view)),
        Asked::Mutates(intent) => {
            let decision = mutation_gate::decide(&intent, &view, &authorization, &signals, now);
            Ok(said(mode, &decision))
        }
    }
}

fn projected(_: &[u8], root: &At<'_>) -> Result<Projected, Malformed> {
    let members = root.closed(&["task", "events", "now"])?;
    let now = number(&members.required("now")?)?;
    let view = view(&members, now)?;
    let (scenario, violated_invariants) = (view.scenario(), view.violated());
    Ok(Projected { row: view.rows.into_iter().next(), scenario, violated_invariants })
}

fn optional<T: Default>(
    members: &Members<'_>,
    name: &'static str,
    read: fn(&At<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    members.optional(name).as_ref().map_or_else(|| Ok(T::default()), read)
}

fn view(members: &Members<'_>, now: i64) -> Result<RunView, Fault> {
    let task = given(members, "task").as_ref().map(task).transpose()?;
    let events = optional(members, "events", events)?;
    Ok(mutation_gate::project(task.as_ref(), &events, now))
}

fn mode(members: &Members<'_>) -> Result<GateMode, Malformed> {
    let at = members.optional("mode");
    let word = at.as_ref().map(At::text).transpose()?;
    GateMode::of_variable(word).map_err(|invalid| Malformed {
        outcome: "malformed",
        code: Reason::ModeInvalid.code(),
        pointer: "/mode".to_owned(),
        message: invalid.to_string(),
    })
}

/// The body as the gate takes it. The line was read strictly before, so that it is there once or not at all.
fn body(line: &[u8]) -> Value {
    let line = serde_json::from_slice::<Value>(line).unwrap_or_default();
    line.get("body").cloned().unwrap_or_default()
}

/// What makes no change is not evaluated, and so passes unrecorded.
fn read_only(view: &RunView) -> Decided {
    let verdict = Verdict::Allow;
    Decided {
        decision: "allow",
        reason: verdict.code(),
        http: None,
        context: Context::of(view),
        outcome: "pass",
        class: None,
        grant: None,
    }
}

fn said(mode: GateMode, decision: &Decision) -> Decided {
    let (word, http) = match decision.verdict() {
        Verdict::Allow => ("allow", None),
        Verdict::Deny(reason) => ("deny", reason.http()),
    };
    Decided {
        decision: word,
        reason: decision.verdict().code(),
        http,
        context: decision.context().clone(),
        outcome: apply_mode(mode, decision.clone()).word(),
        class: decision.class(),
        grant: decision.grant().cloned(),
    }
}
