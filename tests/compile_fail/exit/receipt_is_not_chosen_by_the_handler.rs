//! The id of a response's receipt is drawn at the verdict.

use speech_exit::{Spoken, receipt::ReceiptId};

fn claim(spoken: &mut Spoken, another: ReceiptId) {
    spoken.0.id = another;
}

fn main() {}
