//! Checks of the kernel's decision.

use std::path::Path;

use serde_json::Value;
use speech_exit::door::{self, Outcome};

use super::{Checked, Found};
use crate::domain::{self, kernel_table_sha256};
use crate::expected;
use crate::fixtures::{self, FIXTURES, Fixture, REJECTS, Reject};
use crate::laws::{self, LAWS};
use crate::oracle::{Kind, Oracle, Question};
use crate::trouble::Trouble;

const SHOWN: usize = 10;

/// The kernel against the oracle on all 3,456 cases, evidence included, and the digests of both tables.
///
/// # Errors
///
/// The rules cannot be read.
pub fn whole_domain(root: &Path) -> Checked {
    let oracle = Oracle::read(root)?;
    let mut found = Found::default();
    for (case, expected) in expected::table(&oracle)? {
        found.count += 1;
        let decided = case.enforced();
        if decided != expected && found.broken.len() < SHOWN {
            found
                .broken
                .push(format!("{case}: expected {expected:?} by the rules, found {decided:?}"));
        }
    }
    if found.count != domain::COUNT {
        let words = format!("expected {} cases, found {}", domain::COUNT, found.count);
        found.broken.push(words);
    }
    let (kernel, rules) = (kernel_table_sha256(), expected::table_sha256(&oracle));
    if kernel != rules {
        let words = format!("expected the decision table {rules} of the rules, found {kernel}");
        found.broken.push(words);
    }
    Ok(found)
}

/// Each fixture against the door and against the oracle.
///
/// # Errors
///
/// A fixture or the rules cannot be read.
pub fn fixtures(root: &Path) -> Checked {
    let oracle = Oracle::read(root)?;
    let mut found = Found::default();
    for (file, fixture) in fixtures::read::<Fixture>(root, FIXTURES)? {
        found.count += 1;
        let verdict = &fixture.verdict;
        let said = json(&door::decide(fixture.input().as_bytes()))?;
        if said != *verdict {
            found.broken.push(format!("{file}: expected {verdict} from the door, found {said}"));
        }
        let ruled = fixture.question().map(|question| match oracle.denial(&question) {
            None => serde_json::json!({"outcome": "allow"}),
            Some(code) => serde_json::json!({"outcome": "deny", "code": code}),
        });
        match ruled {
            Ok(ruled) if ruled == *verdict => {}
            Ok(ruled) => {
                found.broken.push(format!("{file}: expected {verdict} by the rules, found {ruled}"))
            }
            Err(unread) => found.broken.push(format!("{file}: {unread}")),
        }
    }
    Ok(found)
}

/// Whether the fixtures break each rule alone, and each two rules that one response can break, together.
///
/// # Errors
///
/// A fixture or the rules cannot be read.
pub fn pairs(root: &Path) -> Checked {
    let oracle = Oracle::read(root)?;
    let mut questions = Vec::new();
    for (file, fixture) in fixtures::read::<Fixture>(root, FIXTURES)? {
        let unread = |error| Trouble::at(Path::new(&file), "a case", &error);
        questions.push(fixture.question().map_err(unread)?);
    }
    let mut found = Found::default();
    for (kind, wanted) in combinations(&oracle) {
        found.count += 1;
        let own = oracle.order(kind);
        let breaks = |question: &Question| {
            let broken = oracle.broken(question);
            let other = broken.iter().any(|code| own.contains(code) && !wanted.contains(code));
            question.kind == kind && !other && wanted.iter().all(|code| broken.contains(code))
        };
        if !questions.iter().any(breaks) {
            let codes = wanted.join(" and ");
            found.broken.push(format!(
                "{FIXTURES}: expected a case of kind {kind:?} that breaks {codes} and no other rule, found none; add one"
            ));
        }
    }
    Ok(found)
}

/// For each kind its rules alone and in pairs, and for refusals their own rule with each that is about answers only.
fn combinations(oracle: &Oracle) -> Vec<(Kind, Vec<&str>)> {
    let mut wanted = Vec::new();
    for (kind, other) in [(Kind::Answer, Kind::Refusal), (Kind::Refusal, Kind::Answer)] {
        let own = oracle.order(kind);
        for (index, first) in own.iter().enumerate() {
            wanted.push((kind, vec![*first]));
            for second in own.iter().skip(index + 1) {
                wanted.push((kind, vec![*first, *second]));
            }
        }
        let others = oracle.order(other);
        let alone = own.iter().filter(|code| !others.contains(code));
        for first in alone.filter(|_| kind == Kind::Refusal) {
            for second in others.iter().filter(|code| !own.contains(code)) {
                wanted.push((kind, vec![*first, *second]));
            }
        }
    }
    wanted
}

/// Each reject against the door.
///
/// # Errors
///
/// A reject cannot be read.
pub fn rejects(root: &Path) -> Checked {
    let mut found = Found::default();
    for (file, Reject { input, malformed }) in fixtures::read::<Reject>(root, REJECTS)? {
        found.count += 1;
        let expected = (malformed.code, malformed.pointer);
        let said = match door::decide(input.as_bytes()) {
            Outcome::Malformed { code, pointer, .. } => (code.as_str().to_owned(), pointer),
            other => (json(&other)?.to_string(), String::new()),
        };
        if said != expected {
            found.broken.push(format!("{file}: expected {expected:?}, found {said:?}"));
        }
    }
    Ok(found)
}

/// Each law.
///
/// # Errors
///
/// None.
pub fn laws(_: &Path) -> Checked {
    let mut found = Found::default();
    let seed = laws::seed();
    for law in LAWS {
        found.count += u64::from(laws::CASES);
        if let Err(counterexample) = (law.hold)(seed) {
            found.broken.push(format!("{}: {counterexample}", law.name));
        }
    }
    Ok(found)
}

fn json(outcome: &Outcome) -> Result<Value, Trouble> {
    serde_json::to_value(outcome)
        .map_err(|error| Trouble::new(format!("expected an outcome: {error}")))
}
