//! Contracts from files: what they extend, what is wrong with them, what they leave out.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{AT, MANIFEST, Said, document, file, folder, status};

/// A contract with documents that show all of it.
fn whole(name: &str) -> (std::path::PathBuf, String) {
    let folder = folder(name);
    let contract = file(&folder, "manifest.json", MANIFEST);
    for (name, mode, reasons, opened) in [
        ("open", "open", &[][..], 1),
        ("hot", "ajar", &["HEAT"], 2),
        ("shut", "shut", &["STORM", "REPAIR"], 2),
    ] {
        file(&folder, &format!("fixtures/{name}.json"), &document(mode, reasons, opened));
    }
    let now = json!({"now": AT, "transitions": [["open", "hot"], ["hot", "shut"]]});
    file(&folder, "fixtures.json", &now.to_string());
    file(&folder, "rejects/open_for_a_reason.json", &document("open", &["HEAT"], 1));
    file(&folder, "rejects/in_time/opened_less.json", &document("open", &[], 1));
    let listed = json!({
        "open_for_a_reason": {"findings": [{"code": "RULE", "rule": "open_has_no_reasons", "pointer": "/mode"}]},
        "in_time/opened_less": {"prev": "hot", "now": AT, "findings": [{"code": "TRANSITION", "rule": "opened_never_falls", "pointer": "/opened"}]},
    });
    file(&folder, "rejects.json", &listed.to_string());
    (folder, contract)
}

fn lint(contract: &str, more: &[&str]) -> Said {
    status(&[&["lint", "--contract", contract][..], more].concat())
}

