//! Small contracts that say whatever a manifest may say, and documents of them.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::json::Json;

const PATTERNS: [&str; 3] = ["^a", "b$", "^[a-c]{2}$"];

const STRINGS: [&str; 6] = ["", "a", "ab", "abc", "b", "é"];

const FLAT: [&str; 3] = ["F1", "F2", "F3"];

const TIERED: [&str; 4] = ["A1", "A2", "B1", "B2"];

const INLINE: [&str; 2] = ["k1", "k2"];

/// The words of predicates, those without predicates in them first.
pub(super) const WORDS: [&str; 10] =
    ["eq", "ne", "le", "lt", "in", "has", "each", "all", "any", "not"];

/// A place that rules may name, and its codes where there are some.
struct Place {
    path: String,
    codes: &'static [&'static str],
}

/// A manifest with one to four fields, the one that selects the tier, and up to three rules.
pub(super) fn manifest(dice: &Dice) -> Value {
    let mut fields = Map::new();
    for number in 0..=dice.below(4) {
        fields.insert(format!("f{number}"), member(dice, 2));
    }
    let mut selector = json!({ "type": "code", "of": ["a", "b", "c"] });
    maybe(dice, &mut selector, 4, "null", json!(true));
    fields.insert("mode".to_owned(), selector);
    let mut places = Vec::new();
    for (name, field) in &fields {
        collect(&format!("@{name}"), field, &mut places);
    }
    let rules: Vec<_> = (0..dice.below(4)).map(|number| rule(dice, number, &places)).collect();
    let entries =
        |codes: &[&str]| -> Vec<_> { codes.iter().map(|code| json!({ "code": code })).collect() };
    json!({
        "contract_version": "1",
        "status_schema_version": 1,
        "registries": {
            "Flat": entries(&FLAT),
            "Tiered": { "a": entries(&TIERED[..2]), "b": entries(&TIERED[2..]) },
        },
        "document": { "fields": fields },
        "rules": rules,
    })
}

fn maybe(dice: &Dice, field: &mut Value, often: usize, name: &str, value: Value) {
    if dice.one_in(often) {
        field[name] = value;
    }
}

/// A field that may be left out.
fn member(dice: &Dice, depth: usize) -> Value {
    let mut field = field(dice, depth);
    maybe(dice, &mut field, 3, "opt", json!(true));
    field
}

fn field(dice: &Dice, depth: usize) -> Value {
    let mut field = match dice.below(if depth == 0 { 6 } else { 10 }) {
        0 => int(dice),
        1 => num(dice),
        2 => json!({ "type": "bool" }),
        3 => string(dice),
        4 => code(dice),
        5 => codes(dice),
        6 => {
            let members = json!({ "p": member(dice, depth - 1), "q": member(dice, depth - 1) });
            json!({ "type": "obj", "fields": members, "closed": dice.one_in(2) })
        }
        7 => json!({ "type": "map", "of": self::field(dice, depth - 1) }),
        8 => json!({ "type": "map", "of": self::field(dice, depth - 1), "keys": INLINE }),
        _ => list(dice, depth),
    };
    maybe(dice, &mut field, 4, "null", json!(true));
    field
}

fn int(dice: &Dice) -> Value {
    let mut field = json!({ "type": "int" });
    if dice.one_in(5) {
        field["const"] = dice
            .pick(&[json!("$status_schema_version"), json!(0), json!(2.0), json!(1e30)])
            .clone();
        return field;
    }
    maybe(dice, &mut field, 2, "min", json!(dice.pick(&[i64::MIN, -1, 0, 1])));
    maybe(dice, &mut field, 2, "max", json!(dice.pick(&[u64::MAX, 1, 2, 3])));
    maybe(dice, &mut field, 80, "max", json!(1e30));
    field
}

fn num(dice: &Dice) -> Value {
    let mut field = json!({ "type": "num" });
    if dice.one_in(5) {
        field["const"] = json!(dice.pick(&[0.5, 1.0, 1e300]));
        return field;
    }
    maybe(dice, &mut field, 2, "min", json!(dice.pick(&[-1e300, -0.5, 0.0, 0.25])));
    maybe(dice, &mut field, 2, "max", json!(dice.pick(&[0.5, 1.0, 2.5, 1e300])));
    field
}

