//! The program as it is started and stopped.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Program, command, start, wire};

/// Starts what should not start: the code that it ends with, and what it says.
pub(crate) fn fails(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let directory = TempDir::new().expect("a directory");
    let mut command = command(directory.path(), arguments);
    command.envs(variables.iter().copied());
    failed(command)
}

/// Starts what should not start over this data.
pub(crate) fn fails_over(data: &Path) -> (Option<i32>, String) {
    failed(command(data, &[]))
}

fn failed(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.spawn().expect("the program");
    let until = Instant::now() + Duration::from_secs(10);
    while child.try_wait().expect("its state").is_none() {
        if Instant::now() > until {
            child.kill().expect("its end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().expect("its output");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_demo_prints_three_requests_that_do_what_it_says() {
    let directory = TempDir::new().expect("a directory");
    let mut program = start(directory.path(), &["demo"]);
    stop(&program, "TERM");
    assert_eq!(program.end(), Some(0));
    let mut text = String::new();
    program.output.read_to_string(&mut text).expect("its output");
    let bodies: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("curl "))
        .map(|line| {
            line.split_once(" -d '").and_then(|(_, body)| body.strip_suffix('\'')).expect("a body")
        })
        .collect();

    let again = start(directory.path(), &["demo"]);
    let authorities: Vec<String> = bodies
        .iter()
        .map(|body| {
            let sent = wire(&again.address, "POST", "/v1/chat/completions", body);
            let (status, _, body) = sent.expect("an answer");
            assert_eq!(status, 200, "{body}");
            let answer: Value = serde_json::from_str(&body).expect("json");
            answer["provenance"]["authority"].as_str().expect("an authority").to_owned()
        })
        .collect();
    assert_eq!(authorities, ["memory", "tool", "none"]);

    let (_, _, page) =
        wire(&again.address, "GET", "/v1/library/documents?limit=100", "").expect("a page");
    let page: Value = serde_json::from_str(&page).expect("json");
    let samples = page["data"].as_array().map(Vec::len).expect("documents");
    assert!(text.contains(&format!("{samples} sample documents")), "added once: {samples}, {text}");
    assert!(directory.path().join("demo/assistant.sqlite").exists());
}

pub(crate) fn stop(program: &Program, signal: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{signal}"), &program.child.id().to_string()])
        .status();
    assert!(sent.expect("kill").success());
}

#[test]
fn a_stop_signal_ends_it_well() {
    for signal in ["TERM", "INT"] {
        let directory = TempDir::new().expect("a directory");
        let mut program = start(directory.path(), &[]);
        assert_eq!(wire(&program.address, "GET", "/healthz", "").expect("an answer").0, 200);
        stop(&program, signal);
        assert_eq!(program.end(), Some(0), "{signal}");
    }
}

#[test]
fn a_taken_port_is_said_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (code, said) = fails(&["--listen", &address], &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("LISTEN_FAILED") && said.contains("ASSISTANT_LISTEN"), "{said}");
}

#[test]
fn an_address_that_others_reach_is_refused() {
    let (code, said) = fails(&[], &[("ASSISTANT_LISTEN", "0.0.0.0:0")]);
    assert_eq!(code, Some(2));
    assert!(said.contains("LISTEN_NOT_LOOPBACK"), "{said}");
}

#[test]
fn an_unknown_variable_is_refused_by_name() {
    let (code, said) = fails(&[], &[("ASSISTANT_LISTEM", "127.0.0.1:0")]);
    assert_eq!(code, Some(2));
    assert!(said.contains("UNKNOWN_VARIABLE") && said.contains("ASSISTANT_LISTEM"), "{said}");
}

#[test]
fn an_unusable_address_or_argument_is_a_usage_error() {
    assert_eq!(fails(&[], &[("ASSISTANT_LISTEN", "localhost")]).0, Some(2));
    assert_eq!(fails(&["--nothing"], &[]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_look_into_the_data_directory() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().join("data");
    let _program = start(&data, &["demo"]);
    for path in [data.clone(), data.join("demo")] {
        let mode = std::fs::metadata(&path).expect("a directory").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", path.display());
    }
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let directory = TempDir::new().expect("a directory");
    let mut program = start(directory.path(), &[]);
    let idle = TcpStream::connect(&program.address).expect("a connection");
    assert_eq!(wire(&program.address, "GET", "/healthz", "").expect("an answer").0, 200);
    let started = Instant::now();
    stop(&program, "TERM");
    assert_eq!(program.end(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    drop(idle);
}

#[test]
fn a_data_directory_that_cannot_be_made_is_said() {
    let (code, said) = fails(&["--data-dir", "/dev/null/x"], &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("STORE_UNAVAILABLE"), "{said}");
}

#[test]
fn the_log_has_nothing_of_questions_and_answers() {
    let directory = TempDir::new().expect("a directory");
    let mut program = start(directory.path(), &[]);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"what is 1234567 * 1000?"}]}"#;
    let (_, _, answer) =
        wire(&program.address, "POST", "/v1/chat/completions", body).expect("an answer");
    assert!(answer.contains("1234567000"), "{answer}");
    stop(&program, "TERM");
    assert_eq!(program.end(), Some(0));
    let mut log = String::new();
    program.child.stderr.take().expect("a log").read_to_string(&mut log).expect("a log");
    assert!(log.contains("draining"), "{log}");
    assert!(!log.contains("1234567"), "{log}");
}
