//! Leases: who holds a run, until when, and by which epoch writes of an earlier holder are told apart.

use futures_util::TryFutureExt as _;
use mutation_gate::EventKind;

use super::write::NewEvent;
use super::{Fence, Gated};
use crate::store::database::on;
use crate::store::{Store, StoreError};

/// A task that could be run: granted, with something to ask, and held by nobody at the moment.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Candidate {
    /// The task.
    pub task_id: String,
    /// Its run.
    pub run_id: String,
    /// What is to be asked.
    pub question: String,
    /// Where it stands.
    pub status: String,
    /// How often it was taken.
    pub lease_epoch: i64,
}

/// A hold on a run. Only a claim gives one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    task_id: String,
    run_id: String,
    question: String,
    fence: Fence,
}

impl Lease {
    /// The task.
    #[must_use]
    pub fn task_id(&self) -> &str {
        &self.task_id
    }

    /// Its run.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// What is to be asked.
    #[must_use]
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The hold, for the writes that it fences.
    #[must_use]
    pub const fn fence(&self) -> &Fence {
        &self.fence
    }
}

impl Gated {
    /// The tasks that could be run at `now`, the oldest first. What was not granted is none of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn candidates(&mut self, now: i64, limit: u32) -> Result<Vec<Candidate>, StoreError> {
        let outcome = on!(&mut self.session, |connection| {
            sqlx::query_as::<_, Candidate>(
                "SELECT task_id, run_id, question, status, lease_epoch FROM tasks
             WHERE question IS NOT NULL AND authorization_decision = 'GRANTED'
                 AND (status IN ('queued', 'delegated')
                      OR (status IN ('running', 'blocked') AND lease_expires_at <= $1))
             ORDER BY number LIMIT $2",
            )
            .bind(now)
            .bind(i64::from(limit))
            .fetch_all(connection)
        });
        self.done(outcome)
    }

    /// Takes a run until `until`, and raises its epoch. `None` when another was first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn claim(
        &mut self,
        candidate: &Candidate,
        owner: &str,
        now: i64,
        until: i64,
    ) -> Result<Option<Lease>, StoreError> {
        let outcome = self.take(candidate, owner, now, until).await;
        self.done(outcome)
    }

    async fn take(
        &mut self,
        candidate: &Candidate,
        owner: &str,
        now: i64,
        until: i64,
    ) -> sqlx::Result<Option<Lease>> {
        let Candidate { task_id, run_id, question, status, lease_epoch } = candidate;
        let epoch = lease_epoch + 1;
        let taken = on!(&mut self.session, |connection| {
            sqlx::query(
            "UPDATE tasks SET status = 'running', actor = $1, lease_epoch = $2, lease_expires_at = $3
             WHERE task_id = $4 AND lease_epoch = $5 AND status = $6 AND authorization_decision = 'GRANTED'
                 AND (lease_expires_at IS NULL OR lease_expires_at <= $7)",
        )
        .bind(owner)
        .bind(epoch)
        .bind(until)
        .bind(task_id)
        .bind(lease_epoch)
        .bind(status)
        .bind(now)
        .execute(connection).map_ok(|done| done.rows_affected())
        })?;
        if taken != 1 {
            return Ok(None);
        }
        let begins = matches!(status.as_str(), "queued" | "delegated");
        let event = NewEvent { ts: now, task_id, run_id, actor: Some(owner), epoch, detail: None };
        let claimed = if begins { EventKind::Claimed } else { EventKind::Reclaimed };
        event.insert(&mut self.session, claimed).await?;
        if begins {
            event.insert(&mut self.session, EventKind::Running).await?;
        }
        Ok(Some(Lease {
            task_id: task_id.clone(),
            run_id: run_id.clone(),
            question: question.clone(),
            fence: Fence { owner: owner.to_owned(), epoch },
        }))
    }
}

impl Store {
    /// Holds a run on until `until`. False when the hold is over: what is done under it then counts for nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn extend(&self, lease: &Lease, now: i64, until: i64) -> Result<bool, StoreError> {
        let mut gated = self.begin_gated().await?;
        let outcome = on!(&mut gated.session, |connection| {
            sqlx::query(
                "UPDATE tasks SET lease_expires_at = $1
             WHERE task_id = $2 AND actor = $3 AND lease_epoch = $4 AND status = 'running'
                 AND lease_expires_at > $5 AND lease_expires_at <= $1",
            )
            .bind(until)
            .bind(&lease.task_id)
            .bind(&lease.fence.owner)
            .bind(lease.fence.epoch)
            .bind(now)
            .execute(connection)
            .map_ok(|done| done.rows_affected())
        });
        if gated.done(outcome)? != 1 {
            gated.rollback().await?;
            return Ok(false);
        }
        let event = NewEvent {
            ts: now,
            task_id: &lease.task_id,
            run_id: &lease.run_id,
            actor: Some(&lease.fence.owner),
            epoch: lease.fence.epoch,
            detail: None,
        };
        let outcome = event.insert(&mut gated.session, EventKind::Heartbeat).await;
        gated.done(outcome)?;
        gated.commit().await.map(|()| true)
    }
}
