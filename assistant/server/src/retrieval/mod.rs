//! What was stored and bears on a question. The adapter between the store and whoever composes: what it gives
//! is [`Sourced`], and what it gives is exactly what may be quoted.

mod cut;
mod extract;
mod sentences;
mod words;

pub use cut::{Format, first_heading, passages};
pub use extract::Need;
pub use words::content_words;
pub(crate) use words::plain_words;

use speech_exit::{Content, Label, Sourced};

use crate::store::{ConversationId, DocumentId, Role, Store, StoreError};
use extract::{Candidate, extract};

/// Sentences of one passage of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The document that it is of.
    pub document: DocumentId,
    /// That document's title.
    pub title: String,
    /// The sentences that bear on the question, verbatim, best first.
    pub sentences: Vec<String>,
}

/// Sentences of one turn of an earlier exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The sentences that bear on the question, verbatim, best first.
    pub sentences: Vec<String>,
}

/// A question and its answer in an earlier conversation, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// What the person said.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

impl Content for Exchange {
    fn is_empty(&self) -> bool {
        self.question.trim().is_empty() && self.answer.trim().is_empty()
    }
}

impl Content for Passage {
    fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }
}

impl Content for Turn {
    fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }
}

/// Which part of a conversation is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Said {
    /// What the person stated.
    Stated,
    /// What the person asked.
    Asked,
    /// What the assistant answered.
    Answered,
}

impl Said {
    const fn role(self) -> Role {
        match self {
            Self::Stated | Self::Asked => Role::User,
            Self::Answered => Role::Assistant,
        }
    }

    fn is_such(self, sentence: &str) -> bool {
        match self {
            Self::Stated => !sentences::is_question(sentence),
            Self::Asked => sentences::is_question(sentence),
            Self::Answered => true,
        }
    }
}

/// The sentences of the library that bear on the words.
///
/// # Errors
///
/// [`StoreError`].
pub async fn library(store: &Store, words: &[String]) -> Result<Vec<Sourced<Passage>>, StoreError> {
    let hits = store.find_passages(words).await?;
    let candidates: Vec<Candidate<'_>> =
        hits.iter().map(|hit| Candidate { text: &hit.text, matches: &hit.matches }).collect();
    let found = extract(&candidates, words.len(), Need::Half, |_| true);
    let sourced = found.into_iter().filter_map(|found| {
        let hit = hits.get(found.candidate)?;
        let identifier = Some(hit.document.to_string());
        let passage = Passage {
            document: hit.document.clone(),
            title: hit.title.clone(),
            sentences: found.sentences,
        };
        Sourced::new(Label::library(), identifier, passage)
    });
    Ok(sourced.collect())
}

/// The sentences of an earlier conversation that bear on the words.
///
/// # Errors
///
/// [`StoreError`].
pub async fn memory(
    store: &Store,
    conversation: &ConversationId,
    said: Said,
    words: &[String],
    need: Need,
) -> Result<Vec<Sourced<Turn>>, StoreError> {
    let hits = store.find_turns(conversation, said.role(), words).await?;
    let candidates: Vec<Candidate<'_>> =
        hits.iter().map(|hit| Candidate { text: &hit.text, matches: &hit.matches }).collect();
    let found = extract(&candidates, words.len(), need, |sentence| said.is_such(sentence));
    let sourced = found.into_iter().filter_map(|found| {
        let identifier = Some(conversation.shown());
        Sourced::new(Label::memory(), identifier, Turn { sentences: found.sentences })
    });
    Ok(sourced.collect())
}

/// The latest exchanges of an earlier conversation, in the order in which they were had.
///
/// # Errors
///
/// [`StoreError`].
pub async fn history(
    store: &Store,
    conversation: &ConversationId,
) -> Result<Vec<Sourced<Exchange>>, StoreError> {
    let exchanges = store.last_exchanges(conversation).await?;
    let sourced = exchanges.into_iter().filter_map(|(question, answer)| {
        let identifier = Some(conversation.shown());
        Sourced::new(Label::memory(), identifier, Exchange { question, answer })
    });
    Ok(sourced.collect())
}

/// The latest sentences of an earlier conversation, in the order in which they were said.
///
/// # Errors
///
/// [`StoreError`].
pub async fn latest(
    store: &Store,
    conversation: &ConversationId,
    said: Said,
) -> Result<Vec<Sourced<Turn>>, StoreError> {
    let texts = store.last_turns(conversation, said.role()).await?;
    let sentences = last_sentences(texts.iter().map(String::as_str), said);
    let turn = (!sentences.is_empty()).then_some(Turn { sentences });
    let identifier = Some(conversation.shown());
    Ok(turn.and_then(|turn| Sourced::new(Label::memory(), identifier, turn)).into_iter().collect())
}

/// The latest sentences of the request itself before its question. They are no source either.
#[must_use]
pub fn latest_in_request(earlier: &[String], said: Said) -> Vec<String> {
    match said.role() {
        Role::User => last_sentences(earlier.iter().rev().map(String::as_str), said),
        // What a client sends as the assistant's words is not known to be the assistant's.
        Role::Assistant => Vec::new(),
    }
}

/// The last few sentences of the texts, which come latest first.
fn last_sentences<'a>(texts: impl Iterator<Item = &'a str>, said: Said) -> Vec<String> {
    let sentences = texts.flat_map(|text| {
        sentences::sentences(text).into_iter().rev().filter_map(|range| text.get(range))
    });
    let mut last: Vec<String> = sentences
        .filter(|sentence| said.is_such(sentence))
        .take(MAX_REPEATED)
        .map(str::to_owned)
        .collect();
    last.reverse();
    last
}

/// How many sentences of the request itself are repeated at most.
const MAX_REPEATED: usize = 3;

/// The sentences of what the request itself says before its question that bear on the words, latest first.
///
/// They are part of what is asked and no source, so they are not [`Sourced`].
#[must_use]
pub fn in_request(earlier: &[String], said: Said, words: &[String], need: Need) -> Vec<String> {
    let needed = need.of(words.len()).max(1);
    let sentences = earlier.iter().rev().flat_map(|text| {
        sentences::sentences(text).into_iter().filter_map(|range| text.get(range))
    });
    let bears = |sentence: &&str| {
        let has: Vec<String> = plain_words(sentence).collect();
        let found = words.iter().filter(|word| has.contains(word)).count();
        found >= needed && said.is_such(sentence)
    };
    sentences.filter(bears).take(MAX_REPEATED).map(str::to_owned).collect()
}
