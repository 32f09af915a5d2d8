//! Claims are not written from the trace that they are judged against.

use speech_exit::SealedTrace;
use speech_kernel::SystemMode;

fn claimed_mode(sealed: &SealedTrace) -> SystemMode {
    sealed.mode
}

fn main() {}
