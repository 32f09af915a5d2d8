//! One variable switches the gate, once.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::fails;
use crate::support::{Program, command, started, wire};

/// What somebody might think switches the gate.
const TEMPTING: &[&str] = &[
    "GATE_MODE",
    "ENFORCEMENT",
    "ENFORCE",
    "ENFORCE_MODE",
    "ENFORCEMENT_MODE_OVERRIDE",
    "ENFORCEMENT_ENABLED",
    "ENFORCEMENT_DISABLED",
    "DISABLE_ENFORCEMENT",
    "DISABLE_GATE",
    "GATE_DISABLED",
    "GATE_ENABLED",
    "GATE_OFF",
    "SKIP_GATE",
    "NO_GATE",
    "BYPASS_GATE",
    "GATE_BYPASS",
    "SHADOW_MODE",
    "SHADOW",
    "OFF",
    "DEBUG",
    "DEV",
    "CI",
    "TEST",
    "TESTING",
    "ENV",
    "APP_ENV",
    "NODE_ENV",
    "RUST_ENV",
    "ENVIRONMENT",
    "STAGE",
    "UNSAFE",
    "FORCE",
    "MODE",
    "MUTATION_GATE",
    "MUTATION_GATE_MODE",
    "enforcement_mode",
    "Enforcement_Mode",
    "ENFORCEMENTMODE",
    "ENFORCEMENT-MODE",
    "ENFORCEMENT_MODE_",
    "_ENFORCEMENT_MODE",
    "ALLOW_ALL",
    "ADMIN",
    "ROOT",
    "SUPERUSER",
];

fn served(variables: &[(&str, &str)]) -> (Program, TempDir, Value) {
    let directory = TempDir::new().expect("a directory");
    let mut command = command(directory.path(), &[]);
    let program = started(std::mem::replace(
        command.env_remove("ENFORCEMENT_MODE").envs(variables.iter().copied()),
        std::process::Command::new("true"),
    ));
    let (_, _, status) = wire(&program.address, "GET", "/status", "").expect("a status");
    let status = serde_json::from_str(&status).expect("json");
    (program, directory, status)
}

#[test]
fn unset_is_shadow_and_a_mode_is_read_in_any_case() {
    for (variables, mode) in [
        (&[][..], "shadow"),
        (&[("ENFORCEMENT_MODE", "off")], "off"),
        (&[("ENFORCEMENT_MODE", " Enforce ")], "enforce"),
        (&[("ENFORCEMENT_MODE", "SHADOW")], "shadow"),
    ] {
        assert_eq!(served(variables).2["gate_mode"], json!(mode), "{variables:?}");
    }
}

#[test]
fn no_other_variable_switches_it() {
    for value in ["off", "enforce", "1", "true"] {
        let mut variables: Vec<(&str, &str)> = TEMPTING.iter().map(|name| (*name, value)).collect();
        assert!(variables.len() >= 40);
        assert_eq!(served(&variables).2["gate_mode"], "shadow", "{value}");
        variables.push(("ENFORCEMENT_MODE", "enforce"));
        assert_eq!(served(&variables).2["gate_mode"], "enforce", "{value}");
    }
}

#[test]
fn what_is_no_mode_stops_the_start() {
    for value in [
        "",
        " ",
        "on",
        "enforced",
        "0",
        "shadow,enforce",
        "enforce\u{0}".trim_end_matches('\0'),
        "öff",
    ] {
        if value == "enforce" {
            continue;
        }
        let (code, said) = fails(&[], &[("ENFORCEMENT_MODE", value)]);
        assert_eq!(code, Some(2), "{value}");
        assert!(
            said.contains("E_MODE_INVALID") && said.contains("ENFORCEMENT_MODE"),
            "{value} {said}"
        );
    }
}

#[test]
fn a_registry_that_cannot_be_read_stops_the_start() {
    let directory = TempDir::new().expect("a directory");
    let file = directory.path().join("actions.json");
    let path = file.to_str().expect("a path");
    for text in [None, Some("{"), Some(r#"{"B":["a"],"C":["a"]}"#)] {
        if let Some(text) = text {
            std::fs::write(&file, text).expect("a file");
        }
        let (code, said) = fails(&["--actions", path], &[]);
        assert_eq!(code, Some(2), "{text:?}");
        assert!(said.contains("ACTIONS_INVALID"), "{text:?} {said}");
    }
    std::fs::write(&file, r#"{"B":["site.deploy"]}"#).expect("a file");
    let (program, _directory, _) =
        served(&[("ASSISTANT_ACTIONS", path), ("ENFORCEMENT_MODE", "enforce")]);
    let body = json!({ "task_id": "t", "action_id": "site.deploy" }).to_string();
    let (status, _, denial) =
        wire(&program.address, "POST", "/api/tasks/create", &body).expect("an answer");
    assert!(status == 403 && denial.contains("E_TIER_DISCLOSURE_REQUIRED"), "{denial}");
}

#[test]
fn a_gate_that_is_off_is_said_at_the_start_and_in_the_status() {
    use std::io::BufRead as _;
    let (mut program, _directory, status) = served(&[("ENFORCEMENT_MODE", "off")]);
    let mut line = String::new();
    program.output.read_line(&mut line).expect("a line");
    assert_eq!(line, "the gate is off: every change passes, and none is recorded\n");
    assert_eq!(status["gate_mode"], "off");
}
