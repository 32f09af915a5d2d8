//! Answers, and the requests that get none.

use assistant::library::add_samples;
use serde_json::{Value, json};

use crate::databases::on_each_database;
use crate::support::{Answer, assistant, question_of};

const MONITORS: &str = "# Monitors\n\nA reference monitor decides on each access. It is *small*, \
    and caf\u{e9}s have none.\n\nBread is baked.\n";

fn citations(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let content: Vec<char> = answer.content().chars().collect();
    let annotations = json["choices"][0]["message"]["annotations"].as_array().cloned();
    let cited = annotations.unwrap_or_default().into_iter().map(|annotation| {
        let citation = &annotation["url_citation"];
        assert_eq!(annotation["type"], "url_citation");
        let at = |name: &str| usize::try_from(citation[name].as_u64().expect("an index")).ok();
        let range = at("start_index").expect("a start")..at("end_index").expect("an end");
        let mark = content[range].iter().collect();
        (mark, citation["url"].as_str().expect("a url").to_owned())
    });
    cited.collect()
}

async fn a_question_of_the_library_is_answered_in_its_words_with_citations() {
    let assistant = assistant().await;
    let id = assistant.add("Monitors", MONITORS).await;
    let answer = assistant.ask("What is a Reference Monitor's decision?").await;
    answer.assert_answers_as("memory");
    let expected =
        "\u{201c}A reference monitor decides on each access.\u{201d} [1]\n\n[1] Monitors";
    assert_eq!(answer.content(), expected);
    let source = json!([{ "source": "library", "identifier": id }]);
    assert_eq!(answer.json()["provenance"]["sources"], source);
    let cited = citations(&answer);
    let url = format!("/v1/library/documents/{id}");
    assert_eq!(cited, [("[1]".to_owned(), url.clone())]);
    assert_eq!(assistant.get(&url).await.json()["text"], MONITORS);
}

async fn each_quote_of_the_samples_stands_in_the_document_that_it_cites() {
    let assistant = assistant().await;
    add_samples(&assistant.store).await.expect("samples");
    let page = assistant.get("/v1/library/documents?limit=100").await.json();
    let mut quotes = 0;
    for document in page["data"].as_array().expect("a page") {
        let title = document["title"].as_str().expect("a title");
        let answer = assistant.ask(&format!("What is said of {title}?")).await;
        answer.assert_answers_as("memory");
        let content = answer.content();
        let quoted = content.lines().filter(|line| line.starts_with('\u{201c}'));
        for (line, (_, url)) in quoted.zip(citations(&answer)) {
            let (quote, _) =
                line.trim_start_matches('\u{201c}').rsplit_once('\u{201d}').expect("a quote");
            let cited = assistant.get(&url).await.json();
            let text: Vec<&str> =
                cited["text"].as_str().expect("a text").split_whitespace().collect();
            assert!(text.join(" ").contains(quote), "{quote} is not in {url}");
            quotes += 1;
        }
    }
    assert!(quotes > 20, "{quotes} quotes are too few to show anything");
}

#[tokio::test]
async fn arithmetic_is_answered_by_the_tool_and_says_so() {
    let answer = assistant().await.ask("what is 17 * 23?").await;
    answer.assert_answers_as("tool");
    assert_eq!(answer.content(), "17 * 23 = 391");
    let sources = &answer.json()["provenance"]["sources"];
    assert_eq!(*sources, json!([{ "source": "tool:calculator" }]));
}

#[tokio::test]
async fn a_calculation_says_how_it_was_read() {
    let assistant = assistant().await;
    let angle = assistant.ask("sin(30)").await.content();
    assert!(angle.starts_with("sin (30) \u{2248} -0.98803162"), "{angle}");
    assert!(angle.ends_with(" (angles in radians)"), "{angle}");
    let share = assistant.ask("100 / 10%").await.content();
    assert_eq!(share, "100 / (10 / 100) = 1000");
    let added = assistant.ask("what is 100 + 10%?").await;
    added.assert_answers_as("system");
    assert!(added.content().contains("two ways"), "{added:?}");
}

#[tokio::test]
async fn a_tool_that_gives_nothing_is_an_attempt_and_the_answer_says_so() {
    let assistant = assistant().await;
    for (question, tool, why) in [
        ("what is 1/0?", "tool:calculator", "division by zero"),
        ("convert 5 miles to kg", "tool:units", "the units do not measure the same thing"),
        ("what weekday is 2023-02-29", "tool:calendar", "a date is not in the calendar"),
    ] {
        let answer = assistant.ask(question).await;
        answer.assert_answers_as("system");
        assert!(answer.content().ends_with(&format!("gave nothing for that: {why}.")));
        let provenance = &answer.json()["provenance"];
        assert_eq!(provenance["attempts"], json!([{ "source": tool, "why": why }]));
        assert_eq!(provenance["sources"], json!([]));
    }
}

