//! Asks each part once a second, so that the board is right also when nobody uses the parts.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::store::Store;

/// How long a change may go unnoticed by who uses nothing, and the time that a probe takes.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// Probes until it is dropped. The operations themselves write the board.
pub async fn watch(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let before = app.store().board().mode();
        probe(app.store()).await;
        app.look_at_signals().await;
        // Who asks for no status should not be in a better mode than who does.
        app.status();
        let after = app.store().board().mode();
        if before != after {
            tracing::info!(%before, %after, "the mode changed");
        }
    }
}

async fn probe(store: &Store) {
    match store.ping().await {
        Err(error) => tracing::warn!(%error, "the store does not answer"),
        Ok(()) => join(store).await,
    }
    if let Err(error) = store.ping_library().await {
        tracing::warn!(%error, "the library does not answer");
    }
}

/// Receipts that came while the store did not answer are linked as soon as it does, to the chain that was seen.
async fn join(store: &Store) {
    match store.look_at_head().await {
        Err(error) => tracing::warn!(%error, "the chain of receipts is not what it was"),
        Ok(()) if store.spooled() == 0 => {}
        Ok(()) => {
            if let Err(error) = store.join_spooled().await {
                tracing::warn!(%error, "receipts go on waiting beside the store");
            }
        }
    }
}
