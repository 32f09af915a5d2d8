//! Dates as people write them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Failure;

/// A date that was found among words, or what was wrong with it, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) date: Result<Date, Failure>,
    pub(super) start: usize,
    pub(super) end: usize,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const NOT_IN_CALENDAR: Failure = Failure { why: "a date is not in the calendar" };

/// Whether a text has something in it that is written like a date in digits.
pub(super) fn has_date(text: &str) -> bool {
    text.split_whitespace().any(|word| in_digits(bare(word)).is_some())
}

/// The dates among the words, in order.
pub(super) fn find(words: &[&str], today: Date) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = words.get(start..).filter(|rest| !rest.is_empty()) {
        match first(rest, today) {
            Some((date, length)) => {
                found.push(Found { date, start, end: start + length });
                start += length;
            }
            None => start += 1,
        }
    }
    found
}

fn first(words: &[&str], today: Date) -> Option<(Result<Date, Failure>, usize)> {
    let word = bare(words.first()?);
    let named = match word {
        "today" => Some(Ok(today)),
        "tomorrow" => Some(today.checked_add(1.day()).map_err(|_| NOT_IN_CALENDAR)),
        "yesterday" => Some(today.checked_sub(1.day()).map_err(|_| NOT_IN_CALENDAR)),
        _ => in_digits(word),
    };
    if let Some(date) = named {
        return Some((date, 1));
    }
    let [one, two, three] = [0, 1, 2].map(|at| words.get(at).map(|word| bare(word)));
    let (day, month, year, length) = match (one, two, three) {
        (Some(one), Some("of"), Some(three)) => (day(one)?, month(three)?, *words.get(3)?, 4),
        (Some(one), Some(two), Some(three)) => match month(one) {
            Some(month) => (day(two)?, month, three, 3),
            None => (day(one)?, month(two)?, three, 3),
        },
        _ => return None,
    };
    let year = bare(year);
    let year = (year.len() == 4).then(|| year.parse().ok()).flatten()?;
    Some((Date::new(year, month, day).map_err(|_| NOT_IN_CALENDAR), length))
}

fn bare(word: &str) -> &str {
    word.trim_matches([',', '.', '?', '!', ';'])
}

/// `2024-02-29`, or something that was meant so.
fn in_digits(word: &str) -> Option<Result<Date, Failure>> {
    let is_numbers = |separator: char| {
        let mut parts = word.split(separator);
        let is_number = |part: &str| {
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.clone().count() == 3 && parts.all(is_number)
    };
    if is_numbers('/') {
        return Some(Err(Failure { why: "a date with slashes can be read in two ways" }));
    }
    let year = word.split_once('-').map(|(year, _)| year.len());
    (is_numbers('-') && year == Some(4)).then(|| iso(word).ok_or(NOT_IN_CALENDAR))
}

fn iso(word: &str) -> Option<Date> {
    let mut parts = word.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Date::new(year, month, day).ok()
}

fn month(word: &str) -> Option<i8> {
    let is_month = |name: &&str| word == *name || (word.len() == 3 && name.starts_with(word));
    (1_i8..).zip(MONTHS).find_map(|(number, name)| is_month(&name).then_some(number))
}

fn day(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let is_ordinal = matches!(word.strip_prefix(digits), Some("" | "st" | "nd" | "rd" | "th"));
    (is_ordinal && digits.len() <= 2).then(|| digits.parse().ok()).flatten()
}
