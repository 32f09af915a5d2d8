//! For those who decide about speech by other means: does theirs agree with the rules on the whole domain?

use std::path::Path;

use serde_json::{Value, json};

use crate::domain::{self, Case, SOURCES};
use crate::oracle::{Oracle, Question};
use crate::trouble::Trouble;

/// Asserts that `decide` answers every case of the domain as the rules say.
///
/// A case is a line and an answer is a line, as those of `harness decide`; fields beside `outcome` and `code` are free.
///
/// # Panics
///
/// With the first cases on which it does not agree.
#[track_caller]
pub fn assert_agrees(decide: impl FnMut(&str) -> String) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = disagreements(home.parent().unwrap_or(home), decide);
    let words = match &found {
        Ok(cases) => cases.iter().take(10).map(|case| format!("{case}\n")).collect(),
        Err(trouble) => trouble.to_string(),
    };
    assert!(words.is_empty(), "expected each case decided as the rules say\n{words}");
}

/// The cases on which `decide` does not answer as the rules of that workspace say.
///
/// # Errors
///
/// The rules cannot be read.
pub fn disagreements(
    root: &Path,
    mut decide: impl FnMut(&str) -> String,
) -> Result<Vec<String>, Trouble> {
    let oracle = Oracle::read(root)?;
    let mut differing = Vec::new();
    for case in domain::cases() {
        let expected = oracle.denial(&Question::from_case(&case));
        let line = line(&case);
        let answer = decide(&line);
        let read: Value = serde_json::from_str(&answer).unwrap_or_default();
        let member = |name: &str| read.get(name).and_then(Value::as_str);
        let outcome = if expected.is_some() { "deny" } else { "allow" };
        if member("outcome") != Some(outcome) || member("code") != expected {
            let code = expected.unwrap_or_default();
            differing.push(format!("{line}: expected {outcome} {code}, found {answer}"));
        }
    }
    Ok(differing)
}

/// The case as it comes in on the wire.
fn line(case: &Case) -> String {
    let sources: Vec<_> = SOURCES
        .iter()
        .filter(|(source, _)| case.sources & *source as u8 != 0)
        .map(|(_, word)| match *word {
            "tool" => json!({"source": "tool:x"}),
            word => json!({"source": word}),
        })
        .collect();
    json!({
        "response": case.response,
        "trace": {
            "sources": sources,
            "required_but_missing": vec!["x"; case.missing],
            "system_mode": case.true_mode,
        },
    })
    .to_string()
}
