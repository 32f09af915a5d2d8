//! What a mutation changes, as data.

use mutation_gate::{GrantUse, SignalDecision, SignalType, TaskStatus, TerminalKind, Tier};

/// What is to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// A task is made.
    Create(NewTask),
    /// A run ends.
    End(Ending),
    /// A run hands out what it made.
    Emit(NewArtifact),
    /// A grant is given.
    Grant(NewGrant),
    /// A signal is recorded, in the place of the live one of its scope and type.
    Signal(NewSignal),
}

/// A task to be made. Times are in milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its id.
    pub task_id: String,
    /// The id of its run.
    pub run_id: String,
    /// Where it stands at first.
    pub status: TaskStatus,
    /// Its tier.
    pub tier: Tier,
    /// What it does.
    pub action_id: Option<String>,
    /// What people are told that it is.
    pub title: Option<String>,
    /// What people are told that it does.
    pub body: Option<String>,
    /// What the worker is to ask.
    pub question: Option<String>,
    /// Who makes it.
    pub by: String,
    /// When.
    pub at: i64,
    /// Whether it may run.
    pub authorized: Authorized,
    /// The grant that this rests on.
    pub spends: Option<GrantUse>,
}

/// Whether a task may run, decided when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorized {
    /// The decision.
    pub decision: AuthorizationDecision,
    /// Which engine decided.
    pub engine: &'static str,
    /// What it saw, as JSON.
    pub context: String,
}

/// Whether a task may run. Only what is granted runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorizationDecision {
    /// It may.
    Granted,
    /// It may not.
    Denied,
    /// Somebody has to say so first.
    PendingApproval,
}

impl AuthorizationDecision {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Granted => "GRANTED",
            Self::Denied => "DENIED",
            Self::PendingApproval => "PENDING_APPROVAL",
        }
    }
}

/// Which hold on a run its holder acts under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// Who holds it.
    pub owner: String,
    /// How often it had been taken when he took it.
    pub epoch: i64,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The task, if it is named.
    pub task_id: Option<String>,
    /// The run, if it is named.
    pub run_id: Option<String>,
    /// How it ends.
    pub kind: TerminalKind,
    /// The hold under which it ends, if who ends it says so.
    pub fence: Option<Fence>,
    /// A code that says why.
    pub detail: Option<String>,
    /// Who ends it.
    pub by: String,
    /// When.
    pub at: i64,
}

/// Something that a run made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewArtifact {
    /// The task, if it is named.
    pub task_id: Option<String>,
    /// The run, if it is named.
    pub run_id: Option<String>,
    /// What the run calls it.
    pub name: String,
    /// What is in it.
    pub content: String,
    /// The receipt of the answer that it is, if it is one.
    pub receipt_id: Option<String>,
    /// The hold under which it was made, if who made it says so.
    pub fence: Option<Fence>,
    /// Who hands it out.
    pub by: String,
    /// When.
    pub at: i64,
}

/// A grant to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The actions, each of which is a pattern.
    pub allow: Vec<String>,
    /// `run_id` or `task_id`, and the id.
    pub scope: (&'static str, String),
    /// When it ends.
    pub expires_at: i64,
    /// Whether it is spent by its first use.
    pub single_use: bool,
    /// Who gives it.
    pub by: String,
    /// When.
    pub at: i64,
}

/// A signal to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignal {
    /// What it is about.
    pub kind: SignalType,
    /// What it is for.
    pub scope: String,
    /// What it says.
    pub decision: SignalDecision,
    /// Why.
    pub reason: String,
    /// What holds beside it, as JSON.
    pub constraints: Option<String>,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// Who says what its values mean.
    pub semantic_owner: String,
    /// Who records it.
    pub by: String,
    /// When.
    pub at: i64,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A task is there.
    Task {
        /// Its id.
        task_id: String,
        /// The id of its run.
        run_id: String,
        /// Where it stands.
        status: TaskStatus,
        /// Whether it may run.
        authorization: AuthorizationDecision,
    },
    /// A run has ended.
    Ended {
        /// Its task.
        task_id: String,
        /// Its id.
        run_id: String,
        /// Where the task stands.
        status: TaskStatus,
    },
    /// An artifact is kept.
    Artifact {
        /// Its id.
        id: String,
        /// The digest of its content.
        sha256: String,
    },
    /// A grant is given.
    Grant {
        /// Its id.
        id: String,
    },
    /// A signal is live.
    Signal {
        /// Its id.
        id: String,
        /// The id of the one whose place it took.
        supersedes: Option<String>,
    },
}

/// Why nothing was changed, whatever the gate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unapplied {
    /// The task, the run or the artifact is there.
    Exists,
    /// The run is not known.
    Unknown,
    /// The run has ended.
    Ended,
    /// The hold on the run is over, or another's.
    Stale,
    /// The permit is for something else.
    Unlicensed,
    /// Another was first; the next try sees it.
    Raced,
}
