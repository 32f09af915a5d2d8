//! How the server is told what to do: arguments, then variables, then defaults. What is not known is refused.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::store::{Place, PlaceError};
use crate::telemetry::export;
use crate::upstream::{self, Arguments, Settings, SettingsError};

/// Variables of these prefixes are ours, so one that is not known is a mistake.
const PREFIXES: [&str; 2] = ["ASSISTANT_", upstream::PREFIX];

const DEMO_DIRECTORY: &str = "demo";

const DATABASE_HELP: &str = "\
Database:
  It is a file in the data directory, unless a PostgreSQL server is named. The data directory then holds only what waits
  for that server.

  DATABASE_URL  postgres://USER:PASSWORD@HOST:PORT/DATABASE";

/// An assistant whose every answer leaves through the exit.
#[derive(Debug, Clone, PartialEq, Eq, Parser)]
#[command(name = "assistant", version, after_help = [DATABASE_HELP, export::HELP].join("\n\n"))]
pub struct Config {
    /// The address to listen at; port 0 takes a free one.
    #[arg(long, env = "ASSISTANT_LISTEN", default_value = "127.0.0.1:8787", global = true)]
    pub listen: SocketAddr,
    /// The directory that holds what is kept.
    #[arg(long, env = "ASSISTANT_DATA_DIR", default_value = "./assistant-data", global = true)]
    pub data_dir: PathBuf,
    /// A file to which a line is added for each response, without queries and contents.
    #[arg(long, env = "ASSISTANT_ACCESS_LOG", value_name = "FILE", global = true)]
    pub access_log: Option<PathBuf>,
    /// A file with the least tier of each action that has one: `{"B":[actions],"C":[actions]}`.
    #[arg(long, env = "ASSISTANT_ACTIONS", value_name = "FILE", global = true)]
    pub actions: Option<PathBuf>,
    /// Another server that answers, if one is named.
    #[command(flatten)]
    pub upstream: Arguments,
    /// What to do; to serve when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do beside serving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Serves with a sample library and a data directory of its own, and prints requests to try.
    Demo,
    /// Writes the receipts to standard output, one on a line, oldest first.
    ///
    /// A server may run on the same database meanwhile. `harness replay` checks what comes out.
    ExportReceipts,
}

/// Why the program does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Variables with our prefix that we do not know.
    #[error("UNKNOWN_VARIABLE: expected only {known} with the prefixes ASSISTANT_ and UPSTREAM_, found {}", .unknown.join(", "))]
    UnknownVariable {
        /// Their names.
        unknown: Vec<String>,
        /// Those that are known.
        known: String,
    },
    /// The address is not one of this machine alone.
    #[error(
        "LISTEN_NOT_LOOPBACK: expected a loopback address such as 127.0.0.1:8787, found {0}: \
         who can reach another address could ask without a token, and there are no tokens yet"
    )]
    ListenNotLoopback(SocketAddr),
    /// The upstream is half configured.
    #[error(transparent)]
    Upstream(#[from] SettingsError),
    /// The database is not named as it has to be.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// The samples of the demo would come among what others keep.
    #[error(
        "DEMO_ON_A_SERVER: expected the demo without DATABASE_URL: it fills a database of its own with samples"
    )]
    DemoOnAServer,
}

impl Config {
    /// Refuses what clap cannot see: variables that nobody reads, and addresses that nobody guards.
    ///
    /// # Errors
    ///
    /// [`ConfigError`].
    pub fn check(&self, variables: impl Iterator<Item = String>) -> Result<(), ConfigError> {
        let known = known_variables();
        let is_ours = |name: &String| PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        let is_read = |name: &String| known.contains(name) || self.upstream.names_key(name);
        let mut unknown: Vec<String> =
            variables.filter(|name| is_ours(name) && !is_read(name)).collect();
        unknown.sort();
        if !unknown.is_empty() {
            return Err(ConfigError::UnknownVariable { unknown, known: known.join(", ") });
        }
        if self.listen.ip().to_canonical().is_loopback() {
            Ok(())
        } else {
            Err(ConfigError::ListenNotLoopback(self.listen))
        }
    }

