//! What governs from outside: the state of layers, of checks, of deployments.

use crate::authorization::Subject;
use crate::class::MutationClass;
use crate::words::words;

words! {
    /// What a signal is about.
    SignalType {
        /// The layer checker.
        LayerStatus = "LAYER_STATUS",
        /// The checks of a change.
        CiStatus = "CI_STATUS",
        /// A deployment.
        DeploymentGate = "DEPLOYMENT_GATE",
        /// A session.
        SessionBlock = "SESSION_BLOCK",
        /// A person's word.
        ManualOverride = "MANUAL_OVERRIDE",
    }
}

words! {
    /// What a signal says.
    SignalDecision {
        /// Nothing is in the way.
        Clean = "CLEAN",
        /// It blocks.
        Blocked = "BLOCKED",
        /// Something is worth a look.
        Warn = "WARN",
        /// It is not known yet, which blocks.
        Pending = "PENDING",
    }
}

/// What a signal is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalScope {
    /// One task.
    Task(String),
    /// One run.
    Run(String),
    /// One class of mutations.
    Class(MutationClass),
    /// Every mutation.
    Everything,
}

/// A signal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// What it is about.
    pub kind: SignalType,
    /// What it is for.
    pub scope: SignalScope,
    /// What it says.
    pub decision: SignalDecision,
    /// When it ends, in milliseconds, if it does.
    pub expires_at: Option<i64>,
    /// Whether a later one stands in its place.
    pub superseded: bool,
}

impl SignalScope {
    /// Reads `task:<id>`, `run:<id>` or `class:<word>`. A scope of any other form cannot be shown to leave a mutation
    /// out, so it is for everything.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match text.split_once(':') {
            Some(("task", id)) if !id.trim().is_empty() => Self::Task(id.to_owned()),
            Some(("run", id)) if !id.trim().is_empty() => Self::Run(id.to_owned()),
            Some(("class", word)) => {
                MutationClass::of_word(word).map_or(Self::Everything, Self::Class)
            }
            _ => Self::Everything,
        }
    }

    fn covers(&self, class: MutationClass, subjects: [Subject<'_>; 2]) -> bool {
        match self {
            Self::Task(id) => subjects.iter().any(|subject| subject.task_id == Some(id)),
            Self::Run(id) => subjects.iter().any(|subject| subject.run_id == Some(id)),
            Self::Class(scope) => *scope == class,
            Self::Everything => true,
        }
    }
}

impl Signal {
    /// Whether it is in the way of a mutation of that class at `now`. Recording a signal is what lifts one, so no signal
    /// is in the way of that.
    pub(crate) fn blocks(
        &self,
        class: MutationClass,
        subjects: [Subject<'_>; 2],
        now: i64,
    ) -> bool {
        class != MutationClass::SignalRecord
            && self.is_in_force(now)
            && self.scope.covers(class, subjects)
    }

    /// Whether it is in the way of that class of mutations of that task and run at `now`. For who is about to begin what
    /// such a mutation will end.
    #[must_use]
    pub fn is_in_the_way(
        &self,
        class: MutationClass,
        task_id: Option<&str>,
        run_id: Option<&str>,
        now: i64,
    ) -> bool {
        let subject = Subject { run_id, task_id };
        self.blocks(class, [subject, subject], now)
    }

    /// Whether it is in the way of anything at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: i64) -> bool {
        self.stops() && self.is_live(now)
    }

    const fn stops(&self) -> bool {
        matches!(self.decision, SignalDecision::Blocked | SignalDecision::Pending)
    }

    fn is_live(&self, now: i64) -> bool {
        !self.superseded && self.expires_at.is_none_or(|end| now < end)
    }
}
