//! Laws of the gate, each a sentence, each tried on generated runs.

use mutation_gate::{
    ActionPattern, Asked, Authorization, Decision, Event, EventId, EventKind, GateMode, Grant,
    GrantScope, MutationClass, Outcome, ROUTES, RouteTable, Signal, SignalDecision, SignalScope,
    SignalType, Task, TaskStatus, Tier, Unrecorded, Verdict, apply_mode, project,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::laws::{Law, try_law};

/// All laws.
pub const LAWS: [Law; 7] = [
    Law { name: "what_has_ended_never_changes_again", hold: what_has_ended_never_changes_again },
    Law { name: "shadow_is_enforce_that_does_not_act", hold: shadow_is_enforce_that_does_not_act },
    Law {
        name: "events_count_by_their_time_and_id_alone",
        hold: events_count_by_their_time_and_id_alone,
    },
    Law { name: "only_differences_of_time_count", hold: only_differences_of_time_count },
    Law {
        name: "unknown_fields_of_a_body_do_not_count",
        hold: unknown_fields_of_a_body_do_not_count,
    },
    Law { name: "no_grant_lifts_tier_c", hold: no_grant_lifts_tier_c },
    Law { name: "more_signals_never_allow_more", hold: more_signals_never_allow_more },
];

/// A request and what is known about it.
#[derive(Debug, Clone)]
struct Situation {
    route: (&'static str, &'static str),
    body: Value,
    task: Option<Task>,
    events: Vec<Event>,
    authorization: Authorization,
    signals: Vec<Signal>,
    now: i64,
}

impl Situation {
    fn decided(&self) -> Option<Decision> {
        let table = RouteTable::new(ROUTES).ok()?;
        let (method, path) = self.route;
        let Asked::Mutates(intent) = mutation_gate::ask(&table, method, path, &self.body, None)
        else {
            return None;
        };
        let view = project(self.task.as_ref(), &self.events, self.now);
        let Self { authorization, signals, now, .. } = self;
        Some(mutation_gate::decide(&intent, &view, authorization, signals, *now))
    }
}

/// However many events come after the end of a run, the end stays what it was, and nothing more is written about the run.
fn what_has_ended_never_changes_again(seed: u64) -> Result<(), String> {
    try_law(seed, (situation(), task(), vec(event(), 0..6)), |(mut situation, task, later)| {
        let end = |id: &str, ts, kind| Event {
            ts,
            id: EventId::Text(id.to_owned()),
            kind,
            task_id: task.task_id.clone(),
            run_id: task.run_id.clone(),
            actor: None,
        };
        let first = end("end", 20, EventKind::Failed);
        let after = later.into_iter().map(|event| Event { ts: event.ts + 21, ..event });
        situation.events = after.chain([end("second", 20, EventKind::Completed), first]).collect();
        situation.task = Some(task);
        situation.now = 200;
        let view = project(situation.task.as_ref(), &situation.events, situation.now);
        let row = view.row();
        let ended = row.and_then(|row| row.terminal_event_id.clone());
        prop_assert_eq!(ended, Some(EventId::Text("end".to_owned())));
        prop_assert!(row.is_some_and(|row| row.is_terminal && row.terminal_event_ts == Some(20)));
        let names = |name, id: &str| situation.body.get(name).is_some_and(|named| named == id);
        let named = names("task_id", "t1") || names("run_id", "r1");
        let makes = [MutationClass::TaskCreate, MutationClass::TaskDelegate].map(Some);
        if let Some(decision) = situation.decided()
            && (named || !makes.contains(&decision.class()))
        {
            prop_assert!(decision.verdict() != Verdict::Allow, "{:?}", situation);
        }
        Ok(())
    })
}

fn shadow_is_enforce_that_does_not_act(seed: u64) -> Result<(), String> {
    try_law(seed, situation(), |situation| {
        let Some(decision) = situation.decided() else { return Ok(()) };
        let class = decision.class();
        let outcome = |mode| apply_mode(mode, decision.clone());
        let enforced = match outcome(GateMode::Enforce) {
            Outcome::Reject(recorded) => {
                prop_assert!(decision.verdict() != Verdict::Allow);
                recorded
            }
            Outcome::PassRecorded { permit, decision: recorded, unrecorded } => {
                prop_assert_eq!(decision.verdict(), Verdict::Allow);
                prop_assert_eq!((permit.class(), unrecorded), (class, Unrecorded::Rejected));
                recorded
            }
            Outcome::Pass(_) => return Err(TestCaseError::fail("an enforced one is unrecorded")),
        };
        let Outcome::PassRecorded { permit, decision: recorded, unrecorded } =
            outcome(GateMode::Shadow)
        else {
            return Err(TestCaseError::fail("shadow acts, or does not record"));
        };
        prop_assert_eq!((permit.class(), unrecorded), (class, Unrecorded::Passes));
        prop_assert_eq!(recorded, enforced);
        let is_off =
            matches!(outcome(GateMode::Off), Outcome::Pass(permit) if permit.class() == class);
        prop_assert!(is_off);
        Ok(())
    })
}

fn events_count_by_their_time_and_id_alone(seed: u64) -> Result<(), String> {
    let shuffled = situation().prop_flat_map(|situation| {
        let events = Just(situation.events.clone()).prop_shuffle();
        (Just(situation), events)
    });
    try_law(seed, shuffled, |(situation, events)| {
        let other = Situation { events, ..situation.clone() };
        prop_assert_eq!(situation.decided(), other.decided());
        let view = |situation: &Situation| {
            project(situation.task.as_ref(), &situation.events, situation.now)
        };
        prop_assert_eq!(view(&situation), view(&other));
        Ok(())
    })
}

fn only_differences_of_time_count(seed: u64) -> Result<(), String> {
    try_law(seed, (situation(), -1_000..1_000_000_000_000_i64), |(situation, by)| {
        let mut later = situation.clone();
        later.now += by;
        later.events.iter_mut().for_each(|event| event.ts += by);
        let move_on = |time: &mut Option<i64>| *time = time.map(|time| time + by);
        later.task.iter_mut().for_each(|task| move_on(&mut task.lease_expires_at));
        later.signals.iter_mut().for_each(|signal| move_on(&mut signal.expires_at));
        later.authorization.grants.iter_mut().for_each(|grant| grant.expires_at += by);
        prop_assert_eq!(situation.decided(), later.decided());
        Ok(())
    })
}

fn unknown_fields_of_a_body_do_not_count(seed: u64) -> Result<(), String> {
    let unknown =
        vec(("x_[a-z_]{0,8}", select(vec![json!(1), json!("t2"), json!({"tier": "C"})])), 0..5);
    try_law(seed, (situation(), unknown), |(situation, unknown)| {
        let mut other = situation.clone();
        if let Some(body) = other.body.as_object_mut() {
            body.extend(unknown);
        }
        prop_assert_eq!(situation.decided(), other.decided());
        Ok(())
    })
}

fn no_grant_lifts_tier_c(seed: u64) -> Result<(), String> {
    try_law(seed, (situation(), vec(grant(), 0..4)), |(mut situation, grants)| {
        if let Some(body) = situation.body.as_object_mut() {
            body.insert("tier".to_owned(), json!("C"));
        }
        let without = Situation {
            authorization: Authorization { grants: Vec::new(), ..situation.authorization.clone() },
            ..situation.clone()
        };
        situation.authorization.grants = grants;
        prop_assert_eq!(situation.decided(), without.decided());
        Ok(())
    })
}

fn more_signals_never_allow_more(seed: u64) -> Result<(), String> {
    try_law(seed, (situation(), vec(signal(), 0..4)), |(situation, more)| {
        let mut other = situation.clone();
        other.signals.extend(more);
        let verdict =
            |situation: &Situation| situation.decided().map(|decision| decision.verdict());
        let (few, many) = (verdict(&situation), verdict(&other));
        prop_assert!(few == many || few == Some(Verdict::Allow), "{:?}, {:?}", few, many);
        Ok(())
    })
}

fn situation() -> impl Strategy<Value = Situation> {
    let routes = ROUTES.iter().map(|route| (route.method, route.path)).collect::<Vec<_>>();
    let known = (proptest::option::of(task()), vec(event(), 0..8));
    let actions = vec((select(vec!["a.b", "a.c"]), select(Tier::ALL)), 0..3);
    let authorized = (actions, vec(grant(), 0..3));
    let signals = vec(signal(), 0..2);
    (select(routes), body(), known, authorized, signals, 0..60_i64).prop_map(
        |(route, body, (task, events), (actions, grants), signals, now)| {
            let actions = actions.into_iter().map(|(action, tier)| (action.to_owned(), tier));
            let authorization = Authorization { actions: actions.collect(), grants };
            Situation { route, body, task, events, authorization, signals, now }
        },
    )
}

fn body() -> impl Strategy<Value = Value> {
    let field = |name: &'static str, values: Vec<Value>| {
        proptest::option::of(select(values).prop_map(move |value| (name.to_owned(), value)))
    };
    let ids = (
        field("task_id", vec![json!("t1"), json!("t1"), json!("t2"), json!(7)]),
        field("run_id", vec![json!("r1"), json!("r1"), json!("r2")]),
        field("actor", vec![json!("ada"), json!("ada"), json!("bob")]),
    );
    let asked = (
        field("tier", vec![json!("A"), json!("B"), json!("C"), json!("D")]),
        field("action_id", vec![json!("a.b"), json!("a.d")]),
        field("disclosure", vec![json!({"title": "a", "body": "b"}), json!({"title": " "})]),
    );
    (ids, asked).prop_map(|((task, run, actor), (tier, action, disclosure))| {
        let fields = [task, run, actor, tier, action, disclosure];
        Value::Object(fields.into_iter().flatten().collect())
    })
}

