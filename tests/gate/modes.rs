//! Modes, permits, and what a rejection says; who may do what.

use mutation_gate::{
    ActionPattern, Authorization, Denial, GateMode, Grant, GrantScope, MutationClass, Outcome,
    Permit, Reason, Row, RunView, Signal, SignalDecision, SignalScope, SignalType, TaskStatus,
    Tier, Verdict, apply_mode,
};
use serde_json::{Value, json};
use static_assertions::assert_not_impl_any;

use super::{NOW, decided, denied};

assert_not_impl_any!(Permit: Clone, Default, From<MutationClass>, serde_json::value::Index);
assert_not_impl_any!(GateMode: Default);
assert_not_impl_any!(Verdict: Default, Into<bool>);

const CREATE: &str = "/api/tasks/create";
const COMPLETE: &str = "/api/tasks/complete";

#[test]
fn an_unset_variable_means_shadow_and_an_unknown_one_no_start() {
    assert_eq!(GateMode::of_variable(None), Ok(GateMode::Shadow));
    for (text, mode) in [
        ("off", GateMode::Off),
        ("shadow", GateMode::Shadow),
        ("enforce", GateMode::Enforce),
        (" Enforce\n", GateMode::Enforce),
        ("OFF", GateMode::Off),
    ] {
        assert_eq!(GateMode::of_variable(Some(text)), Ok(mode), "{text}");
    }
    for text in ["", " ", "on", "true", "1", "enforced", "off,shadow", "\u{17f}hadow", "o ff"] {
        let error = GateMode::of_variable(Some(text)).expect_err("no mode");
        assert!(error.to_string().starts_with("E_MODE_INVALID: "), "{text}");
    }
}

#[test]
fn a_mode_only_tightens() {
    let [off, shadow, enforce] = [GateMode::Off, GateMode::Shadow, GateMode::Enforce];
    for (from, to, may) in [
        (off, shadow, true),
        (off, enforce, true),
        (shadow, enforce, true),
        (shadow, off, false),
        (enforce, shadow, false),
        (enforce, off, false),
        (shadow, shadow, false),
    ] {
        assert_eq!(from.tightens_to(to), may, "{from:?} to {to:?}");
    }
}

#[test]
fn a_rejection_says_what_was_seen_in_the_order_of_the_contract() {
    let body = json!({"task_id": "t", "run_id": "r"});
    let none = (RunView::default(), Authorization::default());
    let decision = decided(COMPLETE, &body, &none.0, &none.1, &[]);
    assert_eq!(decision.verdict(), denied(Reason::RunUnknown));
    let mode = GateMode::Enforce;
    let denial = Denial::new(Reason::RunUnknown, mode, "POST", COMPLETE, &decision);
    let expected = concat!(
        r#"{"ok":false,"reason_code":"E_RUN_UNKNOWN","enforcement_mode":"enforce","method":"POST","#,
        r#""path":"/api/tasks/complete","class":"task_complete","context":{"run_id":"r","task_id":"t","#,
        r#""scenario":"S_NO_LEASE_NO_ACTOR","task_status":null,"terminal_event_kind":null,"#,
        r#""holder":null,"lease_fresh":false}}"#,
    );
    assert_eq!(serde_json::to_string(&denial).unwrap(), expected);
    let Outcome::Reject(rejected) = apply_mode(mode, decision.clone()) else {
        panic!("a denial is rejected");
    };
    assert_eq!(rejected, decision);
}

fn action(id: &str, tier: Option<&str>) -> Value {
    let mut body =
        json!({"task_id": "t", "action_id": id, "disclosure": {"title": "a", "body": "b"}});
    if let Some(tier) = tier {
        body["tier"] = json!(tier);
    }
    body
}

#[track_caller]
fn created(body: &Value, authorization: &Authorization) -> Verdict {
    decided(CREATE, body, &RunView::default(), authorization, &[]).verdict()
}

fn registered(actions: &[(&str, Tier)]) -> Authorization {
    let actions = actions.iter().map(|(action, tier)| ((*action).to_owned(), *tier));
    Authorization { actions: actions.collect(), grants: Vec::new() }
}

