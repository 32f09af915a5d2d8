//! The one table of routes while it is written down. A write can only be written down as a row of the gate's table.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use mutation_gate::Effect as GateEffect;
use speech_exit::{Effect, Exit, Guard, Notice, Routes, Row, TableError};

use crate::app::App;
use crate::gate::TABLE;

const READ_WITH_GET: &str = "it is read with GET";

/// Why the server has no routes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoutesError {
    /// A write stands in no row of the gate's table.
    #[error("E_MUTATION_NOT_ALLOWLISTED: expected a row of the gate's table for {0}")]
    Unlisted(String),
    /// A row cannot be served.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// The routes of the server.
#[derive(Debug)]
#[must_use = "a table that is not guarded serves nothing"]
pub struct Table {
    routes: Routes<App>,
    unlisted: Option<String>,
}

impl Default for Table {
    fn default() -> Self {
        Self { routes: Routes::new(), unlisted: None }
    }
}

impl Table {
    /// A route that is read and carries no assistant text, and why.
    pub fn reads<H, T>(self, path: &'static str, silent: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let effect = Effect::Reads(READ_WITH_GET);
        Self { routes: self.routes.silent(Method::GET, path, silent, effect, handler), ..self }
    }

    /// A route that speaks. `add` puts it into the routes under what it changes, which stands in the gate's table unless it
    /// is read with `GET`. Only the exit can say what speaks, so that nothing here can be asked for it in general.
    pub fn speaks(
        mut self,
        method: Method,
        path: &'static str,
        add: impl FnOnce(Routes<App>, Method, &'static str, Effect) -> Routes<App>,
    ) -> Self {
        let effect = if method == Method::GET {
            Some(Effect::Reads(READ_WITH_GET))
        } else {
            self.listed(&method, path)
        };
        if let Some(effect) = effect {
            self.routes = add(self.routes, method, path, effect);
        }
        self
    }

    /// A route of another method than `GET` that carries no assistant text, and why. What it changes stands in the gate's
    /// table.
    pub fn writes<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        silent: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        if let Some(effect) = self.listed(&method, path) {
            let handler = handler.layer(from_fn(only_listed));
            self.routes = self.routes.silent(method, path, silent, effect, handler);
        }
        self
    }

    /// What is asked where no row fits.
    pub fn otherwise<H, T>(self, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { routes: self.routes.otherwise(handler), ..self }
    }

    /// What the gate's table says of a route. One that does not stand there is remembered, and nothing is served then.
    fn listed(&mut self, method: &Method, path: &'static str) -> Option<Effect> {
        let effect = effect_of(method, path);
        if effect.is_none() {
            self.unlisted.get_or_insert_with(|| format!("{method} {path}"));
        }
        effect
    }

    /// The rows, in order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        self.routes.rows()
    }

    /// The server: the routes, `layers` around them, and the guard around all of that.
    ///
    /// # Errors
    ///
    /// The first row that cannot be served.
    pub fn guarded(
        self,
        app: App,
        exit: &Exit,
        layers: impl FnOnce(Router) -> Router,
    ) -> Result<Guard<Router>, RoutesError> {
        let is_other = |row: &&Row| {
            row.method != Method::GET && effect_of(&row.method, row.path) != Some(row.effect)
        };
        let other = self.routes.rows().iter().find(is_other);
        let other = other.map(|row| format!("{} {}", row.method, row.path));
        match self.unlisted.or(other) {
            Some(row) => Err(RoutesError::Unlisted(row)),
            None => Ok(self.routes.guarded(app, exit, layers)?),
        }
    }
}

/// What the gate's table says of a route.
fn effect_of(method: &Method, path: &str) -> Option<Effect> {
    let mut rows = TABLE.routes().iter();
    let row = rows.find(|row| row.method == method.as_str() && row.path == path)?;
    Some(match row.effect {
        GateEffect::Mutates(class) => Effect::Mutates(class.word()),
        GateEffect::Reads(reason) => Effect::Reads(reason),
    })
}

/// Lets a write only see what the gate's table takes for it too: the router takes more for a `{name}`.
async fn only_listed(request: axum::extract::Request, next: Next) -> Response {
    match TABLE.find(request.method().as_str(), request.uri().path()) {
        Some(_) => next.run(request).await,
        None => {
            let words = "expected a path in its one form";
            Notice::new(StatusCode::NOT_FOUND, "NOT_FOUND", words).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use http::{Method, StatusCode};

    use super::{RoutesError, Table};

    #[test]
    fn a_write_that_the_gate_does_not_know_cannot_be_served() {
        let none = || async { StatusCode::NO_CONTENT.into_response() };
        for (method, path) in [
            (Method::POST, "/api/tasks/erase"),
            (Method::PUT, "/api/tasks/create"),
            (Method::POST, "/api/tasks/create/"),
            (Method::POST, "/api/Tasks/create"),
        ] {
            let table = Table::default().writes(method.clone(), path, "it is a test", none);
            let expected = format!("{method} {path}");
            assert!(matches!(table.unlisted, Some(row) if row == expected));
            assert!(table.routes.rows().is_empty());
        }
        let table =
            Table::default().writes(Method::POST, "/api/tasks/create", "it is a test", none);
        assert_eq!((table.unlisted, table.routes.rows().len()), (None, 1));
        let error = RoutesError::Unlisted("POST /x".to_owned()).to_string();
        assert!(error.starts_with("E_MUTATION_NOT_ALLOWLISTED: "), "{error}");
    }
}
