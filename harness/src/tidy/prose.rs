//! Style of words: in documents, and in the comments of code.

use std::path::Path;

use super::{File, Lapse, holder};

/// Words in capitals that are words of the trade, each with what it stands for. One that nobody uses fails.
pub const TRADE_WORDS: &[(&str, &str)] = &[
    ("AMD", "the maker of a processor"),
    ("ASCII", "the character set"),
    ("EPYC", "the name of a processor"),
    ("HTTP", "the protocol"),
    ("INVARIANT", "the house's own mark"),
    ("JSON", "the format"),
    ("MIT", "the licence"),
    ("NUL", "the character"),
    ("README", "the file's usual name"),
    ("RFC", "the series of standards"),
    ("SARIF", "the format of findings"),
    ("SHA", "the digest"),
    ("UTF", "the encoding"),
];

/// A run of comment lines, or a paragraph of a document.
#[derive(Debug, PartialEq, Eq)]
pub struct Passage {
    /// The line that it starts on.
    pub line: usize,
    /// Its words, the lines joined by spaces.
    pub text: String,
}

/// The passages of a document or of a file of code, without fenced code.
#[must_use]
pub fn passages(file: &File) -> Vec<Passage> {
    let is_code = file.path.ends_with(".rs");
    let mut passages: Vec<Passage> = Vec::new();
    let mut open = false;
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        let words = if is_code { comment(line) } else { Some(line.trim()) };
        let Some(words) = words.filter(|words| !words.is_empty()) else {
            open = false;
            continue;
        };
        if words.starts_with("```") {
            fenced = !fenced;
            open = false;
        } else if !fenced {
            match passages.last_mut() {
                Some(passage) if open => {
                    passage.text.push(' ');
                    passage.text.push_str(words);
                }
                _ => passages.push(Passage { line: index + 1, text: words.to_owned() }),
            }
            open = true;
        }
    }
    passages
}

fn comment(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("//")?;
    Some(rest.trim_start_matches(['/', '!']).trim())
}

/// The text without what stands between backticks.
fn spoken(text: &str) -> String {
    text.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// The words, a file's name being one, so that its ending in small letters counts.
fn words(text: &str) -> Vec<String> {
    let is_word = |scalar: char| scalar.is_alphanumeric() || "_-.".contains(scalar);
    let spoken = spoken(text);
    let words = spoken.split(|scalar| !is_word(scalar)).map(|word| word.trim_matches('.'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn is_shouted(word: &str) -> bool {
    let capitals = word.chars().filter(|scalar| scalar.is_uppercase()).count();
    capitals >= 3 && !word.chars().any(char::is_lowercase)
}

fn is_date(word: &str) -> bool {
    let shape: String =
        word.chars().map(|scalar| if scalar.is_ascii_digit() { 'd' } else { scalar }).collect();
    shape == "dddd-dd-dd"
}

fn is_emoji(scalar: char) -> bool {
    matches!(scalar, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Emoji, shouted words, dates, each named by the word, and the trade words that nobody uses.
#[must_use]
pub fn lapses(files: &[File]) -> (u64, Vec<Lapse>) {
    let mut count = 0;
    let mut lapses = Vec::new();
    let mut used = Vec::new();
    for file in files {
        for passage in passages(file) {
            count += 1;
            let place = format!("{}:{}", file.path, passage.line);
            for scalar in passage.text.chars().filter(|scalar| is_emoji(*scalar)) {
                lapses.push((
                    scalar.to_string(),
                    format!("{place}: expected words, found {}", scalar.escape_unicode()),
                ));
            }
            for word in words(&passage.text) {
                let parts = word.split('-').filter(|part| is_shouted(part));
                for part in parts {
                    used.push(part.to_owned());
                    if !TRADE_WORDS.iter().any(|(known, _)| *known == part) {
                        let words = format!(
                            "{place}: expected {part} in small letters, in backticks, or among the trade words"
                        );
                        lapses.push((part.to_owned(), words));
                    }
                }
                if is_date(&word) {
                    lapses.push((
                        word.clone(),
                        format!("{place}: expected no date, found {word}; git knows it"),
                    ));
                }
            }
        }
    }
    for (word, _) in TRADE_WORDS.iter().filter(|(word, _)| !used.iter().any(|used| used == word)) {
        lapses.push((
            (*word).to_owned(),
            format!("{word}: expected a use of this trade word, found none; take it out"),
        ));
    }
    (count, lapses)
}

/// Paths that only one machine has.
#[must_use]
pub fn machine_paths(files: &[File]) -> Vec<Lapse> {
    let homes = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut lapses = Vec::new();
    for File { path, text } in files {
        for (index, line) in text.lines().enumerate() {
            let before = |at: usize| line.get(..at).and_then(|head| head.chars().last());
            let starts = |home: &String| {
                line.find(home.as_str()).is_some_and(|at| {
                    before(at)
                        .is_none_or(|scalar| !scalar.is_alphanumeric() && !".-_$}".contains(scalar))
                })
            };
            if homes.iter().any(starts) {
                let words = format!(
                    "{path}:{}: expected no path of one machine; make it relative",
                    index + 1
                );
                lapses.push((path.clone(), words));
            }
        }
    }
    lapses
}

/// The invariants that are not in the form, or that name something that is not there. Gives their number too.
#[must_use]
pub fn invariants(root: &Path, files: &[File]) -> (u64, Vec<String>) {
    let mut count = 0;
    let mut broken = Vec::new();
    for file in files {
        for passage in passages(file) {
            let text = &passage.text;
            for (at, mark) in text.match_indices("INVARIANT") {
                if text
                    .get(..at)
                    .is_some_and(|before| before.ends_with('`') || before.ends_with('"'))
                {
                    continue;
                }
                count += 1;
                let rest = text.get(at + mark.len()..).unwrap_or_default();
                if let Err(expected) = invariant(root, file, rest) {
                    broken.push(format!("{}:{}: expected {expected}", file.path, passage.line));
                }
            }
        }
    }
    (count, broken)
}

const NEGATIVE_STARTS: [&str; 5] = ["never ", "no ", "not ", "do not ", "don't "];

fn invariant(root: &Path, file: &File, rest: &str) -> Result<(), String> {
    let said = rest.strip_prefix(": ").and_then(|rest| rest.split_once(". Held by "));
    let Some((sentence, holders)) = said else {
        return Err("`INVARIANT: <positive sentence>. Held by <holder>.`".to_owned());
    };
    if NEGATIVE_STARTS.iter().any(|start| sentence.to_lowercase().starts_with(start)) {
        return Err(format!("a positive sentence, found \"{sentence}\""));
    }
    holder::check(root, file, holders)
}
