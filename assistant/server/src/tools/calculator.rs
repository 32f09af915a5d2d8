//! Arithmetic.

use std::time::{Duration, Instant};

use super::Failure;
use super::numbers::{in_words, number};
use super::percent;

const MAX_EXPRESSION_BYTES: usize = 400;
const MAX_RESULT_BYTES: usize = 400;
const TIME_LIMIT: Duration = Duration::from_millis(500);

/// Phrases of arithmetic and their signs. A longer phrase stands before one that it begins with.
const PHRASES: &[(&str, &str)] = &[
    ("to the power of", "^"),
    ("the square root of", "sqrt"),
    ("square root of", "sqrt"),
    ("multiplied by", "*"),
    ("divided by", "/"),
    ("percent of", "% of"),
    ("percent", "%"),
    ("squared", "^2"),
    ("cubed", "^3"),
    ("plus", "+"),
    ("minus", "-"),
    ("times", "*"),
    ("over", "/"),
    ("modulo", "mod"),
];

pub(super) const FUNCTIONS: &[&str] = &["abs", "cos", "ln", "log", "sin", "sqrt", "tan"];

/// What may stand after an expression in place of its equals sign.
const ENDINGS: &[&str] = &[" equals", " equal", " is", " makes", " make"];

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(String),
    Word(String),
    Sign(char),
}

/// The expression that a question asks to be calculated, in the calculator's language. What has any other word
/// in it, or no operation, is no expression.
pub(super) fn recognise(core: &str) -> Option<String> {
    let ended = ENDINGS.iter().find_map(|ending| core.strip_suffix(ending));
    let mut text = ended.unwrap_or(core).to_owned();
    for (phrase, sign) in PHRASES {
        text = replace_words(&text, phrase, sign);
    }
    let tokens = tokens(&digits(&text))?;
    let has_number = tokens.iter().any(|token| matches!(token, Token::Number(_)));
    let operations =
        tokens.iter().filter(|token| !matches!(token, Token::Number(_) | Token::Sign('(' | ')')));
    let is_signed_number = matches!(tokens.as_slice(), [Token::Sign('-' | '+'), Token::Number(_)]);
    let is_percentage = matches!(tokens.as_slice(), [Token::Number(_), Token::Sign('%')]);
    let is_expression = has_number && operations.count() > 0 && !is_signed_number && !is_percentage;
    if !is_expression || super::dates::has_date(core) {
        return None;
    }
    if text.len() > MAX_EXPRESSION_BYTES {
        // It is refused for its length, and nothing is looked for in it before.
        return Some(text);
    }
    written(&tokens)
}

/// The text with its numbers in digits, also those in words. Only a number's own hyphen goes.
fn digits(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        match word.split_once('-') {
            Some((tens, ones)) if matches!(in_words(&[tens, ones]), Some((_, 2))) => {
                words.extend([tens, ones]);
            }
            _ => words.push(word),
        }
    }
    let mut written = Vec::new();
    let mut rest = words.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let (piece, taken) = match in_words(rest) {
            Some((value, taken)) => (value.to_string(), taken),
            None => ((*first).to_owned(), 1),
        };
        written.push(piece);
        rest = rest.get(taken..).unwrap_or(after);
    }
    written.join(" ")
}

fn replace_words(text: &str, phrase: &str, sign: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(phrase) {
        let (before, from) = rest.split_at(at);
        let starts = before.chars().next_back().is_none_or(|last| !last.is_alphabetic());
        replaced.push_str(before);
        match super::phrase::after_word(from, phrase).filter(|_| starts) {
            Some(after) => {
                replaced.push_str(sign);
                rest = after;
            }
            None => {
                replaced.push_str(phrase);
                rest = from.get(phrase.len()..).unwrap_or_default();
            }
        }
    }
    replaced + rest
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_digit =
            |character: char| character.is_ascii_digit() || matches!(character, '.' | ',');
        let end = if first.is_ascii_digit() {
            rest.find(|character| !is_digit(character))
        } else if first.is_alphabetic() {
            rest.find(|character: char| !character.is_alphabetic())
        } else {
            Some(first.len_utf8())
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        tokens.push(token(first, piece)?);
        rest = after.trim_start();
    }
    Some(tokens)
}

