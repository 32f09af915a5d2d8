//! The engine and the schemas that contracts give: one verdict wherever a schema has words for what is wrong.

mod dice;
mod json;
mod manifests;
mod mutants;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use dice::Dice;
use json::Json;
use mutants::Pool;
use speech_harness::status::contract::{EMBEDDED, Loaded, MANIFEST, in_workspace};
use status_contract::{Contract, Manifest, Mode};
use verdicts::{Both, MODES, Tally, Verdicts};

use crate::root;

const SEED: u64 = 20;

const MUTANTS: usize = 50_000;

const MANIFESTS: usize = 1_000;

/// How many documents each of those contracts is asked about.
const DOCUMENTS: usize = 20;

fn contracts() -> [Loaded; 3] {
    EMBEDDED.map(|(name, _)| in_workspace(&root(), name).unwrap())
}

/// The documents of a contract and of those that it extends, by their files.
fn documents(of: &Loaded, kind: &str) -> BTreeMap<String, Vec<u8>> {
    let folders = of.folders.iter().map(|folder| folder.join(kind));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
    let documents: BTreeMap<_, _> =
        files.map(|file| (file.display().to_string(), fs::read(file).unwrap())).collect();
    assert!(!documents.is_empty(), "{} has no {kind}", of.name);
    documents
}

fn pool(of: &Loaded) -> Pool {
    let manifests = of.folders.iter().map(|folder| fs::read(folder.join(MANIFEST)).unwrap());
    let manifests = manifests.map(|manifest| Json::read(&manifest)).collect();
    let fixtures = documents(of, "fixtures");
    Pool::new(&Json::List(manifests), fixtures.values().map(|text| Json::read(text)).collect())
}

/// Both verdicts, which agree.
#[track_caller]
fn judged(both: &Both<'_>, file: &str, document: &[u8]) -> Verdicts {
    let read = serde_json::from_slice(document).ok();
    both.judge(document, read.as_ref()).unwrap_or_else(|wrong| panic!("{file}, {wrong}"))
}

#[test]
fn what_a_contract_gives_is_a_schema_of_draft_2020_12() {
    for Loaded { name, contract, .. } in contracts() {
        for Both { json, .. } in MODES.map(|mode| Both::new(&contract, mode)) {
            assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
            assert!(json["allOf"].as_array().is_some_and(|rules| rules.len() > 5), "{name}");
        }
    }
}

#[test]
fn each_fixture_is_valid_by_the_schema_too() {
    for loaded in contracts() {
        for both in MODES.map(|mode| Both::new(&loaded.contract, mode)) {
            for (file, document) in documents(&loaded, "fixtures") {
                let Verdicts { report, by_schema } = judged(&both, &file, &document);
                assert!(report.is_valid(), "{file}: {:#?}", report.findings());
                assert_eq!(by_schema, Some(true), "{file}");
            }
        }
    }
}

#[test]
fn each_reject_is_refused_by_the_schema_too_where_it_has_words_for_the_fault() {
    for loaded in contracts() {
        let rejects = documents(&loaded, "rejects");
        let mut tally = Tally::default();
        for both in MODES.map(|mode| Both::new(&loaded.contract, mode)) {
            for (file, document) in &rejects {
                tally.count(&judged(&both, file, document));
            }
        }
        assert!(tally.refused_by_both > rejects.len(), "{}: {tally:?}", loaded.name);
    }
}

#[test]
fn each_rule_that_a_schema_has_words_for_refuses_a_document_by_itself() {
    for loaded in contracts() {
        let both = Both::new(&loaded.contract, Mode::Min);
        let mut broken = BTreeSet::new();
        for (file, document) in documents(&loaded, "rejects") {
            let Verdicts { report, by_schema } = judged(&both, &file, &document);
            let rules = report.findings().iter().map(|finding| finding.rule.clone());
            if let (Some(rules), Some(false)) = (rules.collect::<Option<Vec<_>>>(), by_schema) {
                broken.extend(rules);
            }
        }
        let rules = loaded.contract.manifest().rules.iter().map(|rule| rule.id.clone());
        let expressed: Vec<_> = rules.filter(|id| !both.unexpressed.contains(id)).collect();
        assert!(expressed.len() >= 6, "{}: {expressed:?}", loaded.name);
        let unbroken: Vec<_> = expressed.iter().filter(|id| !broken.contains(*id)).collect();
        assert!(unbroken.is_empty(), "{}: {unbroken:?}", loaded.name);
    }
}

#[test]
fn mutants_of_fixtures_have_one_verdict() {
    let contracts = contracts();
    let pools = contracts.each_ref().map(pool);
    let boths = contracts.each_ref().map(|of| MODES.map(|mode| Both::new(&of.contract, mode)));
    let mut tally = Tally::default();
    for number in 0..MUTANTS {
        let dice = Dice::new(SEED + number as u64);
        let at = number % contracts.len();
        let mutant = pools[at].mutant(&dice).write(&dice);
        let read = serde_json::from_str(&mutant).ok();
        for both in &boths[at] {
            let verdicts = both.judge(mutant.as_bytes(), read.as_ref());
            tally.count(&verdicts.unwrap_or_else(|wrong| {
                panic!("mutant {number} with seed {SEED} of {}, {wrong}", contracts[at].name)
            }));
        }
    }
    tally.has_enough_of_each(MUTANTS);
    assert!(
        tally.refused_by_the_engine > MUTANTS / 50 && tally.unread > MUTANTS / 100,
        "{tally:?}"
    );
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
    assert!((1..MANIFESTS / 2).contains(&broken), "{broken} contracts are broken");
    assert_eq!(words, manifests::WORDS.into());
    tally.has_enough_of_each((MANIFESTS - broken) * DOCUMENTS);
}
