//! A rule in words, where it does not say itself what it says.

use crate::manifest::{Operand, Path, Predicate, Reading, Root, Rule};

/// What the rule demands.
pub(crate) fn demand(rule: &Rule) -> String {
    match (&rule.then, &rule.iff) {
        (Some(then), _) => predicate(then),
        (None, Some((left, right))) => {
            format!("{} exactly when {}", predicate(left), predicate(right))
        }
        (None, None) => String::new(),
    }
}

fn predicate(said: &Predicate) -> String {
    let pair = |one: &Operand, word: &str, other: &Operand| {
        format!("{} {word} {}", operand(one), operand(other))
    };
    let many = |parts: &[Predicate], word: &str| {
        let parts: Vec<_> = parts.iter().map(predicate).collect();
        format!("({})", parts.join(word))
    };
    match said {
        Predicate::All(parts) => many(parts, " and "),
        Predicate::Any(parts) => many(parts, " or "),
        Predicate::Not(part) => format!("not {}", predicate(part)),
        Predicate::Eq(one, other) => pair(one, "=", other),
        Predicate::Ne(one, other) => pair(one, "≠", other),
        Predicate::Le(one, other) => pair(one, "≤", other),
        Predicate::Lt(one, other) => pair(one, "<", other),
        Predicate::In(one, other) => pair(one, "in", other),
        Predicate::Has(one, other) => pair(one, "has", other),
        Predicate::Each(list, part) => {
            format!("for each item of {}: {}", operand(list), predicate(part))
        }
    }
}

fn operand(said: &Operand) -> String {
    match said {
        Operand::Literal(scalar) => scalar.to_string(),
        Operand::List(items) => {
            let items: Vec<_> = items.iter().map(ToString::to_string).collect();
            format!("[{}]", items.join(", "))
        }
        Operand::Read(reading, at) => {
            let word = match reading {
                Reading::Value => return path(at),
                Reading::Display => "display",
                Reading::Unblock => "unblock",
                Reading::Condition => "condition",
                Reading::Latched => "latched",
                Reading::Length => "length",
            };
            format!("{word}({})", path(at))
        }
        Operand::Now => "now".to_owned(),
        Operand::ContractVersion => "the contract's version".to_owned(),
        Operand::SchemaVersion => "the schema's version".to_owned(),
        Operand::Registry(name, None) => name.clone(),
        Operand::Registry(name, Some(tier)) => format!("{name}.{tier}"),
    }
}

fn path(path: &Path) -> String {
    let root = match path.root {
        Root::Document => None,
        Root::Before => Some("prev"),
        Root::Item => Some("item"),
    };
    let segments = path.segments.iter().map(String::as_str);
    root.into_iter().chain(segments).collect::<Vec<_>>().join(".")
}
