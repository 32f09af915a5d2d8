//! Does it make sense to ask now? A circuit breaker: pure transitions over explicit times, and a lock around them.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When to stop asking, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How many failures in a row open it.
    pub failures: NonZeroU32,
    /// How long nobody asks then.
    pub rest: Duration,
}

/// What the last outcomes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Whoever wants to may ask.
    Closed {
        /// How many failures there were since the last success.
        failures: u32,
    },
    /// Nobody asks before this time.
    Open {
        /// In the time of the caller.
        until: Duration,
    },
    /// One is asking, to find out.
    HalfOpen,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The upstream answered.
    Success,
    /// It did not.
    Failure,
    /// Nobody waited for its end.
    Abandoned,
}

/// The right to one call. It is of the state that gave it: what comes later than that state's end says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    epoch: u64,
}

/// The state, and how often it changed.
///
/// INVARIANT: of several that ask after the rest, one is let through until its outcome is known. Held by
/// `there_are_never_two_trials_at_once`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    state: State,
    epoch: u64,
}

impl Breaker {
    /// Closed, without a failure.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Closed { failures: 0 }, epoch: 0 }
    }

    /// What the last outcomes say.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// The right to a call now, if there is one.
    pub fn enter(&mut self, now: Duration) -> Option<Ticket> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } if now >= until => self.become_(State::HalfOpen),
            State::Open { .. } | State::HalfOpen => return None,
        }
        Some(Ticket { epoch: self.epoch })
    }

    /// Takes in how the call with this ticket ended.
    pub fn leave(&mut self, ticket: Ticket, outcome: Outcome, rules: Rules, now: Duration) {
        if ticket.epoch != self.epoch {
            return;
        }
        let open = State::Open { until: now.saturating_add(rules.rest) };
        match (self.state, outcome) {
            // Same state, same epoch: other calls that it let through still count.
            (State::Closed { .. }, Outcome::Success) => self.state = State::Closed { failures: 0 },
            (State::Closed { failures }, Outcome::Failure) => {
                let failures = failures.saturating_add(1);
                if failures < rules.failures.get() {
                    self.state = State::Closed { failures };
                } else {
                    self.become_(open);
                }
            }
            (State::HalfOpen, Outcome::Success) => self.become_(State::Closed { failures: 0 }),
            (State::HalfOpen, Outcome::Failure) => self.become_(open),
            // Nothing was found out, so the next one may try at once.
            (State::HalfOpen, Outcome::Abandoned) => self.become_(State::Open { until: now }),
            (State::Closed { .. }, Outcome::Abandoned) | (State::Open { .. }, _) => {}
        }
    }

    fn become_(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
    }
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new()
    }
}

/// A breaker that several share. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    breaker: Arc<Mutex<Breaker>>,
    calls: Arc<AtomicUsize>,
    rules: Rules,
    start: Instant,
}

impl Shared {
    pub(crate) fn new(rules: Rules) -> Self {
        Self { breaker: Arc::default(), calls: Arc::default(), rules, start: Instant::now() }
    }

    pub(crate) fn enter(&self) -> Option<Permit> {
        let ticket = self.with(|breaker, now| breaker.enter(now))?;
        self.calls.fetch_add(1, Ordering::SeqCst);
        Some(Permit { ticket, shared: self.clone(), outcome: Outcome::Abandoned })
    }

    /// Whether who asked now would be let in.
    pub(crate) fn lets_in(&self) -> bool {
        self.with(|breaker, now| match breaker.state() {
            State::Closed { .. } => true,
            State::Open { until } => now >= until,
            State::HalfOpen => false,
        })
    }

    pub(crate) fn state(&self) -> State {
        self.with(|breaker, _| breaker.state())
    }

    /// Tells the state, which does not change meanwhile.
    pub(crate) fn tell(&self, told: impl FnOnce(State)) {
        self.with(|breaker, _| told(breaker.state()));
    }

    /// Whether the outcome of a call is still to come.
    pub(crate) fn is_calling(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > 0
    }

    fn with<T>(&self, act: impl FnOnce(&mut Breaker, Duration) -> T) -> T {
        // Nothing in here panics half way, so what another thread left is whole.
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut breaker, self.start.elapsed())
    }
}

/// The right to one call, which ends with it: abandoned, unless its outcome was said.
#[derive(Debug)]
pub(crate) struct Permit {
    ticket: Ticket,
    shared: Shared,
    outcome: Outcome,
}

