//! The engine and the schemas that contracts give: one verdict wherever a schema has words for what is wrong.

mod dice;
mod json;
mod manifests;
mod mutants;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use dice::Dice;
use json::Json;
use mutants::Pool;
use status_contract::{Code, Contract, Manifest, Mode};
use verdicts::{Both, MODES, Tally, Verdicts};

use crate::root;

const CONTRACTS: [&str; 3] = ["trading", "trading-strict", "assistant"];

const SEED: u64 = 20;

const MUTANTS: usize = 50_000;

const MANIFESTS: usize = 1_000;

/// How many documents each of those contracts is asked about.
const DOCUMENTS: usize = 20;

/// What a schema has words for.
const EXPRESSED: [Code; 9] = [
    Code::Missing,
    Code::Type,
    Code::Range,
    Code::Const,
    Code::Enum,
    Code::Tier,
    Code::Duplicate,
    Code::Extra,
    Code::Rule,
];

/// The folder of a contract.
fn folder(name: &str) -> PathBuf {
    root().join("contracts/status").join(name)
}

/// The contract of that name and the manifests that it is made of.
fn contract(name: &str) -> (Contract, Vec<Json>) {
    let bytes = fs::read(folder(name).join("manifest.json")).unwrap();
    let manifest = Manifest::parse(&bytes).unwrap();
    let Some(base) = manifest.extends.clone() else {
        return (Contract::new(manifest).unwrap(), vec![Json::read(&bytes)]);
    };
    let base = fs::read(folder(&base).join("manifest.json")).unwrap();
    let whole = manifest.over(Manifest::parse(&base).unwrap()).unwrap();
    (Contract::new(whole).unwrap(), vec![Json::read(&bytes), Json::read(&base)])
}

/// The documents of a folder, by name.
fn documents(name: &str, kind: &str) -> BTreeMap<String, Vec<u8>> {
    let Ok(files) = fs::read_dir(folder(name).join(kind)) else { return BTreeMap::new() };
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.map(|file| (file.display().to_string(), fs::read(file).unwrap())).collect()
}

/// The fixtures of a contract, with those of the one that it extends.
fn fixtures(name: &str) -> BTreeMap<String, Vec<u8>> {
    let mut fixtures = documents(name, "fixtures");
    if name == "trading-strict" {
        fixtures.extend(documents("trading", "fixtures"));
    }
    assert!(!fixtures.is_empty(), "{name} has no fixture");
    fixtures
}

/// Both verdicts, which agree.
#[track_caller]
fn judged(both: &Both<'_>, file: &str, document: &[u8]) -> Verdicts {
    let read = serde_json::from_slice(document).ok();
    both.judge(document, read.as_ref()).unwrap_or_else(|wrong| panic!("{file}, {wrong}"))
}

#[test]
fn what_a_contract_gives_is_a_schema_of_draft_2020_12() {
    for name in CONTRACTS {
        let (contract, _) = contract(name);
        for Both { json, .. } in MODES.map(|mode| Both::new(&contract, mode)) {
            assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert!(json["allOf"].as_array().is_some_and(|rules| rules.len() > 5), "{name}");
        }
    }
}

#[test]
fn each_fixture_is_valid_by_the_schema_too() {
    for name in CONTRACTS {
        let (contract, _) = contract(name);
        for both in MODES.map(|mode| Both::new(&contract, mode)) {
            for (file, document) in fixtures(name) {
                let Verdicts { report, by_schema } = judged(&both, &file, &document);
                assert!(report.is_valid(), "{file}: {:#?}", report.findings());
                assert_eq!(by_schema, Some(true), "{file}");
            }
        }
    }
}

#[test]
fn each_reject_is_refused_by_the_schema_too_where_it_has_words_for_the_fault() {
    for name in CONTRACTS {
        let (contract, _) = contract(name);
        let rejects = documents(name, "rejects");
        let mut tally = Tally::default();
        for both in MODES.map(|mode| Both::new(&contract, mode)) {
            for (file, document) in &rejects {
                tally.count(&judged(&both, file, document));
            }
        }
        assert!(tally.refused_by_both > rejects.len(), "{name}: {tally:?}");
    }
}

