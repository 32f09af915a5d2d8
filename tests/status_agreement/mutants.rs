//! Documents near a valid one.

use super::dice::Dice;
use super::json::Json;

/// What mutants are made of.
pub(super) struct Pool {
    /// Valid documents.
    pub(super) documents: Vec<Json>,
    /// Numbers at and beside the bounds of the contract and of 64 bits.
    numbers: Vec<String>,
    /// Codes, and strings of the documents.
    texts: Vec<String>,
    /// Names of members.
    names: Vec<String>,
}

const NUMBERS: [&str; 19] = [
    "0",
    "-0",
    "-1",
    "1",
    "5.0",
    "5.5",
    "0.5",
    "1e-400",
    "1e2",
    "1e308",
    "-1e308",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551616.0",
    "1e400",
];

impl Pool {
    pub(super) fn new(manifest: &Json, documents: Vec<Json>) -> Self {
        let mut pool = Self {
            documents,
            numbers: NUMBERS.map(str::to_owned).to_vec(),
            texts: vec![String::new(), "x".to_owned()],
            names: vec![String::new(), "extra".to_owned()],
        };
        pool.codes_and_bounds(manifest);
        for document in pool.documents.clone() {
            pool.found(&document);
        }
        for list in [&mut pool.numbers, &mut pool.texts, &mut pool.names] {
            list.sort();
            list.dedup();
        }
        pool
    }

    /// What a manifest says: its codes, and each number with its neighbours.
    fn codes_and_bounds(&mut self, manifest: &Json) {
        match manifest {
            Json::Word(word) => {
                if let Ok(number) = word.parse::<f64>() {
                    let near = [number - 1.0, number - 0.001, number, number + 0.001, number + 1.0];
                    self.numbers.extend(near.map(|number| number.to_string()));
                }
            }
            Json::Text(_) => {}
            Json::List(items) => items.iter().for_each(|item| self.codes_and_bounds(item)),
            Json::Object(members) => {
                for (name, value) in members {
                    match value {
                        Json::Text(text) if name == "code" || name == "const" => {
                            self.texts.push(text.clone());
                        }
                        Json::List(_) if name == "of" || name == "keys" => self.found(value),
                        _ => self.codes_and_bounds(value),
                    }
                }
            }
        }
    }

    fn found(&mut self, value: &Json) {
        match value {
            Json::Word(_) => {}
            Json::Text(text) => self.texts.push(text.clone()),
            Json::List(items) => items.iter().for_each(|item| self.found(item)),
            Json::Object(members) => {
                for (name, value) in members {
                    self.names.push(name.clone());
                    self.found(value);
                }
            }
        }
    }

    /// A document with one to three changes.
    pub(super) fn mutant(&self, dice: &Dice) -> Json {
        let mut mutant = dice.pick(&self.documents).clone();
        for _ in 0..=dice.below(3) {
            if let Json::Object(members) = &mut mutant
                && dice.one_in(2)
            {
                self.object(members, dice);
                continue;
            }
            let at = dice.below(mutant.size());
            if let Some(value) = mutant.nth(at) {
                self.change(value, dice);
            }
        }
        mutant
    }

    /// Changes one value.
    fn change(&self, value: &mut Json, dice: &Dice) {
        match (dice.below(16), value) {
            (0, value) => *value = self.other(dice),
            (1, value) => *value = Json::word("null"),
            (2, value) => self.exchange(value, dice),
            (_, Json::List(items)) => self.list(items, dice),
            (_, Json::Object(members)) => self.object(members, dice),
            (_, Json::Text(text)) => text.clone_from(dice.pick(&self.texts)),
            (_, Json::Word(word)) if word == "true" => *word = "false".to_owned(),
            (_, Json::Word(word)) if word == "false" => *word = "true".to_owned(),
            (_, Json::Word(word)) => word.clone_from(dice.pick(&self.numbers)),
        }
    }

    /// Some value of any kind.
    fn other(&self, dice: &Dice) -> Json {
        match dice.below(7) {
            0 => Json::word(dice.one_in(2)),
            1 => Json::List(Vec::new()),
            2 => Json::Object(Vec::new()),
            3 => Json::List(vec![Json::Text(dice.pick(&self.texts).clone())]),
            4 => Json::Text(dice.pick(&self.texts).clone()),
            _ => Json::Word(dice.pick(&self.numbers).clone()),
        }
    }

    /// Puts there what stands anywhere in some document.
    fn exchange(&self, value: &mut Json, dice: &Dice) {
        let mut document = dice.pick(&self.documents).clone();
        let size = document.size();
        if let Some(taken) = document.nth(1 + dice.below(size - 1)) {
            *value = taken.clone();
        }
    }

    fn list(&self, items: &mut Vec<Json>, dice: &Dice) {
        let (at, to) = (dice.below(items.len()), dice.below(items.len()));
        match dice.below(6) {
            0 => items.clear(),
            1 => items.push(Json::Text(dice.pick(&self.texts).clone())),
            2 => items.push(self.other(dice)),
            _ if items.is_empty() => items.push(Json::Text(dice.pick(&self.texts).clone())),
            3 => items.swap(at, to),
            4 => items.insert(to, items[at].clone()),
            _ => drop(items.remove(at)),
        }
    }

    fn object(&self, members: &mut Vec<(String, Json)>, dice: &Dice) {
        let (at, to) = (dice.below(members.len()), dice.below(members.len()));
        let name = dice.pick(&self.names).clone();
        match dice.below(16) {
            0 => members.push((name, self.other(dice))),
            _ if members.is_empty() => members.push((name, self.other(dice))),
            1 => drop(members.remove(at)),
            2 => members[at].0 = name,
            3 => members.insert(to, members[at].clone()),
            4 => {
                let (one, other) = (members[at].1.clone(), members[to].1.clone());
                (members[at].1, members[to].1) = (other, one);
            }
            _ => self.as_elsewhere(members, dice),
        }
    }

    /// Gives a member the value that it has in another document.
    fn as_elsewhere(&self, members: &mut [(String, Json)], dice: &Dice) {
        let Json::Object(others) = dice.pick(&self.documents) else { return };
        let at = dice.below(members.len());
        let (name, value) = &mut members[at];
        if let Some((_, other)) = others.iter().find(|(other, _)| other == name) {
            value.clone_from(other);
        }
    }
}
