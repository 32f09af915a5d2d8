//! The program with an upstream.

use std::io::Read as _;

use serde_json::Value;
use tempfile::TempDir;

use super::scripted::Scripted;
use super::{SECRET, until};
use crate::program::fails;
use crate::support::{Program, command, started, wire};

#[test]
fn half_a_configuration_does_not_start() {
    let url = ("UPSTREAM_URL", "http://127.0.0.1:9/v1");
    let model = ("UPSTREAM_MODEL", "m");
    let key = ("UPSTREAM_KEY_ENV", "NO_SUCH_VARIABLE");
    let table = [
        (vec![url], "UPSTREAM_MODEL_MISSING"),
        (vec![model], "UPSTREAM_URL_MISSING"),
        (vec![key], "UPSTREAM_URL_MISSING"),
        (vec![("UPSTREAM_URL", "ftp://h"), model], "UPSTREAM_URL_UNUSABLE"),
        (vec![("UPSTREAM_URL", "http://u:sk-not-to-be-seen@h"), model], "UPSTREAM_URL_UNUSABLE"),
        (vec![url, model, key], "UPSTREAM_KEY_MISSING"),
        (vec![url, model, ("UPSTREAM_KEY_ENV", SECRET)], "UPSTREAM_KEY_MISSING"),
        (vec![url, model, ("UPSTREAM_KEY_ENV", "K"), ("K", "")], "UPSTREAM_KEY_MISSING"),
        (vec![url, model, ("UPSTREAM_KEY_ENV", "K"), ("K", "a\nb")], "UPSTREAM_KEY_UNUSABLE"),
        (vec![url, model, ("UPSTREAM_KEY", SECRET)], "UNKNOWN_VARIABLE"),
        (vec![("UPSTREAM_UR", "x")], "UNKNOWN_VARIABLE"),
        (vec![url, model, ("UPSTREAM_IDLE_TIMEOUT_MS", "0")], "UPSTREAM_IDLE_TIMEOUT_MS"),
    ];
    for (variables, expected) in table {
        let (code, said) = fails(&[], &variables);
        assert_eq!(code, Some(2), "{expected}: {said}");
        let said_of_option = said.replace("--upstream-idle-timeout-ms", "UPSTREAM_IDLE_TIMEOUT_MS");
        assert!(said_of_option.contains(expected), "{expected}: {said}");
        assert!(!said.contains(SECRET), "{said}");
    }
}

pub(crate) fn with_upstream(directory: &TempDir, scripted: &Scripted) -> Program {
    let mut command = command(directory.path(), &[]);
    command.env("UPSTREAM_URL", scripted.url()).env("UPSTREAM_MODEL", "m");
    // The named variable may have our prefix, and is no unknown one then.
    command.env("UPSTREAM_KEY_ENV", "UPSTREAM_SECRET").env("UPSTREAM_SECRET", SECRET);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(proxy, "http://127.0.0.1:9");
    }
    started(command)
}

fn seen_of(program: &Program) -> Value {
    let (_, _, body) = wire(&program.address, "GET", "/status", "").expect("a status");
    let status: Value = serde_json::from_str(&body).expect("json");
    Value::from(vec![status["upstream"].clone(), status["system_mode"].clone()])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mode_follows_the_upstream_and_no_proxy_is_in_between() {
    let scripted = Scripted::new([]).await;
    scripted.list_models_with(403);
    let directory = TempDir::new().expect("a directory");
    let mut program = with_upstream(&directory, &scripted);
    until("it is probed", async || scripted.asked_at("/v1/models").len() >= 2).await;
    assert_eq!(seen_of(&program), serde_json::json!(["down", "local_power"]));
    scripted.list_models_with(200);
    until("it is up", async || seen_of(&program) == serde_json::json!(["up", "full"])).await;
    let key = scripted.asked_at("/v1/models")[0].headers["authorization"].clone();
    assert_eq!(key, format!("Bearer {SECRET}"));

    program.child.kill().expect("its end");
    let mut log = String::new();
    program.child.stderr.take().expect("a log").read_to_string(&mut log).expect("a log");
    assert_eq!(log.matches("UPSTREAM_KEY_REFUSED").count(), 1, "said once: {log}");
    assert!(log.contains("the upstream answers"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}
