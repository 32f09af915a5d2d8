//! JSON back into text, for what is passed on as text.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use speech_exit::strict::Node;

struct Written<'a>(&'a Node);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Number(number) => number.serialize(serializer),
            Node::String(text) => serializer.serialize_str(text),
            Node::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Written(item))?;
                }
                list.end()
            }
            Node::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, &Written(value))?;
                }
                map.end()
            }
        }
    }
}

/// A value as JSON text, its keys in order.
#[must_use]
pub fn written(node: &Node) -> String {
    // A tree of strings and finite numbers has no part that cannot be written.
    serde_json::to_string(&Written(node)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::written;
    use speech_exit::strict::read;

    #[test]
    fn a_value_is_written_as_it_was_read() {
        let text = r#"{"b":[1,-2.5,null,true],"a":{"é\"\n":""},"z":18446744073709551615}"#;
        let node = read(text.as_bytes());
        assert_eq!(node.map(|node| written(&node)).as_deref(), Ok(text));
    }
}
