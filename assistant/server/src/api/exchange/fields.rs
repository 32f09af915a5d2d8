//! Which fields of a request are read, which are refused by name, and which change nothing.

use http::StatusCode;
use serde_json::Value;
use speech_exit::Notice;
use speech_exit::strict::{FaultCode, Members, Node};

use crate::wire::written;

/// What is done with a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Use {
    /// It is read.
    Read,
    /// It would change what the answer means. Only a value that asks for nothing is taken, and `null` always.
    Neutral(fn(&Node) -> bool, &'static str),
    /// It stands for context that nobody here can look into. Only `null` is taken.
    Opaque(&'static str),
    /// It says how a model is to choose words, and is handed on to one.
    Sampling,
}

/// A field and what is done with it.
pub(crate) type Field = (&'static str, Use);

/// Refuses the first field that asks for what is not done. Fields that the table does not have say how to bill or
/// to log, and the answer is the same without them.
pub(crate) fn check(table: &[Field], request: &Members<'_>) -> Result<(), Notice> {
    for (name, at) in request.iter() {
        let node = at.node();
        let found = table.iter().find(|(known, _)| *known == name);
        let refused = match found.map(|(_, used)| used) {
            _ if *node == Node::Null => None,
            Some(Use::Neutral(is_neutral, expected)) if !is_neutral(node) => {
                Some(("UNSUPPORTED", *expected))
            }
            Some(Use::Opaque(expected)) => Some(("OPAQUE_CONTEXT", *expected)),
            Some(Use::Read | Use::Neutral(..) | Use::Sampling) | None => None,
        };
        if let Some((code, expected)) = refused {
            let fault = at.fault(FaultCode::UnknownValue, expected);
            return Err(Notice::about(StatusCode::UNPROCESSABLE_ENTITY, code, fault));
        }
    }
    Ok(())
}

/// The fields of a request that say how a model is to choose words.
pub(crate) fn sampling(table: &[Field], request: &Members<'_>) -> Vec<(String, Value)> {
    let is_sampling = |name: &str| {
        table.iter().any(|(known, used)| *known == name && matches!(used, Use::Sampling))
    };
    let given = request.iter().filter(|(name, at)| is_sampling(name) && *at.node() != Node::Null);
    given.map(|(name, at)| (name.to_owned(), value(at.node()))).collect()
}

/// A value as it is handed on.
pub(crate) fn value(node: &Node) -> Value {
    serde_json::from_str(&written(node)).unwrap_or_default()
}

/// The kinds of values that ask for nothing.
pub(crate) mod neutral {
    use speech_exit::strict::Node;

    pub(crate) const fn never(_: &Node) -> bool {
        false
    }

    pub(crate) const fn is_false(node: &Node) -> bool {
        matches!(node, Node::Bool(false))
    }

    pub(crate) fn is_one(node: &Node) -> bool {
        matches!(node, Node::Number(number) if number.as_u64() == Some(1))
    }

    pub(crate) fn is_zero(node: &Node) -> bool {
        matches!(node, Node::Number(number) if number.as_u64() == Some(0))
    }

    pub(crate) fn is_empty(node: &Node) -> bool {
        match node {
            Node::Array(items) => items.is_empty(),
            Node::Object(members) => members.is_empty(),
            _ => false,
        }
    }

    pub(crate) fn is_none_or_auto(node: &Node) -> bool {
        matches!(node, Node::String(text) if text == "none" || text == "auto")
    }

    fn is_text(node: &Node) -> bool {
        matches!(node, Node::String(text) if text == "text")
    }

    pub(crate) fn is_text_only(node: &Node) -> bool {
        matches!(node, Node::Array(items) if items.len() == 1 && items.iter().all(is_text))
    }

    pub(crate) fn is_text_format(node: &Node) -> bool {
        match node {
            Node::Object(members) => {
                matches!(members.as_slice(), [(key, value)] if key == "type" && is_text(value))
            }
            _ => false,
        }
    }

    /// `{"format": {"type": "text"}}`, with whatever verbosity.
    pub(crate) fn is_text_output(node: &Node) -> bool {
        match node {
            Node::Object(members) => members.iter().all(|(key, value)| match key.as_str() {
                "format" => is_text_format(value),
                _ => key == "verbosity",
            }),
            _ => false,
        }
    }
}

/// What a table of fields has to show, whichever route it is of.
#[cfg(test)]
pub(crate) mod testing {
    use speech_exit::strict::{At, read};

    use super::{Field, Use, check};

    /// Whether a request with this member is taken.
    pub(crate) fn is_taken(fields: &[Field], member: &str) -> bool {
        let node = read(format!("{{{member}}}").as_bytes());
        node.is_ok_and(|node| {
            At::root(&node).members().is_ok_and(|members| check(fields, &members).is_ok())
        })
    }

    /// Each row is a field, a value that is refused and one that asks for nothing; no field that refuses is missing.
    #[track_caller]
    pub(crate) fn assert_refused_by_name(fields: &[Field], rows: &[(&str, &str, &str)]) {
        for (name, refused, taken) in rows {
            assert!(!is_taken(fields, &format!("\"{name}\":{refused}")), "{name}");
            assert!(is_taken(fields, &format!("\"{name}\":{taken}")), "{name}");
            assert!(is_taken(fields, &format!("\"{name}\":null")), "{name}");
        }
        let refuses = |used: &Use| matches!(used, Use::Neutral(..) | Use::Opaque(_));
        let refusing = fields.iter().filter(|(_, used)| refuses(used)).map(|(name, _)| *name);
        assert_eq!(
            refusing.collect::<Vec<_>>(),
            rows.iter().map(|(name, ..)| *name).collect::<Vec<_>>()
        );
    }
}
