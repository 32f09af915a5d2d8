//! Records of decisions. They are only added.

use futures_util::TryFutureExt as _;

use super::Gated;
use super::write::drawn;
use crate::status::Part;
use crate::store::database::{Session, on, once};
use crate::store::{Store, StoreError};

/// A record to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// When it was decided, in milliseconds since the epoch.
    pub recorded_at: i64,
    /// `shadow` or `enforce`.
    pub mode: &'static str,
    /// The class of the mutation.
    pub class: Option<&'static str>,
    /// The method of the request.
    pub method: String,
    /// Its path.
    pub path: String,
    /// `allow` or `deny`.
    pub decision: &'static str,
    /// `ALLOW` or the code of the reason.
    pub reason: &'static str,
    /// `pass_recorded` or `reject`.
    pub outcome: &'static str,
    /// The status that goes with the reason, or 200.
    pub http: u16,
    /// Who asked.
    pub actor: Option<String>,
    /// The task that it was about.
    pub task_id: Option<String>,
    /// The run that it was about.
    pub run_id: Option<String>,
    /// The line for `harness gate decide` that gives the verdict again.
    pub input: String,
    /// The line that it gives.
    pub verdict: String,
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRecord {
    /// Its place.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// When it was decided, in milliseconds since the epoch.
    pub recorded_at: i64,
    /// `shadow` or `enforce`.
    pub mode: String,
    /// The class of the mutation.
    pub class: Option<String>,
    /// The method of the request.
    pub method: String,
    /// Its path.
    pub path: String,
    /// `allow` or `deny`.
    pub decision: String,
    /// `ALLOW` or the code of the reason.
    pub reason: String,
    /// `pass_recorded` or `reject`.
    pub outcome: String,
    /// The status that goes with the reason, or 200.
    pub http: i64,
    /// Who asked.
    pub actor: Option<String>,
    /// The task that it was about.
    pub task_id: Option<String>,
    /// The run that it was about.
    pub run_id: Option<String>,
    /// The line for `harness gate decide`.
    pub input: String,
    /// The line that it gives.
    pub verdict: String,
}

/// Which records are wanted: those of which everything that is given here holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The reason.
    pub reason: Option<String>,
    /// The decision.
    pub decision: Option<String>,
    /// The mode.
    pub mode: Option<String>,
    /// The class.
    pub class: Option<String>,
    /// The task.
    pub task_id: Option<String>,
    /// Decided at this moment or later.
    pub since: Option<i64>,
    /// Decided before this moment.
    pub until: Option<i64>,
    /// After this place.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
}

impl Gated {
    /// Adds a record, so that a failure undoes nothing else of the transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when there is no record; the transaction stands as it was before.
    pub async fn record(&mut self, record: &NewRecord) -> Result<(), StoreError> {
        // It is not held against the store: that shows in the mutation itself.
        Ok(self.insert_record(record).await?)
    }

    async fn insert_record(&mut self, record: &NewRecord) -> sqlx::Result<()> {
        self.run("SAVEPOINT record").await?;
        let inserted = insert(&mut self.session, record).await;
        if inserted.is_err() {
            self.run("ROLLBACK TO SAVEPOINT record").await?;
        }
        self.run("RELEASE SAVEPOINT record").await?;
        inserted
    }

    async fn run(&mut self, statement: &'static str) -> sqlx::Result<()> {
        self.session.run(statement).await
    }
}

async fn insert(session: &mut Session, record: &NewRecord) -> sqlx::Result<()> {
    on!(session, |connection| { sqlx::query(
        "INSERT INTO gate_audit (
             id, recorded_at, mode, class, method, path, decision, reason, outcome, http, actor, task_id,
             run_id, input, verdict
         ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(drawn("audit_")?)
    .bind(record.recorded_at)
    .bind(record.mode)
    .bind(record.class)
    .bind(&record.method)
    .bind(&record.path)
    .bind(record.decision)
    .bind(record.reason)
    .bind(record.outcome)
    .bind(i64::from(record.http))
    .bind(record.actor.as_deref())
    .bind(record.task_id.as_deref())
    .bind(record.run_id.as_deref())
    .bind(&record.input)
    .bind(&record.verdict)
    .execute(connection).map_ok(|done| done.rows_affected()) })
    .map(drop)
}

impl Store {
    /// The records that a filter wants, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let outcome = once!(self.database, |connection| {
            sqlx::query_as::<_, AuditRecord>(
            "SELECT seq, id, recorded_at, mode, class, method, path, decision, reason, outcome, http, actor,
                 task_id, run_id, input, verdict
             FROM gate_audit
             WHERE seq > $1
                 AND (CAST($2 AS TEXT) IS NULL OR reason = $2)
                 AND (CAST($3 AS TEXT) IS NULL OR decision = $3)
                 AND (CAST($4 AS TEXT) IS NULL OR mode = $4)
                 AND (CAST($5 AS TEXT) IS NULL OR class = $5)
                 AND (CAST($6 AS TEXT) IS NULL OR task_id = $6)
                 AND recorded_at >= $7 AND recorded_at < $8
             ORDER BY seq LIMIT $9",
        )
        .bind(filter.after)
        .bind(filter.reason.as_deref())
        .bind(filter.decision.as_deref())
        .bind(filter.mode.as_deref())
        .bind(filter.class.as_deref())
        .bind(filter.task_id.as_deref())
        .bind(filter.since.unwrap_or(i64::MIN))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(i64::from(filter.limit))
        .fetch_all(connection)
        });
        self.noted(Part::Reads, outcome)
    }
}
