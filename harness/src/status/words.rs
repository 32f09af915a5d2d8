//! Words of others in a line of ours.

/// `text` on one line, without what could hide or rewrite it, cut so that no more than `max` bytes are left.
#[must_use]
pub(super) fn one_line(text: &str, max: usize) -> String {
    let mut line = String::new();
    for scalar in text.chars() {
        let before = line.len();
        push(&mut line, scalar);
        if line.len() > max {
            line.truncate(before);
            line.push('…');
            return line;
        }
    }
    line
}

/// Adds one scalar, escaped where it would not show as itself.
pub(super) fn push(line: &mut String, scalar: char) {
    match scalar {
        '"' | '\'' | '\\' => line.push(scalar),
        _ => line.extend(scalar.escape_debug()),
    }
}
