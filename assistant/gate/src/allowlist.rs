//! The routes of the assistant, as far as the gate knows them.

use crate::class::MutationClass::{
    self, ArtifactEmit, GrantChange, PolicyChange, SignalRecord, TaskCancel, TaskComplete,
    TaskCreate, TaskDelegate, TaskFail,
};
use crate::routes::{Effect, Route};

const READ_WITH_GET: &str = "it is read with GET";
const KEEPS_THE_EXCHANGE: &str = "it keeps the exchange as memory and changes no task";
const LIBRARY: &str = "the library is no class of the gate";

/// The allowlist. A mutation that stands in no row is denied.
pub const ROUTES: &[Route] = &[
    mutates("POST", "/api/tasks/create", TaskCreate),
    mutates("POST", "/api/tasks-mutations/delegate-taskspec", TaskDelegate),
    mutates("POST", "/api/tasks/complete", TaskComplete),
    mutates("POST", "/api/tasks/fail", TaskFail),
    mutates("POST", "/api/tasks/cancel", TaskCancel),
    mutates("POST", "/api/artifacts", ArtifactEmit),
    mutates("POST", "/api/grants", GrantChange),
    mutates("POST", "/governance/signals", SignalRecord),
    mutates("POST", "/policy_packs", PolicyChange),
    mutates("POST", "/policy_packs/{key}/{version}/deprecate", PolicyChange),
    mutates("PUT", "/projects/{id}/policy", PolicyChange),
    mutates("POST", "/projects/{id}/clarifications/{key}", PolicyChange),
    reads("POST", "/v1/chat/completions", KEEPS_THE_EXCHANGE),
    reads("POST", "/v1/responses", KEEPS_THE_EXCHANGE),
    reads("POST", "/v1/enforce", "it decides about what it is sent and keeps nothing"),
    reads("POST", "/v1/library/documents", LIBRARY),
    reads("DELETE", "/v1/library/documents/{id}", LIBRARY),
    reads("GET", "/api/tasks", READ_WITH_GET),
    reads("GET", "/api/runs", READ_WITH_GET),
    reads("GET", "/api/audit", READ_WITH_GET),
    reads("GET", "/governance/signals", READ_WITH_GET),
];

const fn mutates(method: &'static str, path: &'static str, class: MutationClass) -> Route {
    Route { method, path, effect: Effect::Mutates(class) }
}

const fn reads(method: &'static str, path: &'static str, reason: &'static str) -> Route {
    Route { method, path, effect: Effect::Reads(reason) }
}
