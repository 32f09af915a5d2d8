//! The gate as its callers see it, in each mode.

mod audit;
mod bad_input;
mod kill;
mod matrix;
mod paths;
mod races;
mod rows;
mod signals;
mod switch;
mod worker;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use assistant::app::App;
use assistant::gate::Gate;
use assistant::store::gate::Lease;
use assistant::web::Limits;
use mutation_gate::{GateMode, Tier};
use serde_json::{Value, json};

use crate::support::{Answer, Assistant, contract, store};

/// The moment at which every test begins, in milliseconds.
const START: i64 = 1_700_000_000_000;

/// An assistant behind a gate, at a time that stands still.
struct Behind {
    assistant: Assistant,
    app: App,
    clock: Arc<AtomicI64>,
}

async fn behind(mode: GateMode) -> Behind {
    let clock = Arc::new(AtomicI64::new(START));
    let (store, directory) = store().await;
    let time = Arc::clone(&clock);
    let gate = Gate {
        mode,
        actions: BTreeMap::from([
            ("site.deploy".to_owned(), Tier::B),
            ("site.erase".to_owned(), Tier::C),
        ]),
        clock: Arc::new(move || time.load(Ordering::SeqCst)),
    };
    let app = App::embedded(store, Limits::default(), contract()).behind(gate);
    Behind { assistant: Assistant::of(app.clone(), directory), app, clock }
}

impl Behind {
    fn at(&self, time: i64) {
        self.clock.store(time, Ordering::SeqCst);
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.assistant.post(path, body).await
    }

    /// A task with a question, in the queue.
    async fn create(&self, id: &str) {
        let body =
            json!({ "task_id": id, "run_id": format!("run-{id}"), "question": "What is 1 + 1?" });
        let answer = self.post("/api/tasks/create", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Takes the run of a task in the queue, as whoever is asked for.
    async fn claim(&self, id: &str, owner: &str, until: i64) -> Lease {
        let mut gated = self.assistant.store.begin_gated().await.expect("a transaction");
        let candidates = gated.candidates(self.now(), 100).await.expect("candidates");
        let candidate = candidates.iter().find(|one| one.task_id == id).expect("the task");
        let lease = gated.claim(candidate, owner, self.now(), until).await.expect("a store");
        gated.commit().await.expect("a store");
        lease.expect("a hold")
    }

    /// A task whose run is held.
    async fn held(&self, id: &str, owner: &str) -> Lease {
        self.create(id).await;
        self.claim(id, owner, self.now() + 60_000).await
    }

    async fn task(&self, id: &str) -> Value {
        let page = self.assistant.get("/api/tasks?limit=1000").await.json();
        let tasks = page["tasks"].as_array().expect("tasks");
        tasks.iter().find(|task| task["task_id"] == id).cloned().unwrap_or_default()
    }

    async fn audit(&self, query: &str) -> Vec<Value> {
        let answer = self.assistant.get(&format!("/api/audit?limit=1000&{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["decisions"].as_array().expect("decisions").clone()
    }

    /// Everything that is kept but for the record of decisions, with drawn ids left out.
    async fn kept(&self) -> String {
        let mut other = self.assistant.other_connection().await;
        let mut kept = String::new();
        for table in ["tasks", "run_events", "artifacts", "grants", "governance_signals"] {
            let rows = without_drawn(&other.dump(table).await);
            // What is drawn would order them.
            let mut rows: Vec<&str> = rows.lines().collect();
            rows.sort_unstable();
            kept += &format!("{table}\n{}\n", rows.join("\n"));
        }
        kept
    }
}

/// The text with an `x` in the place of each run of 32 hexadecimal digits: nothing else is drawn.
fn without_drawn(text: &str) -> String {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let (mut kept, mut run) = (String::new(), String::new());
    for character in text.chars().chain(['\n']) {
        if u8::try_from(character).is_ok_and(is_hex) {
            run.push(character);
            continue;
        }
        kept += if run.len() == 32 { "x" } else { &run };
        run.clear();
        kept.push(character);
    }
    kept
}

#[track_caller]
fn assert_denied(answer: &Answer, status: u16, reason: &str) {
    let body = answer.json();
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!((&body["ok"], &body["reason_code"]), (&json!(false), &json!(reason)), "{answer:?}");
    assert_eq!(body["enforcement_mode"], "enforce");
    assert!(body["context"].is_object(), "{answer:?}");
}
