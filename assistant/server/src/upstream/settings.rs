//! Which upstream, and within which limits. Half a configuration does not start.

use std::fmt;
use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use http::HeaderValue;
use reqwest::Url;

use super::breaker::Rules;

/// Variables of this prefix are the upstream's, so one that is not known is a mistake.
pub const PREFIX: &str = "UPSTREAM_";

/// The upstream as the program is told of it. Values that may hold a secret by mistake are never shown.
#[derive(Clone, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Upstream")]
pub struct Arguments {
    /// The base of an OpenAI-compatible server, such as `http://127.0.0.1:9000/v1`; without it none is asked.
    #[arg(long, env = "UPSTREAM_URL", global = true, hide_env_values = true)]
    pub upstream_url: Option<String>,
    /// The model that it is asked for.
    #[arg(long, env = "UPSTREAM_MODEL", global = true)]
    pub upstream_model: Option<String>,
    /// The name of the variable that holds the key, if it wants one. The key itself is never an argument.
    #[arg(long, env = "UPSTREAM_KEY_ENV", global = true, hide_env_values = true)]
    pub upstream_key_env: Option<String>,
    /// How long a connection to it may take, in milliseconds.
    #[arg(long, env = "UPSTREAM_CONNECT_TIMEOUT_MS", default_value = "3000", global = true)]
    pub upstream_connect_timeout_ms: NonZeroU64,
    /// How long the first byte of its answer may take, in milliseconds.
    #[arg(long, env = "UPSTREAM_FIRST_BYTE_TIMEOUT_MS", default_value = "20000", global = true)]
    pub upstream_first_byte_timeout_ms: NonZeroU64,
    /// How long it may say nothing in the middle of an answer, in milliseconds.
    #[arg(long, env = "UPSTREAM_IDLE_TIMEOUT_MS", default_value = "15000", global = true)]
    pub upstream_idle_timeout_ms: NonZeroU64,
    /// How long one answer may take in all, in milliseconds.
    #[arg(long, env = "UPSTREAM_TOTAL_TIMEOUT_MS", default_value = "300000", global = true)]
    pub upstream_total_timeout_ms: NonZeroU64,
}

/// Why the upstream cannot be used as it is configured. What was found is not shown: keys end up in wrong places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A model, but no address.
    #[error(
        "UPSTREAM_URL_MISSING: expected UPSTREAM_URL with the other UPSTREAM_ variables, found none"
    )]
    UrlMissing,
    /// An address, but no model.
    #[error("UPSTREAM_MODEL_MISSING: expected UPSTREAM_MODEL with UPSTREAM_URL, found none")]
    ModelMissing,
    /// The address is none.
    #[error("UPSTREAM_URL_UNUSABLE: expected UPSTREAM_URL to be {0}")]
    UrlUnusable(&'static str),
    /// The variable that is named for the key is not there, or empty.
    #[error(
        "UPSTREAM_KEY_MISSING: expected the variable that UPSTREAM_KEY_ENV names to be set and not empty; \
         UPSTREAM_KEY_ENV is the name of that variable and not the key"
    )]
    KeyMissing,
    /// The key cannot stand in a header.
    #[error(
        "UPSTREAM_KEY_UNUSABLE: expected the key to be visible ASCII characters without a space"
    )]
    KeyUnusable,
}

/// The limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the first byte of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the answer.
    pub idle: Duration,
    /// For the whole answer.
    pub total: Duration,
    /// For the bytes of the whole answer.
    pub body_bytes: usize,
    /// For the bytes of one event.
    pub event_bytes: usize,
}

/// An upstream that can be asked.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) base: Url,
    pub(super) model: String,
    pub(super) key: Option<Key>,
    /// The limits of one call.
    pub limits: Limits,
    /// When it is not asked for a while.
    pub breaker: Rules,
}

/// The header that holds the key.
///
/// INVARIANT: a key is in a header of a request to the upstream and nowhere else. Held by privacy,
/// `assistant/server/tests/http/upstream/calls.rs::the_key_is_in_the_header_and_in_nothing_that_is_shown`.
#[derive(Clone)]
pub(super) struct Key(HeaderValue);

