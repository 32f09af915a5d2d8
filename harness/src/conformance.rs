//! For those who decide about speech by other means: does theirs agree with the rules on the whole domain?
//!
//! The rules are `contracts/speech/rules.json` of this workspace, which a crate does not carry: keep a copy of that
//! file, of the kernel's version, beside the test. Another revision of the rules is refused, since agreeing with it
//! would say nothing about the kernel.
//!
//! ```no_run
//! # fn decide(case: &str) -> String { case.to_owned() }
//! let rules = std::fs::read("tests/rules.json").unwrap_or_default();
//! speech_harness::conformance::assert_agrees(&rules, decide);
//! ```

use serde_json::{Value, json};

use crate::domain::{self, Case, SOURCES};
use crate::expected;
use crate::oracle::{Oracle, Question};
use crate::trouble::Trouble;

/// Asserts that `decide` answers every case of the domain as `rules` say.
///
/// A case is a line and an answer is a line, as those of `harness decide`; fields beside `outcome` and `code` are free.
///
/// # Panics
///
/// With the first cases on which it does not agree, or when `rules` are not those of the kernel.
#[track_caller]
pub fn assert_agrees(rules: &[u8], decide: impl FnMut(&str) -> String) {
    let words = match disagreements(rules, decide) {
        Ok(cases) => cases.iter().take(10).map(|case| format!("{case}\n")).collect(),
        Err(trouble) => trouble.to_string(),
    };
    assert!(words.is_empty(), "expected each case decided as the rules say\n{words}");
}

/// The cases on which `decide` does not answer as `rules` say.
///
/// # Errors
///
/// `rules` cannot be read, or decide otherwise than the kernel does.
pub fn disagreements(
    rules: &[u8],
    mut decide: impl FnMut(&str) -> String,
) -> Result<Vec<String>, Trouble> {
    let oracle = Oracle::parse(rules)?;
    let (kernel, ruled) = (domain::kernel_table_sha256(), expected::table_sha256(&oracle));
    if ruled != kernel {
        return Err(Trouble::new(format!(
            "expected rules with the decision table {kernel} of the kernel, found {ruled}; take those of its version"
        )));
    }
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
