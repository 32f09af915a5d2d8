//! A text and where each part of it came from.

use speech_exit::{Call, Citation, Claims, End, Finish, Piece, Recorder, Usage};
use speech_kernel::SystemMode;

use super::Asked;
use super::drawn::DrawnOn;
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

impl Composed {
    /// It declines and claims nothing.
    pub(super) const fn refusal(text: &'static str) -> Self {
        Self::Refusal { text, claims: None }
    }
}

/// A composed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The words.
    pub text: String,
    /// Where the marks of citations stand in them, and what they cite.
    pub citations: Vec<Citation>,
    /// The tools that the client is to run.
    pub calls: Vec<Call>,
    /// Why it goes no further.
    pub finish: Finish,
    /// How much was read and written, if whoever wrote it has counted.
    pub usage: Option<Usage>,
    /// What it claims.
    pub claims: Claims,
}

impl Answer {
    /// An answer of nothing but words.
    #[must_use]
    pub const fn words(text: String, claims: Claims) -> Self {
        let finish = Finish::Stop;
        Self { text, citations: Vec::new(), calls: Vec::new(), finish, usage: None, claims }
    }

    /// The answer cut after as many words as it may have, with the citations whose marks are left in it.
    ///
    /// Its claims stay: what is left was made from what they say.
    #[must_use]
    pub fn within(mut self, max_words: Option<usize>) -> Self {
        let end = max_words.and_then(|words| end_of_word(&self.text, words));
        let Some(end) = end else { return self };
        self.text.truncate(end);
        let characters = self.text.chars().count();
        self.citations.retain(|citation| citation.end <= characters);
        self.finish = Finish::Length;
        self
    }

    /// States what words require, unless it has none and only calls tools of the client's.
    pub fn state_requirement(&self, asked: &Asked, recorder: &mut Recorder) {
        if self.calls.is_empty() || !self.text.is_empty() {
            asked.state_requirement(recorder);
        }
    }

    /// The answer in the order in which it is read: a few words at a time, each citation after its mark, calls, the end.
    #[must_use]
    pub fn into_pieces(self, usage: Option<Usage>) -> Vec<Piece> {
        let Self { text, citations, calls, finish, .. } = self;
        let mut citations = citations.into_iter().peekable();
        let mut pieces = Vec::new();
        let (mut read, mut some) = (0, String::new());
        for words in text.split_inclusive(char::is_whitespace) {
            read += words.chars().count();
            some.push_str(words);
            let is_cited = citations.peek().is_some_and(|citation| citation.end <= read);
            if is_cited || some.len() >= PIECE_BYTES {
                pieces.push(Piece::Words(std::mem::take(&mut some)));
            }
            while let Some(citation) = citations.next_if(|citation| citation.end <= read) {
                pieces.push(Piece::Citation(citation));
            }
        }
        if !some.is_empty() {
            pieces.push(Piece::Words(some));
        }
        pieces.extend(citations.map(Piece::Citation));
        pieces.extend(calls.into_iter().map(Piece::Call));
        pieces.push(Piece::End(End { finish, usage }));
        pieces
    }
}

/// Where the word of that number ends, in bytes; none if there is no word after it.
fn end_of_word(text: &str, number: usize) -> Option<usize> {
    text.split_whitespace().nth(number)?;
    let last = text.split_whitespace().nth(number.checked_sub(1)?)?;
    // A word is a piece of the text, so that its place in it is the distance of the two.
    Some(last.as_ptr() as usize - text.as_ptr() as usize + last.len())
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
    /// One for which these were drawn on before, so that they are a part of what it is made from.
    pub(super) fn after(drawn_on: DrawnOn) -> Self {
        let DrawnOn { memory, tool } = drawn_on;
        Self { from_memory: memory, from_tool: tool, ..Self::default() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    /// Words of the assistant's own.
    pub(super) fn say(&mut self, words: impl Into<String>) {
        self.paragraphs.push(words.into());
    }

    /// What a tool of the client's gave.
    pub(super) fn relay(&mut self, tool: &str, result: &str) {
        self.from_tool = true;
        self.paragraphs.push(format!("{tool} gave: {}", quoted(result.trim())));
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
                let (title, url) = (title.clone(), format!("/v1/library/documents/{document}"));
                self.citations.push(Citation { start: end - mark.len(), end, title, url });
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
        let authority = DrawnOn { memory: self.from_memory, tool: self.from_tool }.authority();
        let text = self.paragraphs.join(BREAK);
        let claims = Claims { authority, system_mode };
        Answer { citations: self.citations, ..Answer::words(text, claims) }
    }
}

/// How many bytes of words make a piece. An event says much more around each.
const PIECE_BYTES: usize = 24;

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
