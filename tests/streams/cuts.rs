//! What breaks off never looks whole.

use super::book::Fate;
use super::client::{Ending, KINDS};
use super::model::{
    Expected, OUT_OF_ORDER, STREAM_CUT, UNKEPT, assert_as_expected, broken, expected, stray,
};
use super::script::{Part, Step, end, said, words};
use speech_exit::{Call, CallName, Citation, Piece};

/// All that can go wrong with a text at one place.
fn mishaps() -> Vec<Vec<Step>> {
    vec![
        vec![broken()],
        vec![Step::Panic],
        vec![stray()],
        vec![end(), words("more")],
        vec![end(), end()],
        vec![end(), broken()],
        vec![end(), Step::Panic],
        vec![Step::Hang],
        vec![end(), Step::Hang],
        vec![Step::Breathe, broken()],
    ]
}

#[track_caller]
fn assert_fails(parts: &[Part], fates: &[Fate], code: &str) {
    let Expected::Stream(stream) = expected(parts, fates) else { panic!("no stream: {parts:?}") };
    assert_eq!(stream.ending, Ending::Failed(code.to_owned()));
    for kind in KINDS {
        assert_as_expected(kind, parts, fates);
    }
}

#[test]
fn a_text_that_goes_wrong_anywhere_ends_with_an_error() {
    for kind in KINDS {
        for place in 0..=3 {
            for mishap in mishaps() {
                let mut steps = said(&["so ", "it ", "is"]);
                steps.truncate(place);
                steps.extend(mishap);
                steps.push(end());
                assert_as_expected(kind, &[Part::Allowed(steps.clone())], &[]);
                let later = [Part::Allowed(vec![words("first ")]), Part::Allowed(steps)];
                assert_as_expected(kind, &later, &[]);
            }
        }
    }
}

#[test]
fn an_answer_without_an_end_is_cut() {
    assert_fails(&[Part::Allowed(vec![words("so it is")])], &[], STREAM_CUT);
    assert_fails(&[Part::Allowed(Vec::new())], &[], STREAM_CUT);
    let parts = [Part::Allowed(vec![words("so ")]), Part::Allowed(vec![words("it is")])];
    assert_fails(&parts, &[], STREAM_CUT);
}

#[test]
fn a_panic_in_mid_answer_is_a_cut_and_no_end() {
    assert_fails(&[Part::Allowed(vec![words("so"), Step::Panic, end()])], &[], STREAM_CUT);
    assert_fails(&[Part::Allowed(vec![words("so")]), Part::Panic], &[], STREAM_CUT);
}

fn call(index: usize, begins: bool) -> Step {
    let begins = begins.then(|| CallName { id: format!("call_{index}"), name: "f".to_owned() });
    Step::Give(Piece::Call(Call { index, begins, arguments: "{}".to_owned() }))
}

fn cited(start: usize, end: usize) -> Step {
    let (title, url) = ("t".to_owned(), "doc:1".to_owned());
    Step::Give(Piece::Citation(Citation { start, end, title, url }))
}

#[test]
fn pieces_that_do_not_fit_together_are_a_cut() {
    let last = |steps: Vec<Step>| {
        for kind in KINDS {
            let good = heard(kind, &[&steps[..steps.len() - 1], &[end()]].concat());
            assert_eq!(good, Ending::Finished("stop"), "{kind:?} {steps:?}");
            let bad = heard(kind, &[&steps[..], &[end()]].concat());
            assert_eq!(bad, Ending::Failed(OUT_OF_ORDER.to_owned()), "{kind:?} {steps:?}");
        }
    };
    last(vec![call(1, true)]);
    last(vec![call(0, false)]);
    last(vec![words("so"), cited(2, 1)]);
    let calls = |rest: &[Step]| {
        let steps = [&[words("so"), call(0, true)], rest].concat();
        for kind in KINDS {
            let bad = heard(kind, &[&steps[..], &[end()]].concat());
            assert_eq!(bad, Ending::Failed(OUT_OF_ORDER.to_owned()), "{kind:?} {steps:?}");
        }
    };
    calls(&[call(0, true)]);
    calls(&[call(2, true)]);
    calls(&[words("more"), call(0, false)]);
    calls(&[cited(2, 2), call(0, false)]);
    calls(&[call(1, true), call(0, false)]);
    calls(&[words("more"), cited(0, 2)]);
    calls(&[words("more"), cited(1, 3)]);
}

/// How a client that reads all of one segment hears it end.
#[track_caller]
fn heard(kind: super::client::Kind, steps: &[Step]) -> Ending {
    endings(kind, &[Part::Allowed(steps.to_vec())])
}

#[track_caller]
fn endings(kind: super::client::Kind, parts: &[Part]) -> Ending {
    let book = super::book::Book::default();
    let coming = super::script::play(&kind.envelope(), parts, &book, super::script::Keeper::Book);
    kind.hear(&coming.text()).ending
}

#[test]
fn nothing_goes_on_across_the_border_of_two_segments() {
    for kind in KINDS {
        for late in [call(0, false), cited(0, 2)] {
            let first = Part::Allowed(vec![words("so"), call(0, true)]);
            let second = Part::Allowed(vec![late, end()]);
            let ending = endings(kind, &[first, second]);
            assert_eq!(ending, Ending::Failed(OUT_OF_ORDER.to_owned()), "{kind:?}");
        }
    }
}

#[test]
fn a_ledger_that_fails_at_any_call_leaves_no_end_without_its_receipt() {
    let scripts = [
        vec![Part::Allowed(said(&["so ", "it is"]))],
        vec![Part::Allowed(vec![words("so ")]), Part::Allowed(said(&["it is"]))],
        vec![Part::Allowed(vec![words("so ")]), Part::Denied(said(&["it is not"]))],
        vec![Part::Allowed(vec![words("so ")]), Part::Refusing],
        vec![Part::Allowed(vec![words("so "), call(0, true)]), Part::Refusing],
        vec![Part::Allowed(vec![words("so "), broken()])],
        vec![Part::Denied(said(&["so it is not"]))],
        vec![Part::Refusing],
        vec![Part::None],
    ];
    let fates = [Fate::Kept, Fate::Lost, Fate::Stuck, Fate::Panics];
    for kind in KINDS {
        for script in &scripts {
            for case in 0..3 * 4_usize.pow(3) {
                let fates = [case % 3, case / 3 % 4, case / 12 % 4, case / 48 % 4];
                let fates =
                    fates.map(|fate| [Fate::Kept, Fate::Lost, Fate::Stuck, Fate::Panics][fate]);
                assert_as_expected(kind, script, &fates);
            }
        }
    }
    assert_fails(&scripts[0], &[Fate::Kept, Fate::Lost], UNKEPT);
    assert_fails(&scripts[2], &[Fate::Kept, Fate::Lost], UNKEPT);
    assert_fails(&scripts[2], &[Fate::Kept, Fate::Kept, fates[3]], UNKEPT);
}
