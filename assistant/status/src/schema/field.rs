//! A field as a schema.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::check::Mode;
use crate::manifest::{Field, Kind, Manifest, Of, Registry};

/// One step towards a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'m> {
    Member(&'m str),
    Index(usize),
    EveryItem,
    EveryMember,
}

/// A schema of a value that one holds for that the steps lead to.
pub(super) fn at(steps: &[Step<'_>], inner: Value) -> Value {
    steps.iter().rev().fold(inner, |inner, step| match step {
        Step::Member(name) => {
            json!({"type": "object", "properties": {*name: inner}, "required": [name]})
        }
        Step::Index(index) => {
            let mut items = vec![json!(true); *index];
            items.push(inner);
            json!({"type": "array", "prefixItems": items, "minItems": index + 1})
        }
        Step::EveryItem => json!({"items": inner}),
        Step::EveryMember => json!({"additionalProperties": inner}),
    })
}

/// The codes that `of` or `keys` name.
pub(super) fn codes<'m>(manifest: &'m Manifest, of: Option<&'m Of>) -> Vec<&'m str> {
    match of {
        Some(Of::Registry(name)) => {
            let entries = manifest.registries.get(name).into_iter().flat_map(Registry::entries);
            entries.map(|(_, entry)| entry.code.as_str()).collect()
        }
        Some(Of::Inline(codes)) => codes.iter().map(String::as_str).collect(),
        Some(Of::Items(_)) | None => Vec::new(),
    }
}

/// What a constant says, where it reads the manifest too.
fn constant(manifest: &Manifest, value: &Value) -> Value {
    match value.as_str() {
        Some("$contract_version") => json!(manifest.contract_version),
        Some("$status_schema_version") => json!(manifest.status_schema_version),
        _ => value.clone(),
    }
}

fn field(manifest: &Manifest, field: &Field, mode: Mode) -> Value {
    let mut schema = match &field.constant {
        Some(value) => Map::from_iter([("const".to_owned(), constant(manifest, value))]),
        None => narrowed(manifest, field, mode),
    };
    if let Some(unit) = &field.unit {
        schema.insert("$comment".to_owned(), json!(unit));
    }
    if field.null {
        return json!({"anyOf": [{"type": "null"}, schema]});
    }
    Value::Object(schema)
}

fn narrowed(manifest: &Manifest, field: &Field, mode: Mode) -> Map<String, Value> {
    let mut schema = Map::new();
    let mut say = |name: &str, value: Option<Value>| {
        schema.extend(value.map(|value| (name.to_owned(), value)));
    };
    match field.kind {
        Kind::Int => {
            say("type", Some(json!("integer")));
            say("minimum", Some(field.min.as_ref().map_or(json!(i64::MIN), |min| json!(min))));
            say("maximum", Some(field.max.as_ref().map_or(json!(u64::MAX), |max| json!(max))));
        }
        Kind::Num => {
            say("type", Some(json!("number")));
            say("minimum", field.min.as_ref().map(|min| json!(min)));
            say("maximum", field.max.as_ref().map(|max| json!(max)));
        }
        Kind::Bool => say("type", Some(json!("boolean"))),
        Kind::Str => {
            say("type", Some(json!("string")));
            say("minLength", field.minlen.map(|length| json!(length)));
            say("pattern", field.pattern.as_ref().map(|pattern| json!(pattern)));
        }
        Kind::Code => say("enum", Some(json!(codes(manifest, field.of.as_ref())))),
        Kind::Codes | Kind::List => {
            say("type", Some(json!("array")));
            say("items", Some(items(manifest, field, mode)));
            say("uniqueItems", field.unique.then_some(json!(true)));
            say("contains", field.has.as_ref().map(|code| json!({"const": code})));
            say("minItems", field.min.as_ref().map(|min| json!(min)));
            say("maxItems", field.max.as_ref().map(|max| json!(max)));
        }
        Kind::Obj => {
            let is_open = mode == Mode::Min && !field.closed;
            schema = members(manifest, &field.fields, is_open, mode);
        }
        Kind::Map => {
            say("type", Some(json!("object")));
            say("additionalProperties", Some(items(manifest, field, mode)));
            let keys = field.keys.as_ref();
            let keys = keys.map(|keys| json!({"enum": codes(manifest, Some(keys))}));
            say("propertyNames", keys);
        }
    }
    schema
}

fn items(manifest: &Manifest, of: &Field, mode: Mode) -> Value {
    match &of.of {
        Some(Of::Items(item)) => field(manifest, item, mode),
        codes_of => json!({"enum": codes(manifest, codes_of.as_ref())}),
    }
}

/// An object with these members.
pub(super) fn members(
    manifest: &Manifest,
    fields: &IndexMap<String, Field>,
    is_open: bool,
    mode: Mode,
) -> Map<String, Value> {
    let properties = fields.iter().map(|(name, of)| (name.clone(), field(manifest, of, mode)));
    let properties: Map<_, _> = properties.collect();
    let required: Vec<_> =
        fields.iter().filter(|(_, field)| !field.opt).map(|(name, _)| name).collect();
    let members = [
        ("type", json!("object")),
        ("properties", Value::Object(properties)),
        ("required", json!(required)),
        ("additionalProperties", json!(is_open)),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// For each tier, that codes are of that tier.
pub(super) fn conditions<'m>(
    manifest: &'m Manifest,
    steps: &[Step<'m>],
    field: &'m Field,
    found: &mut Vec<Value>,
) {
    if let (Some(selector), Some(Of::Registry(name))) = (&field.tier, &field.of)
        && let Some(Registry::Tiered(tiers)) = manifest.registries.get(name)
    {
        for (tier, entries) in tiers {
            let codes: Vec<_> = entries.iter().map(|entry| &entry.code).collect();
            let one = json!({"enum": codes});
            let inner = if field.kind == Kind::Codes { json!({"items": one}) } else { one };
            let present = at(&[Step::Member(selector)], json!({"const": tier}));
            found.push(json!({"if": present, "then": softly(steps, inner)}));
        }
    }
    let mut below = |step, field| {
        let steps: Vec<_> = steps.iter().copied().chain([step]).collect();
        conditions(manifest, &steps, field, found);
    };
    field.fields.iter().for_each(|(name, field)| below(Step::Member(name), field));
    if let Some(Of::Items(item)) = &field.of {
        let step = if field.kind == Kind::Map { Step::EveryMember } else { Step::EveryItem };
        below(step, item);
    }
}

/// Like [`at`], where something may also lead nowhere or to null.
fn softly(steps: &[Step<'_>], inner: Value) -> Value {
    let inner = json!({"anyOf": [{"type": "null"}, inner]});
    steps.iter().rev().fold(inner, |inner, step| match step {
        Step::Member(name) => json!({"properties": {*name: inner}}),
        step => at(&[*step], inner),
    })
}

/// The modifiers that a schema has no words for.
pub(super) fn unexpressed(name: &str, field: &Field, found: &mut Vec<String>) {
    let modifiers = [("ordered", field.ordered), ("age", field.age.is_some())];
    let said = modifiers.into_iter().filter(|(_, is_said)| *is_said);
    found.extend(said.map(|(modifier, _)| format!("{name}.{modifier}")));
    for (member, field) in &field.fields {
        unexpressed(&format!("{name}.{member}"), field, found);
    }
    if let Some(Of::Items(item)) = &field.of {
        unexpressed(&format!("{name}.item"), item, found);
    }
}
