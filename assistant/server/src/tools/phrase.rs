//! What is left of a question without its manners.

/// What people say before what they ask. Each ends where a word ends.
const OPENERS: &[&str] = &[
    "please",
    "hey",
    "hi",
    "hello",
    "can you",
    "could you",
    "would you",
    "tell me",
    "do you know",
    "what is",
    "what's",
    "whats",
    "what are",
    "what does",
    "what do",
    "how much is",
    "how much are",
    "calculate",
    "compute",
    "evaluate",
    "work out",
    "the result of",
    "the value of",
    "the answer to",
];

/// The question with single spaces, without openers and without its final mark. Its case stays: in the symbol
/// of a unit it means something.
pub(super) fn core(question: &str) -> String {
    let plain = question.replace('\u{2019}', "'");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    let mut rest = joined.as_str();
    loop {
        let trimmed = rest.trim_start_matches([' ', ',', ':']);
        match OPENERS.iter().find_map(|opener| after_word(trimmed, opener)) {
            Some(after) => rest = after,
            None => return trimmed.trim_end_matches([' ', '?', '.', '=', ',']).to_owned(),
        }
    }
}

/// What follows `word` at the start of the text in whatever case, if it ends there.
pub(super) fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let ends = rest.chars().next().is_none_or(|next| !next.is_alphanumeric() && next != '\'');
    ends.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::core;

    #[test]
    fn manners_are_left_out_and_words_are_not_cut() {
        assert_eq!(core("Please, could you tell me what is  17 * 23 ?"), "17 * 23");
        assert_eq!(core("What’s 1+1 = ?"), "1+1");
        assert_eq!(core("WHAT IS 1 Mb in MB?"), "1 Mb in MB");
        assert_eq!(core("history of maths"), "history of maths");
        assert_eq!(core("Hi"), "");
    }
}
