//! The description of the interface, held against the routes.

use std::collections::BTreeSet;

use assistant::app;
use serde_json::Value;

use crate::support::assistant;

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
