//! Cuts a document into passages: each is a paragraph, or a list with the line that announces it.

use super::sentences::sentences;
use crate::store::NewPassage;

/// A longer paragraph is cut between sentences, in bytes.
const MAX_PASSAGE_BYTES: usize = 1500;

/// What a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Paragraphs between empty lines.
    Text,
    /// Markdown: headings, lists and fenced code are known, the rest is as in text.
    Markdown,
}

impl Format {
    /// The format's media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Markdown => "text/markdown",
        }
    }
}

/// The first heading of a Markdown text.
#[must_use]
pub fn first_heading(text: &str) -> Option<&str> {
    let mut is_code = false;
    text.lines().find_map(|line| {
        is_code ^= is_fence(line);
        heading(line).filter(|_| !is_code).map(|(_, words)| words)
    })
}

/// The passages of a document, in order. A text with any words in it has at least one.
#[must_use]
pub fn passages(title: &str, text: &str, format: Format) -> Vec<NewPassage> {
    let mut cutter = Cutter { title, section: None, block: Vec::new(), passages: Vec::new() };
    let mut is_code = false;
    for line in text.lines() {
        let is_markdown = format == Format::Markdown;
        if is_markdown && is_fence(line) {
            is_code = !is_code;
            cutter.end_block();
        } else if is_code {
            cutter.block.push(clean(line.trim_end()));
        } else if let Some((_, words)) = heading(line).filter(|_| is_markdown) {
            cutter.end_block();
            cutter.section = Some(words);
        } else if line.trim().is_empty() {
            cutter.end_block_unless_announcing();
        } else {
            cutter.add(line, is_markdown);
        }
    }
    cutter.end_block();
    let Cutter { section, mut passages, .. } = cutter;
    if passages.is_empty() {
        // A text of headings only can be found all the same.
        let words = section.unwrap_or(title);
        passages.push(NewPassage { heading: title.to_owned(), text: clean(words) });
    }
    passages
}

struct Cutter<'a> {
    title: &'a str,
    section: Option<&'a str>,
    block: Vec<String>,
    passages: Vec<NewPassage>,
}

impl Cutter<'_> {
    fn add(&mut self, line: &str, is_markdown: bool) {
        let words = line.trim();
        match item(words).filter(|_| is_markdown) {
            Some(item) => self.block.push(clean(item)),
            None => match self.block.last_mut() {
                Some(last) if !last.ends_with(':') || !is_markdown => {
                    last.push(' ');
                    last.push_str(&clean(words));
                }
                _ => self.block.push(clean(words)),
            },
        }
    }

    /// A line that ends in a colon stays with what it announces.
    fn end_block_unless_announcing(&mut self) {
        let is_announcing = matches!(self.block.as_slice(), [line] if line.ends_with(':'));
        if !is_announcing {
            self.end_block();
        }
    }

    fn end_block(&mut self) {
        let text = std::mem::take(&mut self.block).join("\n");
        let heading = match self.section {
            Some(section) if section != self.title => format!("{}: {section}", self.title),
            _ => self.title.to_owned(),
        };
        for piece in pieces(&text) {
            self.passages.push(NewPassage { heading: heading.clone(), text: piece.to_owned() });
        }
    }
}

/// The text in pieces of whole sentences that are under the limit, where sentences are.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut current: Option<std::ops::Range<usize>> = None;
    for sentence in sentences(text).into_iter().flat_map(|range| chunks(text, range)) {
        current = Some(match current {
            Some(piece) if sentence.end - piece.start <= MAX_PASSAGE_BYTES => {
                piece.start..sentence.end
            }
            Some(piece) => {
                pieces.push(piece);
                sentence
            }
            None => sentence,
        });
    }
    pieces.extend(current);
    pieces.into_iter().filter_map(|range| text.get(range)).collect()
}

