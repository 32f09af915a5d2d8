//! The status document: plain data from plain facts.

use std::collections::BTreeMap;

use mutation_gate::{GateMode, SignalType};
use speech_exit::receipt::{Head, RULES_SHA256};
use speech_kernel::SystemMode;

use super::{Health, Latch, Reason, Seen, StatusContract, latches, mode, reasons};

/// The owner's code where nothing is wrong.
const SERVING: &str = "STATE_SERVING";
const UNKNOWN: &str = "unknown";

/// Everything that a status is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the board says.
    pub seen: Seen,
    /// Where the chain of receipts was last seen to end.
    pub head: Head,
    /// How many receipts wait beside the database.
    pub spooled: usize,
    /// How often each violation was refused since the start.
    pub refusals: BTreeMap<&'static str, u64>,
    /// The switch of the gate.
    pub gate_mode: GateMode,
    /// What is in the way of changes.
    pub signals: Vec<GovernanceSignal>,
    /// When the process began to serve, in milliseconds since the epoch.
    pub started_at: i64,
    /// When this was so, in the same way.
    pub generated_at: i64,
}

impl Facts {
    pub(super) const EPOCH: i64 = 0;
}

/// What `GET /status` says. What is null is not known, or there is none of it: the contract says which.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct StatusDocument {
    status_schema_version: Option<i64>,
    contract_version: Option<String>,
    /// The version of the program.
    build: &'static str,
    /// When it began to serve, in milliseconds since the epoch.
    started_at: i64,
    /// When this was so, in milliseconds since the epoch.
    generated_at: i64,
    /// `full`, `local_power` or `minimal`.
    system_mode: String,
    /// Why it is no better, worst first.
    reasons: Vec<&'static str>,
    owner_view: OwnerView,
    /// What is held until something happens, worst first.
    #[schema(required)]
    latches: Option<Vec<&'static str>>,
    /// `up`, `down` or `unknown`, as the next two.
    store: &'static str,
    library: &'static str,
    /// May be `not_configured` too.
    upstream: &'static str,
    #[schema(required)]
    receipts: Option<ReceiptsState>,
    /// The digest of the rules that verdicts are reached by.
    rules: &'static str,
    /// How often each violation was refused since the start.
    #[schema(required)]
    refusals: Option<BTreeMap<&'static str, u64>>,
    /// `off`, `shadow` or `enforce`: what is done about what the gate decides.
    #[schema(required)]
    gate_mode: Option<&'static str>,
    /// Null: no policy is selected.
    #[schema(required)]
    policy_digest: Option<String>,
    /// What stops changes now.
    #[schema(required)]
    governance_signals: Option<Vec<GovernanceSignal>>,
}

/// What a person reads first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
struct OwnerView {
    /// The first reason; else the first latch; else the state.
    primary_owner_reason_code: &'static str,
    owner_message: String,
    /// What makes each reason go, in their order; of each latch, if there is no reason.
    unblock: Vec<Step>,
}

/// What makes a code go.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
struct Step {
    /// `AUTO`, or `MANUAL` where a person has to act.
    r#type: &'static str,
    condition: String,
}

/// Where the chain of receipts ends: who keeps this elsewhere can tell whether it was rewritten.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
struct ReceiptsState {
    /// The hash of the last receipt; zeros when there is none.
    head: String,
    /// How many receipts there are.
    length: u64,
    /// How many wait until the database can take them.
    spooled: usize,
}

/// What stops changes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct GovernanceSignal {
    scope: String,
    r#type: String,
    reason: String,
}

