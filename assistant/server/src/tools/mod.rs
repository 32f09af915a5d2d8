//! Tools: pure functions from a question's words to a result, each through a crate that does only that.

mod calculator;
mod calendar;
mod dates;
mod numbers;
mod percent;
mod phrase;
mod unit_names;
mod units;

use jiff::civil::Date;
use speech_exit::{Label, Sourced};

pub use calendar::{CalendarCall, Step};
pub use units::Conversion;

/// A tool that the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// Arithmetic.
    Calculator,
    /// Conversion between units.
    Units,
    /// Dates.
    Calendar,
}

/// Every tool.
pub const TOOLS: [Tool; 3] = [Tool::Calculator, Tool::Units, Tool::Calendar];

impl Tool {
    /// The tool's name, which stands after `tool:` in its label.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calculator => "calculator",
            Self::Units => "units",
            Self::Calendar => "calendar",
        }
    }

    /// The label of the tool's results; none if the exit takes its name for no tool's.
    #[must_use]
    pub fn label(self) -> Option<Label> {
        Label::tool(self.name())
    }
}

/// What a question asks of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// An expression, in the calculator's language.
    Calculator(String),
    /// A quantity and the unit that it is wanted in.
    Units(Conversion),
    /// Something about dates.
    Calendar(CalendarCall),
}

/// A tool was asked and gave nothing. The words are fixed, so that they can stand in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Failure {
    /// What was in the way.
    pub why: &'static str,
}

impl Call {
    /// What `question` asks of a tool; none if it asks for no tool. `today` stands for itself in dates.
    #[must_use]
    pub fn recognise(question: &str, today: Date) -> Option<Self> {
        let core = phrase::core(question);
        let lower = core.to_lowercase();
        calendar::recognise(&lower, today)
            .map(Self::Calendar)
            .or_else(|| units::recognise(&core).map(Self::Units))
            .or_else(|| calculator::recognise(&lower).map(Self::Calculator))
    }

    /// Which tool it is for.
    #[must_use]
    pub const fn tool(&self) -> Tool {
        match self {
            Self::Calculator(_) => Tool::Calculator,
            Self::Units(_) => Tool::Units,
            Self::Calendar(_) => Tool::Calendar,
        }
    }

    /// Runs the tool.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the tool gives nothing.
    pub fn run(&self) -> Result<String, Failure> {
        match self {
            Self::Calculator(expression) => calculator::calculate(expression),
            Self::Units(conversion) => units::convert(conversion),
            Self::Calendar(call) => calendar::compute(call),
        }
    }

