//! A copy would be read without being recorded again.

use speech_exit::Sourced;

fn two(document: Sourced<String>) -> [Sourced<String>; 2] {
    [document.clone(), document]
}

fn main() {}
