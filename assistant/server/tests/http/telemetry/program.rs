//! The program with a collector: what is exported, and what is nowhere.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::MARKER;
use super::collector::{Collector, attributes};
use crate::program::{fails, stop};
use crate::support::{Program, command, started, wire};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn exporting(data: &Path, to: &str, more: &[(&str, &str)]) -> Program {
    let mut command = command(data, &[]);
    command.env(ENDPOINT, to).envs(more.iter().copied());
    started(command)
}

/// Asks for something, and gives back what was answered.
fn ask(program: &Program, path: &str, body: &Value) -> String {
    let sent = wire(&program.address, "POST", path, &body.to_string());
    let (status, _, answer) = sent.expect("an answer");
    assert!(status < 300, "{status}: {answer}");
    answer
}

/// The end of the program, and everything that it logged.
fn log_of(mut program: Program) -> String {
    stop(&program, "TERM");
    assert_eq!(program.end(), Some(0));
    let mut log = String::new();
    program.child.stderr.take().expect("a log").read_to_string(&mut log).expect("a log");
    assert!(log.contains("draining"), "{log}");
    log
}

/// A chat in which the marker is a question, a call's argument and a tool's result.
fn chat_with_marker(stream: bool) -> Value {
    let call = json!({ "id": "call_1", "type": "function",
        "function": { "name": "lookup", "arguments": format!("{{\"of\":\"{MARKER}\"}}") } });
    json!({
        "model": "model-7",
        "stream": stream,
        "messages": [
            { "role": "system", "content": format!("speak of {MARKER}") },
            { "role": "user", "content": format!("what is the wingspan of {MARKER}?") },
            { "role": "assistant", "content": null, "tool_calls": [call] },
            { "role": "tool", "tool_call_id": "call_1", "content": format!("{MARKER}: 10 m") },
        ],
        "tools": [{ "type": "function", "function": { "name": "lookup", "parameters": {} } }],
    })
}

#[test]
fn nothing_that_is_exported_counted_or_logged_has_words_in_it() {
    let (directory, collector) = (TempDir::new().expect("a directory"), Collector::answering(200));
    let program = exporting(directory.path(), &collector.address, &[("OTEL_SERVICE_NAME", "desk")]);
    let text = format!("The wingspan of {MARKER} is ten metres.");
    let document = json!({ "title": MARKER, "text": text });
    let document: Value =
        serde_json::from_str(&ask(&program, "/v1/library/documents", &document)).expect("json");
    let question = [json!({ "role": "user", "content": format!("the wingspan of {MARKER}?") })];
    let quoted =
        ask(&program, "/v1/chat/completions", &json!({ "model": "model-7", "messages": question }));
    let said = [
        quoted,
        ask(&program, "/v1/chat/completions", &chat_with_marker(false)),
        ask(&program, "/v1/chat/completions", &chat_with_marker(true)),
        ask(
            &program,
            "/v1/responses",
            &json!({ "model": "model-7", "input": format!("the wingspan of {MARKER}?") }),
        ),
    ];
    for answer in &said {
        assert!(answer.contains(MARKER), "nothing is hidden that was not there: {answer}");
    }
    let (_, _, metrics) = wire(&program.address, "GET", "/metrics", "").expect("metrics");
    assert!(metrics.contains("speech_verdicts_total{verdict=\"allow\""), "{metrics}");
    let log = log_of(program);
    let spans = collector.spans();
    assert_eq!(spans.len(), said.len(), "the last are sent at the end: {spans:#?}");
    let document = document["id"].as_str().expect("an id");
    for word in [MARKER, "wingspan", "lookup", "call_1", document] {
        assert!(!metrics.contains(word) && !log.contains(word), "{word}: {metrics}\n{log}");
        for taken in collector.taken() {
            let body = String::from_utf8_lossy(&taken.body);
            assert!(!body.contains(word), "{word}: {body}");
        }
    }
    for (resource, span) in &spans {
        assert_eq!(
            (resource["service.name"].as_str(), span.name.as_str()),
            ("desk", "chat model-7")
        );
        assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
        assert_eq!((span.events.len(), span.links.len(), span.trace_state.as_str()), (0, 0, ""));
        assert_eq!(attributes(&span.attributes)["gen_ai.request.model"], "model-7");
    }
}

