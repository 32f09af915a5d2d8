//! Places in documents, and every field that a contract has for them.

use serde_json::Value;
use status_contract::Manifest;
use status_contract::manifest::{Field, Of};

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a member that the contract knows.
    Member(String),
    /// Into an item of a list.
    Item,
    /// Into a member with a free key.
    Entry,
}

/// A field, and how to get there.
#[derive(Debug, Clone)]
pub(super) struct Known<'m> {
    /// From the document down.
    pub(super) steps: Vec<Step>,
    /// What the contract says.
    pub(super) field: &'m Field,
}

impl Known<'_> {
    /// The place as a pointer, with `*` for what is free.
    #[must_use]
    pub(super) fn name(&self) -> String {
        let segment = |step: &Step| match step {
            Step::Member(name) => format!("/{}", escaped(name)),
            Step::Item | Step::Entry => "/*".to_owned(),
        };
        self.steps.iter().map(segment).collect()
    }

    /// The first place of this field in a document.
    #[must_use]
    pub(super) fn first(&self, document: &Value) -> Option<String> {
        self.along(document, "").filter(|pointer| document.pointer(pointer).is_some())
    }

    /// The place of this field on the way to another, or the first one below that. A member at its end may be absent.
    #[must_use]
    pub(super) fn along(&self, document: &Value, way: &str) -> Option<String> {
        let mut way = way.split('/').skip(1).map(unescaped);
        let (mut value, mut pointer) = (Some(document), String::new());
        for step in &self.steps {
            let holder = value?;
            let segment = match (step, way.next()) {
                (Step::Member(name), Some(segment)) if segment != *name => return None,
                (Step::Member(name), _) => name.clone(),
                (Step::Item, None) => "0".to_owned(),
                (Step::Entry, None) => holder.as_object()?.keys().next()?.clone(),
                (Step::Item | Step::Entry, Some(segment)) => segment,
            };
            value = match (step, holder) {
                (Step::Item, holder) => Some(holder.get(segment.parse::<usize>().ok()?)?),
                (Step::Entry, holder) => Some(holder.get(&segment)?),
                (Step::Member(_), holder) => holder.as_object()?.get(&segment),
            };
            pointer = below(&pointer, &segment);
        }
        Some(pointer)
    }

    /// Whether a pointer names a place of this field.
    #[must_use]
    pub(super) fn is_at(&self, pointer: &str) -> bool {
        let segments: Vec<_> = pointer.split('/').skip(1).collect();
        segments.len() == self.steps.len()
            && self.steps.iter().zip(&segments).all(|(step, segment)| match step {
                Step::Member(name) => escaped(name) == *segment,
                Step::Item | Step::Entry => true,
            })
    }
}

/// Every field of a contract, each before what is below it.
#[must_use]
pub(super) fn fields(manifest: &Manifest) -> Vec<Known<'_>> {
    let mut found = Vec::new();
    for (name, field) in &manifest.document.fields {
        add(vec![Step::Member(name.clone())], field, &mut found);
    }
    found
}

fn add<'m>(steps: Vec<Step>, field: &'m Field, found: &mut Vec<Known<'m>>) {
    found.push(Known { steps: steps.clone(), field });
    let step = |step| [steps.clone(), vec![step]].concat();
    for (name, field) in &field.fields {
        add(step(Step::Member(name.clone())), field, found);
    }
    if let Some(Of::Items(item)) = &field.of {
        let free = if field.kind == status_contract::manifest::Kind::Map {
            Step::Entry
        } else {
            Step::Item
        };
        add(step(free), item, found);
    }
}

/// The pointer one segment further down.
#[must_use]
pub(super) fn below(pointer: &str, segment: &str) -> String {
    format!("{pointer}/{}", escaped(segment))
}

fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The pointer one segment further up, and the last segment.
fn above(pointer: &str) -> Option<(&str, String)> {
    let (above, last) = pointer.rsplit_once('/')?;
    Some((above, unescaped(last)))
}

/// One change of a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    /// Puts a value there, where there is one or where a member may be.
    Set(String, Value),
    /// Takes out a member.
    Remove(String),
}

impl Change {
    /// The place.
    #[must_use]
    pub(super) fn pointer(&self) -> &str {
        match self {
            Self::Set(pointer, _) | Self::Remove(pointer) => pointer,
        }
    }

    /// Makes the change; a change of what is not there is none.
    pub(super) fn make(&self, document: &mut Value) {
        let pointer = self.pointer();
        let holder = above(pointer)
            .and_then(|(above, last)| Some((document.pointer_mut(above)?.as_object_mut()?, last)));
        match (self, holder) {
            (Self::Set(_, value), Some((members, last))) => {
                members.insert(last, value.clone());
            }
            (Self::Remove(_), Some((members, last))) => {
                members.remove(&last);
            }
            (Self::Set(_, value), None) => {
                if let Some(place) = document.pointer_mut(pointer) {
                    place.clone_from(value);
                }
            }
            (Self::Remove(_), None) => {}
        }
    }
}

/// The document with these changes, as bytes.
#[must_use]
pub(super) fn changed(document: &Value, changes: &[&Change]) -> Vec<u8> {
    let mut document = document.clone();
    changes.iter().for_each(|change| change.make(&mut document));
    document.to_string().into_bytes()
}
