//! `GET /status` as its readers see it.

use axum::http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};
use status_contract::{Contract, Manifest, Mode, Options, check};

use crate::support::{Answer, Assistant, assistant, request};

#[tokio::test]
async fn everything_that_the_contract_asks_for_is_stated() {
    let assistant = assistant().await;
    assistant.ask_with("hello", json!({ "require": "library" })).await;
    let before = jiff::Timestamp::now().as_millisecond();
    let status = assistant.get("/status").await.json();
    let time = |name: &str| status[name].as_i64().expect("a time");
    assert!(time("started_at") <= before && before <= time("generated_at"));
    let head = assistant.store.head_seen();
    let found = [
        ("system_mode", json!("full")),
        ("reasons", json!([])),
        ("latches", json!([])),
        ("store", json!("up")),
        ("library", json!("up")),
        ("upstream", json!("not_configured")),
        ("receipts", json!({ "head": head.hash(), "length": 1, "spooled": 0 })),
        ("rules", json!(speech_exit::receipt::RULES_SHA256)),
        ("build", json!(env!("CARGO_PKG_VERSION"))),
        ("gate_mode", json!("shadow")),
        ("policy_digest", Value::Null),
        ("governance_signals", json!([])),
    ];
    for (name, expected) in found {
        assert_eq!(status[name], expected, "{name}");
    }
    let refusals = json!({ "AUTHORITY_MISMATCH": 0, "CONTEXT_UNAVAILABLE": 1,
        "MODE_MISREPORTED": 0, "REFUSAL_CLAIMS_AUTHORITY": 0 });
    assert_eq!(status["refusals"], refusals);
    assert_eq!(status["owner_view"]["primary_owner_reason_code"], "STATE_SERVING");
}

fn assert_not_kept(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
}

#[tokio::test]
async fn it_is_read_with_get_or_head_and_kept_by_nobody() {
    let assistant = assistant().await;
    let read = assistant.get("/status").await;
    assert_eq!(read.header("content-type"), Some("application/json"));
    assert_eq!(read.header("vary"), Some("accept"));
    assert_not_kept(&read);
    let head = assistant.send(request(Method::HEAD, "/status", "")).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_not_kept(&head);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        let refused = assistant.send(request(method.clone(), "/status", "{}")).await;
        refused.assert_error(405, "METHOD_NOT_ALLOWED", None);
        assert_eq!(refused.header("allow"), Some("GET,HEAD"), "{method}");
        assert_not_kept(&refused);
    }
    invalid(&assistant).await;
    let withheld = assistant.get("/status").await;
    assert_eq!(withheld.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(withheld.header("content-type"), Some("application/json"));
    assert_not_kept(&withheld);
    let head = assistant.send(request(Method::HEAD, "/status", "")).await;
    assert_eq!(head.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_not_kept(&assistant.text_of("/status").await);
}

/// Makes the status one that may not be stated.
async fn invalid(assistant: &Assistant) {
    use speech_exit::receipt::{Ledger as _, Verdict};
    let mut receipt = crate::ledger::whole(1);
    let opening = receipt.opening.as_mut().expect("an opening");
    (opening.outcome, opening.code) = (Verdict::Deny, Some("NO_SUCH_CODE".to_owned()));
    let meters = assistant.app.meters().clone();
    let ledger = assistant::telemetry::Metered::new(assistant.store.clone(), meters);
    ledger.keep(receipt, None).await.expect("kept");
}

#[tokio::test]
async fn what_is_withheld_is_not_in_what_is_said_instead() {
    let assistant = assistant().await;
    assistant.ask("hello").await;
    invalid(&assistant).await;
    let answer = assistant.get("/status").await;
    let status = answer.json();
    assert_eq!(status["reasons"], json!(["STATUS_INVALID"]));
    assert_eq!((&status["store"], &status["receipts"]), (&json!("unknown"), &Value::Null));
    assert!(!answer.text.contains("OTHER") && !answer.text.contains("NO_SUCH_CODE"), "{answer:?}");
    assert_eq!(assistant.ask("hello").await.header("x-speech-mode"), Some("minimal"));
}

#[tokio::test]
async fn a_person_who_asks_for_text_reads_mode_and_reason_first() {
    let assistant = assistant().await;
    let said = assistant.text_of("/status").await;
    assert_eq!(said.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(said.text.starts_with("mode: full\nstate: STATE_SERVING: "), "{said:?}");
    assistant.store.close().await;
    assert!(assistant.store.ping().await.is_err());
    let said = assistant.text_of("/status").await;
    assert_eq!(said.status, StatusCode::OK);
    assert!(said.text.starts_with("mode: minimal\nwhy: STORE_DOWN: "), "{said:?}");
    for (accept, is_text) in [
        ("text/plain;q=0.9, application/json", true),
        ("application/json, text/plain", false),
        ("*/*", false),
        ("text/html, */*", false),
        ("text/*", false),
        ("", false),
    ] {
        let mut asking = request(Method::GET, "/status", "");
        asking.headers_mut().insert("accept", HeaderValue::from_static(accept));
        let media_type = assistant.send(asking).await;
        let media_type = media_type.header("content-type").expect("a media type").to_owned();
        assert_eq!(media_type.starts_with("text/plain"), is_text, "{accept}");
    }
}

#[tokio::test]
async fn a_status_of_an_hour_ago_is_not_valid_any_more() {
    let text = assistant().await.get("/status").await.text;
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/status/assistant/manifest.json");
    let manifest =
        Manifest::parse(&std::fs::read(path).expect("the contract")).expect("a manifest");
    let contract = Contract::new(manifest).expect("a contract");
    let at = |now| {
        let options = Options { mode: Mode::Exact, now: Some(now), prev: None };
        let report = check(&contract, text.as_bytes(), &options);
        report.findings().iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>()
    };
    let now = jiff::Timestamp::now().as_millisecond();
    assert_eq!(at(now), Vec::<&str>::new());
    assert_eq!(at(now + 3_600_000), ["AGE"]);
}
