//! Asks the upstream whether it answers, so that this is known also when nobody asks it for anything.

use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::Upstream;
use super::fault::Fault;

const INTERVAL: Duration = Duration::from_secs(1);

/// Probes until it is dropped. An upstream that is answering is not asked: its answers say how it fares, and one that
/// does one thing at a time is not gone for that.
pub async fn watch(upstream: Upstream) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said: Option<Fault> = None;
    loop {
        ticks.tick().await;
        if upstream.is_up() && upstream.is_answering() {
            continue;
        }
        let found = upstream.probe().await.err();
        // Once for each change, and not once a second for as long as it lasts.
        if found != said {
            match found {
                Some(fault) => tracing::warn!(%fault, "the upstream does not answer"),
                None => tracing::info!("the upstream answers"),
            }
        }
        said = found;
    }
}
