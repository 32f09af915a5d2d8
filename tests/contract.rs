//! The manifest and the code say the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assistant::app::{self, App, Server};
use assistant::status::{Board, StatusContract};
use assistant::store::Store;
use assistant::web::Limits;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use jsonschema::Validator;
use serde_json::{Value, json};
use speech_exit::{
    Claims, Draft, Effect, Envelope, Exit, Label, Recorder, Refused, Routes, Spoken, speak,
};
use speech_harness::checks::contract::codes;
use speech_harness::fixtures::{self, FIXTURES, Fixture, REJECTS, Reject};
use speech_harness::manifest::{MANIFEST, Manifest};
use speech_kernel::{Authority, SystemMode};

use crate::serve::{Answer, get, send};
use crate::{kept, root};

#[test]
fn the_code_has_what_the_manifest_says() {
    kept("words");
    kept("codes");
    kept("limits");
}

#[test]
fn the_manifest_tells_the_rules_as_the_decision_table_has_them() {
    kept("rules");
}

#[test]
fn the_schemas_are_those_that_the_manifest_gives() {
    assert_eq!(kept("schemas"), 2);
}

#[test]
fn a_code_an_enum_or_a_rule_changes_with_the_version_only() {
    kept("version");
}

#[test]
fn the_readme_of_the_kernel_has_the_rules() {
    kept("readme");
}

pub(crate) fn schema(name: &str) -> Validator {
    let text = fs::read(root().join(format!("contracts/speech/{name}.schema.json"))).unwrap();
    let schema: Value = serde_json::from_slice(&text).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn each_fixture_fits_the_schemas() {
    let (response, trace) = (schema("response"), schema("trace"));
    for (file, fixture) in fixtures::read::<Fixture>(&root(), FIXTURES).unwrap() {
        assert!(response.is_valid(&fixture.response), "{file}");
        assert!(trace.is_valid(&fixture.trace), "{file}");
    }
}

/// A schema sees values: no duplicate key, no trailing byte, and nothing around the two objects.
#[test]
fn each_reject_that_a_schema_can_express_fits_none() {
    let (response, trace) = (schema("response"), schema("trace"));
    let mut expressed = 0;
    for (file, reject) in fixtures::read::<Reject>(&root(), REJECTS).unwrap() {
        let place = &reject.malformed;
        let schema = match place.pointer.split('/').nth(1) {
            Some("response") => &response,
            Some("trace") => &trace,
            _ => continue,
        };
        let input: Value = serde_json::from_str(&reject.input).unwrap();
        let member = place.pointer.split('/').nth(1).and_then(|name| input.get(name));
        if let Some(member) = member.filter(|_| place.code != "DUPLICATE_KEY") {
            assert!(!schema.is_valid(member), "{file}");
            expressed += 1;
        }
    }
    assert!(expressed >= 30, "{expressed}");
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn another_status_in_the_manifest_is_found() {
    let copy = folder("statuses");
    fs::create_dir_all(copy.join("contracts/speech")).unwrap();
    let text = fs::read_to_string(root().join(MANIFEST)).unwrap();
    for (status, other) in [("403", "451"), ("422", "400"), ("413", "400")] {
        let changed =
            text.replacen(&format!("\"http\": {status}"), &format!("\"http\": {other}"), 1);
        assert_ne!(changed, text, "{status} stands in the manifest");
        fs::write(copy.join(MANIFEST), changed).unwrap();
        assert_eq!(codes(&copy).unwrap().broken.len(), 1, "{status}");
    }
}

/// The status of a code, by the manifest.
fn status(manifest: &Manifest, code: &Value) -> u16 {
    let codes = manifest.codes.iter().map(|entry| (&entry.code, entry.http));
    let faults = manifest.malformed.iter().map(|entry| (&entry.code, entry.http));
    let mut found = codes.chain(faults).filter(|(known, _)| *known == code);
    found.next().unwrap_or_else(|| panic!("{code} stands in the manifest")).1
}

async fn server(name: &str) -> Server {
    let store = Store::open(&folder(name), Arc::new(Board::new())).await.expect("a store");
    let contract = StatusContract::embedded().expect("a contract");
    app::build(App::embedded(store, Limits::default(), contract)).expect("a table")
}

async fn enforced(server: &Server, case: String) -> Answer {
    let request = Request::post("/v1/enforce")
        .header("host", "localhost:8787")
        .header("content-type", "application/json");
    send(server.clone(), request.body(Body::from(case)).expect("a request")).await
}

#[tokio::test]
async fn the_server_answers_a_case_with_the_status_of_its_code() {
    let manifest = Manifest::read(&root()).unwrap();
    let server = server("enforce").await;
    for (file, fixture) in fixtures::read::<Fixture>(&root(), FIXTURES).unwrap() {
        let answer = enforced(&server, fixture.input()).await;
        let code = &fixture.verdict["code"];
        let expected = if code.is_null() { 200 } else { status(&manifest, code) };
        assert_eq!(answer.status.as_u16(), expected, "{file}");
    }
    for (file, reject) in fixtures::read::<Reject>(&root(), REJECTS).unwrap() {
        let answer = enforced(&server, reject.input).await;
        let expected = status(&manifest, &json!(reject.malformed.code));
        assert_eq!(answer.status.as_u16(), expected, "{file}");
    }
    let large = enforced(&server, " ".repeat(manifest.limits.case_bytes + 1)).await;
    assert_eq!(large.status.as_u16(), status(&manifest, &json!("TOO_LARGE")));
}

/// What a draft outside of any vendor's protocol leaves as that breaks one rule.
macro_rules! denied {
    ($require:expr, $draft:expr) => {{
        async fn handler(mut recorder: Recorder) -> Result<Spoken, Refused> {
            for label in $require {
                recorder.require(label).expect("a registered label");
            }
            speak($draft, recorder.seal())
        }
        let exit = Exit::new(|| SystemMode::Full, [Label::library()]);
        let table = Routes::new().speaks(Method::GET, "/", Effect::Reads("a test"), handler);
        get(table.guarded((), &exit, |router| router).expect("a table"), "/").await
    }};
}

fn answer(authority: Authority, system_mode: SystemMode) -> Draft {
    Draft::answer(Envelope::Plain, &json!({}), Claims { authority, system_mode })
}

fn boast() -> Draft {
    let claims = Claims { authority: Authority::Tool, system_mode: SystemMode::Full };
    Draft::refusal_claiming(Envelope::Plain, "no", claims)
}

#[tokio::test]
async fn what_is_denied_leaves_as_the_manifest_says() {
    let manifest = Manifest::read(&root()).unwrap();
    let left = [
        denied!([""; 0], answer(Authority::Tool, SystemMode::Full)),
        denied!(["library"], answer(Authority::System, SystemMode::Full)),
        denied!([""; 0], answer(Authority::System, SystemMode::Minimal)),
        denied!([""; 0], boast()),
    ];
    assert_eq!(left.len(), manifest.codes.len());
    for (answer, code) in left.iter().zip(&manifest.codes) {
        assert_eq!(answer.header("x-speech-code"), Some(code.code.as_str()));
        assert_eq!(answer.status.as_u16(), code.http, "{}", code.code);
        let retry = code.retry.to_string();
        assert_eq!(answer.header("x-should-retry"), Some(retry.as_str()), "{}", code.code);
        let body = answer.json();
        let said = body["refusal"].as_str().unwrap_or_default();
        assert!(said.starts_with(&code.refusal), "{}: {said}", code.code);
    }
}
