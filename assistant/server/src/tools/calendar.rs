//! Dates: days between, weekdays, steps from a date, today.

use jiff::civil::{Date, Weekday};
use jiff::{Span, Unit};

use super::Failure;
use super::dates::{Found, find};
use super::numbers::count;

/// What is asked about dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarCall {
    /// How long it is from one date to another.
    Between {
        /// The one.
        from: Result<Date, Failure>,
        /// The other.
        to: Result<Date, Failure>,
        /// Whether weeks are wanted rather than days.
        in_weeks: bool,
    },
    /// Which day of the week a date is.
    Weekday(Result<Date, Failure>),
    /// Which date is some time after or before another.
    Offset {
        /// The date that is counted from.
        from: Result<Date, Failure>,
        /// How many steps, negative for steps back.
        steps: i64,
        /// The length of a step.
        step: Step,
    },
    /// Which date it is.
    Today(Date),
}

/// The length of a step in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// A day.
    Day,
    /// Seven days.
    Week,
    /// A month; a day that the new month lacks becomes its last.
    Month,
    /// A year.
    Year,
}

impl Step {
    fn named(word: &str) -> Option<Self> {
        match word {
            "day" | "days" => Some(Self::Day),
            "week" | "weeks" => Some(Self::Week),
            "month" | "months" => Some(Self::Month),
            "year" | "years" => Some(Self::Year),
            _ => None,
        }
    }
}

/// Questions for the date of today, without their openers.
const TODAY: &[&str] = &[
    "today's date",
    "todays date",
    "the date",
    "the date today",
    "the date of today",
    "what date is it",
    "what date is it today",
    "what date is today",
    "what day is it",
    "what day is it today",
    "today",
    "the current date",
];

/// What a question asks about dates; none if it asks nothing of that kind.
pub(super) fn recognise(core: &str, today: Date) -> Option<CalendarCall> {
    if TODAY.contains(&core) {
        return Some(CalendarCall::Today(today));
    }
    let words: Vec<&str> = core.split(' ').collect();
    let dates = find(&words, today);
    match dates.as_slice() {
        [one, two] => between(core, one, two),
        [one] => offset(&words, one)
            .or_else(|| weekday(core, one))
            .or_else(|| from_today(core, &words, one, today)),
        _ => None,
    }
}

fn between(core: &str, one: &Found, two: &Found) -> Option<CalendarCall> {
    let in_weeks = wanted_length(core)?;
    Some(CalendarCall::Between { from: one.date, to: two.date, in_weeks })
}

/// Whether a question asks for a length of time, and if so whether in weeks.
fn wanted_length(core: &str) -> Option<bool> {
    let asks = |word: &str| {
        let forms =
            [format!("how many {word} "), format!("{word} between "), format!("number of {word} ")];
        forms
            .iter()
            .any(|form| core.starts_with(form.as_str()) || core.starts_with(&format!("the {form}")))
    };
    if asks("days") { Some(false) } else { asks("weeks").then_some(true) }
}

fn weekday(core: &str, date: &Found) -> Option<CalendarCall> {
    let openers = [
        "what day is",
        "what day was",
        "what day will",
        "on what day",
        "which day is",
        "which day was",
    ];
    let asks = core.contains("weekday")
        || core.contains("day of the week")
        || openers.iter().any(|opener| core.starts_with(opener));
    asks.then_some(CalendarCall::Weekday(date.date))
}

/// `90 days after DATE`, `DATE plus 90 days`.
fn offset(words: &[&str], date: &Found) -> Option<CalendarCall> {
    let before = words.get(..date.start).unwrap_or_default();
    let after = words.get(date.end..).unwrap_or_default();
    let (number, step, sign) = match (before, after) {
        ([.., number, step, "after" | "from"], []) => (number, step, 1),
        ([.., number, step, "before"], []) => (number, step, -1),
        ([], ["plus" | "+", number, step]) => (number, step, 1),
        ([], ["minus" | "-", number, step]) => (number, step, -1),
        _ => return None,
    };
    let steps = sign * count(number)?;
    Some(CalendarCall::Offset { from: date.date, steps, step: Step::named(step)? })
}

/// `how many days until DATE`, `how many days since DATE`.
fn from_today(core: &str, words: &[&str], date: &Found, today: Date) -> Option<CalendarCall> {
    let in_weeks = wanted_length(core)?;
    let is_last = date.end == words.len();
    let before = words.get(..date.start).and_then(<[&str]>::last).copied();
    match before.filter(|_| is_last) {
        Some("until" | "till" | "to" | "before") => {
            Some(CalendarCall::Between { from: Ok(today), to: date.date, in_weeks })
        }
        Some("since") => Some(CalendarCall::Between { from: date.date, to: Ok(today), in_weeks }),
        _ => None,
    }
}

/// Computes.
pub(super) fn compute(call: &CalendarCall) -> Result<String, Failure> {
    match *call {
        CalendarCall::Today(today) => Ok(format!("{today} ({})", name(today.weekday()))),
        CalendarCall::Weekday(date) => Ok(name(date?.weekday()).to_owned()),
        CalendarCall::Between { from, to, in_weeks } => {
            let span = from?.until((Unit::Day, to?)).map_err(|_| OUT_OF_RANGE)?;
            let days = i64::from(span.get_days());
            Ok(if in_weeks { weeks(days) } else { counted(days, "day") })
        }
        CalendarCall::Offset { from, steps, step } => {
            let span = span(step, steps).map_err(|_| OUT_OF_RANGE)?;
            let date = from?.checked_add(span).map_err(|_| OUT_OF_RANGE)?;
            Ok(date.to_string())
        }
    }
}

const OUT_OF_RANGE: Failure = Failure { why: "the date is out of range" };

fn span(step: Step, steps: i64) -> Result<Span, jiff::Error> {
    match step {
        Step::Day => Span::new().try_days(steps),
        Step::Week => Span::new().try_weeks(steps),
        Step::Month => Span::new().try_months(steps),
        Step::Year => Span::new().try_years(steps),
    }
}

fn weeks(days: i64) -> String {
    match (days / 7, days % 7) {
        (weeks, 0) => counted(weeks, "week"),
        (weeks, days) => format!("{} and {}", counted(weeks, "week"), counted(days, "day")),
    }
}

fn counted(number: i64, noun: &str) -> String {
    let plural = if number.abs() == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

const fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
