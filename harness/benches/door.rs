//! A case from the wire: reading it, and reading and deciding it.

use divan::black_box;
use speech_benches::CASE;
use speech_exit::door::{Case, Outcome, decide};

fn main() {
    assert_eq!(decide(CASE), Outcome::Allow);
    divan::main();
}

#[divan::bench(sample_size = 1_000)]
fn parsed() -> Option<Case> {
    serde_json::from_slice(black_box(CASE)).ok()
}

#[divan::bench(sample_size = 1_000)]
fn parsed_and_decided() -> Outcome {
    decide(black_box(CASE))
}
