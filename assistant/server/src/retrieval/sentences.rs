//! Where sentences begin and end, and which of them ask.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// The sentences of a text, without the space around them. A line break ends a sentence.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    text.split_sentence_bound_indices()
        .filter_map(|(start, sentence)| {
            let lead = sentence.len() - sentence.trim_start().len();
            let trimmed = sentence.trim();
            let start = start + lead;
            (!trimmed.is_empty()).then(|| start..start + trimmed.len())
        })
        .collect()
}

/// Words with which a sentence asks even when the mark is left out.
const ASKING: &[&str] = &[
    "are", "can", "could", "did", "do", "does", "how", "is", "was", "what", "when", "where",
    "which", "who", "whom", "whose", "why", "will", "would",
];

/// Whether a sentence asks something.
pub(super) fn is_question(sentence: &str) -> bool {
    let first = super::words::plain_words(sentence).next();
    sentence.trim_end().ends_with('?')
        || first.is_some_and(|first| ASKING.contains(&first.as_str()))
}

#[cfg(test)]
mod tests {
    use super::{is_question, sentences};

    #[test]
    fn sentences_end_at_their_marks_and_at_line_breaks() {
        let text = " One is here, e.g. this. Two! Is 3.5 three?\nFour  ";
        let found: Vec<&str> =
            sentences(text).into_iter().filter_map(|range| text.get(range)).collect();
        assert_eq!(found, ["One is here, e.g. this.", "Two!", "Is 3.5 three?", "Four"]);
    }

    #[test]
    fn a_question_is_known_by_its_mark_or_its_first_word() {
        for asking in ["what is my name", "My name?", "Where am I"] {
            assert!(is_question(asking), "{asking}");
        }
        for telling in ["my name is Ada", "I live in Paris.", ""] {
            assert!(!is_question(telling), "{telling}");
        }
    }
}
