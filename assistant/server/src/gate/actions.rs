//! The registry of actions, from a file that operators write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mutation_gate::{Id, Tier};
use speech_exit::strict::{self, At, Fault, FaultCode};

/// Why there is no registry.
#[derive(Debug, thiserror::Error)]
#[error("ACTIONS_INVALID: expected {{\"B\":[actions],\"C\":[actions]}} in {path}: {why}")]
pub struct ActionsError {
    path: PathBuf,
    why: String,
}

/// Reads the registry: the least tier of each action that stands in it.
///
/// # Errors
///
/// [`ActionsError`] when the file cannot be read or says something else. An action that stands twice has two tiers, which
/// is an error too.
pub fn read_actions(path: &Path) -> Result<BTreeMap<String, Tier>, ActionsError> {
    let failed = |why: String| ActionsError { path: path.to_owned(), why };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    parsed(&bytes).map_err(|fault| failed(format!("{}: {}", fault.pointer(), fault.message())))
}

fn parsed(bytes: &[u8]) -> Result<BTreeMap<String, Tier>, Fault> {
    let node = strict::read(bytes)?;
    let members = At::root(&node).closed(&["A", "B", "C"])?;
    let mut actions = BTreeMap::new();
    for (name, tier) in [("A", Tier::A), ("B", Tier::B), ("C", Tier::C)] {
        let Some(list) = members.optional(name) else { continue };
        for at in list.items()? {
            let action = Id::parse(at.text()?)
                .ok_or_else(|| at.fault(FaultCode::WrongType, "the id of an action"))?;
            if actions.insert(action.as_str().to_owned(), tier).is_some() {
                return Err(at.fault(FaultCode::UnknownValue, "each action once"));
            }
        }
    }
    Ok(actions)
}

#[cfg(test)]
mod tests {
    use super::parsed;
    use mutation_gate::Tier;

    #[test]
    fn an_action_has_one_tier_and_nothing_else_is_read() {
        let read = parsed(br#"{"B":["site.deploy"],"C":["site.erase"]}"#);
        let tiers = read.map(|actions| actions.into_values().collect::<Vec<_>>());
        assert_eq!(tiers.ok(), Some(vec![Tier::B, Tier::C]));
        for wrong in [
            &br#"{"B":["a"],"C":["a"]}"#[..],
            br#"{"D":["a"]}"#,
            br#"{"B":[""]}"#,
            br#"{"B":"a"}"#,
            b"[]",
            b"",
        ] {
            assert!(parsed(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
