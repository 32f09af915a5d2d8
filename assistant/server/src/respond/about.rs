//! What the assistant knows about itself: questions that need no source.

use crate::retrieval::plain_words;

const WHO: &str = "I am an assistant whose every answer passes a firewall: each says what it was made from, \
    and what cannot be said truthfully is refused.";
const CAN: &str = "I quote from the library with citations, recall what was said earlier in a conversation, \
    calculate, convert units and work with dates. I make up nothing.";
const DOCUMENTS: &str = "I cannot list documents here; GET /v1/library/documents does. Ask me what they say about \
    something.";
const HELLO: &str = "Hello. Ask me something about the library, or give me something to calculate.";
const THANKS: &str = "You are welcome.";

/// Questions, word for word and without their marks, and the answers to them.
const ANSWERS: &[(&[&str], &str)] = &[
    (&["who are you", "what are you", "what is your name", "who is this"], WHO),
    (
        &[
            "what can you do",
            "what do you do",
            "help",
            "how can you help me",
            "what can i ask you",
            "what can i ask",
        ],
        CAN,
    ),
    (
        &[
            "what documents do you have",
            "which documents do you have",
            "what documents are there",
            "list the documents",
            "list your documents",
            "show me your documents",
            "what is in the library",
            "what is in your library",
        ],
        DOCUMENTS,
    ),
    (&["hello", "hi", "hey", "hello there", "hi there", "good morning", "good evening"], HELLO),
    (&["thanks", "thank you", "thank you very much"], THANKS),
];

/// The answer to a question about the assistant itself.
pub(super) fn answer(question: &str) -> Option<&'static str> {
    let asked = plain_words(question).take(8).collect::<Vec<_>>().join(" ");
    ANSWERS
        .iter()
        .find_map(|(questions, answer)| questions.contains(&asked.as_str()).then_some(*answer))
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn only_questions_about_the_assistant_itself_are_answered_from_nothing() {
        for question in ["Hello!", "who are you?", "What can you do?", " thanks "] {
            assert!(answer(question).is_some(), "{question}");
        }
        for question in ["", "hello world", "who are you to judge?", "what is provenance?"] {
            assert_eq!(answer(question), None, "{question}");
        }
    }
}
