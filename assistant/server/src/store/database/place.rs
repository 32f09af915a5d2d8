//! Where the database is.

use std::ffi::OsString;
use std::fmt;

use reqwest::Url;
use sqlx::postgres::PgConnectOptions;

/// The variable that names a database server.
pub const DATABASE_URL: &str = "DATABASE_URL";

/// Parameters that the driver reads, and those that begin with `options[`. Of any other it would only write the
/// value, which may be a secret under a wrong name, to the log.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Where the database is.
#[derive(Debug, Clone, Default)]
pub enum Place {
    /// In a file of the data directory.
    #[default]
    File,
    /// On a PostgreSQL server.
    Server(Address),
}

/// The address of a database on a server. Its password is never shown.
#[derive(Clone)]
pub struct Address(Box<PgConnectOptions>);

/// Why `DATABASE_URL` names no database. The value is not repeated: it may have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "DATABASE_URL_UNUSABLE: expected DATABASE_URL to be postgres://USER:PASSWORD@HOST:PORT/DATABASE, found {found}"
)]
pub struct PlaceError {
    found: &'static str,
}

impl Place {
    /// Reads `DATABASE_URL`; without it, and when it is empty, the database is a file.
    ///
    /// # Errors
    ///
    /// [`PlaceError`].
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, PlaceError> {
        match variable(DATABASE_URL) {
            None => Ok(Self::File),
            Some(url) if url.is_empty() => Ok(Self::File),
            Some(url) => {
                let url = url.to_str().ok_or(PlaceError { found: "what is no text" })?;
                Self::server(url)
            }
        }
    }

    /// The database server at a `postgres://` or `postgresql://` address.
    ///
    /// # Errors
    ///
    /// [`PlaceError`].
    pub fn server(url: &str) -> Result<Self, PlaceError> {
        let parsed = Url::parse(url).map_err(|_| PlaceError { found: "what is no address" })?;
        if !matches!(parsed.scheme(), "postgres" | "postgresql") {
            return Err(PlaceError { found: "another scheme" });
        }
        let is_known = |name: &str| PARAMETERS.contains(&name) || name.starts_with("options[");
        if !parsed.query_pairs().all(|(name, _)| is_known(&name)) {
            return Err(PlaceError { found: "a parameter that nobody reads" });
        }
        let options =
            url.parse().map_err(|_| PlaceError { found: "a part that cannot be read" })?;
        Ok(Self::Server(Address(Box::new(options))))
    }
}

impl Address {
    pub(super) fn options(&self) -> PgConnectOptions {
        (*self.0).clone()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get_socket() {
            Some(socket) => write!(f, "{}", socket.display()),
            None => write!(f, "{}:{}", self.0.get_host(), self.0.get_port()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::{DATABASE_URL, Place, PlaceError};

    fn read(value: &str) -> Result<String, PlaceError> {
        let place = Place::read(|name| (name == DATABASE_URL).then(|| value.into()))?;
        Ok(format!("{place:?}"))
    }

    #[test]
    fn without_an_address_the_database_is_a_file() {
        assert!(matches!(Place::read(|_| None), Ok(Place::File)));
        assert_eq!(read(""), Ok("File".to_owned()));
    }

    #[test]
    fn a_server_is_shown_without_its_password() {
        for scheme in ["postgres", "postgresql"] {
            let found = read(&format!("{scheme}://u:secret@h:5433/d?options[search_path]=s"));
            assert_eq!(found, Ok("Server(Address(h:5433))".to_owned()));
        }
        let socket = read("postgres:///d?host=/run/postgresql&user=u");
        assert_eq!(socket, Ok("Server(Address(/run/postgresql))".to_owned()));
    }

    #[test]
    fn what_is_no_address_of_ours_is_refused_and_not_repeated() {
        for (value, expected) in [
            ("secret", "what is no address"),
            ("postgres://u:secret@h:notaport/d", "what is no address"),
            ("mysql://u:secret@h/d", "another scheme"),
            ("sqlite://secret.sqlite", "another scheme"),
            ("Postgres", "what is no address"),
            ("postgres://h/d?passwd=secret", "a parameter that nobody reads"),
            ("postgres://h/d?sslmode=secret", "a part that cannot be read"),
            ("postgres://h/d?port=secret", "a part that cannot be read"),
        ] {
            let error = read(value).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.starts_with("DATABASE_URL_UNUSABLE: "), "{value}: {error}");
            assert!(error.ends_with(&format!("found {expected}")), "{value}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
