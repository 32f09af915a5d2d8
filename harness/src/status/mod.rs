//! Status documents and their contracts: checks one, follows a live one, and looks for what a contract leaves out.

mod arguments;
pub mod cases;
mod codes;
pub mod contract;
pub mod coverage;
mod exercise;
mod fetch;
pub mod lint;
mod place;
mod sarif;
pub mod schemas;
mod source;
mod tell;
mod text;
mod underline;
pub mod version;
mod watch;
mod words;

pub use arguments::Verb;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use status_contract::{Broken, Options, schema};

use crate::report::{End, Form, Format};
use crate::trouble::Trouble;
use arguments::{Check, clock};
use cases::Cases;
use contract::Loaded;
use coverage::Coverage;
use lint::lint;
use source::Source;
use tell::{Look, Seen};

/// Why there is nothing to tell, and how the command ends for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Stop {
    /// The arguments or the contract are at fault, or what they name cannot be had.
    pub end: End,
    /// What was expected, and where.
    pub words: String,
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self { end: End::Unchecked, words: trouble.to_string() }
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self { end: End::Usage, words: broken.to_string() }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Trouble::new(format!("expected to read and write to the end: {error}")).into()
    }
}

/// Does what is asked. `root` finds the workspace, for what needs it.
///
/// # Errors
///
/// The arguments or the contract are at fault, or something cannot be had or written.
pub fn run(
    verb: &Verb,
    form: Form,
    root: impl FnOnce() -> Result<PathBuf, Trouble>,
    output: &mut dyn Write,
) -> Result<End, Stop> {
    match verb {
        Verb::Check(asked) => one(asked, form, output),
        Verb::Watch(asked) => watch::watch(asked, form, output),
        Verb::Schema { contract, strictness } => {
            let Loaded { contract, .. } = contract::named(contract)?;
            let schema = schema::generate(&contract, strictness.mode());
            writeln!(output, "{:#}", schema.json)?;
            Ok(End::Kept)
        }
        Verb::Lint { contract, every_code } => {
            let format = plain(form)?;
            let (loaded, cases) = with_cases(root, contract)?;
            let lint = lint(&loaded.name, &loaded.contract, &cases)?;
            lint.write(*every_code, format, output)?;
            Ok(lint.end(*every_code))
        }
        Verb::Coverage { contract } => {
            let format = plain(form)?;
            let (loaded, cases) = with_cases(root, contract)?;
            let rows = coverage::table(&loaded.contract, &cases)?;
            let coverage = Coverage { contract: loaded.name, rows };
            coverage.write(format, output)?;
            Ok(coverage.end())
        }
    }
}

fn one(asked: &Check, form: Form, output: &mut dyn Write) -> Result<End, Stop> {
    let contract = contract::named(&asked.contract)?;
    let prev = asked.prev.as_deref().map(source::file).transpose()?;
    let mode = asked.strictness.mode();
    let mut name = "--url".to_owned();
    let had = Source::named(asked).and_then(|source| {
        name = source.name();
        let now = asked.now.or_else(|| source.is_live().then(clock));
        Ok((source.read()?, now))
    });
    let seen = match had {
        Ok((document, now)) => {
            let options = Options { mode, now, prev: prev.as_deref() };
            Ok(Seen::new(&contract, document, &options))
        }
        Err(Stop { end: End::Unchecked, words }) => Err(words),
        Err(stop) => return Err(stop),
    };
    let look = Look { contract: &contract, mode, source: &name, seen };
    match form {
        Form::Human => look.human(is_colored(), output)?,
        Form::Json => look.json(None, output)?,
        Form::Sarif => writeln!(output, "{}", sarif::log(&look))?,
    }
    Ok(look.end())
}

fn with_cases(
    root: impl FnOnce() -> Result<PathBuf, Trouble>,
    name: &str,
) -> Result<(Loaded, Cases), Stop> {
    let loaded = contract::with_cases(|| Ok(root()?), name)?;
    let cases = Cases::read(&loaded.folders)?;
    Ok((loaded, cases))
}

fn plain(form: Form) -> Result<Format, Stop> {
    form.plain().ok_or_else(|| usage("--format: expected human or json: this tells of no places"))
}

/// Whether somebody looks who can see colours and does not mind them.
fn is_colored() -> bool {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_unwanted
}

fn usage(words: &str) -> Stop {
    Stop { end: End::Usage, words: words.to_owned() }
}
