//! What the command is asked, read once into types without bad values.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use reqwest::Url;
use reqwest::header::HeaderValue;
use status_contract::Mode;

use super::Stop;
use super::fetch::Asking;
use crate::report::End;

const EXIT_CODES: &str = "Exit codes:
  0  the document is valid, or the contract is sound
  1  the document is invalid, or the contract has gaps
  2  the arguments cannot be read, or the contract is broken
  3  the document cannot be had or is no JSON text, or something could not be checked or written";

/// What can be done with status documents and their contracts.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Checks one document against a contract.
    #[command(after_help = EXIT_CODES)]
    Check(Check),
    /// Checks a live document again and again, each against the one before it too.
    #[command(after_help = EXIT_CODES)]
    Watch(Watch),
    /// Prints the JSON Schema of a contract.
    #[command(after_help = EXIT_CODES)]
    Schema {
        /// How strict.
        #[command(flatten)]
        strictness: Strictness,
        /// `trading`, `trading-strict`, `assistant`, or the file of a manifest.
        #[arg(long, value_name = "NAME|FILE")]
        contract: String,
    },
    /// Looks for problems of a contract, and for what its fixtures and rejects leave out.
    #[command(after_help = EXIT_CODES)]
    Lint {
        /// `trading`, `trading-strict`, `assistant`, or the file of a manifest.
        #[arg(long, value_name = "NAME|FILE")]
        contract: String,
        /// Takes a code that no fixture shows for a gap.
        #[arg(long)]
        every_code: bool,
    },
    /// Derives documents that must be refused from each field and rule, and tells which were.
    #[command(after_help = EXIT_CODES)]
    Coverage {
        /// `trading`, `trading-strict`, `assistant`, or the file of a manifest.
        #[arg(long, value_name = "NAME|FILE")]
        contract: String,
    },
}

/// How strict.
#[derive(Debug, Clone, Copy, Args)]
pub struct Strictness {
    /// Also refuses members that the contract does not know.
    #[arg(long)]
    pub exact: bool,
}

impl Strictness {
    /// The contract's word for it.
    #[must_use]
    pub const fn mode(self) -> Mode {
        if self.exact { Mode::Exact } else { Mode::Min }
    }
}

/// Of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// `trading`, `trading-strict`, `assistant`, or the file of a manifest.
    #[arg(long, value_name = "NAME|FILE")]
    pub contract: String,
    /// Where the document is.
    #[command(flatten)]
    pub source: SourceArguments,
    /// How strict.
    #[command(flatten)]
    pub strictness: Strictness,
    /// The document before, for the rules about two.
    #[arg(long, value_name = "FILE")]
    pub prev: Option<PathBuf>,
    /// RFC 3339, or milliseconds since the epoch; by default the clock, and for a file none: a file is a record.
    #[arg(long, value_name = "TIME", value_parser = moment, allow_hyphen_values = true)]
    pub now: Option<i64>,
    /// How to ask.
    #[command(flatten)]
    pub how: How,
}

/// Where the document is: one of three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct SourceArguments {
    /// A file.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// An address of http or https.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Standard input.
    #[arg(value_name = "-", value_parser = ["-"])]
    pub stdin: Option<String>,
}

/// How to ask for a live document.
#[derive(Debug, Args)]
pub struct How {
    /// For the whole of it, from the name to the last byte.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub deadline: Duration,
    /// The environment variable with the bearer to send.
    #[arg(long, value_name = "VARIABLE")]
    pub bearer_env: Option<String>,
    /// Goes on where another address is named.
    #[arg(long)]
    pub follow_redirects: bool,
}

/// Of `watch`.
#[derive(Debug, Args)]
pub struct Watch {
    /// `trading`, `trading-strict`, `assistant`, or the file of a manifest.
    #[arg(long, value_name = "NAME|FILE", default_value = "assistant")]
    pub contract: String,
    /// An address of http or https.
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// From one look to the next.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub every: Duration,
    /// Ends after so many looks.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// How strict.
    #[command(flatten)]
    pub strictness: Strictness,
    /// How to ask.
    #[command(flatten)]
    pub how: How,
}

impl How {
    /// What to ask, and how.
    ///
    /// # Errors
    ///
    /// The address is none, or the variable of the bearer has none. What it is called is not told: it may be the
    /// bearer, by mistake.
    pub(super) fn asking(&self, url: &str) -> Result<Asking, Stop> {
        let authorization = self.bearer_env.as_deref().map(bearer).transpose();
        let authorization =
            authorization.map_err(|words| Stop { end: End::Usage, words: words.to_owned() })?;
        let url = Url::parse(url).map_err(|error| Stop {
            end: End::Unchecked,
            words: format!("--url: expected an address of http or https: {error}"),
        })?;
        Ok(Asking {
            url,
            authorization,
            follow_redirects: self.follow_redirects,
            deadline: self.deadline,
        })
    }
}

fn bearer(variable: &str) -> Result<HeaderValue, &'static str> {
    let expected = "--bearer-env: expected the name of an environment variable with a bearer in it";
    let is_name = !variable.is_empty() && !variable.contains(['=', '\0']);
    let bearer = is_name.then(|| env::var(variable).ok()).flatten().ok_or(expected)?;
    let is_plain = !bearer.is_empty() && bearer.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain {
        return Err("--bearer-env: expected a bearer of visible characters");
    }
    let mut value = HeaderValue::try_from(format!("Bearer {bearer}")).map_err(|_| expected)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The clock, in milliseconds since the epoch.
#[must_use]
pub(super) fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn moment(text: &str) -> Result<i64, String> {
    if let Ok(milliseconds) = text.parse() {
        return Ok(milliseconds);
    }
    let moment: Timestamp = text.parse().map_err(|error: jiff::Error| {
        format!("expected a time of RFC 3339, or milliseconds since the epoch: {error}")
    })?;
    Ok(moment.as_millisecond())
}

/// More would be beyond what clocks can add up.
const SECONDS_MAX: f64 = 86_400.0 * 365.0;

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0 && *seconds <= SECONDS_MAX);
    let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| format!("expected a number of seconds above 0 and up to {SECONDS_MAX}"))
}
