//! Places in the bytes of a document: as lines and columns, and as a piece of a line that can be shown.

use std::ops::Range;

use super::words;

/// So many bytes of a line are shown on either side of a place, and so many of the place itself.
const AROUND_BYTES: usize = 60;

/// A place, counted from 1 as people count; columns are Unicode scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The line.
    pub(super) line: usize,
    /// The column.
    pub(super) column: usize,
    /// How many scalars stand before it in the document.
    pub(super) scalars: usize,
}

/// A piece of a line, fit to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// What stands there, escaped where it would not show as itself.
    pub(super) text: String,
    /// The place, in bytes of `text`.
    pub(super) marked: Range<usize>,
}

/// `span` as far as the document goes, with all of the scalars that it touches.
#[must_use]
pub(super) fn within(document: &[u8], span: (usize, usize)) -> Range<usize> {
    let start = span.0.min(document.len());
    let end = span.1.clamp(start, document.len());
    let after = document.get(end..).unwrap_or_default().iter();
    let rest = after.take(3).take_while(|byte| is_continuation(**byte)).count();
    cut(document, start)..end + rest
}

/// Where the byte at `offset` stands.
#[must_use]
pub(super) fn place(document: &[u8], offset: usize) -> Place {
    let before = document.get(..offset).unwrap_or(document);
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    let column = 1 + scalars(before.get(line_start..).unwrap_or_default());
    Place { line, column, scalars: scalars(before) }
}

/// How many scalars these bytes have, where they are UTF-8.
#[must_use]
pub(super) fn scalars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !is_continuation(**byte)).count()
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// The piece of the line around a place. A place of several lines is shown as far as its first goes.
#[must_use]
pub(super) fn piece(document: &[u8], place: &Range<usize>) -> Piece {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Piece, Place, piece, place, within};

    fn shown(document: &str, marked: &str) -> (String, String) {
        let start = document.find(marked).unwrap_or_default();
        let range = within(document.as_bytes(), (start, start + marked.len()));
        let Piece { text, marked } = piece(document.as_bytes(), &range);
        (text.get(marked).unwrap_or_default().to_owned(), text)
    }

    #[test]
    fn a_short_line_is_shown_as_it_is() {
        let (marked, text) = shown("{\n  \"a\": tru,\r\n  \"b\": 1\n}", "tru");
        assert_eq!((marked.as_str(), text.as_str()), ("tru", "  \"a\": tru,"));
    }

    #[test]
    fn of_a_long_line_what_is_around_the_place_is_shown() {
        let long = format!("[{}\"here\"{}]", "1,".repeat(5_000), ",2".repeat(5_000));
        let (marked, text) = shown(&long, "\"here\"");
        assert_eq!(marked, "\"here\"");
        assert!(text.len() < 200 && text.starts_with('…') && text.ends_with('…'), "{text}");
        let (marked, text) = shown(&long, &"1,".repeat(1_000));
        assert!(marked.ends_with('…') && text.len() < 200, "{text}");
    }

    #[test]
    fn what_would_rewrite_the_line_is_escaped() {
        let (marked, text) = shown("\"\u{1b}[2J\u{202e}\u{85}\u{7f}\t\"", "\u{1b}[2J");
        assert_eq!(marked, "\\u{1b}[2J");
        assert_eq!(text, "\"\\u{1b}[2J\\u{202e}\\u{85}\\u{7f} \"");
    }

    #[test]
    fn places_are_counted_in_lines_and_scalars() {
        let document = "{\n \"ä\": é}".as_bytes();
        assert_eq!(place(document, 0), Place { line: 1, column: 1, scalars: 0 });
        assert_eq!(place(document, 9), Place { line: 2, column: 7, scalars: 8 });
        assert_eq!(within(document, (10, 10)), 9..11);
        assert_eq!(within(document, (90, 100)), 12..12);
    }

    proptest! {
        #[test]
        fn any_place_of_any_bytes_can_be_shown(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            start in 0..500_usize,
            length in 0..500_usize,
        ) {
            let range = within(&bytes, (start, start + length));
            let Piece { text, marked } = piece(&bytes, &range);
            prop_assert!(text.get(marked).is_some());
            prop_assert!(!text.chars().any(char::is_control));
        }
    }
}
