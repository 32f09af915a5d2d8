//! The description of the interface, held against the routes.

use std::collections::{BTreeMap, BTreeSet};

use assistant::app;
use assistant::gate::Gate;
use axum::http::Method;
use mutation_gate::GateMode;
use serde_json::{Value, json};
use speech_exit::receipt::Ledger as _;

use crate::remote::{Road, call, remote};
use crate::support::{Answer, Assistant, assistant, question_of, request};

#[tokio::test]
async fn every_route_is_described_and_nothing_else_is() {
    let description = assistant().await.get("/openapi.json").await.json();
    let paths = description["paths"].as_object().expect("paths");
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(|item| item.keys());
            methods.map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let routes = app::routes();
    let served: BTreeSet<(String, String)> =
        routes.rows().iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect();
    assert_eq!(described, served);
    assert!(!served.is_empty());
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let description = assistant().await.get("/openapi.json").await.json();
    let mut references = Vec::new();
    collect(&description, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("a reference into the description");
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str().filter(|_| key == "$ref") {
                    Some(reference) => references.push(reference.to_owned()),
                    None => collect(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[tokio::test]
async fn models_and_health_are_listed_plainly() {
    let assistant = assistant().await;
    let models = assistant.get("/v1/models").await.json();
    assert_eq!(models["object"], "list");
    assert_eq!(models["data"][0]["object"], "model");
    assert_eq!(assistant.get("/healthz").await.text, r#"{"status":"ok"}"#);
}

/// The schema of a response's body, with nothing allowed that it does not name.
fn schema_of(description: &Value, operation: &str, status: u16) -> Value {
    let (method, path) = operation.split_once(' ').expect("a method and a path");
    let response = &description["paths"][path][method.to_lowercase()]["responses"];
    let response = &response[status.to_string()];
    assert!(response.is_object(), "{operation} {status} is not described");
    let mut schema = response["content"]["application/json"]["schema"].clone();
    assert!(schema.is_object(), "{operation} {status} has no schema");
    let mut components = description["components"].clone();
    close(&mut components, false);
    close(&mut schema, false);
    schema["components"] = components;
    schema
}

/// A part of `allOf` stays open to what the other parts name.
fn close(schema: &mut Value, is_part: bool) {
    match schema {
        Value::Object(members) => {
            let is_object = members.contains_key("properties") || members.contains_key("allOf");
            for (key, value) in members.iter_mut() {
                close(value, key == "allOf");
            }
            if is_object && !is_part {
                members.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| close(item, is_part)),
        _ => {}
    }
}

#[track_caller]
fn assert_described(description: &Value, operation: &str, answer: &Answer) {
    let schema = schema_of(description, operation, answer.status.as_u16());
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let body = answer.json();
    let errors: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{operation} {}: {errors:#?}\n{body:#}", answer.status);
}

#[tokio::test]
async fn what_is_answered_is_what_is_described() {
    let assistant = assistant().await;
    let description = assistant.get("/openapi.json").await.json();
    let id = assistant.add("Doors", "A door is a hole in a wall.").await;
    let receipt = crate::ledger::id(1);
    assistant.store.keep(crate::ledger::whole(1), None).await.expect("kept");
    let (chat, documents, enforce) =
        ("POST /v1/chat/completions", "/v1/library/documents", "POST /v1/enforce");
    let case = |authority: &str| {
        json!({ "response": { "kind": "answer", "authority": authority, "system_mode": "full" },
            "trace": { "sources": [], "required_but_missing": [], "system_mode": "full" } })
    };
    let unnamed = async |method: Method, path: &str| {
        let mut request = request(method, path, "{}");
        request.headers_mut().insert("host", "evil.example".parse().expect("a header"));
        assistant.send(request).await
    };
    let denied = assistant.ask_with("hello", json!({ "require": ["library"] })).await;
    denied.assert_refused_for("CONTEXT_UNAVAILABLE");
    let table = [
        (chat.to_owned(), assistant.ask("What is a door?").await),
        (chat.to_owned(), assistant.ask("what is 1/0?").await),
        (chat.to_owned(), denied),
        (chat.to_owned(), assistant.chat(&json!({})).await),
        (chat.to_owned(), assistant.get("/v1/chat/completions").await),
        (chat.to_owned(), unnamed(Method::POST, "/v1/chat/completions").await),
        (chat.to_owned(), assistant.ask(&"x".repeat(1 << 20)).await),
        (format!("GET {documents}"), assistant.get(documents).await),
        (format!("GET {documents}"), assistant.get(&format!("{documents}?limit=0")).await),
        (format!("GET {documents}/{{id}}"), assistant.get(&format!("{documents}/{id}")).await),
        (format!("GET {documents}/{{id}}"), assistant.get(&format!("{documents}/doc_1")).await),
        (
            format!("POST {documents}"),
            assistant.post(documents, &json!({ "title": "t", "text": "x" })).await,
        ),
        (format!("POST {documents}"), assistant.post(documents, &json!({})).await),
        (enforce.to_owned(), assistant.post("/v1/enforce", &case("system")).await),
        (enforce.to_owned(), assistant.post("/v1/enforce", &case("tool")).await),
        (enforce.to_owned(), assistant.post("/v1/enforce", &json!([])).await),
        (enforce.to_owned(), unnamed(Method::POST, "/v1/enforce").await),
        ("GET /receipts".to_owned(), assistant.get("/receipts").await),
        ("GET /receipts".to_owned(), assistant.get("/receipts?limit=0").await),
        ("GET /receipts/{id}".to_owned(), assistant.get(&format!("/receipts/{receipt}")).await),
        ("GET /receipts/{id}".to_owned(), assistant.get("/receipts/x").await),
        ("GET /status".to_owned(), assistant.get("/status").await),
        ("GET /status".to_owned(), unnamed(Method::GET, "/status").await),
        ("GET /healthz".to_owned(), assistant.get("/healthz").await),
        ("GET /v1/models".to_owned(), assistant.get("/v1/models").await),
    ];
    for (operation, answer) in &table {
        assert_described(&description, operation, answer);
    }
    assistant.store.close().await;
    for path in [documents.to_owned(), format!("{documents}/{{id}}")] {
        let answer = assistant.get(&path).await;
        assert_eq!(answer.status, 503);
        assert_described(&description, &format!("GET {path}"), &answer);
    }
    let minimal = assistant.ask("What is a door?").await;
    assert_described(&description, chat, &minimal);
}

#[tokio::test]
async fn what_the_gate_answers_is_described() {
    let assistant = assistant().await;
    let description = assistant.get("/openapi.json").await.json();
    let (create, cancel) = ("/api/tasks/create", "/api/tasks/cancel");
    let task = json!({ "task_id": "t", "question": "What is 1 + 1?" });
    let artifact = json!({ "task_id": "t", "name": "n", "content": "c" });
    let grant = json!({ "allow": ["a"], "scope": { "task_id": "t" }, "expires_at": 1 });
    let signal = json!({ "type": "CI_STATUS", "scope": "s", "decision": "CLEAN", "reason": "r",
        "constraints": { "a": 1 } });
    let unknown = json!({ "task_id": "u" });
    let emitted = assistant.post("/api/artifacts", &artifact).await;
    emitted.assert_error(404, "RUN_UNKNOWN", None);
    let created = assistant.post(create, &task).await;
    let emitted = assistant.post("/api/artifacts", &artifact).await;
    let said = format!("/api/artifacts/{}", emitted.json()["id"].as_str().expect("an id"));
    let mut table = vec![
        (format!("POST {create}"), created),
        (format!("POST {create}"), assistant.post(create, &task).await),
        (format!("POST {create}"), assistant.post(create, &json!([])).await),
        (format!("POST {cancel}"), assistant.post(cancel, &unknown).await),
        (format!("POST {cancel}"), assistant.post(cancel, &json!({ "task_id": "t" })).await),
        ("POST /api/artifacts".to_owned(), emitted),
        ("POST /api/grants".to_owned(), assistant.post("/api/grants", &grant).await),
        (
            "POST /governance/signals".to_owned(),
            assistant.post("/governance/signals", &signal).await,
        ),
        ("GET /api/artifacts/{id}".to_owned(), assistant.get(&said).await),
        ("GET /api/artifacts/{id}".to_owned(), assistant.get("/api/artifacts/x").await),
    ];
    for path in ["/api/tasks", "/api/runs", "/api/audit", "/governance/signals"] {
        table.push((format!("GET {path}"), assistant.get(path).await));
        table.push((format!("GET {path}"), assistant.get(&format!("{path}?limit=0")).await));
    }
    let enforcing = assistant.app.behind(Gate::new(GateMode::Enforce, BTreeMap::new()));
    let nowhere = tempfile::TempDir::new().expect("a directory");
    let enforcing = Assistant::of(enforcing, nowhere);
    table.push((format!("POST {create}"), enforcing.post(create, &task).await));
    table.push((format!("POST {cancel}"), enforcing.post(cancel, &unknown).await));
    for (operation, answer) in &table {
        assert_described(&description, operation, answer);
    }
}

#[tokio::test]
async fn every_end_of_a_response_is_described() {
    let assistant = assistant().await;
    let description = assistant.get("/openapi.json").await.json();
    assistant.add("Doors", "A door is a hole in a wall.").await;
    let respond = async |member: &str, value: Value| {
        let mut body = json!({ "model": "m", "input": "What is a door?" });
        body[member] = value;
        assistant.post("/v1/responses", &body).await
    };
    for (member, value, status, end) in [
        ("store", json!(true), 200, "\"start_index\""),
        ("store", json!(false), 200, "\"conversation\":null"),
        ("max_output_tokens", json!(2), 200, "\"incomplete\""),
        ("metadata", json!({ "require": "memory" }), 200, "\"missing\""),
        ("previous_response_id", json!("resp_1"), 422, "OPAQUE_CONTEXT"),
        ("input", json!("x".repeat(1 << 20)), 413, "TOO_LARGE"),
    ] {
        let answer = respond(member, value).await;
        assert!(answer.status == status && answer.text.contains(end), "{answer:?}");
        assert_described(&description, "POST /v1/responses", &answer);
    }
    let unread = assistant.get("/v1/responses").await;
    assert_described(&description, "POST /v1/responses", &unread);
    assistant.store.close().await;
    let minimal = respond("store", json!(true)).await;
    assert_described(&description, "POST /v1/responses", &minimal);
}

#[tokio::test]
async fn calls_of_a_clients_tools_are_described_too() {
    let calls = json!([call("a", "weather", "{}"), call("b", "weather", "{}")]);
    for (road, content) in [(Road::Chat, None), (Road::Responses, Some("Wait."))] {
        let message = json!({ "content": content, "tool_calls": calls });
        let remote = remote([road.act(&message, "tool_calls", None)]).await;
        let mut asking = road.asking("How is the weather?");
        let function = json!({ "name": "weather", "parameters": {} });
        asking["tools"] = match road {
            Road::Chat => json!([{ "type": "function", "function": function }]),
            _ => json!([{ "type": "function", "name": "weather", "parameters": {} }]),
        };
        let answer = remote.assistant.post(road.path(), &asking).await;
        assert!(answer.text.contains("weather"), "{answer:?}");
        let description = remote.assistant.get("/openapi.json").await.json();
        assert_described(&description, &format!("POST {}", road.path()), &answer);
    }
}

#[tokio::test]
async fn every_header_of_an_answer_that_the_exit_writes_is_described() {
    let assistant = assistant().await;
    let description = assistant.get("/openapi.json").await.json();
    let responses = &description["paths"]["/v1/chat/completions"]["post"]["responses"];
    let described = responses["200"]["headers"].as_object().expect("headers");
    let described: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    let answer = assistant.chat(&question_of("hello")).await;
    let denied = assistant.ask_with("hello", json!({ "require": "library" })).await;
    let names = answer.headers.keys().chain(denied.headers.keys()).map(|name| name.as_str());
    let written: BTreeSet<&str> = names.filter(|name| name.starts_with("x-s")).collect();
    assert_eq!(written, described);
}

#[tokio::test]
async fn every_operation_says_what_the_rules_around_it_answer() {
    let description = assistant().await.get("/openapi.json").await.json();
    for row in app::routes().rows() {
        let method = row.method.as_str().to_lowercase();
        let operation = &description["paths"][row.path][&method];
        for status in ["400", "403", "405", "500", "503"] {
            assert!(operation["responses"][status].is_object(), "{method} {} {status}", row.path);
        }
        let has_body = operation["requestBody"].is_object();
        assert_eq!(operation["responses"]["408"].is_object(), has_body, "{method} {}", row.path);
    }
}
