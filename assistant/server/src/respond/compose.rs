//! A text and where each part of it came from.

use speech_exit::Claims;
use speech_kernel::{Authority, SystemMode};

use crate::retrieval::{Passage, Turn};
use crate::store::DocumentId;

/// What a responder gives.
#[derive(Debug)]
pub enum Composed {
    /// A text with its claims.
    Answer(Answer),
    /// It declines.
    Refusal {
        /// Words that were fixed at compile time.
        text: &'static str,
        /// What it claims, if it makes claims of its own.
        claims: Option<Claims>,
    },
}

/// A composed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The words.
    pub text: String,
    /// Where the marks of citations stand in them, and what they cite.
    pub citations: Vec<Citation>,
    /// What it claims.
    pub claims: Claims,
}

/// A mark such as `[1]` and the document that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Where the mark begins, in characters (Unicode scalar values).
    pub start: usize,
    /// Where the mark ends.
    pub end: usize,
    /// The document's title.
    pub title: String,
    /// The document.
    pub document: DocumentId,
}

/// An answer while it is put together. It keeps what it was put together from, and claims by that.
#[derive(Debug, Default)]
pub(super) struct Composition {
    paragraphs: Vec<String>,
    citations: Vec<Citation>,
    sources: Vec<(DocumentId, String)>,
    from_tool: bool,
    from_memory: bool,
}

impl Composition {
    pub(super) const fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// Words of the assistant's own.
    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.paragraphs.push(words.into());
    }

    /// Words with a tool's result in them.
    pub(super) fn say_result(&mut self, words: String) {
        self.from_tool = true;
        self.paragraphs.push(words);
    }

    /// What was said earlier, under a line that says so.
    pub(super) fn recall(&mut self, lead: &str, turns: &[Turn]) {
        self.from_memory = true;
        self.say_quotes(lead, turns.iter().flat_map(|turn| &turn.sentences));
    }

    /// What the request itself said: repeating it draws on no source.
    pub(super) fn repeat(&mut self, lead: &str, sentences: &[String]) {
        self.say_quotes(lead, sentences.iter());
    }

    fn say_quotes<'a>(&mut self, lead: &str, sentences: impl Iterator<Item = &'a String>) {
        let quotes: Vec<String> = sentences.map(|sentence| quoted(sentence)).collect();
        self.paragraphs.push(format!("{lead} {}", quotes.join(" ")));
    }

    /// Sentences of the library, each with the mark of its document.
    pub(super) fn quote(&mut self, passages: Vec<Passage>) {
        self.from_memory = true;
        let mut start = self.length();
        let mut quotes = Vec::new();
        for Passage { document, title, sentences } in passages {
            let mark = format!("[{}]", self.source(&document, &title));
            for sentence in sentences {
                let quote = format!("{} {mark}", quoted(&sentence));
                let end = start + quote.chars().count();
                let (title, document) = (title.clone(), document.clone());
                self.citations.push(Citation { start: end - mark.len(), end, title, document });
                start = end + 1;
                quotes.push(quote);
            }
        }
        self.paragraphs.push(quotes.join("\n"));
    }

    /// Where the next paragraph begins, in characters.
    fn length(&self) -> usize {
        self.paragraphs.iter().map(|paragraph| paragraph.chars().count() + BREAK.len()).sum()
    }

    /// The number under which a document is cited.
    fn source(&mut self, document: &DocumentId, title: &str) -> usize {
        let known = self.sources.iter().position(|(known, _)| known == document);
        let index = known.unwrap_or_else(|| {
            self.sources.push((document.clone(), title.to_owned()));
            self.sources.len() - 1
        });
        index + 1
    }

    /// The answer, with the list of what it cites at its end.
    pub(super) fn finish(mut self, system_mode: SystemMode) -> Answer {
        let sources = (1..).zip(&self.sources);
        let list: Vec<String> =
            sources.map(|(number, (_, title))| format!("[{number}] {title}")).collect();
        if !list.is_empty() {
            self.paragraphs.push(list.join("\n"));
        }
        let authority = match (self.from_tool, self.from_memory) {
            (true, _) => Authority::Tool,
            (false, true) => Authority::Memory,
            (false, false) => Authority::System,
        };
        let text = self.paragraphs.join(BREAK);
        Answer { text, citations: self.citations, claims: Claims { authority, system_mode } }
    }
}

const BREAK: &str = "\n\n";

fn quoted(sentence: &str) -> String {
    format!("\u{201c}{sentence}\u{201d}")
}

#[cfg(test)]
mod tests {
    use super::{Composition, Passage};
    use crate::retrieval::Turn;
    use crate::store::DocumentId;
    use speech_kernel::{Authority, SystemMode};

    fn passage(title: &str, sentences: &[&str]) -> Passage {
        Passage {
            document: DocumentId::of("text/plain", title, ""),
            title: title.to_owned(),
            sentences: sentences.iter().map(|sentence| (*sentence).to_owned()).collect(),
        }
    }

    #[test]
    fn each_mark_stands_where_its_citation_says_and_one_document_has_one_number() {
        let mut composition = Composition::default();
        composition.say("Caf\u{e9}.");
        let passages = [
            passage("A", &["\u{c4} one.", "Two."]),
            passage("B", &["Three."]),
            passage("A", &["Four."]),
        ];
        composition.quote(passages.to_vec());
        let answer = composition.finish(SystemMode::Full);
        let characters: Vec<char> = answer.text.chars().collect();
        let marks: Vec<(String, &str)> = answer
            .citations
            .iter()
            .map(|citation| {
                let mark = characters.get(citation.start..citation.end).unwrap_or_default();
                (mark.iter().collect(), citation.title.as_str())
            })
            .collect();
        let expected = [("[1]", "A"), ("[1]", "A"), ("[2]", "B"), ("[1]", "A")];
        assert_eq!(marks, expected.map(|(mark, title)| (mark.to_owned(), title)));
        assert!(answer.text.ends_with("\n\n[1] A\n[2] B"), "{}", answer.text);
    }

    #[test]
    fn the_claim_follows_from_what_is_in_the_text() {
        let claimed = |build: fn(&mut Composition)| {
            let mut composition = Composition::default();
            build(&mut composition);
            composition.finish(SystemMode::Full).claims.authority
        };
        assert_eq!(claimed(|text| text.say("x")), Authority::System);
        assert_eq!(claimed(|text| text.quote(vec![passage("A", &["x"])])), Authority::Memory);
        assert_eq!(
            claimed(|text| text.recall("x", &[Turn { sentences: vec!["x".to_owned()] }])),
            Authority::Memory
        );
        assert_eq!(claimed(|text| text.say_result("x".to_owned())), Authority::Tool);
        assert_eq!(
            claimed(|text| {
                text.quote(vec![passage("A", &["x"])]);
                text.say_result("x".to_owned());
            }),
            Authority::Tool
        );
    }
}