fn token(first: char, piece: &str) -> Option<Token> {
    if first.is_ascii_digit() {
        return number(piece).map(Token::Number);
    }
    if first.is_alphabetic() {
        let is_known = FUNCTIONS.contains(&piece) || matches!(piece, "mod" | "of" | "pi" | "x");
        return is_known.then(|| Token::Word(piece.to_owned()));
    }
    match first {
        '+' | '-' | '*' | '/' | '^' | '(' | ')' | '%' | '!' => Some(Token::Sign(first)),
        '\u{d7}' | '\u{b7}' => Some(Token::Sign('*')),
        '\u{f7}' => Some(Token::Sign('/')),
        '\u{2212}' => Some(Token::Sign('-')),
        _ => None,
    }
}

/// The tokens in the calculator's language; none where `of` and `x` stand where they mean nothing.
fn written(tokens: &[Token]) -> Option<String> {
    let mut written: Vec<String> = Vec::new();
    let mut before: Option<&Token> = None;
    for (index, token) in tokens.iter().enumerate() {
        let after = tokens.get(index + 1);
        let starts_value = matches!(after, Some(Token::Number(_) | Token::Sign('(')));
        let piece = match token {
            Token::Number(number) => number.clone(),
            Token::Sign('%') if starts_value => "mod".to_owned(),
            Token::Sign('%') => percent::SIGN.to_owned(),
            Token::Sign(sign) => sign.to_string(),
            Token::Word(word) if word == "of" => {
                let is_share = matches!(before, Some(Token::Sign('%')));
                is_share.then(|| "*".to_owned())?
            }
            Token::Word(word) if word == "x" => starts_value.then(|| "*".to_owned())?,
            Token::Word(word) => word.clone(),
        };
        written.push(piece);
        before = Some(token);
    }
    Some(percent::bound(&written).join(" "))
}

/// Calculates.
pub(super) fn calculate(expression: &str) -> Result<String, Failure> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        return Err(Failure { why: "the expression is too long" });
    }
    if !is_well_formed(expression) {
        return Err(Failure { why: "the expression cannot be read" });
    }
    if expression.split(' ').any(|piece| piece == percent::SIGN) {
        return Err(Failure { why: "an added percentage can be read in two ways" });
    }
    let result = evaluate(expression)?;
    let digits = result.strip_prefix("approx. ").unwrap_or(&result);
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) {
        return Err(Failure { why: "the result is no real number" });
    }
    Ok(result)
}

/// Whether each operation has its operands: the crate reads `3 * / 4` and `3 4` in ways nobody means.
fn is_well_formed(expression: &str) -> bool {
    let is_number = |piece: &str| piece.starts_with(|first: char| first.is_ascii_digit());
    let is_binary = |piece: &str| matches!(piece, "*" | "/" | "^" | "mod" | percent::SIGN);
    let wants_value = |piece: &str| {
        matches!(piece, "+" | "-" | "(") || (is_binary(piece) && piece != percent::SIGN)
    };
    let mut before = "(";
    for piece in expression.split(' ') {
        let is_bad = (wants_value(before) && (is_binary(piece) || piece == ")"))
            || (is_number(before) && is_number(piece));
        if is_bad {
            return false;
        }
        before = piece;
    }
    let opened = expression.matches('(').count();
    !wants_value(before) && opened == expression.matches(')').count()
}

/// Asks the crate, within a limit of time, with no randomness and no exchange rates.
pub(super) fn evaluate(expression: &str) -> Result<String, Failure> {
    let mut context = fend_core::Context::new();
    context.disable_rng();
    let deadline = Deadline(Instant::now() + TIME_LIMIT);
    let result = fend_core::evaluate_with_interrupt(expression, &mut context, &deadline)
        .map_err(|message| why(&message))?;
    let text = result.get_main_result();
    if text.len() > MAX_RESULT_BYTES {
        return Err(Failure { why: "the result is too long" });
    }
    Ok(text.to_owned())
}

fn why(message: &str) -> Failure {
    let why = match message {
        "division by zero" | "modulo by zero" => "division by zero",
        "interrupted" => "the calculation took too long",
        _ if message.starts_with("cannot convert") => "the units do not measure the same thing",
        _ => "the expression cannot be read",
    };
    Failure { why }
}

struct Deadline(Instant);

impl fend_core::Interrupt for Deadline {
    fn should_interrupt(&self) -> bool {
        Instant::now() >= self.0
    }
}
