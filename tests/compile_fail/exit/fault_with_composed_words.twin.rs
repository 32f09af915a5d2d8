use speech_exit::strict::{At, Fault, FaultCode};

fn fault(at: &At<'_>) -> Fault {
    at.fault(FaultCode::WrongType, "a name")
}

fn main() {}
