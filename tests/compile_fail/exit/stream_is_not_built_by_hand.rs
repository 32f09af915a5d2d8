//! No stream is spoken because somebody says so.

use speech_exit::SpokenStream;

fn say() -> SpokenStream {
    SpokenStream {}
}

fn main() {}
