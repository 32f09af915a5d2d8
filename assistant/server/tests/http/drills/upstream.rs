//! The upstream is gone.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use assistant::upstream::watch;
use assistant::web::Limits;
use tokio::runtime::Runtime;

use super::{Drill, Promise, SERVING};
use crate::remote::{Remote, Road, asking_at, remote_with};
use crate::upstream::scripted::{Scripted, hello, status, whole};
use crate::upstream::settings;

/// A machine of its own for the upstream, which takes the connections with it when it goes.
struct Machine(Option<Runtime>);

impl Machine {
    async fn with_an_upstream(address: Option<SocketAddr>) -> (Self, Scripted) {
        let runtime = Runtime::new().expect("a runtime");
        let scripted = match address {
            None => runtime.spawn(Scripted::new([whole(&hello()), whole(&hello())])),
            Some(address) => {
                runtime.spawn(Scripted::at(address, [whole(&hello()), whole(&hello())]))
            }
        };
        let scripted = scripted.await.expect("an upstream");
        (Self(Some(runtime)), scripted)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upstream_goes_while_nobody_asks_it_and_comes_back() {
    let (machine, scripted) = Machine::with_an_upstream(None).await;
    let address = scripted.address;
    let (settings, limits) = (settings(&scripted.url()), Limits::default());
    let Remote { assistant, upstream, scripted: _scripted } =
        asking_at(scripted, settings, limits).await;
    let _watching = assistant.watched();
    let probing = tokio::spawn(watch(upstream));
    let mut drill = Drill::of(&assistant);
    drill.shows(SERVING).await;
    drop(machine);
    let status = drill.shows(Promise::local_power(&[])).await;
    assert_eq!(status["upstream"], "down");
    let (_machine, _scripted) = Machine::with_an_upstream(Some(address)).await;
    let status = drill.shows(SERVING).await;
    assert_eq!(status["upstream"], "up");
    probing.abort();
}

#[tokio::test]
async fn the_upstream_fails_so_often_that_it_is_left_alone() {
    let script = [status(500, &[]), status(500, &[]), whole(&hello())];
    let remote = remote_with(script, Limits::default(), |settings| {
        settings.breaker.failures = NonZeroU32::new(2).expect("two");
        settings.breaker.rest = Duration::from_secs(3);
    })
    .await;
    for _ in 0..2 {
        remote.ask(Road::Chat, &Road::Chat.asking("Hello?")).await;
    }
    let _watching = remote.assistant.watched();
    let probing = tokio::spawn(watch(remote.upstream.clone()));
    let mut drill = Drill::of(&remote.assistant);
    drill.shows(Promise::local_power(&["UPSTREAM_CIRCUIT_OPEN"])).await;
    let status = drill.shows(SERVING).await;
    assert_eq!(status["upstream"], "up", "one trial was enough");
    probing.abort();
}
