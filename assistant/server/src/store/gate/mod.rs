//! Tasks, events, leases, grants, signals and the audit: what the gate decides about, and what it decided.
//!
//! A mutation and its record are one transaction. What is written about a mutation takes a [`Permit`], which only the gate
//! makes; what is written about a lease takes the epoch that a claim gave.
//!
//! [`Permit`]: mutation_gate::Permit

mod audit;
mod effect;
mod lease;
mod list;
mod read;
mod write;

pub use audit::{AuditFilter, AuditRecord, NewRecord};
pub use effect::{
    Applied, AuthorizationDecision, Authorized, Effect, Ending, Fence, NewArtifact, NewGrant,
    NewSignal, NewTask, Unapplied,
};
pub use lease::{Candidate, Lease};
pub use list::{ArtifactSummary, KeptArtifact, SignalRow, TaskRow};
pub use read::{KeptGrant, KeptSignal, Subject};

use std::sync::Arc;

use super::database::{Lock, Session};
use super::{Store, StoreError};
use crate::status::{Board, Health, Part};

/// What happens at once or not at all. Dropped, it has not happened.
pub struct Gated {
    session: Session,
    board: Arc<Board>,
}

impl Store {
    /// Begins what is to happen at once. Nobody else writes until it has ended.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn begin_gated(&self) -> Result<Gated, StoreError> {
        let begun = self.begin(Lock::Gate).await;
        let session = begun.map_err(|error| failed(&self.board, &error))?;
        Ok(Gated { session, board: Arc::clone(&self.board) })
    }
}

impl Gated {
    /// Makes it last.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; whether it happened is not known then.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { session, board } = self;
        session.commit().await.map_err(|error| failed(&board, &error))?;
        board.note(Part::Writes, Health::Up);
        Ok(())
    }

    /// Undoes it.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; it has not happened all the same.
    pub async fn rollback(self) -> Result<(), StoreError> {
        let Self { session, board } = self;
        session.rollback().await.map_err(|error| failed(&board, &error))
    }

    fn done<T>(&self, outcome: sqlx::Result<T>) -> Result<T, StoreError> {
        outcome.map_err(|error| failed(&self.board, &error))
    }
}

/// That it works shows at the commit only.
fn failed(board: &Board, error: &sqlx::Error) -> StoreError {
    board.note(Part::Writes, Health::Down);
    StoreError::database(error)
}

/// A word that the database should not have let in.
fn unread(column: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(format!("expected a known word in {column}").into())
}

/// Whether another transaction was first with the same name.
fn was_raced(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}
