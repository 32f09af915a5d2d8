use speech_kernel::{LabelError, Source};

fn source(label: &str) -> Result<Source, LabelError> {
    Source::parse(label)
}

fn main() {}
