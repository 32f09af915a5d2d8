//! Why a stream broke off is said in words that were fixed at compile time.

use speech_exit::Cut;

fn cut(composed: &str) -> Cut {
    Cut::new("UPSTREAM_CUT", composed)
}

fn main() {}