#[test]
fn each_rule_that_a_schema_has_words_for_refuses_a_document_by_itself() {
    for name in CONTRACTS {
        let (contract, _) = contract(name);
        let both = Both::new(&contract, Mode::Min);
        let mut broken = BTreeSet::new();
        let rejects = CONTRACTS.map(|name| documents(name, "rejects"));
        for (file, document) in rejects.iter().flatten() {
            let Verdicts { report, by_schema } = judged(&both, file, document);
            let rules = report.findings().iter().map(|finding| finding.rule.clone());
            if let (Some(rules), Some(false)) = (rules.collect::<Option<Vec<_>>>(), by_schema) {
                broken.extend(rules);
            }
        }
        let rules = contract.manifest().rules.iter().map(|rule| rule.id.clone());
        let expressed: Vec<_> = rules.filter(|id| !both.unexpressed.contains(id)).collect();
        assert!(expressed.len() >= 6, "{name}: {expressed:?}");
        let unbroken: Vec<_> = expressed.iter().filter(|id| !broken.contains(*id)).collect();
        assert!(unbroken.is_empty(), "{name}: {unbroken:?}");
    }
}

#[test]
fn mutants_of_fixtures_have_one_verdict() {
    let contracts = CONTRACTS.map(|name| {
        let (contract, manifests) = contract(name);
        let documents = fixtures(name).values().map(|document| Json::read(document)).collect();
        (contract, Pool::new(&Json::List(manifests), documents))
    });
    let boths =
        contracts.each_ref().map(|(contract, _)| MODES.map(|mode| Both::new(contract, mode)));
    let mut tally = Tally::default();
    for number in 0..MUTANTS {
        let dice = Dice::new(SEED + number as u64);
        let at = number % CONTRACTS.len();
        let mutant = contracts[at].1.mutant(&dice).write(&dice);
        let read = serde_json::from_str(&mutant).ok();
        for both in &boths[at] {
            let verdicts = both.judge(mutant.as_bytes(), read.as_ref());
            let of = || format!("mutant {number} with seed {SEED} of {}", CONTRACTS[at]);
            tally.count(&verdicts.unwrap_or_else(|wrong| panic!("{}, {wrong}", of())));
        }
    }
    assert!(tally.valid > MUTANTS / 4, "{tally:?}");
    assert!(tally.refused_by_both > MUTANTS / 2, "{tally:?}");
    assert!(
        tally.refused_by_the_engine > MUTANTS / 50 && tally.unread > MUTANTS / 100,
        "{tally:?}"
    );
    for code in EXPRESSED {
        assert!(
            tally.for_one_code.get(&code).is_some_and(|count| *count > 50),
            "{code}: {tally:?}"
        );
    }
}

#[test]
fn contracts_that_nobody_wrote_have_one_verdict() {
    let mut tally = Tally::default();
    let (mut broken, mut words) = (0, BTreeSet::new());
    for number in 0..MANIFESTS {
        let dice = Dice::new(SEED + number as u64);
        let manifest = manifests::manifest(&dice);
        let parsed = Manifest::parse(manifest.to_string().as_bytes()).unwrap();
        let Ok(contract) = Contract::new(parsed) else {
            broken += 1;
            continue;
        };
        let documents = [(); 4].map(|()| manifests::document(&dice, &manifest)).to_vec();
        let pool = Pool::new(&manifest.clone().into(), documents);
        let boths = MODES.map(|mode| Both::new(&contract, mode));
        for _ in 0..DOCUMENTS {
            let text = pool.mutant(&dice).write(&dice);
            let read = serde_json::from_str(&text).ok();
            for both in &boths {
                let verdicts = both.judge(text.as_bytes(), read.as_ref()).unwrap_or_else(|wrong| {
                    panic!("contract {number} with seed {SEED}, {wrong}\n{manifest}\n{}", both.json)
                });
                tally.count(&verdicts);
                words.extend(
                    verdicts
                        .only_rule()
                        .map(|id| manifests::words(&manifest, id))
                        .unwrap_or_default(),
                );
            }
        }
    }
    let all = MANIFESTS * DOCUMENTS;
    assert!((1..MANIFESTS / 4).contains(&broken), "{broken} contracts are broken");
    assert_eq!(words, manifests::WORDS.into());
    assert!(tally.valid > all / 4 && tally.refused_by_both > all / 2, "{tally:?}");
    for code in EXPRESSED {
        assert!(
            tally.for_one_code.get(&code).is_some_and(|count| *count > 50),
            "{code}: {tally:?}"
        );
    }
}
