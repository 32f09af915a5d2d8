//! The standard variables, read strictly: what they ask for and cannot be had stops the start.

use std::ffi::OsString;
use std::time::Duration;

use http::Uri;

const DISABLED: &str = "OTEL_SDK_DISABLED";
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const TRACES_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
const PROTOCOL: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const TIMEOUT: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];

const PATH: &str = "v1/traces";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where spans are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    endpoint: Uri,
    service: Option<String>,
    timeout: Duration,
}

/// A variable whose value cannot be used. The value is not repeated: an address may have a key in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("TRACES_MISCONFIGURED: expected {expected} in {variable}")]
pub struct SettingsError {
    variable: &'static str,
    expected: &'static str,
}

impl Settings {
    /// Reads variables; none if spans are to go nowhere. An empty variable is one that is not there.
    ///
    /// # Errors
    ///
    /// The first [`SettingsError`].
    pub fn read(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, SettingsError> {
        let text = |name| text(name, &variable);
        let is_off = text(DISABLED)?.is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is_off || is_none(text(EXPORTER)?)? {
            return Ok(None);
        }
        let endpoint = match (text(TRACES_ENDPOINT)?, text(ENDPOINT)?) {
            (Some(endpoint), _) => address(TRACES_ENDPOINT, &endpoint)?,
            (None, Some(base)) => {
                let base = base.strip_suffix('/').unwrap_or(&base);
                address(ENDPOINT, &format!("{base}/{PATH}"))?
            }
            (None, None) => return Ok(None),
        };
        for name in PROTOCOL {
            check_protocol(name, text(name)?)?;
        }
        let mut timeout = None;
        for name in TIMEOUT {
            timeout = timeout.or(milliseconds(name, text(name)?)?);
        }
        let timeout = timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(Some(Self { endpoint, service: text(SERVICE_NAME)?, timeout }))
    }

    pub(super) fn endpoint(&self) -> String {
        self.endpoint.to_string()
    }

    pub(super) fn is_https(&self) -> bool {
        self.endpoint.scheme_str() == Some("https")
    }

    pub(super) fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    pub(super) const fn timeout(&self) -> Duration {
        self.timeout
    }
}

fn text(
    name: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, SettingsError> {
    let expected = SettingsError { variable: name, expected: "text" };
    let value = variable(name).map(OsString::into_string).transpose().map_err(|_| expected)?;
    Ok(value.filter(|value| !value.is_empty()))
}

fn is_none(exporter: Option<String>) -> Result<bool, SettingsError> {
    match exporter.as_deref() {
        None | Some("otlp") => Ok(false),
        Some("none") => Ok(true),
        Some(_) => Err(SettingsError { variable: EXPORTER, expected: "otlp or none" }),
    }
}

fn address(variable: &'static str, text: &str) -> Result<Uri, SettingsError> {
    let expected = "an address such as http://127.0.0.1:4318";
    let uri = text.parse::<Uri>().ok();
    let is_http = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https"));
    uri.filter(is_http).ok_or(SettingsError { variable, expected })
}

/// Another protocol would be spoken at another port, so that nothing would arrive.
fn check_protocol(variable: &'static str, value: Option<String>) -> Result<(), SettingsError> {
    match value.as_deref() {
        None | Some("http/protobuf") => Ok(()),
        Some(_) => Err(SettingsError { variable, expected: "http/protobuf" }),
    }
}

fn milliseconds(
    variable: &'static str,
    value: Option<String>,
) -> Result<Option<Duration>, SettingsError> {
    let expected = "a number of milliseconds from 1";
    let read = |text: String| text.parse::<u32>().ok().filter(|number| *number > 0);
    let Some(value) = value else { return Ok(None) };
    let number = read(value).ok_or(SettingsError { variable, expected })?;
    Ok(Some(Duration::from_millis(number.into())))
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsError};
    use std::ffi::OsString;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::read(|name| {
            let set = variables.iter().find(|(set, _)| *set == name);
            set.map(|(_, value)| OsString::from(value))
        })
    }

    #[track_caller]
    fn assert_goes_to(variables: &[(&str, &str)], endpoint: Option<&str>) {
        let found = read(variables).map(|settings| settings.map(|settings| settings.endpoint()));
        assert_eq!(found, Ok(endpoint.map(str::to_owned)), "{variables:?}");
    }

    const BASE: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
    const TRACES: (&str, &str) = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://a.example/x?y");

    #[test]
    fn spans_go_where_the_variables_say_and_nowhere_without_them() {
        assert_goes_to(&[], None);
        assert_goes_to(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")], None);
        assert_goes_to(&[("OTEL_SERVICE_NAME", "a")], None);
        assert_goes_to(&[BASE], Some("http://127.0.0.1:4318/v1/traces"));
        let under = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a.example/otlp/");
        assert_goes_to(&[under], Some("https://a.example/otlp/v1/traces"));
        assert_goes_to(&[BASE, TRACES], Some("https://a.example/x?y"));
        assert_goes_to(&[TRACES], Some("https://a.example/x?y"));
    }

    #[test]
    fn spans_are_switched_off_by_either_variable() {
        for value in ["true", "TRUE", "True"] {
            assert_goes_to(&[BASE, ("OTEL_SDK_DISABLED", value)], None);
        }
        for value in ["false", "1", "yes", ""] {
            let on = Some("http://127.0.0.1:4318/v1/traces");
            assert_goes_to(&[BASE, ("OTEL_SDK_DISABLED", value)], on);
        }
        assert_goes_to(&[BASE, ("OTEL_TRACES_EXPORTER", "none")], None);
    }

    #[test]
    fn what_cannot_be_used_is_said_by_name_and_not_repeated() {
        for (variable, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:9999"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "grpc://secret@a.example"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a b"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "10s"),
            ("OTEL_TRACES_EXPORTER", "console"),
        ] {
            let error = read(&[(variable, value), BASE]).map_err(|error| error.to_string());
            let said = error.err().unwrap_or_default();
            assert!(said.starts_with("TRACES_MISCONFIGURED: expected "), "{variable}: {said}");
            assert!(said.ends_with(variable) && !said.contains(value), "{variable}: {said}");
        }
    }

    #[test]
    fn the_narrower_variable_gives_the_timeout() {
        let both = [
            BASE,
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2000"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1000"),
        ];
        let seconds = |variables| {
            let settings = read(variables).ok().flatten();
            settings.map(|settings| settings.timeout().as_secs())
        };
        assert_eq!(seconds(&both), Some(1));
        assert_eq!(seconds(&both[..2]), Some(2));
        assert_eq!(seconds(&[BASE]), Some(10));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_not_taken_for_nothing() {
        use std::os::unix::ffi::OsStringExt as _;
        let read = Settings::read(|_| Some(OsString::from_vec(vec![0xff])));
        assert_eq!(read.map_err(|error| error.expected), Err("text"));
    }
}
