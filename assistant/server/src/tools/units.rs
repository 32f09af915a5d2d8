//! Conversion between units.

use super::Failure;
use super::calculator::evaluate;
use super::numbers::{count, number};
use super::phrase::after_word;
use super::unit_names::UNITS;

/// A quantity and the unit that it is wanted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// How much.
    pub amount: String,
    /// Its unit, as it was written.
    pub from: String,
    /// The wanted unit, as it was written.
    pub to: String,
}

/// What a question asks to be converted. Unless it says `convert`, both units have to be known.
pub(super) fn recognise(core: &str) -> Option<Conversion> {
    if let Some(rest) = after_word(core, "convert") {
        return quantity_then_unit(rest);
    }
    let conversion = match after_word(core, "how many") {
        Some(rest) => unit_then_quantity(rest.trim_start()),
        None => quantity_then_unit(core),
    }?;
    (read(&conversion.from).is_some() && read(&conversion.to).is_some()).then_some(conversion)
}

/// `5 miles to km`.
fn quantity_then_unit(text: &str) -> Option<Conversion> {
    let lower = text.to_ascii_lowercase();
    let (quantity, to) = [" to ", " into ", " in ", " as "].iter().find_map(|between| {
        let at = lower.rfind(between)?;
        Some((text.get(..at)?, text.get(at + between.len()..)?))
    })?;
    conversion(quantity, to)
}

/// `km is 26.2 miles`.
fn unit_then_quantity(text: &str) -> Option<Conversion> {
    let lower = text.to_ascii_lowercase();
    let between = [" are there in ", " are in ", " is in ", " is ", " are ", " in ", " make "];
    let (to, quantity) = between.iter().find_map(|between| {
        let at = lower.find(between)?;
        Some((text.get(..at)?, text.get(at + between.len()..)?))
    })?;
    conversion(quantity, to)
}

fn conversion(quantity: &str, to: &str) -> Option<Conversion> {
    let quantity = quantity.trim();
    let is_of_number = |character: char| {
        character.is_ascii_digit() || matches!(character, '.' | ',' | '-' | '\u{2212}')
    };
    let (amount, from) = match quantity.find(|character| !is_of_number(character)) {
        Some(0) => {
            let (word, from) = quantity.split_once(' ')?;
            (count(word)?.to_string(), from)
        }
        Some(end) => {
            let (digits, from) = quantity.split_at(end);
            (number(digits)?, from)
        }
        None => return None,
    };
    let (from, to) = (from.trim().to_owned(), to.trim().to_owned());
    (!from.is_empty() && !to.is_empty()).then_some(Conversion { amount, from, to })
}

/// What a unit's name was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    Unit(&'static str),
    /// A symbol in a case that is not its own: `mb` may be megabytes or megabits, `Mm` is no millimetre.
    OtherCase,
}

fn read(name: &str) -> Option<Read> {
    let lower = name.to_lowercase();
    let exact = UNITS
        .iter()
        .find(|unit| unit.symbols.contains(&name) || unit.names.contains(&lower.as_str()));
    let is_folded = || {
        let mut symbols = UNITS.iter().flat_map(|unit| unit.symbols);
        symbols.any(|symbol| symbol.to_lowercase() == lower)
    };
    match exact {
        Some(unit) => Some(Read::Unit(unit.unit)),
        None => is_folded().then_some(Read::OtherCase),
    }
}

fn known(name: &str) -> Result<&'static str, Failure> {
    match read(name) {
        Some(Read::Unit(unit)) => Ok(unit),
        Some(Read::OtherCase) => {
            Err(Failure { why: "a unit's symbol means another thing in another case" })
        }
        None => Err(Failure { why: "a unit is not known" }),
    }
}

/// Converts.
pub(super) fn convert(conversion: &Conversion) -> Result<String, Failure> {
    let Conversion { amount, from, to } = conversion;
    let (from, to) = (known(from)?, known(to)?);
    let is_below = |zero: f64| amount.parse::<f64>().is_ok_and(|amount| amount < zero);
    let zero = ABSOLUTE_ZERO.iter().find(|(unit, _)| *unit == from);
    if zero.is_some_and(|(_, zero)| is_below(*zero)) {
        return Err(Failure { why: "the temperature is below absolute zero" });
    }
    evaluate(&format!("({amount}) {from} to {to}"))
}

/// The lowest temperature there is, on each scale.
const ABSOLUTE_ZERO: [(&str, f64); 3] = [("\u{b0}C", -273.15), ("\u{b0}F", -459.67), ("K", 0.0)];

#[cfg(test)]
mod tests {
    use super::{Read, UNITS, convert, read};
    use crate::tools::Conversion;

    #[test]
    fn each_unit_is_known_to_the_crate_and_converts_to_itself() {
        for unit in UNITS {
            for name in unit.symbols.iter().chain(unit.names) {
                assert_eq!(read(name), Some(Read::Unit(unit.unit)), "{name} stands twice");
                let conversion =
                    Conversion { amount: "2".into(), from: (*name).into(), to: (*name).into() };
                let result = convert(&conversion);
                assert!(
                    result
                        .as_ref()
                        .is_ok_and(|result| result.replace("approx. ", "").starts_with("2 ")),
                    "{name}: {result:?}"
                );
            }
            for name in unit.names {
                assert_eq!(read(&name.to_uppercase()), Some(Read::Unit(unit.unit)), "{name}");
            }
        }
    }
}
