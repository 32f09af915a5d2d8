//! Streams of whoever composes here: the same as whole answers, and judged segment by segment.

use std::sync::{Arc, Mutex};

use assistant::library::add_samples;
use assistant::respond::{Asked, Composed, Composing, Live, Next, Responder};
use assistant::status::{Board, Health, Part};
use futures_util::stream;
use serde_json::{Value, json};
use speech_exit::{
    Call, CallName, Citation, Claims, Cut, End, Finish, Piece, Recorder, Segment, Text,
};
use speech_kernel::{Authority, SystemMode};

use crate::remote::{Heard, ROADS, Road, sending};
use crate::support::{Assistant, assistant, with};

async fn ask(assistant: &Assistant, road: Road, body: &Value) -> Heard {
    Heard::of(road, &assistant.send(sending(road, body)).await)
}

#[tokio::test]
async fn every_road_says_the_same_of_the_same_question() {
    let assistant = assistant().await;
    add_samples(&assistant.store).await.expect("samples");
    for (question, authority) in [
        ("What is a reference monitor?", "memory"),
        ("what is 17 * 23?", "tool"),
        ("Who are you?", "system"),
    ] {
        let mut said = Vec::new();
        for road in ROADS {
            let heard = ask(&assistant, road, &road.asking(question)).await;
            heard.assert_answers(&heard.text, authority, "full");
            assert!(heard.conversation.is_some() && !heard.text.is_empty());
            said.push((heard.text, heard.citations, heard.finish, heard.usage));
        }
        assert!(said.windows(2).all(|two| two[0] == two[1]), "{said:#?}");
        assert_eq!(said[0].1.is_empty(), authority != "memory");
    }
}

#[tokio::test]
async fn every_road_cuts_an_answer_to_its_length_and_refuses_alike() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is one. A caf\u{e9} door is two.").await;
    for road in ROADS {
        let mut body = road.asking("What is a door?");
        body[if road.is_chat() { "max_tokens" } else { "max_output_tokens" }] = json!(7);
        let heard = ask(&assistant, road, &body).await;
        let words = "\u{201c}A door is one.\u{201d} [1]\n\u{201c}A caf\u{e9}";
        heard.assert_answers(words, "memory", "full");
        assert_eq!((heard.finish.as_str(), heard.citations.len()), ("length", 1), "{road:?}");

        let mut body = road.asking("Who are you?");
        body["metadata"] = json!({ "require": ["library", "tool:units"] });
        let refused = ask(&assistant, road, &body).await;
        refused.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
        assert_eq!(refused.claims[0]["missing"], json!(["library", "tool:units"]));
    }
}

#[tokio::test]
async fn what_a_client_ran_is_repeated_as_its_tools_word() {
    let assistant = assistant().await;
    for road in ROADS {
        let user = json!({ "role": "user", "content": "How is the weather?" });
        let items = if road.is_chat() {
            let call = crate::remote::call("a", "weather", "{}");
            let called = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
            json!([user, called, { "role": "tool", "tool_call_id": "a", "content": "rain" }])
        } else {
            let called = json!({
                "type": "function_call", "call_id": "a", "name": "weather", "arguments": "{}",
            });
            json!([user, called, { "type": "function_call_output", "call_id": "a", "output": "rain" }])
        };
        let heard = ask(&assistant, road, &road.saying(&items)).await;
        heard.assert_answers("weather gave: \u{201c}rain\u{201d}", "tool", "full");
        assert_eq!(heard.sources(), ["tool:client.weather"], "{road:?}");
    }
}

#[tokio::test]
async fn here_nobody_calls_a_tool_so_a_required_one_is_missing() {
    let assistant = assistant().await;
    for road in ROADS {
        let mut body = road.asking("what is 17 * 23?");
        body["tools"] = json!([road.weather()]);
        body["tool_choice"] = json!("required");
        let heard = ask(&assistant, road, &body).await;
        heard.assert_refuses(Some("CONTEXT_UNAVAILABLE"));
        assert_eq!(heard.claims[0]["missing"], json!(["tool:client.*"]), "{road:?}");
    }
}

/// A responder that streams what a closure says of each segment, and says nothing whole.
struct Living<F>(Arc<Mutex<F>>);

struct Line<F> {
    say: Arc<Mutex<F>>,
    number: usize,
}

impl<F> Responder for Living<F>
where
    F: FnMut(usize, Recorder) -> Option<Segment> + Send + 'static,
{
    fn compose<'a>(&'a self, _: &'a Asked, _: &'a mut Recorder) -> Composing<'a> {
        Box::pin(async { Composed::Refusal { text: "only streams", claims: None } })
    }

    fn live(self: Arc<Self>, _: &Arc<Asked>) -> Option<Box<dyn Live>> {
        Some(Box::new(Line { say: Arc::clone(&self.0), number: 0 }))
    }
}

impl<F> Live for Line<F>
where
    F: FnMut(usize, Recorder) -> Option<Segment> + Send + 'static,
{
    fn next(&mut self, recorder: Recorder) -> Next<'_> {
        let said = (self.say.lock().expect("no panic"))(self.number, recorder);
        self.number += 1;
        Box::pin(async move { said })
    }
}

async fn living<F>(say: impl FnOnce(Arc<Board>) -> F) -> Assistant
where
    F: FnMut(usize, Recorder) -> Option<Segment> + Send + 'static,
{
    with(|store| Living(Arc::new(Mutex::new(say(Arc::clone(store.board())))))).await
}

const STREAMS: [Road; 2] = [Road::ChatStream, Road::ResponsesStream];
const FULL: SystemMode = SystemMode::Full;
const END: Piece = Piece::End(End { finish: Finish::Stop, usage: None });

fn words(words: &str) -> Piece {
    Piece::Words(words.to_owned())
}

