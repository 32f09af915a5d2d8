//! The conformance door for other languages: a case on each line, its verdict on each line.

use std::io::{self, BufRead, Read, Write};

use serde::Serialize;
use speech_exit::door;

/// Answers each line of `input` with one line, flushed.
///
/// # Errors
///
/// `input` cannot be read, or the reader of `output` went away.
pub fn lines(input: &mut dyn BufRead, output: &mut dyn Write) -> io::Result<()> {
    answered(input, output, door::decide)
}

/// Answers each line of `input` with what `answer` makes of it on one line, flushed.
///
/// # Errors
///
/// As [`lines`].
pub(crate) fn answered<T: Serialize>(
    input: &mut dyn BufRead,
    output: &mut dyn Write,
    answer: fn(&[u8]) -> T,
) -> io::Result<()> {
    let mut line = Vec::new();
    while next_line(input, &mut line)? {
        serde_json::to_writer(&mut *output, &answer(&line))?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// Reads a line without its newline, and of one that is too large no more than shows that it is.
fn next_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let enough = door::CASE_MAX_BYTES as u64 + 1;
    let read = input.take(enough).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if read as u64 == enough {
        input.skip_until(b'\n')?;
    }
    Ok(read > 0)
}
