//! The decision and the label, by themselves.

use divan::{Bencher, black_box};
use speech_benches::sources;
use speech_kernel::{Authority, ContextTrace, Response, ResponseKind, Source, SystemMode, enforce};

fn main() {
    divan::main();
}

#[divan::bench(args = [0, 4, 16, 256, 4096], sample_size = 10_000)]
fn enforced(bencher: Bencher<'_, '_>, count: usize) {
    let sources = sources(count);
    let authority = if count == 0 { Authority::System } else { Authority::Tool };
    let response =
        Response { kind: ResponseKind::Answer, authority, system_mode: SystemMode::Full };
    let trace =
        ContextTrace { sources: &sources, required_but_missing: 0, system_mode: SystemMode::Full };
    assert_eq!(enforce(&response, &trace), Ok(()));
    bencher.bench_local(|| enforce(black_box(&response), black_box(&trace)));
}

#[divan::bench(args = ["system", "library", "memory", "tool:sentinel"], sample_size = 10_000)]
fn label_parsed(label: &str) -> Option<Source> {
    Source::parse(black_box(label)).ok()
}
