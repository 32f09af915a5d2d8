//! Laws of the kernel, on generated traces.

use speech_harness::laws::LAWS;

macro_rules! laws {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let law = LAWS.iter().find(|law| law.name == stringify!($name));
            (law.expect("a law of the harness").hold)().unwrap();
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
