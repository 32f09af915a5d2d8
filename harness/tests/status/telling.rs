//! What is told to people, and to programs that read SARIF.

use serde_json::Value;

use crate::support::{MANIFEST, command, document, file, folder, status};

#[test]
fn the_verdict_the_mode_and_the_first_reason_stand_at_the_top() {
    let folder = folder("top");
    let contract = file(&folder, "door.json", MANIFEST);
    let path = file(&folder, "document.json", &document("shut", &["STORM", "REPAIR"], 1));
    let said = status(&["check", "--contract", &contract, "--file", &path]);
    let expected = "\
valid  door (min): no findings
  mode            shut
  reason          STORM: A storm is near.
  unblock         AUTO: The storm has passed.
  ages            not judged: a file is a record; --now judges them
";
    assert_eq!((said.code, said.output.as_str()), (Some(0), expected));
    let json =
        status(&["check", "--contract", &contract, "--file", &path, "--format", "json"]).json();
    let owner = serde_json::json!({
        "code": "STORM", "display": "A storm is near.",
        "unblock": {"type": "AUTO", "condition": "The storm has passed."},
    });
    assert_eq!(json["owner"], owner);
}

#[test]
fn each_finding_is_underlined_in_the_document() {
    let folder = folder("underlined");
    let contract = file(&folder, "door.json", MANIFEST);
    let path = file(&folder, "document.json", &document("shut", &["STORM", "STORM"], -1));
    let said = status(&["check", "--contract", &contract, "--file", &path]);
    assert_eq!(said.code, Some(1));
    assert!(said.output.starts_with("invalid  door (min): 2 findings\n  mode "), "{said:?}");
    assert!(said.output.contains("shut, not to be relied on"), "{said:?}");
    let drawn = "
error[RANGE]: /opened: expected at least 0, found -1
  |
4 |   \"opened\": -1,
  |             ^^
  |
";
    assert!(said.output.contains(drawn), "{}", said.output);
    assert!(said.output.contains("document.json:4:13\n"), "{}", said.output);
    assert!(!said.output.contains('\u{1b}'), "no colours where nobody looks");
    let path = file(&folder, "rule.json", &document("shut", &[], 1));
    let said = status(&["check", "--contract", &contract, "--file", &path]);
    assert!(said.output.contains("error[RULE]: /mode: open_has_no_reasons\n"), "{}", said.output);
    assert!(
        said.output.contains("= expected: Only an open door has no reasons."),
        "{}",
        said.output
    );
}

#[test]
fn a_hostile_document_rewrites_no_line_and_fills_no_screen() {
    let folder = folder("hostile");
    let contract = file(&folder, "door.json", MANIFEST);
    let many = "[2J\u{1b}\u{9b}\u{202e}".repeat(10_000);
    let long = format!("{{\"mode\": \"{}\", \"x\": \"{many}\"}}", "a\u{7f}".repeat(20_000));
    for text in [long, "[".repeat(100_000), format!("{many}\n")] {
        let path = file(&folder, "document.json", &text);
        for format in ["human", "json", "sarif"] {
            let said =
                status(&["check", "--contract", &contract, "--file", &path, "--format", format]);
            let is_told = |scalar: char| !scalar.is_control() || scalar == '\n';
            assert!(said.output.chars().all(is_told), "{format} {}", said.output);
            assert!(said.output.len() < 20_000, "{format} {}", said.output.len());
            assert!(said.output.lines().all(|line| format != "human" || line.len() < 1_500));
            assert_ne!(said.code, Some(0));
        }
    }
}

/// The members that SARIF 2.1.0 requires, and those that its readers need.
#[track_caller]
fn log(output: &str) -> Value {
    let log: Value = serde_json::from_str(output).unwrap();
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(
        (&driver["name"], &run["columnKind"]),
        (&"harness status".into(), &"unicodeCodePoints".into())
    );
    assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule}");
    }
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
        assert!(result["message"]["text"].is_string());
        let place = &result["locations"][0];
        assert!(place["physicalLocation"]["artifactLocation"]["uri"].is_string());
        assert!(place["logicalLocations"][0]["fullyQualifiedName"].is_string());
        let number = |name: &str| place["physicalLocation"]["region"][name].as_u64().unwrap();
        assert!(number("startLine") >= 1 && number("startColumn") >= 1);
        assert!(
            (number("startLine"), number("startColumn"))
                <= (number("endLine"), number("endColumn"))
        );
        assert!(number("byteLength") >= number("charLength"));
        assert!(number("byteOffset") >= number("charOffset"));
    }
    log
}

#[test]
fn a_sarif_log_has_what_it_has_to_have() {
    let folder = folder("sarif");
    let contract = file(&folder, "door.json", MANIFEST);
    let text = document("shut", &[], -1).replacen('{', "{ \"\u{e4}\": \"\u{1f6aa}\",", 1);
    let path = file(&folder, "a b.json", &text);
    let arguments = ["check", "--contract", &contract, "--format", "sarif", "--file"];
    let said = status(&[&arguments[..], &[&path]].concat());
    assert_eq!((said.code, said.output.lines().count()), (Some(1), 1));
    let log = log(&said.output);
    let result = |index: usize| &log["runs"][0]["results"][index];
    assert_eq!(result(0)["ruleId"], "open_has_no_reasons");
    assert_eq!(result(1)["ruleId"], "RANGE");
    let place = &result(1)["locations"][0];
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/opened");
    let uri = place["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("file:///") && uri.ends_with("/a%20b.json"), "{uri}");
    let region = &place["physicalLocation"]["region"];
    let place = text.find("-1").unwrap();
    assert_eq!((&region["byteOffset"], &region["byteLength"]), (&place.into(), &2.into()));
    let scalars = text.chars().position(|scalar| scalar == '-').unwrap();
    assert_eq!((&region["charOffset"], &region["charLength"]), (&scalars.into(), &2.into()));
}

#[test]
fn a_sarif_log_of_nothing_wrong_of_no_text_and_of_no_document_is_one_too() {
    let folder = folder("sarif_ends");
    let contract = file(&folder, "door.json", MANIFEST);
    let end = |document: &str| {
        let path = file(&folder, "document.json", document);
        let arguments = ["check", "--contract", &contract, "--format", "sarif", "--file", &path];
        let said = command(&arguments).output().unwrap();
        (said.status.code(), log(&String::from_utf8(said.stdout).unwrap()))
    };
    let (code, valid) = end(&document("open", &[], 1));
    assert_eq!((code, valid["runs"][0]["results"].as_array().unwrap().len()), (Some(0), 0));
    let (code, none) = end("");
    assert_eq!((code, &none["runs"][0]["results"][0]["ruleId"]), (Some(3), &"NOT_JSON".into()));
    let said =
        status(&["check", "--contract", &contract, "--format", "sarif", "--url", "file:///a"]);
    let invocation = &log(&said.output)["runs"][0]["invocations"][0];
    assert_eq!((said.code, &invocation["exitCode"]), (Some(3), &3.into()));
    let words = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(words.as_str().unwrap().contains("http or https"), "{words}");
}