#[test]
fn spans_are_sent_as_the_protocol_says_with_their_attributes_and_parent() {
    let (directory, collector) = (TempDir::new().expect("a directory"), Collector::answering(200));
    let headers = [("OTEL_EXPORTER_OTLP_HEADERS", "x-key=secret-7")];
    let program = exporting(directory.path(), &collector.address, &headers);
    let body = r#"{"model":"m","messages":[{"role":"user","content":"what is 17 * 23?"}]}"#;
    let parent = format!(
        "/v1/chat/completions HTTP/1.1\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\nx-rest:"
    );
    let (status, _, answer) = wire(&program.address, "POST", &parent, body).expect("an answer");
    assert_eq!(status, 200, "{answer}");
    let log = log_of(program);
    let taken = collector.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].line, "POST /v1/traces HTTP/1.1");
    assert_eq!(taken[0].headers["content-type"], "application/x-protobuf");
    assert_eq!(taken[0].headers["x-key"], "secret-7");
    assert!(!log.contains("secret-7"), "{log}");
    let spans = collector.spans();
    let [(resource, span)] = spans.as_slice() else { panic!("expected one span: {spans:#?}") };
    assert_eq!(resource["service.name"], "assistant");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(
        (hex(&span.trace_id), hex(&span.parent_span_id)),
        (TRACE.to_owned(), "00f067aa0ba902b7".to_owned())
    );
    assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
    let named = attributes(&span.attributes);
    let answer: Value = serde_json::from_str(&answer).expect("json");
    assert_eq!(named["gen_ai.response.id"], answer["id"].as_str().expect("an id"));
    assert_eq!(named["speech.receipt"], answer["provenance"]["receipt"].as_str().expect("an id"));
    for (name, value) in [
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.response.finish_reasons", "[stop]"),
        ("speech.verdict", "allow"),
        ("speech.action", "speak"),
        ("speech.authority", "tool"),
    ] {
        assert_eq!(named[name], value, "{named:#?}");
    }
}

#[test]
fn a_collector_that_refuses_or_is_not_there_changes_nothing() {
    let refuses = Collector::answering(400).address;
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    for address in [refuses, gone] {
        let directory = TempDir::new().expect("a directory");
        let soon = [("OTEL_EXPORTER_OTLP_TIMEOUT", "500")];
        let program = exporting(directory.path(), &address, &soon);
        let question = json!({ "model": "m", "messages": [{ "role": "user", "content": MARKER }] });
        ask(&program, "/v1/chat/completions", &question);
        let log = log_of(program);
        assert!(log.contains("BatchSpanProcessor.ExportError"), "nobody is told: {log}");
        assert!(!log.contains(MARKER), "{log}");
    }
}

#[test]
fn nothing_is_sent_when_it_is_switched_off() {
    let (directory, collector) = (TempDir::new().expect("a directory"), Collector::answering(200));
    let program = exporting(directory.path(), &collector.address, &[("OTEL_SDK_DISABLED", "true")]);
    let question = json!({ "model": "m", "messages": [{ "role": "user", "content": "hello" }] });
    ask(&program, "/v1/chat/completions", &question);
    log_of(program);
    assert_eq!(collector.taken().len(), 0);
}

#[test]
fn a_variable_that_cannot_be_used_stops_the_start() {
    let here = (ENDPOINT, "http://127.0.0.1:1");
    for wrong in [(ENDPOINT, "grpc://secret-7"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")] {
        let (code, said) = fails(&[], &[here, wrong]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("TRACES_MISCONFIGURED") && said.contains(wrong.0), "{said}");
        assert!(!said.contains("secret-7"), "{said}");
    }
}

#[test]
fn the_variables_stand_in_the_help() {
    let directory = TempDir::new().expect("a directory");
    let output = command(directory.path(), &["--help"]).output().expect("an end");
    let help = String::from_utf8_lossy(&output.stdout);
    for variable in [ENDPOINT, "OTEL_SERVICE_NAME", "OTEL_SDK_DISABLED"] {
        assert!(help.contains(variable), "{help}");
    }
}
