//! The verdict for backends in other languages.

use axum::http::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{assistant, request};

fn case(authority: &str) -> Value {
    json!({
        "response": { "kind": "answer", "authority": authority, "system_mode": "full" },
        "trace": { "sources": [{ "source": "library" }], "required_but_missing": [], "system_mode": "full" },
    })
}

#[tokio::test]
async fn an_allow_is_bound_to_the_bytes_that_came_in() {
    let body = format!(" {} ", case("memory"));
    let digest: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = assistant().await.send(request(Method::POST, "/v1/enforce", body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text, format!(r#"{{"outcome":"allow","request_sha256":"{digest}"}}"#));
}

#[tokio::test]
async fn a_deny_and_a_malformed_case_have_statuses_of_their_own() {
    let assistant = assistant().await;
    let denied = assistant.post("/v1/enforce", &case("tool")).await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.text, r#"{"outcome":"deny","code":"AUTHORITY_MISMATCH"}"#);
    let malformed = assistant.post("/v1/enforce", &case("robot")).await;
    assert_eq!(malformed.status, 422);
    assert_eq!(malformed.json()["code"], "UNKNOWN_VALUE");
    assert_eq!(malformed.json()["pointer"], "/response/authority");
    let empty = assistant.send(request(Method::POST, "/v1/enforce", "")).await;
    assert_eq!((empty.status.as_u16(), empty.json()["code"].as_str()), (422, Some("NOT_JSON")));
}

#[tokio::test]
async fn a_case_over_one_mebibyte_is_malformed_as_too_large() {
    let assistant = assistant().await;
    let padded = |bytes: usize| {
        let case = case("memory").to_string();
        let spaces = " ".repeat(bytes - case.len());
        case + &spaces
    };
    let fits = assistant.send(request(Method::POST, "/v1/enforce", padded(1 << 20))).await;
    assert_eq!(fits.status, 200);
    let over = assistant.send(request(Method::POST, "/v1/enforce", padded((1 << 20) + 1))).await;
    assert_eq!(over.status, 413);
    assert_eq!(over.json()["outcome"], "malformed");
    assert_eq!(over.json()["code"], "TOO_LARGE");
}
