//! JSON Schemas of the wire form, generated from the manifest, never the reverse.

use serde_json::{Value, json};

use crate::manifest::Manifest;

/// Where the schemas stand, and what belongs there.
#[must_use]
pub fn files(manifest: &Manifest) -> [(&'static str, String); 2] {
    [
        ("contracts/speech/response.schema.json", text(&response(manifest))),
        ("contracts/speech/trace.schema.json", text(&trace(manifest))),
    ]
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

fn response(manifest: &Manifest) -> Value {
    let enums = &manifest.enums;
    object(
        "What a response claims about itself",
        &json!({
            "kind": { "enum": enums.kind },
            "authority": { "enum": enums.authority },
            "system_mode": { "enum": enums.system_mode },
        }),
        &["kind", "authority", "system_mode"],
    )
}

fn trace(manifest: &Manifest) -> Value {
    let source = json!({
        "type": "object",
        "properties": {
            "source": { "type": "string", "pattern": source_pattern(manifest) },
            "identifier": { "type": "string" },
        },
        "required": ["source"],
        "additionalProperties": false,
    });
    object(
        "What was recorded while a response came about",
        &json!({
            "sources": { "type": "array", "items": source },
            "required_but_missing": { "type": "array", "items": { "type": "string", "minLength": 1 } },
            "system_mode": { "enum": manifest.enums.system_mode },
        }),
        &["sources", "required_but_missing", "system_mode"],
    )
}

fn object(title: &str, properties: &Value, required: &[&str]) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn source_pattern(manifest: &Manifest) -> String {
    let name = manifest.tool_name.pattern.trim_start_matches('^').trim_end_matches('$');
    let labels: Vec<_> =
        manifest.enums.source.iter().map(|label| label.replace("<name>", name)).collect();
    format!("^({})$", labels.join("|"))
}