    /// The upstream, if one is named; `variable` reads one of the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Upstream`].
    pub fn upstream(
        &self,
        variable: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Option<Settings>, ConfigError> {
        Ok(self.upstream.settings(variable)?)
    }

    /// Where the database is; `variable` reads one of the environment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Place`], or [`ConfigError::DemoOnAServer`].
    pub fn place(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Place, ConfigError> {
        match (Place::read(variable)?, self.command) {
            (Place::Server(_), Some(Command::Demo)) => Err(ConfigError::DemoOnAServer),
            (place, _) => Ok(place),
        }
    }

    /// The directory of what is kept: the demo has one of its own.
    #[must_use]
    pub fn store_directory(&self) -> PathBuf {
        let directory: &Path = &self.data_dir;
        match self.command {
            Some(Command::Demo) => directory.join(DEMO_DIRECTORY),
            Some(Command::ExportReceipts) | None => directory.to_owned(),
        }
    }
}

/// The variables that arguments are read from, as the arguments name them.
fn known_variables() -> Vec<String> {
    let command = Config::command();
    let names = command.get_arguments().filter_map(|argument| argument.get_env());
    names.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Command, Config, ConfigError};
    use clap::Parser as _;

    fn config(arguments: &[&str]) -> Option<Config> {
        Config::try_parse_from([&["assistant"], arguments].concat()).ok()
    }

    fn check(arguments: &[&str], variables: &[&str]) -> Option<Result<(), ConfigError>> {
        let variables = variables.iter().map(|name| (*name).to_owned());
        config(arguments).map(|config| config.check(variables))
    }

    #[test]
    fn a_variable_that_nobody_reads_stops_the_start() {
        let known = ["ASSISTANT_LISTEN", "ASSISTANT_DATA_DIR", "ASSISTANT_ACCESS_LOG", "PATH"];
        assert_eq!(check(&[], &known), Some(Ok(())));
        let unknown = check(&[], &["ASSISTANT_LISTN", "ASSISTANT_A"]);
        let message = unknown.and_then(Result::err).map(|error| error.to_string());
        assert!(
            message.is_some_and(|message| message.ends_with("found ASSISTANT_A, ASSISTANT_LISTN"))
        );
    }

    #[test]
    fn only_a_loopback_address_is_listened_at() {
        for address in ["127.0.0.1:1", "[::1]:1", "127.8.9.1:0", "[::ffff:127.0.0.1]:1"] {
            assert_eq!(check(&["--listen", address], &[]), Some(Ok(())), "{address}");
        }
        for address in ["0.0.0.0:1", "[::]:1", "192.168.1.1:1", "[::ffff:10.0.0.1]:1"] {
            let checked = check(&["--listen", address], &[]);
            assert!(
                matches!(checked, Some(Err(ConfigError::ListenNotLoopback(_)))),
                "{address}: {checked:?}"
            );
        }
    }

    #[test]
    fn the_demo_keeps_its_data_apart() {
        let demo = config(&["demo", "--data-dir", "d"]);
        assert_eq!(demo.as_ref().and_then(|demo| demo.command), Some(Command::Demo));
        assert_eq!(demo.map(|demo| demo.store_directory()), Some("d/demo".into()));
        let served = config(&["--data-dir", "d"]).map(|config| config.store_directory());
        assert_eq!(served, Some("d".into()));
    }

    #[test]
    fn the_demo_takes_no_database_of_others() {
        let url = |_: &str| Some("postgres://h/d".into());
        let demo = config(&["demo"]).map(|demo| demo.place(url).err());
        assert_eq!(demo, Some(Some(ConfigError::DemoOnAServer)));
        let served = config(&[]).map(|config| config.place(url).err());
        assert_eq!(served, Some(None));
    }

    #[test]
    fn the_arguments_are_well_formed() {
        use clap::CommandFactory as _;
        Config::command().debug_assert();
    }
}
