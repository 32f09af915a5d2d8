//! Checks of the mutation gate.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use mutation_gate::{
    Effect, EventKind, GateMode, Id, Invariant, MutationClass, ROUTES, Reason, Route, RouteTable,
    Scenario, SignalDecision, SignalType, TaskStatus, TerminalKind, Tier,
};
use serde_json::Value;

use super::{Checked, Found};
use crate::fixtures;
use crate::gate::domain::{self, Domain};
use crate::gate::fixtures::{FIXTURES, Fixture, REJECTS, Reject};
use crate::gate::manifest::{self, MANIFEST, Manifest};
use crate::gate::oracle::Oracle;
use crate::gate::{door, laws};
use crate::trouble::Trouble;

const SHOWN: usize = 10;

/// The gate against the oracle on its whole domain, the scenario included.
///
/// # Errors
///
/// The rules cannot be read, or the allowlist cannot be served.
pub fn gate_domain(root: &Path) -> Checked {
    let oracle = Oracle::read(root)?;
    let table = served()?;
    let Domain { asked, licences, runs, signals } = domain::domain(&table);
    let mut found = Found::default();
    for asked in &asked {
        for licence in &licences {
            for run in &runs {
                for signal in &signals {
                    found.count += 1;
                    let decision = mutation_gate::decide(
                        &asked.given,
                        &run.given,
                        &licence.given,
                        &signal.given,
                        domain::NOW,
                    );
                    let question = domain::question(asked, licence, run, signal);
                    let ruling = oracle.ruling(&question);
                    let expected = (ruling.denial.unwrap_or("ALLOW"), ruling.scenario);
                    let decided = (decision.verdict().code(), decision.context().scenario.word());
                    if expected != decided && found.broken.len() < SHOWN {
                        found.broken.push(format!(
                            "{question:?}: expected {expected:?} by the rules, found {decided:?}"
                        ));
                    }
                }
            }
        }
    }
    if found.count != domain::COUNT {
        let words = format!("expected {} cases, found {}", domain::COUNT, found.count);
        found.broken.push(words);
    }
    Ok(found)
}

fn served() -> Result<RouteTable, Trouble> {
    RouteTable::new(ROUTES).map_err(|error| Trouble::new(error.to_string()))
}

/// Each line of the contract and its answer, that each code of the rules is the reason of one, and that each invariant is
/// the only one that one of them breaks.
///
/// # Errors
///
/// A fixture or the rules cannot be read.
pub fn gate_fixtures(root: &Path) -> Checked {
    let mut found = Found::default();
    let mut answers = Vec::new();
    for (file, Fixture { verb, line, answer }) in fixtures::read(root, FIXTURES)? {
        found.count += 1;
        let said = verb.answer(&line.to_string());
        if said != answer {
            found.broken.push(format!("{file}: expected {answer}, found {said}"));
        }
        answers.push(answer);
    }
    let has = |pointer: &str, value: &Value| {
        answers.iter().any(|answer| answer.pointer(pointer) == Some(value))
    };
    for code in Oracle::read(root)?.codes() {
        if !has("/reason", &Value::from(code)) {
            found.broken.push(format!(
                "{FIXTURES}: expected a line that is denied with {code}, found none; add one"
            ));
        }
    }
    for id in Invariant::ALL.iter().map(|invariant| invariant.word()) {
        let alone = Value::from(vec![id]);
        if !has("/violated_invariants", &alone) && !has("/context/violated_invariants", &alone) {
            found.broken.push(format!(
                "{FIXTURES}: expected a line that breaks {id} alone, found none; add one"
            ));
        }
    }
    Ok(found)
}

/// Each reject against the door.
///
/// # Errors
///
/// A reject cannot be read.
pub fn gate_rejects(root: &Path) -> Checked {
    let mut found = Found::default();
    for (file, Reject { verb, input, malformed }) in fixtures::read(root, REJECTS)? {
        found.count += 1;
        let said = verb.answer(&input);
        let expected = [
            ("outcome", "malformed"),
            ("code", malformed.code.as_str()),
            ("pointer", malformed.pointer.as_str()),
        ];
        if expected.iter().any(|(name, value)| said.get(name) != Some(&Value::from(*value))) {
            found.broken.push(format!("{file}: expected {expected:?}, found {said}"));
        }
    }
    Ok(found)
}

/// Each law of the gate.
///
/// # Errors
///
/// None.
pub fn gate_laws(_: &Path) -> Checked {
    let mut found = Found::default();
    let seed = crate::laws::seed();
    for law in laws::LAWS {
        found.count += u64::from(crate::laws::CASES);
        if let Err(counterexample) = (law.hold)(seed) {
            found.broken.push(format!("{}: {counterexample}", law.name));
        }
    }
    Ok(found)
}

