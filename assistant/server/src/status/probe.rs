//! Asks each part once a second, so that the board is right also when nobody uses the parts.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::store::Store;

const INTERVAL: Duration = Duration::from_secs(1);

/// Probes until it is dropped. The operations themselves write the board.
pub async fn watch(store: Store) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        probe(&store).await;
    }
}

async fn probe(store: &Store) {
    let before = store.board().mode();
    match store.ping().await {
        Err(error) => tracing::warn!(%error, "the store does not answer"),
        Ok(()) => join(store).await,
    }
    if let Err(error) = store.ping_library().await {
        tracing::warn!(%error, "the library does not answer");
    }
    let after = store.board().mode();
    if before != after {
        tracing::info!(%before, %after, "the mode changed");
    }
}

/// Receipts that came while the store did not answer are linked as soon as it does.
async fn join(store: &Store) {
    if store.spooled() > 0
        && let Err(error) = store.join_spooled().await
    {
        tracing::warn!(%error, "receipts go on waiting beside the store");
    }
    if let Err(error) = store.look_at_head().await {
        tracing::warn!(%error, "the head of the receipts is not known");
    }
}
