//! What kinds of mutation there are.

use crate::status::TaskStatus;
use crate::words::words;

words! {
    /// The kind of change that a request asks for. A mutation of no class has no way through the gate.
    MutationClass {
        /// A task is made.
        TaskCreate = "task_create",
        /// A task is made from a specification and handed to somebody.
        TaskDelegate = "task_delegate",
        /// A run is said to be done.
        TaskComplete = "task_complete",
        /// A run is said to have failed.
        TaskFail = "task_fail",
        /// An operator ends a run.
        TaskCancel = "task_cancel",
        /// A run hands out something that it made.
        ArtifactEmit = "artifact_emit",
        /// A project's policy changes.
        PolicyChange = "policy_change",
        /// A grant is given or taken back.
        GrantChange = "grant_change",
        /// A governance signal is recorded.
        SignalRecord = "signal_record",
    }
}

impl MutationClass {
    /// Whether it makes a task that may not be there yet.
    pub(crate) const fn makes_a_task(self) -> bool {
        matches!(self, Self::TaskCreate | Self::TaskDelegate)
    }

    /// Whether it is the holder's word about how its own run ended.
    pub(crate) const fn is_the_holders(self) -> bool {
        matches!(self, Self::TaskComplete | Self::TaskFail)
    }

    /// Whether it ends a run.
    pub(crate) const fn ends_a_run(self) -> bool {
        matches!(self, Self::TaskComplete | Self::TaskFail | Self::TaskCancel)
    }

    /// The statuses that a task may have right after it, the usual one first. Those that are about no task have none.
    pub(crate) const fn leads_to(self) -> &'static [TaskStatus] {
        match self {
            Self::TaskCreate => &[TaskStatus::Created, TaskStatus::Queued],
            Self::TaskDelegate => &[TaskStatus::Delegated, TaskStatus::Created, TaskStatus::Queued],
            Self::TaskComplete => &[TaskStatus::Completed],
            Self::TaskFail => &[TaskStatus::Failed],
            Self::TaskCancel => &[TaskStatus::Canceled],
            Self::ArtifactEmit | Self::PolicyChange | Self::GrantChange | Self::SignalRecord => &[],
        }
    }
}
