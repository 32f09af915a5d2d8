//! Verdicts and exit codes.

use std::io::Write;
use std::process::Stdio;

use crate::support::{AT, MANIFEST, Said, command, document, document_at, file, folder, status};

#[test]
fn a_document_that_keeps_to_its_contract_is_0_and_another_is_1() {
    let folder = folder("verdicts");
    let contract = file(&folder, "door.json", MANIFEST);
    let look = |document: &str, more: &[&str]| {
        let path = file(&folder, "document.json", document);
        let arguments = ["check", "--contract", &contract, "--file", &path, "--format", "json"];
        status(&[&arguments, more].concat())
    };
    let open = document("open", &[], 1);
    let said = look(&open, &[]);
    let expected = r#"{"valid":true,"contract":"door","mode":"min","findings":[],"omitted":0,"owner":null,"ages_judged":false}"#;
    assert_eq!((said.code, said.output.trim_end()), (Some(0), expected));
    let said = look(&document("shut", &["HEAT"], 1), &[]);
    let expected = r#"{"valid":false,"contract":"door","mode":"min","findings":[{"code":"TIER","rule":null,"pointer":"/reasons/0","expected":"#;
    assert_eq!(said.code, Some(1));
    assert!(said.output.starts_with(expected), "{}", said.output);
    let more = open.replacen('{', "{\"other\": 1,", 1);
    assert_eq!(look(&more, &[]).code, Some(0));
    assert_eq!(look(&more, &["--exact"]).found(), [("EXTRA".to_owned(), "/other".to_owned())]);
    for (text, code) in [("{\"mode\": 1, \"mode\": 1}", 1), ("", 3), ("<html>", 3), ("{", 3)] {
        assert_eq!(look(text, &[]).code, Some(code), "{text}");
    }
    assert_eq!(look(&" ".repeat(2 << 20), &[]).found(), [("SIZE".to_owned(), String::new())]);
    let said = look("nothing", &[]);
    assert_eq!(said.json()["error"], "expected a JSON text");
    assert_eq!(said.found(), [("NOT_JSON".to_owned(), String::new())]);
}

#[test]
fn usage_is_2_and_is_said() {
    let folder = folder("usage");
    let contract = file(&folder, "door.json", MANIFEST);
    let document = file(&folder, "document.json", &document("open", &[], 1));
    let nowhere = folder.join("nowhere.json");
    let nowhere = nowhere.to_str().unwrap();
    let good = ["check", "--contract", &contract, "--file", &document];
    assert_eq!(status(&good).code, Some(0));
    for arguments in [
        vec!["check", "--contract", &contract],
        vec!["check", "--file", &document],
        vec!["check", "--contract", nowhere, "--file", &document],
        vec!["check", "--contract", "no such contract", "--file", &document],
        vec!["check", "--contract", &document, "--file", &document],
        vec!["check", "--contract", &contract, "--file", nowhere],
        [&good[..], &["-"]].concat(),
        [&good[..], &["--url", "http://127.0.0.1:1"]].concat(),
        [&good[..], &["--prev", nowhere]].concat(),
        [&good[..], &["--prev", &format!("{document}/below")]].concat(),
        [&good[..], &["--now", "yesterday"]].concat(),
        [&good[..], &["--deadline", "0"]].concat(),
        [&good[..], &["--deadline", "NaN"]].concat(),
        [&good[..], &["--bearer-env", "PATH"]].concat(),
        vec!["watch", "--contract", &contract, "--url", "http://127.0.0.1:1"],
        vec!["watch", "--url", "http://127.0.0.1:1", "--every", "1", "--count", "0"],
        vec!["watch", "--url", "http://127.0.0.1:1", "--every", "1", "--format", "sarif"],
        vec!["lint", "--contract", &contract, "--format", "sarif"],
        vec!["judge"],
    ] {
        let said = status(&arguments);
        assert_eq!((said.code, said.output.as_str()), (Some(2), ""), "{arguments:?} {said:?}");
        assert!(!said.trouble.is_empty(), "{arguments:?}");
    }
}

#[test]
fn another_verb_writes_no_sarif_and_says_so_before_it_does_anything() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_harness"));
    let said = Said::of(command.args(["locked", "--format", "sarif"]).output().unwrap());
    assert_eq!((said.code, said.output.as_str()), (Some(2), ""), "{said:?}");
    assert!(said.trouble.contains("expected --format human or json"), "{said:?}");
}

