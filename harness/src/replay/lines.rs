//! Lines of a file, one at a time, without copies where that can be.

use std::io::{self, BufRead};

/// The longest line, in bytes. What the exit writes is far below it.
const LINE_MAX: usize = 8 << 20;

/// A line without its newline.
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// The end of the file came before a newline.
    Unended,
    TooLong,
}

/// Gives each line and its number, from 1.
pub(super) fn each(mut input: impl BufRead, mut take: impl FnMut(u64, Line<'_>)) -> io::Result<()> {
    let mut carried = Vec::new();
    let mut number = 1;
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let end = memchr::memchr(b'\n', buffer);
        let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
        let used = piece.len() + usize::from(end.is_some());
        if used == 0 {
            break;
        }
        let is_too_long = carried.len() + piece.len() > LINE_MAX;
        match end {
            Some(_) if is_too_long => take(number, Line::TooLong),
            Some(_) if carried.is_empty() => take(number, Line::Whole(piece)),
            Some(_) => {
                carried.extend_from_slice(piece);
                take(number, Line::Whole(&carried));
            }
            // One byte more than may be shows that the line is too long, however long it gets.
            None if is_too_long => carried.resize(LINE_MAX + 1, 0),
            None => carried.extend_from_slice(piece),
        }
        if end.is_some() {
            carried.clear();
            number += 1;
        }
        input.consume(used);
    }
    if carried.len() > LINE_MAX {
        take(number, Line::TooLong);
    } else if !carried.is_empty() {
        take(number, Line::Unended);
    }
    Ok(())
}

pub(super) fn too_long() -> String {
    format!("expected a line of at most {LINE_MAX} bytes")
}