#[test]
fn a_contract_that_leaves_nothing_out_is_sound_and_covered() {
    let (_, contract) = whole("whole");
    let said = lint(&contract, &["--every-code"]);
    assert_eq!(
        (said.code, said.output.as_str()),
        (Some(0), "sound    door: 7 documents looked at\n")
    );
    let said = status(&["coverage", "--contract", &contract]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.output.ends_with("unexercised: none\n"), "{said:?}");
    assert!(said.output.contains("4 fields, 1 rules, 1 transitions"), "{said:?}");
    let json = status(&["coverage", "--contract", &contract, "--format", "json"]).json();
    assert_eq!((&json["covered"], &json["unexercised"]), (&true.into(), &json!([])));
    let rows = json["rows"].as_array().unwrap();
    let derived = |name: &str| {
        let row = rows.iter().find(|row| row["name"] == name).unwrap();
        assert_eq!(row["enforced"], true, "{row}");
        let derived = row["derived"].as_array().unwrap().iter();
        derived.map(|derived| derived["what"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for what in ["too old", "too new", "not whole", "removed", "null", "beyond 64 bits"] {
        assert!(derived("/at").contains(&what.to_owned()), "{what}");
    }
    for what in ["in another order", "repeated", "an unknown code", "a code of another tier"] {
        assert!(derived("/reasons").contains(&what.to_owned()), "{what}");
    }
    assert!(derived("/opened").contains(&"below min".to_owned()));
    assert_eq!(derived("/"), ["a list", "an extra member"]);
    assert!(derived("opened_never_falls")[0].starts_with("open then hot with "), "{rows:?}");
}

#[test]
fn a_reject_that_needs_a_time_stands_among_its_kind() {
    let (folder, contract) = whole("misplaced");
    let listed = json!({"open_for_a_reason": {"now": AT, "findings": []}});
    file(&folder, "rejects.json", &listed.to_string());
    let said = lint(&contract, &[]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.output.contains("only those, that need prev or now in in_time"), "{said:?}");
}

#[test]
fn what_a_contract_leaves_out_is_named() {
    let gaps = |name: &str, change: &dyn Fn(&Path), words: &str| {
        let (folder, contract) = whole(name);
        change(&folder);
        let said = lint(&contract, &["--format", "json"]);
        assert_eq!((said.code, &said.json()["sound"]), (Some(1), &false.into()), "{said:?}");
        assert!(said.output.contains(words), "{words}: {said:?}");
        let said = lint(&contract, &[]);
        assert!(said.output.contains("\ngaps     door: "), "{said:?}");
    };
    let remove =
        |file: &'static str| move |folder: &Path| fs::remove_file(folder.join(file)).unwrap();
    let write = |name: &'static str, text: String| {
        move |folder: &Path| {
            file(folder, name, &text);
        }
    };
    gaps(
        "no_hot",
        &remove("fixtures/hot.json"),
        "fixtures: expected one with mode ajar, found none",
    );
    gaps("no_open", &remove("fixtures/open.json"), "rule open_has_no_reasons: expected a fixture");
    gaps("no_pairs", &remove("fixtures.json"), "rule opened_never_falls: expected a fixture");
    gaps(
        "no_list",
        &remove("rejects.json"),
        "rejects/in_time/opened_less.json: expected it in rejects.json",
    );
    let reject = "rejects/open_for_a_reason.json";
    gaps(
        "no_reject",
        &remove(reject),
        "expected a file rejects/open_for_a_reason.json, found none",
    );
    gaps("no_breach", &remove(reject), "rule open_has_no_reasons: expected a reject");
    let open = document("open", &[], 1);
    gaps(
        "valid",
        &write(reject, open.clone()),
        "open_for_a_reason.json: expected RULE open_has_no_reasons at /mode, found nothing",
    );
    let invalid = document("ajar", &["HEAT", "HEAT"], 2);
    gaps(
        "invalid",
        &write("fixtures/hot.json", invalid),
        "fixtures/hot.json: expected a valid document in min, found DUPLICATE at /reasons/1",
    );
    let more = open.replacen('{', "{\"other\": 1,", 1);
    gaps(
        "more",
        &write("fixtures/open.json", more),
        "expected a valid document in exact, found EXTRA at /other",
    );
    gaps("text", &write("fixtures/open.json", "{".to_owned()), "found NOT_JSON at the document");
    let falling = json!({"now": AT, "transitions": [["hot", "open"], ["hot", "gone"]]});
    gaps(
        "falling",
        &write("fixtures.json", falling.to_string()),
        "expected open to follow hot, found TRANSITION",
    );
    gaps(
        "nobody",
        &write("fixtures.json", falling.to_string()),
        "fixtures.json: expected a fixture gone",
    );
}

#[test]
fn a_code_that_no_fixture_shows_is_a_gap_only_where_that_is_asked() {
    let (folder, contract) = whole("codes");
    file(&folder, "fixtures/shut.json", &document("shut", &["STORM"], 2));
    let said = lint(&contract, &[]);
    let words = "reasons: expected a fixture with REPAIR, found none\n";
    assert_eq!(said.code, Some(0));
    assert!(said.output.starts_with(&format!("warning  {words}sound")), "{said:?}");
    let said = lint(&contract, &["--every-code"]);
    assert_eq!(said.code, Some(1));
    assert!(said.output.starts_with(&format!("gap      {words}gaps")), "{said:?}");
}

#[test]
fn a_rule_that_nothing_can_break_is_not_enforced() {
    let (folder, contract) = whole("unbreakable");
    let rule = r#""rules": [{"id": "always", "then": {"le": ["@opened", 18446744073709551615]}}, "#;
    file(&folder, "manifest.json", &MANIFEST.replacen("\"rules\": [", rule, 1));
    let said = status(&["coverage", "--contract", &contract]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.output.contains("\nunenforced: rule always, "), "{said:?}");
    assert!(said.output.ends_with("\nunexercised: rule always by a reject\n"), "{said:?}");
}

#[test]
fn a_modifier_that_refuses_nothing_is_not_enforced() {
    let (folder, contract) = whole("any_words");
    let field = r#""words": {"type": "str", "opt": true, "pattern": ".*"}, "mode": {"#;
    file(&folder, "manifest.json", &MANIFEST.replacen("\"mode\": {", field, 1));
    let open = document("open", &[], 1).replacen('{', "{\"words\": \"\",", 1);
    file(&folder, "fixtures/open.json", &open);
    assert_eq!(lint(&contract, &[]).code, Some(0));
    let said = status(&["coverage", "--contract", &contract]);
    assert_eq!(said.code, Some(1), "{said:?}");
    let words = "\nunenforced: field /words, against the pattern: expected RANGE at /words, found nothing\n";
    assert!(said.output.contains(words), "{said:?}");
    assert!(said.output.ends_with("\nunexercised: none\n"), "{said:?}");
}

#[test]
fn a_rule_that_others_imply_is_named_and_not_held_against_the_contract() {
    let (folder, contract) = whole("implied");
    let rule = r#""rules": [{"id": "implied", "if": {"eq": ["@mode", "open"]}, "then": {"eq": ["@reasons", []]}}, "#;
    file(&folder, "manifest.json", &MANIFEST.replacen("\"rules\": [", rule, 1));
    let said = status(&["coverage", "--contract", &contract]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.output.contains("\nimplied: rule implied by open_has_no_reasons\n"), "{said:?}");
}

#[test]
fn what_is_wrong_with_a_contract_is_told_at_its_place() {
    let folder = folder("broken");
    let document = file(&folder, "document.json", "{}");
    let twice = r#"{"code": "HEAT"}, {"code": "HEAT"}"#;
    let broken = MANIFEST.replacen("{\"code\": \"HEAT\", \"display\": \"It is hot.\"}", twice, 1);
    for (text, pointer) in [
        (broken.as_str(), "/registries/Reason"),
        (&MANIFEST.replacen("@reasons", "@reason", 1), "/rules/0"),
        (&MANIFEST.replacen("\"tier\"", "\"teir\"", 1), "/document/fields/reasons"),
        (&MANIFEST.replacen("\"min\": 0", "\"min\": 2, \"max\": 1", 1), "/document/fields/opened"),
        ("{}", "/contract_version"),
        ("[]", "the manifest"),
        ("", "the manifest"),
    ] {
        let contract = file(&folder, "manifest.json", text);
        for arguments in [
            vec!["check", "--contract", &contract, "--file", &document],
            vec!["lint", "--contract", &contract],
            vec!["coverage", "--contract", &contract],
            vec!["schema", "--contract", &contract],
        ] {
            let said = status(&arguments);
            assert_eq!((said.code, said.output.as_str()), (Some(2), ""), "{said:?}");
            assert!(said.trouble.contains(&format!("\n  {pointer}")), "{pointer} {said:?}");
        }
    }
}

const PROFILE: &str = r#"{"extends": "BASE", "profile_version": "1", "name": "strict door",
    "rules": [{"id": "a_shut_door_has_been_open", "if": {"eq": ["@mode", "shut"]}, "then": {"lt": [0, "@opened"]}}]}"#;

#[test]
fn a_profile_is_found_beside_its_base_or_along_a_path() {
    let folder = folder("profiles");
    file(&folder, "door/manifest.json", MANIFEST);
    file(&folder, "below/other.json", MANIFEST);
    let document = file(&folder, "document.json", &document("shut", &["STORM"], 0));
    for (place, base) in [
        ("strict/manifest.json", "door"),
        ("strict/manifest.json", "../door/manifest.json"),
        ("strict/manifest.json", "../door"),
        ("strict.json", "below/other.json"),
        ("strict.json", "door"),
    ] {
        let contract = file(&folder, place, &PROFILE.replacen("BASE", base, 1));
        let arguments = ["check", "--contract", &contract, "--file", &document, "--format", "json"];
        let said = status(&arguments);
        assert_eq!(said.code, Some(1), "{base}: {said:?}");
        assert_eq!(said.json()["findings"][0]["rule"], "a_shut_door_has_been_open");
        assert_eq!(said.json()["contract"], "strict door");
    }
}

#[test]
fn a_profile_without_an_end_is_broken() {
    let folder = folder("cycles");
    let extends = |base: &str| PROFILE.replacen("BASE", base, 1);
    file(&folder, "door/manifest.json", MANIFEST);
    file(&folder, "p0/manifest.json", &extends("door"));
    for number in 1..=9 {
        let text =
            extends(&format!("p{}", number - 1)).replace("a_shut", &format!("a{number}_shut"));
        file(&folder, &format!("p{number}/manifest.json"), &text);
    }
    let itself = file(&folder, "itself/manifest.json", &extends("itself"));
    file(&folder, "one/manifest.json", &extends("other"));
    let other = file(&folder, "other/manifest.json", &extends("./one/../one"));
    let gone = file(&folder, "lost/manifest.json", &extends("nowhere"));
    let deep = |number: usize| {
        folder.join(format!("p{number}/manifest.json")).to_str().unwrap().to_owned()
    };
    let (cycle, below) =
        ("expected a contract that does not extend itself", "at most 8 contracts below");
    for (contract, words) in
        [(itself, cycle), (other, cycle), (gone, "a manifest at"), (deep(8), below)]
    {
        let said = status(&["schema", "--contract", &contract]);
        assert_eq!(said.code, Some(2), "{contract}: {said:?}");
        let (_, trouble) = said.trouble.split_once("/extends: ").unwrap();
        assert!(trouble.contains(words), "{trouble}");
    }
    assert_eq!(status(&["schema", "--contract", &deep(7)]).code, Some(0));
}

#[test]
fn a_profile_uses_the_documents_of_its_base() {
    let (base, _) = whole("bases/door");
    let folder = base.parent().unwrap().join("strict");
    drop(fs::remove_dir_all(&folder));
    let contract = file(&folder, "manifest.json", &PROFILE.replacen("BASE", "door", 1));
    let said = lint(&contract, &[]);
    let gap =
        "gap      rule a_shut_door_has_been_open: expected a reject that breaks it, found none\n";
    assert_eq!((said.code, said.output.starts_with(gap)), (Some(1), true), "{said:?}");
    let never = document("shut", &["STORM"], 0);
    file(&folder, "rejects/never_opened.json", &never);
    let findings =
        json!([{"code": "RULE", "rule": "a_shut_door_has_been_open", "pointer": "/mode"}]);
    file(&folder, "rejects.json", &json!({"never_opened": {"findings": findings}}).to_string());
    for verb in ["lint", "coverage"] {
        let said = status(&[verb, "--contract", &contract]);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
}

#[test]
fn a_schema_is_printed_for_each_mode() {
    let contract = file(&folder("schema"), "door.json", MANIFEST);
    let schema = |more: &[&str]| {
        let said = status(&[&["schema", "--contract", &contract][..], more].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        serde_json::from_str::<Value>(&said.output).unwrap()
    };
    let (min, exact) = (schema(&[]), schema(&["--exact"]));
    assert_eq!(min["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_ne!(min, exact);
}
