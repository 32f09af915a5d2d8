//! Numbers as people write them.

/// A number with thousands separated by commas or not: its plain form.
pub(super) fn number(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let whole = ungrouped(whole)?;
    match fraction {
        None => Some(format!("{sign}{whole}")),
        Some(fraction) if is_digits(fraction) => Some(format!("{sign}{whole}.{fraction}")),
        Some(_) => None,
    }
}

fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut plain = first.to_owned();
    let mut has_groups = false;
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        has_groups = true;
        plain.push_str(group);
    }
    (is_digits(first) && (!has_groups || first.len() <= 3)).then_some(plain)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// No word that another one may follow, as in `twenty-one`.
const WORDS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// A small number in words.
pub(super) fn in_words(word: &str) -> Option<i64> {
    let mut words = (0_i64..).zip(WORDS);
    words.find_map(|(value, name)| name.eq_ignore_ascii_case(word).then_some(value))
}

/// A count in digits or as a small word.
pub(super) fn count(word: &str) -> Option<i64> {
    if ["a", "an"].iter().any(|article| article.eq_ignore_ascii_case(word)) {
        return Some(1);
    }
    in_words(word).or_else(|| number(word)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{count, number};

    #[test]
    fn commas_group_thousands_and_nothing_else() {
        assert_eq!(number("1,234,567.5").as_deref(), Some("1234567.5"));
        assert_eq!(number("-40").as_deref(), Some("-40"));
        for text in ["", "1,23", "1234,567", ",123", "1.", "1.2.3", "a", "1e5"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn small_counts_are_words_too() {
        assert_eq!(count("ten"), Some(10));
        assert_eq!(count("an"), Some(1));
        assert_eq!(count("Nineteen"), Some(19));
        assert_eq!(count("twenty"), None);
        assert_eq!(count("1,000"), Some(1000));
        assert_eq!(count("many"), None);
    }
}
