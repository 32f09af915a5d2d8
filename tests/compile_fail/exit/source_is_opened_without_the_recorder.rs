//! What was not recorded was not read.

use speech_exit::Sourced;

fn read(document: Sourced<String>) -> String {
    document.value
}

fn main() {}
