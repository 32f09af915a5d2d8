//! Laws of the kernel, each a sentence, each tried on generated traces.
//!
//! Other cases are tried each time, since the whole domain is walked elsewhere. What fails says from which seed.

use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use speech_kernel::{
    Authority, ContextTrace, EnforcementViolation, Response, ResponseKind, Source, SystemMode,
};

use crate::domain::{AUTHORITIES, KINDS, MODES, SOURCES};

/// How many generated cases each law is tried on.
pub const CASES: u32 = 1_024;

/// One law.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// The law as a sentence.
    pub name: &'static str,
    /// Tries it on [`CASES`] cases that follow from the seed. Fails with the smallest counterexample that was found.
    pub hold: fn(seed: u64) -> Result<(), String>,
}

/// The seed of `PROPTEST_RNG_SEED`, else another one each time.
#[must_use]
pub fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(()),
    }
}

/// All laws.
pub const LAWS: [Law; 6] = [
    Law { name: "order_and_repetition_never_matter", hold: order_and_repetition_never_matter },
    Law {
        name: "more_sources_never_lower_the_derived_authority",
        hold: more_sources_never_lower_the_derived_authority,
    },
    Law { name: "a_truthful_refusal_always_passes", hold: a_truthful_refusal_always_passes },
    Law {
        name: "a_truthful_answer_passes_when_nothing_is_missing",
        hold: a_truthful_answer_passes_when_nothing_is_missing,
    },
    Law { name: "equal_inputs_give_equal_verdicts", hold: equal_inputs_give_equal_verdicts },
    Law { name: "a_verdict_survives_serde", hold: a_verdict_survives_serde },
];

fn order_and_repetition_never_matter(seed: u64) -> Result<(), String> {
    let lists = sources().prop_flat_map(|list| {
        let mut twice = list.clone();
        twice.extend(&list);
        let repeated = proptest::sample::subsequence(twice.clone(), list.len()..=twice.len());
        (Just(list), repeated, Just(twice).prop_shuffle())
    });
    try_law(
        seed,
        (response(), lists, missing(), mode()),
        |(response, (list, part, shuffled), missing, mode)| {
            let verdict = decided(&response, &list, missing, mode);
            prop_assert_eq!(verdict, decided(&response, &shuffled, missing, mode));
            let mut longer = part;
            longer.extend(&list);
            prop_assert_eq!(verdict, decided(&response, &longer, missing, mode));
            Ok(())
        },
    )
}

fn more_sources_never_lower_the_derived_authority(seed: u64) -> Result<(), String> {
    try_law(seed, (sources(), sources()), |(few, more)| {
        let mut all = few.clone();
        all.extend(more);
        prop_assert!(rank(derived(&few)?) <= rank(derived(&all)?));
        Ok(())
    })
}

fn a_truthful_refusal_always_passes(seed: u64) -> Result<(), String> {
    try_law(seed, (sources(), missing(), mode()), |(sources, missing, mode)| {
        let refusal =
            Response { kind: ResponseKind::Refusal, authority: Authority::None, system_mode: mode };
        prop_assert_eq!(decided(&refusal, &sources, missing, mode), Ok(()));
        Ok(())
    })
}

fn a_truthful_answer_passes_when_nothing_is_missing(seed: u64) -> Result<(), String> {
    try_law(seed, (sources(), mode()), |(sources, mode)| {
        let from = |kinds: &[Source]| sources.iter().any(|source| kinds.contains(source));
        let authority = match (from(&[Source::Tool]), from(&[Source::Library, Source::Memory])) {
            (true, _) => Authority::Tool,
            (false, true) => Authority::Memory,
            (false, false) => Authority::System,
        };
        let answer = answer(authority, mode);
        prop_assert_eq!(decided(&answer, &sources, 0, mode), Ok(()));
        Ok(())
    })
}

fn equal_inputs_give_equal_verdicts(seed: u64) -> Result<(), String> {
    try_law(
        seed,
        (response(), sources(), missing(), mode()),
        |(response, sources, missing, mode)| {
            let elsewhere = sources.clone();
            let verdict = decided(&response, &sources, missing, mode);
            prop_assert_eq!(verdict, decided(&response.clone(), &elsewhere, missing, mode));
            Ok(())
        },
    )
}

fn a_verdict_survives_serde(seed: u64) -> Result<(), String> {
    try_law(
        seed,
        (response(), sources(), missing(), mode()),
        |(response, sources, missing, mode)| {
            let broken = |error: serde_json::Error| TestCaseError::fail(error.to_string());
            let text = serde_json::to_string(&response).map_err(broken)?;
            prop_assert_eq!(response, serde_json::from_str::<Response>(&text).map_err(broken)?);
            let verdict = decided(&response, &sources, missing, mode);
            let text = serde_json::to_string(&verdict).map_err(broken)?;
            let read = serde_json::from_str::<Result<(), EnforcementViolation>>(&text);
            prop_assert_eq!(verdict, read.map_err(broken)?);
            Ok(())
        },
    )
}

/// Tries a law on [`CASES`] cases of a strategy.
///
/// # Errors
///
/// The smallest counterexample that was found, and how to get to it again.
pub fn try_law<S: Strategy>(
    seed: u64,
    strategy: S,
    law: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> Result<(), String> {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let tried = TestRunner::new(config).run(&strategy, law);
    tried.map_err(|error| format!("{error}\nto try the same cases, set PROPTEST_RNG_SEED={seed}"))
}

fn decided(
    response: &Response,
    sources: &[Source],
    missing: usize,
    mode: SystemMode,
) -> Result<(), EnforcementViolation> {
    let trace = ContextTrace { sources, required_but_missing: missing, system_mode: mode };
    speech_kernel::enforce(response, &trace)
}

/// The one authority that an answer from these sources may claim.
fn derived(sources: &[Source]) -> Result<Authority, TestCaseError> {
    let may = |authority: &Authority| {
        decided(&answer(*authority, SystemMode::Full), sources, 0, SystemMode::Full).is_ok()
    };
    let claims: Vec<_> = AUTHORITIES.into_iter().filter(may).collect();
    match claims.as_slice() {
        [authority] => Ok(*authority),
        _ => Err(TestCaseError::fail(format!("expected one claim, found {claims:?}"))),
    }
}

const fn rank(authority: Authority) -> u8 {
    match authority {
        Authority::None => 0,
        Authority::System => 1,
        Authority::Memory => 2,
        Authority::Tool => 3,
    }
}

const fn answer(authority: Authority, system_mode: SystemMode) -> Response {
    Response { kind: ResponseKind::Answer, authority, system_mode }
}

fn response() -> impl Strategy<Value = Response> {
    let kind = proptest::sample::select(KINDS.to_vec());
    let authority = proptest::sample::select(AUTHORITIES.to_vec());
    (kind, authority, mode()).prop_map(|(kind, authority, system_mode)| Response {
        kind,
        authority,
        system_mode,
    })
}

fn mode() -> impl Strategy<Value = SystemMode> {
    proptest::sample::select(MODES.to_vec())
}

fn missing() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0), 1..=4_usize, Just(usize::MAX)]
}

fn sources() -> impl Strategy<Value = Vec<Source>> {
    let kinds = SOURCES.map(|(source, _)| source).to_vec();
    proptest::collection::vec(proptest::sample::select(kinds), 0..40)
}