fn string(dice: &Dice) -> Value {
    let mut field = json!({ "type": "str" });
    if dice.one_in(5) {
        field["const"] = json!(dice.pick(&["$contract_version", "ab", ""]));
        return field;
    }
    maybe(dice, &mut field, 2, "minlen", json!(dice.below(3)));
    let pattern = dice.pick(&PATTERNS);
    maybe(dice, &mut field, 3, "pattern", json!(pattern));
    field
}

fn code(dice: &Dice) -> Value {
    let mut field = of_some(dice, "code");
    let code = codes_of(&field)[0];
    maybe(dice, &mut field, 6, "const", json!(code));
    field
}

fn codes(dice: &Dice) -> Value {
    let mut field = of_some(dice, "codes");
    let code = *dice.pick(codes_of(&field));
    maybe(dice, &mut field, 5, "has", json!(code));
    maybe(dice, &mut field, 3, "unique", json!(true));
    maybe(dice, &mut field, 5, "ordered", json!(true));
    lengths(dice, &mut field);
    field
}

fn lengths(dice: &Dice, field: &mut Value) {
    maybe(dice, field, 4, "min", json!(1));
    maybe(dice, field, 4, "max", json!(2.0));
    maybe(dice, field, 80, "min", json!(-1));
}

fn of_some(dice: &Dice, kind: &str) -> Value {
    match dice.below(4) {
        0 => json!({ "type": kind, "of": INLINE }),
        1 => json!({ "type": kind, "of": "Flat" }),
        2 => json!({ "type": kind, "of": "Tiered" }),
        _ => json!({ "type": kind, "of": "Tiered", "tier": "mode" }),
    }
}

fn list(dice: &Dice, depth: usize) -> Value {
    let mut field = json!({ "type": "list", "of": field(dice, depth - 1) });
    maybe(dice, &mut field, 3, "unique", json!(true));
    lengths(dice, &mut field);
    field
}

/// The codes that a field names.
fn codes_of(field: &Value) -> &'static [&'static str] {
    match field["of"].as_str() {
        Some("Flat") => &FLAT,
        Some("Tiered") => &TIERED,
        _ if field["of"] == json!(["a", "b", "c"]) => &["a", "b", "c"],
        _ => &INLINE,
    }
}

/// Each place at and below a field.
fn collect(path: &str, field: &Value, places: &mut Vec<Place>) {
    let kind = field["type"].as_str().unwrap();
    let codes = if kind == "code" || kind == "codes" { codes_of(field) } else { &[] };
    places.push(Place { path: path.to_owned(), codes });
    match kind {
        "obj" => {
            for name in ["p", "q"] {
                collect(&format!("{path}.{name}"), &field["fields"][name], places);
            }
        }
        "list" => collect(&format!("{path}.0"), &field["of"], places),
        "map" => collect(&format!("{path}.k1"), &field["of"], places),
        "codes" => places.push(Place { path: format!("{path}.1"), codes: &[] }),
        _ => {}
    }
}

fn rule(dice: &Dice, number: usize, places: &[Place]) -> Value {
    let mut rule = json!({ "id": format!("rule_{number}") });
    if dice.one_in(2) {
        rule["then"] = predicate(dice, 2, places);
    } else {
        rule["iff"] = json!([predicate(dice, 1, places), predicate(dice, 1, places)]);
    }
    if dice.one_in(2) {
        rule["if"] = predicate(dice, 1, places);
    }
    rule
}

