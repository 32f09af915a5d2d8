//! Questions that people ask, over the samples: what is quoted bears on them, and what was not searched is not
//! said to have been.

use assistant::library::add_samples;
use serde_json::json;

use crate::databases::on_each_database;
use crate::support::{Assistant, assistant};

const NOTHING_SAID: &str = "Nothing was said before that in this conversation.";
const NOTHING_IN_CONVERSATION: &str = "I found nothing about that in this conversation.";
const NOTHING_IN_LIBRARY: &str = "I found nothing about that in the library.";
const NOTHING_TO_LOOK_FOR: &str = "There is nothing in that to look for.";

async fn with_samples() -> Assistant {
    let assistant = assistant().await;
    add_samples(&assistant.store).await.expect("samples");
    assistant
}

async fn questions_of_what_was_said_are_not_answered_by_the_library() {
    let assistant = with_samples().await;
    for question in [
        "what is my name?",
        "What is my dogs name?",
        "Do you know my name?",
        "What did I say earlier?",
        "what did i ask before",
        "What did I say about tool calls?",
    ] {
        let answer = assistant.ask(question).await;
        answer.assert_answers_as("system");
        assert_eq!(answer.content(), NOTHING_SAID, "{question}");
    }
    let first = assistant.ask("Good morning to you all.").await;
    let metadata = json!({ "conversation": first.conversation() });
    let answer = assistant.ask_with("what is my name?", metadata).await;
    answer.assert_answers_as("system");
    assert_eq!(answer.content(), NOTHING_IN_CONVERSATION);
}

async fn what_was_said_last_is_recalled_when_no_subject_is_named() {
    let assistant = with_samples().await;
    let first = assistant.ask("My name is Ada. My dog's name is Rex.").await;
    let conversation = json!({ "conversation": first.conversation() });
    let ask = async |question: &str| {
        let answer = assistant.ask_with(question, conversation.clone()).await;
        answer.assert_answers_as("memory");
        answer.content()
    };
    let said = "Earlier in this conversation you said: \u{201c}My name is Ada.\u{201d} \
        \u{201c}My dog's name is Rex.\u{201d}";
    assert_eq!(ask("What did I say earlier?").await, said);
    let dog = "Earlier in this conversation you said: \u{201c}My dog's name is Rex.\u{201d}";
    assert_eq!(ask("What is my dogs name?").await, dog);
    let asked = "Earlier in this conversation you asked: \u{201c}What did I say earlier?\u{201d} \
        \u{201c}What is my dogs name?\u{201d}";
    assert_eq!(ask("what did i ask before").await, asked);

    let body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "I live in Turin." },
        { "role": "user", "content": "What did I say earlier?" },
    ]});
    let repeated = assistant.chat(&body).await;
    repeated.assert_answers_as("system");
    let expected = "Earlier in this conversation you said: \u{201c}I live in Turin.\u{201d}";
    assert_eq!(repeated.content(), expected);
}

async fn what_the_samples_do_not_say_is_not_quoted_from_them() {
    let assistant = with_samples().await;
    for question in ["Who invented the computer?", "How do penguins hatch?"] {
        let answer = assistant.ask(question).await;
        answer.assert_answers_as("system");
        assert_eq!(answer.content(), NOTHING_IN_LIBRARY, "{question}");
    }
    let documents = assistant.ask("what documents do you have?").await;
    documents.assert_answers_as("system");
    assert!(documents.content().contains("/v1/library/documents"), "{documents:?}");
    for question in ["what is two plus two", "1 + 1 equals?"] {
        assistant.ask(question).await.assert_answers_as("tool");
    }
    for question in ["What is a reference monitor?", "what is prompt injection", "define bm25"] {
        assistant.ask(question).await.assert_answers_as("memory");
    }
}

#[tokio::test]
async fn what_has_nothing_to_look_for_was_not_looked_for() {
    let assistant = with_samples().await;
    let questions = ["\u{1f642}", "what is it?", "ok", "?"];
    for question in questions {
        let answer = assistant.ask(question).await;
        answer.assert_answers_as("system");
        assert_eq!(answer.content(), NOTHING_TO_LOOK_FOR, "{question}");
    }
    assistant.store.close().await;
    for question in questions {
        let answer = assistant.ask(question).await;
        answer.assert_answers_as("system");
        assert_eq!(answer.content(), NOTHING_TO_LOOK_FOR, "{question}");
    }
    let answer = assistant.ask("What did I say earlier?").await;
    assert_eq!(answer.content(), NOTHING_SAID);
}

on_each_database! {
    questions_of_what_was_said_are_not_answered_by_the_library,
    what_was_said_last_is_recalled_when_no_subject_is_named,
    what_the_samples_do_not_say_is_not_quoted_from_them,
}
