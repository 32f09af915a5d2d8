//! A reader may leave at any moment; what is kept is what it got.

use std::task::Poll;

use speech_exit::receipt::Ended;

use super::book::{Book, Fate, Line};
use super::client::{Ending, KINDS};
use super::model::broken;
use super::script::{Keeper, Part, Step, end, open, play, said, words};

fn scripts() -> Vec<Vec<Part>> {
    let first = || Part::Allowed(vec![words("so "), words("it ")]);
    vec![
        vec![Part::Allowed(said(&["so ", "it ", "is"]))],
        vec![Part::Allowed(said(&[]))],
        vec![first(), Part::Allowed(said(&["is"]))],
        vec![first(), Part::Denied(said(&["is not"]))],
        vec![first(), Part::Refusing],
        vec![first(), Part::Foreign],
        vec![first(), Part::Panic],
        vec![first(), first(), Part::None],
        vec![Part::Allowed(vec![words("so "), broken()])],
        vec![Part::Allowed(vec![words("so "), Step::Panic])],
    ]
}

#[test]
fn a_reader_that_leaves_after_any_frame_is_kept_with_what_it_got() {
    for kind in KINDS {
        for script in scripts() {
            let whole = Book::default();
            let mut coming = open(&kind.envelope(), &script, &whole, Keeper::Book).expect("a head");
            let frames = coming.read(usize::MAX);
            let Some(Line::Closing(ended)) = whole.lines().pop() else { panic!("no closing") };
            for read in 0..=frames {
                let book = Book::default();
                let mut coming =
                    open(&kind.envelope(), &script, &book, Keeper::Book).expect("a head");
                assert_eq!(coming.read(read), read);
                drop(coming);
                let ended = if read == frames { ended } else { Ended::ClientGone };
                book.assert_closed(ended);
                let heard = kind.hear(&String::from_utf8(book.sent()).expect("text"));
                assert_eq!(heard.ending == Ending::Open, read < frames, "{script:?} {read}");
                assert_eq!(book.memos().is_empty(), ended != Ended::Complete);
            }
        }
    }
}

#[test]
fn a_reader_that_leaves_while_nothing_comes_is_kept_with_what_it_got() {
    let waits = [
        vec![Part::Allowed(vec![Step::Hang])],
        vec![Part::Allowed(vec![words("so "), Step::Hang, end()])],
        vec![Part::Allowed(vec![words("so "), end(), Step::Hang])],
        vec![Part::Allowed(vec![words("so ")]), Part::Hang],
        vec![Part::Allowed(vec![words("so ")]), Part::Allowed(vec![Step::Hang])],
    ];
    for kind in KINDS {
        for script in &waits {
            let book = Book::default();
            let mut coming = open(&kind.envelope(), script, &book, Keeper::Book).expect("a head");
            coming.read(usize::MAX);
            assert_eq!(coming.poll(), Poll::Pending);
            assert!(!book.lines().contains(&Line::Closing(Ended::ClientGone)));
            drop(coming);
            book.assert_closed(Ended::ClientGone);
        }
    }
}

#[test]
fn a_reader_that_leaves_while_the_ledger_waits_is_kept_with_what_it_got() {
    for kind in KINDS {
        for script in scripts() {
            let whole = Book::default();
            drop(play(&kind.envelope(), &script, &whole, Keeper::Book));
            for call in 1..whole.lines().len() {
                let book = Book::but(call, Fate::Stuck);
                let coming = play(&kind.envelope(), &script, &book, Keeper::Book);
                assert_eq!(kind.hear(&coming.text()).ending, Ending::Open);
                drop(coming);
                book.assert_closed(Ended::ClientGone);
                assert_eq!(book.memos(), [""; 0]);
            }
        }
    }
}

#[test]
fn what_was_never_sent_has_no_closing() {
    for kind in KINDS {
        for fate in [Fate::Lost, Fate::Panics, Fate::Stuck] {
            for script in scripts() {
                let book = Book::but(0, fate);
                let coming = open(&kind.envelope(), &script, &book, Keeper::Book);
                assert_eq!(coming.is_none(), fate == Fate::Stuck);
                let error = coming.map(|mut coming| {
                    coming.read(usize::MAX);
                    coming.text()
                });
                assert!(error.is_none_or(|error| error.contains("RECEIPT_UNAVAILABLE")));
                assert_eq!(book.lines(), []);
            }
        }
    }
}