fn predicate(dice: &Dice, depth: usize, places: &[Place]) -> Value {
    let word = WORDS[dice.below(if depth == 0 { 6 } else { WORDS.len() })];
    match word {
        "all" | "any" => {
            let parts: Vec<_> =
                (0..=dice.below(2)).map(|_| predicate(dice, depth - 1, places)).collect();
            json!({ word: parts })
        }
        "not" => json!({ "not": predicate(dice, depth - 1, places) }),
        "each" => {
            let items = ["@item", "@item.p", "@item.0", "@item.k1"];
            let items = items.map(|path| Place { path: path.to_owned(), codes: &[] });
            json!({ "each": [dice.pick(places).path, predicate(dice, 0, &items)] })
        }
        word => {
            let place = dice.pick(places);
            let other = operand(dice, word, place, places);
            let path = if dice.one_in(10) {
                format!("length({})", place.path)
            } else {
                place.path.clone()
            };
            let is_turned = matches!(word, "eq" | "ne" | "le" | "lt") && dice.one_in(3);
            json!({ word: if is_turned { [other, json!(path)] } else { [json!(path), other] } })
        }
    }
}

/// The words of the rule of that name.
pub(super) fn words(manifest: &Value, id: &str) -> Vec<&'static str> {
    let rules = manifest["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == id).unwrap().to_string();
    WORDS.into_iter().filter(|word| rule.contains(&format!("{{\"{word}\":"))).collect()
}

/// What a place is compared with.
fn operand(dice: &Dice, word: &str, place: &Place, places: &[Place]) -> Value {
    let text = || match place.codes {
        [] => json!(dice.pick(&STRINGS)),
        codes => json!(dice.pick(codes)),
    };
    if dice.one_in(8) {
        return json!(dice.pick(places).path);
    }
    let number = || json!(dice.pick(&[-1.0, 0.0, 0.5, 1.0, 2.0]));
    match (word, dice.below(8)) {
        ("le" | "lt", 1..) => number(),
        ("in", 0) => json!("$Tiered.a"),
        ("in", 1) => json!("$Flat"),
        ("in", 2..) => json!([text(), text(), number(), Value::Null]),
        (_, 0) => Value::Null,
        (_, 1) => json!(dice.one_in(2)),
        (_, 2) => json!([]),
        (_, 3) => json!([text()]),
        (_, 4) => number(),
        (_, 5) => json!("$contract_version"),
        _ => text(),
    }
}

/// A document that has what the manifest says of its fields.
pub(super) fn document(dice: &Dice, manifest: &Value) -> Json {
    members(dice, &manifest["document"]["fields"])
}

fn members(dice: &Dice, fields: &Value) -> Json {
    let mut members = Vec::new();
    for (name, field) in fields.as_object().unwrap() {
        if field["opt"] != json!(true) || dice.one_in(2) {
            members.push((name.clone(), value(dice, field)));
        }
    }
    Json::Object(members)
}

fn value(dice: &Dice, field: &Value) -> Json {
    if field["null"] == json!(true) && dice.one_in(4) {
        return Json::word("null");
    }
    match &field["const"] {
        Value::Null => {}
        Value::String(name) if name == "$contract_version" => return Json::Text("1".to_owned()),
        Value::String(name) if name == "$status_schema_version" => return Json::word(1),
        constant => return constant.clone().into(),
    }
    let number = || if dice.one_in(4) { "1.0" } else { dice.pick(&["0", "1", "2"]) };
    match field["type"].as_str().unwrap() {
        "int" => Json::word(number()),
        "num" => Json::word(dice.pick(&["0.5", "0.25", "1", "-0.5"])),
        "bool" => Json::word(dice.one_in(2)),
        "str" => Json::Text((*dice.pick(&STRINGS)).to_owned()),
        "code" => code_of(dice, field),
        "codes" => Json::List((0..dice.below(4)).map(|_| code_of(dice, field)).collect()),
        "obj" => members(dice, &field["fields"]),
        "list" => Json::List((0..dice.below(4)).map(|_| value(dice, &field["of"])).collect()),
        _ => {
            let names =
                dice.one_in(2).then_some("k1").into_iter().chain(dice.one_in(2).then_some("k2"));
            let names: Vec<_> = names.collect();
            Json::Object(
                names
                    .into_iter()
                    .map(|name| (name.to_owned(), value(dice, &field["of"])))
                    .collect(),
            )
        }
    }
}

fn code_of(dice: &Dice, field: &Value) -> Json {
    Json::Text((*dice.pick(codes_of(field))).to_owned())
}