    /// Runs the tool for an answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the tool gives nothing.
    pub fn sourced(&self) -> Result<Sourced<String>, Failure> {
        let result = self.run()?;
        let label = self.tool().label().ok_or(Failure { why: "the tool has no label" })?;
        Sourced::new(label, None, result).ok_or(Failure { why: "the tool gave an empty result" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, TOOLS, Tool};
    use jiff::civil::date;

    #[track_caller]
    fn asks(question: &str, tool: Tool, result: Result<&str, &str>) {
        let call = Call::recognise(question, date(2026, 1, 2));
        assert_eq!(call.as_ref().map(Call::tool), Some(tool), "{question}: {call:?}");
        let given = call.map(|call| call.run().map_err(|failure| failure.why));
        assert_eq!(given, Some(result.map(str::to_owned)), "{question}");
    }

    #[test]
    fn arithmetic_goes_to_the_calculator() {
        let calculates = |question: &str, result| asks(question, Tool::Calculator, Ok(result));
        calculates("what is 17 * 23?", "391");
        calculates("What's 17 × 23", "391");
        calculates("how much is 12% of 340", "40.8");
        calculates("17 % 5", "2");
        calculates("please calculate (1 + 2) / 3.", "1");
        calculates("Could you tell me what is 1,234 plus 2?", "1236");
        calculates("2 to the power of 10 = ?", "1024");
        calculates("what is the square root of 16", "4");
        calculates("what is 9 squared minus 1", "80");
        calculates("what is 5!", "120");
        calculates("1/3", "approx. 0.3333333333");
        calculates("what is 20% * 50", "10");
        calculates("what is two plus two", "4");
        calculates("Twelve divided by three?", "4");
        calculates("what is twenty-one plus two", "23");
        calculates("Ninety nine minus one hundred and five", "-6");
        calculates("50 percent of two hundred", "100");
        calculates("1 + 1 equals?", "2");
        calculates("what does 1 + 1 equal?", "2");
    }

    #[test]
    fn a_percentage_binds_to_its_number_alone() {
        let calculates = |question: &str, result| asks(question, Tool::Calculator, Ok(result));
        calculates("100 / 10%", "1000");
        calculates("200 / 50%", "400");
        calculates("20% ^ 2", "0.04");
        calculates("2 ^ (100 * 1)%", "2");
        calculates("sqrt(400)% * 100", "20");
        calculates("-5% * 100", "-5");
        calculates("100 + 10% of 50", "105");
        calculates("10% * 50 + 1", "6");
        calculates("10% + 5%", "0.15");
        for question in ["100 + 10%", "what is 100 - 10%?", "(100 + 10%) * 2", "1 + 2% - 3"] {
            let why = "an added percentage can be read in two ways";
            asks(question, Tool::Calculator, Err(why));
        }
        for broken in ["* % 3", "(%) 3", "3 + %"] {
            asks(broken, Tool::Calculator, Err("the expression cannot be read"));
        }
    }

    #[test]
    fn a_calculation_without_a_result_fails_and_says_why() {
        let fails = |question: &str, why| asks(question, Tool::Calculator, Err(why));
        fails("what is 1/0?", "division by zero");
        fails("what is 9^9^9^9", "the calculation took too long");
        fails("sqrt(-1)", "the result is no real number");
        fails("what is 10^5000 + 1", "the result is too long");
        fails(&format!("what is 1{}", " + 1".repeat(200)), "the expression is too long");
        for broken in ["3 * / 4", "3 +", "* 3", "(3 +) 4", "3 4 +1", "(3 + 4", "() + 1"] {
            fails(broken, "the expression cannot be read");
        }
    }

    #[test]
    fn a_calculation_ends_at_its_time_limit() {
        let started = std::time::Instant::now();
        asks("what is 100000!", Tool::Calculator, Err("the calculation took too long"));
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
    }

    #[test]
    fn quantities_go_to_unit_conversion() {
        let converts = |question, result| asks(question, Tool::Units, Ok(result));
        converts("convert 5 miles to km", "8.04672 km");
        converts("how many km is 26.2 miles", "42.1648128 km");
        converts("How many feet are there in a mile?", "5280 feet");
        converts("what is 100 °C in fahrenheit", "212 °F");
        converts("convert -40 celsius to fahrenheit", "-40 °F");
        converts("how much is 3 square metres in square feet", "approx. 32.2917312501 ft^2");
        converts("5km in miles", "approx. 3.1068559612 miles");
        converts("how many seconds in 2 hours", "7200 seconds");
        converts("CONVERT 5 Miles TO Km", "8.04672 km");
        converts("What is 100 C in F?", "212 \u{b0}F");
        converts("100 c to f", "212 \u{b0}F");
    }

    #[test]
    fn a_conversion_that_cannot_be_fails_and_says_why() {
        asks("convert 5 miles to kg", Tool::Units, Err("the units do not measure the same thing"));
        asks("convert 5 miles to bananas", Tool::Units, Err("a unit is not known"));
    }

    #[test]
    fn the_case_of_a_symbol_is_part_of_it() {
        let converts = |question, result| asks(question, Tool::Units, Ok(result));
        converts("what is 8 Mb in MB", "1 MB");
        converts("convert 1 GB to Gb", "8 Gb");
        converts("1 kB in kb", "8 kb");
        converts("how many MEGABYTES are in 8 megabits", "1 MB");
        for question in ["8 mb in MB", "convert 8 gb to MB", "5 MG in g", "how many PA in 1 bar"] {
            let why = "a unit's symbol means another thing in another case";
            asks(question, Tool::Units, Err(why));
        }
    }

    #[test]
    fn nothing_is_colder_than_absolute_zero() {
        let converts = |question, result| asks(question, Tool::Units, Ok(result));
        converts("-273.15 celsius in K", "0 K");
        let why = "the temperature is below absolute zero";
        for question in ["-300 C in F", "convert -1 K to celsius", "-459.68 fahrenheit to celsius"]
        {
            asks(question, Tool::Units, Err(why));
        }
    }

    #[test]
    fn questions_of_dates_go_to_the_calendar() {
        let computes = |question, result| asks(question, Tool::Calendar, Ok(result));
        computes("how many days between 2024-01-01 and 2024-03-01", "60 days");
        computes("How many days are there from 1 January 2024 to March 1st, 2024?", "60 days");
        computes("how many weeks between 2024-01-01 and 2024-01-16?", "2 weeks and 1 day");
        computes("what weekday is 2024-02-29", "Thursday");
        computes("what day of the week was July 20, 1969?", "Sunday");
        computes("what date is 90 days after 2024-01-15", "2024-04-14");
        computes("what is 2 weeks before 2024-01-15", "2024-01-01");
        computes("2024-01-31 plus 1 month", "2024-02-29");
        computes("what is today's date", "2026-01-02 (Friday)");
        computes("What day is it today?", "2026-01-02 (Friday)");
        computes("what is the date 3 days from tomorrow", "2026-01-06");
        computes("how many days until 2026-01-12", "10 days");
        computes("how many days since 2025-12-31?", "2 days");
    }

    #[test]
    fn a_date_that_is_none_fails_and_says_why() {
        let bad = "a date is not in the calendar";
        asks("what weekday is 2023-02-29", Tool::Calendar, Err(bad));
        asks("how many days between 2024-01-01 and 2024-13-01", Tool::Calendar, Err(bad));
        asks(
            "what date is 9999999 years after 2024-01-15",
            Tool::Calendar,
            Err("the date is out of range"),
        );
        asks(
            "what weekday is 03/04/2024",
            Tool::Calendar,
            Err("a date with slashes can be read in two ways"),
        );
    }

    #[test]
    fn other_questions_go_to_no_tool() {
        for question in [
            "what is provenance?",
            "what is a reference monitor in 2 sentences?",
            "what is 42",
            "what is 2024-01-01",
            "who wrote 12 of 14 reports?",
            "how many sources are in 3 answers?",
            "how many days does a lease last?",
            "what happened between 2024-01-01 and 2024-03-01?",
            "why is division by zero an error?",
            "what day is the release?",
            "explain 3 rules - then stop",
            "what is a date?",
            "convert the document to text",
            "what is an authority in 1 word",
            "",
            "?",
            "-",
            "hello",
        ] {
            assert_eq!(Call::recognise(question, date(2026, 1, 2)), None, "{question}");
        }
    }

    #[test]
    fn each_tool_has_a_label() {
        for tool in TOOLS {
            assert!(tool.label().is_some(), "{tool:?}");
        }
    }
}