fn task() -> impl Strategy<Value = Task> {
    let actor = proptest::option::of(select(vec!["ada", "bob"]));
    let lease = proptest::option::of(0..60_i64);
    (select(TaskStatus::ALL), actor, lease).prop_map(|(status, actor, lease_expires_at)| Task {
        task_id: "t1".to_owned(),
        status,
        actor: actor.map(str::to_owned),
        run_id: Some("r1".to_owned()),
        lease_expires_at,
        lease_epoch: Some(1),
    })
}

fn event() -> impl Strategy<Value = Event> {
    let id = prop_oneof![
        (0..4_i64).prop_map(EventId::Number),
        select(vec!["a", "b"]).prop_map(|id| EventId::Text(id.to_owned())),
    ];
    let run = proptest::option::of(select(vec!["r1", "r1", "r2"]));
    let task = select(vec!["t1", "t1", "t1", "t2"]);
    (0..60_i64, id, select(EventKind::ALL), task, run).prop_map(|(ts, id, kind, task, run)| Event {
        ts,
        id,
        kind,
        task_id: task.to_owned(),
        run_id: run.map(str::to_owned),
        actor: None,
    })
}

fn grant() -> impl Strategy<Value = Grant> {
    let scope = prop_oneof![
        select(vec!["t1", "t2"]).prop_map(|task| GrantScope::Task(task.to_owned())),
        select(vec!["r1", "r2"]).prop_map(|run| GrantScope::Run(run.to_owned())),
    ];
    let allow = select(vec!["a.", "a.b", "a.d", "b."]);
    (scope, allow, 0..60_i64, any::<bool>(), any::<bool>()).prop_map(
        |(scope, allow, expires_at, single_use, spent)| Grant {
            id: "g".to_owned(),
            allow: ActionPattern::parse(allow).into_iter().collect(),
            scope,
            expires_at,
            single_use,
            spent,
        },
    )
}

fn signal() -> impl Strategy<Value = Signal> {
    let class = select(MutationClass::ALL).prop_map(SignalScope::Class);
    let scope = prop_oneof![
        select(vec!["t1", "t2"]).prop_map(|task| SignalScope::Task(task.to_owned())),
        select(vec!["r1", "r2"]).prop_map(|run| SignalScope::Run(run.to_owned())),
        class,
        Just(SignalScope::Everything),
    ];
    let kind = select(SignalType::ALL);
    let end = proptest::option::of(0..60_i64);
    (kind, scope, select(SignalDecision::ALL), end, any::<bool>()).prop_map(
        |(kind, scope, decision, expires_at, superseded)| Signal {
            kind,
            scope,
            decision,
            expires_at,
            superseded,
        },
    )
}
