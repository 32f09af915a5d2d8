//! The best sentences of what was found.

use std::cmp::Reverse;
use std::ops::Range;

use super::sentences::sentences;
use crate::store::WordMatch;

/// How many sentences are quoted at most.
const MAX_SENTENCES: usize = 3;

/// How many of the words a text needs so that it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// At least half of them, rounded up; of two both, because one of two says little.
    Half,
    /// Every one.
    All,
}

impl Need {
    pub(super) const fn of(self, words: usize) -> usize {
        match self {
            Self::Half if words > 2 => words.div_ceil(2),
            Self::Half | Self::All => words,
        }
    }
}

/// A text in which words were found. Candidates come in the order of their rank.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) text: &'a str,
    pub(super) matches: &'a [WordMatch],
}

/// The sentences that were taken from one candidate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Extract {
    pub(super) candidate: usize,
    pub(super) sentences: Vec<String>,
}

struct Scored<'a> {
    words: usize,
    is_definition: bool,
    candidate: usize,
    sentence: &'a str,
}

/// One to three sentences out of the candidates that have enough of the words: those with most distinct
/// words first, of these the ones that define them, then by the candidates' rank, then as they stand.
pub(super) fn extract(
    candidates: &[Candidate<'_>],
    words: usize,
    need: Need,
    keep: impl Fn(&str) -> bool,
) -> Vec<Extract> {
    let needed = need.of(words);
    let mut scored: Vec<Scored<'_>> = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.matches.len() >= needed)
        .flat_map(|(index, candidate)| score(index, candidate))
        .filter(|scored| keep(scored.sentence))
        .collect();
    scored.sort_by_key(|scored| (Reverse(scored.words), !scored.is_definition, scored.candidate));
    let mut best: Vec<Scored<'_>> = Vec::new();
    for scored in scored {
        let is_strong = scored.words >= needed && scored.words > 0;
        // The words of a passage that counts may be spread over its sentences: then the best one stands alone.
        let is_first = best.is_empty() && (scored.words > 0 || need == Need::Half);
        let is_repeat = best.iter().any(|other| other.sentence == scored.sentence);
        if best.len() < MAX_SENTENCES && !is_repeat && (is_strong || is_first) {
            best.push(scored);
        }
    }
    grouped(best)
}

fn score<'a>(index: usize, candidate: &Candidate<'a>) -> Vec<Scored<'a>> {
    let Candidate { text, matches } = *candidate;
    let scored = sentences(text).into_iter().filter_map(|range| {
        let is_inside =
            |place: &&Range<usize>| range.start <= place.start && place.end <= range.end;
        let places: Vec<&Range<usize>> = matches
            .iter()
            .filter_map(|found| first_from(&found.places, range.start))
            .filter(is_inside)
            .collect();
        let sentence = text.get(range.clone())?;
        let is_definition = defines(text, range.start, &places);
        Some(Scored { words: places.len(), is_definition, candidate: index, sentence })
    });
    // What a sentence announces is not quoted with it.
    scored.filter(|scored| !scored.sentence.ends_with(':')).collect()
}

/// The first place that does not begin before `start`. Places stand in order.
fn first_from(places: &[Range<usize>], start: usize) -> Option<&Range<usize>> {
    places.get(places.partition_point(|place| place.start < start))
}

/// Whether a sentence begins with the words and goes on with what they are.
fn defines(text: &str, start: usize, places: &[&Range<usize>]) -> bool {
    let first = places.iter().map(|place| place.start).min();
    let last = places.iter().map(|place| place.end).max();
    let (Some(first), Some(last)) = (first, last) else { return false };
    let lead = text.get(start..first).unwrap_or_default();
    let rest = text.get(last..).unwrap_or_default();
    matches!(lead, "" | "A " | "An " | "The ")
        && [" is ", " are ", " means "].iter().any(|verb| rest.starts_with(verb))
}

fn grouped(best: Vec<Scored<'_>>) -> Vec<Extract> {
    let mut extracts: Vec<Extract> = Vec::new();
    for Scored { candidate, sentence, .. } in best {
        match extracts.iter_mut().find(|extract| extract.candidate == candidate) {
            Some(extract) => extract.sentences.push(sentence.to_owned()),
            None => extracts.push(Extract { candidate, sentences: vec![sentence.to_owned()] }),
        }
    }
    extracts
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Need, extract};
    use crate::store::WordMatch;

    fn matches(text: &str, words: &[&str]) -> Vec<WordMatch> {
        let found = words.iter().enumerate().filter_map(|(word, sought)| {
            let places: Vec<_> =
                text.match_indices(sought).map(|(at, hit)| at..at + hit.len()).collect();
            (!places.is_empty()).then_some(WordMatch { word, places })
        });
        found.collect()
    }

    fn from(texts: &[&str], words: &[&str], need: Need) -> Vec<(usize, Vec<String>)> {
        let matches: Vec<_> = texts.iter().map(|text| matches(text, words)).collect();
        let candidates: Vec<_> =
            texts.iter().zip(&matches).map(|(text, matches)| Candidate { text, matches }).collect();
        extract(&candidates, words.len(), need, |_| true)
            .into_iter()
            .map(|extract| (extract.candidate, extract.sentences))
            .collect()
    }

    #[test]
    fn a_text_with_less_than_half_of_the_words_does_not_count() {
        assert!(from(&["The red one."], &["red", "green", "blue"], Need::Half).is_empty());
        assert_eq!(
            from(&["The red and green one."], &["red", "green", "blue"], Need::Half).len(),
            1
        );
        assert!(from(&["The red one."], &["red", "green"], Need::Half).is_empty());
        assert!(from(&["The red and green one."], &["red", "green", "blue"], Need::All).is_empty());
    }

    #[test]
    fn sentences_with_more_distinct_words_come_first_then_better_rank() {
        let texts = ["A red one. A red and green one.", "Red it is not, but red green."];
        let found = from(&texts, &["red", "green", "one"], Need::Half);
        assert_eq!(
            found,
            [
                (0, vec!["A red and green one.".to_owned(), "A red one.".to_owned()]),
                (1, vec!["Red it is not, but red green.".to_owned()]),
            ]
        );
    }

    #[test]
    fn at_most_three_sentences_are_quoted_and_none_twice() {
        let texts = ["A red. A red. B red. C red. D red."];
        let found = from(&texts, &["red"], Need::Half);
        assert_eq!(found, [(0, vec!["A red.".into(), "B red.".into(), "C red.".into()])]);
    }

    #[test]
    fn of_equal_sentences_the_one_that_defines_comes_first() {
        let texts = ["Each red door has three:\nA red door must stay shut.", "A red door is one."];
        let found = from(&texts, &["red", "door"], Need::Half);
        assert_eq!(
            found,
            [
                (1, vec!["A red door is one.".to_owned()]),
                (0, vec!["A red door must stay shut.".to_owned()]),
            ]
        );
    }

    #[test]
    fn a_match_in_the_heading_alone_gives_the_first_sentence() {
        let heading_only = [WordMatch { word: 0, places: Vec::new() }];
        let candidate = Candidate { text: "First. Second.", matches: &heading_only };
        let found = extract(&[candidate], 1, Need::Half, |_| true);
        assert_eq!(found.first().map(|found| found.sentences.clone()), Some(vec!["First.".into()]));
    }
}
