//! What was said before, and who can have it.

use assistant::store::ConversationId;
use serde_json::json;

use crate::databases::on_each_database;
use crate::support::assistant;

async fn what_was_said_is_recalled_from_the_conversation() {
    let assistant = assistant().await;
    let first = assistant.ask("My name is Ada. I live in Turin.").await;
    let conversation = json!({ "conversation": first.conversation() });
    for (question, expected) in [
        (
            "What is my name?",
            "Earlier in this conversation you said: \u{201c}My name is Ada.\u{201d}",
        ),
        (
            "where do I live?",
            "Earlier in this conversation you said: \u{201c}I live in Turin.\u{201d}",
        ),
        (
            "What did I tell you about living?",
            "Earlier in this conversation you said: \u{201c}I live in Turin.\u{201d}",
        ),
    ] {
        let answer = assistant.ask_with(question, conversation.clone()).await;
        answer.assert_answers_as("memory");
        assert_eq!(answer.content(), expected);
        let source = json!([{ "source": "memory", "identifier": shown(&first.conversation()) }]);
        assert_eq!(answer.json()["provenance"]["sources"], source);
        assert_eq!(answer.conversation(), first.conversation());
    }
}

async fn what_was_asked_and_answered_is_told_apart_from_what_was_said() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    let first = assistant.ask("What is a door?").await;
    let conversation = json!({ "conversation": first.conversation() });
    let asked = assistant.ask_with("What did I ask about doors?", conversation.clone()).await;
    assert!(asked.content().ends_with("you asked: \u{201c}What is a door?\u{201d}"), "{asked:?}");
    let answered = assistant.ask_with("What did you say about doors?", conversation.clone()).await;
    assert!(answered.content().contains("I answered:"), "{answered:?}");
    assert!(answered.content().contains("A door is a hole in a wall."), "{answered:?}");
    let said = assistant.ask_with("What did I say about doors?", conversation).await;
    said.assert_answers_as("system");
    assert_eq!(said.content(), "I found nothing about that in this conversation.");
}

async fn another_conversation_knows_nothing_of_it() {
    let assistant = assistant().await;
    let ada = assistant.ask("My name is Ada.").await;
    let other = assistant.ask("hello").await;
    assert_ne!(ada.conversation(), other.conversation());
    let metadata = json!({ "conversation": other.conversation() });
    assistant.ask_with("What is my name?", metadata).await.assert_answers_as("system");
    assistant.ask("What is my name?").await.assert_answers_as("system");
}

async fn a_conversation_that_we_did_not_begin_is_opaque() {
    let metadata = json!({ "conversation": "conv_00000000000000000000000000000000" });
    let answer = assistant().await.ask_with("What is my name?", metadata).await;
    answer.assert_error(422, "OPAQUE_CONTEXT", Some("/metadata/conversation"));
}

async fn what_was_refused_is_not_remembered() {
    let assistant = assistant().await;
    let first = assistant.ask("hello").await;
    let metadata = json!({ "conversation": first.conversation(), "require": ["library"] });
    let refused = assistant.ask_with("My name is Ada.", metadata).await;
    refused.assert_refused_for("CONTEXT_UNAVAILABLE");
    let metadata = json!({ "conversation": first.conversation() });
    assistant.ask_with("What is my name?", metadata).await.assert_answers_as("system");
}

async fn a_required_memory_is_looked_for_even_when_the_library_answers() {
    let assistant = assistant().await;
    assistant.add("Doors", "A door is a hole in a wall.").await;
    let first = assistant.ask("My door is green.").await;
    let conversation = first.conversation();
    let metadata = json!({ "conversation": conversation, "require": "memory" });
    let answer = assistant.ask_with("Tell me of the door", metadata.clone()).await;
    answer.assert_answers_as("memory");
    assert!(answer.content().contains("a hole in a wall"), "{answer:?}");
    assert!(answer.content().contains("My door is green."), "{answer:?}");
    let lacking = assistant.ask_with("What about penguins?", metadata).await;
    lacking.assert_refused_for("CONTEXT_UNAVAILABLE");
}

async fn what_the_request_itself_says_is_repeated_and_is_no_source() {
    let assistant = assistant().await;
    let mut body = json!({ "model": "m", "messages": [
        { "role": "user", "content": "Hello. My name is Ada." },
        { "role": "assistant", "content": "My name is not Ada." },
        { "role": "user", "content": "What is my name?" },
    ]});
    let answer = assistant.chat(&body).await;
    answer.assert_answers_as("system");
    let expected = "Earlier in this conversation you said: \u{201c}My name is Ada.\u{201d}";
    assert_eq!(answer.content(), expected);
    assert_eq!(answer.json()["provenance"]["sources"], json!([]));
    body["metadata"] = json!({ "require": "memory" });
    assistant.chat(&body).await.assert_refused_for("CONTEXT_UNAVAILABLE");
}

/// What a conversation is called where others read too.
fn shown(id: &str) -> String {
    ConversationId::parse(id).expect("an id of ours").shown()
}

async fn who_reads_receipts_cannot_go_on_with_what_was_said() {
    let assistant = assistant().await;
    let first = assistant.ask("My name is Ada Quill.").await;
    let conversation = first.conversation();
    let known =
        assistant.ask_with("What is my name?", json!({ "conversation": conversation })).await;
    known.assert_answers_as("memory");
    let receipts = assistant.get("/receipts").await.text;
    assert!(receipts.contains(&shown(&conversation)), "{receipts}");
    assert!(!receipts.contains(&conversation), "{receipts}");
}

on_each_database! {
    what_was_said_is_recalled_from_the_conversation,
    what_was_asked_and_answered_is_told_apart_from_what_was_said,
    another_conversation_knows_nothing_of_it,
    a_conversation_that_we_did_not_begin_is_opaque,
    what_was_refused_is_not_remembered,
    a_required_memory_is_looked_for_even_when_the_library_answers,
    what_the_request_itself_says_is_repeated_and_is_no_source,
    who_reads_receipts_cannot_go_on_with_what_was_said,
}
