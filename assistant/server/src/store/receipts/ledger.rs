//! What is written to the chain: in one transaction with the exchange, or beside the database until it answers.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use speech_exit::receipt::{Head, Keeping, Ledger, Memo, Receipt, Unkept};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::rows::{self, Linked};
use super::spool::{Draining, Spool, SpoolError};
use super::{SPOOL_NAME, Waiting};
use crate::status::{Health, Part};
use crate::store::conversations::{Exchange, insert_exchange};
use crate::store::database::{Lock, Session};
use crate::store::{Store, StoreError};

/// What the clones of a store share about the chain.
#[derive(Debug)]
pub(in crate::store) struct Chain {
    spool: Spool,
    seen: Mutex<Head>,
    later: Mutex<JoinSet<()>>,
    runtime: Handle,
}

impl Chain {
    /// The chain of the database in `directory`, nothing of which was read yet.
    pub(in crate::store) fn open(directory: &Path) -> Result<Self, SpoolError> {
        let spool = Spool::open(directory.join(SPOOL_NAME))?;
        let (seen, later) = (Mutex::new(Head::empty()), Mutex::default());
        Ok(Self { spool, seen, later, runtime: Handle::current() })
    }

    pub(super) fn spooled(&self) -> usize {
        self.spool.len()
    }

    pub(super) fn seen(&self) -> Head {
        locked(&self.seen).clone()
    }

    /// Notes a head. Transactions end in order and are noted in any.
    fn see(&self, head: Head) {
        let mut seen = locked(&self.seen);
        if head.length() > seen.length() {
            *seen = head;
        }
    }

    fn later(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut later = locked(&self.later);
        while later.try_join_next().is_some() {}
        later.spawn_on(work, &self.runtime);
    }

