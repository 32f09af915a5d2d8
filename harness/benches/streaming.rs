//! A long text through `speak_stream`, beside the same chunks from a handler that nobody guards.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use divan::Bencher;
use divan::counter::ItemsCount;
use http::Request;
use speech_benches::streams::{Receipts, Words, asked, drained, text, with_exit, without_exit};
use tokio::runtime::{Builder, Runtime};
use tower::Service;

/// Bytes of a piece, and pieces.
const TEXTS: [(usize, usize); 2] = [(8, 20_000), (1_024, 5_000)];

fn main() {
    let sent = runtime().map(|runtime| {
        runtime.block_on(async {
            let words = Words::new(8, 20);
            let spoken = with_exit(words.clone(), Receipts::Kept)?;
            Some((text(asked(spoken).await).await, text(asked(without_exit(words)).await).await))
        })
    });
    let (spoken, unjudged) = sent.flatten().unwrap_or_default();
    assert!(spoken.ends_with("data: [DONE]\n\n"), "{spoken}");
    assert_eq!(spoken, unjudged);
    divan::main();
}

fn runtime() -> Option<Runtime> {
    Builder::new_current_thread().build().ok()
}

fn streamed<S>(bencher: Bencher<'_, '_>, pieces: usize, server: Option<S>)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    let (Some(runtime), Some(server)) = (runtime(), server) else { return };
    let bencher = bencher.counter(ItemsCount::new(pieces));
    bencher.bench_local(|| runtime.block_on(async { drained(asked(server.clone()).await).await }));
}

#[divan::bench(args = TEXTS, sample_count = 200, sample_size = 1)]
fn with_an_exit_and_receipts(bencher: Bencher<'_, '_>, (size, count): (usize, usize)) {
    streamed(bencher, count, with_exit(Words::new(size, count), Receipts::Kept));
}

#[divan::bench(args = TEXTS, sample_count = 200, sample_size = 1)]
fn with_an_exit(bencher: Bencher<'_, '_>, (size, count): (usize, usize)) {
    streamed(bencher, count, with_exit(Words::new(size, count), Receipts::None));
}

#[divan::bench(args = TEXTS, sample_count = 200, sample_size = 1)]
fn without_any(bencher: Bencher<'_, '_>, (size, count): (usize, usize)) {
    streamed(bencher, count, Some(without_exit(Words::new(size, count))));
}
