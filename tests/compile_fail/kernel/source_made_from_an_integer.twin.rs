use speech_kernel::{Source};

fn bit(source: Source) -> u8 {
    source as u8
}

fn main() {}