async fn a_required_library_is_asked_beside_the_tool() {
    let assistant = assistant().await;
    assistant.add("Sums", "The sum 17 * 23 stands here.").await;
    let answer = assistant.ask_with("what is 17 * 23?", json!({ "require": "library" })).await;
    answer.assert_answers_as("tool");
    let content = answer.content();
    assert!(content.starts_with("17 * 23 = 391\n\n\u{201c}The sum"), "{content}");
    assert_eq!(citations(&answer)[0].0, "[1]");
}

async fn what_the_library_lacks_is_said_to_be_lacking() {
    let assistant = assistant().await;
    assistant.add("Monitors", MONITORS).await;
    let answer = assistant.ask("How do penguins hatch?").await;
    answer.assert_answers_as("system");
    assert_eq!(answer.content(), "I found nothing about that in the library.");
}

async fn a_passage_with_less_than_half_of_the_words_is_not_quoted() {
    let assistant = assistant().await;
    assistant.add("Monitors", MONITORS).await;
    assistant.ask("Which penguins access islands?").await.assert_answers_as("system");
    assistant.ask("Which penguins access monitors of islands?").await.assert_answers_as("memory");
}

#[tokio::test]
async fn a_question_about_the_assistant_itself_needs_no_source() {
    let answer = assistant().await.ask("Who are you?").await;
    answer.assert_answers_as("system");
    assert_eq!(answer.json()["provenance"]["sources"], json!([]));
}

async fn no_question_is_read_as_a_command_of_the_index() {
    let assistant = assistant().await;
    assistant.add("Monitors", MONITORS).await;
    let long = "\"access* OR ".repeat(20_000);
    // As words: each of one or two has to be there, and half of more. A sign is no word.
    for (question, found) in [
        ("\"monitor", "found"),
        ("monitor\"\"", "found"),
        ("mon*", "nothing"),
        ("monitor OR mon*", "nothing"),
        ("NEAR(reference monitor, 2)", "found"),
        ("reference AND", "found"),
        ("monitor NOT reference", "found"),
        ("NOT OR AND NEAR", "nothing"),
        ("heading: monitor", "nothing"),
        ("heading: reference monitor", "found"),
        ("{heading text}: monitor", "nothing"),
        ("^monitor", "found"),
        ("^access", "found"),
        ("-monitor", "found"),
        ("+", "nothing"),
        ("\u{1f600}\u{1f600}", "nothing"),
        ("'; DROP TABLE documents;--", "nothing"),
        ("monitor\u{0}access", "found"),
        ("\u{fdd0}monitor\u{fdd1}", "found"),
        ("()", "nothing"),
        ("a:b:c", "nothing"),
        (long.as_str(), "found"),
        ("access?", "found"),
    ] {
        let answer = assistant.ask(question).await;
        assert_eq!(answer.json()["provenance"]["kind"], "answer", "{question:.40} {answer:?}");
        assert_eq!(answer.header("x-speech-mode"), Some("full"), "{question:.40} {answer:?}");
        let is_found = answer.json()["provenance"]["sources"] != json!([]);
        assert_eq!(is_found, found == "found", "{question:.40} {answer:?}");
    }
}

#[tokio::test]
async fn the_answer_is_a_chat_completion_with_words_counted_as_tokens() {
    let answer = assistant().await.ask("what is 17 * 23?").await.json();
    assert_eq!(answer["object"], "chat.completion");
    assert_eq!(answer["model"], "m");
    assert!(answer["id"].as_str().is_some_and(|id| id.starts_with("chatcmpl-")));
    assert!(answer["created"].as_u64().is_some_and(|created| created > 0));
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "stop");
    assert_eq!(choice["logprobs"], Value::Null);
    assert_eq!(choice["message"]["role"], "assistant");
    assert_eq!(choice["message"]["refusal"], Value::Null);
    let usage = json!({ "prompt_tokens": 5, "completion_tokens": 5, "total_tokens": 10 });
    assert_eq!(answer["usage"], usage);
}

#[tokio::test]
async fn contents_may_come_in_parts_and_earlier_messages_are_not_the_question() {
    let body = json!({ "model": "m", "messages": [
        { "role": "system", "content": "be brief" },
        { "role": "developer", "content": [{ "type": "text", "text": "be brief" }] },
        { "role": "user", "content": "what is 1/0?" },
        { "role": "assistant", "content": null, "refusal": "no", "tool_calls": [] },
        { "role": "assistant", "content": [{ "type": "refusal", "refusal": "no" }] },
        { "role": "user", "name": "ada", "content": [{ "type": "text", "text": "what is" }, { "type": "text", "text": "2 + 2?" }] },
    ]});
    let answer = assistant().await.chat(&body).await;
    assert_eq!(answer.content(), "2 + 2 = 4");
}

