//! Laws of the kernel, on generated traces.

use std::sync::Mutex;

use proptest::prelude::*;
use speech_harness::laws::{self, LAWS};

macro_rules! laws {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let law = LAWS.iter().find(|law| law.name == stringify!($name));
            (law.expect("a law of the harness").hold)(laws::seed()).unwrap();
        })+

        #[test]
        fn each_law_is_tried_here() {
            assert_eq!(LAWS.map(|law| law.name), [$(stringify!($name)),+]);
        }
    };
}

laws! {
    order_and_repetition_never_matter,
    more_sources_never_lower_the_derived_authority,
    a_truthful_refusal_always_passes,
    a_truthful_answer_passes_when_nothing_is_missing,
    equal_inputs_give_equal_verdicts,
    a_verdict_survives_serde,
}

/// The cases that a law was tried on, and how it ended.
fn tried(seed: u64, most: u64) -> (Vec<u64>, Result<(), String>) {
    let seen = Mutex::new(Vec::new());
    let end = laws::try_law(seed, any::<u64>(), |number| {
        seen.lock().unwrap().push(number);
        prop_assert!(number <= most, "more than {}", most);
        Ok(())
    });
    (seen.into_inner().unwrap(), end)
}

#[test]
fn equal_seeds_give_equal_cases_and_others_others() {
    assert_eq!(tried(7, u64::MAX), tried(7, u64::MAX));
    assert_eq!(tried(7, 1_000), tried(7, 1_000));
    assert_ne!(tried(7, u64::MAX).0, tried(8, u64::MAX).0);
    assert_eq!(tried(7, u64::MAX).0.len(), laws::CASES as usize);
}

#[test]
fn a_broken_law_tells_its_smallest_counterexample_and_its_seed() {
    let words = tried(7, 1_000).1.unwrap_err();
    for told in ["more than 1000", "minimal failing input: 1001", "PROPTEST_RNG_SEED=7"] {
        assert!(words.contains(told), "{words}");
    }
}
