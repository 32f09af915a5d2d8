//! Every ordered list of up to seven sources over six labels, in every case: that order and repetition never matter
//! and that a tool's name never does.

use indicatif::{ProgressBar, ProgressStyle};
use speech_kernel::{ContextTrace, Source};

use crate::domain::{self, MISSING, MODES};
use crate::expected::{self, Expected};
use crate::oracle::Oracle;
use crate::trouble::Trouble;

/// The labels that the lists are made of.
pub const LABELS: [&str; 6] = ["system", "library", "memory", "tool:a", "tool:b", "tool:client.c"];
/// The longest list.
pub const LONGEST: u32 = 7;
/// The number of cases: (6^8 - 1) / 5 lists, {0, 1, 2} missing, 24 claims, 3 true modes.
pub const COUNT: u64 = 72_559_368;

const BROKEN_SHOWN: usize = 10;

/// Decides every case and compares it with the oracle's table by source set. Gives the count and what differed.
///
/// # Errors
///
/// As [`expected::table`], or a label is not read.
pub fn walk(oracle: &Oracle) -> Result<(u64, Vec<String>), Trouble> {
    let table = Table::new(oracle)?;
    let labels = sources()?;
    let lists: u64 = (0..=LONGEST).map(|length| 6_u64.pow(length)).sum();
    let bar = progress(lists);
    let mut count = 0;
    let mut broken = Vec::new();
    let mut list = Vec::new();
    for length in 0..=LONGEST {
        for number in 0..6_u64.pow(length) {
            spell(number, length, &labels, &mut list);
            count += table.compare(&list, &mut broken);
        }
        bar.inc(6_u64.pow(length));
    }
    bar.finish_and_clear();
    broken.truncate(BROKEN_SHOWN);
    Ok((count, broken))
}

fn sources() -> Result<Vec<Source>, Trouble> {
    LABELS
        .iter()
        .map(|label| {
            Source::parse(label).map_err(|error| {
                Trouble::new(format!("expected to read the label {label}: {error}"))
            })
        })
        .collect()
}

/// Writes `number`, read in base six, as a list of `length` labels.
fn spell(number: u64, length: u32, labels: &[Source], list: &mut Vec<Source>) {
    list.clear();
    let mut rest = number;
    for _ in 0..length {
        list.extend(labels.get((rest % 6) as usize));
        rest /= 6;
    }
}

/// The oracle's table, cut by source set.
struct Table {
    by_set: Vec<Vec<Expected>>,
}

impl Table {
    fn new(oracle: &Oracle) -> Result<Self, Trouble> {
        let table = expected::table(oracle)?;
        let by_set = (0..domain::SOURCE_SETS)
            .map(|set| {
                let of_set = table.iter().filter(|(case, _)| case.sources == set);
                of_set.map(|(_, expected)| *expected).collect()
            })
            .collect();
        Ok(Self { by_set })
    }

    fn compare(&self, list: &[Source], broken: &mut Vec<String>) -> u64 {
        let set = list.iter().fold(0, |set, source| set | *source as u8);
        let mut expected = self.by_set.get(usize::from(set)).into_iter().flatten();
        let mut count = 0;
        for response in domain::responses() {
            for missing in MISSING {
                for true_mode in MODES {
                    let trace = ContextTrace {
                        sources: list,
                        required_but_missing: missing,
                        system_mode: true_mode,
                    };
                    let decided = speech_kernel::enforce(&response, &trace);
                    let expected = expected.next();
                    if expected != Some(&decided) && broken.len() < BROKEN_SHOWN {
                        broken.push(format!(
                            "{response:?} {trace:?}: expected {expected:?} by the rules, found {decided:?}"
                        ));
                    }
                    count += 1;
                }
            }
        }
        count
    }
}

/// Draws on standard error, and nothing when that is no terminal.
fn progress(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    match ProgressStyle::with_template("{wide_bar} {percent}% of the source lists, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
