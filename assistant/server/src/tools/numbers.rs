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

const SMALL: [&str; 20] = [
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

const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// A number under a thousand at the start of the words, and how many words it takes.
pub(super) fn in_words(words: &[&str]) -> Option<(i64, usize)> {
    let (value, taken) = under_a_hundred(words)?;
    let rest = words.get(taken..).unwrap_or_default();
    match rest {
        ["hundred", rest @ ..] if (1..10).contains(&value) => {
            let and = usize::from(rest.first() == Some(&"and"));
            let more = under_a_hundred(rest.get(and..).unwrap_or_default());
            let (more, added) = more.map_or((0, 0), |(more, taken)| (more, and + taken));
            Some((100 * value + more, taken + 1 + added))
        }
        _ => Some((value, taken)),
    }
}

fn under_a_hundred(words: &[&str]) -> Option<(i64, usize)> {
    let (first, rest) = words.split_first()?;
    let Some(tens) = (2_i64..).zip(TENS).find_map(|(tens, name)| (name == *first).then_some(tens))
    else {
        return small(first).map(|value| (value, 1));
    };
    let ones = rest.first().and_then(|word| small(word)).filter(|ones| (1..10).contains(ones));
    Some(ones.map_or((10 * tens, 1), |ones| (10 * tens + ones, 2)))
}

fn small(word: &str) -> Option<i64> {
    let mut words = (0_i64..).zip(SMALL);
    words.find_map(|(value, name)| name.eq_ignore_ascii_case(word).then_some(value))
}

/// A count in digits or as a small word.
pub(super) fn count(word: &str) -> Option<i64> {
    if ["a", "an"].iter().any(|article| article.eq_ignore_ascii_case(word)) {
        return Some(1);
    }
    small(word).or_else(|| number(word)?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{count, in_words, number};

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

    #[test]
    fn numbers_in_words_take_as_many_words_as_they_have() {
        let read = |text: &str| in_words(&text.split(' ').collect::<Vec<_>>());
        assert_eq!(read("two plus"), Some((2, 1)));
        assert_eq!(read("twenty one"), Some((21, 2)));
        assert_eq!(read("twenty ten"), Some((20, 1)));
        assert_eq!(read("three hundred and forty two more"), Some((342, 5)));
        assert_eq!(read("one hundred and more"), Some((100, 2)));
        assert_eq!(read("eleven hundred"), Some((11, 1)));
        assert_eq!(read("and"), None);
    }
}
