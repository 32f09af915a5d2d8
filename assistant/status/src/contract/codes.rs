//! Codes and where each stands.

use std::collections::HashMap;

use super::Builder;
use crate::manifest::{Of, Registry};
use crate::names::Names;

/// The codes that may stand somewhere.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes {
    /// What they are called together, for messages.
    pub(crate) name: String,
    pub(crate) names: Names,
    /// The tier of each, where there are tiers.
    pub(crate) tiers: Vec<Option<String>>,
}

impl Codes {
    fn new<'a>(name: String, codes: impl Iterator<Item = (Option<&'a str>, &'a str)>) -> Self {
        let (tiers, codes): (Vec<_>, Vec<_>) = codes.unzip();
        let tiers = tiers.into_iter().map(|tier| tier.map(str::to_owned)).collect();
        Self { name, names: Names::new(codes.into_iter()), tiers }
    }

    /// Where a code stands, if it is one.
    pub(crate) fn place(&self, code: &str) -> Option<usize> {
        self.names.place(code)
    }

    pub(crate) fn tier(&self, place: usize) -> Option<&str> {
        self.tiers.get(place)?.as_deref()
    }

    pub(crate) fn has_tier(&self, tier: &str) -> bool {
        self.tiers.iter().any(|known| known.as_deref() == Some(tier))
    }

    pub(crate) fn is_tiered(&self) -> bool {
        self.tiers.iter().any(Option::is_some)
    }
}

impl Builder<'_> {
    /// The codes of `of` or `keys`.
    pub(super) fn codes(&mut self, of: Option<&Of>) -> Codes {
        match of {
            Some(Of::Registry(name)) => match self.manifest.registries.get(name) {
                Some(registry) => of_registry(name, registry),
                None => self.no_codes(&format!("expected the name of a registry, found {name:?}")),
            },
            Some(Of::Inline(codes)) if codes.is_empty() => {
                self.no_codes("expected a code at least")
            }
            Some(Of::Inline(codes)) => {
                for (index, code) in codes.iter().enumerate() {
                    if codes.iter().take(index).any(|before| before == code) {
                        self.problem(format!("expected each code once, found {code:?} again"));
                    }
                }
                let name = format!("one of {}", codes.join(", "));
                Codes::new(name, codes.iter().map(|code| (None, code.as_str())))
            }
            Some(Of::Items(_)) | None => {
                self.no_codes("expected the name of a registry, or a list of codes")
            }
        }
    }

    fn no_codes(&mut self, message: &str) -> Codes {
        self.problem(message);
        Codes::default()
    }

    /// Each code stands once in all tiers, and says something.
    pub(super) fn registries(&mut self) {
        let mut owners = HashMap::new();
        for (name, registry) in &self.manifest.registries {
            self.inside("registries", |this| this.inside(name, |this| this.registry(registry)));
            for (_, entry) in registry.entries() {
                let owner = owners.insert(&entry.code, name).filter(|owner| *owner != name);
                if let Some(owner) = owner {
                    let message = format!(
                        "expected each code in one registry, found {:?} in {owner} too",
                        entry.code
                    );
                    self.inside("registries", |this| {
                        this.inside(name, |this| this.problem(message))
                    });
                }
            }
        }
    }

    fn registry(&mut self, registry: &Registry) {
        let mut seen = HashMap::new();
        for (tier, entry) in registry.entries() {
            let code = &entry.code;
            if code.is_empty() {
                self.problem("expected each code to be a word");
            }
            match seen.insert(code, tier) {
                None => {}
                Some(before) if before == tier => {
                    self.problem(format!("expected each code once, found {code:?} again"));
                }
                Some(_) => {
                    self.problem(format!("expected each code in one tier, found {code:?} in two"));
                }
            }
            let texts = [
                entry.display.as_deref(),
                entry.unblock.as_ref().map(|unblock| unblock.condition.as_str()),
            ];
            if texts.into_iter().flatten().any(str::is_empty) {
                self.problem(format!("expected the sentences of {code:?} to say something"));
            }
        }
        if seen.is_empty() {
            self.problem("expected a code at least");
        }
        if let Registry::Tiered(tiers) = registry {
            for (tier, _) in tiers.iter().filter(|(_, entries)| entries.is_empty()) {
                self.problem(format!("expected a code at least in tier {tier:?}"));
            }
        }
    }
}

fn of_registry(name: &str, registry: &Registry) -> Codes {
    let entries = registry.entries().map(|(tier, entry)| (tier, entry.code.as_str()));
    Codes::new(format!("a code of {name}"), entries)
}
