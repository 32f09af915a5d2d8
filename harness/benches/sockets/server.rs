//! The server as it is, with a responder that has nothing to compose.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use assistant::app::{self, App};
use assistant::respond::{Answer, Asked, Composed, Composing, Live, Next, Responder};
use assistant::serve::{listen, serve};
use assistant::status::{Board, StatusContract};
use assistant::store::Store;
use assistant::web::Limits;
use speech_benches::streams::{Once, Words};
use speech_exit::{Claims, Recorder, Usage};
use speech_kernel::{Authority, SystemMode};

/// Counted already, so that the server does not count.
const USAGE: Option<Usage> = Some(Usage { input: 11, output: 40 });
const CLAIMS: Claims = Claims { authority: Authority::System, system_mode: SystemMode::Full };

struct Fixed(Words);

struct Saying(Once);

impl Responder for Fixed {
    fn compose<'a>(&'a self, _: &'a Asked, _: &'a mut Recorder) -> Composing<'a> {
        let text = self.0.pieces().collect();
        Box::pin(async move { Composed::Answer(Answer::words(text, CLAIMS)) })
    }

    fn live(self: Arc<Self>, _: &Arc<Asked>) -> Option<Box<dyn Live>> {
        Some(Box::new(Saying(Once::new(CLAIMS, self.0.clone(), USAGE))))
    }
}

impl Live for Saying {
    fn next(&mut self, recorder: Recorder) -> Next<'_> {
        Box::pin(async move { self.0.take(recorder) })
    }
}

/// Serves on a port of its own, from a database in that directory.
pub(crate) async fn start(directory: &Path, words: Words) -> Result<SocketAddr, Box<dyn Error>> {
    let store = Store::open(directory, Arc::new(Board::new())).await?;
    let (limits, contract) = (Limits::default(), StatusContract::embedded()?);
    let server = app::build(App::new(store, Arc::new(Fixed(words)), limits, contract))?;
    let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let address = listener.local_addr()?;
    tokio::spawn(serve(listener, server, limits, None, std::future::pending()));
    Ok(address)
}
