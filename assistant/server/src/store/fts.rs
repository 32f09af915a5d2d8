//! The language of the full-text index: words in, quoted; marks out.

use std::ops::Range;

/// Noncharacters: text for interchange has none, and a text that has some all the same loses only its places.
pub(super) const OPEN: char = '\u{fdd0}';
pub(super) const CLOSE: char = '\u{fdd1}';

/// An expression that finds any of the words. Each is a quoted string, in which nothing is an operator.
pub(super) fn any_of(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" OR ")
}

/// One word as a string of the expression language.
pub(super) fn quoted(word: &str) -> String {
    // A NUL would end the expression early in the index's reader, which works on C strings.
    format!("\"{}\"", word.replace('"', "\"\"").replace('\0', " "))
}

/// Where in the text the marks stood.
pub(super) fn marked_ranges(marked: &str, text: &str) -> Vec<Range<usize>> {
    if text.contains([OPEN, CLOSE]) {
        return Vec::new();
    }
    let mut ranges = Vec::new();
    let (mut place, mut start) = (0, None);
    for character in marked.chars() {
        match character {
            OPEN => start = Some(place),
            CLOSE => ranges.extend(start.take().map(|start| start..place)),
            other => place += other.len_utf8(),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::{any_of, marked_ranges, quoted};

    #[test]
    fn a_quote_in_a_word_stays_in_its_string() {
        assert_eq!(quoted(r#"a" OR "b"#), r#""a"" OR ""b""#);
        assert_eq!(quoted("a\0b"), "\"a b\"");
        assert_eq!(any_of(&["a".into(), "NEAR".into()]), r#""a" OR "NEAR""#);
    }

    #[test]
    fn marks_give_the_places_in_the_text_without_them() {
        let text = "é truth and truths";
        let marked = "é \u{fdd0}truth\u{fdd1} and \u{fdd0}truths\u{fdd1}";
        let words: Vec<&str> =
            marked_ranges(marked, text).into_iter().filter_map(|range| text.get(range)).collect();
        assert_eq!(words, ["truth", "truths"]);
    }

    #[test]
    fn a_text_with_marks_of_its_own_gives_no_places() {
        assert!(marked_ranges("\u{fdd0}a\u{fdd1}", "\u{fdd0}a").is_empty());
    }
}
