//! A status document checked: by the engine with every rule, and by two validators that do the schema's part alone. All
//! begin with bytes and are asked about the same documents; where their verdicts differ, nothing is measured.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use jsonschema::Validator;
use speech_harness::status::contract::{Loaded, in_workspace};
use status_contract::schema::{self, Schema};
use status_contract::{Code, Finding, Mode, Options, Report, check};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 25;

/// How often a round asks about each document.
const ASKED: usize = 100;

/// How often where instructions are counted: what comes before is the same for both.
const COUNTED: [usize; 2] = [10, 40];

struct Bench {
    loaded: Loaded,
    schema: Schema,
    validator: Validator,
    /// By their files; these are what is timed.
    fixtures: BTreeMap<PathBuf, Vec<u8>>,
    rejects: BTreeMap<PathBuf, Vec<u8>>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bench = Bench::new()?;
    match arguments.as_slice() {
        [arm, times] if ["engine", "crate"].contains(&arm.as_str()) => {
            bench.ask(arm == "engine", times.parse()?);
            Ok(())
        }
        _ => bench.measure(arguments.iter().any(|argument| argument == "--bench")),
    }
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

fn documents(folders: &[PathBuf], kind: &str) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut documents = BTreeMap::new();
    for folder in folders.iter().map(|folder| folder.join(kind)).filter(|folder| folder.is_dir()) {
        for file in fs::read_dir(folder)? {
            let file = file?.path();
            if file.is_file() {
                documents.insert(file.clone(), fs::read(file)?);
            }
        }
    }
    Ok(documents)
}

