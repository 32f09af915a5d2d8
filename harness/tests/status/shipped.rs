//! The contracts that the command carries, and every document beside them.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use serde_json::Value;

use crate::support::{Said, command, status};

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/status").canonicalize().unwrap()
}

fn json(path: &Path) -> Value {
    fs::read(path).ok().map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap())
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Checks a document in a folder that is no workspace.
fn look(contract: &str, document: &Path, more: &[String]) -> Said {
    let document = document.to_str().unwrap();
    let arguments = ["check", "--contract", contract, "--file", document, "--format", "json"];
    let mut command = command(&arguments);
    Said::of(command.args(more).current_dir(env!("CARGO_TARGET_TMPDIR")).output().unwrap())
}

fn fixtures_are_valid(contract: &str, folder: &Path) -> usize {
    let about = json(&folder.join("fixtures.json"));
    let now: Vec<_> = about["now"].as_i64().iter().map(|now| format!("--now={now}")).collect();
    let fixtures = documents(&folder.join("fixtures"));
    for fixture in &fixtures {
        let said = look(contract, fixture, &[&now[..], &["--exact".to_owned()]].concat());
        assert_eq!(said.code, Some(0), "{contract} {} {said:?}", fixture.display());
    }
    fixtures.len()
}

fn rejects_are_refused(contract: &str, folder: &Path, fixtures: &Path) -> usize {
    let listed = json(&folder.join("rejects.json"));
    let listed = listed.as_object().unwrap();
    for (name, expected) in listed {
        let reject = &folder.join(format!("rejects/{name}.json"));
        let mut more: Vec<_> =
            expected["now"].as_i64().iter().map(|now| format!("--now={now}")).collect();
        if expected["mode"] != "min" {
            more.push("--exact".to_owned());
        }
        if let Some(name) = expected["prev"].as_str() {
            more.push(format!(
                "--prev={}",
                fixtures.join(format!("fixtures/{name}.json")).display()
            ));
        }
        let said = look(contract, reject, &more);
        let findings = said.json()["findings"].as_array().unwrap().clone();
        let word = |finding: &Value, name: &str| finding[name].clone();
        let brief = |finding: &Value| ["code", "rule", "pointer"].map(|name| word(finding, name));
        let found: Vec<_> = findings.iter().map(brief).collect();
        let expected: Vec<_> = expected["findings"].as_array().unwrap().iter().map(brief).collect();
        assert_eq!(found, expected, "{contract} {}", reject.display());
        let code = if findings[0]["code"] == "NOT_JSON" { 3 } else { 1 };
        assert_eq!(said.code, Some(code), "{contract} {}", reject.display());
    }
    listed.len()
}

#[test]
fn each_document_beside_a_contract_gets_its_verdict() {
    let looked =
        [("trading", "trading"), ("trading-strict", "trading"), ("assistant", "assistant")];
    let looking = looked.map(|(contract, base)| {
        thread::spawn(move || {
            let (folder, base) = (contracts().join(contract), contracts().join(base));
            let fixtures = fixtures_are_valid(contract, &base);
            (contract, fixtures, rejects_are_refused(contract, &folder, &base))
        })
    });
    for looking in looking {
        let (contract, fixtures, rejects) = looking.join().unwrap();
        assert!(fixtures >= 9 && rejects >= 22, "{contract}: {fixtures}, {rejects}");
    }
}

#[test]
fn what_a_contract_carries_is_sound_and_covered() {
    for contract in ["trading", "trading-strict", "assistant"] {
        let said = status(&["lint", "--contract", contract]);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let said = status(&["coverage", "--contract", "trading-strict"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.output.ends_with("\nunexercised: none\n"), "{said:?}");
}

#[test]
fn without_the_workspace_a_name_has_no_documents_and_that_is_said() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().last().unwrap();
    let mut command = command(&["lint", "--contract", "trading"]);
    let said = Said::of(command.current_dir(folder).output().unwrap());
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.trouble.contains("run inside the workspace or pass --root"), "{said:?}");
}
