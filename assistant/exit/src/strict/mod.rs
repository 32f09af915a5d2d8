//! Reads JSON so that nothing in it is lost or taken for something else, and names the place of a fault.

mod at;
mod fault;
mod node;
mod place;

pub use at::{At, Members};
pub use fault::{Fault, FaultCode};
pub use node::Node;

use std::collections::HashSet;

use place::{Segment, pointer};

/// Reads one JSON text without duplicate keys.
///
/// # Errors
///
/// [`FaultCode::NotJson`] or [`FaultCode::DuplicateKey`].
pub fn read(bytes: &[u8]) -> Result<Node, Fault> {
    let node: Node = serde_json::from_slice(bytes).map_err(|error| Fault::not_json(&error))?;
    let mut path = Vec::new();
    if has_duplicate(&node, &mut path) {
        return Err(Fault {
            code: FaultCode::DuplicateKey,
            pointer: pointer(&path),
            message: "expected each key once".to_owned(),
        });
    }
    Ok(node)
}

/// Whether a key stands twice; `path` then leads to where it stands again.
fn has_duplicate<'a>(node: &'a Node, path: &mut Vec<Segment<'a>>) -> bool {
    match node {
        Node::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Segment::Index(index));
                if has_duplicate(item, path) {
                    return true;
                }
                path.pop();
            }
        }
        Node::Object(members) => {
            let mut seen = HashSet::with_capacity(members.len());
            for (key, value) in members {
                path.push(Segment::Key(key));
                if !seen.insert(key) || has_duplicate(value, path) {
                    return true;
                }
                path.pop();
            }
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{At, FaultCode, read};

    /// Half a megabyte of key above a hundred thousand items: quadratic work would not end in this life.
    #[test]
    fn a_long_key_is_written_for_a_fault_and_not_for_each_item_below_it() {
        let key = "k".repeat(500_000);
        let items = vec!["0"; 100_000].join(",");
        let text = format!("{{\"{key}\":[{items}],\"{key}\":0}}");
        let pointer = read(text.as_bytes()).err().map(|fault| fault.pointer().len());
        assert!(pointer.is_some_and(|length| length < 200), "{pointer:?}");
        let text = format!("{{\"{key}\":[{items}]}}");
        let read = read(text.as_bytes());
        let Ok(node) = &read else { return assert!(read.is_ok()) };
        let members = At::root(node).members();
        let list = members.as_ref().ok().and_then(|members| members.iter().next());
        let items = list.map(|(_, list)| list.items());
        assert!(matches!(items, Some(Ok(items)) if items.len() == 100_000));
    }

    #[test]
    fn a_pointer_names_the_place_of_what_is_wrong() {
        let read = read(br#"{"a/b":[{"c~d":[1]}]}"#);
        let Ok(node) = &read else { return assert!(read.is_ok()) };
        let found = (|| {
            let list = At::root(node).members()?.required("a/b")?.items()?;
            let first = list.first().map(|first| first.members()?.required("c~d")?.text());
            first.unwrap_or(Ok("none"))
        })();
        let fault = found.err().map(|fault| (fault.code(), fault.pointer().to_owned()));
        assert_eq!(fault, Some((FaultCode::WrongType, "/a~1b/0/c~0d".to_owned())));
    }
}