#[test]
fn a_request_raises_the_tier_of_an_action_and_never_lowers_it() {
    let registry = registered(&[("a.b", Tier::B), ("a.c", Tier::C)]);
    let undisclosed = json!({"task_id": "t", "action_id": "a.b", "tier": "A"});
    assert_eq!(created(&undisclosed, &registry), denied(Reason::TierDisclosureRequired));
    for (id, tier, verdict) in [
        ("a.b", None, Verdict::Allow),
        ("a.b", Some("A"), Verdict::Allow),
        ("a.b", Some("B"), Verdict::Allow),
        ("a.b", Some("C"), denied(Reason::TierNotAuthorized)),
        ("a.c", None, Verdict::Allow),
        ("a.c", Some("B"), Verdict::Allow),
        ("a.d", None, Verdict::Allow),
        ("a.d", Some("B"), denied(Reason::TierNotAuthorized)),
    ] {
        assert_eq!(created(&action(id, tier), &registry), verdict, "{id} {tier:?}");
    }
    let nameless = json!({"task_id": "t", "tier": "B", "disclosure": {"title": "a", "body": "b"}});
    assert_eq!(created(&nameless, &registry), denied(Reason::TierNotAuthorized));
}

fn grant(allow: &str) -> Grant {
    Grant {
        id: "g".to_owned(),
        allow: vec![ActionPattern::parse(allow).expect("a pattern")],
        scope: GrantScope::Task("t".to_owned()),
        expires_at: NOW + 1,
        single_use: true,
        spent: false,
    }
}

fn with(grant: Grant) -> Authorization {
    Authorization { grants: vec![grant], ..Authorization::default() }
}

#[test]
fn a_grant_lifts_its_own_actions_of_tier_b_in_its_scope_until_it_ends() {
    let verdict = |grant, id, tier| created(&action(id, Some(tier)), &with(grant));
    let not = denied(Reason::TierNotAuthorized);
    for (allow, id, expected) in [
        ("a.b", "a.b", Verdict::Allow),
        ("a.", "a.b", Verdict::Allow),
        ("a.", "a.b.c", Verdict::Allow),
        ("a", "a.b", not),
        ("a.b", "a.bc", not),
        ("a.b", "a.b.c", not),
        ("a.", "a.", not),
        ("a.", "ab.c", not),
        ("*", "a.b", not),
    ] {
        assert_eq!(verdict(grant(allow), id, "B"), expected, "{allow} {id}");
    }
    assert_eq!(verdict(grant("a."), "a.b", "C"), not);
    assert_eq!(verdict(Grant { expires_at: NOW, ..grant("a.") }, "a.b", "B"), not);
    assert_eq!(verdict(Grant { spent: true, ..grant("a.") }, "a.b", "B"), not);
    let reusable = Grant { spent: true, single_use: false, ..grant("a.") };
    assert_eq!(verdict(reusable, "a.b", "B"), Verdict::Allow);
    for scope in [
        GrantScope::Task("u".to_owned()),
        GrantScope::Task(String::new()),
        GrantScope::Run("t".to_owned()),
    ] {
        assert_eq!(verdict(Grant { scope, ..grant("a.") }, "a.b", "B"), not);
    }
    for text in ["", " ", ".", ".a", "a b", "\u{e9}"] {
        assert_eq!(ActionPattern::parse(text), None, "{text}");
    }
}

#[test]
fn a_decision_names_the_grant_that_it_rests_on_and_no_other() {
    let used = |body: &Value, authorization: &Authorization| {
        let decision = decided(CREATE, body, &RunView::default(), authorization, &[]);
        decision.grant().map(|used| (used.id.clone(), used.single_use))
    };
    let b = action("a.b", Some("B"));
    assert_eq!(used(&b, &with(grant("a."))), Some(("g".to_owned(), true)));
    assert_eq!(used(&action("a.b", Some("A")), &with(grant("a."))), None);
    let both = Authorization { grants: vec![grant("a.")], ..registered(&[("a.b", Tier::B)]) };
    assert_eq!(used(&b, &both), None);
    let blocked = decided(CREATE, &b, &RunView::default(), &with(grant("a.")), &[signal("x")]);
    assert_eq!(blocked.grant(), None);
}

