//! Each contract of status documents is shown by its documents, and held to.

use std::fs;
use std::path::{Path, PathBuf};

use speech_harness::checks::status::{
    status_cases, status_coverage, status_schemas, status_version,
};
use speech_harness::status::contract::{CONTRACTS, EMBEDDED};
use speech_harness::{bless, workspace};
use status_contract::Manifest;
use status_contract::manifest::Registry;

use crate::{kept, root};

#[test]
fn each_status_schema_is_the_one_its_manifest_gives() {
    assert_eq!(kept("status_schemas"), 6);
}

#[test]
fn each_status_fixture_is_valid_and_each_reject_has_its_findings() {
    assert!(kept("status_cases") > 300);
}

#[test]
fn each_field_and_rule_of_a_status_contract_is_exercised_and_enforced() {
    assert!(kept("status_coverage") > 900);
}

#[test]
fn the_version_of_a_status_contract_was_raised_with_what_it_stands_for() {
    assert_eq!(kept("status_version"), 3);
}

/// A copy of what the harness reads of the contracts, in a folder of its own.
fn copy(name: &str) -> PathBuf {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("status").join(name);
    drop(fs::remove_dir_all(&copy));
    for folder in ["contracts", "snapshots", "kernel", "docs"] {
        for file in workspace::files_below(&root(), folder).unwrap() {
            let to = copy.join(&file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(&file), to).unwrap();
        }
    }
    copy
}

fn broken(found: speech_harness::checks::Checked) -> usize {
    found.map_or(usize::MAX, |found| found.broken.len())
}

#[test]
fn a_contract_that_is_not_there_is_found() {
    let copy = copy("missing");
    assert_eq!([broken(status_cases(&copy)), broken(status_schemas(&copy))], [0; 2]);
    for (gone, (name, _)) in EMBEDDED.iter().rev().enumerate() {
        fs::remove_file(copy.join(format!("{CONTRACTS}/{name}/manifest.json"))).unwrap();
        for found in [status_cases(&copy), status_schemas(&copy), status_version(&copy)] {
            assert!(broken(found) > 0, "{name}");
        }
        if gone > 0 {
            assert_eq!(broken(status_coverage(&copy)), gone + 1, "{name}");
        }
    }
}

#[test]
fn a_file_of_a_contract_that_is_not_there_is_found() {
    let copy = copy("missing_file");
    for (name, _) in EMBEDDED {
        let rejects = format!("{CONTRACTS}/{name}/rejects");
        let reject = workspace::files_below(&copy, &rejects).unwrap().swap_remove(0);
        let lists = ["fixtures.json", "rejects.json", "min.schema.json", "exact.schema.json"];
        let lists = lists.map(|list| format!("{CONTRACTS}/{name}/{list}"));
        for file in lists.into_iter().chain([reject]).filter(|file| copy.join(file).exists()) {
            let text = fs::read(copy.join(&file)).unwrap();
            fs::remove_file(copy.join(&file)).unwrap();
            let is_schema = file.ends_with(".schema.json");
            let found = if is_schema { status_schemas(&copy) } else { status_cases(&copy) };
            assert!(broken(found) > 0, "{file}");
            fs::write(copy.join(&file), text).unwrap();
        }
    }
}

#[test]
fn a_contract_that_no_name_stands_for_is_found() {
    let copy = copy("another");
    fs::create_dir_all(copy.join(CONTRACTS).join("another")).unwrap();
    assert_eq!(broken(status_cases(&copy)), 1);
}

#[test]
fn another_rule_needs_another_version_and_other_prose_does_not() {
    for (name, _) in EMBEDDED {
        let copy = copy("versions");
        let manifest = copy.join(format!("{CONTRACTS}/{name}/manifest.json"));
        let text = fs::read_to_string(&manifest).unwrap();
        let change = |from: &str, to: &str| {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from} stands in {name}");
            fs::write(&manifest, &changed).unwrap();
            changed
        };
        let question = "\"question\": \"";
        change(question, &format!("{question}But "));
        assert_eq!(broken(status_version(&copy)), 0, "{name}");
        let changed = change("\"id\": \"", "\"id\": \"always_");
        assert_eq!(broken(status_version(&copy)), 1, "{name}");
        let words = bless::raised(&copy).unwrap_err().to_string();
        assert!(words.contains("a field, a code or a rule changed"), "{words}");
        let word =
            if text.contains("\"extends\"") { "profile_version" } else { "contract_version" };
        let version = format!("\"{word}\": \"");
        fs::write(&manifest, changed.replacen(&version, &format!("{version}9"), 1)).unwrap();
        bless::raised(&copy).unwrap();
        assert_eq!(broken(status_version(&copy)), 1, "its snapshot is that of the version before");
    }
}

#[test]
fn a_schema_that_is_not_generated_is_written_anew() {
    let copy = copy("schemas");
    let schema = format!("{CONTRACTS}/trading/min.schema.json");
    fs::write(copy.join(&schema), "{}").unwrap();
    assert_eq!(broken(status_schemas(&copy)), 1);
    assert_eq!(bless::generated(&copy).unwrap(), [schema]);
    assert_eq!(broken(status_schemas(&copy)), 0);
}

/// The words of the manifest's own grammar that a contract happens to use as names of fields.
const GRAMMAR: [&str; 1] = ["rules"];

#[test]
fn the_engine_names_no_field_and_no_code_of_any_contract() {
    let sources = workspace::files_below(&root(), "assistant/status/src").unwrap();
    let sources = sources.iter().map(|file| workspace::text(&root(), file).unwrap());
    let source: String = sources.collect();
    let mut looked_for = 0;
    for (name, _) in EMBEDDED {
        let manifest = fs::read(root().join(format!("{CONTRACTS}/{name}/manifest.json"))).unwrap();
        let manifest = Manifest::parse(&manifest).unwrap();
        let codes = manifest.registries.values().flat_map(Registry::entries);
        let codes = codes.map(|(_, entry)| entry.code.as_str());
        let fields = manifest.document.fields.keys().map(String::as_str);
        for word in fields.chain(codes).filter(|word| !GRAMMAR.contains(word)) {
            let is_version = word == "contract_version" || word == "status_schema_version";
            assert!(is_version || !source.contains(&format!("\"{word}\"")), "{name}: {word}");
            looked_for += 1;
        }
    }
    assert!(looked_for > 100, "{looked_for}");
}
