//! A request as the gate reads it, and as its record keeps it.

use mutation_gate::Id;
use serde_json::{Map, Value};

/// One longer than the longest id, so that a text that is cut there is as wrong as it was.
const TEXT_MAX_BYTES: usize = 129;

/// A request for a mutation.
#[derive(Debug, Clone, PartialEq)]
pub struct Asking {
    /// Its method.
    pub method: String,
    /// Its path, as it came.
    pub path: String,
    /// Its body; null when that is no JSON.
    pub body: Value,
    /// Who asks.
    pub principal: Option<Id>,
}

const TEXTS: [&str; 14] = [
    "task_id",
    "taskId",
    "id",
    "run_id",
    "runId",
    "actor",
    "agent",
    "tier",
    "action_tier",
    "actionTier",
    "action_id",
    "status",
    "kind",
    "decision",
];

impl Asking {
    /// The body as it is recorded: only what the gate looks at, in a form by which it decides the same.
    #[must_use]
    pub fn explicit(&self) -> Value {
        let Some(body) = self.body.as_object() else { return Value::Null };
        let mut explicit = Map::new();
        for name in TEXTS {
            if let Some(value) = body.get(name) {
                explicit.insert(name.to_owned(), text(value));
            }
        }
        if let Some(value) = body.get("disclosure") {
            explicit.insert("disclosure".to_owned(), disclosed(value));
        }
        if let Some(principal) = &self.principal {
            name_principal(&mut explicit, principal.as_str());
        }
        Value::Object(explicit)
    }
}

/// A value of another type is wrong whatever it is.
fn text(value: &Value) -> Value {
    let Some(text) = value.as_str() else { return Value::Null };
    if text.len() <= TEXT_MAX_BYTES {
        return value.clone();
    }
    let end = text.ceil_char_boundary(TEXT_MAX_BYTES);
    Value::from(text.get(..end).unwrap_or_default())
}

/// Whether there are words, and none of them.
fn disclosed(value: &Value) -> Value {
    let Some(parts) = value.as_object() else { return Value::Null };
    let part = |name: &str| {
        let value = parts.get(name)?;
        let kept = match value.as_str() {
            None => Value::Null,
            Some(text) if text.trim().is_empty() => Value::from(""),
            Some(_) => Value::from("present"),
        };
        Some((name.to_owned(), kept))
    };
    Value::Object(["title", "body"].into_iter().filter_map(part).collect())
}

/// Who asks stands beside whoever the body names: the two have to be the same, and the gate says so from the body alone.
fn name_principal(body: &mut Map<String, Value>, principal: &str) {
    let free = ["actor", "agent"].into_iter().find(|name| !body.contains_key(*name));
    let same = body.get("actor") == body.get("agent");
    if let Some(name) = free.or(same.then_some("actor")) {
        body.insert(name.to_owned(), Value::from(principal));
    }
}

#[cfg(test)]
mod tests {
    use mutation_gate::{Asked, Id, ROUTES, RouteTable, ask};
    use serde_json::{Map, Value, json};

    use super::Asking;

    fn read(body: &Value, principal: Option<&Id>) -> Option<Asked> {
        let table = RouteTable::new(ROUTES).ok()?;
        Some(ask(&table, "POST", "/api/tasks/create", body, principal))
    }

    fn reason(asked: Option<Asked>) -> String {
        match asked {
            Some(Asked::Mutates(Ok(intent))) => {
                format!("{:?} {:?}", intent.task_id(), intent.actor())
            }
            Some(Asked::Mutates(Err(error))) => error.reason().code().to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_recorded_is_read_as_what_was_asked() {
        let long = "é".repeat(100);
        let values = [
            json!("local"),
            json!("ada"),
            json!(""),
            json!(null),
            json!(7),
            json!({"a": 1}),
            json!(long),
            json!("A"),
            json!("done"),
            json!("queued"),
            json!({"title": "t", "body": " "}),
            json!({"title": "t", "body": "b"}),
            json!({"title": 5}),
            json!("x".repeat(130)),
        ];
        let names = super::TEXTS.into_iter().chain(["disclosure"]).collect::<Vec<_>>();
        let mut bodies = vec![json!([]), json!("x"), json!(null), json!({})];
        for name in &names {
            for other in &names {
                for (one, two) in
                    values.iter().flat_map(|one| values.iter().map(move |two| (one, two)))
                {
                    let mut body = Map::from_iter([("task_id".to_owned(), json!("t"))]);
                    body.insert((*name).to_owned(), one.clone());
                    body.insert((*other).to_owned(), two.clone());
                    bodies.push(Value::Object(body));
                }
            }
        }
        let local = Id::parse("local");
        for body in bodies {
            let asked = reason(read(&body, local.as_ref()));
            let asking = Asking {
                method: "POST".to_owned(),
                path: "/api/tasks/create".to_owned(),
                body: body.clone(),
                principal: local.clone(),
            };
            let explicit = asking.explicit();
            assert_eq!(reason(read(&explicit, None)), asked, "{body} {explicit}");
            assert!(explicit.to_string().len() < 5_000);
        }
    }
}