const MAX_BODY_BYTES: usize = 8 << 20;
const MAX_EVENT_BYTES: usize = 1 << 20;
const FAILURES: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const REST: Duration = Duration::from_secs(5);

impl Arguments {
    /// The upstream that they name, if they name one; `variable` reads one of the environment.
    ///
    /// # Errors
    ///
    /// [`SettingsError`].
    pub fn settings(
        &self,
        variable: impl FnOnce(&str) -> Option<String>,
    ) -> Result<Option<Settings>, SettingsError> {
        let Some(url) = filled(&self.upstream_url) else {
            let is_none = self.upstream_model.is_none() && self.upstream_key_env.is_none();
            let is_none = is_none && self.upstream_url.is_none();
            return if is_none { Ok(None) } else { Err(SettingsError::UrlMissing) };
        };
        let model = filled(&self.upstream_model).ok_or(SettingsError::ModelMissing)?;
        let base = base(url).map_err(SettingsError::UrlUnusable)?;
        let key = self.upstream_key_env.as_deref().map(|name| key(variable(name)));
        let limits = Limits {
            connect: millis(self.upstream_connect_timeout_ms),
            first_byte: millis(self.upstream_first_byte_timeout_ms),
            idle: millis(self.upstream_idle_timeout_ms),
            total: millis(self.upstream_total_timeout_ms),
            body_bytes: MAX_BODY_BYTES,
            event_bytes: MAX_EVENT_BYTES,
        };
        let breaker = Rules { failures: FAILURES, rest: REST };
        let model = model.to_owned();
        Ok(Some(Settings { base, model, key: key.transpose()?, limits, breaker }))
    }

    /// Whether a variable of our prefix is there for a reason: as the one that holds the key.
    #[must_use]
    pub fn names_key(&self, variable: &str) -> bool {
        self.upstream_key_env.as_deref() == Some(variable)
    }
}

fn filled(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.trim().is_empty())
}

const fn millis(millis: NonZeroU64) -> Duration {
    Duration::from_millis(millis.get())
}

fn base(url: &str) -> Result<Url, &'static str> {
    let mut base = Url::parse(url).map_err(|_| "an absolute address")?;
    if !matches!(base.scheme(), "http" | "https") {
        return Err("an address of http or https");
    }
    // An empty user with a password, or an empty password, shows only in the text.
    let authority =
        url.split(['/', '?', '#']).find(|part| !part.is_empty() && !part.ends_with(':'));
    let has_credentials = !base.username().is_empty() || base.password().is_some();
    if has_credentials || authority.is_some_and(|authority| authority.contains('@')) {
        return Err("an address without credentials: the key has a variable of its own");
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err("an address without a query and without a fragment");
    }
    let path = base.path().trim_end_matches('/').to_owned();
    base.set_path(&path);
    Ok(base)
}

fn key(value: Option<String>) -> Result<Key, SettingsError> {
    let value = value.filter(|value| !value.is_empty()).ok_or(SettingsError::KeyMissing)?;
    if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(SettingsError::KeyUnusable);
    }
    let header = HeaderValue::try_from(format!("Bearer {value}"));
    let mut header = header.map_err(|_| SettingsError::KeyUnusable)?;
    header.set_sensitive(true);
    Ok(Key(header))
}

