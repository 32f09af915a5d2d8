//! The two verdicts on one document.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::Value;
use status_contract::schema::{self, Schema};
use status_contract::{Code, Contract, Finding, Mode, Options, Report, check};

pub(super) const MODES: [Mode; 2] = [Mode::Min, Mode::Exact];

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

/// A contract in one mode, and the schema that it gives.
pub(super) struct Both<'c> {
    contract: &'c Contract,
    mode: Mode,
    pub(super) unexpressed: Vec<String>,
    pub(super) json: Value,
    validator: Validator,
}

/// What the engine found, and what the validator says of what it was able to read.
pub(super) struct Verdicts {
    pub(super) report: Report,
    pub(super) by_schema: Option<bool>,
}

impl Verdicts {
    /// The rule that both refuse the document for, and for nothing else.
    pub(super) fn only_rule(&self) -> Option<&str> {
        match (self.report.findings(), self.by_schema) {
            ([only], Some(false)) => only.rule.as_deref(),
            _ => None,
        }
    }
}

impl<'c> Both<'c> {
    pub(super) fn new(contract: &'c Contract, mode: Mode) -> Self {
        let Schema { json, unexpressed } = schema::generate(contract, mode);
        jsonschema::meta::validate(&json).unwrap_or_else(|error| panic!("{error}: {json:#}"));
        let validator = jsonschema::draft202012::new(&json).unwrap();
        Self { contract, mode, unexpressed, json, validator }
    }

    /// Whether the schema has words for what was found.
    pub(super) fn expresses(&self, finding: &Finding) -> bool {
        match finding.code {
            Code::Range => !is_rounded(&finding.found),
            Code::Rule => !finding.rule.as_ref().is_some_and(|id| self.unexpressed.contains(id)),
            code => EXPRESSED.contains(&code),
        }
    }

    /// Both verdicts on a text and what the validator's reader made of it.
    ///
    /// # Errors
    ///
    /// One of them is wrong.
    pub(super) fn judge(&self, document: &[u8], read: Option<&Value>) -> Result<Verdicts, String> {
        let options = Options { mode: self.mode, ..Options::default() };
        let report = check(self.contract, document, &options);
        let by_schema = read.map(|value| self.validator.is_valid(value));
        let has_words = report.findings().iter().any(|finding| self.expresses(finding));
        let is_wrong = if by_schema == Some(true) { has_words } else { report.is_valid() };
        if !is_wrong {
            return Ok(Verdicts { report, by_schema });
        }
        let why = read.and_then(|value| self.validator.validate(value).err());
        let why = why.map(|error| format!("{} at {}", error, error.schema_path()));
        let (mode, findings) = (self.mode.as_str(), report.findings());
        let document = String::from_utf8_lossy(document);
        Err(format!("{mode}: {findings:#?}\nthe schema: {why:?}\n{document}"))
    }
}

/// Below 64 bits by so little that the reader of the validator takes it for the least number of 64 bits.
fn is_rounded(found: &str) -> bool {
    let least = i64::MIN;
    let below = |value: i128| value < least.into() && value as f64 == least as f64;
    found.parse().is_ok_and(below)
}

/// How many documents had which verdicts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) valid: usize,
    pub(super) refused_by_both: usize,
    /// What the schema has no words for.
    pub(super) refused_by_the_engine: usize,
    /// What the validator's reader could not read either.
    pub(super) unread: usize,
    /// Of those that both refuse, the ones with findings of one code only.
    pub(super) for_one_code: BTreeMap<Code, usize>,
}

impl Tally {
    pub(super) fn count(&mut self, verdicts: &Verdicts) {
        let findings = verdicts.report.findings();
        match (findings, verdicts.by_schema) {
            (_, None) => self.unread += 1,
            ([], _) => self.valid += 1,
            (_, Some(true)) => self.refused_by_the_engine += 1,
            ([first, rest @ ..], Some(false)) => {
                self.refused_by_both += 1;
                if rest.iter().all(|finding| finding.code == first.code) {
                    *self.for_one_code.entry(first.code).or_default() += 1;
                }
            }
        }
    }

    /// Of so many documents in two modes, many had either verdict, and some were refused for each kind of fault alone.
    #[track_caller]
    pub(super) fn has_enough_of_each(&self, documents: usize) {
        assert!(self.valid > documents / 4 && self.refused_by_both > documents / 2, "{self:?}");
        for code in EXPRESSED {
            let count = self.for_one_code.get(&code);
            assert!(count.is_some_and(|count| *count > documents / 1_000), "{code}: {self:?}");
        }
    }
}
