//! What the words of a text are found by: as SQLite's tokenizer makes it, without accents, in lower case, by the stem.

use std::ops::Range;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization as _;

/// The words of a text: where each stands, and what it is found by.
pub(super) fn lexemes(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    let stemmer = Stemmer::create(Algorithm::English);
    words(text).filter_map(move |(place, word)| {
        let plain: String =
            word.to_lowercase().nfd().filter(|character| !is_accent(*character)).collect();
        let lexeme = stemmer.stem(&plain).into_owned();
        (!lexeme.is_empty()).then_some((place, lexeme))
    })
}

const fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

/// Runs of letters and digits, with the accents that stand apart from their letters.
fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(char::is_alphanumeric)?;
        let rest = text.get(start..)?;
        let is_outside = |character: char| !character.is_alphanumeric() && !is_accent(character);
        let word = rest.get(..rest.find(is_outside).unwrap_or(rest.len()))?;
        from = start + word.len();
        Some((start..from, word))
    })
}

#[cfg(test)]
mod tests {
    use super::lexemes;

    #[track_caller]
    fn gives(text: &str, expected: &[&str]) {
        let found: Vec<String> = lexemes(text).map(|(_, lexeme)| lexeme).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_are_found_by_their_stems_whatever_stands_between_them() {
        gives(
            "Doors, living/monitored; e.g. bm25!",
            &["door", "live", "monitor", "e", "g", "bm25"],
        );
        gives("--- \0 \u{301}", &[]);
    }

    #[test]
    fn accents_and_case_make_no_difference() {
        gives("CAF\u{c9} cafe\u{301} caf\u{e9}", &["cafe"; 3]);
        gives("\u{130}ZMIR", &["izmir"]);
    }

    #[test]
    fn each_place_is_that_of_the_word() {
        let text = "\u{e9}t\u{e9} \u{2014} cafe\u{301}s!";
        let found: Vec<&str> = lexemes(text).filter_map(|(place, _)| text.get(place)).collect();
        assert_eq!(found, ["\u{e9}t\u{e9}", "cafe\u{301}s"]);
    }
}
