//! What a result of a tool of the client's changes: each transcript that has some is changed at each of them,
//! and what is derived has to change with it.

use serde_json::{Value, json};

use super::support::{Fixture, Of, authority, fixtures, labels};

/// Where a result stands: the array, its place in it, and the member that names its call.
#[derive(Debug, Clone)]
struct Place {
    list: String,
    index: usize,
    id: &'static str,
}

impl Place {
    fn list<'a>(&self, transcript: &'a mut Value) -> &'a mut Vec<Value> {
        let list = transcript.pointer_mut(&self.list).and_then(Value::as_array_mut);
        list.unwrap_or_else(|| panic!("{self:?}"))
    }

    fn result<'a>(&self, transcript: &'a mut Value) -> &'a mut Value {
        &mut self.list(transcript)[self.index]
    }

    fn call_id(&self, transcript: &Value) -> String {
        let result = self.result(&mut transcript.clone()).clone();
        result[self.id].as_str().expect("an id").to_owned()
    }
}

fn results(fixture: &Fixture) -> Vec<Place> {
    let mut places = Vec::new();
    let mut find = |list: &str, items: &Value, ids: &dyn Fn(&Value) -> Option<&'static str>| {
        for (index, item) in items.as_array().into_iter().flatten().enumerate() {
            if let Some(id) = ids(item) {
                places.push(Place { list: list.to_owned(), index, id });
            }
        }
    };
    let transcript = &fixture.transcript;
    match fixture.of {
        Of::ChatRequest => {
            find("/messages", &transcript["messages"], &|item| {
                (item["role"] == "tool").then_some("tool_call_id")
            });
        }
        Of::ResponsesRequest => {
            find("/input", &transcript["input"], &|item| match item["type"].as_str() {
                Some("function_call_output" | "custom_tool_call_output") => Some("call_id"),
                Some("local_shell_call_output") => Some("id"),
                _ => None,
            })
        }
        Of::MessagesRequest => {
            for (index, message) in
                transcript["messages"].as_array().into_iter().flatten().enumerate()
            {
                find(&format!("/messages/{index}/content"), &message["content"], &|block| {
                    (block["type"] == "tool_result").then_some("tool_use_id")
                });
            }
        }
        _ => {}
    }
    places
}

/// Each result in each transcript that gives something, with what is derived of the whole.
fn each_result(mut check: impl FnMut(&Fixture, &Place, &Value)) -> usize {
    let mut count = 0;
    for fixture in fixtures() {
        if fixture.is_malformed() {
            continue;
        }
        for place in results(&fixture) {
            let id = place.call_id(&fixture.transcript);
            let sources = fixture.expected["trace"]["sources"].as_array().expect("sources");
            if sources.iter().any(|source| source["identifier"] == id.as_str()) {
                check(&fixture, &place, &fixture.expected);
                count += 1;
            }
        }
    }
    assert!(count >= 12, "{count} results");
    count
}

fn changed(fixture: &Fixture, change: impl FnOnce(&mut Value)) -> Value {
    let mut transcript = fixture.transcript.clone();
    change(&mut transcript);
    assert_ne!(transcript, fixture.transcript, "nothing was changed");
    fixture.derive(&transcript)
}

fn sources(derived: &Value) -> Vec<Value> {
    derived["trace"]["sources"].as_array().unwrap_or_else(|| panic!("{derived}")).clone()
}

/// The sources but those that came with a result, the passages in it included.
fn without(expected: &Value, result: &Value, id: &str) -> Vec<Value> {
    let passages: Vec<&Value> = result["content"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|block| block.get("source"))
        .collect();
    let mut left = sources(expected);
    left.retain(|source| source["identifier"] != id && !passages.contains(&&source["identifier"]));
    left
}

fn authority_of(sources: &[Value]) -> Value {
    let labels: Vec<&str> = sources.iter().filter_map(|source| source["source"].as_str()).collect();
    json!(authority(&labels))
}

#[track_caller]
fn assert_malformed(derived: &Value, code: &str, fixture: &Fixture) {
    assert_eq!(derived["malformed"]["code"], code, "{:?}: {derived}", fixture.path);
}

#[test]
fn a_dropped_result_takes_its_source_and_its_authority_with_it() {
    let mut fallen = 0;
    each_result(|fixture, place, expected| {
        let id = place.call_id(&fixture.transcript);
        let result = place.result(&mut fixture.transcript.clone()).clone();
        let derived = changed(fixture, |transcript| {
            place.list(transcript).remove(place.index);
        });
        let left = without(expected, &result, &id);
        assert_eq!(sources(&derived), left, "{:?}", fixture.path);
        assert_eq!(derived["authority"], authority_of(&left), "{:?}", fixture.path);
        fallen += usize::from(derived["authority"] != expected["authority"]);
    });
    assert!(fallen >= 5, "the authority fell {fallen} times");
}

#[test]
fn without_any_result_there_is_no_tool_of_the_clients() {
    let mut count = 0;
    for fixture in fixtures().iter().filter(|fixture| !fixture.is_malformed()) {
        let places = results(fixture);
        if places.is_empty() {
            continue;
        }
        let derived = changed(fixture, |transcript| {
            for place in places.iter().rev() {
                place.list(transcript).remove(place.index);
            }
        });
        let labels = labels(&derived);
        assert!(
            !labels.iter().any(|label| label.starts_with("tool:client.")),
            "{:?}",
            fixture.path
        );
        let others = labels.iter().any(|label| label.starts_with("tool:"));
        assert_eq!(derived["authority"] == "tool", others, "{:?}", fixture.path);
        count += 1;
    }
    assert!(count >= 10, "{count} transcripts");
}