/// A request with another value in one of its fields.
fn with(field: &str, value: Value) -> String {
    let mut body = question_of("what is 2 + 2?");
    body[field] = value;
    body.to_string()
}

async fn assert_told<const N: usize>(table: [(String, &str, &str); N]) {
    let assistant = assistant().await;
    for (body, code, pointer) in table {
        let request =
            crate::support::request(axum::http::Method::POST, "/v1/chat/completions", body);
        assistant.send(request).await.assert_error(422, code, Some(pointer));
    }
}

async fn a_malformed_request_is_told_what_and_where() {
    assert_told([
        ("{".to_owned(), "NOT_JSON", ""),
        ("[]".to_owned(), "WRONG_TYPE", ""),
        (r#"{"model":"m","model":"m"}"#.to_owned(), "DUPLICATE_KEY", "/model"),
        (r#"{"messages":[]}"#.to_owned(), "MISSING_FIELD", "/model"),
        (with("model", json!("")), "WRONG_TYPE", "/model"),
        (with("model", json!("a long story")), "WRONG_TYPE", "/model"),
        (r#"{"model":"m"}"#.to_owned(), "MISSING_FIELD", "/messages"),
        (with("messages", json!([])), "WRONG_TYPE", "/messages"),
        (with("conversation", json!("conv_1")), "OPAQUE_CONTEXT", "/conversation"),
        (with("previous_response_id", json!("r")), "OPAQUE_CONTEXT", "/previous_response_id"),
        (with("max_tokens", json!(0)), "WRONG_TYPE", "/max_tokens"),
        (with("max_tokens", json!(1.5)), "WRONG_TYPE", "/max_tokens"),
        (with("max_completion_tokens", json!("9")), "WRONG_TYPE", "/max_completion_tokens"),
        (with("stream", json!("yes")), "WRONG_TYPE", "/stream"),
        (with("stream_options", json!(true)), "WRONG_TYPE", "/stream_options"),
        (with("messages", json!(vec![json!({}); 4097])), "TOO_LARGE", "/messages"),
        (with("n", json!(2)), "UNSUPPORTED", "/n"),
        (with("tools", json!([{}])), "MISSING_FIELD", "/tools/0/type"),
        (with("tools", json!([{ "type": "teleport" }])), "UNKNOWN_VALUE", "/tools/0/type"),
    ])
    .await;
}

#[tokio::test]
async fn a_malformed_message_is_told_what_and_where() {
    let message = |message: Value| with("messages", json!([message]));
    let role = |role: &str| message(json!({ "role": role, "content": "x" }));
    let content = |content: Value| message(json!({ "role": "user", "content": content }));
    let calling = json!({ "role": "assistant", "content": "x", "tool_calls": [{}] });
    let refusing = json!([{ "type": "refusal", "refusal": "x" }]);
    assert_told([
        (message(json!("x")), "WRONG_TYPE", "/messages/0"),
        (message(json!({ "content": "x" })), "MISSING_FIELD", "/messages/0/role"),
        (role("robot"), "UNKNOWN_VALUE", "/messages/0/role"),
        (role("tool"), "MISSING_FIELD", "/messages/0/tool_call_id"),
        (role("function"), "MISSING_FIELD", "/messages/0/name"),
        (role("system"), "UNKNOWN_VALUE", "/messages/0/role"),
        (message(json!({ "role": "user" })), "MISSING_FIELD", "/messages/0/content"),
        (content(Value::Null), "WRONG_TYPE", "/messages/0/content"),
        (content(json!(" ")), "WRONG_TYPE", "/messages/0/content"),
        (content(json!([])), "WRONG_TYPE", "/messages/0/content"),
        (content(json!([{ "type": "image_url" }])), "UNSUPPORTED", "/messages/0/content/0/type"),
        (content(refusing), "UNSUPPORTED", "/messages/0/content/0/type"),
        (message(calling), "MISSING_FIELD", "/messages/0/tool_calls/0/id"),
    ])
    .await;
}

async fn a_malformed_condition_is_told_what_and_where() {
    let metadata = |metadata: Value| with("metadata", metadata);
    let require = |labels: Value| metadata(json!({ "require": labels }));
    assert_told([
        (metadata(json!([])), "WRONG_TYPE", "/metadata"),
        (metadata(json!({ "requires": "library" })), "UNKNOWN_FIELD", "/metadata/requires"),
        (metadata(json!({ "Require": null })), "UNKNOWN_FIELD", "/metadata/Require"),
        (metadata(json!({ "conversation_id": 1 })), "UNKNOWN_FIELD", "/metadata/conversation_id"),
        (metadata(json!({ "conversation": "c" })), "OPAQUE_CONTEXT", "/metadata/conversation"),
        (require(json!(1)), "WRONG_TYPE", "/metadata/require"),
        (require(json!(vec!["library"; 17])), "WRONG_TYPE", "/metadata/require"),
        (require(json!(["library", "web"])), "UNKNOWN_SOURCE", "/metadata/require/1"),
        (require(json!("tool:client.x")), "UNKNOWN_SOURCE", "/metadata/require"),
    ])
    .await;
}

#[tokio::test]
async fn a_request_over_its_limit_is_too_large() {
    let assistant = assistant().await;
    let long = "x".repeat(1 << 20);
    assistant.ask(&long).await.assert_error(413, "TOO_LARGE", Some(""));
    let fits = "x".repeat((1 << 20) - 100);
    assistant.ask(&fits).await.assert_answers_as("system");
}

async fn the_place_of_a_conversation_is_named_to_who_looks_for_another() {
    let mut body = question_of("hello");
    body["conversation"] = json!("conv_1");
    let answer = assistant().await.chat(&body).await;
    assert!(answer.text.contains("metadata.conversation"), "{answer:?}");
}

async fn an_answer_has_no_more_words_than_it_may_and_cites_what_is_left_of_it() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is one. A caf\u{e9} door is two.").await;
    let limited = async |name: &str, words: usize| {
        let mut body = question_of("What is a door?");
        body[name] = json!(words);
        body["max_tokens"] = json!(words.min(50));
        let answer = assistant.chat(&body).await;
        answer.assert_answers_as("memory");
        let json = answer.json();
        let end = json["choices"][0]["finish_reason"].as_str().expect("a reason").to_owned();
        let counted = json["usage"]["completion_tokens"].as_u64();
        assert!(counted.is_some_and(|counted| counted <= words as u64), "{answer:?}");
        (answer.content(), citations(&answer).len(), end, answer.conversation())
    };
    let whole = limited("max_tokens", 99).await;
    assert_eq!((whole.1, whole.2.as_str()), (2, "stop"), "{}", whole.0);
    for name in ["max_tokens", "max_completion_tokens"] {
        let (text, cited, end, conversation) = limited(name, 7).await;
        assert_eq!((cited, end.as_str()), (1, "length"));
        assert_eq!(text, "\u{201c}A door is one.\u{201d} [1]\n\u{201c}A caf\u{e9}");
        let metadata = json!({ "conversation": conversation });
        let recalled = assistant.ask_with("What did you say about doors?", metadata).await;
        assert!(!recalled.content().contains("is two"), "it said less: {recalled:?}");
    }
}

async fn neutral_and_meaningless_fields_change_nothing() {
    let assistant = assistant().await;
    let mut body = question_of("what is 17 * 23?");
    for (name, value) in [
        ("n", json!(1)),
        ("stream", json!(false)),
        ("tools", json!([])),
        ("stop", Value::Null),
        ("temperature", json!(0.1)),
        ("seed", json!(7)),
        ("metadata", Value::Null),
        ("x_new", json!({})),
    ] {
        body[name] = value;
    }
    assert_eq!(assistant.chat(&body).await.content(), "17 * 23 = 391");
    body["metadata"] = json!({ "require": null, "conversation": null, "other": 1 });
    assert_eq!(assistant.chat(&body).await.content(), "17 * 23 = 391");
}

/// What takes longer than a moment for one of these takes longer than anybody waits.
async fn a_question_made_to_be_hard_to_read_is_answered() {
    let assistant = assistant().await;
    let brackets = format!("{}1{}", "(".repeat(340_000), ")%".repeat(340_000));
    let factorials = format!("1{}%", "!".repeat(900_000));
    for question in [brackets, factorials] {
        let answer = assistant.ask(&question).await;
        assert!(answer.content().contains("the expression is too long"), "{answer:.200?}");
    }
    let door = "door.\n".repeat(100_000);
    let kept = assistant.ask(&door).await;
    let metadata = json!({ "conversation": kept.conversation() });
    assistant.ask_with("What did I say about door?", metadata).await.assert_answers_as("memory");
}

on_each_database! {
    a_question_of_the_library_is_answered_in_its_words_with_citations,
    each_quote_of_the_samples_stands_in_the_document_that_it_cites,
    a_required_library_is_asked_beside_the_tool,
    what_the_library_lacks_is_said_to_be_lacking,
    a_passage_with_less_than_half_of_the_words_is_not_quoted,
    no_question_is_read_as_a_command_of_the_index,
    a_malformed_request_is_told_what_and_where,
    a_malformed_condition_is_told_what_and_where,
    the_place_of_a_conversation_is_named_to_who_looks_for_another,
    an_answer_has_no_more_words_than_it_may_and_cites_what_is_left_of_it,
    neutral_and_meaningless_fields_change_nothing,
    a_question_made_to_be_hard_to_read_is_answered,
}