impl Bench {
    fn new() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let loaded = in_workspace(&root, "trading-strict").map_err(|stop| format!("{stop:?}"))?;
        let schema = schema::generate(&loaded.contract, Mode::Exact);
        let validator = jsonschema::draft202012::new(&schema.json)?;
        let fixtures = documents(&loaded.folders, "fixtures")?;
        let rejects = documents(&loaded.folders, "rejects")?;
        Ok(Self { loaded, schema, validator, fixtures, rejects })
    }

    fn by_engine(&self, document: &[u8]) -> Report {
        let options = Options { mode: Mode::Exact, ..Options::default() };
        check(&self.loaded.contract, document, &options)
    }

    fn by_crate(&self, document: &[u8]) -> Option<bool> {
        let value = serde_json::from_slice(document).ok()?;
        Some(self.validator.is_valid(&value))
    }

    fn ask(&self, engine: bool, times: usize) {
        for document in (0..times).flat_map(|_| self.fixtures.values()) {
            let document = black_box(document);
            if engine {
                black_box(self.by_engine(document));
            } else {
                black_box(self.by_crate(document));
            }
        }
    }

    /// For each document, in the middle of all rounds.
    fn nanoseconds(&self) -> [f64; 2] {
        let time = |engine| {
            let start = Instant::now();
            self.ask(engine, ASKED);
            start.elapsed().as_nanos() as f64 / (ASKED * self.fixtures.len()) as f64
        };
        let (mut ours, mut theirs): (Vec<_>, Vec<_>) =
            (0..ROUNDS).map(|_| (time(true), time(false))).unzip();
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        [ours, theirs].map(|times| times.get(ROUNDS / 2).copied().unwrap_or(f64::NAN))
    }

    fn measure(&self, is_measured: bool) -> Result<()> {
        let verdicts = self.verdicts()?;
        let bytes: usize = self.fixtures.values().map(Vec::len).sum();
        let each = bytes / self.fixtures.len();
        say(&format!(
            "{} documents of {each} bytes, {} verdicts",
            self.fixtures.len(),
            verdicts.len()
        ))?;
        if !is_measured {
            return Ok(());
        }
        let [ours, theirs] = self.nanoseconds();
        say(&format!("the engine, every rule: {ours:.0} ns"))?;
        say(&format!("the jsonschema crate: {theirs:.0} ns, ratio {:.1}", theirs / ours))?;
        match self.by_python(&verdicts) {
            Ok(theirs) => {
                say(&format!("Python's jsonschema: {theirs:.0} ns, ratio {:.0}", theirs / ours))?;
            }
            Err(why) => say(&format!("!!! Python's jsonschema: MISSING, not measured: {why}"))?,
        }
        if Command::new("valgrind").arg("--version").output().is_err() {
            return say("instructions: not counted, valgrind is not there");
        }
        let counts = (self.instructions("engine")?, self.instructions("crate")?);
        say(&format!("instructions: {} and {}", counts.0, counts.1))
    }

    /// What all have to say of the fixtures, and of the rejects whose fault a schema has words for.
    fn verdicts(&self) -> Result<BTreeMap<&Path, bool>> {
        let mut verdicts = BTreeMap::new();
        for (file, document) in self.fixtures.iter().chain(&self.rejects) {
            let report = self.by_engine(document);
            let is_refused = report.findings().iter().any(|finding| self.has_words(finding));
            if !is_refused && !report.is_valid() {
                continue;
            }
            // What cannot be read is refused.
            if self.by_crate(document).unwrap_or(false) == is_refused {
                return Err(format!("expected one verdict on {}", file.display()).into());
            }
            verdicts.insert(file.as_path(), !is_refused);
        }
        Ok(verdicts)
    }

    fn has_words(&self, finding: &Finding) -> bool {
        match (finding.code, &finding.rule) {
            (Code::Rule, Some(rule)) => !self.schema.unexpressed.contains(rule),
            // The crate's reader takes a whole number just below 64 bits for the least of 64 bits.
            (Code::Range, _) => {
                finding.found.parse::<i128>().map_or(true, |value| value >= i64::MIN.into())
            }
            (Code::Missing | Code::Type | Code::Const | Code::Enum, _) => true,
            (code, _) => matches!(code, Code::Tier | Code::Duplicate | Code::Extra),
        }
    }

    /// The time of Python's validator for each fixture, after it gave these verdicts.
    fn by_python(&self, verdicts: &BTreeMap<&Path, bool>) -> Result<f64> {
        let (benches, own) =
            (Path::new(env!("CARGO_MANIFEST_DIR")), Path::new(env!("CARGO_TARGET_TMPDIR")));
        let environment = own.join("status_peer");
        let schema = own.join("status_peer.schema.json");
        fs::write(&schema, self.schema.json.to_string())?;
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        let python = environment.join("bin/python");
        let mut install = Command::new(&python);
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--only-binary",
            ":all:",
            "--requirement",
        ]);
        run(install.arg(benches.join("status_peer.txt")))?;
        let mut peer = Command::new(&python);
        peer.arg(benches.join("status_peer.py")).arg(schema);
        let folders = self.loaded.folders.iter().rev();
        let folders = folders.flat_map(|folder| [folder.join("fixtures"), folder.join("rejects")]);
        let output = run(peer.args(folders.filter(|folder| folder.is_dir())))?;
        let said = String::from_utf8(output.stdout)?;
        let said: BTreeMap<_, _> = said.lines().filter_map(|line| line.rsplit_once(' ')).collect();
        for (file, is_valid) in verdicts {
            let theirs = said.get(&*file.to_string_lossy()).copied();
            if theirs.is_none() || (theirs == Some("valid")) != *is_valid {
                return Err(format!("it says {theirs:?} of {}", file.display()).into());
            }
        }
        Ok(said.get("nanoseconds").ok_or("it tells no time")?.parse()?)
    }

    /// For each fixture, which no other load on the machine changes.
    fn instructions(&self, arm: &str) -> Result<u64> {
        let count = |times: usize| -> Result<u64> {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
            let output =
                run(valgrind.arg(std::env::current_exe()?).args([arm, &times.to_string()]))?;
            let said = String::from_utf8_lossy(&output.stderr);
            let counted = said.lines().find_map(|line| line.split_once("Collected : "));
            let (_, counted) = counted.ok_or_else(|| format!("expected a count, found {said}"))?;
            Ok(counted.trim().parse()?)
        };
        let [few, many] = COUNTED;
        let documents = (many - few) * self.fixtures.len();
        Ok((count(many)? - count(few)?) / documents as u64)
    }
}

fn run(command: &mut Command) -> Result<Output> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}", said.trim()).into());
    }
    Ok(output)
}
