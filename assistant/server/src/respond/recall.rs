//! Questions about what was said before.

use crate::retrieval::{Need, Said, content_words, plain_words};

/// What is to be looked for in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recall {
    pub(super) said: Said,
    pub(super) words: Vec<String>,
    pub(super) need: Need,
    /// Whether nothing but the conversation can answer it.
    pub(super) is_exclusive: bool,
}

impl Recall {
    pub(super) const fn lead(&self) -> &'static str {
        match self.said {
            Said::Stated => "Earlier in this conversation you said:",
            Said::Asked => "Earlier in this conversation you asked:",
            Said::Answered => "Earlier in this conversation I answered:",
        }
    }
}

/// How questions about what was said begin; after `about` stands the subject.
const OPENERS: &[(&str, Said)] = &[
    ("what did i say", Said::Stated),
    ("what did i tell you", Said::Stated),
    ("what did i mention", Said::Stated),
    ("what have i said", Said::Stated),
    ("what have i told you", Said::Stated),
    ("did i say", Said::Stated),
    ("did i tell you", Said::Stated),
    ("did i mention", Said::Stated),
    ("have i told you", Said::Stated),
    ("what did i ask", Said::Asked),
    ("what have i asked", Said::Asked),
    ("did i ask", Said::Asked),
    ("what did you say", Said::Answered),
    ("what did you answer", Said::Answered),
    ("what did you tell me", Said::Answered),
];

const ASKING: [&str; 6] = ["what", "who", "where", "when", "which", "whats"];

/// What may stand before a question about what was said.
const MANNERS: &[&str] = &[
    "please",
    "hey",
    "hi",
    "hello",
    "and",
    "so",
    "can you",
    "could you",
    "would you",
    "do you know",
    "do you remember",
    "tell me",
    "remind me of",
    "remind me",
];

/// Words that say when, and nothing of what.
const TIMES: &[&str] = &["ago", "already", "earlier", "far", "previously", "today", "yet"];

/// What a question wants recalled; none if it does not ask for that.
pub(super) fn parse(question: &str) -> Option<Recall> {
    let text = plain_words(question).collect::<Vec<_>>().join(" ");
    let core = without_manners(&text);
    let opener = OPENERS.iter().find_map(|(opener, said)| Some((*said, after(core, opener)?)));
    if let Some((said, rest)) = opener {
        let subject = rest.split_once("about ").map_or(rest, |(_, subject)| subject);
        let mut words = content_words(subject);
        words.retain(|word| !TIMES.contains(&word.as_str()));
        return Some(Recall { said, words, need: Need::Half, is_exclusive: true });
    }
    let mut words = content_words(core);
    let rest = match core.split_once(' ') {
        Some((first, rest)) if ASKING.contains(&first) => rest,
        _ if core.len() < text.len() && core.starts_with("my ") => core,
        _ => return None,
    };
    let rest: Vec<&str> = rest.split(' ').collect();
    let is_of_the_person = rest.contains(&"my");
    if is_of_the_person {
        words.push("my".to_owned());
    } else if !is_about_the_person(&rest) {
        return None;
    }
    Some(Recall { said: Said::Stated, words, need: Need::All, is_exclusive: is_of_the_person })
}

fn without_manners(text: &str) -> &str {
    let mut rest = text;
    while let Some(after) = MANNERS.iter().find_map(|words| after(rest, words)) {
        rest = after;
    }
    rest
}

/// What follows the words at the start of a text.
fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(words)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

/// `where do I live`.
fn is_about_the_person(rest: &[&str]) -> bool {
    rest.windows(2).take(2).any(|pair| match pair {
        [verb, person] => *person == "i" && matches!(*verb, "do" | "did" | "am" | "was" | "have"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::retrieval::{Need, Said};

    #[track_caller]
    fn recalls(question: &str, said: Said, words: &[&str], need: Need) {
        let recall = parse(question);
        let found = recall.map(|recall| (recall.said, recall.words, recall.need));
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(found, Some((said, words, need)), "{question}");
    }

    #[test]
    fn questions_about_what_was_said_name_who_said_it_and_the_subject() {
        recalls("What did I say about the red door?", Said::Stated, &["red", "door"], Need::Half);
        recalls("what did I ask you about bm25", Said::Asked, &["bm25"], Need::Half);
        recalls("What did you tell me about traces?", Said::Answered, &["traces"], Need::Half);
        recalls("What is my name?", Said::Stated, &["name", "my"], Need::All);
        recalls("What's my dog's name?", Said::Stated, &["dog", "name", "my"], Need::All);
        recalls("What is my dogs name?", Said::Stated, &["dogs", "name", "my"], Need::All);
        recalls("Can you tell me my name?", Said::Stated, &["name", "my"], Need::All);
        recalls("What did I say earlier?", Said::Stated, &[], Need::Half);
        recalls("what did i ask before", Said::Asked, &[], Need::Half);
        recalls("So what have I told you so far?", Said::Stated, &[], Need::Half);
        recalls("Did I say anything about doors?", Said::Stated, &["doors"], Need::Half);
        recalls("Did I tell you my name?", Said::Stated, &["name"], Need::Half);
        recalls("Do you remember my name?", Said::Stated, &["name", "my"], Need::All);
        recalls("where do I live?", Said::Stated, &["live"], Need::All);
    }

    #[test]
    fn other_questions_recall_nothing() {
        for question in [
            "what is provenance?",
            "how do I cite a document?",
            "my name is Ada",
            "",
            "is it my turn?",
            "Please remember my name is Ada",
        ] {
            assert_eq!(parse(question), None, "{question}");
        }
    }
}
