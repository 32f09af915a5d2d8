use speech_kernel::{LabelError, Source};

fn source() -> Result<Source, LabelError> {
    Source::parse("system")
}

fn main() {}
