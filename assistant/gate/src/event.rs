//! What happened to a run.

use crate::status::TaskStatus;
use crate::words::words;

words! {
    /// The kind of an event.
    EventKind {
        /// The task was made.
        Created = "task.created",
        /// The task was put in the queue.
        Queued = "task.queued",
        /// The task was handed to somebody.
        Delegated = "task.delegated",
        /// A lease was taken.
        Claimed = "task.claimed",
        /// A lease was made longer.
        Extended = "task.extended",
        /// A lease that had expired was taken over.
        Reclaimed = "task.reclaimed",
        /// Work began.
        Running = "task.running",
        /// Work stopped to wait.
        Blocked = "task.blocked",
        /// A step was taken.
        Progress = "task.progress",
        /// The holder is alive.
        Heartbeat = "task.heartbeat",
        /// The run handed out something that it made.
        ArtifactEmitted = "artifact.emitted",
        /// The run was done.
        Completed = "task.completed",
        /// The run failed.
        Failed = "task.failed",
        /// An operator ended the run.
        Canceled = "task.canceled",
    }
}

words! {
    /// The kind of an event that ends a run.
    TerminalKind {
        /// The run was done.
        Completed = "task.completed",
        /// The run failed.
        Failed = "task.failed",
        /// An operator ended the run.
        Canceled = "task.canceled",
    }
}

impl EventKind {
    /// Reads a kind, with or without `task.` before it, in any of the words that a status has. `None` for an unknown one,
    /// which could be the end of a run in a word that nobody knows.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let word = match text.strip_prefix("task.").unwrap_or(text) {
            "done" | "complete" => "completed",
            "started" => "running",
            "cancelled" => "canceled",
            word => word,
        };
        let of_task = |kind: &&Self| kind.word().strip_prefix("task.") == Some(word);
        let found = Self::ALL.iter().find(of_task).copied();
        found.or_else(|| Self::of_word(text))
    }

    /// The end that it is, if it is one.
    #[must_use]
    pub fn terminal(self) -> Option<TerminalKind> {
        TerminalKind::of_word(self.word())
    }

    /// The status that it stands for, if it stands for one.
    pub(crate) fn status(self) -> Option<TaskStatus> {
        self.word().strip_prefix("task.").and_then(TaskStatus::of_word)
    }
}

/// What orders events of one moment: a number or a text, as the store has it. Numbers come first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(untagged)]
pub enum EventId {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// One event. The order of the fields is the order of events: by time, then by id, and what follows only makes it total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// When, in milliseconds.
    pub ts: i64,
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// The task that it happened to.
    pub task_id: String,
    /// The run of the task; none before the task had one.
    pub run_id: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
}
