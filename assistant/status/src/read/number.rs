//! Numbers by value.

use std::cmp::Ordering;

use serde_json::Number;

/// A finite number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Num {
    /// A whole number, written as one or not.
    Int(i128),
    /// Any other one.
    Float(f64),
}

/// 2^127: what does not fit into an `i128` any more.
const INT_BOUND: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;

/// So many digits fit into an `i64` whatever they are.
const I64_DIGITS: usize = 18;

impl Num {
    /// The value of a JSON number without fraction and exponent; `None` beyond all finite ones.
    pub(crate) fn whole(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
        if digits.len() > I64_DIGITS {
            return Self::parse(text);
        }
        let value = digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit & 0xf));
        Some(Self::Int(if digits.len() < text.len() { -value } else { value }.into()))
    }

    /// The value of a JSON number; `None` beyond all finite ones.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(value) = text.parse::<i128>() {
            return Some(Self::Int(value));
        }
        Self::broken(text)
    }

    /// The value of a JSON number with a fraction or an exponent; `None` beyond all finite ones.
    pub(crate) fn broken(text: &str) -> Option<Self> {
        let value: f64 = text.parse().ok()?;
        value.is_finite().then(|| Self::from_f64(value))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a whole number below the bound fits")]
    fn from_f64(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() < INT_BOUND {
            Self::Int(value as i128)
        } else {
            Self::Float(value)
        }
    }

    /// The number of a manifest.
    pub(crate) fn of(number: &Number) -> Option<Self> {
        Self::parse(&number.to_string())
    }

    #[expect(clippy::cast_precision_loss, reason = "beside a fraction, what is nearest is meant")]
    const fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Num {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => Some(one.cmp(other)),
            (one, other) => one.float().partial_cmp(&other.float()),
        }
    }
}
