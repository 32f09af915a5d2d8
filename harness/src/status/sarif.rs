//! A look as a SARIF 2.1.0 log.

use serde_json::{Value, json};
use status_contract::{Code, Finding};

use super::tell::{Look, Seen};
use super::text;
use super::words::one_line;
use crate::report::End;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// So much is shown in a message, in bytes.
const MESSAGE_MAX_BYTES: usize = 600;

/// The log: each code and each rule of the contract is a rule of it, each finding a result.
#[must_use]
pub(super) fn log(look: &Look<'_>) -> Value {
    let rules = rules(look);
    let results = match &look.seen {
        Ok(seen) => {
            let findings = seen.report.findings().iter();
            findings.map(|finding| result(look, seen, finding, &rules)).collect()
        }
        Err(_) => Vec::new(),
    };
    let mut invocation = json!({
        "executionSuccessful": look.end() != End::Unchecked,
        "exitCode": look.end() as u8,
    });
    if let (Err(words), Some(members)) = (&look.seen, invocation.as_object_mut()) {
        let notification = json!({"level": "error", "message": {"text": words}});
        members.insert("toolExecutionNotifications".to_owned(), json!([notification]));
    }
    let descriptors: Vec<_> = rules.into_iter().map(|(_, descriptor)| descriptor).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "harness status",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })
}

/// The id of each rule of the log, and its descriptor.
fn rules(look: &Look<'_>) -> Vec<(String, Value)> {
    let manifest = look.contract.contract.manifest();
    let codes = Code::ALL.iter().map(|code| (code.as_str(), None));
    let rules = manifest.rules.iter().chain(&manifest.transitions);
    let rules = rules.map(|rule| (rule.id.as_str(), rule.says.as_deref()));
    codes
        .chain(rules)
        .map(|(id, says)| {
            let text = says.map_or_else(|| id.replace('_', " ").to_lowercase(), str::to_owned);
            let level = json!({"level": "error"});
            let descriptor =
                json!({"id": id, "shortDescription": {"text": text}, "defaultConfiguration": level});
            (id.to_owned(), descriptor)
        })
        .collect()
}

fn result(look: &Look<'_>, seen: &Seen, finding: &Finding, rules: &[(String, Value)]) -> Value {
    let Finding { code, rule, pointer, expected, found, .. } = finding;
    let id = rule.as_deref().unwrap_or(code.as_str());
    let place = if pointer.is_empty() { "the document" } else { pointer };
    let text = format!("{code} {place}: expected {expected}, found {found}");
    json!({
        "ruleId": id,
        "ruleIndex": rules.iter().position(|(known, _)| known == id),
        "level": "error",
        "message": {"text": one_line(&text, MESSAGE_MAX_BYTES)},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(look.source)},
                "region": region(&seen.document, finding.span),
            },
            "logicalLocations": [{"fullyQualifiedName": pointer, "kind": "member"}],
        }],
    })
}

fn region(document: &[u8], span: (usize, usize)) -> Value {
    let range = text::within(document, span);
    let start = text::place(document, range.start);
    let end = text::place(document, range.end);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "charOffset": start.scalars,
        "charLength": end.scalars - start.scalars,
        "byteOffset": range.start,
        "byteLength": range.len(),
    })
}

/// The source as a reference: an address as it is, a file by its path with what has to be escaped.
fn uri(source: &str) -> String {
    if source.starts_with("http://") || source.starts_with("https://") {
        return source.to_owned();
    }
    let escaped = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let root = if source.starts_with('/') { "file://" } else { "" };
    root.chars().map(String::from).chain(source.bytes().map(escaped)).collect()
}