impl GovernanceSignal {
    /// A signal in the words of who recorded it.
    #[must_use]
    pub fn new(scope: &str, kind: SignalType, reason: &str) -> Self {
        let (scope, reason) = (scope.to_owned(), reason.to_owned());
        Self { scope, r#type: kind.word().to_owned(), reason }
    }
}

impl StatusDocument {
    /// What is so, if what is said here holds the contract.
    pub(super) fn of(facts: &Facts, contract: &StatusContract) -> Self {
        let Facts { seen, head, spooled, refusals, started_at, generated_at, .. } = facts;
        // The document that is made here is the one in question: what the one before was like is over.
        let seen = Seen { document: Health::Up, ..*seen };
        let probes = seen.probes();
        let reasons = reasons(probes).into_iter().map(Reason::code).collect::<Vec<_>>();
        let latches = latches(seen, *spooled).into_iter().map(Latch::code).collect::<Vec<_>>();
        let causes = if reasons.is_empty() { &latches } else { &reasons };
        Self {
            owner_view: owner_view(causes, contract),
            reasons,
            latches: Some(latches),
            store: probes.store.as_str(),
            library: probes.library.as_str(),
            upstream: probes.upstream.as_str(),
            receipts: Some(ReceiptsState {
                head: head.hash().to_owned(),
                length: head.length(),
                spooled: *spooled,
            }),
            refusals: Some(refusals.clone()),
            gate_mode: Some(facts.gate_mode.word()),
            governance_signals: Some(facts.signals.clone()),
            ..Self::empty(mode(probes), contract, *started_at, *generated_at)
        }
    }

    /// What is left to say when nothing else can be relied on.
    pub(super) fn unproven(contract: &StatusContract, started_at: i64, generated_at: i64) -> Self {
        let reasons = vec![Reason::StatusInvalid.code()];
        Self {
            owner_view: owner_view(&reasons, contract),
            reasons,
            ..Self::empty(Reason::StatusInvalid.mode(), contract, started_at, generated_at)
        }
    }

    fn empty(
        mode: SystemMode,
        contract: &StatusContract,
        started_at: i64,
        generated_at: i64,
    ) -> Self {
        let manifest = contract.manifest();
        Self {
            status_schema_version: manifest.status_schema_version,
            contract_version: manifest.contract_version.clone(),
            build: env!("CARGO_PKG_VERSION"),
            started_at,
            generated_at,
            system_mode: mode.to_string(),
            reasons: Vec::new(),
            owner_view: owner_view(&[], contract),
            latches: None,
            store: UNKNOWN,
            library: UNKNOWN,
            upstream: UNKNOWN,
            receipts: None,
            rules: RULES_SHA256,
            refusals: None,
            gate_mode: None,
            policy_digest: None,
            governance_signals: None,
        }
    }

    /// The document as it leaves. One that could not be written is no document, and found to be none.
    pub(super) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The mode that it states.
    #[must_use]
    pub fn system_mode(&self) -> &str {
        &self.system_mode
    }

    /// What is to be explained to a person, in the order in which it stands there.
    pub(super) fn codes(&self) -> (&[&'static str], &[&'static str]) {
        (&self.reasons, self.latches.as_deref().unwrap_or_default())
    }

    pub(super) fn gate_is_off(&self) -> bool {
        self.gate_mode == Some(GateMode::Off.word())
    }

    pub(super) const fn generated_at(&self) -> i64 {
        self.generated_at
    }

    pub(super) const fn owner_code(&self) -> &'static str {
        self.owner_view.primary_owner_reason_code
    }
}

/// A code that the contract does not know has no words, and the document is found to be invalid.
fn owner_view(causes: &[&'static str], contract: &StatusContract) -> OwnerView {
    let first = causes.first().copied().unwrap_or(SERVING);
    let entries = causes.iter().filter_map(|code| contract.entry(code));
    let steps = entries.filter_map(|entry| entry.unblock.as_ref()).map(|unblock| Step {
        r#type: unblock.kind.as_str(),
        condition: unblock.condition.clone(),
    });
    let display = contract.entry(first).and_then(|entry| entry.display.clone());
    OwnerView {
        primary_owner_reason_code: first,
        owner_message: display.unwrap_or_default(),
        unblock: steps.collect(),
    }
}
