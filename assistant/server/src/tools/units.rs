//! Conversion between units.

use super::Failure;
use super::calculator::evaluate;
use super::numbers::{count, number};
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
    if let Some(rest) = core.strip_prefix("convert ") {
        return quantity_then_unit(rest);
    }
    let conversion = match core.strip_prefix("how many ") {
        Some(rest) => unit_then_quantity(rest),
        None => quantity_then_unit(core),
    }?;
    (known(&conversion.from).is_some() && known(&conversion.to).is_some()).then_some(conversion)
}

/// `5 miles to km`.
fn quantity_then_unit(text: &str) -> Option<Conversion> {
    let (quantity, to) =
        [" to ", " into ", " in ", " as "].iter().find_map(|between| text.rsplit_once(between))?;
    conversion(quantity, to)
}

/// `km is 26.2 miles`.
fn unit_then_quantity(text: &str) -> Option<Conversion> {
    let between = [" are there in ", " are in ", " is in ", " is ", " are ", " in ", " make "];
    let (to, quantity) = between.iter().find_map(|between| text.split_once(between))?;
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

fn known(name: &str) -> Option<&'static str> {
    UNITS.iter().find_map(|(unit, names)| names.contains(&name).then_some(*unit))
}

/// Converts.
pub(super) fn convert(conversion: &Conversion) -> Result<String, Failure> {
    let unknown = Failure { why: "a unit is not known" };
    let from = known(&conversion.from).ok_or(unknown)?;
    let to = known(&conversion.to).ok_or(unknown)?;
    evaluate(&format!("({}) {from} to {to}", conversion.amount))
}

#[cfg(test)]
mod tests {
    use super::{UNITS, convert, known};
    use crate::tools::Conversion;

    #[test]
    fn each_unit_is_known_to_the_crate_and_converts_to_itself() {
        for (unit, names) in UNITS {
            for name in *names {
                assert_eq!(known(name), Some(*unit), "{name} stands twice");
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
        }
    }
}