#[test]
fn a_result_that_stands_twice_is_a_duplicate() {
    each_result(|fixture, place, _| {
        let derived = changed(fixture, |transcript| {
            let again = place.result(transcript).clone();
            place.list(transcript).insert(place.index + 1, again);
        });
        assert_malformed(&derived, "DUPLICATE_ID", fixture);
    });
}

#[test]
fn a_result_that_failed_is_an_attempt_and_gives_no_authority() {
    let mut fallen = 0;
    each_result(|fixture, place, expected| {
        let id = place.call_id(&fixture.transcript);
        let result = place.result(&mut fixture.transcript.clone()).clone();
        let derived = changed(fixture, |transcript| match fixture.of {
            Of::ResponsesRequest => place.result(transcript)["status"] = json!("failed"),
            Of::MessagesRequest => place.result(transcript)["is_error"] = json!(true),
            _ => place.result(transcript)["isError"] = json!(true),
        });
        let left = without(expected, &result, &id);
        assert_eq!(sources(&derived), left, "{:?}", fixture.path);
        assert_eq!(derived["authority"], authority_of(&left), "{:?}", fixture.path);
        let source =
            sources(expected).into_iter().find(|source| source["identifier"] == id.as_str());
        let label = source.expect("the source")["source"].clone();
        let attempt = json!({ "source": label, "why": "the tool failed" });
        let attempts = derived["attempts"].as_array().expect("attempts");
        assert!(attempts.contains(&attempt), "{:?}: {derived}", fixture.path);
        assert_eq!(attempts.len(), expected["attempts"].as_array().expect("attempts").len() + 1);
        fallen += usize::from(derived["authority"] != expected["authority"]);
    });
    assert!(fallen >= 5, "the authority fell {fallen} times");
}

#[test]
fn the_order_of_parallel_results_changes_nothing_but_the_order() {
    let mut count = 0;
    for fixture in fixtures().iter().filter(|fixture| !fixture.is_malformed()) {
        let places = results(fixture);
        let pairs = places
            .windows(2)
            .filter(|pair| pair[0].list == pair[1].list && pair[0].index + 1 == pair[1].index);
        for pair in pairs {
            let derived = changed(fixture, |transcript| {
                pair[0].list(transcript).swap(pair[0].index, pair[1].index);
            });
            let sorted = |derived: &Value| {
                let mut sources: Vec<String> =
                    sources(derived).iter().map(Value::to_string).collect();
                sources.sort();
                sources
            };
            assert_eq!(sorted(&derived), sorted(&fixture.expected), "{:?}", fixture.path);
            for same in ["authority", "refused"] {
                assert_eq!(derived[same], fixture.expected[same], "{:?}", fixture.path);
            }
            count += 1;
        }
    }
    assert!(count >= 3, "{count} pairs");
}

/// Every member of that name next to an id, or in the object that is the call.
fn call_mut<'a>(value: &'a mut Value, id: &str) -> Option<&'a mut Value> {
    let is_call = |value: &Value| {
        let is_result = value["role"] == "tool"
            || value["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("_output") || kind == "tool_result");
        !is_result && (value["id"] == id || value["call_id"] == id)
    };
    if is_call(value) {
        return Some(value);
    }
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| call_mut(item, id)),
        Value::Object(members) => members.values_mut().find_map(|member| call_mut(member, id)),
        _ => None,
    }
}

#[test]
fn a_renamed_tool_changes_the_label_and_not_the_authority() {
    let mut count = 0;
    each_result(|fixture, place, expected| {
        let id = place.call_id(&fixture.transcript);
        let mut transcript = fixture.transcript.clone();
        let Some(call) = call_mut(&mut transcript, &id) else {
            return assert!(!fixture.before.is_empty(), "{:?}", fixture.path);
        };
        let path = ["/function/name", "/custom/name", "/name"];
        let path = path.into_iter().find(|path| call.pointer(path).is_some());
        let Some(name) = path.and_then(|path| call.pointer_mut(path)) else {
            return assert_eq!(call["type"], "local_shell_call");
        };
        *name = json!("renamed");
        let derived = fixture.derive(&transcript);
        let renamed: Vec<Value> = sources(expected)
            .into_iter()
            .map(|mut source| {
                if source["identifier"] == id.as_str() {
                    source["source"] = json!("tool:client.renamed");
                }
                source
            })
            .collect();
        assert_eq!(sources(&derived), renamed, "{:?}", fixture.path);
        assert_eq!(derived["authority"], expected["authority"], "{:?}", fixture.path);
        count += 1;
    });
    assert!(count >= 10, "{count} renamed");
}

#[test]
fn an_id_that_changes_on_one_side_leaves_an_orphan() {
    each_result(|fixture, place, _| {
        let derived = changed(fixture, |transcript| {
            place.result(transcript)[place.id] = json!("another");
        });
        assert_malformed(&derived, "ORPHAN_TOOL_RESULT", fixture);
        let id = place.call_id(&fixture.transcript);
        let mut transcript = fixture.transcript.clone();
        if let Some(call) = call_mut(&mut transcript, &id) {
            let key = if call.get("call_id").is_some() { "call_id" } else { "id" };
            call[key] = json!("another");
            assert_malformed(&fixture.derive(&transcript), "ORPHAN_TOOL_RESULT", fixture);
        }
    });
}
