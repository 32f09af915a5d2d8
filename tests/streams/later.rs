//! Each later segment is judged before its own first byte.

use serde_json::json;

use super::book::{Book, Fate};
use super::client::{Ending, KINDS};
use super::model::assert_as_expected;
use super::script::{Keeper, Part, Step, end, play, said, words};
use speech_exit::{Call, CallName, Citation, Piece};

/// All that the source of the segments can come with, where the text of an answer goes on if `is_open`.
fn parts(text: &str, is_open: bool) -> Vec<Part> {
    let mut steps = said(&[text]);
    if is_open {
        steps.pop();
    }
    vec![
        Part::Allowed(steps.clone()),
        Part::Denied(steps),
        Part::Refusing,
        Part::Foreign,
        Part::None,
        Part::Hang,
        Part::Panic,
    ]
}

#[test]
fn each_combination_of_segments_is_judged_one_by_one() {
    for kind in KINDS {
        for first in parts("first ", true) {
            for second in parts("second ", true) {
                for third in parts("third", false) {
                    assert_as_expected(kind, &[first.clone(), second.clone(), third], &[]);
                }
            }
        }
    }
}

#[test]
fn segments_of_no_words_are_judged_too() {
    let empty = || Part::Allowed(Vec::new());
    for kind in KINDS {
        assert_as_expected(kind, &[empty(), empty(), Part::Allowed(said(&["at last"]))], &[]);
        assert_as_expected(kind, &[empty(), empty(), Part::Allowed(said(&[]))], &[]);
        assert_as_expected(kind, &[empty(), Part::Denied(said(&["never"]))], &[]);
        assert_as_expected(kind, &[empty(), Part::Refusing], &[]);
        assert_as_expected(kind, &[empty(), empty(), Part::Refusing], &[Fate::Kept, Fate::Lost]);
    }
}

#[test]
fn nothing_of_a_denied_segment_leaves_and_its_text_is_never_asked() {
    for kind in KINDS {
        let parts = [
            Part::Allowed(vec![words("true so far. ")]),
            Part::Denied(vec![words("never said"), Step::Panic]),
            Part::Allowed(said(&["never reached"])),
        ];
        let book = Book::default();
        let coming = play(&kind.envelope(), &parts, &book, Keeper::Book);
        let text = coming.text();
        assert!(!text.contains("never"), "{text}");
        let heard = kind.hear(&text);
        assert_eq!(heard.text(), "true so far. ");
        assert_eq!(heard.parts[1].claims["code"], "AUTHORITY_MISMATCH");
        assert!(heard.parts[1].refusal.is_some());
        assert_eq!(heard.ending, Ending::Finished("stop"));
    }
}

#[test]
fn the_sources_of_a_segment_are_those_recorded_up_to_it() {
    for kind in KINDS {
        let open = |text| Part::Allowed(vec![words(text)]);
        let parts = [open("a"), open("b"), Part::Allowed(said(&["c"]))];
        let coming = play(&kind.envelope(), &parts, &Book::default(), Keeper::Nobody);
        let heard = kind.hear(&coming.text());
        let source =
            |call: u8| json!({"source": "tool:calculator", "identifier": format!("call_{call}")});
        let sources: Vec<_> = heard.parts.iter().map(|part| &part.claims["sources"]).collect();
        let expected = [json!([]), json!([source(1)]), json!([source(1), source(2)])];
        assert_eq!(sources, expected.iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_later_segment_that_only_calls_has_its_claims_before_the_call() {
    for kind in KINDS {
        let begins = Some(CallName { id: "call_a".to_owned(), name: "weather".to_owned() });
        let call = Piece::Call(Call { index: 0, begins, arguments: "{}".to_owned() });
        let parts = [
            Part::Allowed(vec![words("first")]),
            Part::Allowed(vec![Step::Give(call), words("then"), end()]),
        ];
        let coming = play(&kind.envelope(), &parts, &Book::default(), Keeper::Nobody);
        let text = coming.text();
        let heard = kind.hear(&text);
        assert_eq!(heard.parts.len(), 2, "{text}");
        assert_eq!(heard.parts[1].claims["authority"], "tool");
        assert_eq!(heard.parts[1].text, "then");
        let place = |words| text.split("\n\n").position(|event| event.contains(words));
        assert!(place(r#""authority":"tool""#) <= place("weather"), "{text}");
    }
}

#[test]
fn citations_stand_where_they_stood_in_the_whole_text() {
    let cited = |start, title: &str| {
        let (title, url) = (title.to_owned(), "doc:1".to_owned());
        Step::Give(Piece::Citation(Citation { start, end: start + 1, title, url }))
    };
    let begins = Some(CallName { id: "call_a".to_owned(), name: "weather".to_owned() });
    let call = Step::Give(Piece::Call(Call { index: 0, begins, arguments: "{}".to_owned() }));
    for kind in KINDS {
        let first = vec![words("a\u{fc}"), cited(1, "one"), words("\u{1f600}")];
        let second =
            [words("\u{e9}b"), cited(3, "two"), call.clone(), words("c"), cited(5, "three")];
        let parts = [Part::Allowed(first), Part::Allowed([&second[..], &[end()]].concat())];
        let coming = play(&kind.envelope(), &parts, &Book::default(), Keeper::Nobody);
        let heard = kind.hear(&coming.text());
        let text: Vec<char> = heard.text().chars().collect();
        let places = heard.citations.iter().map(|(start, end, title, _)| {
            (text[*start as usize..*end as usize].iter().collect::<String>(), title.as_str())
        });
        let expected = [("\u{fc}", "one"), ("\u{e9}", "two"), ("c", "three")];
        assert_eq!(places.collect::<Vec<_>>(), expected.map(|(of, by)| (of.to_owned(), by)));
    }
}

#[test]
fn without_a_ledger_a_stream_names_no_receipt() {
    for kind in KINDS {
        for last in [Part::Allowed(said(&["b"])), Part::Denied(said(&["b"])), Part::Refusing] {
            let parts = [Part::Allowed(vec![words("a")]), last];
            let book = Book::default();
            let coming = play(&kind.envelope(), &parts, &book, Keeper::Nobody);
            assert!(!coming.text().contains("rcpt_") && !coming.text().contains("receipt"));
            assert_eq!(coming.response.headers().get("x-speech-receipt"), None);
            assert_eq!(book.lines(), []);
        }
    }
}
