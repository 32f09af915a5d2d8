//! What the status says while something is broken on purpose, and that answers are in the mode that it says.
//!
//! Every document that is seen on the way has to hold the contract, and to follow from the one before it.

mod database;
#[cfg(target_os = "linux")]
mod disk;
mod library;
mod restart;
mod unknown;
mod upstream;

use std::time::{Duration, Instant};

use axum::http::{Method, header};
use serde_json::{Value, json};
use status_contract::{Contract, Manifest, Mode, Options, check};

use crate::support::{Assistant, question_of, request, wire};

/// How long a change may take to show: one interval of the probe, the time that a write waits for a lock, and what a
/// busy machine adds.
pub(super) const SOON: Duration =
    assistant::status::INTERVAL.saturating_add(Duration::from_secs(2 + 5));

/// Less than anybody waits for a database that is held: who takes longer to say the status waited for it.
const AT_ONCE: Duration = Duration::from_millis(1_900);

/// What the status has to say. The latches are the least that there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    pub(super) mode: &'static str,
    pub(super) reason: Option<&'static str>,
    pub(super) latches: &'static [&'static str],
}

pub(super) const SERVING: Promise = Promise { mode: "full", reason: None, latches: &[] };

impl Promise {
    pub(super) const fn minimal(reason: &'static str, latches: &'static [&'static str]) -> Self {
        Self { mode: "minimal", reason: Some(reason), latches }
    }

    pub(super) const fn local_power(latches: &'static [&'static str]) -> Self {
        Self { mode: "local_power", reason: Some("UPSTREAM_DOWN"), latches }
    }

    fn is_kept_by(self, status: &Value) -> bool {
        let latches = status["latches"].as_array().cloned().unwrap_or_default();
        let has_latches = self.latches.iter().all(|latch| latches.contains(&json!(latch)));
        let is_free = self.reason.is_some() || latches.is_empty();
        let owner = self.reason.unwrap_or("STATE_SERVING");
        status["system_mode"] == self.mode
            && status["reasons"].get(0).and_then(Value::as_str) == self.reason
            && status["owner_view"]["primary_owner_reason_code"] == owner
            && has_latches
            && is_free
    }
}

/// Who is asked.
enum Asked<'a> {
    InProcess(&'a Assistant),
    /// By its address.
    Program(String),
}

/// A drill: who is asked, and the last status that was seen.
pub(super) struct Drill<'a> {
    asked: Asked<'a>,
    contract: Contract,
    last: Option<String>,
}

impl<'a> Drill<'a> {
    pub(super) fn of(assistant: &'a Assistant) -> Self {
        Self::asking(Asked::InProcess(assistant))
    }

    pub(super) fn of_program(address: &str) -> Self {
        Self::asking(Asked::Program(address.to_owned()))
    }

    fn asking(asked: Asked<'a>) -> Self {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/status/assistant/manifest.json");
        let manifest = std::fs::read(path).expect("the contract");
        let manifest = Manifest::parse(&manifest).expect("a manifest");
        Self { asked, contract: Contract::new(manifest).expect("a contract"), last: None }
    }

    /// The same, of the program that was started after the one before.
    pub(super) fn restarted(self, address: &str) -> Self {
        Self { asked: Asked::Program(address.to_owned()), ..self }
    }

    async fn exchanged(&self, method: Method, path: &str, body: &str) -> (u16, String, String) {
        match &self.asked {
            Asked::InProcess(assistant) => {
                let answer = assistant.send(request(method, path, body.to_owned())).await;
                let head: Vec<String> = answer
                    .headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
                    .collect();
                (answer.status.as_u16(), head.join("\r\n"), answer.text)
            }
            Asked::Program(address) => {
                let (address, path, body) = (address.clone(), path.to_owned(), body.to_owned());
                let sent = tokio::task::spawn_blocking(move || {
                    wire(&address, method.as_str(), &path, &body)
                });
                sent.await.expect("no panic").expect("an answer")
            }
        }
    }

    /// The status, which comes at once, is not kept by anybody, holds the contract and follows from the last.
    pub(super) async fn status(&mut self) -> Value {
        let started = Instant::now();
        let (code, head, text) = self.exchanged(Method::GET, "/status", "").await;
        let taken = started.elapsed();
        assert!(taken < AT_ONCE, "it waited for what is broken: {taken:?}");
        assert!(head.contains(&format!("{}: no-store", header::CACHE_CONTROL)), "{head}");
        let now = jiff::Timestamp::now().as_millisecond();
        let prev = self.last.as_deref().map(str::as_bytes);
        let options = Options { mode: Mode::Exact, now: Some(now), prev };
        let report = check(&self.contract, text.as_bytes(), &options);
        assert!(report.is_valid(), "{:#?}\n{text}\nafter\n{:?}", report.findings(), self.last);
        let status: Value = serde_json::from_str(&text).expect("json");
        let is_invalid = status["reasons"] == json!(["STATUS_INVALID"]);
        assert_eq!(code, if is_invalid { 503 } else { 200 }, "{text}");
        self.last = Some(text);
        status
    }

    /// Waits until the status says what it has to say and an answer at once after it is in the same mode. An answer
    /// may come in between two modes, so the next reading of both counts.
    pub(super) async fn shows(&mut self, promise: Promise) -> Value {
        let until = Instant::now() + SOON;
        loop {
            let status = self.status().await;
            if promise.is_kept_by(&status) && self.answers_in(promise.mode).await {
                return status;
            }
            assert!(Instant::now() < until, "expected {promise:?}, found {status:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn answers_in(&self, mode: &str) -> bool {
        let question = question_of("what is 17 * 23?").to_string();
        let (code, head, text) =
            self.exchanged(Method::POST, "/v1/chat/completions", &question).await;
        let answer: Value = serde_json::from_str(&text).expect("json");
        assert_eq!(code, 200, "{text}");
        let said = answer["provenance"]["system_mode"].as_str().unwrap_or_default();
        assert!(head.contains(&format!("x-speech-mode: {said}")), "{head}");
        said == mode
    }
}

/// How many receipts there are, in the chain and beside it.
pub(super) fn receipts(status: &Value) -> u64 {
    let count = |name: &str| status["receipts"][name].as_u64().expect("a number");
    count("length") + count("spooled")
}