fn text(pieces: Vec<Piece>) -> Text {
    Box::pin(stream::iter(pieces.into_iter().map(Ok::<_, Cut>)))
}

fn answer(authority: Authority, recorder: Recorder, pieces: Vec<Piece>) -> Option<Segment> {
    let claims = Claims { authority, system_mode: FULL };
    Some(Segment::answer(claims, recorder.seal(), text(pieces)))
}

async fn hear(assistant: &Assistant, road: Road) -> Heard {
    ask(assistant, road, &road.asking("Hello?")).await
}

#[tokio::test]
async fn a_live_segment_that_claims_more_or_less_is_refused_before_its_first_byte() {
    for authority in [Authority::None, Authority::Memory, Authority::Tool] {
        for wrong in [0, 1] {
            let assistant = living(|_| {
                move |number, recorder| match number {
                    _ if number == wrong => answer(authority, recorder, vec![words("lie"), END]),
                    0 => answer(Authority::System, recorder, vec![words("one ")]),
                    _ => None,
                }
            })
            .await;
            for road in STREAMS {
                let heard = hear(&assistant, road).await;
                assert_eq!(heard.text, if wrong == 0 { "" } else { "one " }, "{road:?}");
                heard.assert_ends_refused(Some("AUTHORITY_MISMATCH"));
                assert!(!heard.answer.contains("lie"), "{heard:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_mode_that_changes_between_claim_and_seal_is_not_misreported() {
    for turn in [0, 1] {
        let assistant = living(|board| {
            move |number, recorder| {
                let library = if number == turn { Health::Down } else { Health::Up };
                board.note(Part::Library, library);
                let end = if number == 0 { vec![words("one ")] } else { vec![END] };
                answer(Authority::System, recorder, end)
            }
        })
        .await;
        for road in STREAMS {
            let heard = hear(&assistant, road).await;
            assert_eq!(heard.text, if turn == 0 { "" } else { "one " });
            heard.assert_ends_refused(Some("MODE_MISREPORTED"));
            let last = heard.claims.last().expect("claims");
            assert_eq!(last["system_mode"], "minimal", "{road:?}");
        }
    }
}

#[tokio::test]
async fn words_that_come_without_what_they_require_are_cut_though_nobody_stated_it() {
    let assistant = living(|_| {
        |_, recorder| answer(Authority::System, recorder, vec![words("It rains."), END])
    })
    .await;
    for road in STREAMS {
        let mut body = road.asking("Hello?");
        body["tools"] = json!([road.weather()]);
        body["tool_choice"] = json!("required");
        let heard = ask(&assistant, road, &body).await;
        assert_eq!(heard.error.as_deref(), Some("REQUIREMENT_UNSTATED"), "{heard:?}");
        assert!(!heard.answer.contains("It rains."), "{heard:?}");
    }
}

#[tokio::test]
async fn pieces_that_do_not_fit_together_are_cut() {
    let begun = |index| {
        let begins = CallName { id: format!("c{index}"), name: "f".to_owned() };
        Piece::Call(Call { index, begins: Some(begins), arguments: String::new() })
    };
    let more = Piece::Call(Call { index: 0, begins: None, arguments: "{}".to_owned() });
    let table = [
        (vec![words("one")], "STREAM_CUT"),
        (vec![words("one"), END, words("two")], "STREAM_OUT_OF_ORDER"),
        (vec![words("one"), more.clone()], "STREAM_OUT_OF_ORDER"),
        (vec![words("one"), begun(1)], "STREAM_OUT_OF_ORDER"),
        (vec![words("one"), begun(0), begun(1), more], "STREAM_OUT_OF_ORDER"),
    ];
    for (pieces, code) in table {
        let once = pieces.clone();
        let assistant = living(|_| {
            move |number, recorder| match number {
                0 => answer(Authority::System, recorder, once.clone()),
                _ => None,
            }
        })
        .await;
        for road in STREAMS {
            let heard = hear(&assistant, road).await;
            let is_cut = heard.error.as_deref() == Some(code);
            // What comes after an end is never asked for.
            let is_over = code == "STREAM_OUT_OF_ORDER" && pieces.contains(&END);
            assert!(is_cut || is_over && heard.error.is_none(), "{pieces:?}: {heard:?}");
            assert_eq!(heard.text, "one");
        }
    }
}

#[tokio::test]
async fn citations_of_a_later_segment_stand_where_the_whole_text_has_them() {
    let cited = |start, end| {
        let (title, url) = ("t".to_owned(), format!("/{start}"));
        Piece::Citation(Citation { start, end, title, url })
    };
    let assistant = living(|_| {
        move |number, recorder| match number {
            0 => answer(Authority::System, recorder, vec![words("caf\u{e9} "), cited(0, 4)]),
            _ => answer(Authority::System, recorder, vec![words("two"), cited(5, 8), END]),
        }
    })
    .await;
    let heard = hear(&assistant, Road::ChatStream).await;
    assert_eq!((heard.text.as_str(), heard.claims.len()), ("caf\u{e9} two", 2));
    assert_eq!(heard.citations, [json!([0, 4, "/0"]), json!([5, 8, "/5"])]);
    let heard = hear(&assistant, Road::ResponsesStream).await;
    // Here each part of the text counts for itself.
    assert_eq!(heard.citations, [json!([0, 4, "/0"]), json!([0, 3, "/5"])]);
}

#[tokio::test]
async fn no_segment_at_all_is_no_answer() {
    let assistant = living(|_| |_, _: Recorder| None).await;
    for road in STREAMS {
        let heard = hear(&assistant, road).await;
        assert_eq!((heard.status, heard.error.as_deref()), (500, Some("STREAM_CUT")), "{heard:?}");
    }
}
