//! A fault says what was expected in words that were fixed at compile time.

use speech_exit::strict::{At, Fault, FaultCode};

fn fault(at: &At<'_>, composed: &str) -> Fault {
    at.fault(FaultCode::WrongType, composed)
}

fn main() {}
