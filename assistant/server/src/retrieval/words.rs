//! Which words of a question are worth looking for.

/// A longer question is looked for by its first words: each word costs one more look into the index.
const MAX_WORDS: usize = 32;

/// Words that hold a sentence together and say nothing about its subject.
const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "because", "been", "before", "being", "between", "but", "by", "can", "could", "d", "did", "do",
    "does", "doing", "done", "down", "during", "each", "few", "for", "from", "further", "had",
    "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "just", "ll", "m", "may", "me", "might", "mine", "more", "most",
    "must", "my", "no", "nor", "not", "of", "off", "on", "once", "one", "only", "or", "other",
    "our", "ours", "out", "over", "own", "re", "s", "same", "shall", "she", "should", "so", "some",
    "such", "t", "than", "that", "the", "their", "theirs", "them", "then", "there", "these",
    "they", "this", "those", "through", "to", "too", "under", "until", "up", "us", "ve", "very",
    "was", "we", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why",
    "will", "with", "would", "you", "your", "yours",
];

/// Words that may be said of anything.
const GENERAL_WORDS: &[&str] = &[
    "anything",
    "everything",
    "get",
    "got",
    "hmm",
    "let",
    "like",
    "lot",
    "lots",
    "made",
    "make",
    "makes",
    "much",
    "nothing",
    "now",
    "oh",
    "ok",
    "okay",
    "really",
    "said",
    "say",
    "says",
    "something",
    "stuff",
    "thing",
    "things",
    "want",
    "well",
    "wrote",
    "yeah",
    "yes",
];

/// Words that say what to do with the subject. They count only where no other word is left.
const INSTRUCTION_WORDS: &[&str] = &[
    "answer",
    "brief",
    "briefly",
    "called",
    "define",
    "describe",
    "explain",
    "give",
    "kind",
    "know",
    "list",
    "mean",
    "means",
    "please",
    "sentence",
    "sentences",
    "short",
    "shortly",
    "show",
    "summarise",
    "summarize",
    "tell",
    "word",
    "words",
];

/// The distinct content words of a question, in lower case and in order.
#[must_use]
pub fn content_words(question: &str) -> Vec<String> {
    let is_empty = |word: &str| FUNCTION_WORDS.contains(&word) || GENERAL_WORDS.contains(&word);
    let said = distinct(question, |word| !is_empty(word));
    let about: Vec<String> =
        said.iter().filter(|word| !INSTRUCTION_WORDS.contains(&word.as_str())).cloned().collect();
    let mut words = if about.is_empty() { said } else { about };
    words.truncate(MAX_WORDS);
    words
}

fn distinct(text: &str, keep: impl Fn(&str) -> bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for word in plain_words(text) {
        if keep(&word) && seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// The words of a text in lower case, without anything that is neither letter nor digit.
pub(crate) fn plain_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{FUNCTION_WORDS, GENERAL_WORDS, INSTRUCTION_WORDS, MAX_WORDS, content_words};

    #[track_caller]
    fn gives(question: &str, expected: &[&str]) {
        assert_eq!(content_words(question), expected, "{question}");
    }

    #[test]
    fn function_words_and_repeats_are_left_out() {
        gives("What is provenance?", &["provenance"]);
        gives("What's a Reference monitor's REFERENCE?", &["reference", "monitor"]);
        gives("Please explain bm25 in two sentences.", &["bm25", "two"]);
        gives("", &[]);
        gives("what is it?", &[]);
        gives("ok", &[]);
        gives("who wrote this", &[]);
        gives("What is said of the gate?", &["gate"]);
    }

    #[test]
    fn a_word_of_instruction_is_looked_for_when_it_is_the_subject() {
        gives("what is a sentence?", &["sentence"]);
    }

    #[test]
    fn operators_and_signs_of_the_index_are_words_or_nothing() {
        gives(
            r#""a" OR b* NEAR(c d, 2) AND {x}:y ^z - 😀"#,
            &["b", "near", "c", "2", "x", "y", "z"],
        );
    }

    #[test]
    fn a_very_long_question_is_looked_for_by_its_first_words() {
        let long: String = (0..100_000).map(|number| format!("w{number} ")).collect();
        assert_eq!(content_words(&long).len(), MAX_WORDS);
    }

    #[test]
    fn the_lists_are_in_order_and_share_no_word() {
        let lists = [FUNCTION_WORDS, GENERAL_WORDS, INSTRUCTION_WORDS];
        for list in lists {
            assert!(list.is_sorted(), "{list:?}");
        }
        let mut all = lists.concat();
        all.sort_unstable();
        assert!(all.array_windows().all(|[one, next]| one != next), "{all:?}");
    }
}
