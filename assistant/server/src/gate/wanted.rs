//! What a mutation would change, before it is decided whether it may.

use mutation_gate::{
    Decision, Reason, SignalDecision, SignalType, TaskStatus, TerminalKind, Tier, Verdict,
};
use serde_json::json;

use crate::store::gate::{
    AuthorizationDecision, Authorized, Effect, Ending, Fence, NewArtifact, NewGrant, NewSignal,
    NewTask,
};
use crate::store::random_hex;

/// What is asked to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A task.
    Task(WantedTask),
    /// The end of a run.
    End {
        /// The task, if it is named.
        task_id: Option<String>,
        /// The run, if it is named.
        run_id: Option<String>,
        /// How it ends.
        kind: TerminalKind,
        /// By which epoch who ends it holds it, if he says so.
        epoch: Option<i64>,
        /// A code that says why.
        detail: Option<String>,
    },
    /// An artifact.
    Artifact {
        /// The task, if it is named.
        task_id: Option<String>,
        /// The run, if it is named.
        run_id: Option<String>,
        /// What the run calls it.
        name: String,
        /// What is in it.
        content: String,
        /// The receipt of the answer that it is.
        receipt_id: Option<String>,
        /// By which epoch who made it holds the run, if he says so.
        epoch: Option<i64>,
    },
    /// A grant.
    Grant {
        /// The actions, each of which is a pattern.
        allow: Vec<String>,
        /// `run_id` or `task_id`, and the id.
        scope: (&'static str, String),
        /// When it ends.
        expires_at: i64,
        /// Whether it is spent by its first use.
        single_use: bool,
    },
    /// A signal.
    Signal {
        /// What it is about.
        kind: SignalType,
        /// What it is for.
        scope: String,
        /// What it says.
        decision: SignalDecision,
        /// Why.
        reason: String,
        /// What holds beside it, as JSON.
        constraints: Option<String>,
        /// When it ends.
        expires_at: Option<i64>,
        /// Who says what its values mean.
        semantic_owner: String,
    },
}

/// A task that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedTask {
    /// Its id.
    pub task_id: String,
    /// The id of its run; drawn when it is not given.
    pub run_id: Option<String>,
    /// Where it stands at first.
    pub status: TaskStatus,
    /// The tier that it asks for.
    pub tier: Option<Tier>,
    /// What it does.
    pub action_id: Option<String>,
    /// What people are told that it is.
    pub title: Option<String>,
    /// What people are told that it does.
    pub body: Option<String>,
    /// What the worker is to ask.
    pub question: Option<String>,
}

/// Who does it, when, and what was decided about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done<'a> {
    pub(super) by: &'a str,
    pub(super) at: i64,
    pub(super) decision: &'a Decision,
    /// The least tier of the action.
    pub(super) least: Option<Tier>,
}

impl Wanted {
    /// The change. It is the same whatever is done about the decision.
    pub(super) fn effect(&self, done: Done<'_>) -> Result<Effect, getrandom::Error> {
        let (by, at) = (done.by.to_owned(), done.at);
        let fence = |epoch: Option<i64>| epoch.map(|epoch| Fence { owner: by.clone(), epoch });
        Ok(match self.clone() {
            Self::Task(task) => Effect::Create(new_task(task, done)?),
            Self::End { task_id, run_id, kind, epoch, detail } => {
                let fence = fence(epoch);
                Effect::End(Ending { task_id, run_id, kind, fence, detail, by, at })
            }
            Self::Artifact { task_id, run_id, name, content, receipt_id, epoch } => {
                let fence = fence(epoch);
                let artifact =
                    NewArtifact { task_id, run_id, name, content, receipt_id, fence, by, at };
                Effect::Emit(artifact)
            }
            Self::Grant { allow, scope, expires_at, single_use } => {
                Effect::Grant(NewGrant { allow, scope, expires_at, single_use, by, at })
            }
            Self::Signal {
                kind,
                scope,
                decision,
                reason,
                constraints,
                expires_at,
                semantic_owner,
            } => Effect::Signal(NewSignal {
                kind,
                scope,
                decision,
                reason,
                constraints,
                expires_at,
                semantic_owner,
                by,
                at,
            }),
        })
    }
}

fn new_task(task: WantedTask, done: Done<'_>) -> Result<NewTask, getrandom::Error> {
    let WantedTask { task_id, run_id, status, tier, action_id, title, body, question } = task;
    let run_id = run_id.map_or_else(|| random_hex().map(|drawn| format!("run_{drawn}")), Ok)?;
    let tier = tier.max(done.least).unwrap_or(Tier::A);
    Ok(NewTask {
        task_id,
        run_id,
        status,
        tier,
        action_id,
        title,
        body,
        question,
        by: done.by.to_owned(),
        at: done.at,
        authorized: authorized(done.decision, tier),
        spends: done.decision.grant().cloned(),
    })
}

/// Whether a task may run: what the engine said when it was made, in every mode. What nobody allowed does not run.
fn authorized(decision: &Decision, tier: Tier) -> Authorized {
    let word = match decision.verdict() {
        Verdict::Allow => AuthorizationDecision::Granted,
        Verdict::Deny(Reason::TierNotAuthorized) => AuthorizationDecision::PendingApproval,
        Verdict::Deny(_) => AuthorizationDecision::Denied,
    };
    let context = json!({
        "reason": decision.verdict().code(),
        "tier": tier,
        "grant": decision.grant().map(|used| used.id.as_str()),
    });
    Authorized { decision: word, engine: "mutation_gate", context: context.to_string() }
}
