//! Following a live document.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{MANIFEST, Said, clock, command, document_at, file, folder, serving, status};

fn opened(mode: &str, reasons: &[&str], opened: i64) -> (&'static str, String) {
    ("200 OK", document_at(mode, reasons, opened, clock()))
}

/// What is found at each look: the codes, or `error`.
fn looks(said: &Said) -> Vec<String> {
    let look = |line: &str| {
        let look: Value = serde_json::from_str(line).unwrap();
        assert!(look["at"].as_i64().unwrap() > 1_700_000_000_000, "{look}");
        let codes = look["findings"].as_array().unwrap().iter();
        let codes: Vec<_> = codes.map(|finding| finding["code"].as_str().unwrap()).collect();
        if look["error"].is_string() { "error".to_owned() } else { codes.join(" ") }
    };
    said.output.lines().map(look).collect()
}

#[test]
fn each_look_is_a_line_and_the_worst_of_them_is_the_end() {
    let contract = file(&folder("watch"), "door.json", MANIFEST);
    let watch = |documents: Vec<_>| {
        let count = documents.len().to_string();
        let url = serving(documents);
        let arguments = ["watch", "--contract", &contract, "--url", &url, "--every", "0.01"];
        status(&[&arguments[..], &["--count", &count, "--format", "json"]].concat())
    };
    let said = watch(vec![opened("open", &[], 1), opened("shut", &["STORM"], 2)]);
    assert_eq!((said.code, looks(&said)), (Some(0), vec![String::new(); 2]));
    let said = watch(vec![opened("open", &[], 2), opened("open", &[], 1), opened("open", &[], 1)]);
    assert_eq!(
        (said.code, looks(&said)),
        (Some(1), vec!["".into(), "TRANSITION".into(), "".into()])
    );
    let gone = || ("503 Service Unavailable", String::new());
    let said = watch(vec![opened("open", &["HEAT"], 2), gone(), opened("open", &[], 1)]);
    let expected: Vec<String> = ["ENUM", "error", ""].map(str::to_owned).into();
    assert_eq!(said.code, Some(3));
    assert_eq!(looks(&said)[1..], expected[1..]);
}

#[test]
fn what_was_before_a_failure_binds_what_comes_after() {
    let contract = file(&folder("watch_failures"), "door.json", MANIFEST);
    let page = ("200 OK", "<html>".to_owned());
    let gone = ("503 Service Unavailable", String::new());
    let lie = opened("shut", &[], 9);
    let documents = vec![opened("open", &[], 5), gone, page, lie, opened("open", &[], 4)];
    let url = serving(documents);
    let arguments = ["watch", "--contract", &contract, "--url", &url, "--every", "0.01"];
    let said = status(&[&arguments[..], &["--count", "5", "--format", "json"]].concat());
    assert_eq!(looks(&said), ["", "error", "error", "RULE", "TRANSITION"]);
    assert_eq!(said.code, Some(3));
}

#[test]
fn a_line_for_people_has_the_time_the_verdict_the_mode_and_the_reason() {
    let contract = file(&folder("watch_lines"), "door.json", MANIFEST);
    let gone = ("503 Service Unavailable", String::new());
    let documents = vec![opened("shut", &["STORM"], 5), opened("shut", &["STORM"], 4), gone];
    let url = serving(documents);
    let arguments = ["watch", "--contract", &contract, "--url", &url, "--every", "0.01"];
    let said = status(&[&arguments[..], &["--count", "3"]].concat());
    let lines: Vec<_> = said.output.lines().map(|line| line.split_once("Z  ").unwrap()).collect();
    let words: Vec<_> = lines.iter().map(|(_, words)| *words).collect();
    assert_eq!(words[0], "valid        shut  STORM: A storm is near.  AUTO: The storm has passed.");
    assert_eq!(
        words[1],
        "invalid      shut, not to be relied on  TRANSITION opened_never_falls /opened"
    );
    assert_eq!(words[2], format!("unreachable  {url}/: expected status 200, found 503"));
    assert!(lines.iter().all(|(at, _)| at.len() == "2023-11-14T22:13:20.000".len()), "{lines:?}");
}

#[test]
fn what_cannot_be_asked_at_all_is_not_watched() {
    for (url, code) in [("file:///etc/hosts", 3), ("no address", 3)] {
        let said = status(&["watch", "--url", url, "--every", "60"]);
        assert_eq!((said.code, said.output.as_str()), (Some(code), ""), "{said:?}");
        assert!(said.trouble.contains("http or https"), "{said:?}");
    }
}

#[cfg(unix)]
fn end(child: &Child, signal: &str) {
    let process = child.id().to_string();
    let killed = std::process::Command::new("kill").args([signal, &process]).status().unwrap();
    assert!(killed.success());
}

/// Each line comes when its look is over, and a signal ends the watch at once with the worst end so far.
#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_the_worst_so_far() {
    let contract = file(&folder("watch_signals"), "door.json", MANIFEST);
    for (signal, documents, code) in
        [("-TERM", vec![opened("open", &[], 5)], 0), ("-INT", vec![opened("shut", &[], 5)], 1)]
    {
        let url = serving(documents);
        let arguments = ["watch", "--contract", &contract, "--url", &url, "--every", "600"];
        let mut child = command(&arguments).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(line.contains("valid"), "{line}");
        let start = Instant::now();
        end(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(start.elapsed() < Duration::from_secs(20));
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}
