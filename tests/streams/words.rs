//! The words of a text come through byte for byte, however it is split.

use speech_exit::receipt::{Ended, Verdict};
use speech_exit::{Call, CallName, Citation, End, Finish, Piece, Usage};

use super::book::{Book, Line};
use super::client::{Called, Ending, KINDS};
use super::script::{Keeper, Part, Step, play, said};
use super::whole::whole;

/// Characters of one to four bytes, and those that JSON or server-sent events have a meaning for.
const TEXT: &str = "a\"\n\u{1}é\r\\😀\u{2028}:";

/// Every way to split a text between its characters.
fn splits(text: &str) -> impl Iterator<Item = Vec<String>> {
    let characters: Vec<char> = text.chars().collect();
    (0..1_u32 << (characters.len() - 1)).map(move |borders| {
        let mut pieces = vec![String::new()];
        for (index, character) in characters.iter().enumerate() {
            if index > 0 && borders >> (index - 1) & 1 == 1 {
                pieces.push(String::new());
            }
            pieces.last_mut().expect("a piece").push(*character);
        }
        pieces
    })
}

#[test]
fn each_split_of_a_text_is_heard_byte_for_byte() {
    for kind in KINDS {
        for pieces in splits(TEXT) {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let book = Book::default();
            let parts = [Part::Allowed(said(&pieces))];
            let coming = play(&kind.envelope(), &parts, &book, Keeper::Book);
            let heard = kind.hear(&coming.text());
            assert_eq!(heard.text().as_bytes(), TEXT.as_bytes(), "{kind:?} {pieces:?}");
            assert_eq!(heard.ending, Ending::Finished("stop"));
            book.assert_closed(Ended::Complete);
        }
    }
}

#[test]
fn a_text_within_its_segments_is_heard_byte_for_byte() {
    let characters: Vec<String> = TEXT.chars().map(String::from).collect();
    for kind in KINDS {
        for border in 0..=characters.len() {
            let (first, second) = characters.split_at(border);
            let mut steps = [first, second]
                .map(|half| said(&half.iter().map(String::as_str).collect::<Vec<_>>()));
            steps[0].pop();
            let book = Book::default();
            let coming = play(&kind.envelope(), &steps.map(Part::Allowed), &book, Keeper::Book);
            let heard = kind.hear(&coming.text());
            assert_eq!(heard.text().as_bytes(), TEXT.as_bytes(), "{kind:?} {border}");
            assert_eq!(heard.parts[0].text, characters[..border].concat());
            let [opening, later] = [0, 1].map(|segment| Line::Opening(segment, Verdict::Allow));
            assert_eq!(book.lines(), [opening, later, Line::Closing(Ended::Complete)]);
        }
    }
}

fn called(index: usize, begins: Option<(&str, &str)>, arguments: &str) -> Piece {
    let begins = begins.map(|(id, name)| CallName { id: id.to_owned(), name: name.to_owned() });
    Piece::Call(Call { index, begins, arguments: arguments.to_owned() })
}

fn cited(start: usize, end: usize) -> Piece {
    let (title, url) = ("A \"title\"".to_owned(), "doc:7".to_owned());
    Piece::Citation(Citation { start, end, title, url })
}

fn all_pieces(finish: Finish) -> Vec<Piece> {
    let words = |text: &str| Piece::Words(text.to_owned());
    vec![
        words("so "),
        words("ü"),
        words(""),
        cited(3, 4),
        called(0, Some(("call_a", "weather")), ""),
        called(0, None, "{\"at\":"),
        called(0, None, "\"é\"}"),
        called(1, Some(("call_b", "time")), "{}"),
        Piece::End(End { finish, usage: Some(Usage { input: 3, output: 5 }) }),
    ]
}

#[test]
fn a_whole_response_says_the_same_as_its_stream() {
    for kind in KINDS {
        for length in 0..=8 {
            let mut pieces = all_pieces(Finish::Calls);
            pieces.drain(length..8);
            let has_calls = length > 4;
            if !has_calls {
                let usage = Some(Usage { input: 3, output: 5 });
                pieces[length] = Piece::End(End { finish: Finish::Length, usage });
            }
            let steps = pieces.iter().cloned().map(Step::Give).collect();
            let parts = [Part::Allowed(steps)];
            let coming = play(&kind.envelope(), &parts, &Book::default(), Keeper::Nobody);
            let streamed = kind.hear(&coming.text());
            let whole = whole(kind, pieces);
            assert_eq!(streamed, whole, "{kind:?} {length}");
            assert_eq!(streamed.usage, Some((3, 5)));
            assert_eq!(streamed.citations.len(), usize::from(length > 3));
            let word = if has_calls { "calls" } else { "length" };
            assert_eq!(streamed.ending, Ending::Finished(word));
        }
    }
}

#[test]
fn calls_and_citations_are_heard_as_they_were_given() {
    for kind in KINDS {
        let steps = all_pieces(Finish::Calls).into_iter().map(Step::Give).collect();
        let parts = [Part::Allowed(steps)];
        let coming = play(&kind.envelope(), &parts, &Book::default(), Keeper::Nobody);
        let heard = kind.hear(&coming.text());
        let called = |id: &str, name: &str, arguments: &str| {
            let [id, name, arguments] = [id, name, arguments].map(str::to_owned);
            Called { id, name, arguments }
        };
        let calls = [called("call_a", "weather", "{\"at\":\"é\"}"), called("call_b", "time", "{}")];
        assert_eq!(heard.calls, calls);
        assert_eq!(heard.citations, [(3, 4, "A \"title\"".to_owned(), "doc:7".to_owned())]);
        assert_eq!(heard.text(), "so ü");
    }
}

#[test]
fn an_answer_of_no_words_is_whole() {
    for kind in KINDS {
        for steps in [said(&[]), said(&["", ""])] {
            let coming =
                play(&kind.envelope(), &[Part::Allowed(steps)], &Book::default(), Keeper::Nobody);
            let heard = kind.hear(&coming.text());
            assert_eq!((heard.text().as_str(), heard.ending), ("", Ending::Finished("stop")));
        }
    }
}
