//! Laws of the gate, on generated runs.

use speech_harness::gate::laws::LAWS;
use speech_harness::laws::seed;

macro_rules! laws {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let law = LAWS.iter().find(|law| law.name == stringify!($name));
            (law.expect("a law of the gate").hold)(seed()).unwrap();
        })+

        #[test]
        fn each_law_of_the_gate_is_tried_here() {
            assert_eq!(LAWS.map(|law| law.name), [$(stringify!($name)),+]);
        }
    };
}

laws! {
    what_has_ended_never_changes_again,
    shadow_is_enforce_that_does_not_act,
    events_count_by_their_time_and_id_alone,
    only_differences_of_time_count,
    unknown_fields_of_a_body_do_not_count,
    no_grant_lifts_tier_c,
    more_signals_never_allow_more,
}
