//! What a percent sign binds to.

use super::calculator::FUNCTIONS;

/// What stands in an expression for a percentage that is added to or taken from another number, or that is one
/// of nothing. Whether `100 + 10%` is 110 or 100.1 is not for the calculator to say.
pub(super) const SIGN: &str = "%";

/// The pieces with each percentage written as a hundredth of its operand alone, where only one reading is left.
pub(super) fn bound(pieces: &[String]) -> Vec<String> {
    let mut written: Vec<String> = Vec::new();
    let mut last_share: Option<usize> = None;
    for (index, piece) in pieces.iter().enumerate() {
        let start = if piece == SIGN { operand(&written) } else { None };
        let Some(start) = start else {
            written.push(piece.clone());
            continue;
        };
        let is_alone =
            matches!(pieces.get(index + 1).map(String::as_str), None | Some(")" | "+" | "-"));
        if is_alone && is_added(&written, start) && last_share != start.checked_sub(1) {
            written.push(SIGN.to_owned());
        } else {
            written.insert(start, "(".to_owned());
            written.extend(["/", "100", ")"].map(str::to_owned));
            last_share = is_alone.then_some(written.len());
        }
    }
    written
}

/// Where the value at the end of the pieces begins; none if there is no value.
fn operand(written: &[String]) -> Option<usize> {
    let end = written.iter().rposition(|piece| piece != "!")?;
    let (last, before) = written.get(..=end)?.split_last()?;
    let start = match last.as_str() {
        ")" => opening(before)?,
        "pi" => before.len(),
        piece if piece.starts_with(|first: char| first.is_ascii_digit()) => before.len(),
        _ => return None,
    };
    let is_called = |name: &String| FUNCTIONS.contains(&name.as_str());
    let callee = start.checked_sub(1).filter(|at| written.get(*at).is_some_and(is_called));
    Some(callee.unwrap_or(start))
}

/// Where the bracket stands that is still open after the pieces.
fn opening(before: &[String]) -> Option<usize> {
    let mut depth = 1_usize;
    for (index, piece) in before.iter().enumerate().rev() {
        match piece.as_str() {
            ")" => depth += 1,
            "(" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// Whether the value that begins there is added to another one or taken from it.
fn is_added(written: &[String], start: usize) -> bool {
    let Some([.., before, sign]) = written.get(..start) else { return false };
    let is_value = !matches!(before.as_str(), "(" | "+" | "-" | "*" | "/" | "^" | "mod");
    matches!(sign.as_str(), "+" | "-") && is_value
}
