//! What is listed of tasks, runs and signals.

use super::{KeptSignal, read};
use crate::status::Part;
use crate::store::database::once;
use crate::store::{Store, StoreError};

/// A task as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct TaskRow {
    /// Its place.
    pub number: i64,
    /// Its id.
    pub task_id: String,
    /// The id of its run.
    pub run_id: String,
    /// Where it stands.
    pub status: String,
    /// Who holds it.
    pub actor: Option<String>,
    /// How often it was taken.
    pub lease_epoch: i64,
    /// When its lease ends, in milliseconds since the epoch.
    pub lease_expires_at: Option<i64>,
    /// Its tier.
    pub tier: String,
    /// What it does.
    pub action_id: Option<String>,
    /// What people are told that it is.
    pub title: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When, in milliseconds since the epoch.
    pub created_at: i64,
    /// Whether it may run.
    pub authorization_decision: Option<String>,
    /// Which engine decided that.
    pub authorization_engine: Option<String>,
    /// What it saw, as JSON.
    pub authorization_context: Option<String>,
    /// When.
    pub authorization_at: Option<i64>,
    /// For whom.
    pub authorization_by: Option<String>,
}

/// What is listed of an artifact: nothing of its words.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ArtifactSummary {
    /// Its id.
    pub id: String,
    /// What the run calls it.
    pub name: String,
    /// The digest of its content.
    pub sha256: String,
    /// The receipt of the answer that it is, if it is one.
    pub receipt_id: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
}

/// An artifact with its words. There is no way to print it.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct KeptArtifact {
    /// Its id.
    pub id: String,
    /// What is in it.
    pub content: String,
}

/// A signal as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SignalRow {
    /// Its place.
    pub number: i64,
    /// Its id.
    pub id: String,
    /// What it is about.
    #[sqlx(rename = "type")]
    pub kind: String,
    /// What it is for.
    pub scope: String,
    /// What it says.
    pub decision: String,
    /// Why.
    pub reason: String,
    /// What holds beside it, as JSON.
    pub constraints: Option<String>,
    /// Who recorded it.
    pub recorded_by: String,
    /// When, in milliseconds since the epoch.
    pub recorded_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// The one that took its place.
    pub superseded_by: Option<String>,
    /// Who says what its values mean.
    pub semantic_owner: String,
}

impl Store {
    /// Tasks in the order in which they came: those after that place, with that status if one is given.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn tasks(
        &self,
        status: Option<&str>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, TaskRow>(
            "SELECT number, task_id, run_id, status, actor, lease_epoch, lease_expires_at, tier, action_id, title,
                 created_by, created_at, authorization_decision, authorization_engine,
                 authorization_context, authorization_at, authorization_by
             FROM tasks WHERE number > $1 AND (CAST($2 AS TEXT) IS NULL OR status = $2)
             ORDER BY number LIMIT $3",
        )
        .bind(after)
        .bind(status)
        .bind(i64::from(limit))
        .fetch_all(connection)
        });
        self.noted(Part::Reads, outcome)
    }

    /// The signals after that place; only what is not superseded and not over at `live_at`, if that is given.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn signals(
        &self,
        live_at: Option<i64>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<SignalRow>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, SignalRow>(
            "SELECT number, id, type, scope, decision, reason, constraints, recorded_by, recorded_at, expires_at,
                 superseded_by, semantic_owner
             FROM governance_signals
             WHERE number > $1 AND (CAST($2 AS BIGINT) IS NULL OR (
                 superseded_by IS NULL AND (expires_at IS NULL OR expires_at > $2)
             ))
             ORDER BY number LIMIT $3",
        )
        .bind(after)
        .bind(live_at)
        .bind(i64::from(limit))
        .fetch_all(connection)
        });
        self.noted(Part::Reads, outcome)
    }

    /// The signals that are live at `now`, as the gate takes them.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn live_signals(&self, now: i64) -> Result<Vec<KeptSignal>, StoreError> {
        let outcome = async {
            let mut session = self.database.session().await?;
            read::live_signals(&mut session, now).await
        };
        let outcome = outcome.await;
        self.noted(Part::Reads, outcome)
    }

    /// An artifact with what is in it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn artifact(&self, id: &str) -> Result<Option<KeptArtifact>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, KeptArtifact>("SELECT id, content FROM artifacts WHERE id = $1")
                .bind(id)
                .fetch_optional(connection)
        });
        self.noted(Part::Reads, outcome)
    }

    /// The artifacts of a run, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn artifacts_of(&self, run_id: &str) -> Result<Vec<ArtifactSummary>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, ArtifactSummary>(
                "SELECT id, name, sha256, receipt_id, created_at FROM artifacts
             WHERE run_id = $1 ORDER BY number",
            )
            .bind(run_id)
            .fetch_all(connection)
        });
        self.noted(Part::Reads, outcome)
    }
}