impl Permit {
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let (ticket, outcome, rules) = (self.ticket, self.outcome, self.shared.rules);
        self.shared.with(|breaker, now| breaker.leave(ticket, outcome, rules, now));
        self.shared.calls.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Breaker, Outcome, Rules, Shared, State, Ticket};

    const RULES: Rules = Rules { failures: NonZeroU32::MIN, rest: Duration::from_secs(10) };
    const TWO: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const fn breaker(state: State) -> Breaker {
        Breaker { state, epoch: 7 }
    }

    #[test]
    fn who_asks_is_let_through_or_not_by_the_state_and_the_time() {
        let table = [
            (State::Closed { failures: 0 }, 0, true, State::Closed { failures: 0 }),
            (State::Closed { failures: 3 }, 0, true, State::Closed { failures: 3 }),
            (State::Open { until: at(5) }, 4, false, State::Open { until: at(5) }),
            (State::Open { until: at(5) }, 5, true, State::HalfOpen),
            (State::Open { until: at(5) }, 6, true, State::HalfOpen),
            (State::HalfOpen, 99, false, State::HalfOpen),
        ];
        for (before, now, is_let_through, after) in table {
            let mut breaker = breaker(before);
            let ticket = breaker.enter(at(now));
            assert_eq!(ticket.is_some(), is_let_through, "{before:?} at {now}");
            assert_eq!(breaker.state(), after, "{before:?} at {now}");
        }
    }

    #[test]
    fn each_outcome_leads_where_the_table_says() {
        use Outcome::{Abandoned, Failure, Success};
        let closed = |failures| State::Closed { failures };
        let open = |until| State::Open { until: at(until) };
        let table = [
            (closed(0), Success, closed(0)),
            (closed(1), Success, closed(0)),
            (closed(0), Failure, closed(1)),
            (closed(1), Failure, open(13)),
            (closed(1), Abandoned, closed(1)),
            (State::HalfOpen, Success, closed(0)),
            (State::HalfOpen, Failure, open(13)),
            (State::HalfOpen, Abandoned, open(3)),
            (open(9), Success, open(9)),
            (open(9), Failure, open(9)),
            (open(9), Abandoned, open(9)),
        ];
        for (before, outcome, after) in table {
            let mut breaker = breaker(before);
            let rules = Rules { failures: TWO, ..RULES };
            breaker.leave(Ticket { epoch: 7 }, outcome, rules, at(3));
            assert_eq!(breaker.state(), after, "{before:?} {outcome:?}");
        }
    }

    #[test]
    fn an_outcome_from_before_the_last_change_says_nothing() {
        for before in [State::Closed { failures: 1 }, State::Open { until: at(9) }, State::HalfOpen]
        {
            for outcome in [Outcome::Success, Outcome::Failure, Outcome::Abandoned] {
                let mut late = breaker(before);
                late.leave(Ticket { epoch: 6 }, outcome, RULES, at(3));
                assert_eq!(late, breaker(before), "{outcome:?}");
            }
        }
    }

    #[test]
    fn a_permit_that_is_dropped_lets_the_next_one_try() {
        let shared = Shared::new(Rules { rest: Duration::ZERO, ..RULES });
        let ends = |outcome| shared.enter().map(|permit| permit.end(outcome));
        assert_eq!(ends(Outcome::Failure), Some(()));
        let trial = shared.enter();
        assert!(trial.is_some() && shared.enter().is_none());
        drop(trial);
        assert_eq!(ends(Outcome::Success), Some(()));
        assert_eq!(shared.state(), State::Closed { failures: 0 });
    }

    #[derive(Debug, Clone)]
    enum Step {
        Enter,
        Leave(prop::sample::Index, Outcome),
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let outcome =
            prop_oneof![Just(Outcome::Success), Just(Outcome::Failure), Just(Outcome::Abandoned)];
        let step = prop_oneof![
            3 => Just(Step::Enter),
            3 => (any::<prop::sample::Index>(), outcome).prop_map(|(at, how)| Step::Leave(at, how)),
            1 => (0..15_u64).prop_map(Step::Wait),
        ];
        prop::collection::vec(step, 0..120)
    }

    proptest! {
        #[test]
        fn there_are_never_two_trials_at_once(steps in steps(), failures in 1..4_u32) {
            let rules = Rules { failures: NonZeroU32::new(failures).unwrap_or(TWO), ..RULES };
            let (mut breaker, mut now) = (Breaker::new(), 0);
            // Each call under way, and whether it was let through as a trial.
            let mut calls: Vec<(Ticket, bool)> = Vec::new();
            for step in steps {
                match step {
                    Step::Enter => {
                        let was_closed = matches!(breaker.state(), State::Closed { .. });
                        let entered = breaker.enter(at(now));
                        calls.extend(entered.map(|ticket| (ticket, !was_closed)));
                    }
                    Step::Leave(which, outcome) if !calls.is_empty() => {
                        let (ticket, _) = calls.swap_remove(which.index(calls.len()));
                        breaker.leave(ticket, outcome, rules, at(now));
                    }
                    Step::Leave(..) => {}
                    Step::Wait(seconds) => now += seconds,
                }
                let trials = calls.iter().filter(|(_, is_trial)| *is_trial).count();
                prop_assert!(trials <= 1, "{trials} trials, {breaker:?}");
                prop_assert_eq!(trials == 1, breaker.state() == State::HalfOpen);
            }
        }

        #[test]
        fn it_opens_after_that_many_failures_in_a_row_and_not_before(
            failures in 1..9_u32, before in 0..9_u32,
        ) {
            let rules = Rules { failures: NonZeroU32::new(failures).unwrap_or(TWO), ..RULES };
            let mut breaker = Breaker::new();
            let mut call = |outcome| {
                if let Some(ticket) = breaker.enter(at(0)) {
                    breaker.leave(ticket, outcome, rules, at(0));
                }
                matches!(breaker.state(), State::Open { .. })
            };
            for _ in 0..before.min(failures - 1) {
                prop_assert!(!call(Outcome::Failure));
            }
            prop_assert!(!call(Outcome::Success));
            for _ in 1..failures {
                prop_assert!(!call(Outcome::Failure));
            }
            prop_assert!(call(Outcome::Failure));
        }
    }
}