#[test]
fn what_cannot_be_read_is_3_and_one_json_object() {
    let folder = folder("unreadable");
    let contract = file(&folder, "door.json", MANIFEST);
    let place = folder.to_str().unwrap();
    let arguments = ["check", "--contract", &contract, "--file", place];
    let said = status(&[&arguments[..], &["--format", "json"]].concat());
    assert_eq!(said.code, Some(3), "{said:?}");
    let json = said.json();
    assert_eq!((&json["valid"], &json["findings"]), (&false.into(), &serde_json::json!([])));
    assert!(json["error"].as_str().unwrap().contains("expected a file that can be read"), "{json}");
    let said = status(&arguments);
    assert!(said.output.starts_with("unreachable  door (min): "), "{said:?}");
}

#[test]
fn a_contract_is_carried_by_name_into_any_folder() {
    let folder = folder("by_name");
    let document = file(&folder, "document.json", "{}");
    for name in ["trading", "trading-strict", "assistant"] {
        let arguments = ["check", "--contract", name, "--file", &document, "--format", "json"];
        let said = Said::of(command(&arguments).current_dir(&folder).output().unwrap());
        assert_eq!(said.code, Some(1), "{said:?}");
        assert_eq!(said.json()["contract"], name);
        assert!(said.found().len() > 10, "{said:?}");
    }
}

#[test]
fn standard_input_is_read_and_is_of_now() {
    let folder = folder("stdin");
    let contract = file(&folder, "door.json", MANIFEST);
    let look = |document: &str, more: &[&str]| {
        let arguments = ["check", "--contract", &contract, "-", "--format", "json"];
        let mut command = command(&[&arguments, more].concat());
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        // It may have read enough before this is all written.
        drop(child.stdin.take().unwrap().write_all(document.as_bytes()));
        Said::of(child.wait_with_output().unwrap())
    };
    let now = crate::support::clock();
    assert_eq!(look(&document_at("open", &[], 1, now), &[]).code, Some(0));
    let old = document("open", &[], 1);
    assert_eq!(look(&old, &[]).found(), [("AGE".to_owned(), "/at".to_owned())]);
    assert_eq!(look(&old, &["--now", &AT.to_string()]).code, Some(0));
    assert_eq!(look("", &[]).code, Some(3));
    assert_eq!(look(&"1".repeat(8 << 20), &[]).found()[0].0, "SIZE");
}

#[test]
fn ages_of_a_record_are_judged_at_the_time_that_is_said() {
    let folder = folder("ages");
    let contract = file(&folder, "door.json", MANIFEST);
    let path = file(&folder, "document.json", &document("open", &[], 1));
    let look = |now: &[&str]| {
        let arguments = ["check", "--contract", &contract, "--file", &path, "--format", "json"];
        let said = status(&[&arguments, now].concat());
        (said.code, said.json()["ages_judged"].as_bool())
    };
    assert_eq!(look(&[]), (Some(0), Some(false)));
    assert_eq!(look(&["--now", &(AT + 60_000).to_string()]), (Some(0), Some(true)));
    assert_eq!(look(&["--now", &(AT + 60_001).to_string()]), (Some(1), Some(true)));
    assert_eq!(look(&["--now", "2023-11-14T22:13:20Z"]), (Some(0), Some(true)));
    assert_eq!(look(&["--now", "2023-11-15T00:14:19.5+02:00"]), (Some(0), Some(true)));
    assert_eq!(look(&["--now", "-1"]), (Some(1), Some(true)));
    let said = status(&["check", "--contract", &contract, "--file", &path]);
    assert!(said.output.contains("ages            not judged"), "{said:?}");
}

#[test]
fn the_document_before_binds_and_one_that_is_invalid_binds_to_nothing() {
    let folder = folder("prev");
    let contract = file(&folder, "door.json", MANIFEST);
    let path = file(&folder, "document.json", &document("open", &[], 4));
    let after = |before: &str| {
        let before = file(&folder, "before.json", before);
        let arguments = ["check", "--contract", &contract, "--file", &path, "--prev", &before];
        status(&[&arguments[..], &["--format", "json"]].concat())
    };
    assert_eq!(after(&document("shut", &["STORM"], 4)).code, Some(0));
    let said = after(&document("shut", &["STORM"], 5));
    assert_eq!(said.json()["findings"][0]["rule"], "opened_never_falls");
    for invalid in [document("shut", &[], 4), "{".to_owned(), " ".repeat(2 << 20)] {
        let said = after(&invalid);
        assert_eq!((said.code, said.found()[0].0.as_str()), (Some(1), "TRANSITION"), "{said:?}");
    }
}

#[test]
fn help_tells_each_exit_code() {
    for verb in ["check", "watch", "schema", "lint", "coverage"] {
        let said = status(&[verb, "--help"]);
        let (_, codes) = said.output.split_once("Exit codes:").unwrap();
        for code in ["0  ", "1  ", "2  ", "3  "] {
            assert!(codes.contains(&format!("\n  {code}")), "{verb} {code}");
        }
    }
}