/// The words, codes, transitions, routes and limits of the contract, in order.
///
/// # Errors
///
/// The manifest or the rules cannot be read.
pub fn gate_words(root: &Path) -> Checked {
    let manifest = Manifest::read(root)?;
    let oracle = Oracle::read(root)?;
    let mut found = Found::default();
    words(&mut found, &manifest);
    statuses(&mut found, &manifest);
    let codes: Vec<_> = Reason::ALL.iter().map(|reason| (reason.code(), reason.http())).collect();
    let told: Vec<_> = manifest.codes.iter().map(|code| (code.code.as_str(), code.http)).collect();
    compare(&mut found, "codes", &told, &codes);
    let decided: Vec<_> = told.iter().map(|(code, _)| *code).take(oracle.codes().len()).collect();
    compare(&mut found, "codes", &decided, &oracle.codes());
    compare(&mut found, "routes", &manifest.routes, &routes());
    compare(
        &mut found,
        "limits.line_bytes",
        &[manifest.limits.line_bytes],
        &[door::LINE_MAX_BYTES],
    );
    let most = manifest.limits.id_bytes;
    let reads = [0, 1, most, most + 1].map(|length| Id::parse(&"a".repeat(length)).is_some());
    compare(&mut found, "limits.id_bytes", &[false, true, true, false], &reads);
    Ok(found)
}

fn words(found: &mut Found, manifest: &Manifest) {
    let enums = &manifest.enums;
    let invariants: Vec<_> =
        manifest.invariants.iter().map(|invariant| invariant.id.clone()).collect();
    macro_rules! spelled {
        ($($place:literal $told:expr, $name:ident;)+) => {
            $(let coded: Vec<_> = $name::ALL.iter().map(|word| word.word()).collect();
            compare(found, $place, $told, &coded);)+
        };
    }
    spelled! {
        "enums.mode" &enums.mode, GateMode;
        "enums.class" &enums.class, MutationClass;
        "enums.tier" &enums.tier, Tier;
        "enums.status" &enums.status, TaskStatus;
        "enums.event" &enums.event, EventKind;
        "enums.terminal" &enums.terminal, TerminalKind;
        "enums.scenario" &enums.scenario, Scenario;
        "enums.signal_type" &enums.signal_type, SignalType;
        "enums.signal_decision" &enums.signal_decision, SignalDecision;
        "invariants" &invariants, Invariant;
    }
}

/// Where each status may go, and what is read as one.
fn statuses(found: &mut Found, manifest: &Manifest) {
    let transitions = TaskStatus::ALL.iter().map(|from| {
        let next = TaskStatus::ALL.iter().filter(|to| from.may_become(**to));
        (from.word().to_owned(), next.map(|to| to.word().to_owned()).collect())
    });
    let coded: BTreeMap<String, Vec<String>> = transitions.collect();
    compare(found, "transitions", &[&manifest.transitions], &[&coded]);
    for (alias, status) in &manifest.aliases {
        let read = TaskStatus::read(alias).map(TaskStatus::word);
        compare(found, "aliases", &[Some(status.as_str())], &[read]);
        let of_task = Some(format!("task.{status}"));
        let kinds = [alias.clone(), format!("task.{alias}")]
            .map(|kind| EventKind::read(&kind).map(|kind| kind.word().to_owned()));
        compare(found, "aliases", &[of_task.clone(), of_task], &kinds);
    }
}

fn routes() -> Vec<manifest::Route> {
    let route = |route: &Route| {
        let (class, reads) = match route.effect {
            Effect::Mutates(class) => (Some(class.word().to_owned()), None),
            Effect::Reads(reason) => (None, Some(reason.to_owned())),
        };
        let (method, path) = (route.method.to_owned(), route.path.to_owned());
        manifest::Route { method, path, class, reads }
    };
    ROUTES.iter().map(route).collect()
}

fn compare<T: PartialEq<U> + Debug, U: Debug>(
    found: &mut Found,
    place: &str,
    promised: &[T],
    coded: &[U],
) {
    found.count += promised.len() as u64;
    let equal = promised.len() == coded.len()
        && promised.iter().zip(coded).all(|(promised, coded)| promised == coded);
    if !equal {
        found.broken.push(format!(
            "{MANIFEST} {place}: expected {promised:?}, found {coded:?} in the code"
        ));
    }
}
