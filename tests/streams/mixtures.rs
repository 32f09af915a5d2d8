//! Mixtures of all that can happen, beyond what is walked exhaustively.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::Config;
use speech_exit::receipt::Ended;
use speech_exit::{Call, CallName, Citation, End, Finish, Piece, Usage};

use super::book::{Book, Fate, Line};
use super::client::{KINDS, Kind};
use super::model::{Expected, assert_as_expected, broken, expected, stray};
use super::script::{Keeper, Part, Step, open};

/// A step before the places of calls and citations are known.
#[derive(Debug, Clone)]
enum Draft {
    Step(Step),
    Call(Vec<String>),
    Cite(String),
}

fn draft() -> impl Strategy<Value = Draft> {
    let step = |step: Step| Just(Draft::Step(step));
    let end = (0_usize..3, any::<Option<(u64, u64)>>()).prop_map(|(finish, usage)| {
        let finish = [Finish::Stop, Finish::Length, Finish::Calls][finish];
        let usage = usage.map(|(input, output)| Usage { input, output });
        Draft::Step(Step::Give(Piece::End(End { finish, usage })))
    });
    prop_oneof![
        8 => any::<String>().prop_map(|text| Draft::Step(Step::Give(Piece::Words(text)))),
        2 => vec(any::<String>(), 1..3).prop_map(Draft::Call),
        2 => any::<String>().prop_map(Draft::Cite),
        4 => end,
        2 => step(Step::Breathe),
        1 => step(Step::Hang),
        1 => step(Step::Panic),
        1 => step(broken()),
        1 => step(stray()),
    ]
}

#[derive(Debug, Clone)]
enum Sketch {
    Allowed(Vec<Draft>),
    Other(Part),
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let other = |part: Part| Just(Sketch::Other(part));
    prop_oneof![
        12 => vec(draft(), 0..6).prop_map(Sketch::Allowed),
        2 => other(Part::Denied(vec![Step::Panic])),
        2 => other(Part::Refusing),
        1 => other(Part::Foreign),
        1 => other(Part::None),
        1 => other(Part::Hang),
        1 => other(Part::Panic),
    ]
}

/// Gives calls their numbers, and citations places in the text before them.
fn drawn(sketches: Vec<Sketch>) -> Vec<Part> {
    let (mut calls, mut length) = (0, 0);
    let draw = |sketch| match sketch {
        Sketch::Other(part) => part,
        Sketch::Allowed(drafts) => {
            let drafts = drafts.into_iter();
            Part::Allowed(drafts.flat_map(|draft| steps(draft, &mut calls, &mut length)).collect())
        }
    };
    sketches.into_iter().map(draw).collect()
}

fn steps(draft: Draft, calls: &mut usize, length: &mut usize) -> Vec<Step> {
    match draft {
        Draft::Step(step) => {
            if let Step::Give(Piece::Words(text)) = &step {
                *length += text.chars().count();
            }
            vec![step]
        }
        Draft::Call(pieces) => {
            let index = *calls;
            *calls += 1;
            let name = |part: usize| {
                (part == 0).then(|| CallName { id: format!("call_{index}"), name: "f".to_owned() })
            };
            let piece = |(part, arguments)| Call { index, begins: name(part), arguments };
            let pieces = pieces.into_iter().enumerate().map(piece);
            pieces.map(|call| Step::Give(Piece::Call(call))).collect()
        }
        Draft::Cite(title) => {
            let (start, end, url) = (*length, *length + 1, "doc:1".to_owned());
            vec![Step::Give(Piece::Citation(Citation { start, end, title, url }))]
        }
    }
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![8 => Just(Fate::Kept), 1 => Just(Fate::Lost), 1 => Just(Fate::Stuck)];
    vec(fate, 0..6)
}

/// Leaves after some frames, and holds what is kept to what was read.
#[track_caller]
fn assert_left(kind: Kind, parts: &[Part], fates: &[Fate], most: usize) {
    let book = Book::with(fates);
    let Some(mut coming) = open(&kind.envelope(), parts, &book, Keeper::Book) else { return };
    coming.read(most);
    drop(coming);
    let Expected::Stream(stream) = expected(parts, fates) else { return };
    let kept = book.lines();
    let ended = match kept.last() {
        Some(Line::Closing(ended)) => *ended,
        // All bytes of a refusal are known at the verdict.
        Some(Line::Both(..)) => return assert_eq!(kept, stream.lines),
        _ => panic!("no closing: {parts:?} {fates:?}"),
    };
    book.assert_closed(ended);
    let is_prefix = stream.lines.starts_with(&kept[..kept.len() - 1]);
    assert!(is_prefix && (stream.lines == kept || ended == Ended::ClientGone), "{kept:?}");
}

proptest! {
    #![proptest_config(Config { cases: 256, failure_persistence: None, ..Config::default() })]

    #[test]
    fn any_mixture_comes_as_it_has_to(
        sketches in vec(sketch(), 0..4), fates in fates(), most in 0_usize..8, kind in 0_usize..3,
    ) {
        let (parts, kind) = (drawn(sketches), KINDS[kind]);
        assert_as_expected(kind, &parts, &fates);
        assert_left(kind, &parts, &fates, most);
    }
}
