//! A manifest that was checked, in the form that documents are checked by.

mod bounds;
mod codes;
mod narrowed;
mod rule;
mod shape;
mod term;

pub(crate) use bounds::{Bounds, INT_BITS};
pub(crate) use codes::Codes;
pub(crate) use rule::{CompiledRule, Demand, Place, Source, Step, Test};
pub(crate) use shape::{Age, Member, Members, Shape};
pub(crate) use term::{Literal, Term, Written};

use std::collections::HashSet;

use crate::broken::{Broken, Problem};
use crate::manifest::{Entry, Field, Manifest, Of, Registry};
use crate::names::Names;

/// A contract that can be relied on.
#[derive(Debug)]
pub struct Contract {
    manifest: Manifest,
    pub(crate) members: Members,
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) transitions: Vec<CompiledRule>,
    pub(crate) precedence: Vec<Term>,
    /// Every place that a rule or the precedence reads.
    pub(crate) places: Vec<Place>,
    codes: Names,
    entries: Vec<Entry>,
    limits_ages: bool,
}

impl Contract {
    /// Checks a manifest and prepares it.
    ///
    /// # Errors
    ///
    /// Every problem at once: what it refers to and does not have, what contradicts itself, what says nothing.
    pub fn new(manifest: Manifest) -> Result<Self, Broken> {
        let mut builder = Builder {
            manifest: &manifest,
            problems: Vec::new(),
            path: Vec::new(),
            places: Vec::new(),
        };
        builder.versions();
        builder.registries();
        let members = builder.inside("document", Builder::document);
        let rules = builder.rules("rules", &manifest.rules, &members);
        let transitions = builder.rules("transitions", &manifest.transitions, &members);
        let precedence = builder.inside("precedence", |builder| builder.precedence(&members));
        builder.ids();
        let Builder { problems, places, .. } = builder;
        if !problems.is_empty() {
            return Err(Broken { problems });
        }
        let entries = manifest.registries.values().flat_map(Registry::entries);
        let entries: Vec<_> = entries.map(|(_, entry)| entry.clone()).collect();
        let codes = Names::new(entries.iter().map(|entry| entry.code.as_str()));
        let limits_ages = manifest.document.fields.values().any(has_age)
            || rules.iter().chain(&transitions).any(|rule| rule.reads_now);
        Ok(Self {
            manifest,
            members,
            rules,
            transitions,
            precedence,
            places,
            codes,
            entries,
            limits_ages,
        })
    }

    /// What the registries say of a code.
    #[must_use]
    pub fn entry(&self, code: &str) -> Option<&Entry> {
        self.entries.get(self.codes.place(code)?)
    }

    /// Whether a verdict depends on the time.
    pub(crate) const fn limits_ages(&self) -> bool {
        self.limits_ages
    }

    /// What it was made of, a profile with its base.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

fn has_age(field: &Field) -> bool {
    let items = match &field.of {
        Some(Of::Items(item)) => has_age(item),
        _ => false,
    };
    field.age.is_some() || items || field.fields.values().any(has_age)
}

/// What collects problems while a contract is built.
pub(crate) struct Builder<'m> {
    manifest: &'m Manifest,
    problems: Vec<Problem>,
    path: Vec<String>,
    places: Vec<Place>,
}

impl<'m> Builder<'m> {
    /// Notes a problem at the present place.
    fn problem(&mut self, message: impl Into<String>) {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        self.problems.push(Problem::at(&path, message.into()));
    }

    /// Does something one step further down.
    fn inside<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_owned());
        let done = work(self);
        self.path.pop();
        done
    }

    fn versions(&mut self) {
        match self.manifest.contract_version.as_deref() {
            None if self.manifest.extends.is_some() => {
                self.inside("extends", |this| this.problem("expected the base to be read with it"));
            }
            None | Some("") => self.inside("contract_version", |this| {
                this.problem("expected a version that is not empty");
            }),
            Some(_) => {}
        }
        if self.manifest.document.fields.is_empty() {
            self.inside("document", |this| this.problem("expected a field at least"));
        }
    }

    fn document(&mut self) -> Members {
        self.inside("fields", |this| this.members(&this.manifest.document.fields, false))
    }

    fn rules(
        &mut self,
        list: &str,
        rules: &'m [crate::manifest::Rule],
        members: &Members,
    ) -> Vec<CompiledRule> {
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let is_transition = list == "transitions";
            compiled.extend(self.inside(list, |this| {
                this.inside(&index.to_string(), |this| this.rule(rule, members, is_transition))
            }));
        }
        compiled
    }

    fn ids(&mut self) {
        let mut seen = HashSet::new();
        let lists = [("rules", &self.manifest.rules), ("transitions", &self.manifest.transitions)];
        for (list, rules) in lists {
            for (index, rule) in rules.iter().enumerate() {
                if rule.id.is_empty() || !seen.insert(&rule.id) {
                    let path = [list, &index.to_string(), "id"];
                    let message = "expected a name that no other rule has".to_owned();
                    self.problems.push(Problem::at(&path, message));
                }
            }
        }
    }
}
