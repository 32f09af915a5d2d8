//! What comes before what.

use std::task::Poll;

use speech_exit::receipt::Verdict;

use super::book::{Book, Seen};
use super::client::KINDS;
use super::script::{Keeper, Part, open, said, words};

/// What happened, without what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Opening(u32),
    Closing,
    Asked,
    Sent,
}

fn moments(book: &Book) -> Vec<Moment> {
    let moment = |seen| match seen {
        Seen::Kept(receipt, _) | Seen::Later(receipt) => match receipt.opening {
            Some(opening) => Moment::Opening(opening.segment),
            None => Moment::Closing,
        },
        Seen::NotKept(receipt) => panic!("not kept: {receipt:?}"),
        Seen::Asked => Moment::Asked,
        Seen::Sent(_) => Moment::Sent,
    };
    book.seen().into_iter().map(moment).collect()
}

#[test]
fn each_verdict_is_kept_before_its_text_is_asked_for_and_before_its_first_byte() {
    use Moment::{Asked, Closing, Opening, Sent};
    for kind in KINDS {
        let book = Book::default();
        let parts = [Part::Allowed(vec![words("so ")]), Part::Allowed(said(&["it is"]))];
        let mut coming = open(&kind.envelope(), &parts, &book, Keeper::Book).expect("a head");
        assert_eq!(moments(&book), [Opening(0)], "the head leaves with its verdict kept");
        coming.read(usize::MAX);
        // Claims go at once, or the end of what came before them does.
        let first = [Opening(0), Sent, Asked, Sent, Asked, Opening(1), Sent];
        let second = [Asked, Sent, Asked, Asked, Closing, Sent];
        assert_eq!(moments(&book), [&first[..], &second[..]].concat(), "{kind:?}");
    }
}

#[test]
fn claims_are_in_the_first_event() {
    for kind in KINDS {
        for first in [
            Part::Allowed(said(&["never yet"])),
            Part::Denied(said(&["never yet"])),
            Part::Refusing,
        ] {
            let book = Book::default();
            let mut coming = open(&kind.envelope(), &[first], &book, Keeper::Book).expect("a head");
            let Poll::Ready(Some(frame)) = coming.poll() else { panic!("no frame") };
            let frame = String::from_utf8(frame).expect("text");
            let event = frame.split("\n\n").next().expect("an event");
            assert!(event.contains(r#""authority":"#) && event.contains("rcpt_"), "{event}");
            assert!(!event.contains("never"), "{event}");
        }
    }
}

#[test]
fn a_denied_segment_is_kept_before_the_refusal_in_its_place() {
    for kind in KINDS {
        let book = Book::default();
        let parts = [Part::Allowed(vec![words("so ")]), Part::Denied(said(&["it is not"]))];
        let mut coming = open(&kind.envelope(), &parts, &book, Keeper::Book).expect("a head");
        coming.read(usize::MAX);
        let seen = book.seen();
        let last = &seen[seen.len() - 3..];
        let [Seen::Kept(denied, None), Seen::Kept(closed, None), Seen::Sent(refusal)] = last else {
            panic!("{last:#?}")
        };
        let denied = denied.opening.as_ref().expect("an opening");
        assert_eq!((denied.segment, denied.outcome), (1, Verdict::Deny));
        assert_eq!(denied.code.as_deref(), Some("AUTHORITY_MISMATCH"));
        assert!(closed.closing.is_some() && closed.opening.is_none());
        assert!(String::from_utf8_lossy(refusal).contains("AUTHORITY_MISMATCH"));
    }
}

#[test]
fn the_head_of_a_stream_names_its_claims_and_its_receipt() {
    for kind in KINDS {
        let book = Book::default();
        let parts = [Part::Allowed(said(&["so it is"]))];
        let coming = open(&kind.envelope(), &parts, &book, Keeper::Book).expect("a head");
        let header =
            |name: &str| coming.response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(
            (header("x-speech-authority").as_str(), header("x-speech-mode").as_str()),
            ("system", "full")
        );
        assert_eq!(header("x-speech-receipt"), book.kept()[0].id.as_str());
    }
}

#[test]
fn a_denied_stream_says_in_its_head_not_to_ask_again() {
    for kind in KINDS {
        let book = Book::default();
        let parts = [Part::Denied(said(&["so it is"]))];
        let coming = open(&kind.envelope(), &parts, &book, Keeper::Book).expect("a head");
        let header =
            |name: &str| coming.response.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(coming.response.status(), axum::http::StatusCode::OK);
        assert_eq!(header("x-speech-code"), "AUTHORITY_MISMATCH");
        assert_eq!(header("x-should-retry"), "false");
        assert_eq!(header("x-speech-authority"), "none");
    }
}
