//! The owner's view in a few lines: mode, why, and until when.

use jiff::Timestamp;

use super::{Statement, StatusContract};

/// What a person has to know, one thing on a line, the most important first.
#[must_use]
pub fn owner_view(statement: &Statement, contract: &StatusContract) -> String {
    let document = &statement.document;
    let mut lines = vec![format!("mode: {}", document.system_mode())];
    let (reasons, latches) = document.codes();
    for (word, code) in
        reasons.iter().map(|code| ("why", code)).chain(latches.iter().map(|code| ("held", code)))
    {
        lines.extend(explained(word, code, contract));
    }
    if reasons.is_empty() && latches.is_empty() {
        lines.extend(explained("state", document.owner_code(), contract));
    }
    if document.gate_is_off() {
        lines.push("gate: off: every change passes, and none is recorded".to_owned());
    }
    if let Ok(time) = Timestamp::from_millisecond(document.generated_at()) {
        lines.push(format!("as of: {time}"));
    }
    lines.join("\n") + "\n"
}

fn explained(word: &str, code: &str, contract: &StatusContract) -> Vec<String> {
    let entry = contract.entry(code);
    let display = entry.and_then(|entry| entry.display.as_deref()).unwrap_or_default();
    let mut lines = vec![format!("{word}: {code}: {display}")];
    if let Some(unblock) = entry.and_then(|entry| entry.unblock.as_ref()) {
        lines.push(format!("  until ({}): {}", unblock.kind.as_str(), unblock.condition));
    }
    lines
}