impl Key {
    pub(super) const fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl Settings {
    /// The address of a part of its interface.
    pub(super) fn endpoint(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        url
    }

    /// The model that it is asked for.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").field("model", &self.upstream_model).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{Arguments, Settings, SettingsError};

    #[derive(Debug, clap::Parser)]
    struct Command {
        #[command(flatten)]
        upstream: Arguments,
    }

    const SECRET: &str = "sk-secret";

    fn arguments(arguments: &[&str]) -> Option<Arguments> {
        let parsed = Command::try_parse_from([&["assistant"], arguments].concat());
        parsed.ok().map(|command| command.upstream)
    }

    /// With a variable `KEY` that holds this.
    fn settings(given: &[&str], key: Option<&str>) -> Result<Option<Settings>, SettingsError> {
        let given = arguments(given);
        let read = |name: &str| key.filter(|_| name == "KEY").map(str::to_owned);
        given.map_or(Ok(None), |given| given.settings(read))
    }

    fn of_url(url: &str) -> Result<Option<Settings>, SettingsError> {
        settings(&["--upstream-url", url, "--upstream-model", "m"], None)
    }

    #[test]
    fn without_any_there_is_no_upstream() {
        assert!(matches!(settings(&[], None), Ok(None)));
    }

    #[test]
    fn half_a_configuration_is_none() {
        let url = "http://h/v1";
        let table = [
            (&["--upstream-url", url][..], SettingsError::ModelMissing),
            (&["--upstream-url", url, "--upstream-model", " "], SettingsError::ModelMissing),
            (&["--upstream-model", "m"], SettingsError::UrlMissing),
            (&["--upstream-key-env", "KEY"], SettingsError::UrlMissing),
            (&["--upstream-url", ""], SettingsError::UrlMissing),
        ];
        for (given, expected) in table {
            assert_eq!(settings(given, None).err(), Some(expected), "{given:?}");
        }
    }

    #[test]
    fn an_address_is_http_and_nothing_but_a_base() {
        for url in [
            "127.0.0.1:9000/v1",
            "/v1",
            "ftp://h/v1",
            "file:///v1",
            "http://",
            "http://user@h/v1",
            "http://user:password@h/v1",
            "http://:password@h/v1",
            "http://@h/v1",
            "http://:@h/v1",
            "http://h/v1?key=1",
            "http://h/v1?",
            "http://h/v1#a",
        ] {
            let found = of_url(url).err();
            assert!(matches!(found, Some(SettingsError::UrlUnusable(_))), "{url}: {found:?}");
        }
    }

    #[test]
    fn the_parts_of_the_interface_stand_below_the_base() {
        let table = [
            ("http://h:1/v1", "http://h:1/v1/models"),
            ("https://h/v1/", "https://h/v1/models"),
            ("https://h/a/b//", "https://h/a/b/models"),
            ("http://h", "http://h/models"),
            ("http://[::1]:9/v1", "http://[::1]:9/v1/models"),
            ("http://h/@a/v1", "http://h/@a/v1/models"),
        ];
        for (url, expected) in table {
            let settings = of_url(url).ok().flatten();
            let found = settings.map(|settings| settings.endpoint("models").to_string());
            assert_eq!(found.as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn a_key_is_set_and_can_stand_in_a_header() {
        let given =
            &["--upstream-url", "http://h", "--upstream-model", "m", "--upstream-key-env", "KEY"];
        let header = |key: Option<&str>| {
            let settings = settings(given, key)?;
            Ok(settings.and_then(|settings| settings.key).map(|key| key.header().clone()))
        };
        let found = header(Some(SECRET));
        assert_eq!(found, Ok(Some(http::HeaderValue::from_static("Bearer sk-secret"))));
        assert!(found.is_ok_and(|header| header.is_some_and(|header| header.is_sensitive())));
        for (key, expected) in [
            (None, SettingsError::KeyMissing),
            (Some(""), SettingsError::KeyMissing),
            (Some("a\nb"), SettingsError::KeyUnusable),
            (Some("a b"), SettingsError::KeyUnusable),
            (Some("\u{e9}"), SettingsError::KeyUnusable),
        ] {
            assert_eq!(header(key), Err(expected), "{key:?}");
        }
    }

    #[test]
    fn a_key_in_a_wrong_place_is_not_shown() {
        let mistaken =
            ["--upstream-url", "http://h", "--upstream-model", "m", "--upstream-key-env"];
        let by_name = arguments(&[&mistaken[..], &[SECRET]].concat());
        let by_value = settings(&[&mistaken[..], &["KEY"]].concat(), Some(SECRET));
        let in_url = of_url("http://user:sk-secret@h/v1").map_err(|error| error.to_string());
        let error = by_name.as_ref().map(|given| given.settings(|_| None));
        let error = error.and_then(Result::err).map(|error| error.to_string());
        for shown in [
            format!("{by_name:?}"),
            format!("{by_value:?}"),
            format!("{in_url:?}"),
            format!("{error:?}"),
        ] {
            assert!(!shown.contains(SECRET) && shown.len() > 10, "{shown}");
        }
    }
}