    /// Waits for everything that was left for later.
    pub(in crate::store) async fn settle(&self) {
        loop {
            let mut later = std::mem::take(&mut *locked(&self.later));
            if later.is_empty() {
                return;
            }
            while later.join_next().await.is_some() {}
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger for Store {
    fn keep(&self, receipt: Receipt, memo: Option<Memo>) -> Keeping<'_> {
        Box::pin(self.keep_receipt(receipt, memo))
    }

    fn keep_later(&self, receipt: Receipt) {
        let store = self.clone();
        self.chain.later(async move {
            // Nobody is left to be told; the log has it.
            let _ = store.keep_receipt(receipt, None).await;
        });
    }
}

impl Store {
    async fn keep_receipt(&self, receipt: Receipt, memo: Option<Memo>) -> Result<(), Unkept> {
        let waiting = Waiting { at: now_milliseconds(), receipt };
        let id = waiting.receipt.id.clone();
        // A refusal gives no answer, so there is nothing of it to remember.
        let exchange =
            memo.and_then(exchange_in).filter(|exchange| exchange.answer.get().is_some());
        if waiting.is_empty() {
            tracing::error!(%id, "a receipt with neither opening nor closing is not kept");
            return Err(Unkept);
        }
        // Who waits for the lock once more for each answer answers nobody while another holds it, and what is linked
        // to another chain than the one that was seen is not to be found there later.
        if !self.board.is_down(Part::Writes) && !self.board.is_down(Part::Chain) {
            let outcome = self.link(&waiting, exchange.as_ref()).await;
            match self.noted(Part::Writes, outcome) {
                Ok(Linked::Now) => return Ok(()),
                Ok(Linked::Before) => {
                    tracing::error!(%id, part = waiting.part(), "a receipt was to be kept twice");
                    return Err(Unkept);
                }
                Err(error) => tracing::warn!(%error, %id, "a receipt goes to the spool"),
            }
        }
        if exchange.is_some() {
            tracing::error!(%id, "an exchange was not kept");
        }
        self.chain.spool.append(&waiting).await.map_err(|error| {
            tracing::error!(%error, %id, "a receipt was not kept");
            Unkept
        })
    }

    async fn link(&self, waiting: &Waiting, with: Option<&Exchange>) -> sqlx::Result<Linked> {
        let mut session = self.begin(Lock::Receipts).await?;
        let mut head = rows::head(&mut session).await?;
        let drained = self.join_waiting(&mut session, &mut head).await?;
        let linked = rows::append(&mut session, &mut head, waiting).await?;
        if let (Some(exchange), Linked::Now) = (with, linked) {
            add_beside(&mut session, exchange).await?;
        }
        self.end(session, head, drained).await?;
        Ok(linked)
    }

    /// Links what waits beside the database.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what waits goes on waiting then.
    pub async fn join_spooled(&self) -> Result<(), StoreError> {
        let outcome = self.join_all().await;
        self.noted(Part::Writes, outcome)
    }

    /// Reads the head, so that it is known without another look, also when another process has written; and whether
    /// the chain still holds what was seen of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read, or does not hold that.
    pub async fn look_at_head(&self) -> Result<(), StoreError> {
        let seen = self.chain.seen();
        let outcome = self.read_link_of(&seen).await;
        let holds = self.noted(Part::Reads, outcome)?;
        self.board.note(Part::Chain, if holds { Health::Up } else { Health::Down });
        if !holds {
            let (length, hash) = (seen.length(), seen.hash());
            return Err(StoreError(format!(
                "CHAIN_REWRITTEN: expected receipt {length} to have the hash {hash}, as it had"
            )));
        }
        self.chain.see(self.head().await?);
        Ok(())
    }

    async fn read_link_of(&self, head: &Head) -> sqlx::Result<bool> {
        Ok(head.length() == 0 || rows::has(&mut self.database.session().await?, head).await?)
    }

    async fn join_all(&self) -> sqlx::Result<()> {
        let mut session = self.begin(Lock::Receipts).await?;
        let mut head = rows::head(&mut session).await?;
        let drained = self.join_waiting(&mut session, &mut head).await?;
        self.end(session, head, drained).await
    }

    /// Links what waits, in order. The spool is held only by who may write to the database already, so that whoever
    /// adds to it never waits for that.
    async fn join_waiting(
        &self,
        session: &mut Session,
        head: &mut Head,
    ) -> sqlx::Result<Option<Draining>> {
        if self.spooled() == 0 {
            return Ok(None);
        }
        match self.chain.spool.drain().await {
            Ok(mut draining) => loop {
                match draining.batch().await {
                    Ok(batch) if batch.is_empty() => return Ok(Some(draining)),
                    Ok(batch) => append_all(session, head, &batch).await?,
                    Err(error) => return Err(stuck(&error)),
                }
            },
            Err(error) => Err(stuck(&error)),
        }
    }

    /// Makes it last, and only then empties the spool: what a crash between the two leaves there is known by its id.
    async fn end(
        &self,
        session: Session,
        head: Head,
        drained: Option<Draining>,
    ) -> sqlx::Result<()> {
        session.commit().await?;
        self.chain.see(head);
        if let Some(drained) = drained
            && let Err(error) = drained.clear().await
        {
            tracing::error!(%error, "the spool was not emptied");
        }
        Ok(())
    }
}

/// What comes later waits with what came before: a chain in which a closing stands before its opening would be
/// wrong for good.
fn stuck(error: &SpoolError) -> sqlx::Error {
    tracing::error!(%error, "receipts wait and cannot be linked");
    sqlx::Error::Io(std::io::Error::other("expected the receipts that wait to be readable"))
}

async fn append_all(session: &mut Session, head: &mut Head, batch: &[Waiting]) -> sqlx::Result<()> {
    for waiting in batch {
        rows::append(session, head, waiting).await?;
    }
    Ok(())
}

/// Adds an exchange to the transaction of its receipt. One that cannot be added leaves the receipt as it is.
async fn add_beside(session: &mut Session, exchange: &Exchange) -> sqlx::Result<()> {
    session.run("SAVEPOINT exchange").await?;
    match insert_exchange(session, exchange).await {
        Ok(()) => session.run("RELEASE SAVEPOINT exchange").await,
        Err(error) => {
            tracing::error!(%error, "an exchange was not kept");
            session.run("ROLLBACK TO SAVEPOINT exchange").await
        }
    }
}

fn exchange_in(memo: Memo) -> Option<Exchange> {
    let exchange = memo.downcast::<Exchange>();
    if exchange.is_err() {
        tracing::error!("expected an exchange beside a receipt; the receipt is kept alone");
    }
    exchange.ok().map(|exchange| *exchange)
}

fn now_milliseconds() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}
