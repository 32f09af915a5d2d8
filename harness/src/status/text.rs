//! Places in the bytes of a document: as lines and columns, and as a piece of a line that can be shown.

use std::ops::Range;

use super::words;

/// So many bytes of a line are shown on either side of a place, and so many of the place itself.
const AROUND_BYTES: usize = 60;

/// A place, counted from 1 as people count; columns are Unicode scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// How many scalars stand before it in the document.
    pub scalars: usize,
}

/// A piece of a line, fit to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// What stands there, escaped where it would not show as itself.
    pub text: String,
    /// The place, in bytes of `text`.
    pub marked: Range<usize>,
}

/// `span` as far as the document goes.
#[must_use]
pub fn within(document: &[u8], span: (usize, usize)) -> Range<usize> {
    let start = span.0.min(document.len());
    start..span.1.clamp(start, document.len())
}

/// Where the byte at `offset` stands.
#[must_use]
pub fn place(document: &[u8], offset: usize) -> Place {
    let before = document.get(..offset).unwrap_or(document);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    let column = 1 + scalars(before.get(line_start..).unwrap_or_default());
    Place { line, column, scalars: scalars(before) }
}

/// How many scalars these bytes have, where they are UTF-8.
#[must_use]
pub fn scalars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !is_continuation(**byte)).count()
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// The piece of the line around a place. A place of several lines is shown as far as its first goes.
#[must_use]
pub fn piece(document: &[u8], place: &Range<usize>) -> Piece {
    let before = document.get(..place.start).unwrap_or_default();
    let after = document.get(place.start..).unwrap_or_default();
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let rest = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line_end = place.start + rest.strip_suffix(b"\r").unwrap_or(rest).len();
    let end = place.end.min(line_end);
    let marked_end = cut(document, end.min(place.start + AROUND_BYTES));
    let from = cut(document, line_start.max(place.start.saturating_sub(AROUND_BYTES)));
    let to = cut(document, line_end.min(marked_end + AROUND_BYTES));
    let shown = |range: Range<usize>| document.get(range).map(visible).unwrap_or_default();
    let left = if from > line_start { "…" } else { "" };
    let mut text = format!("{left}{}", shown(from..place.start));
    let start = text.len();
    text.push_str(&shown(place.start..marked_end));
    if marked_end < end {
        text.push('…');
    }
    let marked = start..text.len();
    text.push_str(&shown(marked_end..to));
    if to < line_end && marked_end >= end {
        text.push('…');
    }
    Piece { text, marked }
}

/// The start of the scalar that the byte at `offset` is part of.
fn cut(document: &[u8], offset: usize) -> usize {
    let is_inside = |at: &usize| document.get(*at).copied().is_some_and(is_continuation);
    (offset.saturating_sub(3)..=offset).rev().find(|at| !is_inside(at)).unwrap_or(offset)
}

fn visible(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for scalar in String::from_utf8_lossy(bytes).chars() {
        if scalar == '\t' {
            shown.push(' ');
        } else {
            words::push(&mut shown, scalar);
        }
    }
    shown
}