fn held() -> Row {
    Row {
        run_id: Some("r".to_owned()),
        task_id: Some("t".to_owned()),
        task_status: Some(TaskStatus::Running),
        ..Row::default()
    }
}

#[test]
fn a_grant_for_a_run_lifts_what_is_done_to_that_run() {
    let body = json!({"task_id": "t", "action_id": "a.b", "tier": "B"});
    for (run, expected) in [("r", Verdict::Allow), ("s", denied(Reason::TierNotAuthorized))] {
        let grant = Grant { scope: GrantScope::Run(run.to_owned()), ..grant("a.") };
        let decision = decided(COMPLETE, &body, &RunView::of(held()), &with(grant), &[]);
        assert_eq!(decision.verdict(), expected, "{run}");
    }
}

#[test]
fn a_grant_for_a_run_lifts_no_task_that_is_made_beside_it() {
    let body = json!({
        "task_id": "u", "action_id": "a.b", "tier": "B", "disclosure": {"title": "a", "body": "b"},
    });
    let grant = Grant { scope: GrantScope::Run("r".to_owned()), ..grant("a.") };
    let decision = decided(CREATE, &body, &RunView::of(held()), &with(grant), &[]);
    assert_eq!(decision.verdict(), denied(Reason::TierNotAuthorized));
}

fn signal(scope: &str) -> Signal {
    Signal {
        kind: SignalType::SessionBlock,
        scope: SignalScope::read(scope),
        decision: SignalDecision::Blocked,
        expires_at: None,
        superseded: false,
    }
}

#[track_caller]
fn governed(path: &str, signal: Signal) -> Verdict {
    let body = json!({"task_id": "t"});
    let (view, nothing) = (RunView::of(held()), Authorization::default());
    decided(path, &body, &view, &nothing, &[signal]).verdict()
}

#[test]
fn a_signal_blocks_what_it_is_for_while_it_lives() {
    let blocked = denied(Reason::GovernanceBlocked);
    for scope in ["task:t", "run:r", "class:task_complete", "global", "*", "class:x", "task:", "t"]
    {
        assert_eq!(governed(COMPLETE, signal(scope)), blocked, "{scope}");
    }
    for scope in ["task:u", "run:t", "task:r", "class:task_fail", "task: t"] {
        assert_eq!(governed(COMPLETE, signal(scope)), Verdict::Allow, "{scope}");
    }
    for (decision, expected) in [
        (SignalDecision::Clean, Verdict::Allow),
        (SignalDecision::Warn, Verdict::Allow),
        (SignalDecision::Pending, blocked),
        (SignalDecision::Blocked, blocked),
    ] {
        assert_eq!(governed(COMPLETE, Signal { decision, ..signal("task:t") }), expected);
    }
    for (end, expected) in [(NOW, Verdict::Allow), (NOW - 1, Verdict::Allow), (NOW + 1, blocked)] {
        let ended = Signal { expires_at: Some(end), ..signal("task:t") };
        assert_eq!(governed(COMPLETE, ended), expected, "{end}");
    }
    let superseded = Signal { superseded: true, ..signal("task:t") };
    assert_eq!(governed(COMPLETE, superseded), Verdict::Allow);
}

#[test]
fn no_signal_is_in_the_way_of_the_one_that_lifts_it() {
    assert_eq!(governed("/governance/signals", signal("global")), Verdict::Allow);
    assert_eq!(governed("/api/grants", signal("global")), denied(Reason::GovernanceBlocked));
}

#[test]
fn a_signal_for_a_run_is_found_by_the_task_that_is_named() {
    let nothing = Authorization::default();
    let verdict = |body: &Value, scope: &str| {
        decided(COMPLETE, body, &RunView::of(held()), &nothing, &[signal(scope)]).verdict()
    };
    assert_eq!(verdict(&json!({"task_id": "t"}), "run:r"), denied(Reason::GovernanceBlocked));
    assert_eq!(verdict(&json!({"run_id": "r"}), "task:t"), denied(Reason::GovernanceBlocked));
}