/// A sentence without an end is cut where it reaches the limit, before a word if there is one.
fn chunks(text: &str, range: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let mut chunks = Vec::new();
    let mut start = range.start;
    while let Some(rest) = text.get(start..range.end).filter(|rest| rest.len() > MAX_PASSAGE_BYTES)
    {
        let limit = rest.floor_char_boundary(MAX_PASSAGE_BYTES);
        let head = rest.get(..limit).unwrap_or(rest);
        let end = start + head.rfind(' ').map_or(limit, |space| space + 1);
        chunks.push(start..end);
        start = end;
    }
    chunks.push(start..range.end);
    chunks
}

/// A line between which and the next such line there is code.
fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    let is_heading = (1..=6).contains(&level) && words.starts_with([' ', '\t']);
    let words = words.trim().trim_end_matches('#').trim_end();
    (is_heading && !words.is_empty()).then_some((level, words))
}

/// The words of a list item.
fn item(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['-', '*', '+']).or_else(|| {
        let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
        if rest.len() == line.len() { None } else { rest.strip_prefix(['.', ')']) }
    })?;
    rest.strip_prefix(' ').map(str::trim)
}

/// Without control characters, which no reader sees and some readers obey.
fn clean(line: &str) -> String {
    line.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Format, MAX_PASSAGE_BYTES, first_heading, passages};

    const DOCUMENT: &str = "# Monitors\n\nA monitor decides.\nIt is *small*.\n\n## Rules #\n\nThree \
        rules:\n\n- It is invoked.\n- It is small\n  and tested.\n\n```\ncode # no heading\n```\n1. one\n2) two\n";

    fn cut(title: &str, text: &str, format: Format) -> Vec<(String, String)> {
        passages(title, text, format).into_iter().map(|cut| (cut.heading, cut.text)).collect()
    }

    #[test]
    fn paragraphs_lists_and_code_are_passages_under_their_headings() {
        let expected = [
            ("Monitors", "A monitor decides. It is *small*."),
            ("Monitors: Rules", "Three rules:\nIt is invoked.\nIt is small and tested."),
            ("Monitors: Rules", "code # no heading"),
            ("Monitors: Rules", "one\ntwo"),
        ];
        let expected = expected.map(|(heading, text)| (heading.to_owned(), text.to_owned()));
        assert_eq!(cut("Monitors", DOCUMENT, Format::Markdown), expected);
        assert_eq!(first_heading(DOCUMENT), Some("Monitors"));
        assert_eq!(first_heading("```\n# code\n```\n# Real"), Some("Real"));
    }

    #[test]
    fn a_plain_text_has_no_headings_and_no_items() {
        let found = cut("T", "# a\n- b\n\nc: d:\ne", Format::Text);
        assert_eq!(found, [("T".into(), "# a - b".into()), ("T".into(), "c: d: e".into())]);
    }

    #[test]
    fn a_long_paragraph_is_cut_between_sentences_and_loses_none() {
        let text = "This is a sentence of some words. ".repeat(200);
        let found = cut("T", &text, Format::Text);
        assert!(found.len() > 1);
        assert!(found.iter().all(|(_, piece)| piece.len() <= MAX_PASSAGE_BYTES));
        let together: Vec<&str> = found.iter().map(|(_, piece)| piece.as_str()).collect();
        assert_eq!(together.join(" "), text.trim());
    }

    #[test]
    fn a_text_without_an_end_is_cut_all_the_same() {
        for text in ["word ".repeat(2000), "\u{e9}".repeat(5000)] {
            let found = cut("T", &text, Format::Text);
            assert!(found.len() > 1);
            assert!(found.iter().all(|(_, piece)| piece.len() <= MAX_PASSAGE_BYTES));
            let together: String = found.iter().map(|(_, piece)| piece.as_str()).collect();
            assert_eq!(together.trim(), text.trim());
        }
    }

    #[test]
    fn a_document_of_headings_only_has_a_passage() {
        assert_eq!(cut("T", "# Only\n", Format::Markdown), [("T".into(), "Only".into())]);
    }

    #[test]
    fn control_characters_do_not_stay() {
        assert_eq!(cut("T", "a\u{1b}[31mb\u{0}", Format::Text), [("T".into(), "a [31mb".into())]);
    }
}
