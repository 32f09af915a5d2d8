//! A JSON text in pieces: also what no value holds, such as a key that stands twice.

use std::fmt::Write as _;

use serde_json::Value;

use super::dice::Dice;

/// One in so many is spelled in another way.
const OFTEN: usize = 50;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// `null`, `true`, `false` or a number, as written.
    Word(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    pub(super) fn read(bytes: &[u8]) -> Self {
        Self::from(serde_json::from_slice::<Value>(bytes).unwrap())
    }

    pub(super) fn word(word: impl ToString) -> Self {
        Self::Word(word.to_string())
    }

    /// The text. Some of what it says is spelled in another way than usual.
    pub(super) fn write(&self, dice: &Dice) -> String {
        let mut text = String::new();
        self.write_to(&mut text, dice);
        text
    }

    fn write_to(&self, text: &mut String, dice: &Dice) {
        match self {
            Self::Word(word) if word.parse::<i64>().is_ok() && dice.one_in(OFTEN) => {
                write!(text, "{word}.0").unwrap();
            }
            Self::Word(word) => text.push_str(word),
            Self::Text(string) => quoted(string, text, dice),
            Self::List(items) => {
                let write = |item: &Self, text: &mut String| item.write_to(text, dice);
                nested(items, ["[", "]"], text, write);
            }
            Self::Object(members) => {
                nested(members, ["{", "}"], text, |(name, value), text| {
                    quoted(name, text, dice);
                    text.push_str(if dice.one_in(OFTEN) { "\n : " } else { ":" });
                    value.write_to(text, dice);
                });
            }
        }
    }

    /// How many values there are, this one too.
    pub(super) fn size(&self) -> usize {
        1 + match self {
            Self::Word(_) | Self::Text(_) => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.size()).sum(),
        }
    }

    /// The value of that number, counted as they stand.
    pub(super) fn nth(&mut self, mut number: usize) -> Option<&mut Self> {
        if number == 0 {
            return Some(self);
        }
        number -= 1;
        let below: Vec<&mut Self> = match self {
            Self::Word(_) | Self::Text(_) => Vec::new(),
            Self::List(items) => items.iter_mut().collect(),
            Self::Object(members) => members.iter_mut().map(|(_, value)| value).collect(),
        };
        for value in below {
            let size = value.size();
            if number < size {
                return value.nth(number);
            }
            number -= size;
        }
        None
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name, value.into()));
                Self::Object(members.collect())
            }
            word => Self::word(word),
        }
    }
}

fn nested<T>(list: &[T], ends: [&str; 2], text: &mut String, write: impl Fn(&T, &mut String)) {
    text.push_str(ends[0]);
    for (index, element) in list.iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        write(element, text);
    }
    text.push_str(ends[1]);
}

fn quoted(string: &str, text: &mut String, dice: &Dice) {
    if !dice.one_in(OFTEN) {
        return write!(text, "{}", Value::from(string)).unwrap();
    }
    let units = string.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    write!(text, "\"{}\"", units.collect::<String>()).unwrap();
}
